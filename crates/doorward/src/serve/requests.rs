//! Where each request of an HTTP/1.1 connection begins and ends (RFC 9112 section 6, GW-07).
//!
//! ```text
//! head -> no body, or one of a length, or chunks -> the next head, and so on
//! ```
//!
//! A client may send requests without waiting for answers. The head of each is looked through,
//! also of one that lies behind another in the same bytes. What two programs may understand
//! differently is not read: a line that ends otherwise, a body with two lengths or in another
//! coding.

use super::head::{BareLineFeed, Body, Head};

/// Follows the requests of one connection.
#[derive(Debug)]
pub(super) enum Requests {
    Head(Head),
    /// So much of a body is to come.
    Body(u64),
    Chunks(Chunks),
}

/// What is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// A head, and whatever follows from this place on. What came before is answered.
    HeadFrom(usize),
    /// The rest of a body.
    Body,
}

impl Default for Requests {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

impl Requests {
    /// Looks at what came next.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<(), Bad> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(ended) = self.see_one(rest).map_err(|bad| bad.behind(at))? else {
                return Ok(());
            };
            *self = self.next().map_err(|bad| bad.behind(at))?;
            at += ended;
        }
        Ok(())
    }

    /// Looks at the part that comes now; how much of it belongs there, once it has ended.
    fn see_one(&mut self, bytes: &[u8]) -> Result<Option<usize>, Bad> {
        match self {
            Self::Head(head) => head.see(bytes).map_err(|BareLineFeed| Bad::HeadFrom(0)),
            Self::Body(left) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let come = length.min(*left);
                *left -= come;
                let come = usize::try_from(come).unwrap_or(bytes.len());
                Ok((*left == 0).then_some(come))
            }
            Self::Chunks(chunks) => chunks.see(bytes).map_err(|BareLineFeed| Bad::Body),
        }
    }

    /// What comes behind this part.
    fn next(&self) -> Result<Self, Bad> {
        let Self::Head(head) = self else {
            return Ok(Self::default());
        };
        match head.body() {
            Body::None | Body::Length(0) => Ok(Self::default()),
            Body::Length(length) => Ok(Self::Body(length)),
            Body::Chunked => Ok(Self::Chunks(Chunks::default())),
            Body::Unsure => Err(Bad::HeadFrom(0)),
        }
    }
}

impl Bad {
    fn behind(self, before: usize) -> Self {
        match self {
            Self::HeadFrom(at) => Self::HeadFrom(before + at),
            Self::Body => Self::Body,
        }
    }
}

/// A chunked body (RFC 9112 section 7.1). What else is wrong in it the parser refuses.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    part: Part,
    /// Whether a carriage return came last: it must come before every line feed.
    returned: bool,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// The size that was read so far.
    Size(u64),
    /// The same, in the words behind it.
    Words(u64),
    /// So much is to come, the end of the line included.
    Data(u64),
    /// So much of a line behind the last chunk.
    Trailer(usize),
}

impl Default for Part {
    fn default() -> Self {
        Self::Size(0)
    }
}

impl Chunks {
    /// Looks at what came next; how much of it belongs here, once it has ended.
    fn see(&mut self, bytes: &[u8]) -> Result<Option<usize>, BareLineFeed> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if let Part::Data(left) = self.part {
                let rest = u64::try_from(bytes.len() - at).unwrap_or(u64::MAX);
                let come = rest.min(left);
                at += usize::try_from(come).unwrap_or(bytes.len());
                self.part = match left - come {
                    0 => Part::default(),
                    left => Part::Data(left),
                };
                continue;
            }
            at += 1;
            let returned = std::mem::replace(&mut self.returned, *byte == b'\r');
            if *byte == b'\n' && !returned {
                return Err(BareLineFeed);
            }
            match self.part.behind(*byte) {
                Some(part) => self.part = part,
                None => return Ok(Some(at)),
            }
        }
        Ok(None)
    }
}

impl Part {
    /// What comes behind this byte; nothing behind the last one.
    fn behind(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Size(0) | Self::Words(0), b'\n') => Self::Trailer(0),
            (Self::Size(size) | Self::Words(size), b'\n') => Self::Data(size.saturating_add(2)),
            (Self::Size(size), byte) => match char::from(byte).to_digit(16) {
                Some(digit) => Self::Size(size.saturating_mul(16).saturating_add(digit.into())),
                None => Self::Words(size),
            },
            (Self::Trailer(0), b'\n') => return None,
            (Self::Trailer(_), b'\n') => Self::Trailer(0),
            (Self::Trailer(length), byte) => Self::Trailer(length + usize::from(byte != b'\r')),
            (Self::Words(_) | Self::Data(_), _) => self,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const BAD: &str = "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n";
    /// Whatever is said in a body is no head.
    const BODY: &str = "{\n\"GET / HTTP/1.1\": \"\n\n\"}";

    /// The requests that may come before another.
    fn before() -> Vec<String> {
        let length = BODY.len();
        let post = |said: &str, body: &str| format!("POST / HTTP/1.1\r\n{said}\r\n{body}");
        vec![
            String::new(),
            "\r\n".to_owned(),
            GOOD.to_owned(),
            post("Content-Length: 0\r\n", ""),
            post(&format!("Content-Length: {length}\r\n"), BODY),
            post(&format!("A: b\r\ncontent-length:{length}  \r\n"), BODY),
            post(
                "Transfer-Encoding: chunked\r\n",
                &format!("{length:x}\r\n{BODY}\r\n{length:X};a=b\r\n{BODY}\r\n0\r\n\r\n"),
            ),
            post(
                "TRANSFER-ENCODING: Chunked\r\n",
                "000\r\nA: b\r\nContent-Length: 9\r\n\r\n",
            ),
            GOOD.repeat(3),
        ]
    }

    #[test]
    fn every_head_is_looked_through_wherever_it_lies_and_no_body_is() {
        // GW-07
        for before in before() {
            let good = format!("{before}{GOOD}{before}{GOOD}");
            assert_eq!(Requests::default().see(good.as_bytes()), Ok(()), "{good:?}");
            let bad = format!("{before}{BAD}");
            // An empty line before a head is part of it.
            let from = match before.as_str() {
                "\r\n" => 0,
                before => before.len(),
            };
            let seen = Requests::default().see(bad.as_bytes());
            assert_eq!(seen, Err(Bad::HeadFrom(from)), "{bad:?}");
        }
    }

    #[test]
    fn a_request_is_the_same_however_it_arrives() {
        // GW-07
        for before in before() {
            let (good, bad) = (format!("{before}{GOOD}"), format!("{before}{BAD}"));
            for cut in 0..good.len() {
                let (one, other) = good.as_bytes().split_at(cut);
                let mut requests = Requests::default();
                assert_eq!(requests.see(one), Ok(()), "{good:?} at {cut}");
                assert_eq!(requests.see(other), Ok(()), "{good:?} at {cut}");
            }
            let mut requests = Requests::default();
            let mut bytes = bad.as_bytes().iter();
            let stopped = bytes.find(|byte| requests.see(&[**byte]).is_err());
            assert_eq!(stopped, Some(&b'\n'), "{bad:?}");
            assert_eq!(bytes.as_slice(), b"X: y\r\n\r\n");
        }
    }

    #[test]
    fn a_head_whose_body_may_end_at_two_places_is_not_read() {
        // GW-07
        let long = " ".repeat(300);
        for said in [
            "Content-Length: +5",
            "Content-Length: 5, 5",
            "Content-Length:",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: xchunked",
            &format!("Content-Length:{long}5"),
        ] {
            let text = format!("POST / HTTP/1.1\r\n{said}\r\n\r\n");
            let seen = Requests::default().see(format!("{GOOD}{text}").as_bytes());
            assert_eq!(seen, Err(Bad::HeadFrom(GOOD.len())), "{said}");
            let (last, before) = text.as_bytes().split_last().expect("long");
            let mut pieces = Requests::default();
            for byte in before {
                assert_eq!(pieces.see(&[*byte]), Ok(()), "{said}");
            }
            assert_eq!(pieces.see(&[*last]), Err(Bad::HeadFrom(0)), "{said}");
        }
    }

    #[test]
    fn every_line_between_and_behind_chunks_ends_with_both() {
        // GW-07
        for body in [
            "5\n12345\r\n0\r\n\r\n",
            "5;a=b\n12345\r\n0\r\n\r\n",
            "0\n\r\n",
            "0\r\n\n",
            "0\r\nA: b\n\r\n",
            "0\r\nA: b\r\n\n",
        ] {
            let text = format!("{GOOD}POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
            let seen = Requests::default().see(text.as_bytes());
            assert_eq!(seen, Err(Bad::Body), "{body:?}");
            let mut pieces = Requests::default();
            let seen: Result<Vec<_>, _> = text.bytes().map(|byte| pieces.see(&[byte])).collect();
            assert_eq!(seen, Err(Bad::Body), "{body:?}");
        }
    }
}
