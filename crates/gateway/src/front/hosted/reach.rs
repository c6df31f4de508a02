//! How a server is reached for a client of the session era.
//!
//! | the server speaks | Streamable HTTP client | HTTP+SSE client |
//! |---|---|---|
//! | sessions over Streamable HTTP or stdio | no session here: its bytes pass, unless [`super::crossing`] says otherwise | a session of its own |
//! | sessions over HTTP+SSE | a session of its own | a session of its own |
//! | 2026-07-28 only | translated | translated |
//! | 2026-07-28, and sessions that it does not name | no session here, once `initialize` was seen to be taken | translated |
//! | all servers as one | translated | translated |

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{entropy::draw, permit::Permit};
use doorward_mcp::era::Era;

use super::{
    backend::Backend, opening::owner, passed::Passed, session::Client, translated::Translated,
};
use crate::{
    front::{exchange::Exchange, whole},
    snapshot::Server,
    upstream::{Fault, Kind, Trial, link::Opening, manner::Manner},
};

/// Whether sessions of Streamable HTTP clients are hosted here, because the server does not speak
/// as they do. It is asked if that is not known. When there is no room to ask, nothing is opened;
/// one that takes offence at questions is tried as it always was, and says itself what is wrong.
pub(super) async fn is_hosted(server: &Server) -> Result<bool, Fault> {
    if server.whole.is_some() {
        return Ok(true);
    }
    match server.upstream.manner().await {
        Ok(manner) => Ok(hosts(server, manner)),
        Err(Fault::Full) => Err(Fault::Full),
        Err(_) => Ok(false),
    }
}

/// The same as far as it is known.
pub(super) fn is_known_hosted(server: &Server) -> bool {
    let manner = server.upstream.known_manner();
    server.whole.is_some() || manner.is_some_and(|manner| hosts(server, manner))
}

/// Whether what is known of the server says nothing of sessions, and it was not seen to open any:
/// its answer to `initialize` will tell.
pub(super) fn is_trial(server: &Server) -> bool {
    let manner = server.upstream.known_manner();
    manner.is_some_and(|manner| may_be_of_both_eras(server, manner))
        && server.upstream.tried().known() != Trial::Taken
}

fn hosts(server: &Server, manner: Manner) -> bool {
    if may_be_of_both_eras(server, manner) {
        return server.upstream.tried().known() == Trial::Refused;
    }
    !manner.passes(Era::Session)
}

/// A server behind a URL that names only 2026-07-28 may open sessions all the same.
fn may_be_of_both_eras(server: &Server, manner: Manner) -> bool {
    let has_url = matches!(server.upstream.kind, Kind::Http(_));
    has_url && manner.stateless && manner.sessions.is_none()
}

/// Opens what is behind a session.
pub(super) async fn open(
    exchange: &Exchange,
    permit: Permit,
    client: &Client,
) -> Result<Arc<dyn Backend>, Fault> {
    let (upstream, owner) = (&exchange.server.upstream, owner(exchange));
    let all = whole::link(exchange);
    if all.is_none() && upstream.manner().await?.sessions.is_some() {
        drop(permit); // it was for this opening
        let link = upstream.session(&owner, opening(client)).await?;
        return Ok(Arc::new(Passed::new(link, client.clone())));
    }
    let link = all.or_else(|| upstream.stateless());
    let link = link.ok_or(Fault::NoSessions)?;
    let mint = URL_SAFE_NO_PAD.encode(draw::<9>(&*exchange.inner.surroundings.entropy));
    let opened = Translated::open(link, permit, (owner, client.clone(), mint)).await?;
    Ok(Arc::new(opened))
}

/// The opening of a session with the server: what the client says, as far as its revision has it.
fn opening(client: &Client) -> Opening {
    let known = client.said.known_to(client.revision);
    Opening {
        revision: client.revision,
        capabilities: Arc::clone(known.capabilities.as_json()),
        client_info: known.info.unwrap_or_else(|| UNNAMED.into()),
        spare: false,
    }
}

/// What a client is called that does not say.
const UNNAMED: &str = r#"{"name":"unnamed","version":"0"}"#;
