//! A client of people, a client that programs are, and two issuers that are trusted.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    client::GrantType,
    id::ClientId,
    jwk::ForeignKeys,
    jwt_bearer::{IdJagTrust, Trust, Workload, WorkloadTrust},
    permit::Pattern,
    server::ServerName,
    user::Username,
};
use doorward_issuer::{IssuerKeys, NewClient, TrustedIssuer};
use serde_json::{Value, json};

use crate::world::{Answer, FILES, ISSUER, World, config};

pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub(super) const PROVIDER: &str = "https://idp.example";
pub(super) const PLATFORM: &str = "https://jobs.example";
pub(super) const NOW: i64 = 1_800_000_000;

/// Claims that are other than they should be.
pub(super) type Changes = Vec<(&'static str, Value)>;

/// Parameters of a request.
pub(super) type Sent<'a> = Vec<(&'a str, &'a str)>;

/// Somebody who signs.
pub(super) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(super) fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    pub(super) fn document(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k" }] }).to_string()
    }

    pub(super) fn keys(&self) -> IssuerKeys {
        let read = ForeignKeys::read(self.document().as_bytes());
        IssuerKeys::Inline(read.expect("keys"))
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub(super) fn typed(&self, typ: &str, claims: &Value) -> String {
        self.sign(&json!({ "alg": "EdDSA", "kid": "k", "typ": typ }), claims)
    }
}

pub(super) struct Scene {
    pub(super) world: World,
    /// The client of people, and its secret.
    pub(super) editor: (String, String),
    /// The client that the workloads are.
    pub(super) robot: String,
    pub(super) provider: Signer,
    pub(super) platform: Signer,
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Vec<TrustedIssuer>)) -> Self {
        let world = World::with(config(ISSUER, &["files", "mail"])).await;
        let editor = NewClient {
            name: "Editor".to_owned(),
            confidential: true,
            grants: vec![GrantType::JwtBearer],
            ..NewClient::default()
        };
        let editor = world.registered(editor).await;
        let robot = NewClient {
            name: "Robot".to_owned(),
            grants: vec![GrantType::JwtBearer],
            scopes: "mcp:read".to_owned(),
            servers: vec![ServerName::parse("files").expect("a name")],
            ..NewClient::default()
        };
        let (robot, _) = world.registered(robot).await;
        let (provider, platform) = (Signer::new(), Signer::new());
        let mut issuers = vec![
            TrustedIssuer {
                issuer: PROVIDER.to_owned(),
                keys: provider.keys(),
                trust: Trust::IdJag(IdJagTrust {
                    users: [("00u1".to_owned(), Username::parse("alice").expect("a name"))].into(),
                    claims: [("tenant".to_owned(), json!("acme"))].into(),
                }),
            },
            TrustedIssuer {
                issuer: PLATFORM.to_owned(),
                keys: platform.keys(),
                trust: Trust::Workload(WorkloadTrust {
                    workloads: vec![Workload {
                        subject: Pattern::new("jobs:*"),
                        claims: [].into(),
                        client: ClientId::from_known(robot.clone()),
                    }],
                    reusable: false,
                }),
            },
        ];
        change(&mut issuers);
        let mut config = world.config.clone();
        config.trusted_issuers = issuers;
        world.issuer.reconfigure(config);
        Self {
            world,
            editor,
            robot,
            provider,
            platform,
        }
    }

    pub(super) fn id_jag_claims(&self, changes: &[(&str, Value)]) -> Value {
        let mut claims = json!({
            "iss": PROVIDER, "sub": "00u1", "aud": ISSUER, "client_id": self.editor.0,
            "resource": FILES, "scope": "mcp:read mcp:write", "tenant": "acme",
            "iat": NOW, "exp": NOW + 300, "jti": "j1", "auth_time": NOW - 50,
        });
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        claims
    }

    pub(super) fn id_jag(&self, changes: &[(&str, Value)]) -> String {
        let claims = self.id_jag_claims(changes);
        self.provider.typed("oauth-id-jag+jwt", &claims)
    }

    pub(super) fn workload_claims(&self, changes: &[(&str, Value)]) -> Value {
        let mut claims = json!({
            "iss": PLATFORM, "sub": "jobs:nightly", "aud": "https://mcp.example/token",
            "iat": NOW, "exp": NOW + 3_600, "jti": "w1",
        });
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        claims
    }

    /// A request of the editor.
    pub(super) async fn redeem(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![
            ("client_id", self.editor.0.as_str()),
            ("client_secret", self.editor.1.as_str()),
        ];
        pairs.extend_from_slice(more);
        self.present(assertion, &pairs).await
    }

    pub(super) async fn present(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("grant_type", GRANT), ("assertion", assertion)];
        pairs.extend_from_slice(more);
        self.world.post("/token", &pairs).await
    }
}
