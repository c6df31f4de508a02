//! The metadata promises what there is and nothing else (RFC 8414 section 2): every value
//! that RFCs know is tried, and works exactly when it is advertised.

use std::collections::BTreeSet;

use doorward_core::jws::UnverifiedJws;
use doorward_issuer::Authorities;
use http::Method;
use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    openid, pki,
    world::{AuthorizeRequest, CALLBACK, ISSUER, Person, World, config, request},
};

const DOCUMENT: &str = "/.well-known/oauth-authorization-server";

async fn advertised(world: &World, member: &str) -> BTreeSet<String> {
    let document = world.get(DOCUMENT).await.json();
    let listed = document[member].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    listed.iter().map(text).collect()
}

/// `works` holds exactly for what `member` advertises, of which nothing is left untried.
async fn holds(world: &World, member: &str, known: &[&str], works: impl AsyncFn(&str) -> bool) {
    let advertised = advertised(world, member).await;
    for value in known {
        let promised = advertised.contains(*value);
        assert_eq!(works(value).await, promised, "{member}: {value}"); // A-005
    }
    let untried: Vec<_> = advertised
        .iter()
        .filter(|value| !known.contains(&value.as_str()))
        .collect();
    assert!(untried.is_empty(), "{member}: nobody tries {untried:?}");
}

/// The error that an authorization request meets; empty when it leads to the sign-in page.
async fn refusal(world: &World, request: &AuthorizeRequest) -> String {
    let answer = Person::default().get(world, &request.path()).await;
    if answer.location().starts_with("/login?flow=") {
        String::new()
    } else {
        answer.parameter("error")
    }
}

#[tokio::test]
async fn grant_types_are_known_exactly_when_they_are_advertised() {
    let world = World::new().await;
    let client = world.client().await;
    let known = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
        "password",
        "implicit",
    ];
    holds(&world, "grant_types_supported", &known, async |grant| {
        let pairs = [("grant_type", grant), ("client_id", client.as_str())];
        world.post("/token", &pairs).await.json()["error"] != "unsupported_grant_type"
    })
    .await;
}

#[tokio::test]
async fn parameters_of_authorization_requests_work_exactly_when_they_are_advertised() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let set = |name: &str, value: &str| AuthorizeRequest::new(&client).set(name, value);
    let lists: [(&str, &str, &[&str]); 4] = [
        (
            "response_types_supported",
            "response_type",
            &[
                "code",
                "token",
                "id_token",
                "code token",
                "code id_token",
                "none",
            ],
        ),
        (
            "response_modes_supported",
            "response_mode",
            &[
                "query",
                "form_post",
                "fragment",
                "web_message",
                "jwt",
                "query.jwt",
            ],
        ),
        (
            "code_challenge_methods_supported",
            "code_challenge_method",
            &["S256", "plain", "S512"],
        ),
        (
            "scopes_supported",
            "scope",
            &[
                "mcp:read",
                "mcp:write",
                "openid",
                "profile",
                "phone",
                "mcp:admin",
                "everything",
            ],
        ),
    ];
    for (member, name, known) in lists {
        let works = async |value: &str| refusal(&world, &set(name, value)).await.is_empty();
        holds(&world, member, known, works).await;
    }
    let prompts = ["none", "login", "consent", "select_account", "create"];
    holds(
        &world,
        "prompt_values_supported",
        &prompts,
        async |prompt| refusal(&world, &set("prompt", prompt)).await != "invalid_request",
    )
    .await;
}

#[tokio::test]
async fn a_client_can_register_exactly_the_methods_that_are_advertised() {
    let own = pki::taking(Authorities::default());
    let authorities = pki::Authority::new().trusted();
    for config in [config(ISSUER, &["files"]), own, authorities] {
        registers_what_is_advertised(&World::with(config).await).await;
    }
}

async fn registers_what_is_advertised(world: &World) {
    let key =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let certificate = pki::own(&pki::named("client"), &KeyPair::generate().expect("a key"));
    let certified = &pki::key_set(&certificate)["keys"][0];
    let known = [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
        "attest_jwt_client_auth",
    ];
    let works = async |method: &str| {
        let document = json!({
            "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method,
            "jwks": {"keys": [key, certified]}, "tls_client_auth_subject_dn": "CN=client",
        });
        let registered = world.register(&document).await;
        registered.status == 201 && registered.json()["token_endpoint_auth_method"] == method
    };
    let member = "token_endpoint_auth_methods_supported";
    holds(world, member, &known, works).await;
    let document = json!({
        "redirect_uris": [CALLBACK], "tls_client_certificate_bound_access_tokens": true,
    });
    let registered = world.register(&document).await.json();
    let promised = world.get(DOCUMENT).await.json();
    let member = "tls_client_certificate_bound_access_tokens";
    assert_eq!(
        registered.get(member),
        promised.get(member),
        "RFC 8705 section 3.3"
    );
}

#[tokio::test]
async fn every_endpoint_that_is_advertised_is_there() {
    let world = World::new().await;
    let document = world.get(DOCUMENT).await.json();
    let members = document.as_object().expect("an object");
    let endpoint = |name: &str| name.ends_with("_endpoint") || name.ends_with("_uri");
    let mut found = 0;
    for (name, url) in members.iter().filter(|(name, _)| endpoint(name)) {
        let url = url.as_str().expect("text");
        let path = url.strip_prefix(ISSUER).expect("of this issuer");
        let mut statuses = Vec::new();
        for method in [Method::GET, Method::POST] {
            let sent = request(method, path, &[], String::new());
            statuses.push(world.send(sent).await.status.as_u16());
        }
        assert!(statuses.iter().all(|status| *status < 500), "{name}");
        assert!(
            statuses.iter().any(|status| *status != 404),
            "{name}: A-005"
        );
        found += 1;
    }
    assert!(
        found >= 5,
        "authorization, token, keys, registration, revocation"
    );
}

#[tokio::test]
async fn contexts_are_met_exactly_when_they_are_advertised() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let met = async |value: &str| {
        let request = AuthorizeRequest::new(&client).set("acr_values", value);
        refusal(&world, &request).await.is_empty()
    };
    let advertised = advertised(&world, "acr_values_supported").await;
    assert!(!advertised.is_empty());
    for value in advertised {
        assert!(met(&value).await, "{value}"); // A-033
    }
    assert!(!met("urn:example:never").await);
}

#[tokio::test]
async fn what_openid_connect_promises_is_what_a_sign_in_gets() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = openid::who(&client, "openid profile");
    let answer = openid::sign_in(&world, &client, &request).await;
    let token = openid::text(&answer, "id_token");
    let told = world.verified(&token, "JWT");
    let members = told.as_object().expect("an object").keys();
    let claims: BTreeSet<String> = members.cloned().collect();
    assert_eq!(advertised(&world, "claims_supported").await, claims); // A-005

    let algorithms = advertised(&world, "id_token_signing_alg_values_supported").await;
    let header = UnverifiedJws::parse(&token, 16 * 1024).expect("a JWS");
    let signed: BTreeSet<String> = [header.algorithm().as_str().to_owned()].into();
    assert_eq!(algorithms, signed);

    // Public subjects: another client learns the same one (OpenID Connect Core section 8).
    let subjects = advertised(&world, "subject_types_supported").await;
    assert_eq!(subjects, ["public".to_owned()].into());
    let other = preregistered(&world).await;
    let answer = openid::sign_in(&world, &other, &openid::who(&other, "openid")).await;
    let told_other = world.verified(&openid::text(&answer, "id_token"), "JWT");
    assert_eq!(told["sub"], told_other["sub"]);

    // Nobody can choose claims: the parameter changes nothing.
    assert_eq!(
        world.get(DOCUMENT).await.json()["claims_parameter_supported"],
        false
    );
    let claims = r#"{"id_token":{"preferred_username":{"essential":true}}}"#;
    let request = openid::who(&client, "openid").set("claims", claims);
    let answer = openid::sign_in(&world, &client, &request).await;
    let told = world.verified(&openid::text(&answer, "id_token"), "JWT");
    assert!(told.get("preferred_username").is_none());
}
