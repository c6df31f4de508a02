//! What strangers make this server fetch: it spares the hosts, and locks nobody out (RG-07).

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    client::{Client, ClientKeys, ClientOrigin, DocumentState, PrivateKey},
    id::ClientId,
    jwk::Algorithm,
    permit::Pattern,
    registration::Domains,
    secret::Digest,
};
use doorward_issuer::{IssuerConfig, StatementIssuer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    host::{Host, Reply},
    world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, World, config, request},
};

const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NOWHERE: &str = "HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n";

async fn begin_from(world: &World, network: u8, client: &str) -> Answer {
    let path = AuthorizeRequest::new(client).path();
    let sent = request(Method::GET, &path, &[], String::new());
    world.send_from(network, sent).await
}

/// Somebody in this network names a hundred clients of the host, none of which there is.
async fn attack(world: &World, host: &Host, network: u8) {
    guess(world, host, (network, 100)).await;
}

async fn guess(world: &World, host: &Host, (network, guesses): (u8, u32)) {
    for number in 0..guesses {
        let guess = format!("https://docs.example:{}/{network}/{number}.json", host.port);
        let refused = begin_from(world, network, &guess).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER);
    }
}

/// Nothing more is fetched for anybody who is not signed in: twenty networks see to it, each of
/// which does all that it may, and is refused in the end.
async fn siege(world: &World, host: &Host) {
    host.answers(Reply::Raw(NOWHERE.to_owned()));
    for network in 0..20 {
        guess(world, host, (network, 6)).await;
    }
    let unknown = format!("https://docs.example:{}/other.json", host.port);
    let refused = begin_from(world, 99, &unknown).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    host.says(json!({}));
}

#[tokio::test]
async fn guesses_of_one_network_reach_a_host_five_times_and_are_told_when_to_come_again() {
    let (world, host) = (World::new().await, Host::start().await);
    host.answers(Reply::Raw(NOWHERE.to_owned()));
    attack(&world, &host, 1).await;
    assert_eq!(host.asked(), 5); // RG-07
    let refused = begin_from(&world, 1, &host.client_id()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "60");
    assert!(refused.shows("Too many documents"), "{}", refused.body);
    let pairs = [
        ("client_id", &*host.client_id()),
        ("grant_type", "refresh_token"),
    ];
    let refused = world.post_from(1, "/token", &pairs).await;
    refused.refuses(429, "temporarily_unavailable"); // not 401: it would register anew, interop 18
    world.pass(Duration::from_secs(60));
    host.says(json!({}));
    assert_eq!(begin_from(&world, 1, &host.client_id()).await.status, 303);
}

#[tokio::test]
async fn a_new_client_gets_in_while_another_network_guesses_at_its_host() {
    let (world, host) = (World::new().await, Host::start().await);
    host.answers(Reply::Raw(NOWHERE.to_owned()));
    attack(&world, &host, 1).await;
    host.says(json!({}));
    world.tokens(&host.client_id()).await; // RG-07
}

// RG-07, interop 17
#[tokio::test]
async fn a_host_that_the_operator_named_is_met_although_a_neighbour_guesses_there() {
    let named = Domains {
        allow: vec![Pattern::new("*"), Pattern::new("docs.example")],
        ..Domains::default()
    };
    let world = World::with(IssuerConfig {
        client_documents: Some(named),
        ..config(ISSUER, &["files"])
    })
    .await;
    let host = Host::start().await;
    host.answers(Reply::Raw(NOWHERE.to_owned()));
    attack(&world, &host, 1).await;
    host.says(json!({}));
    assert_eq!(begin_from(&world, 1, &host.client_id()).await.status, 303);
}

#[tokio::test]
async fn whoever_is_signed_in_brings_a_new_client_even_when_every_quota_is_used_up() {
    let (world, host) = (World::new().await, Host::start().await);
    let mut person = world.signed_in("alice").await;
    siege(&world, &host).await;
    let request = AuthorizeRequest::new(&host.client_id());
    person.consent_page(&world, &request).await;
}

#[tokio::test]
async fn a_good_document_costs_nothing_however_often_one_network_brings_one() {
    let world = World::new().await;
    for _ in 0..40 {
        let host = Host::start().await;
        assert_eq!(begin_from(&world, 1, &host.client_id()).await.status, 303); // interop 17
    }
}

#[tokio::test]
async fn a_client_in_use_is_looked_after_whatever_strangers_do() {
    let (world, host) = (World::new().await, Host::start().await);
    let tokens = world.tokens(&host.client_id()).await;
    world.pass(HOUR);
    siege(&world, &host).await;
    let asked = host.asked();
    host.says(json!({ "redirect_uris": ["https://client.example/moved"] }));
    let refreshed = world.refresh(&host.client_id(), &tokens.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    assert_eq!(host.asked(), asked + 1, "its document is read anew");
    let client = world.administration.client(&host.client_id()).await;
    let redirects = client.expect("known").redirects;
    assert_eq!(
        redirects.first().expect("one").as_str(),
        "https://client.example/moved"
    );
}

/// Somebody's key.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(crate) fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    pub(crate) fn set(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x }] })
    }

    fn sign(&self, kid: &str, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "EdDSA", "kid": kid });
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub(crate) fn assertion(&self, kid: &str, client: &str, jti: &str) -> String {
        let exp = 1_800_000_060;
        let claims = json!({ "iss": client, "sub": client, "aud": ISSUER, "exp": exp, "jti": jti });
        self.sign(kid, &claims)
    }
}

async fn asserting(world: &World, network: u8, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    pairs.extend_from_slice(more);
    world.post_from(network, "/token", &pairs).await
}

#[tokio::test]
async fn keys_of_clients_in_use_and_of_configured_issuers_are_fetched_during_a_siege() {
    let (signer, host) = (Signer::new(), Host::start().await);
    let vouching = Host::start().await;
    vouching.answers_keys(Reply::Json(signer.set(), ""));
    let trusted = StatementIssuer {
        issuer: "https://registry.example".to_owned(),
        key: PrivateKey {
            keys: ClientKeys::At(vouching.jwks_uri()),
            algorithms: vec![Algorithm::EdDsa],
        },
    };
    let world = World::with(IssuerConfig {
        statement_issuers: vec![trusted],
        ..config(ISSUER, &["files"])
    })
    .await;
    let members =
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": host.jwks_uri() });
    host.says(members.clone());
    host.answers_keys(Reply::Json(signer.set(), ""));
    let client = host.client_id();
    let code = world.code(&client).await;
    let world = world.restarted().await; // no key is remembered
    siege(&world, &host).await;
    host.says(members);
    let (assertion, verifier) = (signer.assertion("k", &client, "1"), crate::world::VERIFIER);
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", verifier),
    ];
    let issued = asserting(&world, 1, &assertion, &grant).await;
    assert_eq!(issued.status, 200, "{}", issued.body);

    let statement = signer.sign(
        "k",
        &json!({ "iss": "https://registry.example", "software_id": "1" }),
    );
    let document = json!({ "redirect_uris": [CALLBACK], "software_statement": statement });
    let registered = world.register(&document).await;
    assert_eq!(registered.status, 201, "{}", registered.body);
}

#[tokio::test]
async fn assertions_that_nobody_signed_do_not_make_this_server_hammer_the_host_of_the_keys() {
    let (world, signer, host) = (World::new().await, Signer::new(), Host::start().await);
    host.answers_keys(Reply::Json(signer.set(), ""));
    for number in 0..40 {
        // A key set answers under any query, so good answers must not be free.
        let document = json!({
            "client_name": format!("Client {number}"),
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": format!("{}?{number}", host.jwks_uri()),
        });
        let registered = world.register(&document).await.json();
        let client = registered["client_id"].as_str().expect("text").to_owned();
        let forged = Signer::new().assertion("other", &client, "1");
        let grant = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let refused = asserting(&world, 1, &forged, &grant).await;
        let expected = if number < 5 { 401 } else { 429 };
        assert_eq!(refused.status, expected, "{number}: {}", refused.body);
    }
    assert_eq!(host.asked(), 5); // RG-07
}

#[tokio::test]
async fn a_full_table_of_unused_clients_turns_no_new_one_away() {
    let (world, host) = (World::new().await, Host::start().await);
    let mut tx = world.store.begin().await.expect("opens");
    for number in 0..10_000 {
        let id = ClientId::from_known(format!("https://junk.example/{number}"));
        let now = world.now();
        tx.add_client(&Client {
            document: Some(DocumentState {
                digest: Digest::of(id.as_str()),
                etag: None,
                confirmed_at: now,
                fresh_until: now,
            }),
            ..Client::public(id, ClientOrigin::MetadataDocument, now)
        });
    }
    tx.commit().await.expect("written");
    world.pass(Duration::from_secs(691)); // nobody is at it any more
    world.tokens(&host.client_id()).await; // RG-08
    let clients = world.administration.clients().await.expect("listed");
    assert!(clients.len() < 10_000, "the oldest went: {}", clients.len());
}

#[tokio::test]
async fn new_clients_of_one_network_are_counted_like_registrations() {
    let world = World::new().await;
    let mut hosts = Vec::new();
    for _ in 0..61 {
        hosts.push(Host::start().await);
    }
    let last = hosts.pop().expect("one more");
    for host in &hosts {
        assert_eq!(begin_from(&world, 1, &host.client_id()).await.status, 303);
    }
    let refused = begin_from(&world, 1, &last.client_id()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(
        begin_from(&world, 2, &last.client_id()).await.status,
        303,
        "others"
    );
    let first = hosts.first().expect("one");
    assert_eq!(
        begin_from(&world, 1, &first.client_id()).await.status,
        303,
        "who is known"
    );
}
