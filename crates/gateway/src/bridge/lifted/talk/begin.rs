//! A request, asked in a session.

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{LogLevel, Message, Outcome, Request},
    method::Method,
    translate::{Hop, request_to_session, takes_input},
};

use super::{Cancel, Conversation, Hearing, Turn};
use crate::{
    bridge::lifted::{
        Home,
        pool::{Lease, Need},
        words,
    },
    upstream::{
        Fault,
        link::{Incoming, SessionLink},
    },
};

/// Asks, and passes on what is said. A session that is over was not asked anything: the request
/// goes into a new one, once (P-016). What the link has sent twice is not sent again.
pub(in super::super) async fn begin(
    home: &Arc<Home>,
    permit: Permit,
    turn: Turn,
    (request, method): (&Request<'_>, Method),
) -> Result<Incoming, Fault> {
    let need = need(&turn, method);
    let lease = home.lease(&turn, &permit, need).await?;
    let begun = match ask(lease, permit.for_part(), &turn, (request, method)).await {
        Err((Fault::NoSession, Some(lease))) if lease.session().is_over() => {
            lease.forget();
            let lease = home.lease(&turn, &permit, need).await?;
            ask(lease, permit, &turn, (request, method)).await
        }
        begun => begun,
    };
    match begun {
        Ok(conversation) => Ok(Hearing::new(home, conversation, turn).into_incoming()),
        Err((fault, _)) => Err(fault),
    }
}

/// How the session must be used.
fn need(turn: &Turn, method: Method) -> Need {
    if turn.level().is_some() {
        Need::Level
    } else if takes_input(method) && turn.can_be_asked() {
        Need::Alone
    } else {
        Need::Shared
    }
}

async fn ask(
    lease: Lease,
    permit: Permit,
    turn: &Turn,
    (request, method): (&Request<'_>, Method),
) -> Result<Conversation, (Fault, Option<Lease>)> {
    let link = match lease.link() {
        Ok(link) => Arc::clone(link),
        Err(fault) => return Err((fault, Some(lease))),
    };
    if let Some(level) = turn.level()
        && let Err(fault) = set_level(&lease, &link, permit.for_part(), level).await
    {
        return Err((fault, Some(lease)));
    }
    let id = lease.session().next();
    let name = id.to_string();
    let hop = Hop {
        id: &name,
        token: Some(&name),
    };
    let body = Bytes::from(request_to_session(request, hop));
    let strays = lease.strays();
    let mut cancel = Cancel::new(&link, id, lease); // before: who leaves meanwhile cancels
    match link.ask(permit, body).await {
        Ok(incoming) => Ok(Conversation {
            method,
            questions: Vec::new(),
            asked: 0,
            incoming,
            strays,
            cancel,
        }),
        Err(fault) => {
            cancel.failed(fault);
            Err((fault, cancel.into_lease()))
        }
    }
}

/// Makes the session log at the level that the request wants (P-027). A server without log
/// messages is not asked, and one that does not want to is not made to.
async fn set_level(
    lease: &Lease,
    link: &Arc<dyn SessionLink>,
    permit: Permit,
    level: LogLevel,
) -> Result<(), Fault> {
    if !logs(link.opened()) {
        return Ok(());
    }
    // A program may have been started anew since, and know nothing of levels.
    if lease.session().logs_at(level) && link.tells_apart() {
        return Ok(());
    }
    let params = format!(r#"{{"level":"{}"}}"#, level.as_str());
    match lease.ask(permit, Method::SetLevel.as_str(), &params).await {
        Err(Fault::NoSession) => Err(Fault::NoSession),
        Ok(answer) if words::is_result(&answer) => {
            lease.session().note_level(level);
            Ok(())
        }
        Ok(_) | Err(_) => Ok(()), // and the next request tries again
    }
}

fn logs(opened: &[u8]) -> bool {
    match Message::parse(opened) {
        Ok(Message::Response(response)) => match response.outcome {
            Outcome::Result(result) => result.raw.member(&["capabilities", "logging"]).is_some(),
            Outcome::Error(_) => false,
        },
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => false,
    }
}
