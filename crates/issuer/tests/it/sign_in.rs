//! Signing in and out.

use std::time::Duration;

use doorward_core::{secret::Secret, user::Username};
use http::Method;

use crate::world::{AuthorizeRequest, PASSWORD, Person, World, config, form, request};

#[tokio::test]
async fn every_sign_in_makes_a_new_session_and_ends_the_one_before() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let first = person.clone();
    person.sign_in(&world, "alice", PASSWORD, "").await;
    assert_ne!(person.cookie, first.cookie); // LG-01
    assert!(person.get(&world, "/").await.body.contains("Signed in as"));
    let mut old = first;
    assert!(!old.get(&world, "/").await.body.contains("Signed in as"));
}

/// What a session of somebody looks like.
const PLANTED: &str = "__Host-doorward=dws_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

#[tokio::test]
async fn a_planted_session_is_worth_nothing_after_sign_in() {
    let world = World::new().await;
    let mut person = Person {
        cookie: Some(PLANTED.to_owned()),
        ..Person::default()
    };
    person.sign_in(&world, "alice", PASSWORD, "").await;
    let mut attacker = Person {
        cookie: Some(PLANTED.to_owned()),
        ..Person::default()
    };
    assert!(
        !attacker
            .get(&world, "/")
            .await
            .body
            .contains("Signed in as")
    ); // LG-01
}

#[tokio::test]
async fn the_cookie_is_closed_to_scripts_and_other_sites() {
    let world = World::new().await;
    let answer = Person::default()
        .sign_in(&world, "alice", PASSWORD, "")
        .await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-doorward=dws_"), "{cookie}"); // LG-08, A-037
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(attribute), "{attribute}");
    }
    assert!(!cookie.contains("Domain"));
    let local = World::with(config("http://127.0.0.1:8080", &["files"])).await;
    let answer = Person::default()
        .sign_in(&local, "alice", PASSWORD, "")
        .await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("doorward=dws_") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_or_disabled_account_look_the_same() {
    let world = World::new().await;
    world.add_user("bob").await;
    world
        .administration
        .disable_user("bob")
        .await
        .expect("disabled");
    let mut bodies = Vec::new();
    for (name, password) in [
        ("alice", "wrong password"),
        ("nobody", PASSWORD),
        ("bob", PASSWORD),
        ("not a name!", PASSWORD),
        ("alice", ""),
        ("alice", &"x".repeat(5000)), // DS-01
    ] {
        let answer = Person::default().sign_in(&world, name, password, "").await;
        assert_eq!(answer.status, 422, "{name}");
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Host-doorward-step=") || cookie.is_empty());
        assert!(answer.body.contains("role=\"alert\""));
        bodies.push(
            answer
                .without_chance()
                .replace(&format!("value=\"{name}\""), "value=\"\""),
        );
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "LG-03: {bodies:#?}");
}

#[tokio::test]
async fn user_names_ignore_case() {
    let world = World::new().await;
    let answer = Person::default()
        .sign_in(&world, " Alice", PASSWORD, "")
        .await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_right_password_never_is() {
    let world = World::new().await;
    for _ in 0..35 {
        let good = Person::default()
            .sign_in(&world, "alice", PASSWORD, "")
            .await;
        assert_eq!(good.status, 303);
    }
    for _ in 0..20 {
        let wrong = Person::default()
            .sign_in(&world, "alice", "wrong", "")
            .await;
        assert_eq!(wrong.status, 422);
    }
    let refused = Person::default()
        .sign_in(&world, "alice", PASSWORD, "")
        .await;
    assert_eq!(refused.status, 429); // LG-02
    assert_eq!(refused.header("retry-after"), "6");
    world.pass(Duration::from_secs(6));
    let good = Person::default()
        .sign_in(&world, "alice", PASSWORD, "")
        .await;
    assert_eq!(good.status, 303, "a delay and no lock");
}

#[tokio::test]
async fn one_peer_cannot_lock_somebody_else_out() {
    let world = World::new().await;
    for _ in 0..21 {
        Person::default()
            .sign_in(&world, "alice", "wrong", "")
            .await;
    }
    let pairs = [("username", "alice"), ("password", PASSWORD), ("flow", "")];
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let mut elsewhere = request(Method::POST, "/login", &headers, form(&pairs));
    let peer = doorward_core::peer::Peer("198.51.100.1".parse().expect("an address"));
    elsewhere.extensions_mut().insert(peer);
    assert_eq!(world.send(elsewhere).await.status, 303); // LG-02
}

async fn sign_in_from(world: &World, address: &str, password: &str) -> u16 {
    sign_in_as(world, address, ("alice", password)).await
}

async fn sign_in_as(world: &World, address: &str, (name, password): (&str, &str)) -> u16 {
    let pairs = [("username", name), ("password", password), ("flow", "")];
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let mut sent = request(Method::POST, "/login", &headers, form(&pairs));
    let peer = doorward_core::peer::Peer(address.parse().expect("an address"));
    sent.extensions_mut().insert(peer);
    world.send(sent).await.status.as_u16()
}

#[tokio::test]
async fn one_network_of_many_addresses_cannot_lock_somebody_else_out() {
    let world = World::new().await;
    for number in 0..40 {
        let address = format!("2001:db8:1:{number:x}::1"); // each a /64 of its own
        let status = sign_in_from(&world, &address, "wrong").await;
        assert_eq!(status, if number < 20 { 422 } else { 429 }, "{number}");
    }
    let elsewhere = sign_in_from(&world, "2001:db8:2::1", PASSWORD).await;
    assert_eq!(elsewhere, 303); // LG-02
}

#[tokio::test]
async fn one_network_of_many_addresses_has_its_part_of_the_hashing_and_no_more() {
    let world = World::new().await;
    let names = world.add_users(150).await;
    let mut tried = 0;
    for (number, name) in names.iter().enumerate() {
        let address = format!("2001:db8:1:{number:x}::1");
        let status = sign_in_as(&world, &address, (name, "wrong")).await;
        tried += usize::from(status == 422);
    }
    assert_eq!(tried, 100); // DS-01
    assert_eq!(sign_in_from(&world, "2001:db8:2::1", PASSWORD).await, 303);
}

/// Uses up what an account allows, from two networks.
async fn wear_account(world: &World) {
    for network in 1..=2 {
        for _ in 0..20 {
            let address = format!("198.51.{network}.1");
            sign_in_from(world, &address, "wrong").await;
        }
    }
}

#[tokio::test]
async fn networks_that_guess_lock_nobody_out() {
    let world = World::new().await;
    wear_account(&world).await;
    for _ in 0..2 {
        assert_eq!(sign_in_from(&world, "192.0.2.1", "mistyped").await, 422);
    }
    assert_eq!(sign_in_from(&world, "192.0.2.1", PASSWORD).await, 303); // LG-02
}

#[tokio::test]
async fn whoever_is_put_off_because_of_others_wears_nothing_down() {
    let world = World::new().await;
    wear_account(&world).await;
    for _ in 0..3 {
        assert_eq!(sign_in_from(&world, "192.0.2.1", "wrong").await, 422);
    }
    for _ in 0..50 {
        assert_eq!(sign_in_from(&world, "192.0.2.1", PASSWORD).await, 429);
    }
    world.pass(Duration::from_secs(3));
    assert_eq!(sign_in_from(&world, "192.0.2.1", PASSWORD).await, 303); // LG-02
}

/// Signs in on the device of `person`, from this address; a session that they have does not
/// come along.
async fn on_device(world: &World, person: &mut Person, address: &str, password: &str) -> u16 {
    let pairs = [("username", "alice"), ("password", password), ("flow", "")];
    let device = person.cookie_named("__Host-doorward-device");
    let mut headers = vec![
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    headers.extend(device.as_deref().map(|device| ("cookie", device)));
    let mut sent = request(Method::POST, "/login", &headers, form(&pairs));
    let peer = doorward_core::peer::Peer(address.parse().expect("an address"));
    sent.extensions_mut().insert(peer);
    let answer = world.send(sent).await;
    person.keep_cookies(&answer);
    answer.status.as_u16()
}

#[tokio::test]
async fn guesses_behind_a_shared_address_put_off_nobody_on_their_own_device() {
    let mut world = World::new().await;
    let shared = "127.0.0.1"; // a proxy that nobody named
    let mut alice = Person::default();
    assert_eq!(on_device(&world, &mut alice, shared, PASSWORD).await, 303);
    world = world.restarted().await; // what is remembered is in the store
    for name in world.add_users(21).await {
        sign_in_as(&world, shared, (&name, "wrong")).await;
    }
    assert_eq!(sign_in_as(&world, shared, ("bob", "wrong")).await, 429);
    assert_eq!(
        sign_in_from(&world, shared, PASSWORD).await,
        429,
        "no device"
    );
    assert_eq!(on_device(&world, &mut alice, shared, PASSWORD).await, 303); // LG-02
    for _ in 0..20 {
        assert_eq!(on_device(&world, &mut alice, shared, "wrong").await, 422);
    }
    let guesses = on_device(&world, &mut alice, shared, PASSWORD).await;
    assert_eq!(guesses, 429, "a device is no licence to guess");
}

#[tokio::test]
async fn whoever_signs_in_now_and_then_stays_known_wherever_they_are() {
    let world = World::new().await;
    let mut alice = Person::default();
    for month in 0..5 {
        let address = format!("203.0.113.{month}");
        assert_eq!(on_device(&world, &mut alice, &address, PASSWORD).await, 303);
        world.pass(Duration::from_secs(80 * 24 * 3600));
        world.issuer.reap().await.expect("reaped");
    }
    wear_account(&world).await;
    for _ in 0..10 {
        assert_eq!(
            on_device(&world, &mut alice, "192.0.2.1", "wrong").await,
            422
        );
    }
    assert_eq!(
        on_device(&world, &mut alice, "192.0.2.1", PASSWORD).await,
        303
    ); // LG-02
    let audited = world.audited().await;
    let new = audited
        .iter()
        .filter(|it| it.starts_with("sign_in.new_device"));
    assert_eq!(new.count(), 1, "{audited:?}");
}

#[tokio::test]
async fn a_device_is_forgotten_when_nobody_signs_in_on_it() {
    let world = World::new().await;
    let mut alice = Person::default();
    assert_eq!(
        on_device(&world, &mut alice, "192.0.2.1", PASSWORD).await,
        303
    );
    world.pass(Duration::from_secs(90 * 24 * 3600));
    wear_account(&world).await;
    for _ in 0..3 {
        assert_eq!(
            on_device(&world, &mut alice, "192.0.2.1", "wrong").await,
            422
        );
    }
    assert_eq!(
        on_device(&world, &mut alice, "192.0.2.1", PASSWORD).await,
        429
    );
}

#[tokio::test]
async fn a_device_belongs_to_each_account_apart_and_a_planted_one_to_nobody() {
    let world = World::new().await;
    world.add_user("bob").await;
    let mut browser = Person::default();
    browser.sign_in(&world, "bob", PASSWORD, "").await;
    let planted = browser.cookie_named("__Host-doorward-device");
    browser.sign_in(&world, "alice", PASSWORD, "").await;
    let both = browser.cookie_named("__Host-doorward-device");
    assert_ne!(planted, both); // LG-01: bob cannot keep what alice's browser has
    for name in ["bob", "alice"] {
        browser.sign_in(&world, name, PASSWORD, "").await;
        assert_eq!(
            browser.cookie_named("__Host-doorward-device"),
            both,
            "{name}"
        );
    }
    let mut thief = Person {
        cookie: planted.clone(),
        ..Person::default()
    };
    thief.sign_in(&world, "bob", PASSWORD, "").await;
    assert_ne!(thief.cookie_named("__Host-doorward-device"), planted);
    let audited = world.audited().await;
    let new = audited
        .iter()
        .filter(|it| it.starts_with("sign_in.new_device"));
    assert_eq!(new.count(), 3, "{audited:?}");
}

#[tokio::test]
async fn one_network_cannot_try_the_leaked_passwords_of_everybody() {
    let world = World::new().await;
    let names = world.add_users(400).await;
    let mut tried = 0;
    for (number, name) in names.iter().enumerate() {
        let address = format!("203.0.113.{}", number % 200);
        let status = sign_in_as(&world, &address, (name, "leaked")).await;
        tried += usize::from(status == 422);
        world.pass(Duration::from_millis(500));
    }
    assert!((100..=142).contains(&tried), "{tried}"); // LG-02
    assert_eq!(sign_in_from(&world, "192.0.2.1", PASSWORD).await, 303);
}

#[tokio::test]
async fn people_who_sign_in_at_once_from_one_address_do_not_count_each_other_out() {
    let world = World::new().await;
    for _ in 0..18 {
        sign_in_from(&world, "192.0.2.1", "wrong").await;
    }
    let together = (0..40).map(|_| sign_in_from(&world, "192.0.2.1", PASSWORD));
    let statuses = futures_util::future::join_all(together).await;
    assert_eq!(statuses, [303; 40]); // LG-02
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in_and_nobody_out() {
    let world = World::new().await;
    let person = world.signed_in("alice").await;
    let cookie = person.cookie.clone().expect("signed in");
    let pairs = [("username", "alice"), ("password", PASSWORD), ("flow", "")];
    let foreign: [&[(&str, &str)]; 4] = [
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[],
    ];
    for headers in foreign {
        let mut headers = headers.to_vec();
        headers.push(("cookie", &cookie));
        for path in ["/login", "/logout"] {
            let refused = world.post_with(path, &headers, &pairs).await;
            assert_eq!(refused.status, 403, "{path} {headers:?}"); // CO-02
            assert_eq!(refused.header("set-cookie"), "");
        }
    }
    assert!(
        person
            .clone()
            .get(&world, "/")
            .await
            .body
            .contains("Signed in as")
    );
    assert!(
        world
            .audited()
            .await
            .contains(&"csrf.refused denied".to_owned())
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let mut kept = person.clone();
    let answer = person.post(&world, "/logout", &[]).await;
    assert_eq!(answer.location(), "/");
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert!(!kept.get(&world, "/").await.body.contains("Signed in as")); // LG-08
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    for _ in 0..12 {
        world.pass(Duration::from_secs(3600 - 1));
        assert!(person.get(&world, "/").await.body.contains("Signed in as"));
    }
    world.pass(Duration::from_secs(12));
    assert!(!person.get(&world, "/").await.body.contains("Signed in as"));
}

#[tokio::test]
async fn looking_at_pages_writes_only_now_and_then() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let seen_at = async || {
        let mut tx = world.store.begin().await.expect("a unit of work");
        let name = Username::parse("alice").expect("a name");
        let user = tx.user_by_name(&name).await.expect("readable");
        let sessions = tx.sessions_of(&user.expect("alice").id).await;
        sessions.expect("readable").remove(0).seen_at
    };
    let begun = world.now();
    for _ in 0..4 {
        world.pass(Duration::from_secs(60));
        person.get(&world, "/").await;
        assert_eq!(seen_at().await, begun);
    }
    world.pass(Duration::from_secs(60));
    person.get(&world, "/").await;
    assert_eq!(seen_at().await, world.now());
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_earlier() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    world.pass(Duration::from_secs(3 * 3600 - 1));
    assert!(person.get(&world, "/").await.body.contains("Signed in as"));
    world.pass(Duration::from_secs(3 * 3600 - 1));
    assert!(person.get(&world, "/").await.body.contains("Signed in as"));
    world.pass(Duration::from_secs(3 * 3600));
    assert!(!person.get(&world, "/").await.body.contains("Signed in as")); // LG-08
}

#[tokio::test]
async fn a_changed_password_or_a_disabled_account_ends_every_session() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let new = Secret::presented("another password");
    world
        .administration
        .set_password("alice", new)
        .await
        .expect("changed");
    assert!(!person.get(&world, "/").await.body.contains("Signed in as")); // LG-08
    let old = Person::default()
        .sign_in(&world, "alice", PASSWORD, "")
        .await;
    assert_eq!(old.status, 422);
    let mut again = Person::default();
    again.sign_in(&world, "alice", "another password", "").await;
    world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    assert!(!again.get(&world, "/").await.body.contains("Signed in as"));
    world
        .administration
        .enable_user("alice")
        .await
        .expect("enabled");
    assert!(
        !again.get(&world, "/").await.body.contains("Signed in as"),
        "ended for good"
    );
}

#[tokio::test]
async fn the_page_says_who_waits_and_where_the_answer_will_go() {
    let world = World::new().await;
    let client = world.client_named("Desk", "http://127.0.0.1/cb").await;
    let request = AuthorizeRequest::new(&client)
        .set("redirect_uri", "http://127.0.0.1:7/cb")
        .set("login_hint", "alice");
    let mut person = Person::default();
    let begun = person.get(&world, &request.path()).await;
    let page = person.get(&world, &begun.location()).await;
    assert!(page.body.contains("Desk")); // interop 46
    assert!(page.body.contains("a program on this computer"));
    assert!(page.body.contains("value=\"alice\""));
    let wrong = person
        .sign_in(&world, "alice", "wrong", &page.field("flow"))
        .await;
    assert!(wrong.body.contains("Desk"), "the request is not lost");
    assert_eq!(wrong.field("flow"), page.field("flow"));
}

#[tokio::test]
async fn nothing_that_the_request_names_is_where_the_browser_goes() {
    let world = World::new().await;
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https:evil",
        "%0d%0aLocation:x",
    ] {
        let pairs = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let answer = Person::default().post(&world, "/login", &pairs).await;
        assert_eq!(answer.location(), "/"); // LG-07
        let flow = [
            ("username", "alice"),
            ("password", PASSWORD),
            ("flow", next),
        ];
        let answer = Person::default().post(&world, "/login", &flow).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location()),
            (400, String::new())
        );
    }
}

#[tokio::test]
async fn without_any_account_the_page_points_to_the_terminal() {
    let world = World::empty(config("https://mcp.example", &["files"])).await;
    let page = world.get("/login").await;
    assert!(page.body.contains("set-up link"));
    let with_account = World::new().await.get("/login").await;
    assert!(!with_account.body.contains("set-up link"));
}

#[tokio::test]
async fn a_flood_of_sign_ins_is_answered_and_bounded() {
    let world = World::new().await;
    let attempts = (0..150).map(|n| {
        let world = &world;
        async move {
            let pairs = [("username", "alice"), ("password", PASSWORD), ("flow", "")];
            let headers = [
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", "same-origin"),
            ];
            let mut sent = request(Method::POST, "/login", &headers, form(&pairs));
            let peer = format!("198.51.100.{}", n % 250)
                .parse()
                .expect("an address");
            sent.extensions_mut()
                .insert(doorward_core::peer::Peer(peer));
            world.send(sent).await.status.as_u16()
        }
    });
    let statuses = futures_util::future::join_all(attempts).await;
    assert!(
        statuses
            .iter()
            .all(|status| matches!(status, 303 | 429 | 503)),
        "{statuses:?}"
    ); // DS-01
    assert!(statuses.contains(&303));
}
