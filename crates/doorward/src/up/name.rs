//! A short name for a server, told from how it is started or reached.

use url::{Host, Url};

/// Programs that run others: their name says nothing about the server.
const RUNNERS: [&str; 22] = [
    "npx", "npm", "pnpm", "yarn", "bunx", "bun", "node", "deno", "tsx", "uvx", "uv", "pipx",
    "python", "python3", "docker", "podman", "cargo", "go", "java", "sh", "bash", "env",
];
/// Their words that come before what they run.
const VERBS: [&str; 6] = ["run", "exec", "dlx", "x", "tool", "-m"];
/// File names that every project has.
const COMMON: [&str; 8] = [
    "index", "main", "server", "dist", "build", "src", "bin", "mcp",
];
const FALLBACK: &str = "server";

/// `everything` for `npx -y @modelcontextprotocol/server-everything@2026.8.31`.
pub(super) fn of_command(command: &[String]) -> String {
    let mut words = command.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        let base = word.rsplit('/').next().unwrap_or(word);
        let said_nothing = word.starts_with('-')
            || VERBS.contains(&word)
            || RUNNERS.contains(&base)
            || word.contains('=');
        if !said_nothing || words.peek().is_none() {
            return of_package(word);
        }
    }
    FALLBACK.to_owned()
}

/// `notion` for `https://mcp.notion.com/mcp`, `files` for `http://127.0.0.1:3000/mcp/files`.
pub(super) fn of_url(url: &Url) -> String {
    const PLAIN: [&str; 5] = ["mcp", "sse", "api", "v1", ""];
    let mut segments = url.path().rsplit('/');
    if let Some(segment) = segments.find(|segment| !PLAIN.contains(segment)) {
        return clean(segment);
    }
    match url.host() {
        Some(Host::Domain(name)) if name.contains('.') => {
            let mut labels = name.split('.');
            let plain = |label: &&str| !["mcp", "api", "www"].contains(label);
            clean(labels.find(plain).unwrap_or(FALLBACK))
        }
        _ => FALLBACK.to_owned(),
    }
}

fn of_package(word: &str) -> String {
    let path = word.trim_end_matches('/');
    let versioned = |part: &str| {
        let end = part
            .rfind(['@', ':'])
            .filter(|at| *at > 0)
            .unwrap_or(part.len());
        let end = part.find("==").map_or(end, |at| at.min(end));
        part.get(..end).unwrap_or(part).to_owned()
    };
    let telling = |part: &&str| {
        let stem = part.split('.').next().unwrap_or(part);
        !part.is_empty() && !COMMON.contains(&stem)
    };
    let part = path.rsplit('/').find(telling).unwrap_or(path);
    let part = versioned(part);
    let stem = [".js", ".mjs", ".cjs", ".ts", ".py", ".jar", ".sh"]
        .iter()
        .find_map(|ending| part.strip_suffix(ending))
        .unwrap_or(&part);
    clean(stem)
}

/// Lower-case labels joined by single hyphens, without the words that every server has.
fn clean(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let labels: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|label| !label.is_empty())
        .collect();
    let telling: Vec<&str> = labels
        .iter()
        .copied()
        .filter(|label| !["mcp", "server"].contains(label))
        .collect();
    let kept = if telling.is_empty() { labels } else { telling };
    let name: String = kept.join("-").chars().take(32).collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        FALLBACK.to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::server::ServerName;

    use super::*;

    #[test]
    fn a_command_names_its_server() {
        #[rustfmt::skip]
        let cases = [
            ("npx -y @modelcontextprotocol/server-everything@2026.8.31", "everything"),
            ("npx -y @modelcontextprotocol/server-filesystem /srv/files", "filesystem"),
            ("npx --package=x some-mcp-server",                "some"),
            ("uvx mcp-server-fetch==1.2",                      "fetch"),
            ("uv run weather.py",                              "weather"),
            ("python3 -m mcp_server_time",                     "time"),
            ("/usr/bin/node ./packages/github/dist/index.js",  "github"),
            ("docker run -i --rm mcp/brave-search:latest",     "brave-search"),
            ("./target/release/my_server",                     "my"),
            ("node server.js",                                 "server"),
            ("node",                                           "node"),
            ("server",                                         "server"),
            ("ÄÖÜ",                                            "server"),
            ("a-very-long-name-of-a-server-that-goes-on-and-on", "a-very-long-name-of-a-that-goes"),
        ];
        for (command, expected) in cases {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            let name = of_command(&words);
            assert_eq!(name, expected, "{command}");
            assert!(ServerName::parse(&name).is_ok(), "{command}");
        }
    }

    #[test]
    fn a_url_names_its_server() {
        #[rustfmt::skip]
        let cases = [
            ("https://mcp.notion.com/mcp",        "notion"),
            ("https://api.example.com/v1/mcp",    "example"),
            ("http://127.0.0.1:3001/mcp",         "server"),
            ("http://localhost:3001/mcp/files/",  "files"),
            ("http://[::1]:3001",                 "server"),
            ("https://example.com/My%20Tools/mcp", "my-20tools"),
        ];
        for (url, expected) in cases {
            let name = of_url(&Url::parse(url).unwrap());
            assert_eq!(name, expected, "{url}");
            assert!(ServerName::parse(&name).is_ok(), "{url}");
        }
    }
}
