//! Changes of one resource, as the RFC has them and as providers send them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Patch, apply};
use crate::{document::Document, fault::FaultKind, schema::Schema};

fn patched(schema: &Schema, before: &Value, operations: Value) -> Result<Value, FaultKind> {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    });
    let before = before.as_object().cloned().expect("an object");
    let patch = Patch::parse(&body).map_err(|fault| fault.kind)?;
    let after = apply(schema, &before, &patch).map_err(|fault| fault.kind)?;
    Ok(Value::Object(after))
}

fn alice() -> Value {
    json!({
        "userName": "alice",
        "externalId": "x1",
        "active": true,
        "name": { "givenName": "Alice", "familyName": "Liddell" },
        "emails": [
            { "value": "a@work.example", "type": "work", "primary": true },
            { "value": "a@home.example", "type": "home" },
        ],
    })
}

/// What is left of alice, with these attributes as they are after the change.
fn alice_with(changes: Value) -> Value {
    let mut user = alice();
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => user.as_object_mut().expect("an object").remove(name),
            value => user
                .as_object_mut()
                .expect("an object")
                .insert(name.clone(), value.clone()),
        };
    }
    user
}

// RFC 7644 section 3.5.2
#[test]
fn a_user_is_changed_as_the_operation_says() {
    struct Case(&'static str, Value, Value);
    let work = json!({ "value": "a@work.example", "type": "work", "primary": true });
    let home = json!({ "value": "a@home.example", "type": "home" });
    #[rustfmt::skip]
    let cases = [
        Case("replace one", json!([{"op": "replace", "path": "displayName", "value": "A"}]), json!({"displayName": "A"})),
        Case("add one", json!([{"op": "add", "path": "displayName", "value": "A"}]), json!({"displayName": "A"})),
        Case("remove one", json!([{"op": "remove", "path": "externalId"}]), json!({"externalId": null})),
        Case("replace with nothing", json!([{"op": "replace", "path": "externalId", "value": null}]), json!({"externalId": null})),
        Case("a part", json!([{"op": "replace", "path": "name.givenName", "value": "Al"}]), json!({"name": {"givenName": "Al", "familyName": "Liddell"}})),
        Case("a part goes", json!([{"op": "remove", "path": "name.givenName"}]), json!({"name": {"familyName": "Liddell"}})),
        Case("parts not named stay", json!([{"op": "replace", "path": "name", "value": {"givenName": "Al"}}]), json!({"name": {"givenName": "Al", "familyName": "Liddell"}})),
        Case("all parts go", json!([{"op": "remove", "path": "name"}]), json!({"name": null})),
        Case("add a value", json!([{"op": "add", "path": "emails", "value": [{"value": "b@x.example"}]}]), json!({"emails": [work, home, {"value": "b@x.example"}]})),
        Case("add what is there", json!([{"op": "add", "path": "emails", "value": [home]}]), json!({})),
        Case("a new primary", json!([{"op": "add", "path": "emails", "value": [{"value": "b@x.example", "primary": true}]}]),
            json!({"emails": [{"value": "a@work.example", "type": "work", "primary": false}, home, {"value": "b@x.example", "primary": true}]})),
        Case("another is primary", json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]),
            json!({"emails": [{"value": "a@work.example", "type": "work", "primary": false}, {"value": "a@home.example", "type": "home", "primary": true}]})),
        Case("replace all values", json!([{"op": "replace", "path": "emails", "value": [{"value": "b@x.example"}]}]), json!({"emails": [{"value": "b@x.example"}]})),
        Case("remove all values", json!([{"op": "remove", "path": "emails"}]), json!({"emails": null})),
        Case("remove some values", json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]), json!({"emails": [home]})),
        Case("remove what is gone", json!([{"op": "remove", "path": "emails[type eq \"other\"]"}]), json!({})),
        Case("remove a part", json!([{"op": "remove", "path": "emails[type eq \"work\"].primary"}]), json!({"emails": [{"value": "a@work.example", "type": "work"}, home]})),
        Case("replace a value", json!([{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "b@x.example", "type": "work"}}]), json!({"emails": [{"value": "b@x.example", "type": "work"}, home]})),
        Case("add to a value", json!([{"op": "add", "path": "emails[type eq \"work\"]", "value": {"display": "W"}}]),
            json!({"emails": [{"value": "a@work.example", "type": "work", "primary": true, "display": "W"}, home]})),
        Case("no path", json!([{"op": "replace", "value": {"active": false, "displayName": "A"}}]), json!({"active": false, "displayName": "A"})),
        Case("in order", json!([{"op": "add", "path": "displayName", "value": "A"}, {"op": "replace", "path": "displayName", "value": "B"}]), json!({"displayName": "B"})),
        Case("with the URN", json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:displayName", "value": "A"}]), json!({"displayName": "A"})),
        // Entra ID
        Case("capitals and text", json!([{"op": "Replace", "path": "active", "value": "False"}]), json!({"active": false})),
        Case("part of a value", json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "b@x.example"}]),
            json!({"emails": [{"value": "b@x.example", "type": "work", "primary": true}, home]})),
        Case("part of a value to come", json!([{"op": "Add", "path": "emails[type eq \"other\"].value", "value": "b@x.example"}]),
            json!({"emails": [work, home, {"type": "other", "value": "b@x.example"}]})),
        Case("a role to come", json!([{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "admin"}]), json!({"roles": [{"primary": true, "value": "admin"}]})),
        Case("names that are paths", json!([{"op": "Add", "value": {"name.givenName": "Al", "emails[type eq \"work\"].value": "b@x.example", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "D"}}]),
            json!({"name": {"givenName": "Al", "familyName": "Liddell"}, "emails": [{"value": "b@x.example", "type": "work", "primary": true}, home]})),
        Case("what is not kept", json!([{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1"}, {"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "m"}]), json!({})),
        Case("a list for one", json!([{"op": "Replace", "path": "displayName", "value": [{"$ref": null, "value": "A"}]}]), json!({"displayName": "A"})),
        // Okta
        Case("deactivation", json!([{"op": "replace", "value": {"active": false}}]), json!({"active": false})),
        Case("read-only beside", json!([{"op": "replace", "value": {"id": "other", "meta": {}, "shoeSize": 42, "displayName": "A"}}]), json!({"displayName": "A"})),
    ];
    for Case(name, operations, changes) in cases {
        let expected = Ok(alice_with(changes));
        assert_eq!(
            patched(Schema::USER, &alice(), operations),
            expected,
            "{name}"
        );
    }
}

#[test]
fn members_come_and_go_as_every_provider_says_it() {
    let group = json!({ "displayName": "g", "members": [{"value": "a"}, {"value": "b"}] });
    struct Case(&'static str, Value, &'static [&'static str]);
    #[rustfmt::skip]
    let cases = [
        Case("add", json!([{"op": "add", "path": "members", "value": [{"value": "c", "display": "C"}, {"value": "a"}]}]), &["a", "b", "c"]),
        Case("add one without a list", json!([{"op": "add", "path": "members", "value": {"value": "c"}}]), &["a", "b", "c"]),
        Case("remove by path", json!([{"op": "remove", "path": "members[value eq \"a\"]"}]), &["b"]),
        Case("remove by value", json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "a"}]}]), &["b"]),
        Case("remove none", json!([{"op": "remove", "path": "members", "value": []}]), &["a", "b"]),
        Case("remove a stranger", json!([{"op": "remove", "path": "members", "value": [{"value": "z"}]}]), &["a", "b"]),
        Case("remove all", json!([{"op": "remove", "path": "members"}]), &[]),
        Case("replace", json!([{"op": "replace", "path": "members", "value": [{"value": "c"}]}]), &["c"]),
        Case("replace with none", json!([{"op": "replace", "path": "members", "value": []}]), &[]),
        Case("without a path", json!([{"op": "replace", "value": {"id": "g1", "displayName": "g", "members": [{"value": "c"}]}}]), &["c"]),
        Case("add without a path", json!([{"op": "add", "value": {"members": [{"value": "c"}]}}]), &["a", "b", "c"]),
    ];
    for Case(name, operations, expected) in cases {
        let after = patched(Schema::GROUP, &group, operations).expect(name);
        let members = after["members"].as_array().cloned().unwrap_or_default();
        let members: Vec<_> = members
            .iter()
            .filter_map(|it| it["value"].as_str())
            .collect();
        assert_eq!(members, expected, "{name}");
    }
}

#[test]
fn what_cannot_be_changed_is_refused_and_nothing_changes() {
    let path = |path: &str, op: &str| json!([{"op": op, "path": path, "value": "x"}]);
    struct Case(&'static str, Value, FaultKind);
    #[rustfmt::skip]
    let cases = [
        Case("nothing to do", json!([]), FaultKind::InvalidSyntax),
        Case("no list", json!({"op": "add"}), FaultKind::InvalidSyntax),
        Case("unknown verb", json!([{"op": "move", "path": "displayName"}]), FaultKind::InvalidSyntax),
        Case("no verb", json!([{"path": "displayName"}]), FaultKind::InvalidSyntax),
        Case("path is no text", json!([{"op": "add", "path": 1}]), FaultKind::InvalidPath),
        Case("unknown attribute", path("shoeSize", "replace"), FaultKind::InvalidPath),
        Case("broken path", path("emails[type eq", "replace"), FaultKind::InvalidPath),
        Case("read-only", path("id", "replace"), FaultKind::Mutability),
        Case("read-only groups", json!([{"op": "add", "path": "groups", "value": [{"value": "g"}]}]), FaultKind::Mutability),
        Case("read-only part", path("meta.version", "replace"), FaultKind::Mutability),
        Case("required", json!([{"op": "remove", "path": "userName"}]), FaultKind::Mutability),
        Case("required replaced by nothing", json!([{"op": "replace", "path": "userName", "value": ""}]), FaultKind::InvalidValue),
        Case("no match to replace", path("emails[type eq \"other\"].value", "replace"), FaultKind::NoTarget),
        Case("no match that says what to add", path("emails[not (type eq \"home\") and value sw \"q\"].display", "add"), FaultKind::NoTarget),
        Case("remove everything", json!([{"op": "remove"}]), FaultKind::NoTarget),
        Case("no path and no object", json!([{"op": "add", "value": "x"}]), FaultKind::InvalidValue),
        Case("wrong kind", json!([{"op": "replace", "path": "active", "value": "perhaps"}]), FaultKind::InvalidValue),
        Case("one of two fails", json!([{"op": "replace", "path": "displayName", "value": "A"}, {"op": "replace", "path": "id", "value": "x"}]), FaultKind::Mutability),
        Case("too many", json!(vec![json!({"op": "remove", "path": "name"}); 1001]), FaultKind::TooMany),
    ];
    for Case(name, operations, expected) in cases {
        assert_eq!(
            patched(Schema::USER, &alice(), operations),
            Err(expected),
            "{name}"
        );
    }
    let group = json!({"displayName": "g", "members": [{"value": "a"}]});
    let renamed = path("members[value eq \"a\"].value", "replace");
    assert_eq!(
        patched(Schema::GROUP, &group, renamed),
        Err(FaultKind::Mutability)
    );
}

// DS-01
#[test]
fn work_without_end_is_refused() {
    let members: Vec<Value> = (0..5000)
        .map(|at| json!({ "value": at.to_string() }))
        .collect();
    let group = json!({ "displayName": "g", "members": members });
    let test = "value eq \"x\"";
    let long = vec![test; 32].join(" or ");
    let remove = json!({ "op": "remove", "path": format!("members[{long}]") });
    let one = json!({ "op": "add", "path": "members", "value": [{ "value": "new" }] });
    let named = json!([{ "op": "remove", "path": "members", "value": group["members"] }]);
    for operations in [
        json!(vec![remove.clone(); 1000]),
        json!(vec![one.clone(); 1000]),
        named,
    ] {
        let refused = patched(Schema::GROUP, &group, operations);
        assert_eq!(refused, Err(FaultKind::TooMany));
    }
    for operations in [json!([remove]), json!(vec![one; 100])] {
        assert!(patched(Schema::GROUP, &group, operations).is_ok());
    }
}

#[test]
fn a_body_that_says_it_is_no_patch_is_refused() {
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "Operations": [{"op": "remove", "path": "name"}]});
    let fault = Patch::parse(&body).map(|_| ()).map_err(|fault| fault.kind);
    assert_eq!(fault, Err(FaultKind::InvalidSyntax));
    let lower = json!({"operations": [{"OP": "remove", "Path": "name"}]});
    assert!(Patch::parse(&lower).is_ok());
}

fn operation() -> impl Strategy<Value = Value> {
    let verb = prop::sample::select(vec!["add", "Replace", "remove"]);
    let path = prop::option::of(prop::sample::select(vec![
        "displayName",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails.value",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[primary eq true].type",
        "roles",
        "userName",
        "title",
    ]));
    (verb, path, crate::samples::value())
        .prop_map(|(op, path, value)| json!({ "op": op, "path": path, "value": value }))
}

proptest! {
    // What a change makes is a resource that could have been sent whole.
    #[test]
    fn a_changed_resource_is_one_that_could_be_sent(
        operations in prop::collection::vec(operation(), 1..5)
    ) {
        if let Ok(after) = patched(Schema::USER, &alice(), json!(operations)) {
            let read: Result<Document, _> = crate::document::read(Schema::USER, &after);
            prop_assert_eq!(read.map(Value::Object), Ok(after));
        }
    }

    #[test]
    fn replacing_twice_is_replacing_once(path in "(displayName|emails|name|roles)", value in crate::samples::value()) {
        let once = json!([{ "op": "replace", "path": path, "value": value }]);
        if let Ok(after) = patched(Schema::USER, &alice(), once.clone()) {
            prop_assert_eq!(patched(Schema::USER, &after, once), Ok(after));
        }
    }
}
