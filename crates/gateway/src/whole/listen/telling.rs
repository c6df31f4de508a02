//! What the caller hears of all members, as one subscription.

use std::collections::{BTreeSet, HashSet};

use bytes::Bytes;
use doorward_mcp::method::Method;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::{
    sync::mpsc::{Receiver, Sender},
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::{
    Heard, PATIENCE, Said,
    wishes::{LISTS, Wish},
};
use crate::{stream::farewell, upstream::link::Incoming};

/// The merged subscription, as the caller hears it.
pub(super) struct Telling<N> {
    /// The caller's id as it stood.
    id: String,
    heard: Receiver<Said<N>>,
    members: usize,
    /// What members granted so far, and the lists and resources that were acknowledged by it.
    granted: Wish,
    acknowledged: HashSet<String>,
    /// A member that had answered refuses the caller now.
    over: bool,
    /// Held so that the stream stays, also when no member is left.
    _sender: Sender<Said<N>>,
    /// Dropped with the stream.
    _tasks: JoinSet<()>,
}

/// What changed before it was acknowledged: each thing once, however often it was said.
#[derive(Default)]
struct Early {
    lists: Vec<Method>,
    uris: BTreeSet<String>,
}

impl Early {
    fn note(&mut self, list: Method) {
        if !self.lists.contains(&list) {
            self.lists.push(list);
        }
    }
}

impl<N: Send + 'static> Telling<N> {
    /// Nothing was heard yet of so many members.
    pub(super) fn new(
        id: &str,
        members: usize,
        (sender, heard): (Sender<Said<N>>, Receiver<Said<N>>),
        tasks: JoinSet<()>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            heard,
            members,
            granted: Wish::default(),
            acknowledged: HashSet::new(),
            over: false,
            _sender: sender,
            _tasks: tasks,
        }
    }

    /// What was heard already, and what comes until a member refuses the caller: what they have by
    /// now may open it again (R-054, P-051).
    pub(super) fn stream(self, begun: Vec<Bytes>) -> Incoming {
        let later = stream::unfold(Some(self), |telling| async move {
            let mut telling = telling?;
            if telling.over {
                return Some((vec![farewell(&telling.id)], None));
            }
            let (_, heard) = telling.heard.recv().await?;
            telling.over = matches!(heard, Heard::Refused(_));
            Some((telling.told(heard), Some(telling)))
        });
        let all = stream::iter(begun).chain(later.flat_map(stream::iter));
        Incoming::new(all.map(Ok))
    }

    /// What was acknowledged by all who did in time, and what they said meanwhile. Where nobody
    /// may be asked, why.
    pub(super) async fn acknowledge(&mut self) -> Result<Vec<Bytes>, N> {
        let until = Instant::now() + PATIENCE;
        let (mut early, mut answered, mut refusals) =
            (Early::default(), HashSet::new(), Vec::new());
        while answered.len() < self.members && Instant::now() < until {
            let Ok(Some((number, heard))) = timeout_at(until, self.heard.recv()).await else {
                break;
            };
            match heard {
                Heard::Acknowledged(wish) => {
                    self.grant(wish);
                }
                Heard::Absent => {}
                Heard::Refused(_) if answered.contains(&number) => {
                    self.over = true;
                    break;
                }
                Heard::Refused(no) => refusals.push(no),
                Heard::Changed(list) => {
                    early.note(list);
                    continue;
                }
                Heard::Updated(uris) => {
                    early.uris.extend(uris);
                    continue;
                }
            }
            answered.insert(number);
        }
        if refusals.len() == self.members
            && let Some(no) = refusals.pop()
        {
            return Err(no);
        }
        let first = self.acknowledgement();
        let lists = early.lists.into_iter();
        let lists = lists.filter_map(|list| self.changed(list));
        let uris = early.uris.iter().filter_map(|uri| self.updated(uri));
        Ok(std::iter::once(first).chain(lists).chain(uris).collect())
    }

    /// Takes in what a member granted; whether that is more than was acknowledged.
    fn grant(&mut self, wish: Wish) -> bool {
        let before = self.acknowledged.len();
        for flag in wish.flags {
            if self.acknowledged.insert(flag.to_owned()) {
                self.granted.flags.push(flag);
            }
        }
        for (inner, outer) in wish.uris {
            if self.acknowledged.insert(outer.clone()) {
                self.granted.uris.push((inner, outer));
            }
        }
        self.acknowledged.len() > before
    }

    fn acknowledgement(&self) -> Bytes {
        let filter = self.granted.to_json(|(_, outer)| outer);
        let method = Method::SubscriptionAcknowledged;
        self.notification(method, &format!(r#","notifications":{filter}"#))
    }

    /// What is told of what was heard: only what was acknowledged.
    fn told(&mut self, heard: Heard<N>) -> Vec<Bytes> {
        match heard {
            Heard::Absent | Heard::Refused(_) => Vec::new(),
            Heard::Updated(uris) => uris.iter().filter_map(|uri| self.updated(uri)).collect(),
            Heard::Changed(method) => self.changed(method).into_iter().collect(),
            // A member that is back, or late: nobody knows what was missed.
            Heard::Acknowledged(wish) => {
                let is_more = self.grant(wish.clone());
                let more = is_more.then(|| self.acknowledgement());
                let lists = LISTS
                    .into_iter()
                    .filter(|(flag, _)| wish.flags.contains(flag));
                let lists = lists.filter_map(|(_, method)| self.changed(method));
                let uris = wish.uris.iter();
                let uris = uris.filter_map(|(_, outer)| self.updated(outer));
                more.into_iter().chain(lists).chain(uris).collect()
            }
        }
    }

    fn changed(&self, method: Method) -> Option<Bytes> {
        let flag = LISTS.into_iter().find(|(_, changed)| *changed == method)?.0;
        let is_told = self.acknowledged.contains(flag);
        is_told.then(|| self.notification(method, ""))
    }

    fn updated(&self, outer: &str) -> Option<Bytes> {
        let is_told = self.acknowledged.contains(outer);
        let uri = || format!(r#","uri":{}"#, Value::from(outer));
        is_told.then(|| self.notification(Method::ResourceUpdated, &uri()))
    }

    fn notification(&self, method: Method, members: &str) -> Bytes {
        format!(
            r#"{{"jsonrpc":"2.0","method":"{}","params":{{"_meta":{{"io.modelcontextprotocol/subscriptionId":{}}}{members}}}}}"#,
            method.as_str(),
            self.id,
        )
        .into()
    }
}
