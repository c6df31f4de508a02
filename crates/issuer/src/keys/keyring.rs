//! The keys as they were last read, each opened once.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    id::KeyId,
    jwk::{Algorithm, PublicKeySet},
    rotation::{self, PlannedKey},
    time::UnixTime,
};
use doorward_store::SealedSigningKey;

use super::{KeyError, KeyPair, Vault, plans};

/// A plan and the keys that it speaks of.
#[derive(Default)]
pub(super) struct Keyring {
    plans: Vec<PlannedKey>,
    pairs: HashMap<KeyId, Arc<KeyPair>>,
    /// What was published when this was read.
    pub(super) was_published: Vec<KeyId>,
}

impl Keyring {
    /// Opens what is stored, but for what was opened `before`.
    pub(super) fn open(
        stored: &[SealedSigningKey],
        before: &Self,
        vault: &Vault,
    ) -> Result<Self, KeyError> {
        let plans = plans(stored);
        let now = vault.clock.now();
        let published = |plan: &&PlannedKey| rotation::state(plan, &plans, now).is_published();
        let was_published: Vec<KeyId> = plans
            .iter()
            .filter(published)
            .map(|plan| plan.kid.clone())
            .collect();
        let needed = stored.iter().filter(|key| was_published.contains(&key.kid));
        let open = |key: &SealedSigningKey| match before.pairs.get(&key.kid) {
            Some(pair) => Ok((key.kid.clone(), Arc::clone(pair))),
            None => Ok((key.kid.clone(), Arc::new(vault.pair(key)?))),
        };
        Ok(Self {
            pairs: needed.map(open).collect::<Result<_, KeyError>>()?,
            plans,
            was_published,
        })
    }

    /// The key that signs at `now`.
    pub(super) fn signing(&self, now: UnixTime) -> Option<&Arc<KeyPair>> {
        let plan = rotation::signing(&self.plans, now)?;
        self.pairs.get(&plan.kid)
    }

    /// The key of exactly this name, if it is published at `now`.
    pub(super) fn find(&self, kid: &KeyId, now: UnixTime) -> Option<&Arc<KeyPair>> {
        let plan = self.plans.iter().find(|plan| plan.kid == *kid)?;
        let published = rotation::state(plan, &self.plans, now).is_published();
        published.then(|| self.pairs.get(kid)).flatten()
    }

    /// What is signed with at `now`, and then what will be.
    pub(super) fn algorithms(&self, now: UnixTime) -> Vec<Algorithm> {
        rotation::algorithms(&self.plans, now)
    }

    /// All public halves that are published at `now`, the signing one first.
    pub(super) fn published(&self, now: UnixTime) -> PublicKeySet {
        let signing = rotation::signing(&self.plans, now);
        let others = self.plans.iter().filter(|plan| Some(*plan) != signing);
        let all = signing.into_iter().chain(others);
        let pairs = all.filter_map(|plan| self.find(&plan.kid, now));
        PublicKeySet {
            keys: pairs.map(|pair| pair.public().clone()).collect(),
        }
    }
}
