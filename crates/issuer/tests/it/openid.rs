//! OpenID Connect Core 1.0: a person signs in to a small tool, which learns who that is.

use std::time::Duration;

use doorward_core::{
    jwk::Algorithm,
    jws::UnverifiedJws,
    openid::{ID_TOKEN_TYPE, access_token_hash},
    rotation::Schedule,
};
use doorward_issuer::{IssuerConfig, NewClient};
use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    world::{
        Answer, AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, PASSWORD, VERIFIER, World, claims,
        config,
    },
};

pub(crate) const USERINFO: &str = "https://mcp.example/userinfo";
const SIGNED_IN_AT: i64 = 1_800_000_000;

/// A request that wants to know who somebody is, and nothing else.
pub(crate) fn who(client: &str, scope: &str) -> AuthorizeRequest {
    AuthorizeRequest::new(client)
        .without("resource")
        .set("scope", scope)
        .set("nonce", "n-0S6_WzA2Mj")
}

/// `alice` allows it, or did before, forty seconds after she signed in.
pub(crate) async fn sign_in(world: &World, client: &str, request: &AuthorizeRequest) -> Answer {
    let mut person = world.signed_in("alice").await;
    world.pass(Duration::from_secs(40));
    let mut answer = person.get(world, &request.path()).await;
    if !answer.location().starts_with(CALLBACK) {
        let page = person.get(world, &answer.location()).await;
        answer = person.answer(world, &page, &[("decision", "allow")]).await;
    }
    let redeemed = world.redeem(client, &answer.parameter("code")).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    redeemed
}

pub(crate) fn text(answer: &Answer, member: &str) -> String {
    answer.json()[member]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The verified claims of the ID token in a token response.
fn id_token(world: &World, answer: &Answer) -> Value {
    world.verified(&text(answer, "id_token"), ID_TOKEN_TYPE)
}

async fn off() -> World {
    World::with(IssuerConfig {
        openid: false,
        ..config(ISSUER, &["files"])
    })
    .await
}

#[tokio::test]
async fn a_tool_learns_who_signed_in_and_gets_a_token_for_nothing_else() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let answer = sign_in(&world, &client, &who(&client, "openid")).await;
    let access = claims(&text(&answer, "access_token"));
    assert_eq!(access["aud"], USERINFO);
    assert!(access.get("preferred_username").is_none(), "nor a name");
    assert_eq!(
        (&access["scope"], text(&answer, "scope")),
        (&json!("openid"), "openid".to_owned())
    );
    let told = id_token(&world, &answer);
    let expected = json!({
        "iss": ISSUER,
        "sub": access["sub"],
        "aud": client,
        "iat": SIGNED_IN_AT + 40,
        "exp": SIGNED_IN_AT + 640,
        "auth_time": SIGNED_IN_AT,
        "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:doorward:acr:password",
        "amr": ["pwd"], // RFC 8176
        "at_hash": access_token_hash(Algorithm::Es256, &text(&answer, "access_token")),
    });
    assert_eq!(told, expected, "and no name, no email, no azp");
}

#[tokio::test]
async fn the_sign_in_name_is_told_with_profile_alone_and_what_is_not_known_never() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let habit = "openid profile email address phone offline_access";
    let refused = world.signed_in("alice").await;
    let unknown = who(&client, habit);
    let answer = refused.clone().get(&world, &unknown.path()).await;
    assert_eq!(answer.parameter("error"), "invalid_scope", "phone, AZ-17");
    let answer = sign_in(&world, &client, &who(&client, "openid profile email")).await;
    assert_eq!(text(&answer, "scope"), "openid profile");
    let told = id_token(&world, &answer);
    assert_eq!(told["preferred_username"], "alice");
    assert!(told.get("email").is_none() && told.get("name").is_none());
}

#[tokio::test]
async fn beside_a_server_the_access_token_is_for_the_server_alone() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let habit = "mcp:read openid profile email offline_access"; // interop 9
    let answer = sign_in(
        &world,
        &client,
        &AuthorizeRequest::new(&client).set("scope", habit),
    )
    .await;
    let access = claims(&text(&answer, "access_token"));
    assert_eq!(
        (&access["aud"], &access["scope"]),
        (&json!(FILES), &json!("mcp:read"))
    );
    assert_eq!(text(&answer, "scope"), "mcp:read");
    let told = id_token(&world, &answer);
    assert_eq!(
        (&told["sub"], &told["aud"]),
        (&access["sub"], &json!(client))
    );
    assert!(told.get("nonce").is_none(), "none was sent");
}

#[tokio::test]
async fn a_refresh_tells_the_same_person_again_and_no_nonce() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    for request in [
        who(&client, "openid profile"),
        who(&client, "openid profile").set("resource", FILES),
    ] {
        let first = sign_in(&world, &client, &request).await;
        let before = id_token(&world, &first);
        world.pass(Duration::from_secs(60));
        let second = world.refresh(&client, &text(&first, "refresh_token")).await;
        let after = id_token(&world, &second);
        for same in [
            "iss",
            "sub",
            "aud",
            "auth_time",
            "acr",
            "amr",
            "preferred_username",
        ] {
            assert_eq!(before[same], after[same], "{same}"); // Core section 12.2
        }
        assert_eq!(after["iat"], before["iat"].as_i64().expect("a number") + 60);
        assert!(after.get("nonce").is_none());
        let hash = access_token_hash(Algorithm::Es256, &text(&second, "access_token"));
        assert_eq!(after["at_hash"], hash);

        // A lost answer: the same tokens, and an ID token that goes with them.
        let again = world.refresh(&client, &text(&first, "refresh_token")).await;
        assert_eq!(text(&again, "access_token"), text(&second, "access_token"));
        assert_eq!(id_token(&world, &again)["at_hash"], hash);

        let name_left_out = [("scope", "openid")];
        let refresh = text(&second, "refresh_token");
        let third = world.refresh_with(&client, &refresh, &name_left_out).await;
        assert!(id_token(&world, &third).get("preferred_username").is_none());
    }
}

#[tokio::test]
async fn a_refresh_that_wants_servers_alone_tells_nobody() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = AuthorizeRequest::new(&client).set("scope", "mcp:write openid");
    let first = sign_in(&world, &client, &request).await;
    let narrow = [("scope", "mcp:read")];
    let refresh = text(&first, "refresh_token");
    let refreshed = world.refresh_with(&client, &refresh, &narrow).await;
    assert_eq!(text(&refreshed, "scope"), "mcp:read");
    assert_eq!(text(&refreshed, "id_token"), "");
}

#[tokio::test]
async fn whoever_steals_a_code_cannot_put_a_nonce_into_it() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let person = world.signed_in("alice").await;
    let code = person.allow(&world, &who(&client, "openid")).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", &*client),
        ("code", &code.parameter("code")),
        ("code_verifier", VERIFIER),
        ("nonce", "of the thief"),
        ("scope", "openid profile"),
    ];
    let answer = world.post("/token", &pairs).await;
    let told = id_token(&world, &answer);
    assert_eq!(told["nonce"], "n-0S6_WzA2Mj"); // AZ-08
    assert!(told.get("preferred_username").is_none(), "nor more claims");

    let request = who(&client, "openid")
        .set("nonce", "two")
        .add("nonce", "three");
    let refused = person.clone().get(&world, &request.path()).await;
    assert_eq!(refused.parameter("error"), "invalid_request"); // AZ-11
}

#[tokio::test]
async fn a_pushed_nonce_counts_and_one_beside_it_does_not() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let pushed = world.post("/par", &who(&client, "openid").pairs()).await;
    let uri = text(&pushed, "request_uri");
    let request = AuthorizeRequest::bare(&[
        ("client_id", &client),
        ("request_uri", &uri),
        ("nonce", "another"),
    ]);
    let answer = sign_in(&world, &client, &request).await;
    assert_eq!(id_token(&world, &answer)["nonce"], "n-0S6_WzA2Mj");
}

#[tokio::test]
async fn id_tokens_are_signed_as_the_metadata_and_the_registration_say() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let world = World::with(IssuerConfig {
            keys: Schedule {
                algorithm,
                every: None,
            },
            ..config(ISSUER, &["files"])
        })
        .await;
        let document = json!({
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
            "id_token_signed_response_alg": "HS256",
            "subject_type": "pairwise",
        });
        let registered = world.register(&document).await;
        assert_eq!(registered.status, 201, "{}", registered.body);
        let name = algorithm.as_str();
        assert_eq!(text(&registered, "id_token_signed_response_alg"), name);
        assert_eq!(text(&registered, "subject_type"), "public");
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        assert_eq!(
            metadata["id_token_signing_alg_values_supported"],
            json!([name])
        );

        let client = text(&registered, "client_id");
        let answer = sign_in(&world, &client, &who(&client, "openid")).await;
        let token = text(&answer, "id_token");
        let jws = UnverifiedJws::parse(&token, 16 * 1024).expect("a JWS");
        assert_eq!(jws.algorithm(), algorithm); // TK-08
        let hash = access_token_hash(algorithm, &text(&answer, "access_token"));
        assert_eq!(id_token(&world, &answer)["at_hash"], hash);
    }
}

#[tokio::test]
async fn another_algorithm_is_named_as_soon_as_its_key_is_announced() {
    let world = World::new().await;
    let announced = async || {
        let metadata = world.get("/.well-known/openid-configuration").await.json();
        metadata["id_token_signing_alg_values_supported"].clone()
    };
    let mut config = world.config.clone();
    config.keys.algorithm = Algorithm::Rs256;
    world.issuer.reconfigure(config);
    let _ = world.issuer.tend_keys().await.expect("a working store");
    assert_eq!(announced().await, json!(["ES256", "RS256"]));
    let client = preregistered(&world).await;
    let signed_with = async || {
        let answer = sign_in(&world, &client, &who(&client, "openid")).await;
        let token = text(&answer, "id_token");
        UnverifiedJws::parse(&token, 16 * 1024)
            .expect("a JWS")
            .algorithm()
    };
    assert_eq!(signed_with().await, Algorithm::Es256, "not yet");
    world.pass(doorward_core::rotation::PUBLISH_BEFORE_USE);
    assert_eq!(signed_with().await, Algorithm::Rs256, "named before");
    let _ = world.issuer.tend_keys().await.expect("a working store");
    assert_eq!(announced().await, json!(["RS256"]));
}

#[tokio::test]
async fn an_id_token_is_no_access_token_anywhere() {
    let world = World::new().await;
    let (client, secret) = world
        .registered(NewClient {
            name: "Tool".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            confidential: true,
            grants: vec![
                doorward_core::client::GrantType::AuthorizationCode,
                doorward_core::client::GrantType::TokenExchange,
            ],
            ..NewClient::default()
        })
        .await;
    let person = world.signed_in("alice").await;
    let request = who(&client, "openid").set("resource", FILES);
    let code = person.allow(&world, &request).await.parameter("code");
    let credentials = [("client_id", &*client), ("client_secret", &*secret)];
    let ask = async |path: &str, pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = credentials.iter().chain(pairs).copied().collect();
        world.post(path, &pairs).await
    };
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let answer = ask("/token", &redeem).await;
    let (token, access) = (text(&answer, "id_token"), text(&answer, "access_token"));

    let bearer = format!("Bearer {token}");
    for path in ["/userinfo", "/register/x"] {
        let headers = [("authorization", bearer.as_str())];
        let sent = crate::world::request(http::Method::GET, path, &headers, String::new());
        world.send(sent).await.refuses(401, "invalid_token"); // TK-10
    }
    let told = ask("/introspect", &[("token", &token)]).await;
    assert_eq!(told.json(), json!({ "active": false })); // TK-10
    assert_eq!(ask("/revoke", &[("token", &token)]).await.status, 200);
    let told = ask("/introspect", &[("token", &access)]).await;
    assert_eq!(told.json()["active"], true, "nothing was revoked");
    let exchange = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", &*token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    ask("/token", &exchange)
        .await
        .refuses(400, "invalid_request"); // TK-07
}

#[tokio::test]
async fn a_token_for_userinfo_is_exchanged_into_nothing() {
    let world = World::new().await;
    let (client, secret) = world
        .registered(NewClient {
            name: "Tool".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            confidential: true,
            grants: vec![
                doorward_core::client::GrantType::AuthorizationCode,
                doorward_core::client::GrantType::TokenExchange,
            ],
            ..NewClient::default()
        })
        .await;
    let person = world.signed_in("alice").await;
    let code = person.allow(&world, &who(&client, "openid")).await;
    let redeem = [
        ("grant_type", "authorization_code"),
        ("client_id", &*client),
        ("client_secret", &*secret),
        ("code", &code.parameter("code")),
        ("code_verifier", VERIFIER),
    ];
    let answer = world.post("/token", &redeem).await;
    let access = text(&answer, "access_token");
    for resource in [FILES, USERINFO, ""] {
        let exchange = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("client_id", &*client),
            ("client_secret", &*secret),
            ("subject_token", &*access),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
            ("resource", resource),
        ];
        let refused = world.post("/token", &exchange).await;
        refused.refuses(400, "invalid_target"); // TK-06
    }
}

#[tokio::test]
async fn the_page_says_in_plain_words_what_the_client_learns() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &who(&client, "openid profile"))
        .await;
    for told in [
        "Sign in to <q>Desk</q>?",
        "It learns who you are",
        "your sign-in name, <strong>alice</strong>",
        "It may use none of the servers here",
    ] {
        assert!(page.shows(told), "{told}: {}", page.body);
    }
    assert!(!page.shows("What it may use") && !page.shows(USERINFO));

    let both = who(&client, "mcp:write openid").set("resource", FILES);
    let page = person.consent_page(&world, &both).await;
    assert!(page.shows("Allow <q>Desk</q> to act for you?"));
    assert!(page.shows("It learns who you are") && page.shows("The files server"));
    assert!(!page.shows("your sign-in name,"), "that was not asked");

    let plain = AuthorizeRequest::new(&client);
    let page = person.consent_page(&world, &plain).await;
    assert!(!page.shows("It learns who you are"));
}

#[tokio::test]
async fn who_somebody_is_needs_consent_of_its_own() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &AuthorizeRequest::new(&client)).await;
    let more = AuthorizeRequest::new(&client)
        .set("scope", "mcp:read openid")
        .set("prompt", "none");
    let refused = person.get(&world, &more.path()).await;
    assert_eq!(refused.parameter("error"), "consent_required"); // CO-05
    let alone = who(&client, "openid").set("prompt", "none");
    let refused = person.get(&world, &alone.path()).await;
    assert_eq!(refused.parameter("error"), "consent_required");

    person.allow(&world, &who(&client, "openid")).await;
    let again = person.get(&world, &alone.path()).await;
    assert!(again.parameter("code").starts_with("dwk_"));
    let name = who(&client, "openid profile").set("prompt", "none");
    let refused = person.get(&world, &name.path()).await;
    assert_eq!(refused.parameter("error"), "consent_required", "more");
}

#[tokio::test]
async fn who_lets_a_client_use_a_server_need_not_say_who_they_are() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = who(&client, "mcp:read openid profile").set("resource", FILES);
    let page = person.consent_page(&world, &request).await;
    assert!(page.shows("name=\"person\" id=\"person\" value=\"tell\" checked"));
    let again = person
        .get(&world, &format!("/consent?flow={}", page.field("flow")))
        .await;
    assert_eq!(again.status, 200, "a second look spoils nothing"); // CO-10
    let unticked = [("decision", "allow"), ("person", "")];
    let answer = person.answer(&world, &page, &unticked).await;
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    assert_eq!(text(&redeemed, "scope"), "mcp:read");
    assert_eq!(text(&redeemed, "id_token"), "");
    let refreshed = world
        .refresh(&client, &text(&redeemed, "refresh_token"))
        .await;
    assert_eq!(text(&refreshed, "id_token"), "", "nor later");
    let quiet = request.clone().set("prompt", "none");
    let refused = person.get(&world, &quiet.path()).await;
    assert_eq!(
        refused.parameter("error"),
        "consent_required",
        "nor silently"
    );

    // Where nothing else is asked there is no box, and Allow means what the page says.
    let alone = who(&client, "openid profile");
    let page = person.consent_page(&world, &alone).await;
    assert!(!page.shows("name=\"person\""));
    let answer = person.answer(&world, &page, &unticked).await;
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    assert_eq!(text(&redeemed, "scope"), "openid profile");
    // A box that the page does not have gives nothing that was not asked for.
    let plain = AuthorizeRequest::new(&client)
        .set("scope", "mcp:read")
        .set("prompt", "consent");
    let page = person.consent_page(&world, &plain).await;
    let forged = [("decision", "allow"), ("person", "tell")];
    let answer = person.answer(&world, &page, &forged).await;
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    assert_eq!(text(&redeemed, "id_token"), ""); // CO-09
}

#[tokio::test]
async fn reading_only_is_said_of_servers_and_leaves_the_person_as_asked() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = who(&client, "mcp:write openid").set("resource", FILES);
    let page = person.consent_page(&world, &request).await;
    let less = [("decision", "allow"), ("limit", "read")];
    let answer = person.answer(&world, &page, &less).await;
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    assert_eq!(text(&redeemed, "scope"), "mcp:read");
    assert_ne!(text(&redeemed, "id_token"), "");
}

#[tokio::test]
async fn max_age_shows_in_the_id_token() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    world.pass(Duration::from_secs(400));
    let request = who(&client, "openid").set("max_age", "300");
    let begun = person.get(&world, &request.path()).await;
    let flow = begun.location();
    let flow = flow
        .strip_prefix("/login?flow=")
        .expect("to the sign-in page");
    let next = person.sign_in(&world, "alice", PASSWORD, flow).await;
    let page = person.get(&world, &next.location()).await;
    let answer = person.answer(&world, &page, &[("decision", "allow")]).await;
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    let told = id_token(&world, &redeemed);
    assert_eq!(told["auth_time"], SIGNED_IN_AT + 400);
}

#[tokio::test]
async fn several_servers_are_chosen_as_ever_beside_openid() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = who(&client, "mcp:read openid")
        .set("resource", FILES)
        .add("resource", MAIL);
    let page = person.consent_page(&world, &request).await;
    let choice = [("decision", "allow"), ("server", MAIL)];
    let answer = person.answer(&world, &page, &choice).await;
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    assert_eq!(claims(&text(&redeemed, "access_token"))["aud"], MAIL);
    assert_ne!(text(&redeemed, "id_token"), "");
}

#[tokio::test]
async fn turned_off_it_is_neither_promised_nor_there() {
    let world = off().await;
    let client = preregistered(&world).await;
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    for member in [
        "userinfo_endpoint",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "claims_supported",
        "claims_parameter_supported",
    ] {
        assert!(metadata.get(member).is_none(), "{member}");
    }
    assert_eq!(
        metadata["scopes_supported"],
        json!(["mcp:read", "mcp:write"])
    );
    for method in [http::Method::GET, http::Method::POST] {
        let sent = crate::world::request(method, "/userinfo", &[], String::new());
        world.send(sent).await.refuses(404, "not_found");
    }
    let answer = sign_in(&world, &client, &who(&client, "openid profile email")).await;
    assert_eq!(text(&answer, "scope"), "mcp:read mcp:write", "interop 9");
    assert_eq!(claims(&text(&answer, "access_token"))["aud"], FILES);
    assert_eq!(text(&answer, "id_token"), "");
}

// interop 9
#[tokio::test]
async fn a_client_that_registered_itself_asks_for_userinfo_by_name_alone() {
    let world = World::new().await;
    let client = world.client().await;
    let fallback = "openid email profile";
    let answer = sign_in(&world, &client, &who(&client, fallback)).await;
    let access = claims(&text(&answer, "access_token"));
    assert_eq!(
        (&access["aud"], &access["scope"]),
        (&json!(FILES), &json!("mcp:read mcp:write"))
    );
    let told = id_token(&world, &answer);
    assert_eq!(told["preferred_username"], "alice");

    let named = who(&client, fallback).set("resource", USERINFO);
    let answer = sign_in(&world, &client, &named).await;
    let access = claims(&text(&answer, "access_token"));
    assert_eq!(
        (&access["aud"], &access["scope"]),
        (&json!(USERINFO), &json!("openid profile"))
    );
}

#[tokio::test]
async fn scopes_of_servers_beside_userinfo_are_refused_at_once() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = who(&client, "openid mcp:read").set("resource", USERINFO);
    let refused = person.get(&world, &request.path()).await;
    assert_eq!(refused.parameter("error"), "invalid_target"); // AZ-17
    let request = who(&client, "openid").set("nonce", "n\u{0}");
    let refused = person.get(&world, &request.path()).await;
    assert_eq!(refused.parameter("error"), "invalid_request", "nonce");
}

#[tokio::test]
async fn the_registration_says_what_it_asked_for_about_people() {
    let world = World::new().await;
    let scope = async |world: &World, asked: Option<&str>| {
        let mut document = json!({
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
        });
        if let Some(asked) = asked {
            document["scope"] = json!(asked);
        }
        let registered = world.register(&document).await;
        assert_eq!(registered.status, 201, "{}", registered.body);
        text(&registered, "scope")
    };
    let cases = [
        (None, "mcp:read mcp:write"),
        (Some("mcp:read offline_access"), "mcp:read mcp:write"),
        (Some("profile email"), "mcp:read mcp:write"),
        (Some("openid"), "mcp:read mcp:write openid"),
        (
            Some("openid profile email"),
            "mcp:read mcp:write openid profile",
        ),
        (Some("anything \"at all"), "mcp:read mcp:write"), // interop 8
    ];
    for (asked, expected) in cases {
        assert_eq!(scope(&world, asked).await, expected, "{asked:?}");
    }
    let off = off().await;
    let told = scope(&off, Some("openid profile")).await;
    assert_eq!(told, "mcp:read mcp:write", "turned off");
}

#[tokio::test]
async fn turned_off_no_token_for_userinfo_is_made_any_more() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let first = sign_in(&world, &client, &who(&client, "openid")).await;
    let person = world.signed_in("alice").await;
    let code = person
        .allow(&world, &who(&client, "openid").set("prompt", "consent"))
        .await;
    let with = |openid| IssuerConfig {
        openid,
        ..world.config.clone()
    };
    world.issuer.reconfigure(with(false));
    let (refresh, code) = (text(&first, "refresh_token"), code.parameter("code"));
    let refused = world.refresh(&client, &refresh).await;
    refused.refuses(400, "invalid_target");
    let refused = world.redeem(&client, &code).await;
    refused.refuses(400, "invalid_target");
    world.issuer.reconfigure(with(true));
    assert_eq!(world.redeem(&client, &code).await.status, 200, "not spoilt");
    assert_eq!(world.refresh(&client, &refresh).await.status, 200);
}

#[tokio::test]
async fn turning_it_off_ends_what_was_told_before() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = who(&client, "openid").set("resource", FILES);
    let first = sign_in(&world, &client, &request).await;
    world.issuer.reconfigure(IssuerConfig {
        openid: false,
        ..world.config.clone()
    });
    let refreshed = world.refresh(&client, &text(&first, "refresh_token")).await;
    assert_eq!(text(&refreshed, "scope"), "mcp:read mcp:write");
    assert_eq!(text(&refreshed, "id_token"), "");
}
