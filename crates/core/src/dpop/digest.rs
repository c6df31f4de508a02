//! `content_digest`: the body that a proof is for (draft profile of MCP, X-020).

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::secret::Digest;

/// The SHA-256 digest of a body, as a proof claims it (RFC 9530 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentDigest(Digest);

impl ContentDigest {
    /// Reads `sha-256=:BASE64:`, alone or among others. `None` when there is no such member.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let members = text.split(',').map(str::trim);
        let value = members.filter_map(|member| member.strip_prefix("sha-256=:"));
        let mut values = value.filter_map(|rest| rest.strip_suffix(':'));
        let (only, None) = (values.next()?, values.next()) else {
            return None;
        };
        let bytes = STANDARD.decode(only).ok()?.try_into().ok()?;
        Some(Self(Digest::from_stored(bytes)))
    }

    /// Whether `body` is the one that is meant.
    pub fn is_of(&self, body: &[u8]) -> bool {
        self.0 == Digest::of_bytes(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_the_body_is_found_or_nothing_is() {
        const EMPTY: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        #[rustfmt::skip]
        let cases = [
            ("alone",           format!("sha-256=:{EMPTY}:"),                  true),
            ("among others",    format!("sha-512=:AAAA:, sha-256=:{EMPTY}:"),  true),
            ("another",         "sha-512=:AAAA:".to_owned(),                   false),
            ("twice",           format!("sha-256=:{EMPTY}:,sha-256=:{EMPTY}:"), false),
            ("no colons",       format!("sha-256={EMPTY}"),                    false),
            ("short",           "sha-256=:AAAA:".to_owned(),                   false),
            ("base64url",       format!("sha-256=:{}:", EMPTY.replace('+', "-").replace('/', "_")), false),
            ("nothing",         String::new(),                                 false),
        ];
        for (name, text, expected) in cases {
            let read = ContentDigest::parse(&text);
            assert_eq!(read.is_some_and(|read| read.is_of(b"")), expected, "{name}");
        }
        let read = ContentDigest::parse(&format!("sha-256=:{EMPTY}:")).expect("read");
        assert!(!read.is_of(b"{}"), "X-020");
    }
}
