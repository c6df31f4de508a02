//! What an ID token must say (Core section 3.1.3.7, LG-06). Its signature is good: this comes after.

use std::time::Duration;

use doorward_core::{
    access::CLOCK_SKEW, jwk::Algorithm, openid::access_token_hash, secret::Secret, time::UnixTime,
};

use super::{Claims, ProviderIssuer};

/// An ID token comes straight from the provider: it cannot be older.
const OLDEST: Duration = Duration::from_secs(10 * 60);
/// The longest subject (Core section 2).
const MAXIMUM_SUBJECT: usize = 255;

/// Why an ID token does not count. Told to nobody but the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenFault {
    /// Not a JWS, or signed by no method of ours: `none` and HMAC are none.
    #[error("the ID token is not signed with ES256, EdDSA or RS256")]
    NotSigned,
    /// It is a token of another kind.
    #[error("the token is not an ID token")]
    Type,
    /// No key of the provider made the signature.
    #[error("no key of the provider made the signature of the ID token")]
    Signature,
    /// A claim that must be there is not, or is no such claim.
    #[error("{0} is missing in the ID token or not what it must be")]
    Claim(&'static str),
    /// Another issuer or tenant.
    #[error("the ID token comes from another issuer or tenant")]
    Issuer,
    /// For somebody else, or for others too.
    #[error("the ID token is not for this client alone")]
    Audience,
    /// For another sign-in.
    #[error("the ID token belongs to another sign-in (nonce)")]
    Nonce,
    /// Over, from the future, or old.
    #[error("the ID token is expired, too old or from the future; compare the clocks")]
    Time,
    /// It goes with another access token.
    #[error("the ID token goes with another access token (at_hash)")]
    AccessToken,
    /// The person did not sign in recently enough.
    #[error("the sign-in there is older than was asked for")]
    SignInTooOld,
    /// It speaks of somebody else than before.
    #[error("the provider returned another person")]
    OtherPerson,
}

/// What an ID token is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpectedToken<'a> {
    pub(crate) issuer: &'a ProviderIssuer,
    pub(crate) client: &'a str,
    /// That of the sign-in; at a refresh there need not be one (Core section 12.2).
    pub(crate) nonce: Option<&'a Secret>,
    pub(crate) algorithm: Algorithm,
    pub(crate) access_token: Option<&'a Secret>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) now: UnixTime,
}

/// Judges the claims of an ID token.
pub(crate) fn judge(claims: &Claims, expected: &ExpectedToken<'_>) -> Result<(), IdTokenFault> {
    let iss = claims.text("iss").ok_or(IdTokenFault::Claim("iss"))?;
    if !expected.issuer.made(iss, claims.text("tid")) {
        return Err(IdTokenFault::Issuer);
    }
    let subject = claims.text("sub").filter(|sub| is_subject(sub));
    subject.ok_or(IdTokenFault::Claim("sub"))?;
    check_audience(claims, expected.client)?;
    check_times(claims, expected.now)?;
    if let Some(nonce) = expected.nonce
        && claims.text("nonce") != Some(nonce.expose())
    {
        return Err(IdTokenFault::Nonce); // LG-04
    }
    check_access_token(claims, expected)?;
    check_sign_in(claims, expected)
}

fn is_subject(text: &str) -> bool {
    (1..=MAXIMUM_SUBJECT).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// `aud` is this client and nobody besides, whoever that were; and so is `azp`, when it is there.
pub(super) fn check_audience(claims: &Claims, client: &str) -> Result<(), IdTokenFault> {
    let only = matches!(claims.texts("aud").as_slice(), [one] if *one == client);
    let all_texts = claims.0.get("aud").is_some_and(|aud| {
        aud.as_array()
            .is_none_or(|list| list.iter().all(serde_json::Value::is_string))
    });
    let authorized = claims.has("azp").then(|| claims.text("azp"));
    let same = authorized.is_none_or(|azp| azp == Some(client));
    (only && all_texts && same)
        .then_some(())
        .ok_or(IdTokenFault::Audience)
}

/// It has not expired, and was made just now.
pub(super) fn check_times(claims: &Claims, now: UnixTime) -> Result<(), IdTokenFault> {
    let expires = claims.time("exp").ok_or(IdTokenFault::Claim("exp"))?;
    let made = claims.time("iat").ok_or(IdTokenFault::Claim("iat"))?;
    let early = claims.time("nbf").is_some_and(|nbf| nbf > now + CLOCK_SKEW);
    let over = expires + CLOCK_SKEW <= now;
    let old = made + OLDEST + CLOCK_SKEW <= now;
    let ahead = made > now + CLOCK_SKEW;
    (!over && !old && !ahead && !early)
        .then_some(())
        .ok_or(IdTokenFault::Time)
}

fn check_access_token(claims: &Claims, expected: &ExpectedToken<'_>) -> Result<(), IdTokenFault> {
    if !claims.has("at_hash") {
        return Ok(());
    }
    let hash = expected
        .access_token
        .map(|token| access_token_hash(expected.algorithm, token.expose()));
    let same = hash.is_some() && claims.text("at_hash") == hash.as_deref();
    same.then_some(()).ok_or(IdTokenFault::AccessToken)
}

/// Who was asked for a recent sign-in says when it was (Core section 3.1.2.1).
fn check_sign_in(claims: &Claims, expected: &ExpectedToken<'_>) -> Result<(), IdTokenFault> {
    let Some(max_age) = expected.max_age else {
        return Ok(());
    };
    let at = claims
        .time("auth_time")
        .ok_or(IdTokenFault::Claim("auth_time"))?;
    let recent = expected.now.since(at) <= max_age + CLOCK_SKEW;
    recent.then_some(()).ok_or(IdTokenFault::SignInTooOld)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://idp.example";
    const TOKEN: &str = "the access token";

    fn judged(changes: Value, max_age: Option<u64>) -> Result<(), IdTokenFault> {
        let mut claims = json!({
            "iss": ISSUER, "sub": "00u1", "aud": "doorward", "nonce": "n-1",
            "exp": NOW + 300, "iat": NOW, "auth_time": NOW - 100,
        });
        for (name, value) in changes.as_object().expect("an object") {
            match value {
                Value::Null => drop(claims.as_object_mut().expect("object").remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let (nonce, token) = (Secret::presented("n-1"), Secret::presented(TOKEN));
        let claims = Claims::read(claims.to_string().as_bytes()).expect("an object");
        let expected = ExpectedToken {
            issuer: &ProviderIssuer::Exactly(ISSUER.to_owned()),
            client: "doorward",
            nonce: Some(&nonce),
            algorithm: Algorithm::Rs256,
            access_token: Some(&token),
            max_age: max_age.map(Duration::from_secs),
            now: UnixTime::from_seconds(NOW),
        };
        judge(&claims, &expected)
    }

    #[test]
    fn an_id_token_is_its_issuers_for_this_client_now_and_for_this_sign_in() {
        use IdTokenFault as F;
        let hash = access_token_hash(Algorithm::Rs256, TOKEN);
        #[rustfmt::skip]
        let cases = [ // LG-06
            ("good",                 json!({}), Ok(())),
            ("list of one",          json!({ "aud": ["doorward"] }), Ok(())),
            ("azp is us",            json!({ "azp": "doorward" }), Ok(())),
            ("times with fractions", json!({ "iat": NOW as f64 + 0.5, "exp": NOW as f64 + 60.5 }), Ok(())),
            ("clock a little ahead", json!({ "iat": NOW + 30 }), Ok(())),
            ("at_hash",              json!({ "at_hash": hash }), Ok(())),
            ("other issuer",         json!({ "iss": "https://evil.example" }), Err(F::Issuer)),
            ("slash added",          json!({ "iss": "https://idp.example/" }), Err(F::Issuer)),
            ("no issuer",            json!({ "iss": null }), Err(F::Claim("iss"))),
            ("no subject",           json!({ "sub": null }), Err(F::Claim("sub"))),
            ("empty subject",        json!({ "sub": "" }), Err(F::Claim("sub"))),
            ("subject is a number",  json!({ "sub": 1 }), Err(F::Claim("sub"))),
            ("long subject",         json!({ "sub": "x".repeat(256) }), Err(F::Claim("sub"))),
            ("subject with a break", json!({ "sub": "a\nb" }), Err(F::Claim("sub"))),
            ("other audience",       json!({ "aud": "another" }), Err(F::Audience)),
            ("others besides",       json!({ "aud": ["doorward", "another"] }), Err(F::Audience)),
            ("others with azp",      json!({ "aud": ["doorward", "another"], "azp": "doorward" }), Err(F::Audience)),
            ("odd things besides",   json!({ "aud": ["doorward", 1] }), Err(F::Audience)),
            ("no audience",          json!({ "aud": null }), Err(F::Audience)),
            ("empty audience",       json!({ "aud": [] }), Err(F::Audience)),
            ("other azp",            json!({ "azp": "another" }), Err(F::Audience)),
            ("azp is a number",      json!({ "azp": 1 }), Err(F::Audience)),
            ("other nonce",          json!({ "nonce": "n-2" }), Err(F::Nonce)), // LG-04
            ("no nonce",             json!({ "nonce": null }), Err(F::Nonce)),
            ("expired",              json!({ "exp": NOW - 30 }), Err(F::Time)),
            ("no exp",               json!({ "exp": null }), Err(F::Claim("exp"))),
            ("exp is text",          json!({ "exp": "9999999999" }), Err(F::Claim("exp"))),
            ("from the future",      json!({ "iat": NOW + 31 }), Err(F::Time)),
            ("old",                  json!({ "iat": NOW - 631 }), Err(F::Time)),
            ("no iat",               json!({ "iat": null }), Err(F::Claim("iat"))),
            ("not yet",              json!({ "nbf": NOW + 31 }), Err(F::Time)),
            ("other access token",   json!({ "at_hash": "AAAA" }), Err(F::AccessToken)),
            ("at_hash is a number",  json!({ "at_hash": 1 }), Err(F::AccessToken)),
        ];
        for (name, changes, expected) in cases {
            assert_eq!(judged(changes, None), expected, "{name}");
        }
    }

    #[test]
    fn a_recent_sign_in_is_one_that_the_provider_says_was_recent() {
        assert_eq!(judged(json!({}), Some(100)), Ok(()));
        assert_eq!(judged(json!({}), Some(69)), Err(IdTokenFault::SignInTooOld));
        let silent = judged(json!({ "auth_time": null }), Some(100));
        assert_eq!(silent, Err(IdTokenFault::Claim("auth_time")));
    }
}
