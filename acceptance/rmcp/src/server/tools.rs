//! What the server offers: a tool for each thing that a pair can do together, and a resource.
//!
//! Towards a client of the session era a tool asks with a request of its own; towards one of
//! 2026-07-28 it answers that input is required, and is called again.

use std::time::Duration;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock,
        CreateMessageRequest, CreateMessageRequestParams, ElicitRequest, ElicitRequestParams,
        InputRequest, InputRequests, InputRequiredResult, JsonObject, ListResourcesResult,
        ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
        ResourceContents, SamplingMessage, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use serde_json::{Value, json};

const PAUSE: Duration = Duration::from_millis(50);
const URI: &str = "memo://hello";
const TOOLS: [(&str, &str); 4] = [
    ("echo", "Says what it was told"),
    ("count", "Reports its progress in three steps"),
    ("ask_name", "Asks the person for a name"),
    ("ask_model", "Asks the model of the client"),
];

/// The server; it remembers nothing.
#[derive(Clone, Copy, Debug)]
pub struct Tools;

type Answer = Result<CallToolResponse, ErrorData>;

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .build();
        ServerConfig::new(capabilities)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = TOOLS
            .map(|(name, description)| Tool::new(name, description, schema()))
            .to_vec();
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Answer {
        match call.name.as_ref() {
            "echo" => {
                let given = call.arguments.unwrap_or_default();
                Ok(say(given
                    .get("message")
                    .and_then(Value::as_str)
                    .unwrap_or_default()))
            }
            "count" => count(&context).await,
            "ask_name" | "ask_model" => ask(&call, &context).await,
            unknown => Err(ErrorData::invalid_params(
                format!("no tool {unknown}"),
                None,
            )),
        }
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(vec![Resource::new(
            URI, "hello",
        )]))
    }

    async fn read_resource(
        &self,
        read: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if read.uri != URI {
            return Err(ErrorData::resource_not_found("no such resource", None));
        }
        let contents = vec![ResourceContents::text("A memo in Rust", URI)];
        Ok(ReadResourceResult::new(contents).into())
    }
}

async fn count(context: &RequestContext<RoleServer>) -> Answer {
    if let Some(token) = context.meta.get_progress_token() {
        for step in 1..=3 {
            let progress =
                ProgressNotificationParam::new(token.clone(), f64::from(step)).with_total(3.0);
            // A client that is gone needs no progress.
            let _ = context.peer.notify_progress(progress).await;
            // TypeScript SDK 1.32.2 forgets who listens when the result comes in the same moment.
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(say("Counted to three"))
}

/// Asks in the way of the client's era, and says what came back.
async fn ask(call: &CallToolRequestParams, context: &RequestContext<RoleServer>) -> Answer {
    if let Some(answers) = &call.input_responses {
        return Ok(told(answers.get("question").unwrap_or(&Value::Null)));
    }
    let stateless = context.protocol_version() >= Some(ProtocolVersion::V_2026_07_28);
    if stateless {
        let question = match call.name.as_ref() {
            "ask_name" => InputRequest::Elicitation(ElicitRequest::new(form()?)),
            _ => InputRequest::CreateMessage(CreateMessageRequest::new(prompt())),
        };
        let questions = InputRequests::from([("question".to_owned(), question)]);
        return Ok(InputRequiredResult::new(Some(questions), Some("asked".to_owned())).into());
    }
    let answer = match call.name.as_ref() {
        "ask_name" => context
            .peer
            .create_elicitation(form()?)
            .await
            .map(|answer| json!(answer)),
        _ => create_message(context).await,
    };
    match answer {
        Ok(answer) => Ok(told(&answer)),
        Err(error) => Err(ErrorData::internal_error(error.to_string(), None)),
    }
}

async fn create_message(
    context: &RequestContext<RoleServer>,
) -> Result<Value, rmcp::service::ServiceError> {
    let answer = context.peer.create_message(prompt()).await?;
    Ok(json!(answer))
}

fn form() -> Result<ElicitRequestParams, ErrorData> {
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string" } },
        "required": ["name"],
    });
    let requested_schema = serde_json::from_value(schema)
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    Ok(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: "Who are you?".to_owned(),
        requested_schema,
    })
}

fn prompt() -> CreateMessageRequestParams {
    CreateMessageRequestParams::new(vec![SamplingMessage::user_text("Say something")], 100)
}

fn schema() -> JsonObject {
    JsonObject::from_iter([("type".to_owned(), json!("object"))])
}

fn told(answer: &Value) -> CallToolResponse {
    say(&format!("was told {answer}"))
}

fn say(words: &str) -> CallToolResponse {
    CallToolResult::success(vec![ContentBlock::text(words)]).into()
}
