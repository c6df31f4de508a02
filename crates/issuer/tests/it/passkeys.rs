//! Passkeys: made, used, and refused.

use std::time::Duration;

use doorward_authenticator::{Algorithm, Authenticator};
use doorward_core::{factor::SignInPolicy, step_up::Acr};
use doorward_issuer::IssuerConfig;
use serde_json::{Value, json};

use crate::world::{
    Answer, AuthorizeRequest, ISSUER, PASSWORD, Person, World, claims, config,
    factors::{App, challenge_of, options_of},
};

const LIST: &str = "/account/security";
const ADD: &str = "/account/security/passkey";

fn device() -> Authenticator {
    Authenticator::new(Algorithm::Es256, "mcp.example", "https://mcp.example")
}

/// Makes a passkey for who is signed in.
async fn add(world: &World, person: &mut Person, device: &mut Authenticator) -> Answer {
    let page = person.get(world, ADD).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let options = options_of(&page);
    let handle = options["user"]["id"].as_str().expect("a handle");
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let handle = URL_SAFE_NO_PAD.decode(handle).expect("base64url");
    let made = device.create(&challenge_of(&page), &handle).to_string();
    send(world, person, &page, ADD, &made).await
}

async fn send(world: &World, person: &mut Person, page: &Answer, path: &str, said: &str) -> Answer {
    let (form, ticket) = (page.field("form"), page.field("ticket"));
    let pairs = [
        ("form", &*form),
        ("ticket", &*ticket),
        ("credential", said),
        ("name", "Phone"),
    ];
    person.post(world, path, &pairs).await
}

/// What the sign-in page sends after `device` answered it.
async fn use_it(world: &World, person: &mut Person, device: &mut Authenticator) -> Answer {
    let page = person.get(world, "/login").await;
    let said = device.get(&challenge_of(&page)).to_string();
    sign_in(world, person, &page.field("ticket"), &said).await
}

async fn sign_in(world: &World, person: &mut Person, ticket: &str, said: &str) -> Answer {
    let pairs = [("flow", ""), ("ticket", ticket), ("credential", said)];
    person.post(world, "/login/step/passkey", &pairs).await
}

async fn is_signed_in(world: &World, person: &mut Person) -> bool {
    person.get(world, LIST).await.status == 200
}

async fn with_passkey() -> (World, Person, Authenticator) {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let mut device = device();
    let made = add(&world, &mut person, &mut device).await;
    assert_eq!(App::recovery_of(&made).len(), 10, "{}", made.body);
    (world, person, device)
}

//
#[tokio::test]
async fn a_passkey_signs_in_alone_and_tokens_say_so() {
    let (world, _, mut device) = with_passkey().await;
    let client = world.client().await;
    let mut person = Person::default();
    let request = AuthorizeRequest::new(&client).set("acr_values", "urn:doorward:acr:passkey");
    let begun = person.get(&world, &request.path()).await.location();
    let page = person.get(&world, &begun).await;
    let options = options_of(&page);
    assert_eq!(options["userVerification"], "required");
    assert_eq!(
        options["allowCredentials"],
        json!([]),
        "nobody is named, LG-03"
    );
    assert!(page.shows("autocomplete=\"username webauthn\""));
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    let said = device.get(&challenge_of(&page)).to_string();
    let (flow, ticket) = (page.field("flow"), page.field("ticket"));
    let pairs = [
        ("flow", &*flow),
        ("ticket", &*ticket),
        ("credential", &*said),
    ];
    let done = person.post(&world, "/login/step/passkey", &pairs).await;
    assert!(
        done.location().starts_with("/consent?flow="),
        "{}",
        done.body
    );
    let page = person.get(&world, &done.location()).await;
    let allowed = person.answer(&world, &page, &[("decision", "allow")]).await;
    let tokens = world
        .redeem(&client, &allowed.parameter("code"))
        .await
        .tokens();
    let told = claims(&tokens.access);
    assert_eq!(told["acr"], "urn:doorward:acr:passkey");
    assert_eq!(told["amr"], json!(["mfa", "pop", "user"]));
    let list = person.get(&world, LIST).await;
    assert!(
        list.shows("Phone") && list.shows("Last used on 2027-01-15."),
        "{}",
        list.body
    );
}

type Wrong = fn(&mut Authenticator);

// LG-01, LG-04
#[tokio::test]
async fn a_passkey_that_does_not_convince_signs_nobody_in() {
    #[rustfmt::skip]
    let cases: [(&str, Wrong); 7] = [
        ("another origin",     |it| it.origin = "https://evil.example".into()),
        ("another party",      |it| it.relying_party = "evil.example".into()),
        ("not verified",       |it| it.verified = false),
        ("nobody there",       |it| it.present = false),
        ("foreign credential", |it| it.credential = vec![9; 16]),
        ("another person",     |it| it.handle = Some(b"bob".to_vec())),
        ("embedded elsewhere", |it| it.embedded = true),
    ];
    for (name, wrong) in cases {
        let (world, _, mut device) = with_passkey().await;
        wrong(&mut device);
        let mut person = Person::default();
        let refused = use_it(&world, &mut person, &mut device).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.body);
        assert!(!is_signed_in(&world, &mut person).await, "{name}");
        let last = world.audited().await.pop();
        assert_eq!(last.as_deref(), Some("sign_in.step denied"), "{name}"); // AD-06
    }
}

#[tokio::test]
async fn whatever_strangers_send_a_known_device_signs_in() {
    let (world, mut owner, mut device) = with_passkey().await;
    let mut stranger = Person::default();
    let mut put_off = 0;
    for _ in 0..25 {
        let refused = sign_in(&world, &mut stranger, "x", "{}").await;
        put_off += u32::from(refused.status == 429);
    }
    assert!(put_off > 0, "the address is worn down");
    let done = use_it(&world, &mut owner, &mut device).await;
    assert_eq!(done.status, 303, "{}", done.body); // LG-02
}

#[tokio::test]
async fn a_copied_passkey_is_refused_and_recorded() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let mut device = device();
    device.count = 5;
    add(&world, &mut person, &mut device).await;
    assert_eq!(
        use_it(&world, &mut Person::default(), &mut device)
            .await
            .status,
        303
    );
    device.count = 5; // the copy does not know that it was used
    let refused = use_it(&world, &mut Person::default(), &mut device).await;
    assert_eq!(refused.status, 422);
    let records = world.audit_records().await;
    let last = records.last().expect("a record");
    assert_eq!(last["reason"], "the passkey has been copied");
}

#[tokio::test]
async fn a_challenge_is_for_one_use_one_browser_one_purpose_and_minutes() {
    let (world, mut owner, mut device) = with_passkey().await;
    let mut person = Person::default();
    let page = person.get(&world, "/login").await;
    let (ticket, said) = (
        page.field("ticket"),
        device.get(&challenge_of(&page)).to_string(),
    );

    let mut other = Person::default();
    other.get(&world, "/login").await;
    assert_eq!(
        sign_in(&world, &mut other, &ticket, &said).await.status,
        422,
        "another browser"
    );
    let mut bare = Person::default();
    assert_eq!(
        sign_in(&world, &mut bare, &ticket, &said).await.status,
        422,
        "no cookie"
    );

    assert_eq!(
        sign_in(&world, &mut person, &ticket, &said)
            .await
            .location(),
        "/"
    );
    let mut replay = person.clone();
    assert_eq!(
        sign_in(&world, &mut replay, &ticket, &said).await.status,
        422,
        "twice"
    );

    let adding = owner.get(&world, ADD).await;
    let said = device.get(&challenge_of(&adding)).to_string();
    let wrong = sign_in(&world, &mut owner, &adding.field("ticket"), &said).await;
    assert_eq!(wrong.status, 422, "another purpose");

    let page = person.get(&world, "/login").await;
    let said = device.get(&challenge_of(&page)).to_string();
    world.pass(Duration::from_secs(600));
    assert_eq!(
        sign_in(&world, &mut person, &page.field("ticket"), &said)
            .await
            .status,
        422,
        "late"
    );
}

#[tokio::test]
async fn a_passkey_is_the_second_factor_of_its_person_alone() {
    let (world, _, mut device) = with_passkey().await;
    world.add_user("bob").await;
    let mut bob = world.signed_in("bob").await;
    let mut bobs = self::device();
    add(&world, &mut bob, &mut bobs).await;
    for (device, expected) in [(&mut bobs, 422), (&mut device, 303)] {
        let mut person = Person::default();
        let begun = person
            .sign_in(&world, "alice", PASSWORD, "")
            .await
            .location();
        assert!(begun.starts_with("/login/step/factor?step="), "{begun}");
        let page = person.get(&world, &begun).await;
        let allowed = options_of(&page)["allowCredentials"]
            .as_array()
            .map(Vec::len);
        assert_eq!(allowed, Some(1));
        let said = device.get(&challenge_of(&page)).to_string();
        let (step, ticket) = (page.field("step"), page.field("ticket"));
        let pairs = [
            ("step", &*step),
            ("flow", ""),
            ("kind", "passkey"),
            ("ticket", &*ticket),
            ("credential", &*said),
        ];
        let answer = person.post(&world, "/login/step/factor", &pairs).await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.body);
        assert_eq!(is_signed_in(&world, &mut person).await, expected == 303);
    }
}

#[tokio::test]
async fn a_registration_that_is_wrong_adds_nothing() {
    #[rustfmt::skip]
    let cases: [(&str, Wrong); 4] = [
        ("another origin", |it| it.origin = "https://evil.example".into()),
        ("another party",  |it| it.relying_party = "evil.example".into()),
        ("not verified",   |it| it.verified = false),
        ("a sign-in",      |it| it.purpose = Some("webauthn.get")),
    ];
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    for (name, wrong) in cases {
        let mut device = device();
        wrong(&mut device);
        let refused = add(&world, &mut person, &mut device).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.body);
    }
    let page = person.get(&world, ADD).await;
    for said in ["", "{}", "[]", "\u{0}"] {
        let refused = send(&world, &mut person, &page, ADD, said).await;
        assert_eq!(refused.status, 422, "{said:?}");
    }
    assert!(person.get(&world, LIST).await.shows("You have none."));
    let mut device = device();
    add(&world, &mut person, &mut device).await;
    let twice = add(&world, &mut person, &mut device).await;
    assert_eq!(twice.status, 422, "the same credential again");
}

// AD-02, CO-06
#[tokio::test]
async fn passkeys_have_names_and_belong_to_their_person() {
    let (world, mut person, _) = with_passkey().await;
    let list = person.get(&world, LIST).await;
    let (tag, id) = (list.field("form"), list.field("passkey"));
    let name = "My\u{202e} <b>phone</b>";
    let pairs = [
        ("form", &*tag),
        ("do", "rename-passkey"),
        ("passkey", &*id),
        ("name", name),
    ];
    assert_eq!(person.post(&world, LIST, &pairs).await.status, 303);
    let list = person.get(&world, LIST).await;
    assert!(list.shows("My &lt;b&gt;phone&lt;/b&gt;"), "{}", list.body);
    world.add_user("bob").await;
    let mut bob = world.signed_in("bob").await;
    add(&world, &mut bob, &mut self::device()).await;
    let tag = bob.get(&world, LIST).await.field("form");
    for what in ["rename-passkey", "remove-passkey"] {
        let pairs = [
            ("form", &*tag),
            ("do", what),
            ("passkey", &*id),
            ("name", "mine"),
        ];
        bob.post(&world, LIST, &pairs).await;
    }
    assert!(person.get(&world, LIST).await.shows("My &lt;b&gt;phone"));
    let tag = person.get(&world, LIST).await.field("form");
    let pairs = [("form", &*tag), ("do", "remove-passkey"), ("passkey", &*id)];
    assert_eq!(person.post(&world, LIST, &pairs).await.status, 303);
    assert!(person.get(&world, LIST).await.shows("You have none."));
}

#[tokio::test]
async fn who_is_disabled_is_as_unknown_as_a_stranger() {
    let (world, _, mut device) = with_passkey().await;
    let mut stranger = self::device();
    stranger.handle.clone_from(&device.handle);
    let unknown = use_it(&world, &mut Person::default(), &mut stranger).await;
    world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    let disabled = use_it(&world, &mut Person::default(), &mut device).await;
    let told = |answer: &Answer| {
        (
            answer.status,
            answer.shows("This passkey is not known here"),
        )
    };
    assert_eq!(told(&unknown), told(&disabled)); // LG-03
    assert!(told(&unknown).1);
}

fn turned_off() -> IssuerConfig {
    IssuerConfig {
        sign_in: SignInPolicy {
            passkeys: false,
            ..SignInPolicy::default()
        },
        ..config(ISSUER, &["files"])
    }
}

#[tokio::test]
async fn turned_off_passkeys_are_neither_offered_nor_taken_nor_asked_for() {
    let (world, _, mut device) = with_passkey().await;
    let mut person = Person::default();
    let page = person.get(&world, "/login").await;
    let (ticket, said) = (
        page.field("ticket"),
        device.get(&challenge_of(&page)).to_string(),
    );
    world.issuer.reconfigure(turned_off());
    assert_eq!(
        sign_in(&world, &mut person, &ticket, &said).await.status,
        422
    );
    assert!(
        !person
            .get(&world, "/login")
            .await
            .body
            .contains("data-passkey")
    );
    assert_eq!(
        person
            .sign_in(&world, "alice", PASSWORD, "")
            .await
            .location(),
        "/"
    );
    assert!(person.get(&world, ADD).await.shows("not in use here"));
    let metadata = world
        .get("/.well-known/oauth-authorization-server")
        .await
        .json();
    let values: Vec<&str> = Acr::ALL[..2].iter().map(|acr| acr.as_str()).collect();
    assert_eq!(metadata["acr_values_supported"], json!(values));
}

#[tokio::test]
async fn on_this_computer_passkeys_belong_to_localhost_and_elsewhere_to_a_name() {
    let offered = async |issuer: &str| -> Option<Value> {
        let world = World::with(config(issuer, &["files"])).await;
        let page = Person::default().get(&world, "/login").await;
        page.body.contains("data-passkey=").then(|| {
            let elsewhere = page
                .body
                .contains("http:&#x2f;&#x2f;localhost:8080&#x2f;login");
            json!([options_of(&page)["rpId"], elsewhere])
        })
    };
    assert_eq!(
        offered("http://127.0.0.1:8080").await,
        Some(json!(["localhost", true]))
    );
    assert_eq!(
        offered("http://localhost:8080").await,
        Some(json!(["localhost", true]))
    );
    assert_eq!(
        offered("https://mcp.example/base").await,
        Some(json!(["mcp.example", false]))
    );
    assert_eq!(offered("https://192.0.2.1").await, None);
}
