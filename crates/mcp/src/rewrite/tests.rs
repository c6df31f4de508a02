use super::*;

fn changed(body: &str, changes: Changes<'_>) -> String {
    let raw = Raw::parse(body.as_bytes()).expect("well formed");
    let mut rewrite = Rewrite::of(raw);
    rewrite.change(raw, changes);
    rewrite.into_text()
}

#[test]
fn members_go_with_one_comma_and_nothing_else_moves() {
    let without = |names: &[&'static str]| {
        let none = Changes::none();
        names
            .iter()
            .fold(none, |changes, name| changes.without(*name))
    };
    let body = r#"{ "a" : 1.0 , "b":[ ],"c": "x" }"#;
    for (names, left) in [
        (&[][..], body),
        (&["z"], body),
        (&["a"], r#"{ "b":[ ],"c": "x" }"#),
        (&["b"], r#"{ "a" : 1.0,"c": "x" }"#),
        (&["c"], r#"{ "a" : 1.0 , "b":[ ] }"#),
        (&["a", "b"], r#"{ "c": "x" }"#),
        (&["b", "c"], r#"{ "a" : 1.0 }"#),
        (&["a", "c"], r#"{ "b":[ ] }"#),
        (&["a", "b", "c"], "{  }"),
    ] {
        assert_eq!(changed(body, without(names)), left, "{names:?}");
    }
}

#[test]
fn members_are_replaced_in_place_or_put_behind_the_last() {
    for (body, expected) in [
        (r#"{"a": 1, "b":2}"#, r#"{"a": 9, "b":2,"n\"":[]}"#),
        (r#"{"b":2 }"#, r#"{"b":2,"a":9,"n\"":[] }"#),
        ("{ }", r#"{"a":9,"n\"":[] }"#),
        (r#"{"gone":0}"#, r#"{"a":9,"n\"":[]}"#),
        (r#"{"b":1, "gone":0 }"#, r#"{"b":1,"a":9,"n\"":[] }"#),
        (r#"{"gone":0, "a":1}"#, r#"{"a":9,"n\"":[]}"#),
    ] {
        let changes = Changes::none()
            .without("gone")
            .with("a", "9")
            .with("n\"", "[]");
        assert_eq!(changed(body, changes), expected, "{body}");
    }
}

#[test]
fn what_was_put_in_and_taken_out_leaves_no_trace() {
    for body in ["{}", "{ }", r#"{"a":1}"#, "{\n  \"a\": 1e3 ,\"z\":{}\n}"] {
        let with = changed(body, Changes::none().with("x", "{}").with("y", "0"));
        let back = changed(&with, Changes::none().without("x").without("y"));
        assert_eq!(back, body);
    }
}

#[test]
fn escaped_keys_are_known_by_what_they_say() {
    let body = r#"{"\u0061":1,"b":2}"#;
    assert_eq!(changed(body, Changes::none().without("a")), r#"{"b":2}"#);
    assert_eq!(
        changed(body, Changes::none().with("a", "3")),
        r#"{"\u0061":3,"b":2}"#
    );
}

#[test]
fn objects_within_objects_are_changed_in_one_go() {
    let body = r#"{"o":{"a":1,"b":2},"p":{},"q":1}"#;
    let raw = Raw::parse(body.as_bytes()).expect("well formed");
    let mut rewrite = Rewrite::of(raw);
    let inner = |name| raw.member(&[name]).expect("there");
    rewrite.change(raw, Changes::none().without("q").with("r", "true"));
    rewrite.change(inner("o"), Changes::none().without("a"));
    rewrite.change(inner("p"), Changes::none().with("c", "3"));
    assert_eq!(rewrite.into_text(), r#"{"o":{"b":2},"p":{"c":3},"r":true}"#);
}

#[test]
fn changes_know_whether_they_leave_anything() {
    let raw = Raw::parse(br#"{"a":1}"#).expect("well formed");
    assert!(Changes::none().without("a").empty(Some(raw)));
    assert!(!Changes::none().without("b").empty(Some(raw)));
    assert!(!Changes::none().without("a").with("b", "1").empty(Some(raw)));
    assert!(Changes::none().empty(None));
    assert_eq!(
        Changes::none().with("a", "1").with("b", "{}").alone(),
        r#"{"a":1,"b":{}}"#
    );
}

#[test]
fn elements_go_with_one_comma() {
    let body = "[ 1 ,{}, \"x\" ]";
    for (gone, left) in [
        (&[][..], body),
        (&[0], "[ {}, \"x\" ]"),
        (&[1], "[ 1, \"x\" ]"),
        (&[2], "[ 1 ,{} ]"),
        (&[0, 1, 2], "[  ]"),
    ] {
        let raw = Raw::parse(body.as_bytes()).expect("well formed");
        let mut rewrite = Rewrite::of(raw);
        rewrite.thin(raw, |index, _| gone.contains(&index));
        assert_eq!(rewrite.into_text(), left, "{gone:?}");
    }
}

#[test]
fn the_last_word_about_a_member_counts() {
    let changes = Changes::none().with("a", "1").without("a").with("a", "2");
    assert_eq!(changes.alone(), r#"{"a":2}"#);
    assert_eq!(changed(r#"{"a":0}"#, changes.clone()), r#"{"a":2}"#);
    assert_eq!(changed("{}", changes), r#"{"a":2}"#);
}
