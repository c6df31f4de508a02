//! Access tokens: whatever is let in was signed by the issuer's key, for this resource, and is
//! valid now (TK-08 to TK-13, R-021).
//!
//! Input: a token; or, after `sign` and a line break, a header, a line break and claims, which
//! are signed with the issuer's own key.

use std::{
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    access::{CLOCK_SKEW, MAXIMUM_TOKEN_BYTES, Principal},
    clock::Clock,
    id::KeyId,
    jwk::{Algorithm, KeyMaterial, PublicKey},
    resource::Resource,
    time::UnixTime,
};
use doorward_verify::{KeySource, KeysUnavailable, Verifier, VerifierConfig, VerifyToken};
use serde_json::Value;

use super::first_line;
use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "jwt",
    run,
    words: &[
        "sign\n",
        "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"k\"}",
        "\"alg\":\"none\"",
        "\"alg\":\"HS256\"",
        "\"crit\":[]",
        "\"b64\":false",
        "\"jku\":\"https://evil.example\"",
        "\"iss\":\"https://mcp.example\"",
        "\"aud\":\"https://mcp.example/mcp/files\"",
        "\"aud\":[",
        "\"exp\":1800000600",
        "\"iat\":1800000000",
        "\"nbf\":",
        "\"cnf\":{\"jkt\":\"",
        "\"scope\":\"mcp:read\"",
        "9223372036854775807",
        "-1",
        "1e30",
        "null",
        ".",
        "=",
    ],
};

const ISSUER: &str = "https://mcp.example";
const RESOURCE: &str = "https://mcp.example/mcp/files";
const NOW: i64 = 1_800_000_000;

/// A key that everybody may know: it signs nothing but the inputs of this target.
static KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed"));

fn run(input: &[u8]) {
    match input.strip_prefix(b"sign\n") {
        Some(rest) => {
            let (header, claims) = first_line(rest);
            judge(&signed(header, claims));
        }
        None => {
            if let Ok(token) = std::str::from_utf8(input) {
                judge(token);
            }
        }
    }
}

fn judge(token: &str) {
    let verifier = verifier();
    let resource = Resource::from_known(RESOURCE);
    let verdict = at_once(verifier.verify(token, &resource));
    let Ok(principal) = verdict else {
        assert!(
            verifier.cached(token, &resource).is_none(),
            "a refusal is not remembered"
        );
        return;
    };
    really_good(token, &principal);
    assert_eq!(verifier.cached(token, &resource), Some(Ok(principal)));
    let other = Resource::from_known("https://mcp.example/mcp/other");
    assert!(
        at_once(verifier.verify(token, &other)).is_err(),
        "for one resource"
    );
    assert!(
        tampered(token).is_none_or(|token| at_once(verifier.verify(&token, &resource)).is_err())
    );
}

/// What a reader that knows nothing of the verifier finds in a token that was let in.
fn really_good(token: &str, principal: &Principal) {
    assert!(token.len() <= MAXIMUM_TOKEN_BYTES);
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let (header, claims) = signed.split_once('.').expect("three parts");
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let key = UnparsedPublicKey::new(&ED25519, KEY.public_key().as_ref());
    assert!(key.verify(signed.as_bytes(), &decode(signature)).is_ok());
    let header: Value = serde_json::from_slice(&decode(header)).expect("JSON");
    assert!(["EdDSA", "Ed25519"].contains(&header["alg"].as_str().expect("stated")));
    assert_eq!(header["kid"], "k");
    assert_eq!(header.get("crit"), None);
    let typ = header["typ"].as_str().expect("stated").to_ascii_lowercase();
    assert!(["at+jwt", "application/at+jwt"].contains(&&*typ));

    let claims: Value = serde_json::from_slice(&decode(claims)).expect("JSON");
    assert_eq!(claims["iss"], ISSUER);
    let audience = claims["aud"].as_str().or(claims["aud"][0].as_str());
    assert!(audience.is_some_and(|audience| principal.resource.as_str() == audience));
    let skew = i64::try_from(CLOCK_SKEW.as_secs()).expect("small");
    let (issued, expires) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    assert!(expires.is_some_and(|expires| expires + skew > NOW));
    assert!(issued.is_some_and(|issued| issued <= NOW + skew));
}

/// The same claims with a signature that is not theirs.
fn tampered(token: &str) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).ok()?;
    *bytes.first_mut()? ^= 1;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = encode(KEY.sign(signed.as_bytes()).as_ref());
    format!("{signed}.{signature}")
}

fn verifier() -> Verifier {
    Verifier::new(VerifierConfig {
        issuer: ISSUER.to_owned(),
        keys: Arc::new(OneKey),
        revocations: Arc::default(),
        clock: Arc::new(Stopped),
        capacity: 16,
    })
}

/// A future that waits for nothing.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

struct OneKey;

#[async_trait]
impl KeySource for OneKey {
    async fn key(&self, kid: &KeyId) -> Result<Option<PublicKey>, KeysUnavailable> {
        let key = PublicKey {
            kid: KeyId::from_known("k"),
            purpose: "sig".to_owned(),
            alg: Algorithm::EdDsa,
            material: KeyMaterial::OctetKeyPair {
                crv: "Ed25519".to_owned(),
                x: URL_SAFE_NO_PAD.encode(KEY.public_key()),
            },
        };
        Ok((kid.as_str() == "k").then_some(key))
    }
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(NOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_holds_tokens_that_are_let_in() {
        let verifier = verifier();
        let resource = Resource::from_known(RESOURCE);
        for name in ["good", "listed", "bound", "details"] {
            let seeds = crate::corpus(TARGET.name);
            let seed = seeds.into_iter().find(|seed| seed.path.ends_with(name));
            let input = seed.expect("committed").input;
            let rest = input.strip_prefix(b"sign\n").expect("to be signed");
            let (header, claims) = first_line(rest);
            let verdict = at_once(verifier.verify(&signed(header, claims), &resource));
            assert!(verdict.is_ok(), "{name}: {verdict:?}");
        }
    }
}
