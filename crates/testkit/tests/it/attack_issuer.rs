//! What an attacker tries at the authorization server, from outside.

use std::{future::poll_fn, net::IpAddr, task::Poll};

use axum::{Extension, Router};
use doorward_core::peer::Peer;
use doorward_issuer::NewClient;
use doorward_testkit::{
    client::{Client, Tokens},
    http::{Ask, get, post_form, post_json},
    page::forms,
    person::Person,
    world::World,
};
use serde_json::json;
use tokio::sync::mpsc;

/// Sends what was asked and hangs up when the server is about to go on for the last time
/// of `steps`; then waits until the server is done with the request all the same.
async fn send_and_hang_up(router: &Router, ask: Ask, steps: usize) {
    let (held, mut dropped) = mpsc::channel::<()>(1);
    let mut sent = Box::pin(ask.with(held).open(router));
    let mut left = steps;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        sent.as_mut().poll(context).map(drop)
    })
    .await;
    drop(sent);
    dropped.recv().await;
}

// TK-18, TK-02
#[tokio::test]
async fn a_thief_who_hangs_up_does_not_keep_the_access_token_of_a_revoked_grant() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let mut alice = world.alice();
    for steps in 0..12 {
        let first = client.login(&world.router, &mut alice).await;
        let refresh = async |token: &str| client.refresh(token).send(&world.router).await;
        let second = Tokens::of(&refresh(&first.refresh).await);
        let third = Tokens::of(&refresh(&second.refresh).await);

        send_and_hang_up(&world.router, client.refresh(&first.refresh), steps).await;
        world.store.flush().await.expect("a working store");
        let revoked = refresh(&third.refresh).await.status == 400;
        let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
        let call = client
            .message(&third.access, &ping)
            .send(&world.router)
            .await;
        let expected = if revoked { 401 } else { 200 };
        assert_eq!(call.status, expected, "after {steps} steps");
    }
}

/// A client that an administrator registered, with a web redirect.
async fn preregistered(world: &World) -> Client {
    let new = NewClient {
        name: "Portal".to_owned(),
        redirect_uris: vec!["https://portal.example/cb".to_owned()],
        confidential: false,
        ..NewClient::default()
    };
    let (known, _) = world
        .administration
        .add_client(new)
        .await
        .expect("a client");
    Client {
        id: known.id.to_string(),
        redirect_uri: "https://portal.example/cb".to_owned(),
        resource: "http://127.0.0.1:8080/mcp/notes".to_owned(),
        verifier: "v".repeat(43),
    }
}

// CO-04, CO-05, A-039, S-002
#[tokio::test]
async fn a_flow_that_somebody_else_began_is_never_answered_without_asking() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut alice = world.alice();
    client.login(&world.router, &mut alice).await;
    let own = || get(&client.authorize(&[])).header("sec-fetch-site", "none");
    let silent = alice.visit(&world.router, own()).await;
    assert!(silent.parameter("code").is_some(), "{}", silent.location());

    // The attacker begins where no browser says cross-site, and sends the link of the page.
    let begun = own().send(&world.router).await;
    let flow = begun.parameter("flow").expect("a flow");
    let lure =
        |page: &str| get(&format!("{page}?flow={flow}")).header("sec-fetch-site", "cross-site");
    let asked = alice.visit(&world.router, lure("/consent")).await;
    assert_eq!(asked.status, 200, "{}", asked.location());

    let mut fresh = world.alice();
    let page = fresh.visit(&world.router, lure("/login")).await;
    let form = forms(&page.text()).remove(0);
    let typed = [("username", "alice"), ("password", "alice-password")];
    let signed_in = fresh
        .submit(&world.router, &form.action, &form.filled(&typed, None))
        .await;
    let next = get(signed_in.location()).header("sec-fetch-site", "same-origin");
    let asked = fresh.visit(&world.router, next).await;
    assert_eq!(asked.status, 200, "{}", asked.location());
}

fn from(router: &Router, address: &str) -> Router {
    let address: IpAddr = address.parse().expect("an address");
    router.clone().layer(Extension(Peer(address)))
}

async fn sign_in(router: &Router, password: &str) -> u16 {
    let mut person = Person::new("alice", password);
    let fields = [("flow", ""), ("username", "alice"), ("password", password)];
    let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned()));
    person
        .submit(router, "/login", &fields)
        .await
        .status
        .as_u16()
}

// LG-02, AD-06, S-012
#[tokio::test]
async fn guessing_from_many_networks_slows_strangers_and_not_the_owner() {
    let world = World::new().await;
    let home = from(&world.router, "192.0.2.1");
    assert_eq!(sign_in(&home, "alice-password").await, 303);

    let mut answers = Vec::new();
    for address in 1..=2 {
        let bot = from(&world.router, &format!("198.51.{address}.1"));
        for _ in 0..20 {
            answers.push(sign_in(&bot, "guess").await);
        }
    }
    let count = |wanted| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(422), count(429)), (36, 4)); // three for each network, and the account's
    let stranger = from(&world.router, "203.0.113.1");
    assert_eq!(sign_in(&stranger, "alice-password").await, 303); // in a hotel, say
    assert_eq!(sign_in(&home, "alice-password").await, 303);

    let put_off = |record: &serde_json::Value| {
        let reason = record.get("reason").and_then(serde_json::Value::as_str);
        reason.is_some_and(|reason| reason.contains("too many tries"))
    };
    assert_eq!(
        world
            .audit()
            .await
            .iter()
            .filter(|record| put_off(record))
            .count(),
        4
    );
}

// AD-01, CO-02, LG-08
#[tokio::test]
async fn no_form_of_another_site_does_anything() {
    let world = World::new().await;
    let mut alice = world.alice();
    let client = Client::register(&world.router, "notes").await;
    client.login(&world.router, &mut alice).await;
    let origins = [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-site"),
        ],
        &[
            ("origin", "http://127.0.0.1:9999"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("sec-fetch-site", "cross-site")],
        &[],
    ];
    let mut refused = 0;
    for page in ["/login", "/logout", "/consent", "/setup"] {
        for headers in origins {
            let ask = post_form(
                page,
                &[("username", "alice"), ("password", "alice-password")],
            );
            let ask = headers
                .iter()
                .fold(ask, |ask, (name, value)| ask.header(name, value));
            let answer = alice.visit(&world.router, ask).await;
            assert_eq!(answer.status, 403, "{page} {headers:?}");
            assert_eq!(answer.header("set-cookie"), "", "{page}");
            refused += 1;
        }
    }
    let home = alice.visit(&world.router, get("/")).await;
    assert!(
        home.text().contains("Signed in as"),
        "nobody was signed out"
    );
    let audit = world.audit().await;
    let events = audit
        .iter()
        .filter(|record| record["event"] == "csrf.refused");
    assert_eq!(events.count(), refused);
}

// RG-08, RG-09
#[tokio::test]
async fn a_registration_of_the_same_metadata_changes_nothing_of_the_first() {
    let world = World::new().await;
    let document = |redirect: &str| {
        json!({"client_name": "Claude", "redirect_uris": [redirect], "token_endpoint_auth_method": "none",
            "client_id": "chosen", "client_secret": "chosen", "registration_access_token": "x"})
    };
    let register = async |redirect: &str| {
        let answer = post_json("/register", &document(redirect))
            .send(&world.router)
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    };
    let first = register("https://claude.ai/cb").await;
    assert_eq!(register("https://claude.ai/cb").await, first);
    assert!(first.get("client_secret").is_none());
    let other = register("https://evil.example/cb").await;
    assert_ne!(other["client_id"], first["client_id"]);

    let id = first["client_id"].as_str().expect("an id");
    world
        .administration
        .revoke_client(id)
        .await
        .expect("revoked");
    let again = post_json("/register", &document("https://claude.ai/cb"))
        .send(&world.router)
        .await;
    assert_eq!(again.status, 400, "a revoked client does not come back");
}
