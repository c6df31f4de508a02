//! Second factors: what is owed at a sign-in, codes that work once, and who may change what.

use std::time::Duration;

use doorward_core::{
    factor::{SignInPolicy, TotpKey},
    id::SessionId,
    secret::Secret,
    session::{Method, Methods, Session},
    step_up::Acr,
};
use serde_json::json;

use crate::world::{
    Answer, AuthorizeRequest, ISSUER, PASSWORD, Person, World, claims, config, factors::App,
};

const MFA: &str = "urn:doorward:acr:mfa";
const LIST: &str = "/account/security";

/// The page of the step after the right password.
async fn begun(world: &World, person: &mut Person, flow: &str) -> Answer {
    let answer = person.sign_in(world, "alice", PASSWORD, flow).await;
    let step = answer.location();
    assert!(step.starts_with("/login/step/factor?step="), "{step}");
    let page = person.get(world, &step).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn answer(
    world: &World,
    person: &mut Person,
    page: &Answer,
    kind: &str,
    code: &str,
) -> Answer {
    let (step, flow) = (
        page.field("step"),
        page.field("flow").replace("&#x2f;", "/"),
    );
    let pairs = [
        ("step", &*step),
        ("flow", &*flow),
        ("kind", kind),
        ("code", code),
    ];
    person.post(world, "/login/step/factor", &pairs).await
}

async fn is_signed_in(world: &World, person: &mut Person) -> bool {
    person.get(world, LIST).await.status == 200
}

async fn with_app() -> (World, Person, App) {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let app = App::enrol(&world, &mut person).await;
    (world, person, app)
}

// LG-01, A-033
#[tokio::test]
async fn who_has_an_application_is_asked_for_its_code_and_tokens_say_so() {
    let (world, _, app) = with_app().await;
    world.pass(Duration::from_secs(60));
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client);
    let mut person = Person::default();
    let begun_at = person.get(&world, &request.path()).await.location();
    let flow = begun_at.strip_prefix("/login?flow=").expect("to sign in");
    let page = begun(&world, &mut person, flow).await;
    assert!(!is_signed_in(&world, &mut person).await, "half is nothing");
    let consent = person.get(&world, &format!("/consent?flow={flow}")).await;
    assert!(consent.location().starts_with("/login?flow="));
    let done = answer(&world, &mut person, &page, "code", &app.code(&world)).await;
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
    for token in [
        &tokens.access,
        &world
            .refresh(&client, &tokens.refresh)
            .await
            .tokens()
            .access,
    ] {
        let told = claims(token);
        assert_eq!(
            (&told["acr"], &told["amr"]),
            (&json!(MFA), &json!(["mfa", "otp", "pwd"]))
        );
    }
    let trace = world.audited().await.join(", ");
    assert!(trace.contains("factor.change allowed"), "{trace}");
    assert!(trace.contains("sign_in.step allowed"), "{trace}");
}

#[tokio::test]
async fn a_code_works_once_also_after_a_restart() {
    let (world, _, app) = with_app().await;
    let first = app.code(&world);
    let tried = async |world: &World, code: &str| {
        let mut person = Person::default();
        let page = begun(world, &mut person, "").await;
        let answer = answer(world, &mut person, &page, "code", code).await;
        (
            answer.status.as_u16(),
            is_signed_in(world, &mut person).await,
        )
    };
    assert_eq!(
        tried(&world, &first).await,
        (422, false),
        "it enrolled the application"
    );
    world.pass(Duration::from_secs(30));
    let second = app.code(&world);
    assert_eq!(tried(&world, "000000").await, (422, false));
    assert_eq!(tried(&world, &second).await, (303, true));
    assert_eq!(tried(&world, &second).await, (422, false)); // LG-02
    let restarted = world.restarted().await;
    assert_eq!(tried(&restarted, &second).await, (422, false));
    restarted.pass(Duration::from_secs(30));
    assert_eq!(
        tried(&restarted, &second).await,
        (422, false),
        "nor an older one"
    );
    assert_eq!(tried(&restarted, &app.code(&restarted)).await, (303, true));
}

#[tokio::test]
async fn of_one_code_sent_many_times_at_once_one_counts() {
    let (world, _, app) = with_app().await;
    world.pass(Duration::from_secs(30));
    let code = app.code(&world);
    let mut people = vec![];
    for _ in 0..6 {
        let mut person = Person::default();
        let page = begun(&world, &mut person, "").await;
        people.push((person, page));
    }
    let all = people
        .iter_mut()
        .map(|(person, page)| answer(&world, person, page, "code", &code));
    let all = futures_util::future::join_all(all).await;
    let through = all.iter().filter(|answer| answer.status == 303).count();
    assert_eq!(through, 1);
}

#[tokio::test]
async fn a_recovery_code_gets_in_once_and_few_of_them_are_told() {
    let (world, _, app) = with_app().await;
    assert_eq!(app.recovery.len(), 10);
    for (place, code) in app.recovery.iter().enumerate() {
        let mut person = Person::default();
        let page = begun(&world, &mut person, "").await;
        let typed = code.to_uppercase().replace('-', " ");
        let done = answer(&world, &mut person, &page, "recovery", &typed).await;
        assert_eq!(done.location(), "/", "{}", done.body);
        let list = person.get(&world, LIST).await;
        let warned = list.body.contains("Make new ones");
        assert_eq!(warned, place >= 6, "{place}");
        let mut thief = Person::default();
        let page = begun(&world, &mut thief, "").await;
        let refused = answer(&world, &mut thief, &page, "recovery", code).await;
        assert!(
            matches!(refused.status.as_u16(), 422 | 429),
            "{}",
            refused.status
        );
        world.pass(Duration::from_secs(60));
    }
}

// LG-01, LG-04
#[tokio::test]
async fn a_step_is_of_the_browser_that_began_it_and_of_minutes() {
    let (world, _, app) = with_app().await;
    world.pass(Duration::from_secs(30));
    let mut person = Person::default();
    let page = begun(&world, &mut person, "").await;
    let step = page.field("step");
    let code = app.code(&world);
    for cookie in [
        None,
        Some(format!("__Host-doorward-step=dwb_{}", "A".repeat(43))),
    ] {
        let mut other = Person {
            cookie,
            ..Person::default()
        };
        let path = format!("/login/step/factor?step={step}&flow=");
        assert_eq!(other.get(&world, &path).await.status, 403);
        let refused = answer(&world, &mut other, &page, "code", &code).await;
        assert_eq!(refused.status, 403);
        assert!(refused.shows("Sign in from the beginning"));
        assert!(!is_signed_in(&world, &mut other).await);
    }
    for broken in ["", "x", step.split_at(1).1, &format!("{step}A")] {
        let path = format!("/login/step/factor?step={broken}&flow=");
        assert_eq!(person.get(&world, &path).await.status, 403, "{broken}");
    }
    world.pass(Duration::from_secs(600));
    let late = answer(&world, &mut person, &page, "code", &app.code(&world)).await;
    assert_eq!(late.status, 403);
}

// LG-04
#[tokio::test]
async fn the_minutes_of_a_step_are_counted_from_its_beginning_however_often_it_is_loaded() {
    let (world, _, app) = with_app().await;
    let mut person = Person::default();
    let mut page = begun(&world, &mut person, "").await;
    for _ in 0..2 {
        world.pass(Duration::from_secs(240));
        let path = format!("/login/step/factor?step={}&flow=", page.field("step"));
        page = person.get(&world, &path).await;
        assert_eq!(page.status, 200, "{}", page.body);
    }
    let wrong = answer(&world, &mut person, &page, "code", "1").await;
    assert_eq!(wrong.status, 422);
    world.pass(Duration::from_secs(120));
    let late = answer(&world, &mut person, &wrong, "code", &app.code(&world)).await;
    assert_eq!(late.status, 403, "{}", late.body);
    assert!(!is_signed_in(&world, &mut person).await);
}

#[tokio::test]
async fn a_password_that_is_replaced_ends_what_it_began() {
    let (world, _, app) = with_app().await;
    let mut person = Person::default();
    let page = begun(&world, &mut person, "").await;
    world.pass(Duration::from_secs(30));
    let new = doorward_core::secret::Secret::presented("another horse battery staple");
    world
        .administration
        .set_password("alice", new)
        .await
        .expect("set");
    let refused = answer(&world, &mut person, &page, "code", &app.code(&world)).await;
    assert_eq!(refused.status, 403); // LG-08
    let mut person = Person::default();
    assert_eq!(
        person.sign_in(&world, "alice", PASSWORD, "").await.status,
        422
    );
}

// LG-02
#[tokio::test]
async fn guessing_codes_is_slow_and_locks_nobody_out() {
    let (world, mut owner, app) = with_app().await;
    world.pass(Duration::from_secs(30));
    let mut thief = Person::default();
    let page = begun(&world, &mut thief, "").await;
    let mut statuses = Vec::new();
    for guess in 0..12 {
        let guess = format!("{guess:06}");
        let answer = answer(&world, &mut thief, &page, "code", &guess).await;
        statuses.push(answer.status.as_u16());
        if answer.status == 429 {
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 422).count(),
        10,
        "{statuses:?}"
    );
    // The owner's own device is counted apart, and a recovery code is not counted there.
    let page = begun(&world, &mut owner, "").await;
    let done = answer(&world, &mut owner, &page, "code", &app.code(&world)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let mut abroad = Person::default();
    let page = begun(&world, &mut abroad, "").await;
    let done = answer(&world, &mut abroad, &page, "recovery", &app.recovery[0]).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

// LG-02
#[tokio::test]
async fn strangers_behind_the_same_address_lock_nobody_out_of_a_second_factor() {
    let (world, mut owner, app) = with_app().await;
    world.pass(Duration::from_secs(30));
    let mut thief = Person::default();
    for _ in 0..25 {
        let pairs = [("flow", ""), ("ticket", "x"), ("credential", "{}")];
        let refused = thief.post(&world, "/login/step/passkey", &pairs).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
    }
    let mut abroad = Person::default();
    let page = begun(&world, &mut abroad, "").await;
    let done = answer(&world, &mut abroad, &page, "recovery", &app.recovery[0]).await;
    assert_eq!(
        done.status, 303,
        "passkeys are counted apart: {}",
        done.body
    );
    let page = begun(&world, &mut thief, "").await;
    let mut put_off = 0;
    for _ in 0..25 {
        let refused = answer(&world, &mut thief, &page, "recovery", "x").await;
        put_off += u32::from(refused.status == 429);
    }
    assert!(put_off > 0, "the address is worn down");
    let page = begun(&world, &mut owner, "").await;
    let done = answer(&world, &mut owner, &page, "code", &app.code(&world)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let page = begun(&world, &mut owner, "").await;
    let done = answer(&world, &mut owner, &page, "recovery", &app.recovery[1]).await;
    assert_eq!(done.status, 303, "{}", done.body);
}

#[tokio::test]
async fn two_tabs_and_the_back_button_do_not_matter() {
    let (world, _, app) = with_app().await;
    world.add_user("bob").await;
    world.pass(Duration::from_secs(30));
    let mut person = Person::default();
    let alices = begun(&world, &mut person, "").await;
    let again = begun(&world, &mut person, "").await; // the same in another tab
    assert_eq!(
        person.sign_in(&world, "bob", PASSWORD, "").await.location(),
        "/"
    );
    let wrong = answer(&world, &mut person, &again, "code", "123456").await;
    assert_eq!(wrong.status, 422);
    let done = answer(&world, &mut person, &alices, "code", &app.code(&world)).await;
    assert_eq!(done.location(), "/");
    assert!(
        person
            .get(&world, LIST)
            .await
            .shows("<strong>alice</strong>")
    );
}

// A-033, RFC 9470
#[tokio::test]
async fn a_stronger_sign_in_that_is_asked_for_is_enrolled_on_the_way() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("acr_values", MFA);
    let begun_at = person.get(&world, &request.path()).await.location();
    let flow = begun_at
        .strip_prefix("/login?flow=")
        .expect("to sign in again");
    let page = begun(&world, &mut person, flow).await;
    assert!(page.shows("Add a second way"));
    let app = App::of(&page);
    let (step, ticket, code) = (page.field("step"), app.ticket.clone(), app.code(&world));
    let wrong = [
        ("step", &*step),
        ("flow", flow),
        ("kind", "code"),
        ("ticket", &*ticket),
        ("code", "1"),
    ];
    let again = person.post(&world, "/login/step/factor", &wrong).await;
    assert_eq!(again.status, 422);
    assert_eq!(
        App::of(&again).key,
        app.key,
        "the picture was scanned already"
    );
    let pairs = [
        ("step", &*step),
        ("flow", flow),
        ("kind", "code"),
        ("ticket", &*ticket),
        ("code", &*code),
    ];
    let codes = person.post(&world, "/login/step/factor", &pairs).await;
    assert_eq!(codes.status, 200);
    assert!(codes.shows("They are shown only now"));
    let page = person.get(&world, &format!("/consent?flow={flow}")).await;
    let allowed = person.answer(&world, &page, &[("decision", "allow")]).await;
    let tokens = world
        .redeem(&client, &allowed.parameter("code"))
        .await
        .tokens();
    assert_eq!(claims(&tokens.access)["acr"], MFA);
    // What is there now satisfies the same wish without any page of ours but consent.
    let next = person.get(&world, &request.path()).await.location();
    assert!(next.starts_with("/consent?flow="), "{next}");
    let quiet = AuthorizeRequest::new(&client)
        .set("acr_values", "urn:doorward:acr:passkey")
        .set("prompt", "none");
    let told = person.get(&world, &quiet.path()).await;
    assert!(told.body.contains("login_required") || told.location().contains("login_required"));
}

#[tokio::test]
async fn a_server_that_wants_more_gets_it_from_everybody_who_connects() {
    let mut wanting = config(ISSUER, &["files"]);
    wanting.servers[0].sign_in.acr = Some(Acr::Mfa);
    let world = World::with(wanting).await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let next = person
        .get(&world, &AuthorizeRequest::new(&client).path())
        .await;
    assert!(next.location().starts_with("/login?flow="));
    App::enrol(&world, &mut person).await;
    let next = person
        .get(&world, &AuthorizeRequest::new(&client).path())
        .await;
    assert!(
        next.location().starts_with("/consent?flow="),
        "this session showed it: {}",
        next.location()
    );
}

fn demanding() -> doorward_issuer::IssuerConfig {
    doorward_issuer::IssuerConfig {
        sign_in: SignInPolicy {
            member: Acr::Mfa,
            ..SignInPolicy::default()
        },
        ..config(ISSUER, &["files"])
    }
}

#[tokio::test]
async fn where_a_factor_is_demanded_weaker_sessions_are_none_and_the_last_one_stays() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    world.issuer.reconfigure(demanding());
    assert!(!is_signed_in(&world, &mut person).await);
    let page = begun(&world, &mut person, "").await;
    let app = App::of(&page);
    let (step, ticket, code) = (page.field("step"), app.ticket.clone(), app.code(&world));
    let pairs = [
        ("step", &*step),
        ("flow", ""),
        ("kind", "code"),
        ("ticket", &*ticket),
        ("code", &*code),
    ];
    assert_eq!(
        person
            .post(&world, "/login/step/factor", &pairs)
            .await
            .status,
        200
    );
    let list = person.get(&world, LIST).await;
    let tag = list.field("form");
    let pairs = [("form", tag.as_str()), ("do", "remove-app")];
    let refused = person.post(&world, LIST, &pairs).await;
    assert_eq!(refused.status, 409);
    assert!(refused.shows("demands a second factor"));
    world.issuer.reconfigure(config(ISSUER, &["files"]));
    assert_eq!(person.post(&world, LIST, &pairs).await.status, 303);
    assert_eq!(
        person
            .sign_in(&world, "alice", PASSWORD, "")
            .await
            .location(),
        "/"
    );
}

#[tokio::test]
async fn the_first_administrator_adds_a_factor_where_one_is_demanded() {
    let mut demanding = demanding();
    demanding.sign_in.administrator = Acr::Mfa;
    let world = World::empty(demanding).await;
    let link = world.administration.setup_link().await.expect("a link");
    let mut person = Person::default();
    let pairs = [
        ("token", link.expose()),
        ("username", "root"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let made = person.post(&world, "/setup", &pairs).await;
    let page = person.get(&world, &made.location()).await;
    let app = App::of(&page);
    let (step, ticket, code) = (page.field("step"), app.ticket.clone(), app.code(&world));
    let pairs = [
        ("step", &*step),
        ("flow", ""),
        ("kind", "code"),
        ("ticket", &*ticket),
        ("code", &*code),
    ];
    let codes = person.post(&world, "/login/step/factor", &pairs).await;
    assert!(codes.shows("href=\"/setup/done\""), "{}", codes.body);
}

// CO-02, AD-02
#[tokio::test]
async fn factors_are_changed_by_their_person_on_our_page_after_a_fresh_sign_in() {
    let (world, mut person, _) = with_app().await;
    let tag = person.get(&world, LIST).await.field("form");
    let remove = [("form", tag.as_str()), ("do", "remove-app")];
    let elsewhere = world
        .post_with(LIST, &[("origin", "https://evil.example")], &remove)
        .await;
    assert_eq!(elsewhere.status, 403);
    for stale in ["", "x"] {
        let pairs = [("form", stale), ("do", "remove-app")];
        assert_eq!(
            person.post(&world, LIST, &pairs).await.status,
            403,
            "{stale}"
        );
    }
    let nobody = Person::default().get(&world, LIST).await;
    assert_eq!(nobody.location(), "/login?flow=again./account/security");
    world.pass(Duration::from_secs(601));
    for path in [LIST, "/account/security/app", "/account/security/passkey"] {
        let old = person.post(&world, path, &remove).await;
        assert_eq!(
            old.location(),
            "/login?flow=again./account/security",
            "{path}"
        );
    }
    let page = person.get(&world, "/account/security/app").await;
    assert_eq!(page.location(), "/login?flow=again./account/security");
    assert_eq!(
        person.get(&world, LIST).await.status,
        200,
        "looking is free"
    );
}

// LG-07
#[tokio::test]
async fn after_every_step_the_person_is_where_they_wanted_to_be_and_nowhere_else() {
    let (world, _, app) = with_app().await;
    for (flow, expected) in [("again./account/security", LIST), ("", "/")] {
        world.pass(Duration::from_secs(60));
        let mut person = Person::default();
        let page = begun(&world, &mut person, flow).await;
        let done = answer(&world, &mut person, &page, "code", &app.code(&world)).await;
        assert_eq!(done.location(), expected);
    }
    for flow in [
        "again.//evil.example",
        "https://evil.example",
        "again./accounts",
    ] {
        let mut person = Person::default();
        let page = begun(&world, &mut person, "").await;
        let step = page.field("step");
        let code = app.code(&world);
        let pairs = [
            ("step", &*step),
            ("flow", flow),
            ("kind", "code"),
            ("code", &*code),
        ];
        let refused = person.post(&world, "/login/step/factor", &pairs).await;
        assert_eq!(refused.status, 400, "{flow}");
    }
}

#[tokio::test]
async fn removing_a_factor_ends_the_other_sessions_and_recovery_codes() {
    let (world, mut person, app) = with_app().await;
    let mut elsewhere = Person::default();
    let page = begun(&world, &mut elsewhere, "").await;
    answer(&world, &mut elsewhere, &page, "recovery", &app.recovery[0]).await;
    assert!(is_signed_in(&world, &mut elsewhere).await);
    let tag = person.get(&world, LIST).await.field("form");
    let pairs = [("form", tag.as_str()), ("do", "remove-app")];
    assert_eq!(person.post(&world, LIST, &pairs).await.location(), LIST);
    assert!(is_signed_in(&world, &mut person).await);
    assert!(!is_signed_in(&world, &mut elsewhere).await); // LG-08
    let list = person.get(&world, LIST).await;
    assert!(!list.shows("Make new codes"));
    let twice = person.post(&world, LIST, &pairs).await;
    assert_eq!(twice.status, 303, "sent twice, done once");
}

// LG-01, LG-08
#[tokio::test]
async fn a_first_factor_ends_all_sessions_that_did_not_show_it() {
    let world = World::new().await;
    let mut thief = world.signed_in("alice").await;
    let mut owner = Person::default();
    assert_eq!(
        owner
            .sign_in(&world, "alice", PASSWORD, "")
            .await
            .location(),
        "/"
    );
    let before = owner.clone();
    App::enrol(&world, &mut owner).await;
    assert!(is_signed_in(&world, &mut owner).await);
    assert!(!is_signed_in(&world, &mut thief).await);
    assert!(
        !is_signed_in(&world, &mut before.clone()).await,
        "a new session"
    );
    let list = owner.get(&world, LIST).await;
    let pairs = [("form", &*list.field("form")), ("do", "codes")];
    let codes = owner.post(&world, LIST, &pairs).await;
    assert_eq!(
        codes.status,
        200,
        "it showed the factor: {}",
        codes.location()
    );
}

/// A session of alice by the password alone, as there was before her first factor.
async fn weak_session(world: &World) -> Person {
    let mut tx = world.store.begin().await.expect("a unit of work");
    let name = "alice".to_owned().try_into().expect("a name");
    let user = tx
        .user_by_name(&name)
        .await
        .expect("readable")
        .expect("there");
    let value = Secret::mint("dws_", [7; 32]);
    tx.add_session(&Session {
        digest: value.digest(),
        id: SessionId::from_known("weak"),
        user: user.id,
        methods: Methods::of([Method::Password]),
        created_at: world.now(),
        authenticated_at: world.now(),
        seen_at: world.now(),
        expires_at: world.now() + Duration::from_secs(3600),
        agent: None,
        address: None,
    });
    tx.commit().await.expect("committed");
    Person {
        cookie: Some(format!("__Host-doorward={}", value.expose())),
        ..Person::default()
    }
}

// LG-01, AD-02
#[tokio::test]
async fn a_session_that_never_showed_the_factor_changes_nothing() {
    let (world, _, app) = with_app().await;
    let mut thief = weak_session(&world).await;
    let tag = thief.get(&world, LIST).await.field("form");
    for what in ["remove-app", "codes", "remove-passkey", "rename-passkey"] {
        let pairs = [
            ("form", &*tag),
            ("do", what),
            ("passkey", "x"),
            ("name", "x"),
        ];
        let refused = thief.post(&world, LIST, &pairs).await;
        assert_eq!(
            refused.location(),
            "/login?flow=again./account/security",
            "{what}"
        );
    }
    for path in ["/account/security/app", "/account/security/passkey"] {
        let page = thief.get(&world, path).await;
        assert_eq!(page.location(), "/login?flow=again./account/security");
        let pairs = [("form", &*tag), ("ticket", "x"), ("code", "1")];
        let refused = thief.post(&world, path, &pairs).await;
        assert_eq!(refused.location(), "/login?flow=again./account/security");
    }
    world.pass(Duration::from_secs(60));
    let page = begun(&world, &mut thief, "").await;
    let done = answer(&world, &mut thief, &page, "code", &app.code(&world)).await;
    assert_eq!(done.status, 303, "the factor is still there");
}

#[tokio::test]
async fn new_recovery_codes_end_the_old_ones() {
    let (world, mut person, app) = with_app().await;
    let tag = person.get(&world, LIST).await.field("form");
    let pairs = [("form", tag.as_str()), ("do", "codes")];
    let shown = person.post(&world, LIST, &pairs).await;
    let new = App::recovery_of(&shown);
    assert_eq!(new.len(), 10);
    let mut other = Person::default();
    let page = begun(&world, &mut other, "").await;
    let old = answer(&world, &mut other, &page, "recovery", &app.recovery[0]).await;
    assert_eq!(old.status, 422);
    let done = answer(&world, &mut other, &page, "recovery", &new[0]).await;
    assert_eq!(done.status, 303);
}

#[tokio::test]
async fn what_is_stored_yields_no_codes() {
    let (world, _, app) = with_app().await;
    let mut tx = world.store.begin().await.expect("a unit of work");
    let user = tx
        .user_by_name(&"alice".to_owned().try_into().expect("a name"))
        .await;
    let user = user.expect("readable").expect("there");
    let totp = tx.totp(&user.id).await.expect("readable").expect("there");
    let key = TotpKey::from_random(app.key);
    let hidden = totp.sealed.windows(20).all(|bytes| bytes != key.as_bytes());
    assert!(hidden && totp.sealed.len() > 20);
}

#[tokio::test]
async fn an_administrator_sees_and_resets_factors() {
    let (world, mut person, _) = with_app().await;
    let there = world.administration.factors("alice").await.expect("read");
    assert!(there.totp.is_some() && there.recovery_codes == 10);
    world
        .administration
        .reset_factors("alice")
        .await
        .expect("reset");
    assert!(!is_signed_in(&world, &mut person).await);
    assert_eq!(
        person
            .sign_in(&world, "alice", PASSWORD, "")
            .await
            .location(),
        "/"
    );
    assert!(world.administration.factors("nobody").await.is_err());
}
