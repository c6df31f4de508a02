//! `Content-Type` and `Accept`, as far as the protocol needs them.
//!
//! A POST must be JSON by its own account (GW-23): a web page can send
//! `text/plain` across origins without asking, and must not reach a server so.
//! `Accept` is read leniently: clients that list one type, or none, are
//! served with what they can read.

/// The media types that the protocol uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Media {
    /// `application/json`.
    Json,
    /// `text/event-stream`.
    EventStream,
}

/// Which of the two types a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Accept {
    /// It accepts one JSON document.
    pub json: bool,
    /// It accepts a stream of events.
    pub event_stream: bool,
}

impl Media {
    /// The type that a `Content-Type` value names, parameters aside; `None` for
    /// every other type, and for a charset that is not UTF-8.
    pub fn parse(content_type: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(content_type).ok()?;
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next()?;
        if !parts.all(is_harmless) {
            return None;
        }
        [Self::Json, Self::EventStream]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(media))
    }

    /// The type as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::EventStream => "text/event-stream",
        }
    }
}

impl Accept {
    /// Reads all `Accept` lines of a request; without any, everything goes.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_none() {
            return Self {
                json: true,
                event_stream: true,
            };
        }
        let ranges: Vec<_> = lines
            .filter_map(|line| std::str::from_utf8(line).ok())
            .flat_map(|line| line.split(','))
            .collect();
        Self {
            json: accepts(&ranges, "application", "json"),
            event_stream: accepts(&ranges, "text", "event-stream"),
        }
    }

    /// Whether the client can read neither (406).
    pub const fn is_neither(self) -> bool {
        !self.json && !self.event_stream
    }
}

/// Whether the most specific range that covers a type has a weight above zero.
fn accepts(ranges: &[&str], kind: &str, subtype: &str) -> bool {
    let best = ranges.iter().filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (left, right) = parts.next()?.split_once('/')?;
        let specificity = match (left, right) {
            ("*", "*") => 0,
            (left, "*") if left.eq_ignore_ascii_case(kind) => 1,
            (left, right)
                if left.eq_ignore_ascii_case(kind) && right.eq_ignore_ascii_case(subtype) =>
            {
                2
            }
            _ => return None,
        };
        Some((specificity, !parts.any(is_zero_weight)))
    });
    best.max().is_some_and(|(_, is_accepted)| is_accepted)
}

fn is_zero_weight(parameter: &str) -> bool {
    let weight = parameter
        .split_once('=')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, value)| value.trim().parse() == Ok(0.0_f32))
}

/// Whether a parameter leaves the body what it would be without it.
fn is_harmless(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_json_body_by_its_own_account_is_json() {
        // GW-23
        for accepted in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            " application/json ",
        ] {
            assert_eq!(
                Media::parse(accepted.as_bytes()),
                Some(Media::Json),
                "{accepted}"
            );
        }
        for refused in [
            "",
            "text/plain",
            "text/plain; application/json",
            "application/json-seq",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/ json",
        ] {
            assert_ne!(
                Media::parse(refused.as_bytes()),
                Some(Media::Json),
                "{refused}"
            );
        }
        assert_eq!(Media::parse(b"application/json\xff"), None);
    }

    #[test]
    fn accept_is_read_leniently() {
        //
        struct Case(&'static [&'static str], bool, bool);
        #[rustfmt::skip]
        let cases = [
            Case(&[], true, true),
            Case(&["application/json, text/event-stream"], true, true),
            Case(&["application/json", "text/event-stream"], true, true),
            Case(&["application/json"], true, false),
            Case(&["text/event-stream"], false, true),
            Case(&["*/*"], true, true),
            Case(&["application/*"], true, false),
            Case(&["TEXT/Event-Stream;q=0.5"], false, true),
            Case(&["text/event-stream;q=0, */*"], true, false),
            Case(&["application/json;q=0.0, application/*"], false, false),
            Case(&["text/html"], false, false),
            Case(&[""], false, false),
        ];
        for Case(lines, json, event_stream) in cases {
            let accept = Accept::parse(lines.iter().map(|line| line.as_bytes()));
            assert_eq!(accept, Accept { json, event_stream }, "{lines:?}");
            assert_eq!(accept.is_neither(), !json && !event_stream);
        }
    }
}
