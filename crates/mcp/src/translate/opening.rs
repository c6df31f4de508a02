//! `initialize` and `server/discover`: the same facts, asked once or at any time.
//!
//! | `initialize` result | `server/discover` result |
//! |---|---|
//! | `protocolVersion` | `supportedVersions` (R-079) |
//! | `capabilities` | `capabilities`, as far as they can be bridged (P-009) |
//! | `serverInfo` | `_meta["io.modelcontextprotocol/serverInfo"]` |
//! | `instructions` | `instructions` |
//! | – | `resultType`, `ttlMs`, `cacheScope` (P-015) |

use super::{
    Fault,
    capability::{Reach, server_capabilities},
    client::{Client, Speaker},
    failure::error_to_session,
    request,
    result::{SERVER_INFO, completed, result, sessionless},
};
use crate::{
    envelope::{Request, Response},
    era::Revision,
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite, quoted},
};

/// What is said of a session server towards stateless clients.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The versions that this very endpoint serves, best first (R-079).
    pub versions: &'a [Revision],
    /// Whether changes can be heard.
    pub reach: Reach,
}

/// The notification that ends the opening of a session.
pub const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// An `initialize` request of the gateway for a client (P-016, P-018). `own_info` is what the
/// gateway is called, for clients that do not say what they are.
pub fn initialize_request(
    id: &str,
    revision: Revision,
    client: &Client,
    own_info: &str,
) -> Vec<u8> {
    let known = client.known_to(revision);
    let params = Changes::none()
        .with("protocolVersion", quoted(revision.as_str()))
        .with("capabilities", known.capabilities.as_json().to_string())
        .with("clientInfo", known.info.as_deref().unwrap_or(own_info))
        .alone();
    call(id, Method::Initialize, &params)
}

/// A `server/discover` request for a client.
pub fn discover_request(id: &str, speaker: Speaker<'_>) -> Vec<u8> {
    let params = Changes::none().with("_meta", speaker.meta().alone());
    call(id, Method::Discover, &params.alone())
}

/// A request of a method with parameters that are JSON already.
pub(super) fn call(id: &str, method: Method, params: &str) -> Vec<u8> {
    let members = [
        ("jsonrpc", "\"2.0\""),
        ("id", id),
        ("method", &quoted(method.as_str())),
        ("params", params),
    ];
    let members = members.map(|(name, json)| (name.to_owned(), json.to_owned()));
    request::object(&members).into_bytes()
}

/// The answer to `server/discover`, from what a session server answered to `initialize`.
pub fn discover_result(
    initialized: &Response<'_>,
    id: &str,
    offer: Offer<'_>,
) -> Result<Vec<u8>, Fault> {
    let result = result(initialized)?.raw;
    let offered = capabilities(result)?;
    let versions: Vec<_> = offer
        .versions
        .iter()
        .map(|known| quoted(known.as_str()))
        .collect();
    let mut rewrite = Rewrite::of(initialized.raw);
    let mut changes = completed(Method::Discover)
        .without("protocolVersion")
        .without("serverInfo")
        .with("supportedVersions", format!("[{}]", versions.join(",")))
        .with("capabilities", server_capabilities(offered, offer.reach));
    if let Some(info) = result.member(&["serverInfo"]).filter(Raw::is_object) {
        let named = Changes::none().with(SERVER_INFO, info.as_str());
        match result.member(&["_meta"]).filter(Raw::is_object) {
            Some(meta) => rewrite.change(meta, named),
            None => changes = changes.with("_meta", named.alone()),
        }
    }
    rewrite.change(result, changes);
    rewrite.change(initialized.raw, Changes::none().with("id", id));
    Ok(rewrite.finish())
}

/// The answer to `initialize` in `revision`, from what a stateless server answered to
/// `server/discover` (P-032). `unnamed` is the `serverInfo` of a server that gives itself no
/// name. An error stays one.
pub fn initialize_result(
    discovered: &Response<'_>,
    id: &str,
    revision: Revision,
    unnamed: &str,
) -> Result<Vec<u8>, Fault> {
    let Ok(result) = result(discovered) else {
        return error_to_session(discovered, Method::Initialize, id);
    };
    let result = result.raw;
    let offered = capabilities(result)?;
    let info = result
        .member(&["_meta", SERVER_INFO])
        .filter(Raw::is_object);
    let info = info.map_or(unnamed, |info| info.as_str());
    let mut rewrite = Rewrite::of(discovered.raw);
    let changes = Changes::none()
        .without("supportedVersions")
        .with("protocolVersion", quoted(revision.as_str()))
        .with("capabilities", server_capabilities(offered, Reach::Listens))
        .with("serverInfo", info.to_owned());
    let changes = sessionless(&mut rewrite, result, changes);
    rewrite.change(result, changes);
    rewrite.change(discovered.raw, Changes::none().with("id", id));
    Ok(rewrite.finish())
}

/// An `initialize` request that asks for another revision: the client's is not the server's.
pub fn initialize_asking(request: &Request<'_>, revision: Revision) -> Result<Vec<u8>, Fault> {
    let params = request.params.raw.ok_or(Fault::Opening)?;
    Ok(versioned(request.raw, params, revision))
}

/// An answer to `initialize` that agrees on the client's revision instead of the server's.
pub fn initialize_agreeing(response: &Response<'_>, revision: Revision) -> Result<Vec<u8>, Fault> {
    let result = result(response)?.raw;
    Ok(versioned(response.raw, result, revision))
}

/// The revision that a session server agreed on; `None` for one that is not known here.
pub fn agreed_revision(initialized: &Response<'_>) -> Option<Revision> {
    let version = result(initialized).ok()?.raw.member(&["protocolVersion"])?;
    Revision::parse(&version.text()?)
}

/// The versions that a stateless server says it supports, known or not.
pub fn supported_versions(discovered: &Response<'_>) -> Result<Vec<String>, Fault> {
    let versions = result(discovered)?.raw.member(&["supportedVersions"]);
    let versions = versions.filter(Raw::is_array).ok_or(Fault::Discovery)?;
    let texts = versions
        .elements()
        .into_iter()
        .filter_map(|version| version.text());
    Ok(texts.map(|text| text.into_owned()).collect())
}

/// The capabilities in either answer.
pub fn capabilities(result: Raw<'_>) -> Result<Raw<'_>, Fault> {
    let capabilities = result.member(&["capabilities"]).filter(Raw::is_object);
    capabilities.ok_or(Fault::Discovery)
}

fn versioned(message: Raw<'_>, object: Raw<'_>, revision: Revision) -> Vec<u8> {
    let mut rewrite = Rewrite::of(message);
    let version = quoted(revision.as_str());
    rewrite.change(object, Changes::none().with("protocolVersion", version));
    rewrite.finish()
}

#[cfg(test)]
mod tests;
