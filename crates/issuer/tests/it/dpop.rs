//! RFC 9449 at the token endpoint: tokens and codes that are worth nothing without a key.

use doorward_core::{
    client::{Client, ClientOrigin},
    clock::Clock,
    id::ClientId,
    redirect::RegisteredRedirect,
};
use doorward_issuer::IssuerConfig;
use http::Method;
use serde_json::json;

use crate::{
    holder::Holder,
    world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, VERIFIER, World, claims, config, request},
};

async fn redeem(world: &World, client: &str, code: &str, proof: &str) -> Answer {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    world.post_with("/token", &[("dpop", proof)], &pairs).await
}

async fn refresh(world: &World, client: &str, token: &str, proof: &str) -> Answer {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", token),
    ];
    world.post_with("/token", &[("dpop", proof)], &pairs).await
}

async fn demanding_nonces() -> World {
    World::with(IssuerConfig {
        dpop_nonces: true,
        ..config(ISSUER, &["files"])
    })
    .await
}

#[tokio::test]
async fn a_proof_binds_the_access_token_to_its_key() {
    let (world, holder) = (World::new().await, Holder::new());
    let client = world.client().await;
    let code = world.code(&client).await;
    let answer = redeem(&world, &client, &code, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["token_type"], "DPoP");
    let bound = claims(body["access_token"].as_str().expect("text"));
    assert_eq!(bound["cnf"], json!({ "jkt": holder.thumbprint() }));
    assert_eq!(answer.header("dpop-nonce"), "", "none is demanded");

    let plain = world.tokens(&client).await;
    assert!(claims(&plain.access).get("cnf").is_none());
}

#[tokio::test]
async fn a_bad_proof_is_refused_and_costs_nobody_the_code() {
    let (world, holder) = (World::new().await, Holder::new());
    let client = world.client().await;
    let code = world.code(&client).await;
    let with = |name: &str, value| {
        let mut claims = holder.claims(&world, "/token");
        claims[name] = value;
        holder.sign(&claims)
    };
    let now = 1_800_000_000;
    let good = holder.proof(&world);
    // X-018, TK-12
    let proofs = [
        ("no JWT", "proof".to_owned()),
        ("two in one header", format!("{good}, {good}")),
        ("another method", with("htm", json!("GET"))),
        (
            "another endpoint",
            with("htu", json!(format!("{ISSUER}/revoke"))),
        ),
        (
            "another issuer",
            with("htu", json!("https://evil.example/token")),
        ),
        ("stale", with("iat", json!(now - 301))),
        ("from the future", with("iat", json!(now + 301))),
        ("a damaged header", good.replacen("eyJ", "eyK", 1)),
    ];
    for (name, proof) in proofs {
        let answer = redeem(&world, &client, &code, &proof).await;
        assert_eq!(answer.json()["error"], "invalid_dpop_proof", "{name}");
        answer.refuses(400, "invalid_dpop_proof");
    }
    let pairs = [("grant_type", "refresh_token"), ("client_id", &*client)];
    let (one, other) = (holder.proof(&world), holder.proof(&world));
    let both = [("dpop", &*one), ("dpop", &*other)];
    let answer = world.post_with("/token", &both, &pairs).await;
    answer.refuses(400, "invalid_dpop_proof");
    let answer = redeem(&world, &client, &code, &good).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_proof_gets_something_once_and_at_no_restart_again() {
    let (world, holder) = (World::new().await, Holder::new());
    let client = world.client().await;
    let proof = holder.proof(&world);
    let refused = redeem(&world, &client, "unknown", &proof).await;
    refused.refuses(400, "invalid_grant"); // which costs nobody a write, DS-05
    let code = world.code(&client).await;
    let tokens = redeem(&world, &client, &code, &proof).await.tokens();
    let again = redeem(&world, &client, &world.code(&client).await, &proof).await;
    again.refuses(400, "invalid_dpop_proof"); // TK-12
    let restarted = world.restarted().await;
    let answer = refresh(&restarted, &client, &tokens.refresh, &proof).await;
    answer.refuses(400, "invalid_dpop_proof");
    let answer = refresh(&restarted, &client, &tokens.refresh, &holder.proof(&world)).await;
    assert_eq!(
        answer.status, 200,
        "nothing came of the proof: {}",
        answer.body
    );
}

#[tokio::test]
async fn a_request_that_is_repeated_with_its_proof_is_no_replay_of_its_code() {
    let (world, holder) = (World::new().await, Holder::new());
    let client = world.client().await;
    let (code, proof) = (world.code(&client).await, holder.proof(&world));
    let tokens = redeem(&world, &client, &code, &proof).await.tokens();
    let repeated = redeem(&world, &client, &code, &proof).await;
    repeated.refuses(400, "invalid_dpop_proof"); // TK-12
    let answer = refresh(&world, &client, &tokens.refresh, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "the grant lives: {}", answer.body);
}

#[tokio::test]
async fn a_pushed_request_uses_its_proof_up_and_a_refused_one_does_not() {
    let (world, holder) = (World::new().await, Holder::new());
    let request = AuthorizeRequest::new(&world.client().await);
    let proof = holder.sign(&holder.claims(&world, "/par"));
    let push = async |request: &AuthorizeRequest| {
        let headers = [("dpop", proof.as_str())];
        world.post_with("/par", &headers, &request.pairs()).await
    };
    let bad = request.clone().set("code_challenge_method", "plain");
    push(&bad).await.refuses(400, "invalid_request");
    assert_eq!(push(&request).await.status, 201);
    push(&request).await.refuses(400, "invalid_dpop_proof"); // TK-12
}

#[tokio::test]
async fn of_a_proof_sent_several_times_at_once_one_is_good() {
    let (world, holder) = (World::new().await, Holder::new());
    let client = world.client().await;
    let proof = holder.proof(&world);
    let codes = [world.code(&client).await, world.code(&client).await];
    let [one, other] = &codes;
    let answers = tokio::join!(
        redeem(&world, &client, one, &proof),
        redeem(&world, &client, other, &proof),
    );
    let good = [answers.0, answers.1]
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(good, 1, "TK-12");
}

#[tokio::test]
async fn a_nonce_is_asked_for_where_it_is_demanded_and_outlives_the_process() {
    let (world, holder) = (demanding_nonces().await, Holder::new());
    let client = world.client().await;
    let code = world.code(&client).await;
    let first = redeem(&world, &client, &code, &holder.proof(&world)).await;
    first.refuses(400, "use_dpop_nonce");
    let nonce = first.header("dpop-nonce").to_owned();
    assert!(!nonce.is_empty());

    let restarted = world.restarted().await;
    let proof = holder.proof_with_nonce(&restarted, &nonce);
    let answer = redeem(&restarted, &client, &code, &proof).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("dpop-nonce"), nonce, "RFC 9449 section 8.2");

    restarted.pass(std::time::Duration::from_secs(900));
    let code = restarted.code(&client).await;
    let proof = holder.proof_with_nonce(&restarted, &nonce);
    let stale = redeem(&restarted, &client, &code, &proof).await;
    stale.refuses(400, "use_dpop_nonce"); // TK-12
    assert_ne!(stale.header("dpop-nonce"), nonce);
    let bearer = restarted.redeem(&client, &code).await;
    assert_eq!(bearer.status, 200, "who proves nothing needs no nonce");
}

#[tokio::test]
async fn refresh_tokens_of_a_public_client_need_the_key_and_nothing_is_spent_without_it() {
    let (world, holder, thief) = (World::new().await, Holder::new(), Holder::new());
    let client = world.client().await;
    let code = world.code(&client).await;
    let tokens = redeem(&world, &client, &code, &holder.proof(&world))
        .await
        .tokens();
    let stolen = refresh(&world, &client, &tokens.refresh, &thief.proof(&world)).await;
    stolen.refuses(400, "invalid_dpop_proof"); // TK-12
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_dpop_proof");

    let answer = refresh(&world, &client, &tokens.refresh, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["token_type"], "DPoP");
    let next = answer.tokens();
    let repeated = refresh(&world, &client, &tokens.refresh, &holder.proof(&world)).await;
    assert_eq!(
        repeated.tokens().refresh,
        next.refresh,
        "A-054: the same key, the same successor"
    );
    let spied = refresh(&world, &client, &tokens.refresh, &thief.proof(&world)).await;
    spied.refuses(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn a_public_clients_grant_is_bound_to_the_first_key_that_it_proves() {
    let (world, holder) = (World::new().await, Holder::new());
    let client = world.client().await;
    let plain = world.tokens(&client).await;
    let answer = refresh(&world, &client, &plain.refresh, &holder.proof(&world)).await;
    assert_eq!(answer.json()["token_type"], "DPoP", "{}", answer.body);
    let bound = answer.tokens();
    world
        .refresh(&client, &bound.refresh)
        .await
        .refuses(400, "invalid_dpop_proof");
    let other = Holder::new();
    let answer = refresh(&world, &client, &bound.refresh, &other.proof(&world)).await;
    answer.refuses(400, "invalid_dpop_proof");
    let answer = refresh(&world, &client, &bound.refresh, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

// TK-02, TK-12
#[tokio::test]
async fn a_thief_who_binds_a_stolen_refresh_token_does_not_silence_its_owner() {
    let (world, thief) = (World::new().await, Holder::new());
    let client = world.client().await;
    let owner = world.tokens(&client).await;
    let stolen = refresh(&world, &client, &owner.refresh, &thief.proof(&world)).await;
    let stolen = stolen.tokens();

    let refused = world.refresh(&client, &owner.refresh).await;
    refused.refuses(400, "invalid_grant");
    let ended = refresh(&world, &client, &stolen.refresh, &thief.proof(&world)).await;
    ended.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_repetition_binds_nothing() {
    let (world, thief) = (World::new().await, Holder::new());
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    let repeated = refresh(&world, &client, &first.refresh, &thief.proof(&world)).await;
    assert_eq!(repeated.tokens().refresh, second.refresh, "A-054");
    let third = world.refresh(&client, &second.refresh).await;
    assert_eq!(third.status, 200, "{}", third.body);
}

#[tokio::test]
async fn a_confidential_client_may_change_its_key_with_every_refresh() {
    let (world, first, second) = (World::new().await, Holder::new(), Holder::new());
    let document = json!({
        "client_name": "Confidential",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_post",
    });
    let registered = world.register(&document).await.json();
    let text = |name: &str| registered[name].as_str().expect("text").to_owned();
    let (client, secret) = (text("client_id"), text("client_secret"));
    let code = world.code(&client).await;
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &*client),
        ("client_secret", &*secret),
        ("code", &*code),
        ("code_verifier", VERIFIER),
    ];
    let proof = first.proof(&world);
    let answer = world.post_with("/token", &[("dpop", &proof)], &pairs).await;
    let tokens = answer.tokens();
    pairs.truncate(3);
    pairs[0] = ("grant_type", "refresh_token");
    pairs.push(("refresh_token", &tokens.refresh));
    let proof = second.proof(&world);
    let answer = world.post_with("/token", &[("dpop", &proof)], &pairs).await;
    assert_eq!(answer.status, 200, "{}", answer.body); // RFC 9449 section 5
    let bound = claims(&answer.tokens().access);
    assert_eq!(bound["cnf"]["jkt"], json!(second.thumbprint()));
    let proof = first.proof(&world);
    let repeated = world.post_with("/token", &[("dpop", &proof)], &pairs).await;
    let bound = claims(&repeated.tokens().access);
    assert_eq!(
        bound["cnf"]["jkt"],
        json!(first.thumbprint()),
        "never a token of another key"
    );
}

#[tokio::test]
async fn a_code_is_bound_to_the_key_that_the_request_named() {
    let (world, holder, thief) = (World::new().await, Holder::new(), Holder::new());
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("dpop_jkt", holder.thumbprint().as_str());
    let code = person.allow(&world, &request).await.parameter("code");
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_dpop_proof");
    let stolen = redeem(&world, &client, &code, &thief.proof(&world)).await;
    stolen.refuses(400, "invalid_dpop_proof");
    let answer = redeem(&world, &client, &code, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_pushed_request_is_bound_to_the_key_that_was_proven_with_it() {
    let (world, holder, thief) = (World::new().await, Holder::new(), Holder::new());
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client);
    let proof = holder.sign(&holder.claims(&world, "/par"));
    let pushed = world
        .post_with("/par", &[("dpop", &proof)], &request.pairs())
        .await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let uri = pushed.json()["request_uri"]
        .as_str()
        .expect("text")
        .to_owned();
    let person = world.signed_in("alice").await;
    let reference = AuthorizeRequest::bare(&[("client_id", &client), ("request_uri", &uri)]);
    let code = person.allow(&world, &reference).await.parameter("code");
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_dpop_proof");
    let stolen = redeem(&world, &client, &code, &thief.proof(&world)).await;
    stolen.refuses(400, "invalid_dpop_proof");
    let answer = redeem(&world, &client, &code, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);

    let named = request.set("dpop_jkt", thief.thumbprint().as_str());
    let proof = holder.sign(&holder.claims(&world, "/par"));
    let answer = world
        .post_with("/par", &[("dpop", &proof)], &named.pairs())
        .await;
    answer.refuses(400, "invalid_dpop_proof"); // RFC 9449 section 10.1
    let misdirected = holder.proof(&world);
    let answer = world
        .post_with("/par", &[("dpop", &misdirected)], &named.pairs())
        .await;
    answer.refuses(400, "invalid_dpop_proof");
}

#[tokio::test]
async fn a_client_that_wants_only_bound_tokens_gets_no_others() {
    let (world, holder) = (World::new().await, Holder::new());
    let id = ClientId::from_known("careful");
    let mut careful = Client::public(id, ClientOrigin::Preregistered, world.clock.now());
    careful.redirects = vec![RegisteredRedirect::parse(CALLBACK).expect("valid")];
    careful.tokens.dpop_bound = true;
    let mut tx = world.store.begin().await.expect("opens");
    tx.add_client(&careful);
    tx.commit().await.expect("added");
    let code = world.code("careful").await;
    let unbound = world.redeem("careful", &code).await;
    unbound.refuses(400, "invalid_dpop_proof"); // RFC 9449 section 5.2
    let answer = redeem(&world, "careful", &code, &holder.proof(&world)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn browsers_may_send_proofs_and_read_nonces() {
    let (world, holder) = (demanding_nonces().await, Holder::new());
    let asked = request(Method::OPTIONS, "/token", &[], String::new());
    let preflight = world.send(asked).await;
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("DPoP")
    );
    let answer = redeem(&world, &world.client().await, "x", &holder.proof(&world)).await;
    assert!(
        answer
            .header("access-control-expose-headers")
            .contains("DPoP-Nonce")
    );
}

#[tokio::test]
async fn neither_proof_nor_nonce_is_recorded() {
    let (world, holder) = (demanding_nonces().await, Holder::new());
    let client = world.client().await;
    let code = world.code(&client).await;
    let proof = holder.proof(&world);
    let refused = redeem(&world, &client, &code, &proof).await;
    let nonce = refused.header("dpop-nonce").to_owned();
    let good = holder.proof_with_nonce(&world, &nonce);
    redeem(&world, &client, &code, &good).await.tokens();
    let records = format!("{:?}", world.audit_records().await);
    for secret in proof.split('.').chain(good.split('.')).chain([&*nonce]) {
        assert!(!records.contains(secret), "AD-07: {secret}");
    }
    assert!(
        records.contains("nonce of the DPoP-Nonce header"),
        "the reason is"
    );
}
