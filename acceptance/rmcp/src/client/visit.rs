//! The visit itself, step by step.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rmcp::{
    RoleClient,
    model::{
        CallToolRequestParams, GetPromptRequestParams, ProtocolVersion, ReadResourceRequestParams,
    },
    service::{ClientLifecycleMode, ClientServiceExt, RunningService},
};
use serde::Serialize;

use crate::{
    host::Host,
    plan::{Answers, Call, Plan, Read},
    sign_in::{self, Authorized},
    story::step,
};

type Client = RunningService<RoleClient, Host>;

/// Progress may still be on its way when the result is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells the whole story of `plan` at `endpoint`.
pub async fn tell(endpoint: &str, plan: Plan, lifecycle: ClientLifecycleMode) {
    step(
        "is refused without a token",
        refused(endpoint, &plan.answers, lifecycle.clone()),
    )
    .await;
    let transport = step("signs in", async {
        Ok(("", sign_in::sign_in(endpoint).await?))
    })
    .await;
    let client = step("lists its tools", connect(transport, &plan, lifecycle)).await;
    for call in &plan.calls {
        step(&format!("calls {}", call.name), call_tool(&client, call)).await;
    }
    step("is told what does not exist", absent(&client)).await;
    if let Some(call) = &plan.progress {
        step("hears of progress", progress(&client, call)).await;
    }
    for (what, call) in &plan.asks {
        step(
            &format!("is asked for a {what}"),
            asked(&client, what, call),
        )
        .await;
    }
    if let Some(read) = &plan.read {
        step("reads a resource", read_resource(&client, read)).await;
    }
    if let Some(prompt) = &plan.prompt {
        step("gets a prompt", get_prompt(&client, prompt)).await;
    }
    step("ends well", async move {
        Ok((format!("{:?}", client.cancel().await?), ()))
    })
    .await;
}

/// How the client begins.
pub fn lifecycle(session: bool) -> ClientLifecycleMode {
    if session {
        return ClientLifecycleMode::Initialize;
    }
    ClientLifecycleMode::Auto {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        legacy_version: None,
    }
}

async fn refused(
    endpoint: &str,
    answers: &Answers,
    lifecycle: ClientLifecycleMode,
) -> Result<(String, ())> {
    let host = Host::new(answers.clone());
    match host
        .serve_with_lifecycle(sign_in::stranger(endpoint), lifecycle)
        .await
    {
        Ok(_) => bail!("was let in"),
        Err(error) => {
            ensure!(
                error.is_authorization_required(),
                "not for a token: {error}"
            );
            Ok((error.to_string(), ()))
        }
    }
}

async fn connect(
    transport: Authorized,
    plan: &Plan,
    lifecycle: ClientLifecycleMode,
) -> Result<(String, Client)> {
    let client = Host::new(plan.answers.clone())
        .serve_with_lifecycle(transport, lifecycle)
        .await?;
    let tools = client.list_all_tools().await?;
    for call in plan
        .calls
        .iter()
        .chain(plan.asks.iter().map(|(_, call)| call))
    {
        ensure!(
            tools.iter().any(|tool| tool.name == call.name),
            "no {} among {} tools",
            call.name,
            tools.len()
        );
    }
    let info = client.peer_info().context("no server is known")?;
    Ok((
        format!("{} tools, revision {}", tools.len(), info.protocol_version),
        client,
    ))
}

async fn call_tool(client: &Client, call: &Call) -> Result<(String, ())> {
    let result = client.call_tool(call.parameters()).await?;
    ensure!(result.is_error != Some(true), "{:?}", result.content);
    says(&result, &call.says)
}

/// A tool that nobody has: refused as an error of the protocol or of the tool.
async fn absent(client: &Client) -> Result<(String, ())> {
    match client
        .call_tool(CallToolRequestParams::new("no-such-tool"))
        .await
    {
        Ok(result) => {
            ensure!(result.is_error == Some(true), "was called: {result:?}");
            Ok(("as an error of the tool".to_owned(), ()))
        }
        Err(error) => {
            ensure!(!client.is_closed(), "the connection ended: {error}");
            Ok((error.to_string(), ()))
        }
    }
}

async fn progress(client: &Client, call: &Call) -> Result<(String, ())> {
    let before = client.service().progress();
    call_tool(client, call).await?;
    let heard = || client.service().progress() - before;
    let late = tokio::time::timeout(PATIENCE, async {
        while heard() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    ensure!(late.is_ok(), "heard of it {} times", heard());
    Ok((format!("{} times", heard()), ()))
}

async fn asked(client: &Client, what: &str, call: &Call) -> Result<(String, ())> {
    client.service().asked();
    let told = call_tool(client, call).await?;
    let asked = client.service().asked();
    ensure!(asked.contains(&what), "was asked {asked:?}");
    Ok(told)
}

async fn read_resource(client: &Client, read: &Read) -> Result<(String, ())> {
    let listed = client.list_all_resources().await?;
    ensure!(
        listed.iter().any(|resource| resource.uri == read.uri),
        "not among {} resources",
        listed.len()
    );
    let result = client
        .read_resource(ReadResourceRequestParams::new(&read.uri))
        .await?;
    says(&result, &read.says)
}

async fn get_prompt(client: &Client, prompt: &Call) -> Result<(String, ())> {
    let listed = client.list_all_prompts().await?;
    ensure!(
        listed.iter().any(|one| one.name == prompt.name),
        "not among {} prompts",
        listed.len()
    );
    let request =
        GetPromptRequestParams::new(&prompt.name).with_arguments(prompt.arguments.clone());
    says(&client.get_prompt(request).await?, &prompt.says)
}

/// Looks for words in a result, wherever they are.
fn says(result: &impl Serialize, words: &str) -> Result<(String, ())> {
    let text = serde_json::to_string(result)?;
    ensure!(text.contains(words), "does not say {words:?}: {text:.400}");
    Ok((String::new(), ()))
}
