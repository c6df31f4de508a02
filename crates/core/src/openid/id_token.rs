//! The ID token (OpenID Connect Core section 2), and what it says when it comes back as a hint.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    grant::Grant,
    id::{ClientId, UserId},
    jwk::Algorithm,
    scope::{OPENID, PROFILE, ScopeSet},
    step_up::Acr,
    subject::Subject,
    time::UnixTime,
    user::User,
};

/// The `typ` of an ID token: that of no other token here (TK-10).
pub const ID_TOKEN_TYPE: &str = "JWT";

/// The claims of an ID token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The issuer identifier.
    pub iss: String,
    /// The person.
    pub sub: Subject,
    /// The client, and nobody besides: so there is no `azp`.
    pub aud: ClientId,
    /// Expires at, in seconds.
    pub exp: i64,
    /// Issued at, in seconds.
    pub iat: i64,
    /// When the person proved who they are, in seconds. Always there, whether the client
    /// asked with `max_age` or not.
    pub auth_time: i64,
    /// That of the authorization request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How the person proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<Acr>,
    /// The words for how (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The access token that came with it ([`access_token_hash`]).
    pub at_hash: String,
    /// The sign-in name, where the person let the client have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
}

/// What an ID token is made for.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The issuer identifier.
    pub issuer: &'a str,
    /// The approval.
    pub grant: &'a Grant,
    /// The person who gave it.
    pub user: &'a User,
    /// What the token request wants of it; all when it does not say (RFC 6749 section 6).
    pub scope: Option<&'a str>,
    /// That of the authorization request, when its code is redeemed.
    pub nonce: Option<&'a str>,
    /// The access token that goes with it.
    pub access_token: &'a str,
    /// When that expires, in seconds.
    pub expires_at: i64,
    /// Now.
    pub now: UnixTime,
}

impl Occasion<'_> {
    /// What the ID token says that is signed with `algorithm`; `None` when the person did not
    /// let the client know who they are, or the request wants less.
    pub fn claims(&self, algorithm: Algorithm) -> Option<IdTokenClaims> {
        let auth_time = self.grant.authenticated_at?;
        let scopes = self.wanted();
        let profile = scopes.covers(PROFILE);
        scopes.covers(OPENID).then(|| IdTokenClaims {
            iss: self.issuer.to_owned(),
            sub: self.grant.subject(),
            aud: self.grant.client.clone(),
            exp: self.expires_at,
            iat: self.now.seconds(),
            auth_time: auth_time.seconds(),
            nonce: self.nonce.map(str::to_owned),
            acr: self.grant.acr(),
            amr: self.grant.amr(),
            at_hash: access_token_hash(algorithm, self.access_token),
            preferred_username: profile.then(|| self.user.name.to_string()),
        })
    }

    fn wanted(&self) -> ScopeSet {
        let granted = self.grant.scopes.of_person();
        match self.scope.map(ScopeSet::parse) {
            None => granted,
            Some(Ok(asked)) if asked.is_empty() => granted,
            Some(Ok(asked)) => granted.common(&asked),
            Some(Err(_)) => ScopeSet::default(),
        }
    }
}

/// `at_hash`: the left half of the digest that goes with the algorithm of the signature
/// (section 3.1.3.6). For Ed25519 that is SHA-512.
pub fn access_token_hash(algorithm: Algorithm, access_token: &str) -> String {
    let (kind, half) = match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 => (&SHA256, 16),
        Algorithm::EdDsa => (&SHA512, 32),
    };
    let full = digest(kind, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(full.as_ref().get(..half).unwrap_or_default())
}

/// An ID token that a client sent back, whose signature is ours. How old it is does not matter
/// (section 3.1.2.1).
#[derive(Clone, Copy, Debug)]
pub struct Hinted<'a> {
    /// What it says.
    pub claims: &'a IdTokenClaims,
    /// The issuer identifier.
    pub issuer: &'a str,
    /// Who sent it.
    pub client: &'a ClientId,
}

impl<'a> Hinted<'a> {
    /// Whom it names; `None` when another client got it: who a person is at one client is not
    /// for the next one to try out.
    pub fn person(&self) -> Option<&'a UserId> {
        let own = self.claims.iss == self.issuer && self.claims.aud == *self.client;
        self.claims.sub.user().filter(|_| own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        details::Details,
        id::GrantId,
        resource::{Resource, Resources},
        session::{Method, Methods},
        user::{Role, Username},
    };

    const NOW: UnixTime = UnixTime::from_seconds(2_000);

    fn grant(scopes: &str) -> Grant {
        Grant {
            id: GrantId::from_known("g"),
            user: Some(UserId::from_known("u")),
            client: ClientId::from_known("c"),
            resources: Resources::one(Resource::from_known("https://mcp.example/mcp/files")),
            scopes: ScopeSet::parse(scopes).expect("valid"),
            details: Details::default(),
            authenticated_at: Some(UnixTime::from_seconds(1_000)),
            methods: Methods::of([Method::Password, Method::Totp]),
            created_at: NOW,
            key: None,
            bound_at: None,
            last_used_at: NOW,
            expires_at: NOW,
            revoked: None,
        }
    }

    fn user() -> User {
        User {
            id: UserId::from_known("u"),
            name: Username::parse("alice").expect("valid"),
            role: Role::Member,
            password: None,
            display_name: None,
            mail: None,
            created_at: NOW,
            disabled_at: None,
        }
    }

    fn claims(grant: &Grant, scope: Option<&str>) -> Option<IdTokenClaims> {
        let occasion = Occasion {
            issuer: "https://mcp.example",
            grant,
            user: &user(),
            scope,
            nonce: Some("n"),
            access_token: "token",
            expires_at: 2_600,
            now: NOW,
        };
        occasion.claims(Algorithm::Es256)
    }

    #[test]
    fn an_id_token_says_what_was_approved_and_is_still_wanted() {
        #[rustfmt::skip]
        let cases = [ // OpenID Connect Core sections 3.1.3.3, 5.4, 12.2
            ("nothing approved",       "mcp:read",                None,                   None),
            ("who it is",              "mcp:read openid",         None,                   Some(false)),
            ("and the name",           "openid profile",          None,                   Some(true)),
            ("all, said again",        "openid profile",          Some(" profile openid"), Some(true)),
            ("no name wanted",         "openid profile",          Some("openid"),         Some(false)),
            ("nothing wanted",         "mcp:read openid",         Some("mcp:read"),       None),
            ("no word at all",         "openid profile",          Some(""),               Some(true)),
            ("more than approved",     "openid",                  Some("openid profile"), Some(false)),
            ("malformed",              "openid",                  Some("openid \""),      None),
        ];
        for (name, approved, scope, named) in cases {
            let claims = claims(&grant(approved), scope);
            let told = claims.map(|claims| claims.preferred_username.is_some());
            assert_eq!(told, named, "{name}");
        }
        let nobody = Grant {
            authenticated_at: None,
            ..grant("openid")
        };
        assert_eq!(claims(&nobody, None), None, "nobody signed in");
    }

    #[test]
    fn times_and_parties_are_those_of_the_sign_in() {
        let told = claims(&grant("openid"), None).expect("approved");
        assert_eq!((told.iat, told.exp, told.auth_time), (2_000, 2_600, 1_000));
        assert_eq!((told.sub.to_string(), told.aud.as_str()), ("u".into(), "c"));
        assert_eq!(told.nonce.as_deref(), Some("n"));
        assert_eq!(told.acr, Some(Acr::Mfa));
        assert_eq!(told.amr, ["mfa", "otp", "pwd"]);
    }

    #[test]
    fn the_hash_of_the_access_token_follows_the_signature() {
        // SHA-256 and SHA-512 of "abc", FIPS 180-2 appendices B.1 and C.1, their left halves.
        let short = "ungWv48Bz-pBQUDeXa4iIw";
        let long = "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o";
        for (algorithm, expected) in [
            (Algorithm::Es256, short),
            (Algorithm::Rs256, short),
            (Algorithm::EdDsa, long),
        ] {
            assert_eq!(access_token_hash(algorithm, "abc"), expected);
        }
    }

    #[test]
    fn a_hint_counts_only_from_the_client_that_got_it_here() {
        let told = claims(&grant("openid"), None).expect("approved");
        let whom = |issuer, client| {
            let client = ClientId::from_known(client);
            let hinted = Hinted {
                claims: &told,
                issuer,
                client: &client,
            };
            hinted.person().map(ToString::to_string)
        };
        assert_eq!(whom("https://mcp.example", "c").as_deref(), Some("u"));
        assert_eq!(whom("https://mcp.example", "d"), None);
        assert_eq!(whom("https://other.example", "c"), None);
    }
}
