//! `WWW-Authenticate` values (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1).
//!
//! Every challenge names the metadata document, each attribute once. Nothing that
//! a caller sent ever appears in one: the values come from the configuration and
//! from parsed scopes. The usual ones are written once, at start. Where both kinds
//! of tokens are taken, `Bearer` comes first and `DPoP` in a line of its own, because
//! many clients read no further than the first.

use std::sync::Arc;

use doorward_core::{
    dpop::{ALGORITHMS, Policy, ProofFault, Scheme},
    scope::ScopeSet,
    step_up::{Acr, Wanted},
};
use http::HeaderValue;

/// The challenges of one protected resource.
///
/// ```
/// use doorward_core::scope::ScopeSet;
/// use doorward_verify::Challenge;
/// let challenge = Challenge::new("https://h/.well-known/oauth-protected-resource/mcp", &ScopeSet::read_only());
/// assert_eq!(
///     challenge.missing()[0],
///     r#"Bearer resource_metadata="https://h/.well-known/oauth-protected-resource/mcp", scope="mcp:read""#,
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Challenge {
    resource_metadata: String,
    scope: String,
    missing: Lines,
    invalid_token: Lines,
    invalid_bound_token: Lines,
    invalid_request: HeaderValue,
}

/// The lines of one answer.
pub type Lines = Arc<[HeaderValue]>;

impl Challenge {
    /// Challenges that point to the document at `resource_metadata` and tell a
    /// client to ask for `scopes` (the baseline, or what every call needs).
    pub fn new(resource_metadata: &str, scopes: &ScopeSet) -> Self {
        let scope = requestable(scopes);
        let bearer = |error| Attributes::of(error, resource_metadata).with("scope", &scope);
        let invalid_token: Lines = [bearer("invalid_token").value(Scheme::Bearer)].into();
        let invalid_request = Attributes::of("invalid_request", resource_metadata);
        Self {
            missing: [bearer("").value(Scheme::Bearer)].into(),
            invalid_bound_token: Arc::clone(&invalid_token),
            invalid_token,
            invalid_request: invalid_request.value(Scheme::Bearer),
            resource_metadata: resource_metadata.to_owned(),
            scope,
        }
    }

    /// The same for a resource that takes tokens bound to a key, too or only (X-021).
    #[must_use]
    pub fn offering_dpop(self, policy: Policy) -> Self {
        let bound = |error| {
            let start = Attributes::of(error, &self.resource_metadata).with("scope", &self.scope);
            start
                .with("algs", &ALGORITHMS.join(" "))
                .value(Scheme::Dpop)
        };
        let besides = |lines: &Lines, error| -> Lines {
            match policy {
                Policy::Accepted => lines.iter().cloned().chain([bound("")]).collect(),
                Policy::Required => [bound(error)].into(),
            }
        };
        Self {
            missing: besides(&self.missing, ""),
            invalid_token: besides(&self.invalid_token, "invalid_token"),
            invalid_bound_token: [bound("invalid_token")].into(),
            ..self
        }
    }

    /// With a 401: no token was sent. Bare, without an error (R-011).
    pub fn missing(&self) -> Lines {
        Arc::clone(&self.missing)
    }

    /// With a 401: the token is malformed, expired, revoked, for another resource, or not
    /// one to be sent under `scheme`.
    pub fn invalid_token(&self, scheme: Scheme) -> Lines {
        Arc::clone(match scheme {
            Scheme::Bearer => &self.invalid_token,
            Scheme::Dpop => &self.invalid_bound_token,
        })
    }

    /// With a 401: the token is good and its proof is not (RFC 9449 sections 7.1 and 9).
    pub fn unproven(&self, fault: ProofFault) -> Lines {
        let start = Attributes::of(fault.code(), &self.resource_metadata);
        let told = start.with("error_description", &fault.to_string());
        let line = told.with("algs", &ALGORITHMS.join(" "));
        [line.value(Scheme::Dpop)].into()
    }

    /// With a 400: the request carries credentials in a way that it must not.
    pub fn invalid_request(&self) -> HeaderValue {
        self.invalid_request.clone()
    }

    /// With a 403: the call needs more. `scopes` names all of it, with what the
    /// caller already has (R-013, R-014).
    pub fn insufficient_scope(&self, scopes: &ScopeSet, scheme: Scheme) -> HeaderValue {
        Attributes::of("insufficient_scope", &self.resource_metadata)
            .with("scope", &requestable(scopes))
            .value(scheme)
    }

    /// With a 401: the token is good, and the sign-in behind it is older or weaker than
    /// `wanted`, or there was none (RFC 9470 section 3).
    pub fn insufficient_sign_in(&self, wanted: Wanted, scheme: Scheme) -> HeaderValue {
        let description = match wanted.acr {
            Some(Acr::Mfa | Acr::Passkey) => "a stronger or more recent sign-in is required",
            Some(Acr::Password) | None => "a more recent sign-in is required",
        };
        let max_age = wanted.max_age.map(|most| most.as_secs().to_string());
        Attributes::default()
            .with("error", "insufficient_user_authentication")
            .with("error_description", description)
            .with("resource_metadata", &self.resource_metadata)
            .with("acr_values", wanted.acr.unwrap_or(Acr::Password).as_str())
            .with("max_age", &max_age.unwrap_or_default())
            .value(scheme)
    }
}

/// What a client may ask for: `offline_access` is its own affair (R-010).
pub(crate) fn requestable(scopes: &ScopeSet) -> String {
    let names = scopes.iter().map(|scope| scope.as_str());
    let names: Vec<_> = names.filter(|name| *name != "offline_access").collect();
    names.join(" ")
}

/// The attributes of a challenge, in order.
#[derive(Default)]
struct Attributes(String);

impl Attributes {
    fn of(error: &str, resource_metadata: &str) -> Self {
        let start = Self::default().with("error", error);
        start.with("resource_metadata", resource_metadata)
    }

    /// Adds `name="text"` (RFC 9110 section 5.6.4); an empty text adds nothing.
    fn with(mut self, name: &str, text: &str) -> Self {
        if text.is_empty() {
            return self;
        }
        self.0.push_str(if self.0.is_empty() { " " } else { ", " });
        self.0.push_str(name);
        self.0.push_str("=\"");
        for letter in text.chars() {
            match letter {
                '"' | '\\' => self.0.extend(['\\', letter]),
                ' '..='~' => self.0.push(letter),
                _ => {} // a control character or a letter beyond ASCII has no place in a header
            }
        }
        self.0.push('"');
        self
    }

    #[expect(clippy::expect_used, reason = "only printable ASCII is ever pushed")]
    fn value(self, scheme: Scheme) -> HeaderValue {
        let scheme = match scheme {
            Scheme::Bearer => "Bearer",
            Scheme::Dpop => "DPoP",
        };
        HeaderValue::try_from(format!("{scheme}{}", self.0)).expect("printable ASCII")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp/files";

    #[test]
    fn each_challenge_names_the_metadata_and_only_what_went_wrong() {
        let challenge = Challenge::new(METADATA, &ScopeSet::baseline());
        let both = ScopeSet::baseline();
        #[rustfmt::skip]
        let cases = [
            // R-009, R-010, R-011, R-012
            (challenge.missing()[0].clone(), r#"Bearer resource_metadata="METADATA", scope="mcp:read mcp:write""#),
            (challenge.invalid_token(Scheme::Bearer)[0].clone(), r#"Bearer error="invalid_token", resource_metadata="METADATA", scope="mcp:read mcp:write""#),
            (challenge.invalid_request(), r#"Bearer error="invalid_request", resource_metadata="METADATA""#),
            (challenge.insufficient_scope(&both, Scheme::Bearer), r#"Bearer error="insufficient_scope", resource_metadata="METADATA", scope="mcp:read mcp:write""#),
        ];
        for (value, expected) in cases {
            assert_eq!(value, expected.replace("METADATA", METADATA));
        }
    }

    #[test]
    fn a_resource_that_takes_bound_tokens_offers_both_or_only_them() {
        let bearer = Challenge::new(METADATA, &ScopeSet::read_only());
        let (both, only) = (
            bearer.clone().offering_dpop(Policy::Accepted),
            bearer.offering_dpop(Policy::Required),
        );
        let lines = |lines: Lines| {
            let text = |line: &HeaderValue| line.to_str().expect("ASCII").replace(METADATA, "M");
            lines.iter().map(text).collect::<Vec<_>>().join(" | ")
        };
        const ALGS: &str = r#"algs="ES256 EdDSA Ed25519 RS256""#;
        #[rustfmt::skip]
        let cases = [
            // X-019, X-021
            (both.missing(),                     r#"Bearer resource_metadata="M", scope="mcp:read" | DPoP resource_metadata="M", scope="mcp:read", ALGS"#),
            (both.invalid_token(Scheme::Bearer), r#"Bearer error="invalid_token", resource_metadata="M", scope="mcp:read" | DPoP resource_metadata="M", scope="mcp:read", ALGS"#),
            (both.invalid_token(Scheme::Dpop),   r#"DPoP error="invalid_token", resource_metadata="M", scope="mcp:read", ALGS"#),
            (only.missing(),                     r#"DPoP resource_metadata="M", scope="mcp:read", ALGS"#),
            (only.invalid_token(Scheme::Bearer), r#"DPoP error="invalid_token", resource_metadata="M", scope="mcp:read", ALGS"#),
            (only.unproven(ProofFault::Nonce),   r#"DPoP error="use_dpop_nonce", resource_metadata="M", error_description="the DPoP proof must carry the nonce of the DPoP-Nonce header", ALGS"#),
            (both.unproven(ProofFault::Target),  r#"DPoP error="invalid_dpop_proof", resource_metadata="M", error_description="the DPoP proof is for another URL (htu)", ALGS"#),
        ];
        for (value, expected) in cases {
            assert_eq!(lines(value), expected.replace("ALGS", ALGS));
        }
        let step_up = both.insufficient_scope(&ScopeSet::read_only(), Scheme::Dpop);
        assert!(
            step_up
                .to_str()
                .expect("ASCII")
                .starts_with("DPoP error=\"insufficient_scope\"")
        );
    }

    #[test]
    fn a_step_up_names_the_union_and_each_scope_once() {
        let challenge = Challenge::new(METADATA, &ScopeSet::baseline());
        let granted = ScopeSet::parse("mcp:read files:list").expect("valid");
        let needed = ScopeSet::parse("files:delete mcp:read").expect("valid");
        let value = challenge.insufficient_scope(&granted.union(&needed), Scheme::Bearer);
        let text = value.to_str().expect("ASCII");
        assert!(text.contains(r#"scope="files:delete files:list mcp:read""#)); // R-013, R-014
        assert_eq!(text.matches("scope=").count(), 1); // R-012
    }

    #[test]
    fn no_scopes_means_no_scope_attribute_and_offline_access_is_never_asked_for() {
        let none = Challenge::new(METADATA, &ScopeSet::default());
        assert_eq!(
            none.missing()[0],
            format!(r#"Bearer resource_metadata="{METADATA}""#)
        );
        let offline = ScopeSet::parse("mcp:read offline_access").expect("valid");
        let value = none.insufficient_scope(&offline, Scheme::Bearer);
        assert!(
            value
                .to_str()
                .expect("ASCII")
                .ends_with(r#"scope="mcp:read""#)
        ); // R-010
    }

    #[test]
    fn no_text_breaks_out_of_its_quotes_or_its_line() {
        let hostile = "https://h/\"\\\r\nSet-Cookie: a=b\0\u{e9}\u{2028}";
        let value = Challenge::new(hostile, &ScopeSet::default()).missing()[0].clone();
        let safe = r#"Bearer resource_metadata="https://h/\"\\Set-Cookie: a=b""#;
        assert_eq!(value, safe); // AZ-17
    }

    #[test]
    fn an_old_sign_in_is_told_how_recent_it_has_to_be() {
        let challenge = Challenge::new("https://h/prm", &ScopeSet::baseline());
        let wanted = Wanted {
            max_age: Some(Duration::from_secs(300)),
            acr: None,
        };
        let value = challenge.insufficient_sign_in(wanted, Scheme::Bearer); // A-033
        assert_eq!(
            value,
            "Bearer error=\"insufficient_user_authentication\", \
             error_description=\"a more recent sign-in is required\", \
             resource_metadata=\"https://h/prm\", \
             acr_values=\"urn:doorward:acr:password\", max_age=\"300\""
        );
    }
}
