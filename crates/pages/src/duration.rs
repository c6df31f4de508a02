//! Durations as people say them.

use std::time::Duration;

use crate::text::Text;

impl Text {
    /// A duration in its largest whole unit.
    pub fn duration(duration: Duration) -> Self {
        let seconds = duration.as_secs();
        let whole = |size: u64| seconds >= size && seconds.is_multiple_of(size);
        match seconds {
            _ if whole(DAY) => Self::of("duration-days").number("count", seconds / DAY),
            _ if whole(HOUR) => Self::of("duration-hours").number("count", seconds / HOUR),
            _ if whole(MINUTE) => Self::of("duration-minutes").number("count", seconds / MINUTE),
            _ => Self::of("duration-seconds").number("count", seconds),
        }
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{locale::Locale, pages::Pages};

    #[test]
    fn durations_are_said_in_their_largest_whole_unit() {
        let pages = Pages::new("");
        for (seconds, expected) in [
            (90 * 86_400, "90 days"),
            (86_400, "1 day"),
            (5_400, "90 minutes"),
            (3_600, "1 hour"),
            (600, "10 minutes"),
            (61, "61 seconds"),
        ] {
            let text = Text::duration(Duration::from_secs(seconds));
            assert_eq!(pages.to(Locale::English).say(&text), expected);
        }
    }
}
