use super::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

fn key(kid: &str, active_from: i64) -> PlannedKey {
    PlannedKey {
        kid: KeyId::from_known(kid),
        algorithm: Algorithm::Es256,
        active_from: at(active_from),
        retirement: None,
    }
}

fn retired(kid: &str, active_from: i64, retirement: Retirement) -> PlannedKey {
    let retirement = Some(retirement);
    PlannedKey {
        retirement,
        ..key(kid, active_from)
    }
}

/// The states by letter, and who signs.
fn picture(all: &[PlannedKey], now: i64) -> String {
    let letter = |key: &PlannedKey| match state(key, all, at(now)) {
        KeyState::Announced { .. } => 'n',
        KeyState::Active { .. } => 'A',
        KeyState::Retired { .. } => 'r',
        KeyState::Removed { .. } => '-',
    };
    let signer = signing(all, at(now)).map_or("nobody", |key| key.kid.as_str());
    let states: String = all.iter().map(letter).collect();
    format!("{states} {signer}")
}

#[test]
fn the_clock_carries_the_plan_out() {
    // A-015, CR-04: announced, active, retired for two hours, removed
    let all = [key("a", 0), key("b", 10 * HOUR), key("c", 20 * HOUR)];
    #[rustfmt::skip]
    let cases = [
        (-1,             "nnn a"), // a clock that was set back still signs
        (0,              "Ann a"),
        (10 * HOUR - 1,  "Ann a"),
        (10 * HOUR,      "rAn b"),
        (12 * HOUR - 1,  "rAn b"),
        (12 * HOUR,      "-An b"),
        (20 * HOUR,      "-rA c"),
        (22 * HOUR,      "--A c"),
        (100_000 * HOUR, "--A c"),
    ];
    for (now, expected) in cases {
        assert_eq!(picture(&all, now), expected, "at {now}");
    }
}

#[test]
fn an_algorithm_is_named_from_its_announcement_until_another_key_signs() {
    let eddsa = PlannedKey {
        algorithm: Algorithm::EdDsa,
        ..key("b", 10 * HOUR)
    };
    let all = [key("a", 0), eddsa, key("c", 20 * HOUR)];
    for (now, expected) in [
        (9 * HOUR, &[Algorithm::Es256, Algorithm::EdDsa][..]),
        (11 * HOUR, &[Algorithm::EdDsa, Algorithm::Es256]),
        (20 * HOUR, &[Algorithm::Es256]),
    ] {
        assert_eq!(algorithms(&all, at(now)), expected, "at {now}");
    }
    assert!(algorithms(&[], at(0)).is_empty());
}

#[test]
fn at_every_moment_one_key_signs_and_was_published_long_before() {
    let all = [
        key("a", 0),
        key("b", 5 * HOUR),
        key("c", 6 * HOUR),
        key("d", 6 * HOUR),
    ];
    for now in (0..12 * HOUR).step_by(60) {
        let active =
            |key: &&PlannedKey| matches!(state(key, &all, at(now)), KeyState::Active { .. });
        assert_eq!(all.iter().filter(active).count(), 1, "at {now}");
        let signer = signing(&all, at(now)).expect("a key");
        let later = now + HOUR + 300; // the longest token, and other clocks
        assert!(
            state(signer, &all, at(later)).is_published(),
            "signed at {now}"
        );
    }
}

#[test]
fn a_retired_key_signs_nothing_and_stays_published_or_not_as_was_said() {
    let soft = Retirement::graceful(at(HOUR));
    let hard = Retirement::immediate(at(HOUR));
    #[rustfmt::skip]
    let cases = [
        // the one that signs, with another brought forward
        (vec![retired("a", 0, soft), key("b", HOUR)],      HOUR,       "rA b"),
        (vec![retired("a", 0, soft), key("b", HOUR)],      3 * HOUR,   "-A b"),
        (vec![retired("a", 0, hard), key("b", HOUR)],      HOUR,       "-A b"),
        (vec![retired("a", 0, hard), key("b", HOUR)],      HOUR - 1,   "An a"),
        // one that was announced: it never signs, and nobody steps back for it
        (vec![key("a", 0), retired("b", 2 * HOUR, soft)],  HOUR - 1,   "An a"),
        (vec![key("a", 0), retired("b", 2 * HOUR, soft)],  HOUR,       "A- a"),
        (vec![key("a", 0), retired("b", 2 * HOUR, soft)],  5 * HOUR,   "A- a"),
        // one that had already made room
        (vec![retired("a", 0, hard), key("b", HOUR / 2)],  HOUR - 1,   "rA b"),
        (vec![retired("a", 0, hard), key("b", HOUR / 2)],  HOUR,       "-A b"),
        // retiring later than being superseded prolongs nothing
        (vec![retired("a", 0, Retirement::graceful(at(2 * HOUR))), key("b", HOUR)], 3 * HOUR, "-A b"),
        // all of them
        (vec![retired("a", 0, soft)],                      HOUR,       "r nobody"),
        (vec![],                                           HOUR,       " nobody"),
    ];
    for (all, now, expected) in cases {
        assert_eq!(picture(&all, now), expected, "{all:?} at {now}");
    }
}

#[test]
fn another_key_is_due_in_time_to_be_announced() {
    let schedule = Schedule {
        algorithm: Algorithm::Es256,
        every: Some(Duration::from_secs(90 * 86_400)),
    };
    let never = Schedule {
        every: None,
        ..schedule
    };
    let edwards = Schedule {
        algorithm: Algorithm::EdDsa,
        ..never
    };
    let soft = Retirement::graceful(at(HOUR));
    #[rustfmt::skip]
    let cases = [
        ("nothing there",          vec![],                                  schedule, 0,                     Due::Active),
        ("all retired",            vec![retired("a", 0, soft)],             schedule, HOUR,                  Due::Active),
        ("fresh",                  vec![key("a", 0)],                       schedule, HOUR,                  Due::Nothing),
        ("almost",                 vec![key("a", 0)],                       schedule, 90 * DAY - 2 * HOUR - 1, Due::Nothing),
        ("in time",                vec![key("a", 0)],                       schedule, 90 * DAY - 2 * HOUR,   Due::Announced),
        ("late",                   vec![key("a", 0)],                       schedule, 900 * DAY,             Due::Announced),
        ("already announced",      vec![key("a", 0), key("b", 91 * DAY)],   schedule, 90 * DAY,              Due::Nothing),
        ("the next one's turn",    vec![key("a", 0), key("b", 90 * DAY)],   schedule, 100 * DAY,             Due::Nothing),
        ("never",                  vec![key("a", 0)],                       never,    900 * DAY,             Due::Nothing),
        ("another algorithm",      vec![key("a", 0)],                       edwards,  1,                     Due::Announced),
        ("a clock set back",       vec![key("a", 90 * DAY)],                schedule, 0,                     Due::Nothing),
    ];
    for (name, all, schedule, now, expected) in cases {
        assert_eq!(due(&all, &schedule, at(now)), expected, "{name}");
    }
}

#[test]
fn a_removed_key_is_remembered_for_a_month() {
    let all = [key("a", 0), key("b", 10 * HOUR)];
    let gone = 12 * HOUR + 30 * DAY;
    assert_eq!(forgotten(&all, at(gone - 1)).count(), 0);
    let kids: Vec<_> = forgotten(&all, at(gone))
        .map(|key| key.kid.as_str())
        .collect();
    assert_eq!(kids, ["a"]);
}
