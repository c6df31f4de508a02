//! Logout tokens (Back-Channel Logout 1.0 section 2.6): a provider ends its sessions with us.

use doorward_core::{access::CLOCK_SKEW, time::UnixTime};

use super::{
    Claims, ProviderIssuer,
    id_token::{check_audience, check_times},
};

/// The event that a logout token speaks of.
pub const BACKCHANNEL_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The longest `jti` and `sid`.
const MAXIMUM_NAME: usize = 255;

/// Whose sessions a provider ended. It counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a logout token counts only once its single use was noted"]
pub struct LogoutToken {
    /// Who says so.
    pub issuer: String,
    /// All sessions of this person ...
    pub subject: Option<String>,
    /// ... or this one alone.
    pub session: Option<String>,
    /// Its own name.
    pub id: String,
    /// When it would be refused for its age alone.
    pub until: UnixTime,
}

/// Why a logout token ends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutFault {
    /// Not a JWS, or no key of the provider made it.
    #[error("the logout token is not signed by a key of the provider")]
    Signature,
    /// Another issuer or tenant.
    #[error("the logout token comes from another issuer or tenant")]
    Issuer,
    /// For somebody else.
    #[error("the logout token is not for this client alone")]
    Audience,
    /// Over, old, or from the future.
    #[error("the logout token is expired, too old or from the future")]
    Time,
    /// It does not speak of that event, or could be an ID token.
    #[error("the token does not speak of a logout")]
    Event,
    /// It names neither a person nor a session.
    #[error("the logout token names nobody")]
    Nobody,
    /// It has no name of its own.
    #[error("the logout token has no jti")]
    Unnamed,
}

/// Judges the claims of a logout token whose signature is good.
pub(crate) fn judge(
    claims: &Claims,
    issuer: &ProviderIssuer,
    client: &str,
    now: UnixTime,
) -> Result<LogoutToken, LogoutFault> {
    let iss = claims.text("iss").unwrap_or_default();
    if !issuer.is_named(iss) {
        return Err(LogoutFault::Issuer);
    }
    check_audience(claims, client).map_err(|_| LogoutFault::Audience)?;
    check_times(claims, now).map_err(|_| LogoutFault::Time)?;
    let events = claims.0.get("events");
    let event = events.and_then(|events| events.get(BACKCHANNEL_EVENT));
    if !event.is_some_and(serde_json::Value::is_object) || claims.has("nonce") {
        return Err(LogoutFault::Event);
    }
    let named = |name: &str| {
        let text = claims.text(name);
        let fits = text.filter(|text| (1..=MAXIMUM_NAME).contains(&text.len()));
        fits.map(str::to_owned)
    };
    let (subject, session) = (named("sub"), named("sid"));
    if subject.is_none() && session.is_none() {
        return Err(LogoutFault::Nobody);
    }
    Ok(LogoutToken {
        issuer: iss.to_owned(),
        subject,
        session,
        id: named("jti").ok_or(LogoutFault::Unnamed)?,
        until: claims.time("exp").unwrap_or(now) + CLOCK_SKEW,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://idp.example";

    fn judged(changes: Value) -> Result<LogoutToken, LogoutFault> {
        let mut claims = json!({
            "iss": ISSUER, "aud": "doorward", "iat": NOW, "exp": NOW + 120, "jti": "1",
            "sub": "00u1", "events": { BACKCHANNEL_EVENT: {} },
        });
        for (name, value) in changes.as_object().expect("an object") {
            match value {
                Value::Null => drop(claims.as_object_mut().expect("object").remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let claims = Claims::read(claims.to_string().as_bytes()).expect("an object");
        let issuer = ProviderIssuer::Exactly(ISSUER.to_owned());
        super::judge(&claims, &issuer, "doorward", UnixTime::from_seconds(NOW))
    }

    #[test]
    fn a_logout_token_names_somebody_and_is_nothing_else() {
        use LogoutFault as F;
        #[rustfmt::skip]
        let cases = [ // LG-08
            ("good",            json!({}), Ok(())),
            ("of a session",    json!({ "sub": null, "sid": "s1" }), Ok(())),
            ("other issuer",    json!({ "iss": "https://evil.example" }), Err(F::Issuer)),
            ("other client",    json!({ "aud": "another" }), Err(F::Audience)),
            ("expired",         json!({ "exp": NOW - 60 }), Err(F::Time)),
            ("never expires",   json!({ "exp": null }), Err(F::Time)),
            ("old",             json!({ "iat": NOW - 3600 }), Err(F::Time)),
            ("no event",        json!({ "events": null }), Err(F::Event)),
            ("other event",     json!({ "events": { "x": {} } }), Err(F::Event)),
            ("event is text",   json!({ "events": { BACKCHANNEL_EVENT: "" } }), Err(F::Event)),
            ("an ID token",     json!({ "nonce": "n" }), Err(F::Event)),
            ("nobody",          json!({ "sub": null }), Err(F::Nobody)),
            ("unnamed",         json!({ "jti": null }), Err(F::Unnamed)),
            ("long name",       json!({ "jti": "x".repeat(256) }), Err(F::Unnamed)),
        ];
        for (name, changes, expected) in cases {
            assert_eq!(judged(changes).map(drop), expected, "{name}");
        }
    }
}
