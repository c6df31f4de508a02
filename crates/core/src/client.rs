//! OAuth clients and how they prove who they are (OAuth 2.1 section 2).

use serde::{Deserialize, Serialize};

use crate::{
    id::ClientId,
    redirect::{MatchedRedirect, RegisteredRedirect},
    secret::{Digest, Secret},
    time::UnixTime,
};

/// A registered client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// How it came to be registered, and so how far its name can be believed.
    pub origin: ClientOrigin,
    /// The name that it shows to people; harmless to display, never proof of anything.
    pub name: String,
    /// Where answers may go.
    pub redirects: Vec<RegisteredRedirect>,
    /// How it authenticates at the token endpoint.
    pub authentication: ClientAuthentication,
    /// Whether it may use refresh tokens.
    pub refreshes: bool,
    /// When it was registered.
    pub created_at: UnixTime,
    /// When somebody last signed in through it; `None` until the first time.
    pub used_at: Option<UnixTime>,
    /// Since when it is refused, if so.
    pub revoked_at: Option<UnixTime>,
}

/// How a client came to be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrigin {
    /// An administrator registered it.
    Preregistered,
    /// It registered itself (RFC 7591).
    Dynamic,
}

/// The one way in which a client authenticates. There is no way down from it (TK-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Public: identified, not authenticated.
    None,
    /// Confidential, with a secret kept as a digest.
    Secret {
        /// Digest of the secret.
        digest: Digest,
        /// Where the secret may be sent.
        placement: SecretPlacement,
    },
}

/// Where a client sends its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlacement {
    /// `client_secret_basic`.
    Header,
    /// `client_secret_post`.
    Body,
    /// The client left the method to its default: it may use either (interop 13).
    Either,
}

/// What a request presented to authenticate its client.
#[derive(Debug)]
pub enum Credentials {
    /// Only `client_id` in the body.
    Identified,
    /// HTTP Basic.
    Basic(Secret),
    /// `client_secret` in the body.
    Post(Secret),
}

impl Client {
    /// Whether the client may act at all.
    pub fn is_usable(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// Whether the client is public: it cannot keep a secret.
    pub fn is_public(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::None)
    }

    /// The registered redirect that `presented` matches.
    pub fn redirect(&self, presented: &str) -> Option<MatchedRedirect> {
        self.redirects
            .iter()
            .find_map(|registered| registered.matching(presented))
    }

    /// Whether `credentials` are exactly what was registered (A-045, TK-01).
    pub fn authenticates(&self, credentials: &Credentials) -> bool {
        use SecretPlacement::{Body, Either, Header};
        let ClientAuthentication::Secret { digest, placement } = &self.authentication else {
            return matches!(credentials, Credentials::Identified);
        };
        match (credentials, placement) {
            (Credentials::Basic(secret), Header | Either)
            | (Credentials::Post(secret), Body | Either) => digest.matches(&secret.digest()),
            (Credentials::Identified | Credentials::Basic(_) | Credentials::Post(_), _) => false,
        }
    }

    /// The name of the method in metadata (RFC 7591 section 2).
    pub fn authentication_method(&self) -> &'static str {
        match &self.authentication {
            ClientAuthentication::None => "none",
            ClientAuthentication::Secret { placement, .. } => match placement {
                SecretPlacement::Header | SecretPlacement::Either => "client_secret_basic",
                SecretPlacement::Body => "client_secret_post",
            },
        }
    }
}

/// Makes a self-chosen name harmless: no control or invisible characters, no line
/// breaks, at most 64 characters (CO-06, AD-05). Empty when nothing is left.
pub fn display_name(raw: &str) -> String {
    let shown: String = raw.chars().filter(|c| !is_invisible(*c)).take(64).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters and the format characters that hide or reorder text.
fn is_invisible(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(authentication: ClientAuthentication) -> Client {
        Client {
            id: ClientId::from_known("c"),
            origin: ClientOrigin::Dynamic,
            name: "Client".to_owned(),
            redirects: Vec::new(),
            authentication,
            refreshes: true,
            created_at: UnixTime::from_seconds(0),
            used_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_client_authenticates_only_as_registered() {
        use SecretPlacement::{Body, Either, Header};
        let secret = || Secret::presented("s3cret");
        let with = |placement| {
            client(ClientAuthentication::Secret {
                digest: secret().digest(),
                placement,
            })
        };
        let public = client(ClientAuthentication::None);
        #[rustfmt::skip]
        let cases = [
            ("public identifies",           &public,       Credentials::Identified,                      true),
            ("public sends a secret, TK-01", &public,      Credentials::Post(secret()),                  false),
            ("no secret, TK-01",            &with(Header), Credentials::Identified,                      false),
            ("header",                      &with(Header), Credentials::Basic(secret()),                 true),
            ("body for header, TK-01",      &with(Header), Credentials::Post(secret()),                  false),
            ("body",                        &with(Body),   Credentials::Post(secret()),                  true),
            ("header for body, TK-01",      &with(Body),   Credentials::Basic(secret()),                 false),
            ("either, by header",           &with(Either), Credentials::Basic(secret()),                 true),
            ("either, by body",             &with(Either), Credentials::Post(secret()),                  true),
            ("wrong secret",                &with(Either), Credentials::Post(Secret::presented("x")),    false),
            ("empty secret, TK-01",         &with(Either), Credentials::Post(Secret::presented("")),     false),
        ];
        for (name, client, credentials, expected) in cases {
            assert_eq!(client.authenticates(&credentials), expected, "{name}");
        }
    }

    #[test]
    fn names_lose_what_is_invisible_and_are_cut() {
        #[rustfmt::skip]
        let cases = [ // CO-06
            ("Claude",              "Claude"),
            ("Claude\u{200b}",      "Claude"),
            ("\u{202e}gnp.eduaC",   "gnp.eduaC"),
            ("a\nINFO forged=1",    "a INFO forged=1"),
            ("\u{1b}[2J",           "[2J"),
            ("  many   spaces ",    "many spaces"),
            ("\u{200b}",            ""),
            ("\u{3164}\u{2800}",    ""), // letters and symbols without ink
            ("Clau\u{34f}de",       "Claude"),
        ];
        for (raw, expected) in cases {
            assert_eq!(display_name(raw), expected, "{raw:?}");
        }
        assert_eq!(display_name(&"é".repeat(100_000)).chars().count(), 64);
    }
}
