//! Resources, prompts and completions.

use serde_json::{Value, json};

use super::{Conversation, Failure, tools::elicit};

pub(super) async fn read(
    conversation: &mut dyn Conversation,
    params: &Value,
) -> Result<Value, Failure> {
    let Some(uri) = params["uri"].as_str() else {
        return Err(Failure::InvalidParams("uri is missing"));
    };
    let missing = || Failure::MissingResource(uri.to_owned());
    let (kind, number) = uri.split_once(':').ok_or_else(missing)?;
    let content = match (kind, number.parse::<u32>()) {
        ("note", Ok(1..=99)) => json!({"uri": uri, "text": format!("text of {uri}")}),
        ("blob", Ok(_)) => json!({"uri": uri, "blob": "AAAA"}),
        ("asked", Ok(_)) => {
            let text = elicit(conversation, "reader").await?;
            json!({"uri": uri, "text": text})
        }
        _ => return Err(missing()),
    };
    Ok(json!({ "contents": [content] }))
}

pub(super) async fn prompt(
    conversation: &mut dyn Conversation,
    params: &Value,
) -> Result<Value, Failure> {
    let text = match params["name"].as_str().unwrap_or_default() {
        "greet" => match params["arguments"]["name"].as_str() {
            Some(name) => format!("Greet {name}"),
            None => return Err(Failure::InvalidParams("name is missing")),
        },
        "interview" => elicit(conversation, "interviewee").await?,
        _ => return Err(Failure::InvalidParams("unknown prompt")),
    };
    let content = json!({"type": "text", "text": text});
    Ok(json!({"messages": [{"role": "user", "content": content}]}))
}

pub(super) fn complete(params: &Value) -> Result<Value, Failure> {
    let about = &params["ref"];
    let all = match (about["type"].as_str(), about["name"].as_str()) {
        (Some("ref/prompt"), Some("greet")) => ["Ada", "Alan", "Grace"],
        (Some("ref/resource"), _) if about["uri"] == "note:{id}" => ["1", "2", "10"],
        _ => return Err(Failure::InvalidParams("nothing of that name")),
    };
    let begun = params["argument"]["value"].as_str().unwrap_or_default();
    let values: Vec<_> = all
        .into_iter()
        .filter(|value| value.starts_with(begun))
        .collect();
    Ok(json!({"completion": {"values": values, "total": values.len(), "hasMore": false}}))
}
