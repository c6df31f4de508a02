//! Device authorization (RFC 8628, A-083).

use std::time::Duration;

use doorward_core::{client::GrantType, secret::Secret};
use doorward_issuer::NewClient;
use serde_json::Value;

use crate::world::{Answer, FILES, ISSUER, MAIL, Person, World, claims, config};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Parameters of a request.
type Sent<'a> = &'a [(&'a str, &'a str)];

/// A public client without any browser.
const DETAILS: &str = r#"[{"type":"mcp_tool","server":"files","tools":["list_files"]}]"#;

async fn terminal(world: &World) -> String {
    let grants = vec![GrantType::DeviceCode, GrantType::RefreshToken];
    let new = NewClient {
        name: "Terminal".to_owned(),
        grants,
        ..NewClient::default()
    };
    world.registered(new).await.0
}

async fn begin_with(world: &World, client: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("client_id", client)];
    pairs.extend_from_slice(more);
    world.post("/device_authorization", &pairs).await
}

async fn begin(world: &World, client: &str) -> (String, String) {
    let answer = begin_with(world, client, &[("resource", FILES)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    let text = |name: &str| body[name].as_str().expect("text").to_owned();
    (text("device_code"), text("user_code"))
}

async fn poll(world: &World, client: &str, device_code: &str) -> Answer {
    let pairs = [
        ("grant_type", GRANT),
        ("client_id", client),
        ("device_code", device_code),
    ];
    world.post("/token", &pairs).await
}

/// From the page to the question.
async fn look(world: &World, person: &mut Person, user_code: &str) -> Answer {
    let page = person.get(world, "/device").await;
    let tag = page.field("form");
    let typed = [("user_code", user_code), ("form", tag.as_str())];
    person.post(world, "/device", &typed).await
}

async fn decide(
    world: &World,
    person: &mut Person,
    question: &Answer,
    more: &[(&str, &str)],
) -> Answer {
    let (code, tag) = (question.field("user_code"), question.field("form"));
    let mut pairs = vec![("user_code", code.as_str()), ("form", tag.as_str())];
    pairs.extend_from_slice(more);
    person.post(world, "/device", &pairs).await
}

async fn allow(world: &World, user_code: &str) {
    let mut person = world.signed_in("alice").await;
    let question = look(world, &mut person, user_code).await;
    let done = decide(world, &mut person, &question, &[("decision", "allow")]).await;
    assert!(done.shows("Your device is connected"), "{}", done.body);
}

#[tokio::test]
async fn a_device_gets_tokens_once_a_person_allowed_it() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let begun = begin_with(&world, &client, &[("resource", FILES)])
        .await
        .json();
    assert_eq!(begun["verification_uri"], "https://mcp.example/device");
    let user_code = begun["user_code"].as_str().expect("text");
    let complete = format!("https://mcp.example/device?user_code={user_code}");
    assert_eq!(begun["verification_uri_complete"], complete);
    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&600.into(), &5.into())
    );
    let device_code = begun["device_code"].as_str().expect("text");

    poll(&world, &client, device_code)
        .await
        .refuses(400, "authorization_pending");
    allow(&world, user_code).await;
    let answer = poll(&world, &client, device_code).await;
    let tokens = answer.tokens();
    let said = claims(&tokens.access);
    assert_eq!(
        (&said["aud"], &said["client_id"]),
        (&FILES.into(), &client.as_str().into())
    );
    assert_eq!(said["preferred_username"], "alice");
    assert!(said["auth_time"].is_i64());
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200);
    poll(&world, &client, device_code)
        .await
        .refuses(400, "invalid_grant"); // once
    let audited = world.audited().await;
    for expected in [
        "device.begin allowed",
        "consent allowed",
        "token.device allowed",
    ] {
        assert!(audited.iter().any(|entry| entry == expected), "{audited:?}");
    }
}

#[tokio::test]
async fn a_person_may_say_no_or_less() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let mut person = world.signed_in("alice").await;
    let (device_code, user_code) = begin(&world, &client).await;
    let question = look(&world, &mut person, &user_code).await;
    let done = decide(&world, &mut person, &question, &[("decision", "deny")]).await;
    assert!(done.shows("Nothing was allowed"), "{}", done.body);
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "access_denied");

    let (device_code, user_code) = begin(&world, &client).await;
    let question = look(&world, &mut person, &user_code).await;
    let less = [("decision", "allow"), ("limit", "read")];
    decide(&world, &mut person, &question, &less).await;
    assert_eq!(
        poll(&world, &client, &device_code).await.tokens().scope,
        "mcp:read"
    );
}

#[tokio::test]
async fn polling_has_its_pace_and_its_end() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "authorization_pending");
    world.pass(Duration::from_millis(4_900));
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "slow_down");
    world.pass(Duration::from_secs(9));
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "slow_down"); // five seconds more
    world.pass(Duration::from_secs(15));
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "authorization_pending");
    world.pass(Duration::from_secs(600));
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "expired_token");
    let mut person = world.signed_in("alice").await;
    let late = look(&world, &mut person, &user_code).await;
    assert_eq!(late.status, 422);
}

#[tokio::test]
async fn a_device_code_is_of_one_client_and_nothing_else_is_one() {
    let world = World::new().await;
    let (client, other) = (terminal(&world).await, terminal(&world).await);
    let (device_code, user_code) = begin(&world, &client).await;
    allow(&world, &user_code).await;
    poll(&world, &other, &device_code)
        .await
        .refuses(400, "invalid_grant"); // A-050
    for wrong in ["x", user_code.as_str()] {
        poll(&world, &client, wrong)
            .await
            .refuses(400, "invalid_grant");
    }
    let named = [
        ("grant_type", GRANT),
        ("client_id", client.as_str()),
        ("device_code", device_code.as_str()),
        ("resource", MAIL),
    ];
    world
        .post("/token", &named)
        .await
        .refuses(400, "invalid_target"); // TK-05
    assert_eq!(poll(&world, &client, &device_code).await.status, 200);
    let in_query = format!("/token?device_code={device_code}");
    world
        .post(&in_query, &[])
        .await
        .refuses(400, "invalid_request"); // TK-15
}

#[tokio::test]
async fn a_request_that_cannot_be_granted_gets_no_codes() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = terminal(&world).await;
    let browser = world.client().await;
    #[rustfmt::skip]
    let cases: [(&str, &str, Sent, u16, &str); 9] = [
        ("no client",           "nobody", &[("resource", FILES)],  401, "invalid_client"),
        ("not registered, A-059", &browser, &[("resource", FILES)], 400, "unauthorized_client"),
        ("one of two servers",  &client,  &[],                     400, "invalid_target"),
        ("no such server",      &client,  &[("resource", "https://x.example")], 400, "invalid_target"),
        ("both servers, A-051", &client,  &[("resource", FILES), ("resource", MAIL)], 400, "invalid_target"),
        ("calls elsewhere, A-082", &client, &[("resource", MAIL), ("authorization_details", DETAILS)], 400, "invalid_authorization_details"),
        ("no calls, A-082",     &client,  &[("resource", FILES), ("authorization_details", "[]")], 400, "invalid_authorization_details"),
        ("unknown type, A-082", &client,  &[("resource", FILES), ("authorization_details", r#"[{"type":"x"}]"#)], 400, "invalid_authorization_details"),
        ("unknown scope",       &client,  &[("resource", FILES), ("scope", "admin")], 400, "invalid_scope"),
    ];
    for (name, client, more, status, error) in cases {
        let answer = begin_with(&world, client, more).await;
        assert_eq!(answer.json()["error"], error, "{name}");
        answer.refuses(status, error);
    }
}

#[tokio::test]
async fn beginning_is_limited_by_address() {
    let world = World::new().await;
    let client = terminal(&world).await;
    for _ in 0..30 {
        begin(&world, &client).await;
    }
    let answer = begin_with(&world, &client, &[("resource", FILES)]).await;
    answer.refuses(429, "slow_down"); // S-012
    assert_ne!(answer.header("retry-after"), "");
    world.pass(Duration::from_secs(2));
    begin(&world, &client).await;
}

// DS-05, interop 17
#[tokio::test]
async fn one_client_does_not_put_off_the_others_at_its_address_and_refusals_cost_nothing() {
    let world = World::new().await;
    let (one, other) = (terminal(&world).await, terminal(&world).await);
    let proving = NewClient {
        name: "Gateway".to_owned(),
        grants: vec![GrantType::DeviceCode],
        confidential: true,
        ..NewClient::default()
    };
    let (proving, secret) = world.registered(proving).await;
    let unknown = [("resource", "https://unknown.example")];
    for _ in 0..100 {
        let refused = begin_with(&world, &one, &unknown).await;
        refused.refuses(400, "invalid_target");
    }
    for _ in 0..30 {
        begin(&world, &one).await;
    }
    let refused = begin_with(&world, &one, &[("resource", FILES)]).await;
    refused.refuses(429, "slow_down");
    begin(&world, &other).await;
    for _ in 0..200 {
        let proof = [("client_secret", secret.as_str()), ("resource", FILES)];
        let begun = begin_with(&world, &proving, &proof).await;
        assert_eq!(begun.status, 200, "{}", begun.body);
    }
    let mut taken = 0;
    for _ in 0..6 {
        let client = terminal(&world).await;
        for _ in 0..30 {
            let begun = begin_with(&world, &client, &[("resource", FILES)]).await;
            taken += u32::from(begun.status == 200);
        }
    }
    assert_eq!(taken, 150 - 30 - 1, "all of one address together");
}

#[tokio::test]
async fn a_person_signs_in_first_and_comes_back_with_the_code() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (_, user_code) = begin(&world, &client).await;
    let mut person = Person::default();
    let link = format!("/device?user_code={}", user_code.to_lowercase());
    let begun = person.get(&world, &link).await;
    assert_eq!(begun.status, 303);
    let sign_in = person.get(&world, &begun.location()).await;
    let flow = sign_in.field("flow");
    let wrong = person.sign_in(&world, "alice", "wrong", &flow).await;
    assert_eq!(wrong.field("flow"), flow);
    let signed_in = person
        .sign_in(&world, "alice", crate::world::PASSWORD, &flow)
        .await;
    assert_eq!(
        signed_in.location(),
        format!("/device?user_code={user_code}&from=sign-in")
    );
    let page = person.get(&world, &signed_in.location()).await;
    assert!(
        page.shows(&format!("value=\"{user_code}\"")),
        "{}",
        page.body
    );
    let evil = "device.//evil.example"; // LG-07
    let elsewhere = person
        .sign_in(&world, "alice", crate::world::PASSWORD, evil)
        .await;
    assert_eq!(elsewhere.location(), "/device?from=sign-in");
}

#[tokio::test]
async fn the_question_says_who_asks_for_what_and_warns() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (_, user_code) = begin(&world, &client).await;
    let mut person = world.signed_in("alice").await;
    let typed = user_code.to_lowercase().replace('-', " ");
    let question = look(&world, &mut person, &typed).await;
    assert_eq!(question.status, 200);
    for text in [
        "Terminal",
        &client,
        &user_code,
        "The files server",
        FILES,
        "write_file",
        "delete_file",
        "registered by an administrator",
        "Signed in as",
        "If somebody sent you this code",
    ] {
        assert!(question.shows(text), "{text}: {}", question.body); // RFC 8628 section 5.4
    }
}

#[tokio::test]
async fn forms_count_only_from_the_page_and_the_person_they_were_made_for() {
    let world = World::new().await;
    world.add_user("bob").await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    let mut alice = world.signed_in("alice").await;
    let mut bob = world.signed_in("bob").await;
    let question = look(&world, &mut alice, &user_code).await;
    let allow = [("decision", "allow")];

    let stolen = decide(&world, &mut bob, &question, &allow).await;
    assert_eq!(stolen.status, 403); // CO-09
    let (_, other) = begin(&world, &client).await;
    let tag = question.field("form");
    let swapped = [
        ("user_code", other.as_str()),
        ("form", tag.as_str()),
        ("decision", "allow"),
    ];
    assert_eq!(alice.post(&world, "/device", &swapped).await.status, 403); // CO-09
    let untagged = [("user_code", user_code.as_str()), ("decision", "allow")];
    assert_eq!(alice.post(&world, "/device", &untagged).await.status, 403); // CO-02
    let cookie = alice.cookie.clone().expect("a session");
    let headers = [
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
    ];
    let pairs = [
        ("user_code", user_code.as_str()),
        ("form", tag.as_str()),
        ("decision", "allow"),
    ];
    let crossed = world.post_with("/device", &headers, &pairs).await;
    assert_eq!(crossed.status, 403); // CO-02
    world.pass(Duration::from_secs(60));
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "authorization_pending");

    let done = decide(&world, &mut alice, &question, &allow).await;
    assert_eq!(done.status, 200);
    let again = decide(&world, &mut alice, &question, &[("decision", "deny")]).await;
    assert!(again.shows("Your device is connected"), "answered once");
    assert_eq!(poll(&world, &client, &device_code).await.status, 200);
    let late = decide(&world, &mut alice, &question, &allow).await;
    assert_eq!(late.status, 422, "nothing is left of it");
}

// CO-09
#[tokio::test]
async fn a_second_answer_shows_what_became_of_the_first_and_only_to_who_was_asked() {
    let world = World::new().await;
    world.add_user("bob").await;
    let client = terminal(&world).await;
    let (_, user_code) = begin(&world, &client).await;
    let mut alice = world.signed_in("alice").await;
    let mut bob = world.signed_in("bob").await;
    let hers = look(&world, &mut alice, &user_code).await;
    let his = look(&world, &mut bob, &user_code).await;
    let (allow, deny) = ([("decision", "allow")], [("decision", "deny")]);
    assert!(
        decide(&world, &mut alice, &hers, &allow)
            .await
            .shows("connected")
    );
    assert!(
        decide(&world, &mut alice, &hers, &allow)
            .await
            .shows("connected")
    );
    for decision in [allow, deny] {
        assert_eq!(decide(&world, &mut bob, &his, &decision).await.status, 422);
    }

    let (device_code, user_code) = begin(&world, &client).await;
    let question = look(&world, &mut alice, &user_code).await;
    decide(&world, &mut alice, &question, &deny).await;
    let again = decide(&world, &mut alice, &question, &allow).await;
    assert!(again.shows("Nothing was allowed"));
    world.pass(Duration::from_secs(60));
    let refused = poll(&world, &client, &device_code).await;
    refused.refuses(400, "access_denied");
}

// CO-09
#[tokio::test]
async fn a_device_can_get_fewer_tools_and_for_a_time() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    let mut alice = world.signed_in("alice").await;
    let question = look(&world, &mut alice, &user_code).await;
    assert_eq!(question.inputs("tool.read.files").len(), 1);
    let every = question.field("every.read.files");
    let none = [("decision", "allow"), ("every.read.files", every.as_str())];
    let again = decide(&world, &mut alice, &question, &none).await;
    assert_eq!(again.status, 422, "nothing chosen is nothing allowed");

    let press = [
        ("tick", "none.read.files"),
        ("every.read.files", every.as_str()),
    ];
    let page = decide(&world, &mut alice, &question, &press).await;
    assert_eq!(page.status, 200);
    assert!(!page.inputs("tool.read.files")[0].contains("checked"));

    let few = [
        ("decision", "allow"),
        ("tool.read.files", "list_files"),
        ("lasts", "hour"),
    ];
    decide(&world, &mut alice, &page, &few).await;
    let tokens = poll(&world, &client, &device_code).await.tokens();
    let details = serde_json::json!([{
        "type": "mcp_tool", "server": "files", "tools": ["list_files"]
    }]);
    let token = crate::world::claims(&tokens.access);
    assert_eq!(token["authorization_details"], details);
    world.pass(Duration::from_secs(3600));
    let over = world.refresh(&client, &tokens.refresh).await;
    over.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn the_question_says_from_where_the_device_asked() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let pairs = [("client_id", client.as_str()), ("resource", FILES)];
    let begun = world.post_from(51, "/device_authorization", &pairs).await;
    let user_code = begun.json()["user_code"]
        .as_str()
        .expect("a code")
        .to_owned();
    let mut alice = world.signed_in("alice").await;
    let question = look(&world, &mut alice, &user_code).await;
    assert!(question.shows("198.51.51.7"), "{}", question.body);
    assert!(question.shows("another network than yours")); // RFC 8628 section 5.4
    assert!(question.shows("You let it in for the first time"));
}

// CO-10
#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so_at_the_device_page() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (_, user_code) = begin(&world, &client).await;
    let mut webview = Person::default();
    let flow = format!("device.{user_code}");
    let signed_in = webview
        .sign_in(&world, "alice", crate::world::PASSWORD, &flow)
        .await;
    webview.cookie = None;
    let page = webview.get(&world, &signed_in.location()).await;
    assert_eq!(
        (page.status.as_u16(), page.location()),
        (401, String::new())
    );
    let link = format!("https://mcp.example/login?flow={flow}");
    assert!(page.shows(&link), "{}", page.body);
}

#[tokio::test]
async fn user_codes_are_not_found_by_trying() {
    let world = World::new().await;
    world.add_user("bob").await;
    let client = terminal(&world).await;
    let mut person = world.signed_in("alice").await;
    for _ in 0..5 {
        assert_eq!(look(&world, &mut person, "BBBB-BBBB").await.status, 422);
    }
    let (_, user_code) = begin(&world, &client).await;
    let limited = look(&world, &mut person, &user_code).await;
    assert_eq!(limited.status, 429); // RFC 8628 section 5.1
    assert_ne!(limited.header("retry-after"), "");
    let mut bob = world.signed_in("bob").await;
    assert_eq!(
        look(&world, &mut bob, &user_code).await.status,
        200,
        "others go on"
    );
    world.pass(Duration::from_secs(60));
    assert_eq!(look(&world, &mut person, &user_code).await.status, 200);
}

#[tokio::test]
async fn what_was_approved_ends_with_the_account_or_its_password() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    allow(&world, &user_code).await;
    let password = Secret::presented("another good one");
    let changed = world.administration.set_password("alice", password).await;
    changed.expect("changed");
    poll(&world, &client, &device_code)
        .await
        .refuses(400, "access_denied"); // TK-18
}

#[tokio::test]
async fn requests_survive_a_restart_and_one_of_two_polls_wins() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    let world = world.restarted().await;
    allow(&world, &user_code).await;
    let (one, two) = tokio::join!(
        poll(&world, &client, &device_code),
        poll(&world, &client, &device_code)
    );
    let granted = [&one, &two]
        .into_iter()
        .filter(|answer| answer.status == 200);
    assert_eq!(granted.count(), 1);
    let lost = [one, two].into_iter().find(|answer| answer.status != 200);
    lost.expect("one lost").refuses(400, "invalid_grant");
}

#[tokio::test]
async fn codes_are_stored_as_digests_and_stand_in_no_record() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    allow(&world, &user_code).await;
    poll(&world, &client, &device_code).await;
    let records = Value::from(world.audit_records().await).to_string();
    assert!(!records.contains(&device_code) && !records.contains(&user_code));
}

#[tokio::test]
async fn a_device_narrows_its_token_to_single_calls() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    allow(&world, &user_code).await;
    let pairs = [
        ("grant_type", GRANT),
        ("client_id", client.as_str()),
        ("device_code", device_code.as_str()),
        ("authorization_details", DETAILS),
    ];
    let tokens = world.post("/token", &pairs).await.tokens();
    let carried = claims(&tokens.access)["authorization_details"].to_string();
    assert_eq!(carried, DETAILS); // A-082
}

#[tokio::test]
async fn a_server_that_wants_recent_sign_ins_gets_one_before_a_device_is_allowed() {
    let mut wanting = config(ISSUER, &["files"]);
    wanting.servers[0].sign_in.max_age = Some(Duration::from_secs(300));
    let world = World::with(wanting).await;
    let client = terminal(&world).await;
    let mut person = world.signed_in("alice").await;
    world.pass(Duration::from_secs(301));
    let (_, user_code) = begin(&world, &client).await;
    let sent = look(&world, &mut person, &user_code).await;
    assert!(sent.location().starts_with("/login?"), "{}", sent.body); // A-033
    let sign_in = person.get(&world, &sent.location()).await;
    let flow = sign_in.field("flow");
    let signed_in = person
        .sign_in(&world, "alice", crate::world::PASSWORD, &flow)
        .await;
    assert_eq!(
        signed_in.location(),
        format!("/device?user_code={user_code}&from=sign-in")
    );
    let question = look(&world, &mut person, &user_code).await;
    assert_eq!(question.status, 200, "{}", question.body);
}

#[tokio::test]
async fn a_server_that_wants_strong_sign_ins_gets_one_before_a_device_is_allowed() {
    let mut wanting = config(ISSUER, &["files"]);
    wanting.servers[0].sign_in.acr = Some(doorward_core::step_up::Acr::Mfa);
    let world = World::with(wanting).await;
    let client = terminal(&world).await;
    let mut person = world.signed_in("alice").await;
    let (_, user_code) = begin(&world, &client).await;
    let sent = look(&world, &mut person, &user_code).await;
    let sign_in = person.get(&world, &sent.location()).await;
    let (flow, acr) = (sign_in.field("flow"), sign_in.field("acr"));
    let pairs = [
        ("username", "alice"),
        ("password", crate::world::PASSWORD),
        ("flow", &*flow),
        ("acr", &*acr),
    ];
    let begun = person.post(&world, "/login", &pairs).await;
    let page = person.get(&world, &begun.location()).await;
    let app = crate::world::factors::App::of(&page);
    let (step, code) = (page.field("step"), app.code(&world));
    let pairs = [
        ("step", &*step),
        ("flow", &*flow),
        ("kind", "code"),
        ("ticket", &*app.ticket),
        ("code", &*code),
    ];
    let codes = person.post(&world, "/login/step/factor", &pairs).await;
    assert!(codes.shows(&format!("/device?user_code={user_code}"))); // A-033
    let question = look(&world, &mut person, &user_code).await;
    assert_eq!(question.status, 200, "{}", question.body);
}

// A-082, RFC 9396: what the page shows is what the device gets
#[tokio::test]
async fn a_device_that_asks_for_single_calls_gets_these_and_no_others() {
    const CALLS: &str = r#"[{"type":"mcp_tool","server":"files","tools":["list_files","read_*"],"arguments":{"volume":{"one_of":["docs"]}}}]"#;
    let world = World::new().await;
    let client = terminal(&world).await;
    let asking = [("resource", FILES), ("authorization_details", CALLS)];
    let begun = begin_with(&world, &client, &asking).await.json();
    let text = |name: &str| begun[name].as_str().expect("text").to_owned();
    let (device_code, user_code) = (text("device_code"), text("user_code"));
    let mut person = world.signed_in("alice").await;
    let question = look(&world, &mut person, &user_code).await;
    for shown in ["Only these calls", "list_files", "read_*", "volume", "docs"] {
        assert!(question.shows(shown), "{shown}: {}", question.body);
    }
    decide(&world, &mut person, &question, &[("decision", "allow")]).await;
    let poll_for = async |details: Option<&str>| {
        let mut pairs = vec![
            ("grant_type", GRANT),
            ("client_id", client.as_str()),
            ("device_code", device_code.as_str()),
        ];
        pairs.extend(details.map(|details| ("authorization_details", details)));
        world.post("/token", &pairs).await
    };
    let wider = r#"[{"type":"mcp_tool","server":"files","tools":["*"]}]"#;
    poll_for(Some(wider))
        .await
        .refuses(400, "invalid_authorization_details"); // and the code is as good as before
    let answer = poll_for(None).await;
    let tokens = answer.tokens();
    let carried = |token: &str| claims(token)["authorization_details"].clone();
    let expected: Value = serde_json::from_str(CALLS).expect("JSON");
    assert_eq!(carried(&tokens.access), expected);
    assert_eq!(answer.json()["authorization_details"], expected);
    let refreshed = world.refresh(&client, &tokens.refresh).await.tokens();
    assert_eq!(
        carried(&refreshed.access),
        expected,
        "the grant carries them"
    );
}

#[tokio::test]
async fn a_device_learns_nobody_s_identity_and_gets_in_though_it_asks_for_openid() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let habit = [
        ("resource", FILES),
        ("scope", "mcp:read openid profile offline_access"), // interop 9
    ];
    let begun = begin_with(&world, &client, &habit).await.json();
    let text = |name: &str| begun[name].as_str().expect("text").to_owned();
    allow(&world, &text("user_code")).await;
    let answer = poll(&world, &client, &text("device_code")).await;
    assert_eq!(answer.tokens().scope, "mcp:read");
    assert!(answer.json().get("id_token").is_none());
}

#[tokio::test]
async fn a_tool_that_only_asks_who_somebody_is_gets_no_server_by_device() {
    let world = World::new().await;
    let tool = terminal(&world).await;
    let refused = async |sent: Sent<'_>| begin_with(&world, &tool, sent).await;
    for scope in ["openid", "openid profile email"] {
        let refused = refused(&[("scope", scope)]).await;
        refused.refuses(400, "invalid_scope");
    }
    let sent: [Sent<'_>; 4] = [
        &[("scope", "openid mcp:read")],
        &[("scope", "openid"), ("resource", FILES)],
        &[("scope", "openid"), ("authorization_details", DETAILS)],
        &[("scope", "profile")],
    ];
    for sent in sent {
        assert_eq!(
            begin_with(&world, &tool, sent).await.status,
            200,
            "{sent:?}"
        );
    }
    world.issuer.reconfigure(doorward_issuer::IssuerConfig {
        openid: false,
        ..world.config.clone()
    });
    let off = begin_with(&world, &tool, &[("scope", "openid")]).await;
    assert_eq!(off.status, 200, "the word means nothing");
}

#[tokio::test]
async fn a_device_waits_while_nobody_knows_what_was_revoked() {
    let world = World::new().await;
    let client = terminal(&world).await;
    let (device_code, user_code) = begin(&world, &client).await;
    allow(&world, &user_code).await;
    world.revocations.suspend();
    let unsure = poll(&world, &client, &device_code).await;
    unsure.refuses(503, "temporarily_unavailable"); // TK-18
    world.revocations.resume();
    assert_eq!(poll(&world, &client, &device_code).await.status, 200);
}
