//! Which proofs came before (RFC 9449 section 11.1).
//!
//! [`ProofMemory`] is the seam: one process remembers by itself ([`ProcessMemory`]),
//! several replicas would have to share. Nothing is ever forgotten that is still good,
//! so a full memory takes no more proofs instead. Nobody can fill it for others, however
//! many keys he has: a proof counts for the [`Owner`] of its token. A subject may hold as
//! much as is still free, and each client of its as much as the subject may still get, so
//! there is room for the next one always.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use doorward_core::{
    access::Principal, dpop::Proof, id::ClientId, secret::Digest, subject::Subject, time::UnixTime,
};

/// Remembers which proofs were used.
#[async_trait]
pub trait ProofMemory: Send + Sync {
    /// Notes that `proof` is used at `now` by `owner`. Of two uses at the same time one succeeds.
    async fn note(
        &self,
        owner: Owner<'_>,
        proof: &Proof,
        now: UnixTime,
    ) -> Result<(), Unremembered>;
}

/// Whose share of the memory a proof takes: that of a subject, and in it that of the client
/// through which it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// Whom the token speaks of.
    pub subject: &'a Subject,
    /// Whom it was issued to.
    pub client: &'a ClientId,
}

impl<'a> Owner<'a> {
    /// The holder of a token.
    pub fn of(principal: &'a Principal) -> Self {
        Self {
            subject: &principal.subject,
            client: &principal.client,
        }
    }
}

/// Why a use was not noted. The proof must not be taken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unremembered {
    /// It was used before.
    #[error("the proof was used before")]
    Used,
    /// There is no room left for proofs of this owner.
    #[error("there is no room for more proofs of this caller")]
    Full,
    /// Nobody can say.
    #[error("nobody can say whether the proof was used before")]
    Unavailable,
}

/// The memory of one process.
#[derive(Debug)]
pub struct ProcessMemory {
    capacity: usize,
    hashes: RandomState,
    records: Mutex<Records>,
}

/// Names are digests, cut to what no two will ever share by chance.
type Name = u128;
/// Who shares one by chance shares an allowance and nothing else.
type Share = u64;

#[derive(Debug, Default)]
struct Records {
    used: HashSet<Name>,
    /// How many are of each subject, and of each client of a subject.
    shares: HashMap<Share, usize>,
    /// Used proofs, by the second at which they may be forgotten.
    by_expiry: BTreeMap<i64, Vec<Used>>,
}

#[derive(Clone, Copy, Debug)]
struct Used {
    name: Name,
    subject: Share,
    client: Share,
}

impl ProcessMemory {
    /// A memory of at most `capacity` proofs, each of about 100 bytes.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            hashes: RandomState::new(),
            records: Mutex::default(),
        }
    }
}

impl Default for ProcessMemory {
    /// Room for 1,600 calls a second for as long as proofs are good.
    fn default() -> Self {
        Self::new(500_000)
    }
}

#[async_trait]
impl ProofMemory for ProcessMemory {
    async fn note(
        &self,
        owner: Owner<'_>,
        proof: &Proof,
        now: UnixTime,
    ) -> Result<(), Unremembered> {
        let used = Used {
            name: name(proof.once.id()),
            subject: self.hashes.hash_one(owner.subject),
            client: self.hashes.hash_one((owner.subject, owner.client)),
        };
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.forget(now, AT_A_TIME);
        if records.used.contains(&used.name) {
            return Err(Unremembered::Used);
        }
        if !records.has_room(&used, self.capacity) {
            records.forget(now, usize::MAX);
            if !records.has_room(&used, self.capacity) {
                return Err(Unremembered::Full);
            }
        }
        // A second later, because times here have only seconds.
        records.add(used, proof.expires_at.seconds().saturating_add(1));
        Ok(())
    }
}

impl Records {
    fn has_room(&self, used: &Used, capacity: usize) -> bool {
        let held = |share| self.shares.get(share).copied().unwrap_or_default();
        let free = capacity.saturating_sub(self.used.len());
        let left = free.saturating_sub(held(&used.subject));
        held(&used.client) < left
    }

    fn add(&mut self, used: Used, expiry: i64) {
        self.used.insert(used.name);
        for share in [used.subject, used.client] {
            *self.shares.entry(share).or_default() += 1;
        }
        self.by_expiry.entry(expiry).or_default().push(used);
    }

    /// Forgets up to `most` of what would be refused for its age by now: more than came in
    /// since, so that no call pays for all.
    fn forget(&mut self, now: UnixTime, most: usize) {
        for _ in 0..most {
            let Some(mut oldest) = self.by_expiry.first_entry() else {
                return;
            };
            if *oldest.key() > now.seconds() {
                return;
            }
            let Some(used) = oldest.get_mut().pop() else {
                oldest.remove();
                continue;
            };
            self.used.remove(&used.name);
            for share in [used.subject, used.client] {
                self.give_back(share);
            }
        }
    }

    fn give_back(&mut self, share: Share) {
        let Some(held) = self.shares.get_mut(&share) else {
            return;
        };
        *held -= 1;
        if *held == 0 {
            self.shares.remove(&share);
        }
    }
}

fn name(text: &str) -> Name {
    let digest = Digest::of(text);
    let (first, _) = digest.as_bytes().split_at(16);
    first
        .iter()
        .fold(0, |name, byte| name << 8 | Name::from(*byte))
}

/// How many are forgotten with a call.
const AT_A_TIME: usize = 8;

#[cfg(test)]
mod tests {
    use doorward_core::{
        id::UserId,
        jwk::Thumbprint,
        once::{OneTime, Purpose},
    };

    use super::*;

    /// Somebody with a key.
    #[derive(Clone, Copy)]
    struct By(&'static str, &'static str, &'static str);

    async fn note(
        memory: &ProcessMemory,
        by: By,
        (jti, expires_at): (usize, i64),
        now: i64,
    ) -> Result<(), Unremembered> {
        let By(user, client, key) = by;
        let proof = Proof {
            key: Thumbprint::from_known(key),
            once: OneTime::named(Purpose::DpopProof, key, &jti.to_string()),
            expires_at: UnixTime::from_seconds(expires_at),
            content: None,
        };
        let subject = Subject::User(UserId::from_known(user));
        let client = ClientId::from_known(client);
        let owner = Owner {
            subject: &subject,
            client: &client,
        };
        memory
            .note(owner, &proof, UnixTime::from_seconds(now))
            .await
    }

    /// Proofs until there is no more room for them.
    async fn fill(memory: &ProcessMemory, by: By) -> usize {
        let mut held = 0;
        while note(memory, by, (held, 300), 0).await.is_ok() {
            held += 1;
        }
        held
    }

    fn sizes(memory: &ProcessMemory) -> (usize, usize) {
        let records = memory.records.lock().expect("lock");
        (records.used.len(), records.shares.len())
    }

    #[tokio::test]
    async fn a_proof_is_good_once_until_it_would_be_refused_anyway() {
        let memory = ProcessMemory::default();
        let (one, other) = (By("u", "c", "a"), By("u", "c", "b"));
        assert_eq!(note(&memory, one, (1, 300), 0).await, Ok(()));
        let again = note(&memory, one, (1, 300), 0).await;
        assert_eq!(again, Err(Unremembered::Used)); // TK-12
        let of_another_user = note(&memory, By("v", "d", "a"), (1, 300), 0).await;
        assert_eq!(of_another_user, Err(Unremembered::Used));
        let other = note(&memory, other, (1, 300), 0).await;
        assert_eq!(other, Ok(()), "another key, another name");
        let last = note(&memory, one, (1, 300), 300).await;
        assert_eq!(last, Err(Unremembered::Used));
        assert_eq!(note(&memory, one, (1, 300), 301).await, Ok(()), "forgotten");
    }

    #[tokio::test]
    async fn who_fills_the_memory_is_refused_and_takes_nothing_from_others() {
        // DS-05
        let memory = ProcessMemory::new(120);
        let flood = By("flood", "one", "a");
        assert_eq!(fill(&memory, flood).await, 40);
        let other_key = By("flood", "one", "b");
        assert_eq!(fill(&memory, other_key).await, 0, "keys are free");
        let mut held = 40;
        for client in ["two", "three", "four", "five", "six", "seven"] {
            held += fill(&memory, By("flood", client, client)).await;
        }
        assert!(held <= 60, "clients are free too: {held}");
        for jti in 0..20 {
            let honest = note(&memory, By("honest", "one", "h"), (jti, 300), 0).await;
            assert_eq!(honest, Ok(()), "{jti}");
        }
        let first = note(&memory, flood, (0, 300), 0).await;
        assert_eq!(
            first,
            Err(Unremembered::Used),
            "X-019: nothing good is forgotten"
        );
        let third = note(&memory, By("third", "one", "t"), (0, 300), 0).await;
        assert_eq!(third, Ok(()));
    }

    #[tokio::test]
    async fn what_expired_makes_room_a_little_with_each_call_and_all_of_it_where_room_is_short() {
        let memory = ProcessMemory::new(120);
        let flood = By("flood", "one", "a");
        assert_eq!(fill(&memory, flood).await, 40);
        let other = By("other", "one", "b");
        assert_eq!(note(&memory, other, (1, 700), 301).await, Ok(()));
        assert_eq!(sizes(&memory), (40 - AT_A_TIME + 1, 4));
        let again = note(&memory, flood, (1_000, 700), 301).await;
        assert_eq!(again, Ok(()));
        assert_eq!(sizes(&memory), (40 - 2 * AT_A_TIME + 2, 4), "there is room");

        let memory = ProcessMemory::new(120);
        assert_eq!(fill(&memory, flood).await, 40);
        assert_eq!(note(&memory, flood, (1_000, 700), 301).await, Ok(()));
        assert_eq!(note(&memory, flood, (1_001, 700), 800).await, Ok(()));
        assert!(sizes(&memory).0 < 40);
    }
}
