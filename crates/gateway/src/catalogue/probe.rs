//! Asking a server for its tools, with messages of the gateway's own.

use doorward_core::server::{ToolEffect, ToolSummary};
use doorward_mcp::{
    envelope::{Message, Outcome, Response as Answer},
    list::{Item, List, ListKind},
};

use super::Tools;
use crate::upstream::{Fault, Upstream, http::annotated};

/// Why the tools of a server are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// It gave no answer.
    #[error("{0}")]
    NoAnswer(String),
    /// It answered with an error.
    #[error("the server refused: {0}")]
    Refused(String),
    /// It answered with something else.
    #[error("the server's answer is not MCP")]
    NotMcp,
    /// It took too long.
    #[error("the server did not answer in time")]
    Timeout,
}

impl From<Fault> for ProbeError {
    fn from(fault: Fault) -> Self {
        Self::NoAnswer(fault.to_string())
    }
}

/// All tools of a server.
pub(super) async fn tools(upstream: &Upstream) -> Result<Tools, ProbeError> {
    let pages = upstream.tool_pages().await?;
    let mut tools = Vec::new();
    for page in pages.all() {
        let list = List::parse(page, ListKind::Tools).map_err(|_| refusal(page))?;
        tools.extend(list.items().iter().map(summary));
    }
    let mirrored = pages.all().iter().flat_map(annotated);
    Ok(Tools::new(tools, mirrored.collect()))
}

fn refusal(body: &[u8]) -> ProbeError {
    match Message::parse(body) {
        Ok(Message::Response(Answer {
            outcome: Outcome::Error(error),
            ..
        })) => ProbeError::Refused(error.message.chars().take(200).collect()),
        Ok(_) | Err(_) => ProbeError::NotMcp,
    }
}

fn summary(item: &Item<'_>) -> ToolSummary {
    ToolSummary {
        name: item.name.clone().into_owned(),
        title: item.title().map(|title| title.into_owned()),
        effect: ToolEffect::from_hints(item.hint("readOnlyHint"), item.hint("destructiveHint")),
    }
}
