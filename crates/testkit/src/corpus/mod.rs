//! What the clients that people use send, each in a file of its own.
//!
//! A [`RealClient`] is data: its requests, written down from the public record,
//! with the source and its date in the file. Where the record is silent the file
//! says so, and has what the library does that the client is made of. Nothing is
//! tidied up: odd orders, missing members and stray spaces are the point.
//!
//! An [`Installation`] sends the requests in the order in which the client does,
//! and checks what the strictest of the clients check, so that what one of them
//! would refuse fails for all.
//!
//! In the templates `{name}` stands for what the client was told before:
//! `{endpoint}`, `{resource_metadata}`, `{resource}`, `{scope}` (of the challenge,
//! else of the resource), `{server_scopes}`, `{client_id}`, `{redirect_uri}`,
//! `{challenge}`, `{verifier}`, `{code}`, `{refresh_token}`.

mod checks;
mod host;
mod installation;
mod mcp;
mod sending;
mod signer;
mod token;

pub mod antigravity_cli;
pub mod chatgpt;
pub mod claude_ai;
pub mod claude_code;
pub mod codex;
pub mod copilot_cli;
pub mod csharp;
pub mod cursor;
pub mod fastmcp;
pub mod gemini_cli;
pub mod go;
pub mod inspector;
pub mod mcp_remote;
pub mod opencode;
pub mod python;
pub mod rust;
pub mod typescript;
pub mod vs_code;

use serde_json::{Value, json};

pub use host::Host;
pub use installation::Installation;

/// Names and values in the order in which a client sends them.
pub type Fields = &'static [(&'static str, &'static str)];

/// One client and its requests.
#[derive(Clone, Debug)]
pub struct RealClient {
    /// How people call it.
    pub name: &'static str,
    /// The `User-Agent` of its OAuth requests; `None` sends none, or the record is silent.
    pub user_agent: Option<&'static str>,
    /// The origin of its page, when it runs in a browser: every request is preflighted.
    pub origin: Option<&'static str>,
    /// The request that finds out that a login is needed.
    pub probe: Probe,
    /// Where it looks for the metadata of the resource until something answers.
    pub resource_metadata: &'static [&'static str],
    /// Where it looks for the metadata of the authorization server until something answers.
    pub server_metadata: &'static [&'static str],
    /// The metadata document that it publishes about itself, if it does.
    pub published: Option<Published>,
    /// The body of its dynamic registration.
    pub registration: Value,
    /// Where it wants the answer.
    pub redirect_uri: &'static str,
    /// Its authorization request.
    pub authorize: Fields,
    /// The form that redeems the code, without credentials.
    pub exchange: Fields,
    /// The form that refreshes, without credentials.
    pub refresh: Fields,
    /// The `Accept` of its token requests; empty sends none.
    pub accept: &'static str,
    /// The headers of its MCP requests beside those of the transport.
    pub calls_with: Fields,
    /// The MCP revision that it asks for first.
    pub revision: &'static str,
}

/// The first request to an MCP endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// What opens every conversation, as if no login were needed.
    Greet,
    /// A bare GET.
    Get,
    /// A bare HEAD.
    Head,
}

/// A Client ID Metadata Document.
#[derive(Clone, Debug)]
pub struct Published {
    /// Where it is, which is the client's identifier.
    pub url: &'static str,
    /// Where the client wants the answer when it comes with its document.
    pub redirect_uri: &'static str,
    /// What is there.
    pub document: Value,
}

/// Where every SDK looks for the metadata of a resource (SEP-985).
pub const RESOURCE_METADATA: &[&str] = &[
    "{resource_metadata}",
    "/.well-known/oauth-protected-resource{endpoint}",
    "/.well-known/oauth-protected-resource",
];

/// Where every SDK looks for the metadata of an issuer without a path.
pub const SERVER_METADATA: &[&str] = &[
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];

/// Every client of the corpus.
pub fn all() -> Vec<RealClient> {
    vec![
        claude_ai::client(),
        claude_code::client(),
        chatgpt::client(),
        codex::client(),
        vs_code::client(),
        cursor::client(),
        copilot_cli::client(),
        opencode::client(),
        gemini_cli::client(),
        antigravity_cli::client(),
        inspector::client(),
        mcp_remote::client(),
        fastmcp::client(),
        python::client(),
        typescript::client(),
        rust::client(),
        go::client(),
        csharp::client(),
    ]
}

/// A registration with the members that nearly every client sends.
fn registration(name: &str, redirect_uris: &[&str], more: Value) -> Value {
    let mut document = json!({
        "client_name": name,
        "redirect_uris": redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    });
    if let (Some(members), Value::Object(more)) = (document.as_object_mut(), more) {
        members.extend(more);
    }
    document
}
