use std::sync::atomic::{AtomicU64, Ordering};

use doorward_mcp::error::Code;

use super::{
    super::scripted::{Act, Caller, Scripted, declaring, error, listing, read, request},
    *,
};

async fn tools(asker: &Scripted, caller: &Caller, params: Value) -> Result<Value, String> {
    listed(
        asker,
        caller,
        ListKind::Tools,
        &request("tools/list", params),
    )
    .await
}

async fn listed(
    asker: &Scripted,
    caller: &Caller,
    kind: ListKind,
    body: &str,
) -> Result<Value, String> {
    let answer = list(asker, caller.around(), kind, &read(body)).await;
    assert!(!asker.immodest.load(Ordering::SeqCst), "ST-06");
    match answer {
        Ok(json) => {
            let answer: Value = serde_json::from_slice(&json).expect("JSON");
            assert_eq!(answer["id"], "mine");
            assert_eq!(answer["result"]["cacheScope"], "private"); // P-013
            Ok(answer["result"].clone())
        }
        Err(Unlisted::No(no)) => Err(no.to_owned()),
        Err(Unlisted::Error(error)) => Err(error.code().number().to_string()),
    }
}

fn names(list: &Value, field: &str, key: &str) -> Vec<String> {
    let items = list[field].as_array().expect("a list").iter();
    items
        .map(|item| item[key].as_str().expect("a name").to_owned())
        .collect()
}

fn of(names: &'static [&'static str]) -> impl Fn(&Value) -> Act + Send + Sync {
    move |_| listing("tools", "name", names, 60_000, "public")
}

#[tokio::test]
async fn lists_are_one_in_a_stable_order_with_what_the_caller_may_use() {
    // GW-13, P-004, P-013
    let asker = Scripted::default()
        .with("notes", of(&["b", "a", "not a name"]))
        .with("files", of(&["read", "drop"]))
        .only(&["read"], &[])
        .with("mail", |_| error(Code::MethodNotFound.number()));
    let list = tools(&asker, &Caller::new("alice"), json!({}))
        .await
        .expect("a list");
    assert_eq!(
        names(&list, "tools", "name"),
        ["files_read", "notes_b", "notes_a"]
    );
    assert_eq!(list["tools"][0]["x"], 1, "unknown members stay");
    assert_eq!(list["_meta"], json!({"dev.doorward/unnamed": 1}));
    assert!(list.get("nextCursor").is_none());
    let ttl = list["ttlMs"].as_u64().expect("ttl");
    assert!((59_000..=60_000).contains(&ttl), "{ttl}");
}

#[tokio::test(start_paused = true)]
async fn a_dead_a_slow_and_a_broken_member_are_absent_and_the_others_answer() {
    // GW-27
    let asker = Scripted::default()
        .with("files", of(&["read"]))
        .with("mail", |_| Act::Dead)
        .with("notes", |_| Act::Hold(Vec::new()))
        .with("odd", |_| error(-32603));
    let caller = Caller::new("alice");
    let list = tools(&asker, &caller, json!({})).await.expect("a list");
    assert_eq!(names(&list, "tools", "name"), ["files_read"]);
    assert_eq!(list["ttlMs"], 0, "who is absent may be back any moment");
    let absent = &list["_meta"][ABSENT];
    let told = |index: usize| {
        (
            absent[index]["server"].clone(),
            absent[index]["reason"].clone(),
        )
    };
    assert_eq!(
        told(0),
        (json!("mail"), json!("the MCP server cannot be reached"))
    );
    assert_eq!(
        told(1),
        (
            json!("notes"),
            json!("the MCP server did not answer in time")
        )
    );
    assert_eq!(told(2).0, json!("odd"));
}

#[tokio::test]
async fn who_may_ask_nobody_is_refused_and_who_may_ask_some_is_told_less() {
    let all = Scripted::default()
        .with("files", |_| Act::Refuse)
        .with("mail", |_| Act::Refuse);
    let caller = Caller::new("alice");
    assert_eq!(
        tools(&all, &caller, json!({})).await,
        Err("refused".to_owned())
    );
    let some = Scripted::default()
        .with("files", |_| Act::Refuse)
        .with("mail", of(&["send"]));
    let list = tools(&some, &caller, json!({})).await.expect("a list");
    assert_eq!(names(&list, "tools", "name"), ["mail_send"]);
    assert_eq!(list["_meta"][ABSENT][0]["server"], "files");
}

fn many(count: usize, ttl: u64) -> impl Fn(&Value) -> Act + Send + Sync {
    move |request| {
        // A member has pages as well, and the empty string is a cursor (P-008).
        let (start, cursor) = match request["params"]["cursor"].as_str() {
            None => (0, Some("")),
            Some("") => (count / 2, None),
            Some(other) => panic!("{other}"),
        };
        let items: Vec<Value> = (start..start + count / 2)
            .map(|number| json!({"name": format!("t{number:04}")}))
            .collect();
        let mut result = json!({"tools": items, "ttlMs": ttl, "cacheScope": "private"});
        if let Some(cursor) = cursor {
            result["nextCursor"] = cursor.into();
        }
        super::super::scripted::result(result)
    }
}

#[tokio::test]
async fn pages_are_of_one_snapshot_and_a_cursor_is_good_for_its_owner_alone() {
    // P-008, GW-18
    for ttl in [0, 60_000] {
        let asker = Scripted::default()
            .with("files", many(300, ttl))
            .with("notes", many(300, ttl));
        let mut caller = Caller::new("alice");
        let (mut all, mut cursor, mut first) = (Vec::new(), Value::Null, None);
        loop {
            let page = tools(&asker, &caller, json!({ "cursor": cursor }))
                .await
                .expect("a page");
            assert!(names(&page, "tools", "name").len() <= PAGE);
            all.extend(names(&page, "tools", "name"));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
            first.get_or_insert(cursor.clone());
        }
        assert_eq!(all.len(), 600);
        assert!(all.is_sorted() && all[0] == "files_t0000" && all[599] == "notes_t0299");
        let first = first.expect("several pages");
        let text = first.as_str().expect("text");
        let wrong = |cursor: &str| json!({ "cursor": cursor });
        let refused = Err(Code::InvalidParams.number().to_string());
        let turned: String = text.chars().rev().collect();
        let cut = text.strip_suffix(char::is_alphanumeric).unwrap_or("x");
        for cursor in [turned.as_str(), cut, "x", "{}"] {
            assert_eq!(
                tools(&asker, &caller, wrong(cursor)).await,
                refused,
                "{cursor}"
            );
        }
        assert_eq!(tools(&asker, &caller, json!({"cursor": 7})).await, refused);
        let begin = tools(&asker, &caller, wrong(""))
            .await
            .expect("the first page");
        assert_eq!(names(&begin, "tools", "name")[0], "files_t0000");
        let bob = caller.beside("bob");
        assert_eq!(tools(&asker, &bob, wrong(text)).await, refused, "another's");
        let prompts = request("prompts/list", wrong(text));
        let other = listed(&asker, &caller, ListKind::Prompts, &prompts).await;
        assert_eq!(other, refused, "of another list");
        caller.now += 15 * 60;
        assert_eq!(
            tools(&asker, &caller, wrong(text)).await,
            refused,
            "too old"
        );
    }
}

#[tokio::test]
async fn a_cursor_of_another_replica_counts_for_as_long_as_the_list_is_the_same() {
    // P-008
    let asker = Scripted::default().with("files", many(600, 0));
    let here = Caller::new("alice");
    let page = tools(&asker, &here, json!({})).await.expect("a page");
    let next = json!({"cursor": page["nextCursor"]});
    let elsewhere = Caller::new("alice");
    let page = tools(&asker, &elsewhere, next.clone())
        .await
        .expect("the same list");
    assert_eq!(names(&page, "tools", "name")[0], "files_t0250");
    let changed = Scripted::default().with("files", many(602, 0));
    let elsewhere = Caller::new("alice");
    let refused = Err(Code::InvalidParams.number().to_string());
    assert_eq!(tools(&changed, &elsewhere, next).await, refused);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_ages_and_is_the_token_s_own_unless_it_is_everybodys() {
    // P-011, P-013, P-015, GW-18
    let asker = Scripted::default()
        .with("files", of(&["read"]))
        .with("mail", |_| {
            listing("tools", "name", &["send"], 60_000, "private")
        })
        .with("notes", |_| {
            listing("tools", "name", &["add"], 0, "private")
        });
    let alice = Caller::new("alice");
    let bob = alice.beside("bob");
    let count = || ["files", "mail", "notes"].map(|name| asker.count(name));
    tools(&asker, &alice, json!({})).await.expect("a list");
    tokio::time::advance(Duration::from_secs(20)).await;
    tools(&asker, &alice, json!({})).await.expect("a list");
    assert_eq!(count(), [1, 1, 2], "what lasts no time is asked for again");
    tools(&asker, &bob, json!({})).await.expect("a list");
    assert_eq!(count(), [1, 2, 3], "bob never sees what is alice's");
    let rich = declaring("tools/list", json!({}), json!({"sampling": {}}));
    listed(&asker, &alice, ListKind::Tools, &rich)
        .await
        .expect("a list");
    assert_eq!(
        count(),
        [2, 3, 4],
        "another client may be told other things"
    );
    tokio::time::advance(Duration::from_secs(41)).await;
    tools(&asker, &alice, json!({})).await.expect("a list");
    assert_eq!(count(), [3, 4, 5], "its time is over");
}

#[tokio::test]
async fn a_list_that_changed_is_asked_for_again() {
    // P-015
    let version = Arc::new(AtomicU64::new(0));
    let now = Arc::clone(&version);
    let asker = Scripted::default().with("files", move |_| match now.load(Ordering::SeqCst) {
        0 => listing("tools", "name", &["old"], 60_000, "public"),
        _ => listing("tools", "name", &["new"], 60_000, "public"),
    });
    let caller = Caller::new("alice");
    tools(&asker, &caller, json!({})).await.expect("a list");
    version.store(1, Ordering::SeqCst);
    let list = tools(&asker, &caller, json!({})).await.expect("a list");
    assert_eq!(names(&list, "tools", "name"), ["files_old"]);
    let files = ServerName::parse("files").expect("a name");
    let said = asker
        .changes(&files)
        .note(doorward_mcp::method::Method::ToolsListChanged);
    assert!(said);
    let list = tools(&asker, &caller, json!({})).await.expect("a list");
    assert_eq!(names(&list, "tools", "name"), ["files_new"]);
}

#[tokio::test]
async fn uris_that_several_members_have_are_told_apart() {
    let script = |uris: &'static [&'static str]| {
        move |request: &Value| match request["method"].as_str() {
            Some("resources/list") => listing("resources", "uri", uris, 0, "private"),
            _ => error(Code::MethodNotFound.number()),
        }
    };
    let asker = Scripted::default()
        .with("files", script(&["file:///a", "note:1", "mcp+mail+x"]))
        .with("mail", script(&["note:1", "note:2"]))
        .with("notes", script(&["note:2", "note:3"]))
        .only(&[], &["note:3"]);
    let body = request("resources/list", json!({}));
    let caller = Caller::new("alice");
    let list = listed(&asker, &caller, ListKind::Resources, &body)
        .await
        .expect("a list");
    #[rustfmt::skip]
    assert_eq!(names(&list, "resources", "uri"), [
        "file:///a", "mcp+files+note:1", "mcp+files+mcp+mail+x",
        "mcp+mail+note:1", "note:2", "note:3", // what is hidden makes nothing ambiguous
    ]);
}

#[tokio::test]
async fn a_kept_list_is_shown_to_nobody_whom_its_member_would_refuse() {
    // P-014, P-051
    let asker = Scripted::default()
        .with("files", of(&["read"]))
        .with("mail", of(&["send"]));
    let alice = Caller::new("alice");
    let all = tools(&asker, &alice, json!({})).await.expect("a list");
    assert_eq!(names(&all, "tools", "name"), ["files_read", "mail_send"]);
    asker.closed.lock().expect("lock").push("mail");
    for caller in [&alice, &alice.beside("bob")] {
        let less = tools(&asker, caller, json!({})).await.expect("a list");
        assert_eq!(names(&less, "tools", "name"), ["files_read"]);
        let absent = &less["_meta"][ABSENT][0];
        assert_eq!(absent["server"], "mail");
        assert_eq!(less["ttlMs"], 0);
    }
    asker.closed.lock().expect("lock").push("files");
    let none = tools(&asker, &alice, json!({})).await;
    assert_eq!(none, Err("refused".to_owned()));
    assert_eq!(asker.heard().len(), 2, "nobody was asked for it");
}

#[tokio::test]
async fn the_rest_of_a_list_is_for_who_may_still_ask_all_whose_it_is() {
    // P-014
    let asker = Scripted::default()
        .with("files", many(300, 60_000))
        .with("notes", many(300, 60_000));
    let alice = Caller::new("alice");
    let page = tools(&asker, &alice, json!({})).await.expect("a page");
    asker.closed.lock().expect("lock").push("notes");
    let next = json!({"cursor": page["nextCursor"]});
    let refused = Err(Code::InvalidParams.number().to_string());
    assert_eq!(tools(&asker, &alice, next).await, refused);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_slow_page_by_page_is_waited_for_no_longer_than_others() {
    // GW-27
    let pages = AtomicU64::new(0);
    let asker = Scripted::default()
        .with("files", of(&["read"]))
        .with("mail", move |_| {
            let next = pages.fetch_add(1, Ordering::SeqCst).to_string();
            let page = super::super::scripted::result(
                json!({"tools": [{"name": "send"}], "nextCursor": next}),
            );
            Act::Later(Duration::from_millis(9_900), Box::new(page))
        });
    let before = Instant::now();
    let list = tools(&asker, &Caller::new("alice"), json!({})).await;
    let list = list.expect("a list");
    assert_eq!(before.elapsed(), super::super::PATIENCE);
    assert_eq!(names(&list, "tools", "name"), ["files_read"]);
    let absent = &list["_meta"][ABSENT][0];
    assert_eq!(absent["reason"], "the MCP server did not answer in time");
}

#[tokio::test]
async fn what_members_list_is_bounded_for_each_and_for_each_caller() {
    // GW-25, GW-28
    let of_one = lists::ENTRY + r#"{"name":"read","x":1}read"#.len() + size_of::<Told>();
    let (large, most) = ("x".repeat(1 << 20), 2 * of_one);
    let huge = move |_: &Value| {
        let items: Vec<Value> = (0..9).map(|_| json!({"name": large})).collect();
        super::super::scripted::result(json!({ "tools": items }))
    };
    let asker = Scripted::default()
        .with("files", of(&["read"]))
        .with("mail", huge);
    let caller = Caller::new("alice");
    let told = |list: &Value| {
        let absent = list["_meta"][ABSENT].as_array().expect("some").iter();
        let absent = absent.map(|one| (one["server"].clone(), one["reason"].clone()));
        absent.collect::<Vec<_>>()
    };
    let too_large = json!("the MCP server's answer is too large");
    let list = tools(&asker, &caller, json!({})).await.expect("a list");
    assert_eq!(told(&list), [(json!("mail"), too_large.clone())]);
    let asker = Scripted::default()
        .holding(most)
        .with("files", of(&["read"]))
        .with("mail", of(&["read"]))
        .with("notes", of(&["read"]));
    for caller in [&Caller::new("bob"), &Caller::new("carol")] {
        let list = tools(&asker, caller, json!({})).await.expect("a list");
        assert_eq!(told(&list), [(json!("notes"), too_large.clone())]);
    }
}

#[tokio::test]
async fn a_list_is_no_copy_and_what_is_made_of_it_counts_for_its_caller() {
    // GW-25, GW-28
    let names: &'static [&'static str] = &["a", "b", "c", "d", "e", "f", "g", "h"];
    let listed = names.len() * (lists::ENTRY + r#"{"name":"a","x":1}a"#.len());
    let asker = Scripted::default()
        .holding(listed + names.len())
        .with("files", of(names));
    let caller = Caller::new("alice");
    let refused = tools(&asker, &caller, json!({})).await;
    assert_eq!(refused, Err("429".to_owned()), "the list, and one of all");
    let list = tools(&asker, &caller, json!({})).await.expect("a list");
    assert_eq!(list["tools"].as_array().map(Vec::len), Some(names.len()));
    assert_eq!(asker.count("files"), 1, "it is kept, and held by nobody");
}

#[tokio::test]
async fn a_member_with_very_many_templates_costs_so_much_and_no_more() {
    // DS-02, GW-12
    let resources = (0..300).map(|number| json!({"uri": format!("x:{number:03}")}));
    let resources: Vec<Value> = resources.collect();
    let templates = (0..9_000).map(|number| json!({"uriTemplate": format!("x:{{a}}q{number}")}));
    let templates: Vec<Value> = templates.collect();
    let lists = |field: &'static str, items: Vec<Value>| {
        let method = match field {
            "resources" => "resources/list",
            _ => "resources/templates/list",
        };
        move |request: &Value| match request["method"] == method {
            true => super::super::scripted::result(json!({
                field: items, "ttlMs": 60_000, "cacheScope": "public"
            })),
            false => error(Code::MethodNotFound.number()),
        }
    };
    let asker = Scripted::default()
        .with("files", lists("resources", resources))
        .with("mail", lists("resourceTemplates", templates));
    let body = request("resources/list", json!({}));
    let list = listed(&asker, &Caller::new("alice"), ListKind::Resources, &body).await;
    let told = names(&list.expect("a list"), "resources", "uri");
    assert_eq!(told[0], "x:000");
    assert_eq!(told[249], "mcp+files+x:249", "it is not found out any more");
    assert!(
        told.is_sorted_by_key(|uri| uri.len()),
        "and nothing after it"
    );
}

#[tokio::test]
async fn a_uri_that_a_template_of_another_could_have_made_says_whose_it_is() {
    // GW-12
    let script = |uris: &'static [&'static str], templates: &'static [&'static str]| {
        move |request: &Value| match request["method"].as_str() {
            Some("resources/list") => listing("resources", "uri", uris, 0, "private"),
            _ => listing("resourceTemplates", "uriTemplate", templates, 0, "private"),
        }
    };
    let asker = Scripted::default()
        .with("files", script(&["file:///a"], &["file:///{+path}"]))
        .with("mail", script(&["file:///etc/app.conf", "mail:1"], &[]));
    let body = request("resources/list", json!({}));
    let caller = Caller::new("alice");
    let list = listed(&asker, &caller, ListKind::Resources, &body).await;
    assert_eq!(
        names(&list.expect("a list"), "resources", "uri"),
        ["file:///a", "mcp+mail+file:///etc/app.conf", "mail:1"]
    );
    let asker = asker.with("notes", |_| Act::Dead);
    let body = request("resources/templates/list", json!({}));
    let list = listed(&asker, &caller, ListKind::ResourceTemplates, &body).await;
    assert_eq!(
        names(&list.expect("a list"), "resourceTemplates", "uriTemplate"),
        ["mcp+files+file:///{+path}"],
        "who is absent may have what it opens"
    );
}
