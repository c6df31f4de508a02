use serde_json::{Value, json};

use super::*;

fn parse(value: &Value) -> Result<Details, DetailsError> {
    Details::parse(&value.to_string())
}

fn files(tools: &[&str], arguments: Option<Value>) -> Value {
    let mut entry = json!({"type": "mcp_tool", "server": "files", "tools": tools});
    if let Some(arguments) = arguments {
        entry["arguments"] = arguments;
    }
    entry
}

#[test]
fn what_is_not_exactly_an_entry_of_a_known_type_is_refused() {
    use DetailsError::{Entry, Malformed, Type};
    let good = || files(&["read_*"], None);
    let with = |name: &str, value: Value| {
        let mut entry = good();
        entry[name] = value;
        json!([entry])
    };
    let arguments = |value: Value| with("arguments", value);
    #[rustfmt::skip]
    let cases = [
        ("good",                  json!([good()]),                                     None),
        ("two entries",           json!([good(), good()]),                             None),
        ("no array",              good(),                                              Some(Malformed)),
        ("no entry",              json!([]),                                           Some(Malformed)),
        ("no object",             json!(["mcp_tool"]),                                 Some(Malformed)),
        ("too many",              json!(vec![good(); 33]),                             Some(Malformed)),
        ("too long",              json!([files(&["a".repeat(2048).as_str()], None)]),  Some(Malformed)),
        ("other type",            with("type", json!("payment_initiation")),           Some(Type)),
        ("type in capitals",      with("type", json!("MCP_TOOL")),                     Some(Type)),
        ("no type",               json!([{"server": "files", "tools": ["a"]}]),        Some(Entry)),
        ("type of another type",  with("type", json!(1)),                              Some(Entry)),
        ("unknown member",        with("actions", json!(["x"])),                       Some(Entry)),
        ("no server",             json!([{"type": "mcp_tool", "tools": ["a"]}]),       Some(Entry)),
        ("no server name",        with("server", json!("../x")),                       Some(Entry)),
        ("no tools",              with("tools", json!([])),                            Some(Entry)),
        ("tools is a text",       with("tools", json!("read_*")),                      Some(Entry)),
        ("a tool is no text",     with("tools", json!([1])),                           Some(Entry)),
        ("a tool is empty",       with("tools", json!([""])),                          Some(Entry)),
        ("one_of",                arguments(json!({"a": {"one_of": ["x", 1, true]}})), None),
        ("at_most",               arguments(json!({"a": {"at_most": 1.5}})),           None),
        ("no arguments",          arguments(json!({})),                                Some(Entry)),
        ("arguments is a list",   arguments(json!([])),                                Some(Entry)),
        ("unknown constraint",    arguments(json!({"a": {"prefix": "/srv/"}})),        Some(Entry)),
        ("two constraints",       arguments(json!({"a": {"one_of": [1], "at_most": 1}})), Some(Entry)),
        ("none of nothing",       arguments(json!({"a": {"one_of": []}})),             Some(Entry)),
        ("one of lists",          arguments(json!({"a": {"one_of": [[1]]}})),          Some(Entry)),
        ("null",                  arguments(json!({"a": {"one_of": [null]}})),         Some(Entry)),
        ("at most a text",        arguments(json!({"a": {"at_most": "1"}})),           Some(Entry)),
    ];
    for (name, value, expected) in cases {
        assert_eq!(parse(&value).err(), expected, "{name}");
    }
    assert_eq!(Details::parse("[{"), Err(Malformed));
}

#[test]
fn what_was_read_is_written_in_the_same_words() {
    let value = json!([
        files(&["read_*", "list"], None),
        files(
            &["w"],
            Some(json!({"a": {"one_of": ["x"]}, "n": {"at_most": 7}}))
        ),
    ]);
    let details = parse(&value).expect("good");
    assert_eq!(Value::from(details.clone()), value);
    let stored = details.to_stored().expect("some");
    assert_eq!(Details::from_stored(Some(&stored)), Ok(details));
    assert_eq!(Details::from_stored(None), Ok(Details::default()));
    assert_eq!(Details::default().to_stored(), None);
    assert!(Details::from_stored(Some("")).is_err(), "never nothing");
}

#[test]
fn a_call_passes_when_one_entry_names_its_tool_with_its_arguments() {
    let details = parse(&json!([
        files(&["read_*"], None),
        files(
            &["copy"],
            Some(json!({"to": {"one_of": ["docs", 1]}, "lines": {"at_most": 100}}))
        ),
    ]))
    .expect("good");
    let (big, server) = (
        json!(9_007_199_254_740_993_u64),
        ServerName::parse("files").expect("a name"),
    );
    #[rustfmt::skip]
    let cases = [
        ("named",             "read_a", json!({}),                           Covered::Yes),
        ("not named",         "drop",   json!({}),                           Covered::No),
        ("all hold",          "copy",   json!({"to": "docs", "lines": 100}), Covered::Yes),
        ("others are free",   "copy",   json!({"to": 1, "lines": 0, "x": 9}), Covered::Yes),
        ("a float below",     "copy",   json!({"to": 1, "lines": 99.5}),     Covered::Yes),
        ("too many",          "copy",   json!({"to": "docs", "lines": 101}), Covered::No),
        ("a float above",     "copy",   json!({"to": "docs", "lines": 100.5}), Covered::No),
        ("a huge number",     "copy",   json!({"to": "docs", "lines": big}), Covered::No),
        ("another value",     "copy",   json!({"to": "etc", "lines": 1}),    Covered::No),
        ("case differs",      "copy",   json!({"to": "Docs", "lines": 1}),   Covered::No),
        ("text for number",   "copy",   json!({"to": "1", "lines": 1}),      Covered::No),
        ("number as text",    "copy",   json!({"to": "docs", "lines": "1"}), Covered::No),
        ("in a list",         "copy",   json!({"to": ["docs"], "lines": 1}), Covered::No),
        ("left out",          "copy",   json!({"lines": 1}),                 Covered::No),
    ];
    for (name, tool, arguments, expected) in cases {
        let argument = |name: &str| arguments.get(name).cloned();
        let covered = details.cover(&server, tool, &argument);
        assert_eq!(covered, expected, "{name}");
    }
    let never = |_: &str| -> Option<Value> { panic!("nobody asked") };
    assert_eq!(
        Details::default().cover(&server, "drop", &never),
        Covered::Yes
    );
    assert_eq!(details.cover(&server, "read_a", &never), Covered::Yes);
}

#[test]
fn details_narrow_and_never_widen() {
    let limit = || Some(json!({"to": {"one_of": ["a", "b"]}, "n": {"at_most": 10}}));
    let granted = parse(&json!([
        files(&["read_*"], None),
        files(&["copy"], limit())
    ]));
    let granted = granted.expect("good");
    let tight = |to: Value, n: i64| Some(json!({"to": {"one_of": to}, "n": {"at_most": n}}));
    let mail = json!([{"type": "mcp_tool", "server": "mail", "tools": ["read_a"]}]);
    #[rustfmt::skip]
    let cases = [
        ("one tool of a pattern",  json!([files(&["read_a"], None)]),                     true),
        ("a narrower pattern",     json!([files(&["read_a*", "read_*_b"], None)]),        true),
        ("the same",               json!([files(&["copy"], limit())]),                    true),
        ("fewer values",           json!([files(&["copy"], tight(json!(["a"]), 5))]),     true),
        ("a further constraint",   json!([files(&["read_a"], tight(json!(["x"]), 99))]),  true),
        ("a wider pattern",        json!([files(&["rea*"], None)]),                       false),
        ("every tool",             json!([files(&["*"], None)]),                          false),
        ("another tool",           json!([files(&["drop"], None)]),                       false),
        ("one of two outside",     json!([files(&["read_a"], None), files(&["drop"], None)]), false),
        ("constraints dropped",    json!([files(&["copy"], None)]),                       false),
        ("a further value",        json!([files(&["copy"], tight(json!(["a", "c"]), 5))]), false),
        ("a higher bound",         json!([files(&["copy"], tight(json!(["a"]), 11))]),    false),
        ("another server",         mail,                                                  false),
    ];
    for (name, asked, allowed) in cases {
        let narrowed = granted.narrowed(Some(&asked.to_string()));
        let expected = if allowed {
            parse(&asked)
        } else {
            Err(DetailsError::Exceeded)
        };
        assert_eq!(narrowed, expected, "{name}"); // TK-04
    }
    assert_eq!(granted.narrowed(None), Ok(granted.clone()));
    let all = Details::default();
    let some = json!([files(&["read_a"], None)]);
    assert_eq!(all.narrowed(Some(&some.to_string())), parse(&some));
}

#[test]
fn a_token_carries_the_details_of_its_server_and_never_none_of_some() {
    let [files_at, mail_at, other] = ["files", "mail", "x"]
        .map(|name| Resource::from_known(format!("https://mcp.example/mcp/{name}")));
    let mail = json!({"type": "mcp_tool", "server": "mail", "tools": ["send"]});
    let both = parse(&json!([files(&["read_*"], None), mail])).expect("good");
    let one = |entry: Value| parse(&json!([entry]));
    assert_eq!(both.for_token(&files_at), one(files(&["read_*"], None)));
    assert_eq!(both.for_token(&mail_at), one(mail));
    assert_eq!(both.for_token(&other), Err(DetailsError::Server));
    assert_eq!(Details::default().for_token(&other), Ok(Details::default()));
    let approved = Resources::one(files_at);
    assert_eq!(Ok(both.within(&approved)), one(files(&["read_*"], None)));
}

#[test]
fn nothing_that_is_approved_hides_or_is_cut() {
    let long = "x".repeat(500);
    for (text, shown) in [
        // CO-06
        ("read_file", "read_file"),
        ("m\u{fc}ller \u{6587}", "m\u{fc}ller \u{6587}"),
        ("a\u{202e}b", "a\\u{202e}b"),
        ("a\u{200b}\u{3164}\n", "a\\u{200b}\\u{3164}\\u{a}"),
        (long.as_str(), long.as_str()),
    ] {
        assert_eq!(visible(text), shown);
    }
    let arguments = json!({"to": {"one_of": ["a\u{202e}", 1, true]}, "n": {"at_most": 7}});
    let details = parse(&json!([files(&["t"], Some(arguments))])).expect("good");
    let shown: Vec<_> = details.iter().flat_map(ToolDetail::arguments).collect();
    let one_of = Constraint::OneOf(vec![json!("a\u{202e}"), json!(1), json!(true)]);
    assert_eq!(
        shown,
        [("n", &Constraint::AtMost(7.into())), ("to", &one_of)]
    );
}
