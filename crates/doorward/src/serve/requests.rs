//! Where each request of an HTTP/1.1 connection begins and ends (RFC 9112 section 6, GW-07).
//!
//! ```text
//! head -> no body, or one of a length, or chunks -> the next head, and so on
//! ```
//!
//! A client may send requests without waiting for answers. The head of each is looked through,
//! also of one that lies behind another in the same bytes.

use super::head::{BareLineFeed, Body, Head};

/// Follows the requests of one connection.
#[derive(Debug)]
pub(super) struct Requests(Place);

#[derive(Debug)]
enum Place {
    Head(Head),
    /// So much of a body is to come.
    Body(u64),
    Chunks(Chunks),
    /// How long the body is cannot be said; the parser will refuse it.
    Unsure,
}

/// A head is not good: what comes from this place on is for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadFrom(pub(super) usize);

impl Default for Requests {
    fn default() -> Self {
        Self(Place::next())
    }
}

impl Requests {
    /// Looks at what came next.
    pub(super) fn see(&mut self, bytes: &[u8]) -> Result<(), BadFrom> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let ended = match &mut self.0 {
                Place::Head(head) => match head.see(rest) {
                    Ok(ended) => ended,
                    Err(BareLineFeed) => return Err(BadFrom(at)),
                },
                Place::Body(left) => {
                    let come = u64::try_from(rest.len()).unwrap_or(u64::MAX).min(*left);
                    *left -= come;
                    (*left == 0).then_some(usize::try_from(come).unwrap_or(rest.len()))
                }
                Place::Chunks(chunks) => chunks.see(rest),
                Place::Unsure => None,
            };
            let Some(ended) = ended else {
                return Ok(());
            };
            at += ended;
            self.0 = self.0.behind();
        }
        Ok(())
    }

    /// Whether it is known where the next head begins.
    pub(super) fn is_sure(&self) -> bool {
        !matches!(self.0, Place::Unsure)
    }
}

impl Place {
    fn next() -> Self {
        Self::Head(Head::default())
    }

    /// What comes behind this one.
    fn behind(&self) -> Self {
        match self {
            Self::Head(head) => match head.body() {
                Body::None | Body::Length(0) => Self::next(),
                Body::Length(length) => Self::Body(length),
                Body::Chunked => Self::Chunks(Chunks::Size(0)),
                Body::Unsure => Self::Unsure,
            },
            Self::Body(_) | Self::Chunks(_) => Self::next(),
            Self::Unsure => Self::Unsure,
        }
    }
}

/// A chunked body (RFC 9112 section 7.1). What is wrong in it the parser refuses.
#[derive(Debug)]
enum Chunks {
    /// The size that was read so far.
    Size(u64),
    /// The same, in the words behind it.
    Words(u64),
    /// So much is to come, the end of the line included.
    Data(u64),
    /// So much of a line behind the last chunk.
    Trailer(usize),
}

impl Chunks {
    /// Looks at what came next; how much of it belongs here, once it has ended.
    fn see(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let mut passed = 1;
            *self = match (&*self, byte) {
                (Self::Data(left), _) => {
                    let rest = u64::try_from(bytes.len() - at).unwrap_or(u64::MAX);
                    let come = rest.min(*left);
                    passed = usize::try_from(come).unwrap_or(1);
                    match left - come {
                        0 => Self::Size(0),
                        left => Self::Data(left),
                    }
                }
                (Self::Size(0) | Self::Words(0), b'\n') => Self::Trailer(0),
                (Self::Size(size) | Self::Words(size), b'\n') => Self::Data(size.saturating_add(2)),
                (Self::Size(size), byte) => match char::from(*byte).to_digit(16) {
                    Some(digit) => {
                        Self::Size(size.saturating_mul(16).saturating_add(u64::from(digit)))
                    }
                    None => Self::Words(*size),
                },
                (Self::Words(size), _) => Self::Words(*size),
                (Self::Trailer(0), b'\n') => return Some(at + 1),
                (Self::Trailer(_), b'\n') => Self::Trailer(0),
                (Self::Trailer(length), b'\r') => Self::Trailer(*length),
                (Self::Trailer(length), _) => Self::Trailer(length + 1),
            };
            at += passed;
        }
        None
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
            assert_eq!(seen, Err(BadFrom(from)), "{bad:?}");
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
    fn nothing_is_said_of_what_lies_behind_a_body_whose_length_is_not_sure() {
        // GW-07: such a request is refused, and its connection closed
        let long = " ".repeat(300);
        for said in [
            "Content-Length: +5",
            "Content-Length: 5, 5",
            "Content-Length:",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            &format!("Content-Length:{long}5"),
        ] {
            let text = format!("POST / HTTP/1.1\r\n{said}\r\n\r\n\n\n\n");
            let mut whole = Requests::default();
            assert_eq!(whole.see(text.as_bytes()), Ok(()), "{said}");
            let mut pieces = Requests::default();
            for byte in text.as_bytes() {
                assert_eq!(pieces.see(&[*byte]), Ok(()), "{said}");
            }
            let is_long = said.len() > 300; // its length is known when it comes in one piece
            assert!(!pieces.is_sure() && (is_long || !whole.is_sure()), "{said}");
        }
    }
}
