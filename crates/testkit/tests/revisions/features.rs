//! What has to work between a client and a server: each feature is one conversation.

use doorward_mcp::era::{Era, Revision};
use doorward_testkit::peers::{Change, Client, Outcome, Witness};
use serde_json::{Value, json};

/// One column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    List,
    Pagination,
    Call,
    Content,
    Progress,
    Cancel,
    Elicitation,
    Visit,
    Sampling,
    Roots,
    Read,
    Subscribe,
    ListChanges,
    Prompts,
    Completion,
    Logging,
    BrokenStream,
    Errors,
}

/// Two peers and what lies between them.
pub(crate) struct Between<'a> {
    pub(crate) client: &'a Client,
    pub(crate) witness: &'a Witness,
    /// What the client answers when it is asked who it is.
    pub(crate) name: &'a str,
    pub(crate) server: Revision,
}

impl Feature {
    pub(crate) const ALL: [Self; 18] = [
        Self::List,
        Self::Pagination,
        Self::Call,
        Self::Content,
        Self::Progress,
        Self::Cancel,
        Self::Elicitation,
        Self::Visit,
        Self::Sampling,
        Self::Roots,
        Self::Read,
        Self::Subscribe,
        Self::ListChanges,
        Self::Prompts,
        Self::Completion,
        Self::Logging,
        Self::BrokenStream,
        Self::Errors,
    ];

    /// The head of its column.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Pagination => "pages",
            Self::Call => "call",
            Self::Content => "content",
            Self::Progress => "progress",
            Self::Cancel => "cancel",
            Self::Elicitation => "elicit",
            Self::Visit => "elicit by URL",
            Self::Sampling => "sample",
            Self::Roots => "roots",
            Self::Read => "read",
            Self::Subscribe => "subscribe",
            Self::ListChanges => "list changes",
            Self::Prompts => "prompts",
            Self::Completion => "complete",
            Self::Logging => "log",
            Self::BrokenStream => "broken stream",
            Self::Errors => "errors",
        }
    }

    /// Whether it works, or what came instead.
    pub(crate) async fn works(self, between: &Between<'_>) -> Result<(), String> {
        match self {
            Self::List => list(between).await,
            Self::Pagination => pagination(between).await,
            Self::Call => call(between).await,
            Self::Content => content(between).await,
            Self::Progress => progress(between).await,
            Self::Cancel => cancel(between).await,
            Self::Elicitation => elicitation(between).await,
            Self::Visit => visit(between).await,
            Self::Sampling => sampling(between).await,
            Self::Roots => roots(between).await,
            Self::Read => read(between).await,
            Self::Subscribe => subscribe(between).await,
            Self::ListChanges => list_changes(between).await,
            Self::Prompts => prompts(between).await,
            Self::Completion => completion(between).await,
            Self::Logging => logging(between).await,
            Self::BrokenStream => broken_stream(between).await,
            Self::Errors => errors(between).await,
        }
    }
}

const LISTS: [(&str, &str, &str, usize); 4] = [
    ("tools/list", "tools", "name", 16),
    ("prompts/list", "prompts", "name", 6),
    ("resources/list", "resources", "uri", 11),
    (
        "resources/templates/list",
        "resourceTemplates",
        "uriTemplate",
        6,
    ),
];

async fn list(between: &Between<'_>) -> Result<(), String> {
    for (method, member, key, _) in LISTS {
        let result = between.client.request(method, json!({})).await.result?;
        let first = &result[member][0];
        want(first[key].is_string(), || format!("{method}: {result}"))?;
        let schema = member != "tools" || first["inputSchema"]["type"] == "object";
        want(schema, || format!("no schema: {first}"))?;
    }
    Ok(())
}

/// P-008: cursors come back as they were given, until there are no more.
async fn pagination(between: &Between<'_>) -> Result<(), String> {
    for (method, member, key, count) in LISTS {
        let mut seen = Vec::new();
        let mut params = json!({});
        loop {
            let result = between.client.request(method, params).await.result?;
            let page = result[member].as_array().cloned().unwrap_or_default();
            seen.extend(page.iter().map(|item| item[key].to_string()));
            match result.get("nextCursor") {
                Some(cursor) if seen.len() < 99 => params = json!({ "cursor": cursor }),
                _ => break,
            }
        }
        let whole = seen.len();
        seen.sort();
        seen.dedup();
        let all = whole == count && seen.len() == count;
        want(all, || {
            format!("{method}: {whole} items, {} of them once", seen.len())
        })?;
    }
    Ok(())
}

async fn call(between: &Between<'_>) -> Result<(), String> {
    let text = text_of(between, "echo", json!({"text": "ä\n\"b\" \u{2028}"})).await?;
    same(&text, "echo: ä\n\"b\" \u{2028}")?;
    // P-040: over HTTP a server of 2026-07-28 wants the region in a header, too.
    let text = text_of(between, "route", json!({"text": "x", "region": "eu"})).await?;
    same(&text, "route: x")?;
    let outcome = tool(between, "add", json!({"a": 1, "b": 2})).await;
    let result = outcome.result?;
    same(
        result["content"][0]["text"].as_str().unwrap_or_default(),
        "3",
    )?;
    let both = between.server.min(between.client.revision());
    let structured = both < Revision::V2025_06_18 || result["structuredContent"]["sum"] == 3;
    want(structured, || format!("no structured content: {result}"))?;
    if between.client.revision().era() == Era::Session {
        between.client.request("ping", json!({})).await.result?;
    }
    let failed = tool(between, "fail", json!({})).await.result?;
    want(failed["isError"] == true, || {
        format!("no failure: {failed}")
    })
}

/// What the client's revision cannot hold comes as something that it can (its ear checks that).
async fn content(between: &Between<'_>) -> Result<(), String> {
    let result = tool(between, "show", json!({})).await.result?;
    let blocks = result["content"].as_array().map_or(0, Vec::len);
    let said = match between.server {
        Revision::V2024_11_05 => 3,
        Revision::V2025_03_26 => 4,
        _ => 5,
    };
    want(blocks == said, || {
        format!("{blocks} blocks of {said}: {result}")
    })
}

async fn progress(between: &Between<'_>) -> Result<(), String> {
    let outcome = tool(between, "slow", json!({"text": "x"})).await;
    same(&text(&outcome)?, "slow: x")?;
    let steps: Vec<_> = outcome
        .progress
        .iter()
        .map(|step| step["progress"].as_i64())
        .collect();
    want(steps == [Some(1), Some(2), Some(3)], || {
        format!("progress {steps:?}")
    })?;
    let total = outcome.progress.iter().all(|step| step["total"] == 3);
    want(total, || format!("totals of {:?}", outcome.progress))
}

/// P-017, P-037: what cancels in one era does so in the other.
async fn cancel(between: &Between<'_>) -> Result<(), String> {
    let mark = format!("given up by {}", between.name);
    let params = json!({"name": "wait", "arguments": {"mark": mark}});
    let mut running = between.client.begin("tools/call", params).await?;
    between.witness.began(&mark).await?;
    running.progressed().await?;
    between.client.cancel(running).await?;
    between.witness.gave_up(&mark).await?;
    same(
        &text_of(between, "echo", json!({"text": "after"})).await?,
        "echo: after",
    )
}

/// P-019, P-034: in a tool, a prompt and a resource.
async fn elicitation(between: &Between<'_>) -> Result<(), String> {
    let hello = format!("hello {}", between.name);
    let outcome = tool(between, "ask", json!({})).await;
    same(&text(&outcome)?, &hello)?;
    want(outcome.asked == ["elicitation/create"], || {
        format!("asked {:?}", outcome.asked)
    })?;
    let prompt = between
        .client
        .request("prompts/get", json!({"name": "interview"}));
    let prompt = prompt.await.result?;
    same(
        prompt["messages"][0]["content"]["text"]
            .as_str()
            .unwrap_or_default(),
        &hello,
    )?;
    let read = between
        .client
        .request("resources/read", json!({"uri": "asked:1"}));
    same(
        read.await.result?["contents"][0]["text"]
            .as_str()
            .unwrap_or_default(),
        &hello,
    )
}

/// P-024, P-036: a question to visit a page, and an error that says that one has to be visited.
async fn visit(between: &Between<'_>) -> Result<(), String> {
    for name in ["visit", "gate"] {
        let mark = format!("the gate of {}", between.name);
        let outcome = tool(between, name, json!({ "mark": mark })).await;
        same(&text(&outcome)?, "visited")?;
        let asked = outcome.asked == ["elicitation/create"];
        want(asked, || format!("{name} asked {:?}", outcome.asked))?;
    }
    Ok(())
}

async fn sampling(between: &Between<'_>) -> Result<(), String> {
    same(&text_of(between, "think", json!({})).await?, "it thinks 42")?;
    // P-020: one question after the other within one call.
    let outcome = tool(between, "both", json!({})).await;
    same(
        &text(&outcome)?,
        &format!("at file:///{}, it thinks 42", between.name),
    )?;
    want(outcome.asked.len() == 2, || {
        format!("asked {:?}", outcome.asked)
    })
}

async fn roots(between: &Between<'_>) -> Result<(), String> {
    let text = text_of(between, "where", json!({})).await?;
    same(&text, &format!("at file:///{}", between.name))
}

async fn read(between: &Between<'_>) -> Result<(), String> {
    let read = between
        .client
        .request("resources/read", json!({"uri": "note:7"}));
    let result = read.await.result?;
    let content = &result["contents"][0];
    let whole = content["uri"] == "note:7" && content["text"] == "text of note:7";
    want(whole, || format!("read {result}"))?;
    let blob = between
        .client
        .request("resources/read", json!({"uri": "blob:1"}));
    let blob = blob.await.result?;
    want(blob["contents"][0]["blob"] == "AAAA", || {
        format!("read {blob}")
    })
}

/// P-026, P-038: of this resource and of no other.
async fn subscribe(between: &Between<'_>) -> Result<(), String> {
    let mut listening = between.client.listen("note:1").await?;
    between.witness.happen(Change::Updated("note:2".to_owned()));
    between.witness.happen(Change::Updated("note:1".to_owned()));
    let heard = listening.next().await?;
    let is_it =
        heard["method"] == "notifications/resources/updated" && heard["params"]["uri"] == "note:1";
    want(is_it, || format!("heard {heard}"))
}

async fn list_changes(between: &Between<'_>) -> Result<(), String> {
    let mut listening = between.client.listen("note:3").await?;
    between.witness.happen(Change::Lists);
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(listening.next().await?["method"].to_string());
    }
    heard.sort();
    let wanted = ["prompts", "resources", "tools"];
    let wanted = wanted.map(|what| format!("\"notifications/{what}/list_changed\""));
    want(heard == wanted, || format!("heard {heard:?}"))
}

async fn prompts(between: &Between<'_>) -> Result<(), String> {
    let params = json!({"name": "greet", "arguments": {"name": "Ada"}});
    let result = between.client.request("prompts/get", params).await.result?;
    let message = &result["messages"][0];
    let whole = message["role"] == "user" && message["content"]["text"] == "Greet Ada";
    want(whole, || format!("got {result}"))
}

async fn completion(between: &Between<'_>) -> Result<(), String> {
    let prompt = json!({"type": "ref/prompt", "name": "greet"});
    let template = json!({"type": "ref/resource", "uri": "note:{id}"});
    for (about, value, expected) in [(prompt, "A", ["Ada", "Alan"]), (template, "1", ["1", "10"])] {
        let params = json!({"ref": about, "argument": {"name": "x", "value": value}});
        let result = between
            .client
            .request("completion/complete", params)
            .await
            .result?;
        let values = &result["completion"]["values"];
        want(*values == json!(expected), || format!("completed {result}"))?;
    }
    Ok(())
}

/// R-050, P-027, P-039: nothing unasked in 2026-07-28, and nothing below the level anywhere.
async fn logging(between: &Between<'_>) -> Result<(), String> {
    let before = tool(between, "log", json!({"text": "unasked"})).await;
    let silent = between.client.revision().era() == Era::Session || before.logs.is_empty();
    want(silent, || format!("logged {:?}", before.logs))?;
    between.client.log_level("warning").await?;
    let outcome = tool(between, "log", json!({"text": "beware"})).await;
    same(&text(&outcome)?, "logged")?;
    let logged: Vec<_> = outcome
        .logs
        .iter()
        .map(|log| (&log["level"], &log["data"]))
        .collect();
    let wanted = [(&json!("warning"), &json!("beware"))];
    want(logged == wanted, || format!("logged {logged:?}"))
}

/// P-029: the answer comes, and the tool ran once.
async fn broken_stream(between: &Between<'_>) -> Result<(), String> {
    let mark = format!("broken off for {}", between.name);
    let text = text_of(between, "flaky", json!({ "mark": mark })).await?;
    same(&text, "whole")?;
    between.witness.began(&mark).await?;
    let times = between.witness.times_begun(&mark);
    want(times == 1, || format!("it ran {times} times"))
}

/// P-025, P-041: each error with the code that the client's revision has for it.
async fn errors(between: &Between<'_>) -> Result<(), String> {
    let missing: &[i64] = match between.client.revision().era() {
        Era::Session => &[-32002, -32602],
        Era::Stateless => &[-32602],
    };
    let invalid = &[-32602][..];
    let tool = |name: &str, arguments: Value| json!({"name": name, "arguments": arguments});
    let cases = [
        ("tools/call", tool("nothing", json!({})), invalid),
        ("tools/call", tool("add", json!({"a": "x"})), invalid),
        ("tools/call", tool("crash", json!({})), &[-32603]),
        ("resources/read", json!({"uri": "note:999"}), missing),
        ("prompts/get", json!({"name": "greet"}), invalid),
        ("tools/list", json!({"cursor": "made up"}), invalid),
    ];
    for (method, params, codes) in cases {
        let outcome = between.client.request(method, params.clone()).await;
        let code = outcome.result.as_ref().err().map(|refused| refused.code);
        let right = code.is_some_and(|code| codes.contains(&code));
        want(right, || format!("{method} {params}: {:?}", outcome.result))?;
    }
    Ok(())
}

pub(crate) async fn tool(between: &Between<'_>, name: &str, arguments: Value) -> Outcome {
    let params = json!({"name": name, "arguments": arguments});
    between.client.request("tools/call", params).await
}

pub(crate) async fn text_of(
    between: &Between<'_>,
    name: &str,
    arguments: Value,
) -> Result<String, String> {
    text(&tool(between, name, arguments).await)
}

/// The text of a result that is no failure.
fn text(outcome: &Outcome) -> Result<String, String> {
    let result = outcome.result.clone()?;
    match result["content"][0]["text"].as_str() {
        Some(text) if result["isError"] != true => Ok(text.to_owned()),
        Some(text) => Err(format!("failed: {text}")),
        None => Err(format!("no text: {result}")),
    }
}

pub(crate) fn want(holds: bool, reason: impl FnOnce() -> String) -> Result<(), String> {
    match holds {
        true => Ok(()),
        false => Err(reason()),
    }
}

pub(crate) fn same(said: &str, wanted: &str) -> Result<(), String> {
    want(said == wanted, || format!("{said:?} instead of {wanted:?}"))
}
