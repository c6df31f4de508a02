//! What leaves in the hands of callers and comes back: cursors and states (P-008, P-022, P-045).
//!
//! Both are sealed for one subject, client and grant, end after a while, and open for nothing
//! else. Whatever does not open is wrong, whoever sends it.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    access::Principal,
    entropy::{Entropy, draw},
    seal::SealingKey,
    time::UnixTime,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Seals and opens.
pub(crate) struct Seals {
    cursors: SealingKey,
    states: SealingKey,
    entropy: Arc<dyn Entropy>,
}

/// A place in an ordered list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The method that lists.
    pub(crate) method: String,
    /// How many came before.
    pub(crate) offset: usize,
    /// Which list it was: the same names in the same order.
    pub(crate) list: String,
}

/// Where a call that wants input goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// The member.
    pub(crate) server: String,
    /// The method and what it is about, as the member knows it.
    pub(crate) about: (String, String),
    /// The member's own state.
    pub(crate) inner: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    ends: i64,
    what: T,
}

impl Seals {
    pub(crate) fn new(master_key: &[u8; 32], entropy: Arc<dyn Entropy>) -> Self {
        Self {
            cursors: SealingKey::derive(master_key, "aggregate cursor"),
            states: SealingKey::derive(master_key, "aggregate state"),
            entropy,
        }
    }

    /// The text of a cursor.
    pub(crate) fn cursor(&self, whose: &Principal, now: UnixTime, cursor: &Cursor) -> String {
        self.seal(&self.cursors, whose, now + CURSOR_LIVES, cursor)
    }

    /// The cursor, if it is one of this caller's that still counts.
    pub(crate) fn open_cursor(
        &self,
        whose: &Principal,
        now: UnixTime,
        text: &str,
    ) -> Option<Cursor> {
        open(&self.cursors, whose, now, text)
    }

    /// The text of a state.
    pub(crate) fn state(&self, whose: &Principal, now: UnixTime, state: &State) -> String {
        self.seal(&self.states, whose, now + STATE_LIVES, state)
    }

    /// The state, if it is one of this caller's that still counts.
    pub(crate) fn open_state(&self, whose: &Principal, now: UnixTime, text: &str) -> Option<State> {
        open(&self.states, whose, now, text)
    }

    /// An id that no other request has.
    pub(crate) fn fresh(&self) -> String {
        let bits: [u8; 12] = draw(&*self.entropy);
        format!("w-{}", URL_SAFE_NO_PAD.encode(bits))
    }

    fn seal(
        &self,
        key: &SealingKey,
        whose: &Principal,
        ends: UnixTime,
        what: &impl Serialize,
    ) -> String {
        let ends = ends.seconds();
        let plain = serde_json::to_vec(&Sealed { ends, what }).unwrap_or_default();
        let sealed = key.seal(draw(&*self.entropy), &context(whose), &plain);
        URL_SAFE_NO_PAD.encode(sealed)
    }
}

fn open<T: DeserializeOwned>(
    key: &SealingKey,
    whose: &Principal,
    now: UnixTime,
    text: &str,
) -> Option<T> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = key.open(&context(whose), &sealed).ok()?;
    let sealed: Sealed<T> = serde_json::from_slice(&plain).ok()?;
    (now.seconds() < sealed.ends).then_some(sealed.what)
}

/// No identifier of ours holds NUL, and the client's, which may, comes last.
fn context(whose: &Principal) -> Vec<u8> {
    let subject = whose.subject.to_string();
    let parts = [
        subject.as_str(),
        whose.grant.as_str(),
        whose.client.as_str(),
    ];
    parts.join("\0").into_bytes()
}

/// A page is asked for soon or not at all.
const CURSOR_LIVES: Duration = Duration::from_secs(15 * 60);
/// As long as a person may take to answer.
const STATE_LIVES: Duration = Duration::from_secs(60 * 60);
