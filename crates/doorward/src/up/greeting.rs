//! What `up` prints: the endpoint, what to paste where, and the set-up link.

use std::io::{self, IsTerminal, Write};

use doorward_core::server::ServerName;
use serde_json::json;

use crate::{
    config::{Database, PublicUrl},
    data::DataFolder,
};

/// Prints it. Nothing in it is secret but the link.
pub(super) fn print(public_url: &PublicUrl, name: &ServerName, kept: &str, link: Option<&str>) {
    let terminal = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = text(public_url.as_str(), name.as_str(), kept, link, terminal);
    let mut out = io::stdout().lock();
    // Without anybody to read it the door stays open all the same.
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .ok();
}

/// Where accounts, keys and the audit log are.
pub(super) fn kept(folder: &DataFolder, database: &Database) -> String {
    let folder = folder.path().display();
    match database {
        Database::File(_) => folder.to_string(),
        Database::Served(url) => format!("{url}, the key to them in {folder}"),
    }
}

fn text(public_url: &str, name: &str, kept: &str, link: Option<&str>, terminal: bool) -> String {
    let (on, off) = if terminal {
        ("\u{1b}[1m", "\u{1b}[0m")
    } else {
        ("", "")
    };
    let endpoint = format!("{public_url}/mcp/{name}");
    let remote = json!({ "url": endpoint });
    let cursor = json!({ "mcpServers": { name: remote } });
    let code = json!({ "servers": { name: { "type": "http", "url": endpoint } } });
    let first = link.map(|link| {
        format!("\nMake the first account (works once, within an hour):\n  {on}{link}{off}\n")
    });
    format!(
        "Endpoint: {on}{endpoint}{off}\n{first}
Connect a client:
  Claude Code      claude mcp add --transport http {name} {endpoint}
  Cursor           in ~/.cursor/mcp.json: {cursor}
  VS Code          in .vscode/mcp.json: {code}
  MCP Inspector    npx -y @modelcontextprotocol/inspector --transport http --server-url {endpoint}
  any other        the endpoint above, Streamable HTTP; it finds the login by itself

Accounts, keys and the audit log are in {kept}
Stop with Ctrl-C.
",
        first = first.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_says_what_to_paste_where() {
        let link = "http://127.0.0.1:8080/setup?token=t";
        let text = text("http://127.0.0.1:8080", "files", "/data", Some(link), false);
        let endpoint = "http://127.0.0.1:8080/mcp/files";
        for expected in [
            &format!("Endpoint: {endpoint}\n"),
            &format!("  {link}\n"),
            &format!("claude mcp add --transport http files {endpoint}\n"),
            &format!("{{\"mcpServers\":{{\"files\":{{\"url\":\"{endpoint}\"}}}}}}\n"),
            &format!(
                "{{\"servers\":{{\"files\":{{\"type\":\"http\",\"url\":\"{endpoint}\"}}}}}}\n"
            ),
            &"are in /data\n".to_owned(),
        ] {
            assert!(text.contains(expected.as_str()), "{expected} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn with_an_account_there_is_no_link() {
        let text = text("http://127.0.0.1:8080", "files", "/data", None, true);
        assert!(!text.contains("setup") && text.contains("\u{1b}[1m"));
    }
}
