//! What an answer to `server/discover` says about how a server is spoken to (C-027, C-028).

use doorward_mcp::{
    envelope::{Message, Outcome},
    era::{Era, Revision},
    error::Code,
    json::Raw,
};

/// Which eras a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// 2026-07-28, and sessions besides if that is true.
    Stateless { sessions: bool },
    /// It does not know the question, or names only revisions with sessions.
    Sessions,
}

impl Said {
    /// Reads an answer; an error that is not of 2026-07-28 is of a server that does not know
    /// the question.
    pub(super) fn by(answer: &[u8]) -> Self {
        let Ok(Message::Response(response)) = Message::parse(answer) else {
            return Self::Sessions;
        };
        match response.outcome {
            Outcome::Result(result) => result
                .raw
                .member(&["supportedVersions"])
                .map_or(Self::Sessions, Self::named),
            Outcome::Error(error) if error.code == Code::UnsupportedVersion.number() => {
                let supported = error.data.and_then(|data| data.member(&["supported"]));
                supported.map_or(Self::Sessions, Self::named)
            }
            Outcome::Error(error) if Code::is_modern(error.code) => {
                Self::Stateless { sessions: false }
            }
            Outcome::Error(_) => Self::Sessions,
        }
    }

    fn named(versions: Raw<'_>) -> Self {
        let versions = versions.elements();
        let known: Vec<_> = versions
            .iter()
            .filter_map(|version| Revision::parse(&version.text()?))
            .collect();
        let speaks = |era| known.iter().any(|revision| revision.era() == era);
        match speaks(Era::Stateless) {
            true => Self::Stateless {
                sessions: speaks(Era::Session),
            },
            false => Self::Sessions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_that_are_named_count_and_errors_of_2026_07_28() {
        // C-027, C-028, R-079
        let both = Said::Stateless { sessions: true };
        let one = Said::Stateless { sessions: false };
        for (answer, expected) in [
            (r#""result":{"supportedVersions":["2026-07-28"]}"#, one),
            (
                r#""result":{"supportedVersions":["2026-07-28","2025-11-25"]}"#,
                both,
            ),
            (
                r#""result":{"supportedVersions":["2027-01-01","2026-07-28"]}"#,
                one,
            ),
            (
                r#""result":{"supportedVersions":["2025-11-25"]}"#,
                Said::Sessions,
            ),
            (r#""result":{"supportedVersions":[]}"#, Said::Sessions),
            (r#""result":{}"#, Said::Sessions),
            (r#""error":{"code":-32020,"message":"x"}"#, one),
            (r#""error":{"code":-32021,"message":"x"}"#, one),
            (
                r#""error":{"code":-32022,"message":"x","data":{"supported":["2026-07-28","2025-06-18"]}}"#,
                both,
            ),
            (
                r#""error":{"code":-32022,"message":"x","data":{"supported":["2025-06-18"]}}"#,
                Said::Sessions,
            ),
            (r#""error":{"code":-32022,"message":"x"}"#, Said::Sessions),
            (r#""error":{"code":-32601,"message":"x"}"#, Said::Sessions),
            (r#""error":{"code":-32000,"message":"x"}"#, Said::Sessions),
        ] {
            let answer = format!(r#"{{"jsonrpc":"2.0","id":0,{answer}}}"#);
            assert_eq!(Said::by(answer.as_bytes()), expected, "{answer}");
        }
        assert_eq!(Said::by(b"Welcome"), Said::Sessions);
    }
}
