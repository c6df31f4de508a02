//! Which resources a session is subscribed to, and for how many.
//!
//! ```text
//! wanted -> asked -> agreed -> wanted by nobody -> ending -> gone
//!              \-> refused: gone                      \-> wanted meanwhile: asked once more
//! ```
//!
//! Nothing here waits. What the server is to be asked is an [`Order`], and what it said comes back
//! with it; of one resource one thing is asked at a time, so that the counts are those of the
//! server.

use std::collections::{HashMap, VecDeque};

use doorward_core::permit::Permit;
use tokio::sync::oneshot;

use super::hub::Subscribed;

/// All resources of one session.
#[derive(Default)]
pub(super) struct Watched {
    resources: HashMap<String, Resource>,
    orders: VecDeque<Order>,
}

/// What the server is to be asked.
pub(super) struct Order {
    pub(super) uri: String,
    pub(super) what: What,
    pub(super) permit: Permit,
}

/// A subscription or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Begin,
    End,
}

/// Somebody who wants to hear of a resource, and waits to be told whether they do.
pub(super) struct Wanting {
    pub(super) number: u64,
    pub(super) permit: Permit,
    pub(super) reply: oneshot::Sender<Subscribed>,
}

struct Resource {
    state: State,
    count: usize,
    waiting: Vec<Wanting>,
    /// For its end.
    permit: Permit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asked,
    Agreed,
    Ending,
}

impl Watched {
    /// Somebody wants a resource; whether they have it at once.
    pub(super) fn want(&mut self, uri: String, wanting: Wanting) -> bool {
        let is_full = self.resources.len() >= MOST_RESOURCES;
        match self.resources.get_mut(&uri) {
            Some(known) if known.state == State::Agreed => {
                let is_told = wanting.reply.send(Subscribed::Yes).is_ok();
                known.count += usize::from(is_told);
                is_told
            }
            Some(known) => {
                known.waiting.push(wanting);
                false
            }
            None if is_full => {
                wanting.reply.send(Subscribed::No).ok(); // who left meanwhile says so next
                false
            }
            None => {
                self.order(&uri, What::Begin, wanting.permit.for_part());
                let resource = Resource {
                    state: State::Asked,
                    count: 0,
                    permit: wanting.permit.for_part(),
                    waiting: vec![wanting],
                };
                self.resources.insert(uri, resource);
                false
            }
        }
    }

    /// Somebody who had a resource wants it no more.
    pub(super) fn release(&mut self, uri: &str) {
        let Some(known) = self.resources.get_mut(uri) else {
            return;
        };
        known.count = known.count.saturating_sub(1);
        self.end_unwanted(uri);
    }

    /// What the server is to be asked next.
    pub(super) fn next(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Whether nothing is left to be asked.
    pub(super) fn is_settled(&self) -> bool {
        self.orders.is_empty()
    }

    /// Takes what the server said to an order; who has the resource from now on.
    pub(super) fn answered(&mut self, uri: &str, what: What, said: Subscribed) -> Vec<u64> {
        let Some(known) = self.resources.get_mut(uri) else {
            return Vec::new();
        };
        match what {
            What::Begin => {
                let waiting = std::mem::take(&mut known.waiting).into_iter();
                let told = waiting.filter_map(|one| one.reply.send(said).ok().map(|()| one.number));
                let told: Vec<_> = told.collect();
                if said != Subscribed::Yes {
                    self.resources.remove(uri);
                    return Vec::new();
                }
                (known.state, known.count) = (State::Agreed, told.len());
                self.end_unwanted(uri);
                told
            }
            What::End => {
                self.ended(uri);
                Vec::new()
            }
        }
    }

    /// Nothing more is taken back from a server that does not answer: who listens hears only what
    /// they wanted all the same.
    pub(super) fn spare(&mut self) {
        let orders = std::mem::take(&mut self.orders).into_iter();
        let (ends, others) = orders.partition::<VecDeque<_>, _>(|order| order.what == What::End);
        self.orders = others;
        for order in ends {
            self.ended(&order.uri);
        }
    }

    fn ended(&mut self, uri: &str) {
        let Some(known) = self.resources.get_mut(uri) else {
            return;
        };
        match known.waiting.first() {
            None => drop(self.resources.remove(uri)),
            Some(first) => {
                known.state = State::Asked;
                known.permit = first.permit.for_part();
                let permit = first.permit.for_part();
                self.order(uri, What::Begin, permit);
            }
        }
    }

    fn end_unwanted(&mut self, uri: &str) {
        if let Some(known) = self.resources.get_mut(uri)
            && (known.state, known.count) == (State::Agreed, 0)
        {
            known.state = State::Ending;
            let permit = known.permit.for_part();
            self.order(uri, What::End, permit);
        }
    }

    fn order(&mut self, uri: &str, what: What, permit: Permit) {
        let uri = uri.to_owned();
        self.orders.push_back(Order { uri, what, permit });
    }
}

/// Resources that one session subscribes to at a time.
const MOST_RESOURCES: usize = 4096;

#[cfg(test)]
mod tests {
    use doorward_core::{
        permit::{Action, Held, Rights, decide},
        scope::ScopeSet,
        server::ServerName,
    };

    use super::*;

    type Told = oneshot::Receiver<Subscribed>;

    fn wanting(number: u64) -> (Wanting, Told) {
        let held = Held {
            scopes: &ScopeSet::baseline(),
            details: &Default::default(),
            sign_in: None,
            argument: &|_| None,
        };
        let server = ServerName::parse("files").expect("a name");
        let permit = decide(&server, &Rights::Everything, held, Action::Use).expect("allowed");
        let (reply, told) = oneshot::channel();
        let wanting = Wanting {
            number,
            permit,
            reply,
        };
        (wanting, told)
    }

    fn want(watched: &mut Watched, number: u64) -> (bool, Told) {
        let (wanting, told) = wanting(number);
        (watched.want("a:".to_owned(), wanting), told)
    }

    fn ordered(watched: &mut Watched) -> Vec<What> {
        std::iter::from_fn(|| watched.next().map(|order| order.what)).collect()
    }

    #[test]
    fn of_one_resource_one_thing_is_asked_at_a_time() {
        // P-026
        let mut watched = Watched::default();
        let (one, mut first) = want(&mut watched, 1);
        let (two, _second) = want(&mut watched, 2);
        assert_eq!((one, two), (false, false));
        assert_eq!(ordered(&mut watched), [What::Begin]);
        let told = watched.answered("a:", What::Begin, Subscribed::Yes);
        assert_eq!((told, first.try_recv()), (vec![1, 2], Ok(Subscribed::Yes)));
        let (three, _third) = want(&mut watched, 3);
        assert!(three, "it is there already");
        for _ in 0..3 {
            assert_eq!(ordered(&mut watched), []);
            watched.release("a:");
        }
        assert_eq!(ordered(&mut watched), [What::End]);
        let (four, _fourth) = want(&mut watched, 4);
        assert!(!four && watched.is_settled(), "not while it is being ended");
        watched.answered("a:", What::End, Subscribed::Yes);
        assert_eq!(ordered(&mut watched), [What::Begin]);
        let told = watched.answered("a:", What::Begin, Subscribed::Yes);
        assert_eq!(told, [4]);
    }

    #[test]
    fn what_is_refused_or_wanted_by_nobody_any_more_is_not_kept() {
        // P-026, GW-26
        let mut watched = Watched::default();
        let (_, mut told) = want(&mut watched, 1);
        let none = watched.answered("a:", What::Begin, Subscribed::No);
        assert_eq!((none, told.try_recv()), (Vec::new(), Ok(Subscribed::No)));
        assert!(watched.resources.is_empty());
        ordered(&mut watched);
        drop(want(&mut watched, 2).1);
        let none = watched.answered("a:", What::Begin, Subscribed::Yes);
        assert_eq!(
            (none, ordered(&mut watched)),
            (Vec::new(), vec![What::Begin, What::End])
        );
        watched.answered("a:", What::End, Subscribed::No);
        assert!(watched.resources.is_empty());
    }

    #[test]
    fn a_server_that_does_not_answer_is_not_asked_for_the_end_of_each() {
        // GW-27
        let mut watched = Watched::default();
        let mut held = Vec::new();
        for uri in ["a:", "b:"] {
            let (wanting, told) = wanting(1);
            watched.want(uri.to_owned(), wanting);
            held.push(told);
            watched.answered(uri, What::Begin, Subscribed::Yes);
            watched.release(uri);
        }
        watched.spare();
        assert_eq!(ordered(&mut watched), [What::Begin, What::Begin]);
        assert!(watched.resources.is_empty());
    }
}
