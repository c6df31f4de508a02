//! The line ends of a request's head, and what it says of its body (GW-07).
//!
//! The parser takes a lone line feed for the end of a line, as it may; another program on the way
//! may not, and then sees another request. So such a head is not read at all.

/// So much is kept of a line that comes in pieces. One that tells of a body and is longer means
/// no good.
const KEPT: usize = 128;

/// Looks through a head as it arrives.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// How much of the current line came, its end not included.
    line: usize,
    /// The beginning of a line that came in pieces.
    kept: Vec<u8>,
    body: Body,
    /// Whether that came last: it must come before every line feed.
    returned: bool,
    /// Whether any line was not empty.
    begun: bool,
}

/// What a head says of the body behind it (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Body {
    #[default]
    None,
    Length(u64),
    Chunked,
    /// Two programs may understand it differently.
    Unsure,
}

/// A line feed without a carriage return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BareLineFeed;

impl Head {
    /// Looks at what came next; how much of it belongs to the head, once it has ended.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<Option<usize>, BareLineFeed> {
        let mut from = 0;
        for at in memchr::memchr_iter(b'\n', bytes) {
            let came = bytes.get(from..at).unwrap_or_default();
            let returned = came.last().map_or(self.returned, |last| *last == b'\r');
            if !returned {
                return Err(BareLineFeed);
            }
            let is_empty = self.line + came.len() == 1;
            from = at + 1;
            if is_empty && self.begun {
                return Ok(Some(from));
            }
            self.end_line(came);
            self.begun |= !is_empty;
            (self.line, self.returned) = (0, false);
        }
        let rest = bytes.get(from..).unwrap_or_default();
        self.keep(rest);
        self.line += rest.len();
        self.returned = rest.last().map_or(self.returned, |last| *last == b'\r');
        Ok(None)
    }

    /// What it says of the body behind it.
    pub(super) fn body(&self) -> Body {
        self.body
    }

    /// Reads a line of which this came last.
    fn end_line(&mut self, came: &[u8]) {
        let said = if self.line == 0 {
            Body::said_by(came)
        } else {
            self.keep(came);
            let said = Body::said_by(&self.kept);
            self.kept.clear();
            said
        };
        let is_short = self.line + came.len() <= KEPT;
        if let Some(said) = said {
            self.body = match self.body {
                Body::None if is_short => said,
                _ => Body::Unsure,
            };
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = KEPT.saturating_sub(self.kept.len());
        let kept = piece.get(..room).unwrap_or(piece);
        self.kept.extend_from_slice(kept);
    }
}

impl Body {
    /// What a line of a head says of a body, if anything.
    fn said_by(line: &[u8]) -> Option<Self> {
        let colon = match (line.get(14), line.get(17)) {
            (Some(b':'), _) => 14,
            (_, Some(b':')) => 17,
            _ => return None,
        };
        let (name, value) = line.split_at_checked(colon)?;
        let value = value.get(1..)?.trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            return Some(length(value).map_or(Self::Unsure, Self::Length));
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let chunked = value.eq_ignore_ascii_case(b"chunked");
            return Some(if chunked { Self::Chunked } else { Self::Unsure });
        }
        None
    }
}

fn length(value: &[u8]) -> Option<u64> {
    let digits = value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| digits)?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(pieces: &[&str]) -> Result<(), BareLineFeed> {
        let mut head = Head::default();
        let see = |piece: &&str| head.see(piece.as_bytes()).map(|ended| ended.is_some());
        let seen: Result<Vec<_>, _> = pieces.iter().map(see).collect();
        seen.map(|_| ())
    }

    #[test]
    fn every_line_of_a_head_ends_with_both_however_it_arrives() {
        let good = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        for cut in 0..good.len() {
            let (one, other) = good.split_at(cut);
            assert_eq!(see(&[one, other]), Ok(()), "{one:?}");
        }
        let bytes: Vec<_> = good.split("").collect();
        assert_eq!(see(&bytes), Ok(()));
        assert_eq!(see(&["\r\n", good]), Ok(()), "an empty line before it");
        for bad in [
            "GET / HTTP/1.1\nHost: x\n\n",
            "GET / HTTP/1.1\r\nHost: x\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\n\n",
            "\nGET / HTTP/1.1\r\n",
            "\r\n\nGET / HTTP/1.1\r\n",
        ] {
            let bytes: Vec<_> = bad.split("").collect();
            assert_eq!(see(&[bad]), Err(BareLineFeed), "{bad:?}");
            assert_eq!(see(&bytes), Err(BareLineFeed), "{bad:?}");
        }
    }
}
