use super::*;

const TOOLS: &str = r#"{ "jsonrpc":"2.0", "id":"x","result" : {"ttlMs":1.0e3,"tools":[ {"name":"a","title":"A","x":1.50},
  {"name":"b\u0062","description":"does b","annotations":{"readOnlyHint":true,"title":"B"}} ,{ "name" : "c" , "annotations":{"destructiveHint":false}, "inputSchema":{"type":"object"}} ], "nextCursor":"n","cacheScope" : "public", "zzz":null}}"#;

fn tools(body: &str) -> List<'_> {
    List::parse(body.as_bytes(), ListKind::Tools).expect("a list")
}

fn retain(body: &str, sharing: Sharing, names: &[&str]) -> String {
    let kept = tools(body).retain(sharing, |item| names.contains(&&*item.name));
    String::from_utf8(kept).expect("text")
}

#[test]
fn items_show_what_policies_and_pages_need() {
    let list = tools(TOOLS);
    let [a, b, c] = list.items() else {
        panic!("three items");
    };
    assert_eq!((&*a.name, &*b.name, &*c.name), ("a", "bb", "c"));
    assert_eq!(b.description().as_deref(), Some("does b"));
    assert_eq!(
        (a.title().as_deref(), b.title().as_deref(), c.title()),
        (Some("A"), Some("B"), None)
    );
    assert_eq!(
        (a.is_read_only(), a.is_destructive()),
        (false, true),
        "the defaults"
    );
    assert_eq!((b.is_read_only(), b.is_destructive()), (true, false));
    assert_eq!((c.is_read_only(), c.is_destructive()), (false, false));
    assert_eq!(
        c.input_schema().expect("there").as_str(),
        r#"{"type":"object"}"#
    );
    assert_eq!(list.next_cursor().expect("there").as_str(), "\"n\"");
}

#[test]
fn what_is_kept_keeps_its_bytes() {
    assert_eq!(retain(TOOLS, Sharing::Upstream, &["a", "bb", "c"]), TOOLS);
    let private = TOOLS.replace("\"public\"", "\"private\"");
    let (start, rest) = private.split_once("{\"name\":\"a\"").expect("a");
    let (_, bc) = rest.split_once(",\n  ").expect("b");
    assert_eq!(
        retain(TOOLS, Sharing::Upstream, &["bb", "c"]),
        format!("{start}{bc}")
    );

    let cut = |from: &str, to: &str| {
        let start = private.find(from).expect("from");
        let end = private.find(to).expect("to");
        let (before, after) = (private.get(..start), private.get(end..));
        format!("{}{}", before.expect("text"), after.expect("text"))
    };
    assert_eq!(
        retain(TOOLS, Sharing::Upstream, &["a", "c"]),
        cut(",\n  {", " ,{ \"name\"")
    );
    assert_eq!(
        retain(TOOLS, Sharing::Upstream, &["a", "bb"]),
        cut(" ,{ \"name\"", " ], \"nextCursor\"")
    );
    assert_eq!(
        retain(TOOLS, Sharing::Upstream, &["a"]),
        cut(",\n  {", " ], \"nextCursor\"")
    );
    assert_eq!(
        retain(TOOLS, Sharing::Upstream, &[]),
        cut("{\"name\":\"a\"", " ], \"nextCursor\"")
    );
}

#[test]
fn every_selection_is_a_list_of_exactly_those_items() {
    // GW-13
    let names = ["a", "bb", "c"];
    for mask in 0..8_usize {
        let chosen: Vec<_> = (0..3)
            .filter(|bit| mask & (1 << bit) != 0)
            .map(|bit| names[bit])
            .collect();
        let body = retain(TOOLS, Sharing::Upstream, &chosen);
        let left: Vec<_> = tools(&body)
            .items()
            .iter()
            .map(|item| item.name.to_string())
            .collect();
        assert_eq!(left, chosen);
    }
}

#[test]
fn a_list_that_may_differ_between_callers_is_private() {
    // P-013, GW-18
    assert!(
        retain(TOOLS, Sharing::Private, &["a", "bb", "c"]).contains(r#""cacheScope" : "private""#)
    );
    assert!(retain(TOOLS, Sharing::Upstream, &["a"]).contains(r#""cacheScope" : "private""#));

    let silent = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}]}}"#;
    assert_eq!(retain(silent, Sharing::Upstream, &["a"]), silent);
    let told =
        r#"{"jsonrpc":"2.0","id":1,"result":{"cacheScope":"private","tools":[{"name":"a"}]}}"#;
    assert_eq!(retain(silent, Sharing::Private, &["a"]), told);
    assert!(
        !retain(silent, Sharing::Upstream, &[]).contains("cacheScope"),
        "the session era has none"
    );
}

#[test]
fn items_can_be_renamed_while_others_are_cut() {
    // P-004, P-005
    let body = tools(TOOLS).rewrite(Sharing::Upstream, |item| match &*item.name {
        "a" => Fate::Remove,
        name => Fate::Rename(format!("files_\"{name}")),
    });
    let body = String::from_utf8(body).expect("text");
    let names: Vec<_> = tools(&body)
        .items()
        .iter()
        .map(|item| item.name.to_string())
        .collect();
    assert_eq!(names, ["files_\"bb", "files_\"c"]);
}

#[test]
fn other_lists_are_named_by_their_uri() {
    let named = |kind, body: &str| {
        let list = List::parse(body.as_bytes(), kind).expect("a list");
        list.items()[0].name.to_string()
    };
    let resources =
        r#"{"jsonrpc":"2.0","id":1,"result":{"resources":[{"uri":"file:///a","name":"A"}]}}"#;
    assert_eq!(named(ListKind::Resources, resources), "file:///a");
    let templates = r#"{"jsonrpc":"2.0","id":1,"result":{"resourceTemplates":[{"uriTemplate":"file:///{p}","name":"A"}]}}"#;
    assert_eq!(named(ListKind::ResourceTemplates, templates), "file:///{p}");
    let prompts = r#"{"jsonrpc":"2.0","id":1,"result":{"prompts":[{"name":"p"}]}}"#;
    assert_eq!(named(ListKind::Prompts, prompts), "p");
}

#[test]
fn what_is_no_list_is_refused() {
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":{}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[1]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{}]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":1}]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","name":"b"}]}}"#,
        "[]",
    ] {
        assert!(
            List::parse(body.as_bytes(), ListKind::Tools).is_err(),
            "{body}"
        );
    }
}
