//! The line ends of a request's head (GW-07).
//!
//! The parser takes a lone line feed for the end of a line, as it may; another program on the way
//! may not, and then sees another request. So such a head is not read at all.

/// Looks through a head as it arrives.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// How much of the current line came, its end not included.
    line: usize,
    /// Whether that came last: it must come before every line feed.
    returned: bool,
    /// Whether any line was not empty.
    begun: bool,
    ended: bool,
}

/// A line feed without a carriage return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BareLineFeed;

impl Head {
    /// Looks at what came next. What is behind the head is not looked at.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<(), BareLineFeed> {
        let mut from = 0;
        for at in memchr::memchr_iter(b'\n', bytes) {
            if self.ended {
                return Ok(());
            }
            let came = bytes.get(from..at).unwrap_or_default();
            let returned = came.last().map_or(self.returned, |last| *last == b'\r');
            if !returned {
                return Err(BareLineFeed);
            }
            let is_empty = self.line + came.len() == 1;
            self.ended = is_empty && self.begun;
            self.begun |= !is_empty;
            (self.line, self.returned) = (0, false);
            from = at + 1;
        }
        let rest = bytes.get(from..).unwrap_or_default();
        self.line += rest.len();
        self.returned = rest.last().map_or(self.returned, |last| *last == b'\r');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(pieces: &[&str]) -> Result<(), BareLineFeed> {
        let mut head = Head::default();
        pieces
            .iter()
            .try_for_each(|piece| head.see(piece.as_bytes()))
    }

    #[test]
    fn every_line_of_a_head_ends_with_both_however_it_arrives() {
        let good = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        for cut in 0..good.len() {
            let (one, other) = good.split_at(cut);
            assert_eq!(see(&[one, other, "{\n}"]), Ok(()), "{one:?}");
        }
        let bytes: Vec<_> = good.split("").collect();
        assert_eq!(see(&bytes), Ok(()));
        assert_eq!(
            see(&["\r\n", good, "a\nb"]),
            Ok(()),
            "an empty line before it"
        );
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
