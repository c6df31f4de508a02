//! What each tool does.

use doorward_mcp::era::{Era, Revision};
use serde_json::{Value, json};

use super::{Conversation, Failure};

pub(super) async fn call(
    revision: Revision,
    conversation: &mut dyn Conversation,
    params: &Value,
) -> Result<Value, Failure> {
    let name = params["name"].as_str().unwrap_or_default();
    let arguments = &params["arguments"];
    let text = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
    let outcome = match name {
        "echo" | "route" => Ok(format!("{name}: {}", text("text"))),
        "slow" => {
            for step in 1..=3 {
                conversation.progress(step, 3, &text("text")).await;
            }
            Ok(format!("slow: {}", text("text")))
        }
        "flaky" => {
            let _given_up = conversation.witness().trace(&text("mark"));
            conversation.progress(1, 2, &text("mark")).await;
            conversation.break_off().await;
            Ok("whole".to_owned())
        }
        "wait" => {
            let _given_up = conversation.witness().trace(&text("mark"));
            conversation.progress(1, 2, &text("mark")).await;
            std::future::pending().await
        }
        "ask" => elicit(conversation, "who").await,
        "think" => think(conversation).await,
        "where" => roots(conversation).await,
        "both" => both(conversation).await,
        "visit" => visit(revision, conversation).await,
        "gate" => gate(revision, conversation, &text("mark")).await,
        "log" => {
            conversation.log("debug", "in detail").await;
            conversation.log("warning", &text("text")).await;
            Ok("logged".to_owned())
        }
        "add" => return add(revision, arguments),
        "show" => return Ok(json!({"content": content(revision)})),
        "fail" => return Ok(failed("it did not work")),
        "crash" => Err(Failure::Broken),
        _ => return Err(Failure::UnknownTool(name.to_owned())),
    };
    match outcome {
        Ok(text) => Ok(json!({"content": [{"type": "text", "text": text}]})),
        Err(Failure::CannotAsk(_)) if revision.era() == Era::Session => {
            Ok(failed("this client cannot be asked"))
        }
        Err(failure) => Err(failure),
    }
}

fn failed(why: &str) -> Value {
    json!({"content": [{"type": "text", "text": why}], "isError": true})
}

fn add(revision: Revision, arguments: &Value) -> Result<Value, Failure> {
    let number = |name: &str| arguments[name].as_i64();
    let (Some(a), Some(b)) = (number("a"), number("b")) else {
        return Err(Failure::InvalidParams("a and b must be numbers"));
    };
    let sum = a + b;
    let mut result = json!({"content": [{"type": "text", "text": sum.to_string()}]});
    if revision >= Revision::V2025_06_18 {
        result["structuredContent"] = json!({"sum": sum});
    }
    Ok(result)
}

/// Every kind of content that the revision has.
fn content(revision: Revision) -> Vec<Value> {
    let note = json!({"uri": "note:1", "text": "text of note:1"});
    let mut content = vec![
        json!({"type": "text", "text": "words"}),
        json!({"type": "image", "data": "AAAA", "mimeType": "image/png"}),
        json!({"type": "resource", "resource": note}),
    ];
    if revision >= Revision::V2025_03_26 {
        content.push(json!({"type": "audio", "data": "AAAA", "mimeType": "audio/wav"}));
    }
    if revision >= Revision::V2025_06_18 {
        content.push(json!({"type": "resource_link", "uri": "note:2", "name": "note:2"}));
    }
    content
}

/// Asks the person for a name.
pub(super) async fn elicit(
    conversation: &mut dyn Conversation,
    key: &str,
) -> Result<String, Failure> {
    let schema = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
    });
    let params = json!({"message": "Who are you?", "requestedSchema": schema});
    let answer = conversation.ask(key, "elicitation/create", params).await?;
    match (
        answer["action"].as_str(),
        answer["content"]["name"].as_str(),
    ) {
        (Some("accept"), Some(name)) => Ok(format!("hello {name}")),
        (action, _) => Ok(format!("no name: {}", action.unwrap_or("error"))),
    }
}

/// Asks the person to visit a page.
async fn visit(revision: Revision, conversation: &mut dyn Conversation) -> Result<String, Failure> {
    let page = super::page_to_visit(revision);
    let answer = conversation.ask("page", "elicitation/create", page).await?;
    match answer["action"].as_str() {
        Some("accept") => Ok("visited".to_owned()),
        action => Ok(format!("not visited: {}", action.unwrap_or("error"))),
    }
}

/// Opens to who has visited a page; 2025-11-25 says so in an error, of which the client thinks
/// what it likes, and calls again.
async fn gate(
    revision: Revision,
    conversation: &mut dyn Conversation,
    mark: &str,
) -> Result<String, Failure> {
    if revision != Revision::V2025_11_25 {
        return visit(revision, conversation).await;
    }
    conversation.may_ask("elicitation/create", &super::page_to_visit(revision))?;
    let witness = conversation.witness();
    let visited = witness.times_begun(mark) > 0;
    drop(witness.trace(mark));
    match visited {
        true => Ok("visited".to_owned()),
        false => Err(Failure::Visit),
    }
}

async fn think(conversation: &mut dyn Conversation) -> Result<String, Failure> {
    let question = json!({"role": "user", "content": {"type": "text", "text": "6 times 7?"}});
    let params = json!({"messages": [question], "maxTokens": 10});
    let answer = conversation.ask("model", "sampling/createMessage", params);
    let text = answer.await?["content"]["text"].clone();
    Ok(format!("it thinks {}", text.as_str().unwrap_or("nothing")))
}

async fn roots(conversation: &mut dyn Conversation) -> Result<String, Failure> {
    let answer = conversation.ask("roots", "roots/list", json!({})).await?;
    let roots = answer["roots"].as_array().into_iter().flatten();
    let uris: Vec<_> = roots.filter_map(|root| root["uri"].as_str()).collect();
    Ok(format!("at {}", uris.join(" ")))
}

/// Two questions, one after the other.
async fn both(conversation: &mut dyn Conversation) -> Result<String, Failure> {
    let place = roots(conversation).await?;
    let thought = think(conversation).await?;
    Ok(format!("{place}, {thought}"))
}
