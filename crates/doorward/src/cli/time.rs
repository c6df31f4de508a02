//! Times for people.

use doorward_core::time::UnixTime;
use jiff::Timestamp;

const UNITS: [(u64, &str); 5] = [
    (86_400 * 365, "year"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
    (1, "second"),
];

/// `3 hours ago`, as seen at `now`.
pub(super) fn ago(time: UnixTime, now: UnixTime) -> String {
    let seconds = now.since(time).as_secs();
    UNITS.iter().find(|(size, _)| seconds >= *size).map_or_else(
        || "just now".to_owned(),
        |(size, unit)| counted(seconds / size, unit),
    )
}

fn counted(count: u64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// `2026-11-23 08:30:09Z`.
pub(super) fn absolute(time: UnixTime) -> String {
    Timestamp::from_millisecond(time.millis()).map_or_else(
        |_| "out of range".to_owned(),
        |timestamp| timestamp.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let now = UnixTime::from_seconds(1_000_000);
        let at = |seconds: i64| ago(UnixTime::from_seconds(1_000_000 - seconds), now);
        assert_eq!(at(0), "just now");
        assert_eq!(at(1), "1 second ago");
        assert_eq!(at(150), "2 minutes ago");
        assert_eq!(at(86_400), "1 day ago");
        assert_eq!(at(-5), "just now");
        assert_eq!(
            absolute(UnixTime::from_millis(1_795_420_799_999)),
            "2026-11-23 07:59:59Z"
        );
    }
}
