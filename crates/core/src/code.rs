//! Authorization codes (OAuth 2.1 section 4.1): single use, bound to everything.
//!
//! ```text
//! Fresh --right verifier--> Redeemed --presented again--> its grant is revoked
//!   \---wrong verifier---> Burnt
//! ```
//!
//! [`redeem`] decides and never writes. The order of its checks matters: a
//! request that names a wrong resource or another redirect URI must not cost an
//! honest client its code (interop 31), a wrong verifier must (AZ-07).

use crate::{
    details::Details,
    id::{ClientId, GrantId, UserId},
    jwk::Thumbprint,
    pkce::{Challenge, Verifier},
    resource::{Named, Resource, Resources},
    scope::ScopeSet,
    secret::Digest,
    session::Methods,
    time::UnixTime,
};

/// A code as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationCode {
    /// Digest of the code itself.
    pub digest: Digest,
    /// The client that may redeem it.
    pub client: ClientId,
    /// The redirect URI exactly as it was presented.
    pub redirect_uri: String,
    /// The challenge that the verifier must answer.
    pub challenge: Challenge,
    /// Who approved.
    pub user: UserId,
    /// The resources that were approved.
    pub resources: Resources,
    /// The scopes that were approved.
    pub scopes: ScopeSet,
    /// The calls that were approved, when not all that the scopes open.
    pub details: Details,
    /// When the grant ends, if the person said so.
    pub ends_at: Option<UnixTime>,
    /// When the person proved who they are.
    pub authenticated_at: UnixTime,
    /// How.
    pub methods: Methods,
    /// The key that must be proven to be held (`dpop_jkt`, RFC 9449 section 10).
    pub key: Option<Thumbprint>,
    /// What the ID token repeats, and only that of this request (OpenID Connect Core section
    /// 3.1.2.1).
    pub nonce: Option<String>,
    /// When the code dies.
    pub expires_at: UnixTime,
    /// Where it is in its life.
    pub state: CodeState,
}

/// The life of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// Never presented with success or a wrong verifier.
    Fresh,
    /// Redeemed for this grant.
    Redeemed {
        /// The grant that it made.
        grant: GrantId,
    },
    /// Spoilt by a wrong verifier.
    Burnt,
}

/// What a token request presented beside the code.
#[derive(Debug)]
pub struct Presented<'a> {
    /// The authenticated or identified client.
    pub client: &'a ClientId,
    /// `redirect_uri`, which OAuth 2.1 no longer demands.
    pub redirect_uri: Option<&'a str>,
    /// `code_verifier`, when it has the right syntax.
    pub verifier: Option<&'a Verifier>,
    /// Every `resource` parameter.
    pub resources: &'a [String],
    /// The key that was proven to be held.
    pub key: Option<&'a Thumbprint>,
}

/// What must happen with the code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is applied and committed"]
pub enum Redemption {
    /// Issue tokens for this resource and mark the code redeemed.
    Redeem(Resource),
    /// Refuse and spoil the code: the verifier was wrong.
    Burn,
    /// Refuse and revoke the grant: the code was presented twice by whoever knows the verifier.
    RevokeGrant(GrantId),
    /// Refuse and change nothing.
    Refuse,
    /// Refuse with `invalid_target` and change nothing.
    WrongResource,
    /// Refuse, because the code is bound to a key that was not proven, and change nothing.
    WrongKey,
}

/// Decides about a presented code (A-029, A-030, A-047..A-051).
pub fn redeem(code: &AuthorizationCode, presented: &Presented<'_>, now: UnixTime) -> Redemption {
    if code.client != *presented.client {
        return Redemption::Refuse;
    }
    let answered = presented
        .verifier
        .is_some_and(|verifier| code.challenge.answered_by(verifier));
    match &code.state {
        CodeState::Burnt => return Redemption::Refuse,
        CodeState::Redeemed { grant } if answered => return Redemption::RevokeGrant(grant.clone()),
        CodeState::Redeemed { .. } => return Redemption::Refuse,
        CodeState::Fresh => {}
    }
    if now >= code.expires_at
        || presented
            .redirect_uri
            .is_some_and(|uri| uri != code.redirect_uri)
    {
        return Redemption::Refuse;
    }
    if code.key.is_some() && code.key.as_ref() != presented.key {
        return Redemption::WrongKey; // before the verifier: a thief cannot spoil what is bound
    }
    if !answered {
        return Redemption::Burn;
    }
    match code.resources.named(presented.resources) {
        Named::One(resource) => Redemption::Redeem(resource.clone()),
        Named::Nothing if code.resources.is_one() => {
            Redemption::Redeem(code.resources.first().clone())
        }
        Named::Nothing | Named::Other => Redemption::WrongResource, // A-051
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::session::Method;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const ISSUED: UnixTime = UnixTime::from_seconds(1_000);

    fn code(state: CodeState) -> AuthorizationCode {
        AuthorizationCode {
            digest: Digest::of("code"),
            client: ClientId::from_known("c"),
            redirect_uri: "http://127.0.0.1:5/cb".to_owned(),
            challenge: Challenge::parse(Some(CHALLENGE), Some("S256")).expect("valid"),
            user: UserId::from_known("u"),
            resources: Resources::one(Resource::from_known("https://mcp.example/mcp/files")),
            scopes: ScopeSet::baseline(),
            details: Details::default(),
            ends_at: None,
            authenticated_at: ISSUED,
            methods: Methods::of([Method::Password]),
            key: None,
            nonce: None,
            expires_at: ISSUED + Duration::from_secs(60),
            state,
        }
    }

    #[test]
    fn a_code_is_redeemed_once_by_its_client_with_its_verifier() {
        struct Case(
            &'static str,
            CodeState,
            &'static str,
            Option<&'static str>,
            Option<&'static str>,
            &'static [&'static str],
            i64,
            Redemption,
        );
        use CodeState::{Burnt, Fresh};
        let spent = || CodeState::Redeemed {
            grant: GrantId::from_known("g"),
        };
        let redeem_for = |name| {
            Redemption::Redeem(Resource::from_known(format!(
                "https://mcp.example/mcp/{name}"
            )))
        };
        let files = || redeem_for("files");
        let revoke = || Redemption::RevokeGrant(GrantId::from_known("g"));
        const WRONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        const FILES: &[&str] = &["https://mcp.example/mcp/files"];
        #[rustfmt::skip]
        let cases = [
            Case("right",                      Fresh,   "c", Some(VERIFIER), Some("http://127.0.0.1:5/cb"), FILES, 0,  files()),
            Case("no redirect_uri, A-049",     Fresh,   "c", Some(VERIFIER), None, &[], 0,   files()),
            Case("slash on resource",          Fresh,   "c", Some(VERIFIER), None, &["https://mcp.example/mcp/files/"], 0, files()),
            Case("other client, AZ-08",        Fresh,   "d", Some(VERIFIER), None, &[], 0,   Redemption::Refuse),
            Case("other port, A-049",          Fresh,   "c", Some(VERIFIER), Some("http://127.0.0.1:6/cb"), &[], 0, Redemption::Refuse),
            Case("wrong verifier, AZ-07",      Fresh,   "c", Some(WRONG),    None, &[], 0,   Redemption::Burn),
            Case("no verifier, AZ-07",         Fresh,   "c", None,           None, &[], 0,   Redemption::Burn),
            Case("other resource, TK-05",      Fresh,   "c", Some(VERIFIER), None, &["https://mcp.example/mcp/mail"], 0, Redemption::WrongResource),
            Case("one of two resources wrong", Fresh,   "c", Some(VERIFIER), None, &["https://mcp.example/mcp/files", "https://mcp.example/mcp/mail"], 0, Redemption::WrongResource),
            Case("last millisecond",           Fresh,   "c", Some(VERIFIER), None, &[], 59_999, files()),
            Case("expired, AZ-10",             Fresh,   "c", Some(VERIFIER), None, &[], 60_000, Redemption::Refuse),
            Case("burnt",                      Burnt,   "c", Some(VERIFIER), None, &[], 0,   Redemption::Refuse),
            Case("replayed, AZ-09",            spent(), "c", Some(VERIFIER), None, &[], 0,   revoke()),
            Case("replayed late, AZ-09",       spent(), "c", Some(VERIFIER), None, &[], 90_000, revoke()),
            Case("replayed without verifier",  spent(), "c", None,           None, &[], 0,   Redemption::Refuse),
            Case("replayed by another",        spent(), "d", Some(VERIFIER), None, &[], 0,   Redemption::Refuse),
        ];
        for Case(name, state, client, verifier, redirect_uri, resources, later, expected) in cases {
            let client = ClientId::from_known(client);
            let verifier = verifier.map(|text| Verifier::parse(text).expect("valid"));
            let resources: Vec<String> = resources.iter().map(|text| (*text).to_owned()).collect();
            let presented = Presented {
                client: &client,
                redirect_uri,
                verifier: verifier.as_ref(),
                resources: &resources,
                key: None,
            };
            let now = UnixTime::from_millis(ISSUED.millis() + later);
            assert_eq!(redeem(&code(state), &presented, now), expected, "{name}");
        }
        let both = ["files", "mail"].map(|name| format!("https://mcp.example/mcp/{name}"));
        let wide = AuthorizationCode {
            resources: Resources::of(both.clone().map(Resource::from_known)).expect("two"),
            ..code(Fresh)
        };
        let client = ClientId::from_known("c");
        let verifier = Verifier::parse(VERIFIER);
        for (name, resources, expected) in [
            ("the request chooses, A-051", &both[1..], redeem_for("mail")),
            (
                "the request must choose, A-051",
                &[],
                Redemption::WrongResource,
            ),
            ("one audience, A-051", &both[..], Redemption::WrongResource),
        ] {
            let presented = Presented {
                client: &client,
                redirect_uri: None,
                verifier: verifier.as_ref(),
                resources,
                key: None,
            };
            assert_eq!(redeem(&wide, &presented, ISSUED), expected, "{name}");
        }
    }

    #[test]
    fn a_bound_code_needs_its_key_and_is_not_spoilt_without_it() {
        let (key, other) = (Thumbprint::from_known("k"), Thumbprint::from_known("o"));
        const WRONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        let redeemed = || Redemption::Redeem(Resource::from_known("https://mcp.example/mcp/files"));
        // X-018, TK-12
        #[rustfmt::skip]
        let cases = [
            ("its key",             Some(&key), Some(&key),   VERIFIER, redeemed()),
            ("another key",         Some(&key), Some(&other), VERIFIER, Redemption::WrongKey),
            ("no key",              Some(&key), None,         VERIFIER, Redemption::WrongKey),
            ("no key, no verifier", Some(&key), None,         WRONG,    Redemption::WrongKey),
            ("its key, no verifier", Some(&key), Some(&key),  WRONG,    Redemption::Burn),
            ("not bound",           None,       Some(&other), VERIFIER, redeemed()),
        ];
        for (name, bound, presented, verifier, expected) in cases {
            let code = AuthorizationCode {
                key: bound.cloned(),
                ..code(CodeState::Fresh)
            };
            let verifier = Verifier::parse(verifier);
            let presented = Presented {
                client: &ClientId::from_known("c"),
                redirect_uri: None,
                verifier: verifier.as_ref(),
                resources: &[],
                key: presented,
            };
            assert_eq!(redeem(&code, &presented, ISSUED), expected, "{name}");
        }
    }
}
