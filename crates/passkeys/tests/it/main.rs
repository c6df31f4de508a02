//! Ceremonies of a passkey in software, right and wrong.
#![cfg(test)]

mod registering;
mod signing_in;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_authenticator::{Algorithm, Authenticator};
use doorward_passkeys::{Expected, NewPasskey, RegistrationResponse, RelyingParty, register};

const ORIGIN: &str = "https://mcp.example";
const HANDLE: &[u8] = b"alice";
const CHALLENGE: [u8; 32] = [7; 32];

fn party() -> RelyingParty {
    RelyingParty {
        id: "mcp.example".to_owned(),
        origin: ORIGIN.to_owned(),
    }
}

fn asked() -> String {
    URL_SAFE_NO_PAD.encode(CHALLENGE)
}

fn expected(relying_party: &RelyingParty) -> Expected<'_> {
    Expected {
        relying_party,
        challenge: &CHALLENGE,
    }
}

fn authenticator(algorithm: Algorithm) -> Authenticator {
    Authenticator::new(algorithm, "mcp.example", ORIGIN)
}

fn registered(authenticator: &mut Authenticator) -> NewPasskey {
    let sent = authenticator.create(&asked(), HANDLE).to_string();
    let sent = RegistrationResponse::read(&sent).expect("readable");
    register(&sent, expected(&party())).expect("right")
}
