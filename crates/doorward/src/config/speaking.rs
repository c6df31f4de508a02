//! How a server of `[[servers]]` is spoken to: `transport`, `protocol` and `timeouts`.

use std::time::Duration;

use doorward_gateway::{Patience, Revision, Speaking, Transport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::Lasting;

/// The transport of a server behind a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TransportName {
    /// Found out by asking the server.
    #[default]
    Auto,
    /// Streamable HTTP, of 2025-03-26 and later.
    StreamableHttp,
    /// HTTP+SSE, of 2024-11-05.
    Sse,
}

/// A revision of MCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum RevisionName {
    /// The first one.
    #[serde(rename = "2024-11-05")]
    V2024,
    /// With Streamable HTTP.
    #[serde(rename = "2025-03-26")]
    March,
    /// With the version header.
    #[serde(rename = "2025-06-18")]
    June,
    /// The last one with sessions.
    #[serde(rename = "2025-11-25")]
    November,
    /// Without sessions.
    #[serde(rename = "2026-07-28")]
    V2026,
}

/// How long a server may take.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Timeouts {
    /// For the answer to anything but a call: lists, reads, prompts, completions. Default: `60s`.
    pub(super) answer: Option<Lasting>,
    /// For the answer to a tool call, counted anew whenever the server reports progress. Default:
    /// `10m`.
    pub(super) call: Option<Lasting>,
    /// For a tool call in all, whatever progress is reported. Default: `2h`.
    pub(super) call_total: Option<Lasting>,
}

/// What the gateway is told.
pub(super) fn check(
    transport: TransportName,
    protocol: Option<RevisionName>,
    timeouts: &Timeouts,
    has_url: bool,
) -> Result<Speaking, String> {
    let transport = match transport {
        TransportName::Auto => Transport::Auto,
        TransportName::StreamableHttp => Transport::StreamableHttp,
        TransportName::Sse => Transport::HttpSse,
    };
    if transport != Transport::Auto && !has_url {
        return Err("transport only goes with url".to_owned());
    }
    if transport == Transport::HttpSse && protocol == Some(RevisionName::V2026) {
        return Err("protocol 2026-07-28 does not go over transport `sse`".to_owned());
    }
    Ok(Speaking {
        transport,
        revision: protocol.map(revision),
        patience: patience(timeouts)?,
    })
}

fn patience(timeouts: &Timeouts) -> Result<Patience, String> {
    let default = Patience::default();
    let time = |key: &str, stated: Option<Lasting>, default: Duration| {
        let time = stated.map_or(default, Lasting::duration);
        match time.is_zero() {
            true => Err(format!("timeouts.{key} is 0s; it must be at least 1s")),
            false => Ok(time),
        }
    };
    let call = time("call", timeouts.call, default.call)?;
    let total = time(
        "call_total",
        timeouts.call_total,
        default.call_total.max(call),
    )?;
    if total < call {
        return Err("timeouts.call_total is less than timeouts.call".to_owned());
    }
    Ok(Patience {
        answer: time("answer", timeouts.answer, default.answer)?,
        call,
        call_total: total,
    })
}

const fn revision(name: RevisionName) -> Revision {
    match name {
        RevisionName::V2024 => Revision::V2024_11_05,
        RevisionName::March => Revision::V2025_03_26,
        RevisionName::June => Revision::V2025_06_18,
        RevisionName::November => Revision::V2025_11_25,
        RevisionName::V2026 => Revision::V2026_07_28,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(text: &str) -> Option<Lasting> {
        Lasting::parse(text)
    }

    #[test]
    fn what_is_left_out_is_what_the_gateway_does_by_itself() {
        let speaking = check(TransportName::Auto, None, &Timeouts::default(), false);
        assert_eq!(speaking, Ok(Speaking::default()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let none = Timeouts::default();
        let times = |answer, call, call_total| Timeouts {
            answer: lasting(answer),
            call: lasting(call),
            call_total: lasting(call_total),
        };
        let (sse, new) = (TransportName::Sse, Some(RevisionName::V2026));
        for (transport, protocol, timeouts, has_url, expected) in [
            (sse, None, &none, false, "only goes with url"),
            (sse, new, &none, true, "does not go over"),
            (
                TransportName::Auto,
                None,
                &times("0s", "1s", "1s"),
                true,
                "timeouts.answer is 0s",
            ),
            (
                TransportName::Auto,
                None,
                &times("1s", "2m", "1m"),
                true,
                "less than timeouts.call",
            ),
        ] {
            let refused = check(transport, protocol, timeouts, has_url);
            let cause = refused.expect_err(expected);
            assert!(cause.contains(expected), "{cause}");
        }
    }

    #[test]
    fn a_call_that_may_be_silent_for_long_may_take_as_long_in_all() {
        let timeouts = Timeouts {
            call: lasting("5h"),
            ..Timeouts::default()
        };
        let speaking = check(
            TransportName::Sse,
            Some(RevisionName::June),
            &timeouts,
            true,
        );
        let speaking = speaking.expect("valid");
        assert_eq!(speaking.patience.call_total, Duration::from_secs(5 * 3600));
        assert_eq!(speaking.revision, Some(Revision::V2025_06_18));
    }
}
