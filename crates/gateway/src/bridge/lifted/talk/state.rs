//! What a client carries from an answer that wants input to its next try (P-022).
//!
//! Sealed for this server, subject and client: to anybody else it is noise. It says until when
//! it is good, for which method and parameters, and what waits for the answers. It is not what
//! makes a call resume once: that a parked call can be taken only once is ([`super::Lot`]).

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    entropy::{Entropy, draw},
    seal::SealingKey,
    secret::Digest,
    server::ServerName,
    time::UnixTime,
};
use doorward_mcp::{envelope::Request, translate::salient};
use serde::{Deserialize, Serialize};

use crate::upstream::link::Owner;

/// Seals and opens request states.
pub(crate) struct RequestStates {
    key: SealingKey,
    entropy: Arc<dyn Entropy>,
}

/// What a request state says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct State {
    /// Which request it is for.
    pub(in super::super) request: Fingerprint,
    /// From then on it is good no more.
    pub(in super::super) expires: UnixTime,
    pub(in super::super) waits: Waits,
}

/// What waits for the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Waits {
    /// A call that the server goes on with.
    Parked(ParkedId),
    /// Nothing: the server wants to be asked again after these pages were visited (P-024).
    /// This is taken once, like a parked call.
    Visits(ParkedId),
}

/// The name of what waits for one more try: nobody guesses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in super::super) struct ParkedId([u8; 16]);

/// What must be the same when a request comes again: its method and parameters, in whatever
/// order a client writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Fingerprint(String);

#[derive(Serialize, Deserialize)]
struct Sealed {
    request: String,
    expires: i64,
    waits: Waits,
}

impl RequestStates {
    pub(crate) fn new(master_key: &[u8; 32], entropy: Arc<dyn Entropy>) -> Self {
        Self {
            key: SealingKey::derive(master_key, "mcp request state"),
            entropy,
        }
    }

    /// A name for a call that is about to be parked.
    pub(in super::super) fn name(&self) -> ParkedId {
        ParkedId(draw(&*self.entropy))
    }

    /// The text for the client.
    pub(in super::super) fn seal(
        &self,
        server: &ServerName,
        owner: &Owner,
        state: State,
    ) -> String {
        let sealed = Sealed {
            request: state.request.0,
            expires: state.expires.seconds(),
            waits: state.waits,
        };
        let plain = serde_json::to_vec(&sealed).unwrap_or_default();
        let context = context(server, owner);
        let sealed = self.key.seal(draw(&*self.entropy), &context, &plain);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// What `text` says, when it was sealed for this server and owner and is good at `now`.
    pub(in super::super) fn open(
        &self,
        server: &ServerName,
        owner: &Owner,
        text: &str,
        now: UnixTime,
    ) -> Option<State> {
        if text.len() > LONGEST {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = self.key.open(&context(server, owner), &sealed).ok()?;
        let read: Sealed = serde_json::from_slice(&plain).ok()?;
        let state = State {
            request: Fingerprint(read.request),
            expires: UnixTime::from_seconds(read.expires),
            waits: read.waits,
        };
        (now < state.expires).then_some(state)
    }
}

impl Fingerprint {
    /// Of a request or its repetition.
    pub(in super::super) fn of(request: &Request<'_>) -> Self {
        let digest = Digest::of_bytes(&salient(request));
        Self(URL_SAFE_NO_PAD.encode(digest.as_bytes()))
    }
}

/// Neither a server's name nor an identifier that we mint holds NUL, and what comes last may.
fn context(server: &ServerName, owner: &Owner) -> Vec<u8> {
    let subject = owner.subject.to_string();
    let parts = [server.as_str(), &subject, owner.client.as_str()];
    parts.join("\0").into_bytes()
}

/// The longest text that is opened, in bytes.
const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use doorward_core::{
        id::{ClientId, UserId},
        subject::Subject,
    };
    use doorward_mcp::envelope::Message;

    use super::*;

    struct Counted(std::sync::atomic::AtomicU8);

    impl Entropy for Counted {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn states(key: u8) -> RequestStates {
        RequestStates::new(&[key; 32], Arc::new(Counted(0.into())))
    }

    fn server(name: &str) -> ServerName {
        ServerName::parse(name).expect("a name")
    }

    fn owner(user: &str, client: &str) -> Owner {
        Owner {
            subject: Subject::User(UserId::from_known(user)),
            client: ClientId::from_known(client),
        }
    }

    fn fingerprint(params: &str) -> Fingerprint {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        match Message::parse(body.as_bytes()) {
            Ok(Message::Request(request)) => Fingerprint::of(&request),
            other => panic!("no request: {other:?}"),
        }
    }

    #[test]
    fn only_who_it_was_sealed_for_opens_it_until_it_expires() {
        // P-022, GW-15
        let states = states(1);
        let (name, alice) = (server("files"), owner("alice", "app"));
        let state = State {
            request: fingerprint(r#"{"name":"a"}"#),
            expires: UnixTime::from_seconds(100),
            waits: Waits::Parked(states.name()),
        };
        let text = states.seal(&name, &alice, state.clone());
        let open = |by: &RequestStates, server: &ServerName, owner: &Owner, text: &str, now| {
            by.open(server, owner, text, UnixTime::from_seconds(now))
        };
        assert_eq!(open(&states, &name, &alice, &text, 99), Some(state));
        assert_eq!(open(&states, &name, &alice, &text, 100), None, "expired");
        assert_eq!(open(&states, &name, &owner("bob", "app"), &text, 1), None);
        assert_eq!(
            open(&states, &name, &owner("alice", "other"), &text, 1),
            None
        );
        assert_eq!(open(&states, &server("notes"), &alice, &text, 1), None);
        assert_eq!(open(&self::states(2), &name, &alice, &text, 1), None);
        for forged in [
            "",
            "AAAA",
            &text.chars().skip(1).collect::<String>(),
            &format!("{text}A"),
            &"A".repeat(LONGEST + 1),
        ] {
            assert_eq!(open(&states, &name, &alice, forged, 1), None, "{forged}");
        }
    }

    #[test]
    fn a_repetition_is_the_same_but_for_order_and_what_only_repetitions_carry() {
        // P-022
        let first = fingerprint(r#"{"name":"a","arguments":{"x":1,"y":["é",{"p":0,"q":null}]}}"#);
        #[rustfmt::skip]
        let same = [
            r#"{"arguments":{"y":["\u00e9",{"q":null,"p":0}],"x":1},"name":"a"}"#,
            r#"{"name":"a","arguments":{"x":1,"y":["é",{"p":0,"q":null}]},"_meta":{"progressToken":7}}"#,
            r#"{"name":"a","arguments":{"x":1,"y":["é",{"p":0,"q":null}]},"requestState":"s","inputResponses":{"1":{}}}"#,
        ];
        for params in same {
            assert_eq!(fingerprint(params), first, "{params}");
        }
        #[rustfmt::skip]
        let other = [
            r#"{"name":"b","arguments":{"x":1,"y":["é",{"p":0,"q":null}]}}"#,
            r#"{"name":"a","arguments":{"x":2,"y":["é",{"p":0,"q":null}]}}"#,
            r#"{"name":"a","arguments":{"x":"1","y":["é",{"p":0,"q":null}]}}"#,
            r#"{"name":"a","arguments":{"x":1,"y":[{"p":0,"q":null},"é"]}}"#,
            r#"{"name":"a"}"#,
        ];
        for params in other {
            assert_ne!(fingerprint(params), first, "{params}");
        }
    }
}
