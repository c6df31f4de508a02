//! The inside of a token: the claims of RFC 9068 section 2.2, and what they must
//! say here.
//!
//! Every claim has its one type and none may repeat. Optional are `nbf`, `auth_time`,
//! `authorization_details`, `groups`, `cnf`, and the user's name where the subject is a client that acts
//! for itself. What a token is bound to must be understood: one with another `cnf` than ours is
//! no token. Nor is one with a longer life than the issuer gives: what revokes a token is
//! forgotten when the last one of its time is over. [`judge`] is pure: the caller verified the signature before, and brings the time.

use doorward_core::{
    access::{AccessClaims, CLOCK_SKEW, Confirmation, Principal},
    details::Details,
    group::GroupName,
    id::{ClientId, GrantId, TokenId},
    jws::object,
    lifetimes::LONGEST_ACCESS,
    resource::Resource,
    scope::ScopeSet,
    step_up::Acr,
    subject::Subject,
    time::UnixTime,
};
use serde::{Deserialize, Deserializer};

use crate::token::Refusal;

/// Claims whose signature is good; whether they open anything is not known yet.
#[derive(Deserialize)]
pub(crate) struct SignedClaims {
    iss: String,
    sub: Subject,
    aud: Audience,
    client_id: ClientId,
    scope: String,
    iat: i64,
    exp: i64,
    #[serde(default, deserialize_with = "number")]
    nbf: Option<i64>,
    jti: TokenId,
    #[serde(default, deserialize_with = "number")]
    auth_time: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    acr: Option<String>,
    grant: GrantId,
    #[serde(default, deserialize_with = "details")]
    authorization_details: Option<Details>,
    #[serde(default, deserialize_with = "text")]
    preferred_username: Option<String>,
    #[serde(default)]
    groups: Vec<GroupName>,
    #[serde(default, deserialize_with = "bound")]
    cnf: Option<Confirmation>,
}

/// One audience, alone or as the only entry of an array.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    Alone(Resource),
    Listed([Resource; 1]),
}

impl SignedClaims {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Refusal> {
        object(payload).ok_or(Refusal::Invalid("claims are missing, mistyped or repeated"))
    }
}

/// The principal that `claims` speak of, when `issuer` made them for `resource`
/// and they are valid at `now`.
pub(crate) fn judge(
    claims: SignedClaims,
    issuer: &str,
    resource: &Resource,
    now: UnixTime,
) -> Result<Principal, Refusal> {
    if claims.iss != issuer {
        return Err(Refusal::Invalid("from another issuer")); // MD-01: byte for byte
    }
    let (Audience::Alone(audience) | Audience::Listed([audience])) = claims.aud;
    if audience != *resource {
        return Err(Refusal::Invalid("for another resource")); // R-021, GW-02
    }
    check_times(claims.iat, claims.nbf, claims.exp, now)?;
    let claims = AccessClaims {
        iss: claims.iss,
        sub: claims.sub,
        aud: audience,
        client_id: claims.client_id,
        scope: claims.scope,
        iat: claims.iat,
        exp: claims.exp,
        jti: claims.jti,
        auth_time: claims.auth_time,
        acr: claims.acr.as_deref().and_then(Acr::parse), // what is said elsewhere counts as nothing
        amr: Vec::new(),                                 // nothing here asks for it
        grant: claims.grant,
        authorization_details: claims.authorization_details,
        preferred_username: claims.preferred_username,
        groups: claims.groups,
        act: None,
        may_act: None,
        cnf: claims.cnf,
    };
    check_contents(&claims)?;
    Ok(claims.into())
}

/// Whether a token that expires at `expires_at` is over, other clocks considered (TK-13).
pub(crate) fn has_expired(expires_at: UnixTime, now: UnixTime) -> bool {
    now >= expires_at + CLOCK_SKEW
}

fn check_times(iat: i64, nbf: Option<i64>, exp: i64, now: UnixTime) -> Result<(), Refusal> {
    let ahead = |seconds: i64| UnixTime::from_seconds(seconds) > now + CLOCK_SKEW;
    if has_expired(UnixTime::from_seconds(exp), now) {
        return Err(EXPIRED);
    }
    if ahead(iat) || nbf.is_some_and(ahead) {
        return Err(Refusal::Invalid("not valid yet"));
    }
    if exp <= iat {
        return Err(Refusal::Invalid("expires before it was issued"));
    }
    // Revocations and retired keys are remembered for as long as a token may live (TK-18).
    let life = exp.saturating_sub(iat).unsigned_abs();
    if life > LONGEST_ACCESS.as_secs() {
        return Err(Refusal::Invalid("lives longer than any token may"));
    }
    Ok(())
}

fn check_contents(claims: &AccessClaims) -> Result<(), Refusal> {
    let named = [
        claims.client_id.as_str(),
        claims.jti.as_str(),
        claims.grant.as_str(),
    ];
    if named.contains(&"") {
        return Err(Refusal::Invalid("a claim is empty"));
    }
    match (&claims.sub, claims.preferred_username.as_deref()) {
        (Subject::User(_), Some("") | None) => {
            return Err(Refusal::Invalid("the user has no name"));
        }
        (Subject::Client(_), Some(_)) => {
            return Err(Refusal::Invalid("a client has the name of a user"));
        }
        (Subject::Client(_), None) if !claims.groups.is_empty() => {
            return Err(Refusal::Invalid("a client is in the groups of a user"));
        }
        (Subject::User(_), Some(_)) | (Subject::Client(_), None) => {}
    }
    ScopeSet::parse(&claims.scope).map_err(|_| Refusal::Invalid("scope is malformed"))?;
    Ok(())
}

pub(crate) const EXPIRED: Refusal = Refusal::Invalid("expired");

/// An optional claim that is a number when it is there (and never `null`).
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    i64::deserialize(deserializer).map(Some)
}

/// An optional claim that is what it says when it is there: details that are not understood
/// make a token invalid, never unlimited (RFC 9396 section 9).
fn details<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Details>, D::Error> {
    Details::deserialize(deserializer).map(Some)
}

/// An optional claim that is text when it is there (and never `null`).
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// What a token is bound to, when it is (and never `null`).
fn bound<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Confirmation>, D::Error> {
    Confirmation::deserialize(deserializer).map(Some)
}
