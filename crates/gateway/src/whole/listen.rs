//! One subscription that is one with each member (P-026, P-038, GW-20).
//!
//! ```text
//! listen -> a task for each member: judged, asked, heard ----> acknowledged together
//!             ^                               | ends             then event by event
//!             +------ after a while, anew ----+---- may not any more -> over, so that the caller
//!                                                                        asks anew with what they have
//! ```
//!
//! What no member acknowledged in time is not acknowledged, and nothing of it is told until one
//! does: then that is acknowledged, too. A member that ends or fails is asked anew, judged anew
//! each time (P-051); as nobody knows what was missed, its lists are then said to have changed. A
//! listener takes no process from what its caller works in, and one whose stream never lasts is
//! asked ever less often. When the caller goes everything is let go.

mod telling;
mod wishes;

use std::{sync::Arc, time::Duration};

use doorward_core::server::ServerName;
use doorward_mcp::{
    envelope::{Message, Outcome, Params, Request},
    method::Method,
};
use futures_util::StreamExt;
use tokio::{
    sync::mpsc::{self, Sender},
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{
    telling::Telling,
    wishes::{Wish, wishes},
};
use super::{Around, Ask, Declined, gathered::meta, lists, seals::Seals, single::Lost};
use crate::upstream::{Fault, link::Incoming, modest::modestly};

/// What a member says.
enum Heard<N> {
    /// That it listens, to what.
    Acknowledged(Wish),
    /// That a list changed.
    Changed(Method),
    /// That a resource changed, under all names by which the caller calls it.
    Updated(Vec<String>),
    /// Nothing for now.
    Absent,
    /// It may not be asked.
    Refused(N),
}

/// A member by its number, and what it says.
type Said<N> = (usize, Heard<N>);

/// Subscribes to all members.
pub(crate) async fn listen<A: Ask>(
    asker: &Arc<A>,
    around: Around<'_>,
    seals: &Arc<Seals>,
    request: &Request<'_>,
) -> Result<Incoming, Lost<A::No>> {
    let wishes = wishes(&**asker, around, request).await?;
    let (sender, heard) = mpsc::channel(WAITING);
    let mut tasks = JoinSet::new();
    let (meta, members) = (meta(request, "w-listen"), wishes.len());
    for (number, (member, wish)) in wishes.into_iter().enumerate() {
        let listener = Listener {
            number,
            asker: Arc::clone(asker),
            seals: Arc::clone(seals),
            meta: meta.clone(),
            member,
            wish,
            sender: sender.clone(),
        };
        tasks.spawn(listener.run());
    }
    let id = request.id.as_json();
    let mut telling = Telling::new(id, members, (sender, heard), tasks);
    let begun = telling.acknowledge().await.map_err(Lost::No)?;
    Ok(telling.stream(begun))
}

/// Listens to one member.
struct Listener<A: Ask> {
    number: usize,
    asker: Arc<A>,
    seals: Arc<Seals>,
    meta: String,
    member: ServerName,
    wish: Wish,
    sender: Sender<Said<A::No>>,
}

impl<A: Ask> Listener<A> {
    /// Until nobody hears it any more, or the caller may not.
    async fn run(self) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let begun = Instant::now();
            let ended = self.once().await;
            // One that did not last is no reason to begin it again soon.
            if begun.elapsed() >= LONGEST_PAUSE {
                pause = SHORTEST_PAUSE;
            }
            match ended {
                Err(Declined::No(no)) => {
                    tracing::info!(server = %self.member, "a subscription is not allowed");
                    return self.tell(Heard::Refused(no)).await;
                }
                Err(Declined::Error(_)) => self.tell(Heard::Absent).await,
                Err(Declined::Fault(fault)) => {
                    tracing::info!(server = %self.member, %fault, "a subscription broke off");
                    self.tell(Heard::Absent).await;
                }
                Ok(()) => {}
            }
            sleep(pause).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self) -> Result<(), Declined<A::No>> {
        let filter = self.wish.to_json(|(inner, _)| inner);
        let members = format!(r#""notifications":{filter},"#);
        let method = Method::SubscriptionsListen;
        let body = lists::request(&self.seals.fresh(), method, &members, &self.meta);
        let mut incoming = modestly(self.asker.ask(&self.member, body)).await?;
        while let Some(json) = incoming.next().await {
            let json = json.map_err(Declined::Fault)?;
            match Message::parse(&json).map_err(|_| Declined::Fault(Fault::NotMcp))? {
                Message::Response(response) => match response.outcome {
                    Outcome::Error(error) => return Err(Declined::Error(error.code)),
                    Outcome::Result(_) => break,
                },
                Message::Notification(told) => {
                    let method = Method::notification(&told.method);
                    let heard = method.and_then(|method| self.heard(method, &told.params));
                    if let Some(heard) = heard {
                        self.tell(heard).await;
                    }
                }
                Message::Request(_) => {}
            }
        }
        Err(Declined::Fault(Fault::Ended))
    }

    fn heard(&self, method: Method, params: &Params<'_>) -> Option<Heard<A::No>> {
        if self.asker.changes(&self.member).note(method) {
            return Some(Heard::Changed(method));
        }
        let member = |name| params.raw.and_then(|raw| raw.member(&[name]));
        match method {
            Method::SubscriptionAcknowledged => Some(Heard::Acknowledged(
                self.wish.granted(member("notifications")),
            )),
            Method::ResourceUpdated => {
                let uri = member("uri")?.text()?;
                let known = self.wish.uris.iter().filter(|(inner, _)| *inner == uri);
                let known: Vec<String> = known.map(|(_, outer)| outer.clone()).collect();
                (!known.is_empty()).then_some(Heard::Updated(known))
            }
            _ => None, // nothing else belongs on it (R-053)
        }
    }

    /// Waits for who reads: nothing is dropped, and nothing piles up.
    async fn tell(&self, heard: Heard<A::No>) {
        self.sender.send((self.number, heard)).await.ok();
    }
}

/// For so long the others wait for a member to acknowledge.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much is heard ahead of who reads.
const WAITING: usize = 64;
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
