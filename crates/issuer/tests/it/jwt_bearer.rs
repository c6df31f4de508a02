//! Assertions of other issuers (RFC 7523, X-004..X-016).

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

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

use crate::world::{Answer, FILES, ISSUER, MAIL, World, claims, config};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const PROVIDER: &str = "https://idp.example";
const PLATFORM: &str = "https://jobs.example";
const NOW: i64 = 1_800_000_000;

/// Claims that are other than they should be.
type Changes = Vec<(&'static str, Value)>;

/// Parameters of a request.
type Sent<'a> = Vec<(&'a str, &'a str)>;

/// Somebody who signs.
struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    fn document(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k" }] }).to_string()
    }

    fn keys(&self) -> IssuerKeys {
        let read = ForeignKeys::read(self.document().as_bytes());
        IssuerKeys::Inline(read.expect("keys"))
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn typed(&self, typ: &str, claims: &Value) -> String {
        self.sign(&json!({ "alg": "EdDSA", "kid": "k", "typ": typ }), claims)
    }
}

struct Scene {
    world: World,
    /// The client of people, and its secret.
    editor: (String, String),
    /// The client that the workloads are.
    robot: String,
    provider: Signer,
    platform: Signer,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Vec<TrustedIssuer>)) -> Self {
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

    fn id_jag_claims(&self, changes: &[(&str, Value)]) -> Value {
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

    fn id_jag(&self, changes: &[(&str, Value)]) -> String {
        let claims = self.id_jag_claims(changes);
        self.provider.typed("oauth-id-jag+jwt", &claims)
    }

    fn workload_claims(&self, changes: &[(&str, Value)]) -> Value {
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
    async fn redeem(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![
            ("client_id", self.editor.0.as_str()),
            ("client_secret", self.editor.1.as_str()),
        ];
        pairs.extend_from_slice(more);
        self.present(assertion, &pairs).await
    }

    async fn present(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("grant_type", GRANT), ("assertion", assertion)];
        pairs.extend_from_slice(more);
        self.world.post("/token", &pairs).await
    }
}

#[tokio::test]
async fn an_id_jag_becomes_a_token_of_the_user_for_the_resource_that_it_names() {
    let scene = Scene::new().await;
    let answer = scene.redeem(&scene.id_jag(&[]), &[]).await;
    let body = answer.json();
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!(body["scope"], "mcp:read mcp:write");
    assert!(body["refresh_token"].is_null());
    let said = claims(&answer.tokens().access);
    assert_eq!(said["aud"], FILES);
    assert_eq!(
        (&said["preferred_username"], &said["client_id"]),
        (&json!("alice"), &json!(scene.editor.0))
    );
    assert!(
        said["auth_time"].is_null() && said["acr"].is_null(),
        "nobody signed in here"
    );
    let record = scene.world.audit_records().await.pop().expect("a record");
    assert_eq!(
        (&record["event"], &record["user"]),
        (&json!("token.assertion"), &json!("alice"))
    );
    assert!(record["reason"].as_str().expect("text").contains(PROVIDER));
}

#[tokio::test]
async fn an_id_jag_is_used_once_even_across_a_restart_and_in_parallel() {
    let scene = Scene::new().await;
    let assertion = scene.id_jag(&[]);
    let (one, two) = tokio::join!(scene.redeem(&assertion, &[]), scene.redeem(&assertion, &[]));
    let granted = [&one, &two]
        .into_iter()
        .filter(|answer| answer.status == 200);
    assert_eq!(granted.count(), 1);
    scene
        .redeem(&assertion, &[])
        .await
        .refuses(400, "invalid_grant");
    let issuers = {
        let mut config = scene.world.config.clone();
        config.trusted_issuers = vec![TrustedIssuer {
            issuer: PROVIDER.to_owned(),
            keys: scene.provider.keys(),
            trust: Trust::IdJag(IdJagTrust {
                users: [("00u1".to_owned(), Username::parse("alice").expect("a name"))].into(),
                claims: [].into(),
            }),
        }];
        config
    };
    let world = scene.world.restarted().await;
    world.issuer.reconfigure(issuers);
    let again = Scene { world, ..scene };
    again
        .redeem(&assertion, &[])
        .await
        .refuses(400, "invalid_grant");
    let fresh = again.id_jag(&[("jti", json!("j2"))]);
    assert_eq!(again.redeem(&fresh, &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_wrong_with_an_id_jag_is_refused() {
    let scene = Scene::new().await;
    let stranger = Signer::new();
    let claims = scene.id_jag_claims(&[]);
    let unsigned = {
        let text = scene.id_jag(&[]);
        let (signed, _) = text.rsplit_once('.').expect("signed");
        format!("{signed}.")
    };
    let symmetric = scene.provider.sign(
        &json!({ "alg": "HS256", "typ": "oauth-id-jag+jwt" }),
        &claims,
    );
    let none = scene.provider.sign(
        &json!({ "alg": "none", "typ": "oauth-id-jag+jwt" }),
        &claims,
    );
    let critical = json!({ "alg": "EdDSA", "typ": "oauth-id-jag+jwt", "crit": ["x"] });
    let expired = [("iat", json!(NOW - 400)), ("exp", json!(NOW - 100))];
    #[rustfmt::skip]
    let cases = [ // X-005..X-008, X-011
        ("signed by a stranger", stranger.typed("oauth-id-jag+jwt", &claims)),
        ("unsigned",             unsigned),
        ("symmetric",            symmetric),
        ("alg none",             none),
        ("critical extension",   scene.provider.sign(&critical, &claims)),
        ("unknown issuer",       scene.id_jag(&[("iss", json!("https://other.example"))])),
        ("issuer with a slash",  scene.id_jag(&[("iss", json!("https://idp.example/"))])),
        ("two audiences",        scene.id_jag(&[("aud", json!([ISSUER, "https://b.example"]))])),
        ("another audience",     scene.id_jag(&[("aud", json!("https://mcp.example/token"))])),
        ("another client",       scene.id_jag(&[("client_id", json!(scene.robot))])),
        ("unknown user",         scene.id_jag(&[("sub", json!("00u2"))])),
        ("a user's name",        scene.id_jag(&[("sub", json!("alice"))])),
        ("another tenant",       scene.id_jag(&[("tenant", json!("evil"))])),
        ("lives too long",       scene.id_jag(&[("exp", json!(NOW + 3_600))])),
        ("expired",              scene.id_jag(&expired)),
        ("no jti",               scene.id_jag(&[("jti", Value::Null)])),
        ("unknown resource",     scene.id_jag(&[("resource", json!("https://other.example/mcp"))])),
        ("no JWT",               "x".to_owned()),
        ("an access token",      scene.provider.typed("at+jwt", &claims)),
    ];
    for (name, assertion) in cases {
        let answer = scene.redeem(&assertion, &[]).await;
        assert_eq!(
            answer.json()["error"],
            "invalid_grant",
            "{name}: {}",
            answer.body
        );
        answer.refuses(400, "invalid_grant");
        assert!(
            !answer.body.contains(&assertion) || name == "no JWT",
            "{name}"
        );
    }
    let asked = [("resource", MAIL)];
    scene
        .redeem(&scene.id_jag(&[]), &asked)
        .await
        .refuses(400, "invalid_grant");
    let nothing = scene.id_jag(&[("scope", json!("files.read"))]);
    scene
        .redeem(&nothing, &[])
        .await
        .refuses(400, "invalid_scope");
    let in_query = format!("/token?assertion={}", scene.id_jag(&[]));
    scene
        .world
        .post(&in_query, &[])
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn the_client_of_an_id_jag_authenticates_and_registered_for_it() {
    let scene = Scene::new().await;
    let id = scene.editor.0.as_str();
    let assertion = scene.id_jag(&[]);
    let wrong = [("client_id", id), ("client_secret", "wrong")];
    scene
        .present(&assertion, &wrong)
        .await
        .refuses(401, "invalid_client");
    scene
        .present(&assertion, &[("client_id", id)])
        .await
        .refuses(401, "invalid_client");
    scene
        .present(&assertion, &[])
        .await
        .refuses(401, "invalid_client");
    let public = scene.world.client().await;
    let for_public = scene.id_jag(&[("client_id", json!(public))]);
    let identified = [("client_id", public.as_str())];
    scene
        .present(&for_public, &identified)
        .await
        .refuses(400, "unauthorized_client");
}

#[tokio::test]
async fn one_of_several_resources_is_chosen_by_the_request() {
    let scene = Scene::new().await;
    let both = |jti: &str| scene.id_jag(&[("resource", json!([FILES, MAIL])), ("jti", json!(jti))]);
    scene
        .redeem(&both("1"), &[])
        .await
        .refuses(400, "invalid_target");
    let chosen = scene.redeem(&both("2"), &[("resource", MAIL)]).await;
    assert_eq!(claims(&chosen.tokens().access)["aud"], MAIL);
    let open = scene.id_jag(&[("resource", Value::Null), ("jti", json!("3"))]);
    let chosen = scene
        .redeem(&open, &[("resource", MAIL), ("scope", "mcp:read")])
        .await;
    assert_eq!(chosen.tokens().scope, "mcp:read");
}

#[tokio::test]
async fn a_user_who_is_disabled_gets_nothing() {
    let scene = Scene::new().await;
    scene
        .world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    scene
        .redeem(&scene.id_jag(&[]), &[])
        .await
        .refuses(400, "invalid_grant"); // TK-18
}

#[tokio::test]
async fn a_workload_is_the_client_that_the_operator_says_and_needs_no_other_proof() {
    let scene = Scene::new().await;
    let claims_of = |jti: &str| scene.workload_claims(&[("jti", json!(jti))]);
    let untyped = json!({ "alg": "EdDSA", "kid": "k" });
    for (jti, assertion) in [
        ("1", scene.platform.sign(&untyped, &claims_of("1"))),
        ("2", scene.platform.typed("JWT", &claims_of("2"))),
    ] {
        let answer = scene.present(&assertion, &[("resource", FILES)]).await;
        assert_eq!(answer.status, 200, "{jti}: {}", answer.body);
        let said = claims(&answer.tokens().access);
        assert_eq!(said["sub"], format!("client:{}", scene.robot));
        assert_eq!(said["scope"], "mcp:read");
        assert_eq!(said["preferred_username"], Value::Null);
        scene
            .present(&assertion, &[])
            .await
            .refuses(400, "invalid_grant"); // once
    }
    #[rustfmt::skip]
    let cases: [(&str, Changes, Sent<'_>, &str); 5] = [
        ("another program",  vec![("sub", json!("web:front"))],         vec![], "invalid_grant"),
        ("for another",      vec![("aud", json!("https://b.example"))], vec![], "invalid_grant"),
        ("another client",   vec![], vec![("client_id", scene.editor.0.as_str())], "invalid_grant"),
        ("another server",   vec![], vec![("resource", MAIL)],          "invalid_target"),
        ("unknown scope",    vec![], vec![("scope", "admin")],          "invalid_scope"),
    ];
    for (name, changes, more, error) in cases {
        let assertion = scene
            .platform
            .typed("JWT", &scene.workload_claims(&changes));
        let answer = scene.present(&assertion, &more).await;
        assert_eq!(answer.json()["error"], error, "{name}: {}", answer.body);
    }
    let named = [("client_id", scene.robot.as_str())];
    let assertion = scene.platform.typed("JWT", &claims_of("3"));
    assert_eq!(scene.present(&assertion, &named).await.status, 200);
}

#[tokio::test]
async fn neither_kind_passes_as_the_other() {
    let scene = Scene::new().await;
    let workload = scene.workload_claims(&[]);
    let id_jag = scene.id_jag_claims(&[("sub", json!("jobs:nightly")), ("aud", json!(ISSUER))]);
    #[rustfmt::skip]
    let cases = [
        ("an ID-JAG of a platform",        scene.platform.typed("oauth-id-jag+jwt", &workload)),
        ("a provider's word on a program", scene.provider.typed("JWT", &id_jag)),
        ("said to be the platform's",      scene.provider.typed("JWT", &workload)),
    ];
    for (name, assertion) in cases {
        let answer = scene.redeem(&assertion, &[]).await;
        assert_eq!(
            answer.json()["error"],
            "invalid_grant",
            "{name}: {}",
            answer.body
        );
        let answer = scene.present(&assertion, &[]).await;
        assert_ne!(answer.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_platform_may_hand_the_same_assertion_out_again() {
    let scene = Scene::with(|issuers| {
        for issuer in issuers {
            if let Trust::Workload(trust) = &mut issuer.trust {
                trust.reusable = true;
            }
        }
    })
    .await;
    let assertion = scene.platform.typed("JWT", &scene.workload_claims(&[]));
    for _ in 0..2 {
        assert_eq!(scene.present(&assertion, &[]).await.status, 200);
    }
}

/// A host on this machine that serves keys and counts who asks.
fn serve(document: String) -> (url::Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            let _read = stream.read(&mut buffer);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let length = document.len();
            let answer = format!("{head}\r\ncontent-length: {length}\r\n\r\n{document}");
            let _written = stream.write_all(answer.as_bytes());
        }
    });
    (url.parse().expect("a URL"), asked)
}

#[tokio::test]
async fn keys_behind_a_url_are_fetched_once_and_kept() {
    let host = Signer::new();
    let (url, asked) = serve(host.document());
    let at = IssuerKeys::At(url);
    let scene = Scene::with(|issuers| issuers[0].keys = at).await;
    let sign = |jti: &str| {
        let claims = scene.id_jag_claims(&[("jti", json!(jti))]);
        host.typed("oauth-id-jag+jwt", &claims)
    };
    let (first, second) = (sign("1"), sign("2"));
    let (one, two) = tokio::join!(scene.redeem(&first, &[]), scene.redeem(&second, &[]));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "one asks, the other waits");
    let stranger = scene.id_jag(&[("jti", json!("3"))]);
    scene
        .redeem(&stranger, &[])
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "a known name is not asked for again"
    );
    scene.world.pass(Duration::from_secs(3_600));
    let later = [
        ("jti", json!("4")),
        ("iat", json!(NOW + 3_600)),
        ("exp", json!(NOW + 3_900)),
    ];
    let later = host.typed("oauth-id-jag+jwt", &scene.id_jag_claims(&later));
    assert_eq!(scene.redeem(&later, &[]).await.status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn keys_that_cannot_be_reached_are_no_refusal() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/keys", closed.local_addr().expect("an address"));
    drop(closed);
    let at = IssuerKeys::At(url.parse().expect("a URL"));
    let scene = Scene::with(|issuers| issuers[0].keys = at).await;
    let answer = scene.redeem(&scene.id_jag(&[]), &[]).await;
    answer.refuses(503, "temporarily_unavailable");
    assert_ne!(answer.header("retry-after"), "");
}

#[tokio::test]
async fn the_metadata_offers_assertions_where_somebody_is_trusted() {
    let scene = Scene::new().await;
    let document = || async {
        let path = "/.well-known/oauth-authorization-server";
        scene.world.get(path).await.json()
    };
    let trusted = document().await;
    assert_eq!(
        trusted["authorization_grant_profiles_supported"],
        json!(["urn:ietf:params:oauth:grant-profile:id-jag"])
    );
    let offered = |document: &Value| {
        let types = document["grant_types_supported"]
            .as_array()
            .expect("a list");
        types.contains(&json!(GRANT))
    };
    assert!(offered(&trusted));
    scene.world.issuer.reconfigure(scene.world.config.clone());
    let nobody = document().await;
    assert!(!offered(&nobody) && nobody["authorization_grant_profiles_supported"].is_null());
    let assertion = scene.id_jag(&[]);
    scene
        .redeem(&assertion, &[])
        .await
        .refuses(400, "unsupported_grant_type");
}

// RFC 9396, A-082: what the provider allows is no more than it says
#[tokio::test]
async fn an_id_jag_for_single_calls_becomes_a_token_for_these() {
    let enterprise = Scene::new().await;
    let calls = |server: &str| json!([{"type": "mcp_tool", "server": server, "tools": ["list_*"]}]);
    let assertion = |jti: &str, details: Value| {
        enterprise.id_jag(&[("jti", json!(jti)), ("authorization_details", details)])
    };
    let answer = enterprise
        .redeem(&assertion("a", calls("files")), &[])
        .await;
    let carried = &claims(&answer.tokens().access)["authorization_details"];
    assert_eq!(*carried, calls("files"));
    let less = json!([{"type": "mcp_tool", "server": "files", "tools": ["list_files"]}]);
    let text = less.to_string();
    let narrow = [("authorization_details", text.as_str())];
    let answer = enterprise
        .redeem(&assertion("b", calls("files")), &narrow)
        .await;
    let carried = &claims(&answer.tokens().access)["authorization_details"];
    assert_eq!(*carried, less);
    for (jti, details) in [
        ("c", calls("mail")),
        ("d", json!([{"type": "unknown"}])),
        ("e", Value::Null),
    ] {
        let refused = enterprise.redeem(&assertion(jti, details), &[]).await;
        assert_eq!(refused.status, 400, "{jti}: {}", refused.body);
    }
    let wide = json!([{"type": "mcp_tool", "server": "files", "tools": ["*"]}]).to_string();
    let wide = [("authorization_details", wide.as_str())];
    let refused = enterprise
        .redeem(&assertion("f", calls("files")), &wide)
        .await;
    refused.refuses(400, "invalid_authorization_details"); // TK-04
}
