use std::sync::atomic::{AtomicU64, Ordering};

use doorward_mcp::translate::MAX_SUBSCRIPTIONS;
use serde_json::{Value, json};

use super::{
    super::scripted::{Act, Caller, Scripted, error, listing, read, request, result},
    wishes::MOST_SHORT,
    *,
};

const ID: &str = "io.modelcontextprotocol/subscriptionId";

/// A member that grants what it is asked for, and then says these.
fn grants(request: &Value, says: Vec<Value>) -> Act {
    if request["method"] == "resources/list" {
        return listing("resources", "uri", &["note:1"], 60_000, "public");
    }
    let filter = &request["params"]["notifications"];
    let method = "notifications/subscriptions/acknowledged";
    let mut all = vec![said(method, json!({ "notifications": filter }))];
    all.extend(says);
    Act::Hold(all)
}

fn said(method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({ ID: "theirs" });
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

fn changed(list: &str) -> Value {
    said(&format!("notifications/{list}/list_changed"), json!({}))
}

async fn begin(asker: &Arc<Scripted>, filter: Value) -> Result<Incoming, String> {
    let caller = Caller::new("alice");
    let body = request("subscriptions/listen", json!({ "notifications": filter }));
    let heard = listen(asker, caller.around(), &caller.seals, &read(&body)).await;
    heard.map_err(|lost| match lost {
        Lost::No(no) => no.to_owned(),
        Lost::Error(error) => error.message().to_owned(),
    })
}

async fn next(incoming: &mut Incoming) -> (String, Value) {
    let message = incoming.next().await.expect("a message").expect("no fault");
    let message: Value = serde_json::from_slice(&message).expect("JSON");
    assert_eq!(message["params"]["_meta"][ID], "mine", "R-053");
    let method = message["method"].as_str().expect("a method");
    (
        method.replace("notifications/", ""),
        message["params"].clone(),
    )
}

#[tokio::test(start_paused = true)]
async fn one_subscription_is_one_with_each_member_and_lets_all_go() {
    // P-026, P-038, R-053, GW-20
    let asker = Scripted::default()
        .with("files", |request| {
            grants(request, vec![changed("tools"), changed("prompts")])
        })
        .with("mail", |_| {
            let method = "notifications/subscriptions/acknowledged";
            let granted = json!({"notifications": {"toolsListChanged": false}});
            Act::Hold(vec![said(method, granted), changed("tools")])
        });
    let asker = Arc::new(asker);
    let filter = json!({"toolsListChanged": true, "resourcesListChanged": false});
    let mut heard = begin(&asker, filter).await.expect("a stream");
    let (method, params) = next(&mut heard).await;
    assert_eq!(method, "subscriptions/acknowledged");
    assert_eq!(params["notifications"], json!({"toolsListChanged": true}));
    for _ in 0..2 {
        assert_eq!(next(&mut heard).await.0, "tools/list_changed");
    }
    let more = tokio::time::timeout(Duration::from_secs(1), heard.next()).await;
    assert!(more.is_err(), "prompts were not asked for");
    assert_eq!(asker.open.load(Ordering::SeqCst), 2);
    drop(heard);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(asker.open.load(Ordering::SeqCst), 0, "GW-26");
    for (_, sent) in asker.heard() {
        assert_eq!(
            sent["params"]["notifications"],
            json!({"toolsListChanged": true})
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_member_is_waited_for_a_while_and_a_dead_one_not_at_all() {
    let asker = Scripted::default()
        .with("files", |request| grants(request, Vec::new()))
        .with("mail", |_| Act::Hold(Vec::new()))
        .with("notes", |_| Act::Dead);
    let asker = Arc::new(asker);
    let before = tokio::time::Instant::now();
    let mut heard = begin(&asker, json!({"promptsListChanged": true}))
        .await
        .expect("a stream");
    assert_eq!(before.elapsed(), PATIENCE);
    let (_, params) = next(&mut heard).await;
    assert_eq!(params["notifications"], json!({"promptsListChanged": true}));
}

#[tokio::test(start_paused = true)]
async fn a_member_that_broke_off_is_asked_anew_and_its_lists_may_have_changed() {
    // P-048, P-051
    let tries = AtomicU64::new(0);
    let asker = Scripted::default().with("files", move |request| {
        match (
            tries.fetch_add(1, Ordering::SeqCst),
            grants(request, Vec::new()),
        ) {
            (0, Act::Hold(said)) => Act::Say(said),
            (1, _) => Act::Dead,
            (_, act) => act,
        }
    });
    let asker = Arc::new(asker);
    let mut heard = begin(&asker, json!({"toolsListChanged": true}))
        .await
        .expect("a stream");
    assert_eq!(next(&mut heard).await.0, "subscriptions/acknowledged");
    assert_eq!(next(&mut heard).await.0, "tools/list_changed");
    assert_eq!(asker.count("files"), 3);
}

#[tokio::test(start_paused = true)]
async fn who_may_listen_to_nobody_is_refused_and_who_may_not_any_more_hears_nothing() {
    let all = Arc::new(Scripted::default().with("files", |_| Act::Refuse));
    let refused = begin(&all, json!({"toolsListChanged": true})).await;
    assert_eq!(refused.err().as_deref(), Some("refused"));
    let some = Scripted::default()
        .with("files", |_| Act::Refuse)
        .with("mail", |request| grants(request, Vec::new()));
    let some = Arc::new(some);
    let mut heard = begin(&some, json!({"toolsListChanged": true}))
        .await
        .expect("a stream");
    assert_eq!(next(&mut heard).await.0, "subscriptions/acknowledged");
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(some.count("files"), 1, "it is not asked again");
}

#[tokio::test(start_paused = true)]
async fn resources_are_listened_to_where_they_are_and_told_as_they_were_named() {
    // P-026, GW-20
    let script = |uri: &'static str, also: &'static str| {
        move |request: &Value| match request["method"].as_str() {
            Some("resources/list") => {
                listing("resources", "uri", &[uri, "both:1"], 60_000, "public")
            }
            Some("resources/templates/list") => result(json!({"resourceTemplates": []})),
            _ => {
                let updated = |uri| said("notifications/resources/updated", json!({"uri": uri}));
                grants(
                    request,
                    vec![updated(uri), updated("both:1"), updated(also)],
                )
            }
        }
    };
    let asker = Scripted::default()
        .with("files", script("file:///a", "file:///unasked"))
        .with("mail", script("mail:1", "mail:2"));
    let asker = Arc::new(asker);
    let uris = json!(["file:///a", "mcp+mail+both:1", "both:1", "nobody:1"]);
    let filter = json!({ "resourceSubscriptions": uris });
    let mut heard = begin(&asker, filter).await.expect("a stream");
    let (_, params) = next(&mut heard).await;
    let mut granted = params["notifications"]["resourceSubscriptions"].clone();
    granted
        .as_array_mut()
        .expect("URIs")
        .sort_by_key(|uri| uri.to_string());
    assert_eq!(granted, json!(["file:///a", "mcp+mail+both:1"]));
    let mut told = vec![
        next(&mut heard).await.1["uri"].clone(),
        next(&mut heard).await.1["uri"].clone(),
    ];
    told.sort_by_key(|uri| uri.to_string());
    assert_eq!(told, [json!("file:///a"), json!("mcp+mail+both:1")]);
    let more = tokio::time::timeout(Duration::from_secs(1), heard.next()).await;
    assert!(more.is_err());
}

#[tokio::test(start_paused = true)]
async fn whose_resources_are_is_asked_once_however_many_they_are() {
    // GW-25
    let script = |request: &Value| match request["method"].as_str() {
        Some("resources/list") => listing("resources", "uri", &["note:7"], 0, "private"),
        Some("resources/templates/list") => error(-32601),
        _ => grants(request, Vec::new()),
    };
    let asker = Arc::new(Scripted::default().with("files", script));
    let uris = |count: usize, form: &str| {
        let uris: Vec<String> = (0..count).map(|one| format!("{form}note:{one}")).collect();
        json!({ "resourceSubscriptions": uris })
    };
    let mut heard = begin(&asker, uris(MOST_SHORT, "")).await.expect("a stream");
    let granted = next(&mut heard).await.1["notifications"].clone();
    assert_eq!(granted, json!({"resourceSubscriptions": ["note:7"]}));
    assert_eq!(asker.count("files"), 3, "two lists and the subscription");
    let long = "mcp+files+";
    let many = begin(&asker, uris(MAX_SUBSCRIPTIONS, long)).await;
    assert!(many.is_ok());
    assert_eq!(asker.count("files"), 4, "the long form needs no list");
    for filter in [uris(MOST_SHORT + 1, ""), uris(MAX_SUBSCRIPTIONS + 1, long)] {
        let told = begin(&asker, filter).await.err().expect("a refusal");
        assert!(told.contains("one subscription is for at most"), "{told}");
    }
    assert_eq!(asker.count("files"), 4, "nobody was asked");
    assert!(!asker.immodest.load(Ordering::SeqCst), "ST-06");
}

/// Members of which the second grants what it is asked for after so long.
fn late(pause: Duration, said: Vec<Value>) -> Arc<Scripted> {
    let mail = move |request: &Value| match request["method"].as_str() {
        Some("subscriptions/listen") => Act::Later(pause, Box::new(grants(request, Vec::new()))),
        _ => error(-32601),
    };
    let files = move |request: &Value| grants(request, said.clone());
    let asker = Scripted::default().with("files", files);
    Arc::new(asker.with("mail", mail))
}

#[tokio::test(start_paused = true)]
async fn a_member_that_says_much_at_once_takes_nothing_from_the_others() {
    // P-026, GW-25
    let noise = vec![changed("tools"); 3 * WAITING];
    let asker = late(Duration::from_secs(1), noise);
    let filter = json!({"toolsListChanged": true, "resourceSubscriptions": ["mcp+mail+a:1"]});
    let mut heard = begin(&asker, filter.clone()).await.expect("a stream");
    let (_, params) = next(&mut heard).await;
    assert_eq!(params["notifications"], filter);
    assert_eq!(next(&mut heard).await.0, "tools/list_changed");
    let more = tokio::time::timeout(Duration::from_secs(1), heard.next()).await;
    assert!(more.is_err(), "it is said once");
}

#[tokio::test(start_paused = true)]
async fn what_is_granted_late_is_acknowledged_late() {
    // P-026, R-053
    let asker = late(PATIENCE + Duration::from_secs(1), Vec::new());
    let filter = json!({"toolsListChanged": true, "resourceSubscriptions": ["mcp+mail+a:1"]});
    let mut heard = begin(&asker, filter.clone()).await.expect("a stream");
    let (_, params) = next(&mut heard).await;
    assert_eq!(params["notifications"], json!({"toolsListChanged": true}));
    let (method, params) = next(&mut heard).await;
    assert_eq!(method, "subscriptions/acknowledged");
    assert_eq!(params["notifications"], filter);
    assert_eq!(next(&mut heard).await.0, "tools/list_changed");
    let (method, params) = next(&mut heard).await;
    assert_eq!(
        (method.as_str(), &params["uri"]),
        ("resources/updated", &json!("mcp+mail+a:1")),
        "nobody knows what was missed"
    );
}

#[tokio::test(start_paused = true)]
async fn who_may_not_listen_on_begins_anew_with_what_they_have() {
    // P-051, R-054
    let asker = Scripted::default()
        .with("files", |request| match grants(request, Vec::new()) {
            Act::Hold(said) => Act::Say(said),
            other => other,
        })
        .with("mail", |request| grants(request, Vec::new()));
    let asker = Arc::new(asker);
    let mut heard = begin(&asker, json!({"toolsListChanged": true}))
        .await
        .expect("a stream");
    assert_eq!(next(&mut heard).await.0, "subscriptions/acknowledged");
    asker.closed.lock().expect("lock").push("files");
    let last = heard.next().await.expect("a message").expect("no fault");
    let last: Value = serde_json::from_slice(&last).expect("JSON");
    assert_eq!(last["result"]["resultType"], "complete");
    assert_eq!(
        (&last["id"], last["result"]["_meta"][ID].clone()),
        (&json!("mine"), json!("mine"))
    );
    assert!(heard.next().await.is_none());
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(asker.open.load(Ordering::SeqCst), 0, "all is let go");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_never_lasts_is_begun_ever_less_often() {
    // ST-06, GW-26
    let asker = Scripted::default().with("files", |request| match grants(request, Vec::new()) {
        Act::Hold(said) => Act::Say(said),
        other => other,
    });
    let asker = Arc::new(asker);
    let mut heard = begin(&asker, json!({"toolsListChanged": true}))
        .await
        .expect("a stream");
    let reading = async { while heard.next().await.is_some() {} };
    let over = tokio::time::timeout(Duration::from_secs(600), reading).await;
    assert!(over.is_err(), "the stream stays");
    let count = asker.count("files");
    assert!((12..20).contains(&count), "{count}");
    assert!(!asker.immodest.load(Ordering::SeqCst));
}
