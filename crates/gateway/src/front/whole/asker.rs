//! Members, asked in the name of one caller.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::server::ServerName;
use doorward_mcp::{envelope::Message, era::Era, method::Method};

use super::super::{
    exchange::Exchange,
    judge::{Asked, judge, judge_use_by},
    lifted, mirrored,
    refusal::Refusal,
};
use crate::{
    places::{Buffered, Place},
    snapshot::Server,
    upstream::{
        Fault,
        link::{Incoming, Owner, StatelessLink},
    },
    whole::{Ask, Changed, Declined, Usable},
};

/// Judges what goes to each member, and sends it.
pub(super) struct Asker {
    /// Who asks, at the endpoint of all.
    whole: Exchange,
    members: Vec<Arc<Exchange>>,
    place: Arc<Place>,
    /// How much of what members say the caller may hold.
    most: usize,
}

impl Asker {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let here = exchange.here;
        let members = exchange.caller.members.iter();
        let members = members.filter(|member| member.server.is_reached_from(here));
        let members = members.map(|member| {
            Arc::new(Exchange {
                inner: Arc::clone(&exchange.inner),
                limits: Arc::clone(&exchange.limits),
                server: Arc::clone(&member.server),
                principal: Arc::clone(&exchange.principal),
                caller: Arc::clone(&member.caller),
                scheme: exchange.scheme,
                content: None, // the caller's own body was held against it
                headers: exchange.headers.clone(),
                peer: exchange.peer,
                here,
                place: Mutex::new(None),
            })
        });
        Self {
            whole: exchange.again(),
            members: members.collect(),
            place: Arc::clone(&exchange.caller.place),
            most: exchange.limits.buffered_bytes,
        }
    }

    /// The exchange of a member.
    pub(super) fn exchange(&self, member: &ServerName) -> Option<Arc<Exchange>> {
        let mut members = self.members.iter();
        members.find(|it| it.server.name == *member).cloned()
    }

    /// The same under the configuration of now: a subscription asks again long after it began.
    fn by_now(&self, member: &ServerName) -> Option<Arc<Exchange>> {
        let now = Arc::clone(&self.whole.inner.snapshot.load().limits);
        match Arc::ptr_eq(&now, &self.whole.limits) {
            true => self.exchange(member),
            false => Self::of(&self.whole.by_now()?).exchange(member),
        }
    }
}

#[async_trait]
impl Ask for Asker {
    type No = Box<Refusal>;

    fn members(&self) -> Vec<Usable<'_>> {
        self.members
            .iter()
            .map(|member| Usable {
                name: &member.server.name,
                rights: &member.caller.rights,
            })
            .collect()
    }

    fn admits(&self, member: &ServerName, method: Method) -> Result<(), Self::No> {
        let exchange = self.exchange(member).ok_or(Refusal::UnknownServer)?;
        let _permit = judge_use_by(&exchange, Some(method.as_str()))?; // nothing is sent for it
        Ok(())
    }

    fn room(&self) -> (Buffered, usize) {
        (self.place.gathered(), self.most)
    }

    async fn ask(&self, member: &ServerName, body: Bytes) -> Result<Incoming, Declined<Self::No>> {
        let no = |refusal| Declined::No(Box::new(refusal));
        let unknown = || Declined::Fault(Fault::NotMcp);
        let exchange = self.by_now(member);
        let exchange = exchange.ok_or_else(|| no(Refusal::UnknownServer))?;
        let Ok(Message::Request(request)) = Message::parse(&body) else {
            return Err(unknown());
        };
        let asked = Asked {
            method: Method::request(&request.method).ok_or_else(unknown)?,
            params: &request.params,
            id: Some(request.id.as_json()),
            era: Era::Stateless,
        };
        exchange.still_good().await.map_err(no)?; // also when it is asked once more later
        let permit = judge(&exchange, asked).await.map_err(no)?;
        let mirrored = mirrored::check_of_member(&exchange, &request).await;
        mirrored.map_err(|error| {
            let refusal = Refusal::rpc(error, asked.id, Era::Stateless);
            no(exchange.refused(Some(&request.method), refusal))
        })?;
        let owner = Owner {
            subject: exchange.caller.subject.clone(),
            client: exchange.caller.client.clone(),
        };
        let link = link(&exchange.server).await.map_err(Declined::Fault)?;
        let incoming = link.ask(permit, &owner, body.clone()).await;
        incoming.map_err(Declined::Fault)
    }

    fn changes(&self, member: &ServerName) -> Arc<Changed> {
        let exchange = self.by_now(member); // where it is asked
        exchange.map_or_else(Arc::default, |it| Arc::clone(&it.server.changed))
    }
}

/// The server in the manner of 2026-07-28, whatever it speaks.
async fn link(server: &Server) -> Result<Arc<dyn StatelessLink>, Fault> {
    match lifted::bridge(server).await {
        Some(bridge) => Ok(bridge),
        None => server.upstream.stateless().ok_or(Fault::OtherEra),
    }
}
