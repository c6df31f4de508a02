//! How long a person lets a client have what it gets.

use std::time::Duration;

use crate::time::UnixTime;

const HOUR: u64 = 60 * 60;

/// A choice on the page. None is longer than what is configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lasting {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// While it is used, within what is configured.
    #[default]
    WhileUsed,
}

impl Lasting {
    const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::WhileUsed];

    /// The word in the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::WhileUsed => "used",
        }
    }

    /// Reads the word; a form that says nothing leaves it at what is configured.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// The choices where access lasts `most` at the longest, the shortest first: only those
    /// that make a difference.
    pub fn choices(most: Duration) -> impl Iterator<Item = Self> {
        let shorter = move |it: &Self| it.duration().is_none_or(|time| time < most);
        Self::ALL.into_iter().filter(shorter)
    }

    /// When access that is given now ends, if the person says so.
    pub fn ends_at(self, now: UnixTime) -> Option<UnixTime> {
        self.duration().map(|time| now + time)
    }

    fn duration(self) -> Option<Duration> {
        let hours = match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::WhileUsed => return None,
        };
        Some(Duration::from_secs(hours * HOUR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_shorter_than_configured_is_a_choice() {
        let words = |hours: u64| -> Vec<&str> {
            let choices = Lasting::choices(Duration::from_secs(hours * HOUR));
            choices.map(Lasting::as_str).collect()
        };
        assert_eq!(words(90 * 24), ["hour", "day", "week", "used"]);
        assert_eq!(words(7 * 24), ["hour", "day", "used"]);
        assert_eq!(words(1), ["used"]);
    }

    #[test]
    fn a_choice_is_read_back_and_ends_when_it_says() {
        let now = UnixTime::from_seconds(1_000);
        for (text, hours) in [("hour", 1), ("day", 24), ("week", 168)] {
            let end = Lasting::parse(text).expect(text).ends_at(now);
            assert_eq!(end, Some(now + Duration::from_secs(hours * HOUR)));
        }
        for text in ["", "used"] {
            let lasting = Lasting::parse(text).expect("a choice");
            assert_eq!(lasting.ends_at(now), None);
        }
        assert_eq!(Lasting::parse("for ever"), None); // CO-09
    }
}
