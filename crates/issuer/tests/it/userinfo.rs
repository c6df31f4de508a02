//! `/userinfo` (OpenID Connect Core section 5.3, RFC 6750, RFC 9449 section 7).

use std::time::Duration;

use doorward_issuer::IssuerConfig;
use http::Method;
use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    holder::Holder,
    openid::{sign_in, text, who},
    world::{
        Answer, AuthorizeRequest, CALLBACK, FILES, ISSUER, VERIFIER, World, claims, config, request,
    },
};

async fn ask(world: &World, method: Method, headers: &[(&str, &str)]) -> Answer {
    let sent = request(method, "/userinfo", headers, String::new());
    world.send(sent).await
}

async fn told(world: &World, token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    ask(world, Method::GET, &[("authorization", &bearer)]).await
}

fn challenges(answer: &Answer) -> String {
    let lines = answer.headers.get_all("www-authenticate").iter();
    let lines: Vec<_> = lines.map(|line| line.to_str().expect("ASCII")).collect();
    lines.join(" | ")
}

#[tokio::test]
async fn a_client_is_told_what_its_scopes_name_and_no_more() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    for (scope, expected) in [
        ("openid", json!({})),
        (
            "openid profile email",
            json!({ "preferred_username": "alice" }),
        ),
    ] {
        let answer = sign_in(&world, &client, &who(&client, scope)).await;
        let mut expected: Value = expected;
        expected["sub"] = claims(&text(&answer, "id_token"))["sub"].clone();
        let bearer = format!("Bearer {}", text(&answer, "access_token"));
        for method in [Method::GET, Method::POST] {
            let headers = [
                ("authorization", bearer.as_str()),
                ("origin", "https://tool.example"),
            ];
            let told = ask(&world, method, &headers).await;
            assert_eq!((told.status.as_u16(), told.json()), (200, expected.clone()));
            assert_eq!(told.header("content-type"), "application/json");
            assert_eq!(told.header("cache-control"), "no-store");
            assert_eq!(told.header("access-control-allow-origin"), "*"); // A-012
        }
    }
    let audited = world.audited().await;
    assert!(audited.contains(&"userinfo allowed".to_owned()));
}

#[tokio::test]
async fn scripts_may_ask_before_they_call() {
    let world = World::new().await;
    let preflight = ask(
        &world,
        Method::OPTIONS,
        &[("origin", "https://tool.example")],
    )
    .await;
    assert_eq!(preflight.status, 204);
    let allowed = preflight.header("access-control-allow-headers");
    assert!(allowed.contains("Authorization") && allowed.contains("DPoP")); // interop 41
    let exposed = preflight.header("access-control-expose-headers");
    assert!(exposed.contains("WWW-Authenticate"));
    let wrong = ask(&world, Method::PUT, &[]).await;
    wrong.refuses(405, "invalid_request");
}

#[tokio::test]
async fn without_a_token_in_the_header_the_challenge_is_bare() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let answer = sign_in(&world, &client, &who(&client, "openid")).await;
    let token = text(&answer, "access_token");
    for (name, path, form) in [
        ("nothing", "/userinfo".to_owned(), vec![]),
        (
            "in the query",
            format!("/userinfo?access_token={token}"),
            vec![],
        ),
        (
            "in the form",
            "/userinfo".to_owned(),
            vec![("access_token", token.as_str())],
        ),
    ] {
        let refused = world.post(&path, &form).await;
        assert_eq!(refused.status, 401, "{name}: R-019");
        let algorithms = doorward_core::dpop::ALGORITHMS.join(" ");
        let bare = format!(
            "Bearer realm=\"doorward\", scope=\"openid\" | DPoP realm=\"doorward\", \
            scope=\"openid\", algs=\"{algorithms}\""
        );
        assert_eq!(challenges(&refused), bare, "{name}"); // R-011
        assert!(refused.json().get("error").is_none(), "{}", refused.body);
    }
    let bearer = format!("Bearer {token}");
    let twice = [
        ("authorization", bearer.as_str()),
        ("authorization", bearer.as_str()),
    ];
    let refused = ask(&world, Method::GET, &twice).await;
    refused.refuses(400, "invalid_request"); // GW-03
    assert!(challenges(&refused).contains("error=\"invalid_request\""));
    let path = format!("/userinfo?access_token={token}");
    let sent = request(Method::GET, &path, &twice[..1], String::new());
    world.send(sent).await.refuses(400, "invalid_request"); // R-011
    for (form, status) in [
        ([("access_token", token.as_str())], 400),
        ([("access_token", "")], 400),
        ([("other", "x")], 200),
    ] {
        let answer = world.post_with("/userinfo", &twice[..1], &form).await;
        assert_eq!(answer.status, status, "{}", answer.body); // R-011
    }
    let json = [twice[0], ("content-type", "application/json")];
    let body = r#"{"access_token":"x"}"#.to_owned();
    let sent = request(Method::POST, "/userinfo", &json, body);
    assert_eq!(world.send(sent).await.status, 200, "that is no parameter");
    let form = [
        twice[0],
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let sent = request(Method::POST, "/userinfo", &form, "a=%".to_owned());
    world.send(sent).await.refuses(400, "invalid_request"); // TK-15
}

#[tokio::test]
async fn while_nobody_knows_what_was_revoked_the_answer_is_to_come_again() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let answer = sign_in(&world, &client, &who(&client, "openid")).await;
    let token = text(&answer, "access_token");
    world.revocations.suspend();
    let unsure = told(&world, &token).await;
    unsure.refuses(503, "temporarily_unavailable"); // TK-18
    assert_ne!(unsure.header("retry-after"), "");
    assert_eq!(challenges(&unsure), "", "it is not to sign in again");
    told(&world, "x").await.refuses(401, "invalid_token");
    world.revocations.resume();
    assert_eq!(told(&world, &token).await.status, 200);
}

#[tokio::test]
async fn one_grant_is_not_asked_about_without_end_and_others_still_are() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let first = sign_in(&world, &client, &who(&client, "openid")).await;
    let other = sign_in(&world, &client, &who(&client, "openid")).await;
    let (first, other) = (text(&first, "access_token"), text(&other, "access_token"));
    for _ in 0..60 {
        assert_eq!(told(&world, &first).await.status, 200);
    }
    let put_off = told(&world, &first).await;
    put_off.refuses(429, "temporarily_unavailable"); // DS-05
    assert_eq!(put_off.header("retry-after"), "2");
    assert_eq!(told(&world, &other).await.status, 200);
    world.pass(Duration::from_secs(2));
    assert_eq!(told(&world, &first).await.status, 200);
    let records = world.audited().await;
    let allowed = records.iter().filter(|it| *it == "userinfo allowed");
    assert_eq!(allowed.count(), 62);
}

#[tokio::test]
async fn a_token_of_a_server_asks_nothing_here_though_its_client_may_know() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = who(&client, "mcp:read openid profile").set("resource", FILES);
    let answer = sign_in(&world, &client, &request).await;
    let refused = told(&world, &text(&answer, "access_token")).await;
    refused.refuses(401, "invalid_token"); // R-021
    assert!(challenges(&refused).contains("error=\"invalid_token\""));
    let plain = sign_in(&world, &client, &AuthorizeRequest::new(&client)).await;
    let refused = told(&world, &text(&plain, "access_token")).await;
    refused.refuses(401, "invalid_token");
    for token in ["x", &text(&answer, "refresh_token")] {
        told(&world, token).await.refuses(401, "invalid_token"); // TK-10
    }
}

#[tokio::test]
async fn a_token_that_left_openid_out_opens_nothing() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let answer = sign_in(&world, &client, &who(&client, "openid profile")).await;
    let less = [("scope", "profile")];
    let refreshed = world
        .refresh_with(&client, &text(&answer, "refresh_token"), &less)
        .await;
    assert_eq!(text(&refreshed, "id_token"), "");
    let refused = told(&world, &text(&refreshed, "access_token")).await;
    refused.refuses(403, "insufficient_scope");
    assert!(challenges(&refused).contains("scope=\"openid\""));
}

#[tokio::test]
async fn what_ended_tells_nothing_any_more() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let token = async || {
        let answer = sign_in(&world, &client, &who(&client, "openid")).await;
        (
            text(&answer, "access_token"),
            text(&answer, "refresh_token"),
        )
    };
    let (access, _) = token().await;
    world.pass(Duration::from_secs(599));
    assert_eq!(told(&world, &access).await.status, 200);
    world.pass(Duration::from_secs(1));
    told(&world, &access).await.refuses(401, "invalid_token"); // expired

    let (access, _) = token().await;
    let pairs = [("client_id", &*client), ("token", &access)];
    assert_eq!(world.post("/revoke", &pairs).await.status, 200);
    told(&world, &access).await.refuses(401, "invalid_token"); // A-078

    let (access, refresh) = token().await;
    let pairs = [("client_id", &*client), ("token", &refresh)];
    assert_eq!(world.post("/revoke", &pairs).await.status, 200);
    told(&world, &access).await.refuses(401, "invalid_token"); // TK-18

    let (access, _) = token().await;
    let again = world.restarted().await;
    assert_eq!(told(&again, &access).await.status, 200);
    again
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    told(&again, &access).await.refuses(401, "invalid_token"); // TK-18
    told(&world, &access).await.refuses(401, "invalid_token"); // and at every other process
}

async fn bound(world: &World, holder: &Holder, client: &str) -> String {
    let person = world.signed_in("alice").await;
    let code = person.allow(world, &who(client, "openid")).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &code.parameter("code")),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    let proof = holder.proof(world);
    let answer = world.post_with("/token", &[("dpop", &proof)], &pairs).await;
    assert_eq!(answer.json()["token_type"], "DPoP");
    text(&answer, "access_token")
}

fn proof(world: &World, holder: &Holder, token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use doorward_core::secret::Digest;
    let mut claims = holder.claims(world, "/userinfo");
    claims["htm"] = json!("GET");
    claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Digest::of(token).as_bytes()));
    claims
}

async fn prove(world: &World, token: &str, proof: &str) -> Answer {
    let token = format!("DPoP {token}");
    ask(
        world,
        Method::GET,
        &[("authorization", &token), ("dpop", proof)],
    )
    .await
}

#[tokio::test]
async fn a_bound_token_needs_its_key_and_each_proof_counts_once() {
    let (world, holder, thief) = (World::new().await, Holder::new(), Holder::new());
    let client = preregistered(&world).await;
    let token = bound(&world, &holder, &client).await;
    let good = holder.sign(&proof(&world, &holder, &token));
    assert_eq!(prove(&world, &token, &good).await.status, 200);
    let with = |name: &str, value: Value| {
        let mut claims = proof(&world, &holder, &token);
        claims[name] = value;
        holder.sign(&claims)
    };
    // X-021, TK-12
    let bad = [
        ("again", good),
        ("another key", thief.sign(&proof(&world, &thief, &token))),
        ("another method", with("htm", json!("POST"))),
        (
            "another endpoint",
            with("htu", json!(format!("{ISSUER}/token"))),
        ),
        ("another token", with("ath", json!("x"))),
    ];
    for (name, proof) in bad {
        let refused = prove(&world, &token, &proof).await;
        assert_eq!(refused.json()["error"], "invalid_dpop_proof", "{name}");
        assert!(challenges(&refused).starts_with("DPoP "), "{name}");
        refused.refuses(401, "invalid_dpop_proof");
    }
    let scheme = format!("DPoP {token}");
    let unproven = ask(&world, Method::GET, &[("authorization", &scheme)]).await;
    unproven.refuses(401, "invalid_dpop_proof");
    told(&world, &token).await.refuses(401, "invalid_token"); // X-021: as a bearer token

    let plain = sign_in(&world, &client, &who(&client, "openid")).await;
    let plain = text(&plain, "access_token");
    let proof = holder.sign(&proof(&world, &holder, &plain));
    prove(&world, &plain, &proof)
        .await
        .refuses(401, "invalid_token");
}

#[tokio::test]
async fn a_nonce_is_asked_for_where_it_is_demanded() {
    let world = World::with(IssuerConfig {
        dpop_nonces: true,
        ..config(ISSUER, &["files"])
    })
    .await;
    let (holder, client) = (Holder::new(), preregistered(&world).await);
    let person = world.signed_in("alice").await;
    let code = person.allow(&world, &who(&client, "openid")).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", &*client),
        ("code", &code.parameter("code")),
        ("code_verifier", VERIFIER),
    ];
    let proof_of = holder.proof(&world);
    let asked = world
        .post_with("/token", &[("dpop", &proof_of)], &pairs)
        .await;
    let nonce = asked.header("dpop-nonce").to_owned();
    let proof_of = holder.proof_with_nonce(&world, &nonce);
    let answer = world
        .post_with("/token", &[("dpop", &proof_of)], &pairs)
        .await;
    let token = text(&answer, "access_token");

    let without = holder.sign(&proof(&world, &holder, &token));
    let asked = prove(&world, &token, &without).await;
    asked.refuses(401, "use_dpop_nonce"); // RFC 9449 section 9
    let mut claims = proof(&world, &holder, &token);
    claims["nonce"] = json!(asked.header("dpop-nonce"));
    let answer = prove(&world, &token, &holder.sign(&claims)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn whoever_is_refused_without_end_does_not_fill_the_log() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let answer = sign_in(&world, &client, &who(&client, "openid")).await;
    let before = world.audited().await.len();
    for _ in 0..150 {
        told(&world, "x").await.refuses(401, "invalid_token");
    }
    assert_eq!(world.audited().await.len(), before + 121); // DS-05
    let good = told(&world, &text(&answer, "access_token")).await;
    assert_eq!(good.status, 200, "{}", good.body); // interop 17
}
