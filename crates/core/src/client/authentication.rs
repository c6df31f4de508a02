//! How clients prove who they are (OAuth 2.1 section 2.4).

use serde::{Deserialize, Serialize};

use super::{Client, OwnCertificates, keys::ClientKeys};
use crate::{
    certificate::ExpectedSubject,
    jwk::Algorithm,
    secret::{Digest, Secret},
};

/// The one way in which a client authenticates. There is no way down from it (TK-01).
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Confidential, with signed assertions (`private_key_jwt`, RFC 7523).
    PrivateKey(PrivateKey),
    /// Confidential, with a certificate of an authority that names it (`tls_client_auth`,
    /// RFC 8705 section 2.1).
    Certificate(ExpectedSubject),
    /// Confidential, with a certificate of its own (`self_signed_tls_client_auth`, RFC 8705
    /// section 2.2).
    OwnCertificate(OwnCertificates),
}

/// What the assertions of a client are checked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateKey {
    /// Its public keys.
    pub keys: ClientKeys,
    /// The algorithms that it may sign with; never empty.
    pub algorithms: Vec<Algorithm>,
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
    /// Whether the client is public: it cannot keep a secret.
    pub fn is_public(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::None)
    }

    /// Whether `credentials` are exactly what was registered (A-045, TK-01). A client with
    /// a private key is authenticated by its assertion, one with a certificate by that of the
    /// connection, and by nothing that is in here.
    pub fn authenticates(&self, credentials: &Credentials) -> bool {
        use SecretPlacement::{Body, Either, Header};
        let (digest, placement) = match &self.authentication {
            ClientAuthentication::None => return matches!(credentials, Credentials::Identified),
            ClientAuthentication::PrivateKey(_)
            | ClientAuthentication::Certificate(_)
            | ClientAuthentication::OwnCertificate(_) => return false,
            ClientAuthentication::Secret { digest, placement } => (digest, placement),
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
            ClientAuthentication::PrivateKey(_) => "private_key_jwt",
            ClientAuthentication::Certificate(_) => "tls_client_auth",
            ClientAuthentication::OwnCertificate(_) => "self_signed_tls_client_auth",
        }
    }
}

impl SecretPlacement {
    const ALL: [Self; 3] = [Self::Header, Self::Body, Self::Either];

    /// The word that the store uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Body => "body",
            Self::Either => "either",
        }
    }

    /// Reads the word back.
    pub fn from_stored(text: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|placement| placement.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{client::ClientOrigin, id::ClientId, jwk::PublicKeySet, time::UnixTime};

    fn client(authentication: ClientAuthentication) -> Client {
        let id = ClientId::from_known("c");
        Client {
            authentication,
            ..Client::public(id, ClientOrigin::Dynamic, UnixTime::from_seconds(0))
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
        let keyed = client(ClientAuthentication::PrivateKey(PrivateKey {
            keys: ClientKeys::Inline(PublicKeySet::default()),
            algorithms: vec![Algorithm::Es256],
        }));
        let named =
            ExpectedSubject::read("tls_client_auth_san_dns", "app.example").expect("a name");
        let certified = client(ClientAuthentication::Certificate(named));
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
            ("no assertion, TK-01",         &keyed,        Credentials::Identified,                      false),
            ("a secret for a key, TK-01",   &keyed,        Credentials::Post(secret()),                  false),
            ("no certificate, TK-01",       &certified,    Credentials::Identified,                      false),
            ("empty secret, TK-01",         &with(Either), Credentials::Post(Secret::presented("")),     false),
        ];
        for (name, client, credentials, expected) in cases {
            assert_eq!(client.authenticates(&credentials), expected, "{name}");
        }
    }
}
