//! Telling the operator, at start, which server does not answer.

use doorward_gateway::ServerCheck;

use crate::config::{Server, Upstream};

/// One line with the cause and the fix, when there is something to tell.
pub(super) fn report(check: &ServerCheck, servers: &[Server]) {
    let name = &check.server;
    match &check.tools {
        Ok(tools) => tracing::info!(server = %name, tools, "the server answers"),
        Err(error) => {
            let server = servers.iter().find(|server| server.name == *name);
            let fix = server
                .map(|server| fix(&server.upstream))
                .unwrap_or_default();
            tracing::warn!("server {name} does not answer: {error}; {fix}");
        }
    }
}

fn fix(upstream: &Upstream) -> String {
    match upstream {
        // Arguments may hold credentials: only the program is named.
        Upstream::Command { command, .. } => {
            let program = command.first().map(String::as_str).unwrap_or_default();
            format!("check that the command with `{program}` starts by itself and speaks MCP")
        }
        Upstream::Http { url, .. } => {
            let mut shown = url.clone();
            shown.set_query(None);
            format!("check that an MCP server runs at {shown}")
        }
    }
}
