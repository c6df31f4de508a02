//! Filters on one resource, and text that is no filter.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Filter, place};
use crate::{fault::FaultKind, schema::Schema};

fn alice() -> Map<String, Value> {
    let user = json!({
        "id": "u1",
        "externalId": "X-1",
        "userName": "Alice@Example.com",
        "name": { "familyName": "Liddell" },
        "active": true,
        "emails": [
            { "value": "alice@example.com", "type": "work", "primary": true },
            { "value": "al@home.example", "type": "home" },
        ],
        "meta": { "created": "2026-03-01T12:00:00Z", "resourceType": "User" },
    });
    user.as_object().cloned().expect("an object")
}

fn passes(filter: &str) -> bool {
    let filter =
        Filter::parse(Schema::USER, filter).unwrap_or_else(|fault| panic!("{filter}: {fault}"));
    filter.passes(&alice())
}

// RFC 7644 section 3.4.2.2
#[test]
fn every_operator_compares_as_its_attribute_does() {
    struct Case(&'static str, bool);
    #[rustfmt::skip]
    let cases = [
        Case(r#"userName eq "alice@example.com""#,                   true),
        Case(r#"USERNAME Eq "ALICE@example.com""#,                   true),
        Case(r#"userName eq "alice""#,                               false),
        Case(r#"userName ne "alice@example.com""#,                   false),
        Case(r#"userName ne "bob""#,                                 true),
        Case(r#"displayName ne "bob""#,                              true),
        Case(r#"userName co "EXAMPLE""#,                             true),
        Case(r#"userName co "zzz""#,                                 false),
        Case(r#"userName sw "alice""#,                               true),
        Case(r#"userName sw "lice""#,                                false),
        Case(r#"userName ew ".COM""#,                                true),
        Case(r#"userName ew ".org""#,                                false),
        Case(r#"userName gt "alice""#,                               true),
        Case(r#"userName ge "alice@example.com""#,                   true),
        Case(r#"userName lt "alice@example.com""#,                   false),
        Case(r#"userName le "alice@example.com""#,                   true),
        Case("userName pr",                                          true),
        Case("displayName pr",                                       false),
        Case(r#"externalId eq "X-1""#,                               true),
        Case(r#"externalId eq "x-1""#,                               false),
        Case("active eq true",                                       true),
        Case(r#"active eq "True""#,                                  true),
        Case("active eq FALSE",                                      false),
        Case("active ne false",                                      true),
        Case("displayName eq null",                                  true),
        Case("userName ne null",                                     true),
        Case(r#"meta.created gt "2026-02-28T23:00:00Z""#,            true),
        Case(r#"meta.created gt "2026-03-01T13:00:00+01:00""#,       false),
        Case(r#"meta.created ge "2026-03-01T13:00:00+01:00""#,       true),
        Case(r#"meta.created eq "2026-03-01T12:00:00.000Z""#,        true),
        Case(r#"name.familyName eq "liddell""#,                      true),
        Case("name pr",                                              true),
        Case(r#"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq "liddell""#, true),
        Case(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "alice""#,          true),
        Case(r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x""#, false),
        Case(r#"shoeSize eq "42""#,                                  false),
        Case(r#"shoeSize ne "42""#,                                  true),
        Case("shoeSize pr",                                          false),
        Case(r#"emails.value eq "AL@home.example""#,                 true),
        Case(r#"emails co "home""#,                                  true),
        Case(r#"emails[type eq "work"]"#,                            true),
        Case(r#"emails[type eq "work" and value co "home"]"#,        false),
        Case(r#"emails[not (type eq "work") and value co "home"]"#,  true),
        Case(r#"emails[type eq "work"].value eq "alice@example.com""#, true),
        Case(r#"emails[type eq "work"].value eq "al@home.example""#, false),
        Case(r#"phoneNumbers[type eq "work"].value eq "1""#,         false),
    ];
    for Case(filter, expected) in cases {
        assert_eq!(passes(filter), expected, "{filter}");
    }
}

#[test]
fn and_binds_stronger_than_or_and_brackets_strongest() {
    for (filter, expected) in [
        (r#"userName pr or active eq false and displayName pr"#, true),
        (
            r#"(userName pr or active eq false) and displayName pr"#,
            false,
        ),
        (r#"not (userName pr) or active eq true"#, true),
        (r#"not(userName pr)"#, false),
        (r#"((userName pr))"#, true),
        (r#"userName pr AND (displayName pr OR externalId pr)"#, true),
    ] {
        assert_eq!(passes(filter), expected, "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    let deep = format!("{}userName pr{}", "(".repeat(17), ")".repeat(17));
    let long = vec!["userName pr"; 65].join(" and ");
    let huge = format!("userName eq \"{}\"", "a".repeat(4096));
    for bad in [
        "",
        "userName",
        "userName eq",
        "userName eq alice",
        "userName is \"alice\"",
        "userName eq \"alice",
        "userName eq \"alice\" and",
        "userName pr userName pr",
        "(userName pr",
        "userName pr)",
        "not userName pr",
        "userName eq 1",
        "active gt true",
        "active eq \"perhaps\"",
        "name eq \"x\"",
        "meta.created gt \"yesterday\"",
        "meta.created co \"2026\"",
        "userName gt null",
        "userName[type eq \"work\"]",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"].colour eq \"x\"",
        "emails[type eq \"work\"]. eq \"x\"",
        "emails.",
        &deep,
        &long,
        &huge,
    ] {
        let fault = Filter::parse(Schema::USER, bad)
            .map(|_| ())
            .map_err(|fault| fault.kind);
        assert_eq!(fault, Err(FaultKind::InvalidFilter), "{bad}");
    }
}

#[test]
fn a_value_that_must_be_is_known_without_looking() {
    let required = |text: &str| {
        let filter = Filter::parse(Schema::GROUP, text).expect("a filter");
        let id = Schema::GROUP.kept("id").expect("known");
        filter.requires(id).map(str::to_owned)
    };
    assert_eq!(
        required(r#"id eq "G" and members eq "u1""#),
        Some("G".to_owned())
    );
    assert_eq!(
        required(r#"members eq "u1" and (id eq "G")"#),
        Some("G".to_owned())
    );
    assert_eq!(required(r#"id eq "G" or members eq "u1""#), None);
    assert_eq!(required(r#"not (id eq "G")"#), None);
    assert_eq!(required(r#"id sw "G""#), None);
}

#[test]
fn a_path_leads_to_an_attribute_to_values_or_to_parts() {
    let describe = |text: &str| {
        let place = place(Schema::USER, text).map_err(|fault| fault.kind)?;
        Ok(place.map(|place| {
            let part = place.part.map(|part| part.name);
            (place.attribute.name, place.within.is_some(), part)
        }))
    };
    for (path, expected) in [
        ("userName", Ok(Some(("userName", false, None)))),
        (
            "name.givenName",
            Ok(Some(("name", false, Some("givenName")))),
        ),
        (
            r#"emails[type eq "work"]"#,
            Ok(Some(("emails", true, None))),
        ),
        (
            r#"Emails[Type eq "work"].Value"#,
            Ok(Some(("emails", true, Some("value")))),
        ),
        (r#"addresses[type eq "work"].country"#, Ok(None)),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            Ok(None),
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:active",
            Ok(Some(("active", false, None))),
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User",
            Err(FaultKind::InvalidPath),
        ),
        ("shoeSize", Err(FaultKind::InvalidPath)),
        ("userName.part", Err(FaultKind::InvalidPath)),
        (r#"userName[type eq "work"]"#, Err(FaultKind::InvalidPath)),
        ("emails[", Err(FaultKind::InvalidPath)),
        ("emails value", Err(FaultKind::InvalidPath)),
        ("", Err(FaultKind::InvalidPath)),
    ] {
        assert_eq!(describe(path), expected, "{path}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = Filter::parse(Schema::USER, &text);
        let _ = place(Schema::USER, &text);
    }

    #[test]
    fn texts_of_the_grammar_are_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "userName", "emails", "[", "]", ".value", "(", ")", "not", "and", "or", "eq", "pr",
                "\"a\"", "true", "null", " ", "\\", "\"",
            ]),
            0..40,
        )
    ) {
        let text = words.join(" ");
        if let Ok(filter) = Filter::parse(Schema::USER, &text) {
            let negated = Filter::Not(Box::new(filter.clone()));
            prop_assert_ne!(filter.passes(&alice()), negated.passes(&alice()));
        }
    }

    #[test]
    fn any_name_is_found_by_what_it_is(name in "[a-zA-Z0-9 \"\\\\äß]{1,20}") {
        let text = serde_json::to_string(&name).expect("text");
        let filter = Filter::parse(Schema::USER, &format!("userName eq {text}")).expect("a filter");
        let user = json!({ "userName": name });
        prop_assert!(filter.passes(user.as_object().expect("an object")));
    }
}
