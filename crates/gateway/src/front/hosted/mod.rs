//! Sessions that the gateway hosts itself, for clients of the session era in front of servers that
//! are spoken to otherwise.
//!
//! ```text
//! client of 2025-03-26..2025-11-25 -- /mcp/{server} --\                /-- Passed: a session of the
//! client of 2024-11-05 -- GET, POST /sse, /sse/{server} > Session ----<    server's, another transport
//!                                                        (Backend)     \-- another era
//! ```
//!
//! A [`Session`] belongs to one subject through one client at one server (R-060, GW-15), and what
//! is behind it is a [`Backend`]. Where client and server share era and transport there is no such
//! session: their bytes pass as they are.

use doorward_mcp::{envelope::Message, method::Method};

mod backend;
pub(super) mod crossing;
mod events;
mod line;
mod opening;
mod passed;
mod reach;
mod session;
pub(super) mod sse;
pub(super) mod streamable;
mod table;
mod take;
mod translated;
mod visitor;
mod words;

#[cfg(test)]
mod schedules;
#[cfg(test)]
mod testing;

pub(crate) use self::table::Hosted;

use super::{exchange::Exchange, post::Post, refusal::Refusal, session::Named};
use crate::upstream::http::ServerSession;

/// Who has the session that a message is for.
pub(super) enum Host {
    /// The gateway: this one, or one that is to be opened.
    Gateway(Option<String>),
    /// The server itself, if there is any.
    Server(Option<ServerSession>),
}

/// Finds out who has the session that a message over Streamable HTTP is for.
pub(super) async fn host(post: &Post<'_>, message: &Message<'_>) -> Result<Host, Refusal> {
    let Exchange { server, .. } = post.exchange;
    let method = message.method();
    if method == Some(Method::Initialize.as_str()) {
        // One that is too long to be kept asks nobody anything.
        let is_short = post.body.len() <= LONGEST_OPENING;
        if !is_short {
            return Ok(Host::Server(None));
        }
        let id = message.id().map(|id| id.as_json());
        let hosted = reach::is_hosted(server).await;
        return Ok(
            match hosted.map_err(|fault| post.exchange.failed(fault, id))? {
                true => Host::Gateway(None),
                false => Host::Server(None),
            },
        );
    }
    let named = post.exchange.named();
    Ok(
        match named.map_err(|refusal| post.refuse(method, refusal))? {
            Some(Named::Hosted(key)) => Host::Gateway(Some(key)),
            Some(Named::Raw(session)) => Host::Server(Some(session)),
            None if reach::is_known_hosted(server) => Host::Gateway(None),
            None => Host::Server(None),
        },
    )
}

/// An opening is kept for as long as its session (DS-05).
const LONGEST_OPENING: usize = 64 * 1024;
