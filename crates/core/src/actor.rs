//! Who acts for whom: the `act` and `may_act` claims (RFC 8693 sections 4.1 and 4.4).

use serde::{Deserialize, Serialize};

use crate::{id::ClientId, subject::Subject};

/// The most parties that may stand between a subject and who calls.
const LONGEST_CHAIN: usize = 4;

/// Somebody who acts for the subject of a token, and for whom that one acted before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who acts.
    pub sub: Subject,
    /// Who acted before: history that grants nothing (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

/// There are too many parties already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many parties already act for the subject")]
pub struct ChainTooLong;

impl Actor {
    /// A client with nobody before it.
    pub fn client(id: &ClientId) -> Self {
        Self {
            sub: Subject::Client(id.clone()),
            act: None,
        }
    }

    /// `id` acting where `before` acted until now.
    pub fn next(id: &ClientId, before: Option<&Self>) -> Result<Self, ChainTooLong> {
        if before.map_or(0, Self::length) >= LONGEST_CHAIN {
            return Err(ChainTooLong);
        }
        Ok(Self {
            act: before.cloned().map(Box::new),
            ..Self::client(id)
        })
    }

    /// Whether this is `id`, acting for itself.
    pub fn is_client(&self, id: &ClientId) -> bool {
        self.sub.client() == Some(id)
    }

    fn length(&self) -> usize {
        let mut parties = std::iter::successors(Some(self), |actor| actor.act.as_deref());
        parties.by_ref().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_acts_last_stands_outermost() {
        let (a, b) = (ClientId::from_known("a"), ClientId::from_known("b"));
        let first = Actor::next(&a, None).expect("short");
        let second = Actor::next(&b, Some(&first)).expect("short");
        let json = serde_json::to_string(&second).expect("JSON");
        assert_eq!(json, r#"{"sub":"client:b","act":{"sub":"client:a"}}"#);
        assert!(second.is_client(&b) && !second.is_client(&a));
    }

    #[test]
    fn a_chain_has_an_end() {
        let id = ClientId::from_known("a");
        let mut chain = None;
        for _ in 0..LONGEST_CHAIN {
            chain = Some(Actor::next(&id, chain.as_ref()).expect("short enough"));
        }
        assert_eq!(Actor::next(&id, chain.as_ref()), Err(ChainTooLong)); // DS-05
    }
}
