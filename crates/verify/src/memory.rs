//! Which proofs came before (RFC 9449 section 11.1).
//!
//! [`ProofMemory`] is the seam: one process remembers by itself ([`ProcessMemory`]),
//! several replicas would have to share. Nothing is ever forgotten that is still good,
//! so a full memory takes no more proofs instead. Nobody can fill it for others: a key
//! may hold as much as is still free, so there is room for the next one always.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use doorward_core::{dpop::Proof, secret::Digest, time::UnixTime};

/// Remembers which proofs were used.
#[async_trait]
pub trait ProofMemory: Send + Sync {
    /// Notes that `proof` is used at `now`. Of two uses at the same time one succeeds.
    async fn note(&self, proof: &Proof, now: UnixTime) -> Result<(), Unremembered>;
}

/// Why a use was not noted. The proof must not be taken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unremembered {
    /// It was used before.
    #[error("the proof was used before")]
    Used,
    /// There is no room left for proofs of this key.
    #[error("there is no room for more proofs of this key")]
    Full,
    /// Nobody can say.
    #[error("nobody can say whether the proof was used before")]
    Unavailable,
}

/// The memory of one process.
#[derive(Debug)]
pub struct ProcessMemory {
    capacity: usize,
    records: Mutex<Records>,
}

/// Names are digests, cut to what no two will ever share by chance.
type Name = u128;

#[derive(Debug, Default)]
struct Records {
    used: HashSet<Name>,
    /// How many are of each key.
    shares: HashMap<Name, usize>,
    /// Proof and key, by the second at which they may be forgotten.
    by_expiry: BTreeMap<i64, Vec<(Name, Name)>>,
}

impl ProcessMemory {
    /// A memory of at most `capacity` proofs, each of about 80 bytes.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
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
    async fn note(&self, proof: &Proof, now: UnixTime) -> Result<(), Unremembered> {
        let (name, key) = (name(proof.once.id()), name(proof.key.as_str()));
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.forget(now);
        if records.used.contains(&name) {
            return Err(Unremembered::Used);
        }
        let free = self.capacity.saturating_sub(records.used.len());
        let held = records.shares.get(&key).copied().unwrap_or_default();
        if held >= free {
            return Err(Unremembered::Full);
        }
        *records.shares.entry(key).or_default() += 1;
        records.used.insert(name);
        // A second later, because times here have only seconds.
        let expiry = proof.expires_at.seconds().saturating_add(1);
        records
            .by_expiry
            .entry(expiry)
            .or_default()
            .push((name, key));
        Ok(())
    }
}

impl Records {
    /// Forgets what would be refused for its age by now.
    fn forget(&mut self, now: UnixTime) {
        while let Some(oldest) = self.by_expiry.first_entry() {
            if *oldest.key() > now.seconds() {
                return;
            }
            for (name, key) in oldest.remove() {
                self.used.remove(&name);
                if let Some(share) = self.shares.get_mut(&key) {
                    *share -= 1;
                }
                if self.shares.get(&key) == Some(&0) {
                    self.shares.remove(&key);
                }
            }
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

#[cfg(test)]
mod tests {
    use doorward_core::{
        jwk::Thumbprint,
        once::{OneTime, Purpose},
    };

    use super::*;

    fn proof(key: &str, jti: &str, expires_at: i64) -> Proof {
        Proof {
            key: Thumbprint::from_known(key),
            once: OneTime::named(Purpose::DpopProof, key, jti),
            expires_at: UnixTime::from_seconds(expires_at),
            content: None,
        }
    }

    async fn note(memory: &ProcessMemory, proof: &Proof, now: i64) -> Result<(), Unremembered> {
        memory.note(proof, UnixTime::from_seconds(now)).await
    }

    #[tokio::test]
    async fn a_proof_is_good_once_until_it_would_be_refused_anyway() {
        let memory = ProcessMemory::default();
        let (one, other) = (proof("a", "1", 300), proof("b", "1", 300));
        assert_eq!(note(&memory, &one, 0).await, Ok(()));
        assert_eq!(note(&memory, &one, 0).await, Err(Unremembered::Used)); // TK-12
        assert_eq!(
            note(&memory, &other, 0).await,
            Ok(()),
            "another key, another name"
        );
        assert_eq!(note(&memory, &one, 300).await, Err(Unremembered::Used));
        assert_eq!(note(&memory, &one, 301).await, Ok(()), "forgotten");
    }

    #[tokio::test]
    async fn who_fills_the_memory_is_refused_and_takes_nothing_from_others() {
        let memory = ProcessMemory::new(100);
        let mut held = 0;
        while note(&memory, &proof("flood", &held.to_string(), 300), 0)
            .await
            .is_ok()
        {
            held += 1;
        }
        assert_eq!(held, 50);
        for jti in 0..25 {
            let honest = proof("honest", &jti.to_string(), 300);
            assert_eq!(note(&memory, &honest, 0).await, Ok(()), "{jti}");
        }
        let first = proof("flood", "0", 300);
        assert_eq!(
            note(&memory, &first, 0).await,
            Err(Unremembered::Used),
            "X-019: nothing good is forgotten"
        );
        assert_eq!(note(&memory, &proof("third", "0", 300), 0).await, Ok(()));
        let later = proof("flood", "new", 700);
        assert_eq!(
            note(&memory, &later, 301).await,
            Ok(()),
            "what expired makes room"
        );
        let records = memory.records.lock().expect("lock");
        assert_eq!((records.used.len(), records.shares.len()), (1, 1));
    }
}
