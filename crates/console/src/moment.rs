//! Points in time for people: in UTC, and exactly for programs that read the page to them.

use doorward_core::time::UnixTime;
use jiff::Timestamp;
use serde::Serialize;

/// A point in time as a page shows it.
#[derive(Serialize)]
pub(crate) struct Moment {
    exact: String,
    words: String,
}

impl Moment {
    /// `2026-11-23 07:59 UTC`.
    pub(crate) fn of(time: UnixTime) -> Self {
        let said = |form| {
            let timestamp = Timestamp::from_millisecond(time.millis()).ok();
            timestamp.map_or_else(String::new, |it| it.strftime(form).to_string())
        };
        Self {
            exact: said("%Y-%m-%dT%H:%M:%SZ"),
            words: said("%Y-%m-%d %H:%M UTC"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_for_people_and_for_programs() {
        let moment = Moment::of(UnixTime::from_millis(1_795_420_799_999));
        assert_eq!(moment.words, "2026-11-23 07:59 UTC");
        assert_eq!(moment.exact, "2026-11-23T07:59:59Z");
        assert_eq!(Moment::of(UnixTime::from_millis(i64::MAX)).words, "");
    }
}
