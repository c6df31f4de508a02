//! The pages of a person's own account, from the browser to the gateway.

mod slow_log;

use std::{sync::Arc, time::Duration};

use doorward_console::{ACTIONS, PAGES};
use doorward_core::{
    consent::{Consent, ConsentKey, Given},
    id::{ClientId, UserId},
    resource::Resource,
    scope::ScopeSet,
    session::{Method, Methods, Session},
    time::UnixTime,
    user::Role,
};
use doorward_testkit::{
    client::{Client, Tokens},
    http::{Answer, get, post_json},
    page::{Form, forms},
    person::Person,
    world::World,
};
use futures_util::future::{join_all, select_all};
use http::StatusCode;
use serde_json::{Value, json};

use self::slow_log::SlowLog;

const WORLD: &str = "notes";
const MINUTE: Duration = Duration::from_secs(60);

fn call(name: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name}})
}

/// Remembers an approval of somebody, as for a client that is not asked about each time.
async fn remember(world: &World, name: &str, client: &Client) {
    let mut tx = world.store.begin().await.expect("a unit of work");
    tx.remember_consent(&Consent {
        key: ConsentKey {
            user: UserId::from_known(format!("id-of-{name}")),
            client: ClientId::from_known(client.id.as_str()),
            redirect_host: "notes.example".to_owned(),
            resource: Resource::from_known(client.resource.as_str()),
        },
        given: Given {
            scopes: ScopeSet::baseline(),
            ..Given::default()
        },
        granted_at: UnixTime::from_seconds(0),
    });
    tx.commit().await.expect("remembered");
}

async fn sign_in(world: &World, person: &mut Person) {
    let answer = see(world, person, "/login").await;
    let form = forms(&answer.text()).remove(0);
    let (name, password) = (person.name.clone(), person.password.clone());
    let fields = form.filled(&[("username", &name), ("password", &password)], None);
    let answer = person.submit(&world.router, &form.action, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

async fn see(world: &World, person: &mut Person, path: &str) -> Answer {
    person.visit(&world.router, get(path)).await
}

/// The form of the page at `path` that goes to `action`.
async fn form(world: &World, person: &mut Person, path: &str, action: &str) -> Form {
    let answer = see(world, person, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let found = forms(&answer.text()).into_iter();
    let found = found.into_iter().find(|form| form.action == action);
    found.expect("the page has the form")
}

async fn send(world: &World, person: &mut Person, form: &Form, typed: &[(&str, &str)]) -> Answer {
    let fields = form.filled(typed, None);
    person.submit(&world.router, &form.action, &fields).await
}

/// Opens the page that `action` is on, and sends its form.
async fn act(
    world: &World,
    person: &mut Person,
    (path, action): (&str, &str),
    typed: &[(&str, &str)],
) -> Answer {
    let form = form(world, person, path, action).await;
    send(world, person, &form, typed).await
}

/// Who uses a client, the tokens that it got, and the client.
async fn connected(world: &World, person: &mut Person) -> (Client, Tokens) {
    let client = Client::register(&world.router, WORLD).await;
    let tokens = client.login(&world.router, person).await;
    (client, tokens)
}

async fn status_of_call(world: &World, client: &Client, tokens: &Tokens) -> u16 {
    let answer = client
        .message(&tokens.access, &call("add_note"))
        .send(&world.router)
        .await;
    answer.status.as_u16()
}

async fn set_role(world: &World, name: &str, role: Role) {
    let mut tx = world.store.begin().await.expect("a unit of work");
    tx.set_role(&UserId::from_known(format!("id-of-{name}")), role);
    tx.commit().await.expect("set");
}

#[tokio::test]
async fn nobody_sees_a_page_without_signing_in_and_comes_back_to_it() {
    let world = World::new().await;
    for path in PAGES {
        let mut person = world.alice();
        let answer = see(&world, &mut person, path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        let page = see(&world, &mut person, answer.location()).await;
        let sign_in = forms(&page.text()).remove(0);
        let typed = [("username", "alice"), ("password", "alice-password")];
        let back = send(&world, &mut person, &sign_in, &typed).await;
        assert_eq!(back.location(), path); // LG-07
        let shown = see(&world, &mut person, path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}: {}", shown.text());
        assert_eq!(shown.text().matches("<h1").count(), 1, "{path}");
        assert!(shown.text().len() < 60_000, "{path}");
        assert!(!shown.text().contains("<script"), "{path}");
    }
    for action in ACTIONS {
        let mut nobody = world.alice();
        let answer = nobody.submit(&world.router, action, &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action}");
        assert!(answer.location().starts_with("/login?"), "{action}");
    }
}

// AD-02: every action of the route table, with the objects of somebody else, by every role.
#[tokio::test]
async fn what_belongs_to_others_is_not_there_for_any_role() {
    let world = World::new().await;
    let mut alice = world.alice();
    let (client, tokens) = connected(&world, &mut alice).await;
    remember(&world, "alice", &client).await;
    let id = UserId::from_known("id-of-alice");
    let mut tx = world.store.begin().await.expect("a unit of work");
    let session = tx.sessions_of(&id).await.expect("readable").remove(0).id;
    let device = tx
        .known_devices_of(&id)
        .await
        .expect("readable")
        .remove(0)
        .id;
    let grant = tx
        .grants(Some(&id), None)
        .await
        .expect("readable")
        .remove(0)
        .id;
    let consent = tx.consents_of(&id).await.expect("readable").remove(0).key;

    for role in Role::ALL {
        let name = format!("other-{}", role.as_str());
        let mut other = world.add_user(&name).await;
        set_role(&world, &name, role).await;
        connected(&world, &mut other).await;
        remember(&world, &name, &client).await;
        for action in ACTIONS {
            let page = PAGES
                .into_iter()
                .skip(1)
                .find(|page| action.starts_with(page))
                .expect("every action is on a page");
            let foreign: Vec<(&str, &str)> = match action {
                "/account/connections/revoke" => vec![("id", grant.as_str())],
                "/account/sessions/end" => vec![("id", session.as_str())],
                "/account/devices/forget" => vec![("id", device.as_str())],
                "/account/approvals/forget" => vec![
                    ("client", consent.client.as_str()),
                    ("host", &consent.redirect_host),
                    ("resource", consent.resource.as_str()),
                ],
                // These name nothing: they are about the account of the visitor alone.
                "/account/connections/revoke-all"
                | "/account/sessions/end-others"
                | "/account/sessions/end-all"
                | "/account/profile/name"
                | "/account/profile/password"
                | "/account/data/download"
                | "/account/data/delete" => continue,
                unknown => panic!("{unknown} is new: say what it names"),
            };
            let form = form(&world, &mut other, page, action).await;
            if action == "/account/approvals/forget" {
                // What alice approved, this person did too; alice's stays.
                let own = send(&world, &mut other, &form, &foreign).await;
                assert_eq!(own.status, StatusCode::SEE_OTHER);
            }
            let answer = send(&world, &mut other, &form, &foreign).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action} {role:?}");
            let unknown: Vec<_> = foreign.iter().map(|(key, _)| (*key, "nothing")).collect();
            let nothing = send(&world, &mut other, &form, &unknown).await;
            assert_eq!(nothing.text(), answer.text(), "{action}: nobody can tell");
        }
        for action in [
            "/account/connections/revoke-all",
            "/account/sessions/end-all",
        ] {
            let page = action.rsplit_once('/').expect("a page").0;
            let mut once_more = Person::new(&other.name, &other.password);
            connected(&world, &mut once_more).await;
            connected(&world, &mut once_more).await;
            let answer = act(
                &world,
                &mut once_more,
                (page, action),
                &[("owner", "alice")],
            )
            .await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action}");
        }
    }
    assert_eq!(status_of_call(&world, &client, &tokens).await, 200);
    assert_eq!(
        see(&world, &mut alice, "/account").await.status,
        StatusCode::OK
    );
    let mut tx = world.store.begin().await.expect("a unit of work");
    let kept = tx.consent(&consent).await.expect("readable");
    assert!(kept.is_some(), "alice's own");
    let devices = tx.known_devices_of(&id).await.expect("readable");
    assert_eq!(devices.len(), 1);
}

// AD-01, CO-02
#[tokio::test]
async fn forms_of_other_sites_sessions_and_pages_do_nothing() {
    let world = World::new().await;
    let (mut alice, mut bob) = (world.alice(), world.add_user("bob").await);
    sign_in(&world, &mut alice).await;
    sign_in(&world, &mut bob).await;
    for action in ACTIONS {
        let bare = alice.submit(&world.router, action, &[]).await;
        assert_eq!(bare.status, StatusCode::FORBIDDEN, "{action}: no tag");
        let ask = doorward_testkit::http::post_form(action, &[])
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site");
        let foreign = alice.visit(&world.router, ask).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{action}");
        let read = see(&world, &mut alice, action).await;
        assert_eq!(read.status, StatusCode::METHOD_NOT_ALLOWED, "{action}");
    }
    let bobs = form(
        &world,
        &mut bob,
        "/account/sessions",
        "/account/sessions/end-all",
    )
    .await;
    let stolen = send(&world, &mut alice, &bobs, &[]).await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN, "another session");
    let name = form(
        &world,
        &mut alice,
        "/account/profile",
        "/account/profile/name",
    )
    .await;
    let moved = Form {
        action: "/account/sessions/end-all".to_owned(),
        ..name
    };
    let moved = send(&world, &mut alice, &moved, &[]).await;
    assert_eq!(moved.status, StatusCode::FORBIDDEN, "another purpose");
    assert_eq!(
        see(&world, &mut alice, "/account").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_connection_shows_what_it_is_and_does_and_is_cut_at_once() {
    let world = World::new().await;
    let mut alice = world.alice();
    let (client, first) = connected(&world, &mut alice).await;
    let second = client.login(&world.router, &mut alice).await;
    assert_eq!(status_of_call(&world, &client, &first).await, 200);
    assert_eq!(status_of_call(&world, &client, &second).await, 200);
    let page = see(&world, &mut alice, "/account/connections").await.text();
    for said in [
        "Scripted client",
        "registered itself, unverified",
        "a program on your computer",
        "mcp:read",
        "add_note",
        "of notes, once",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let revoke = ("/account/connections", "/account/connections/revoke");
    let answer = act(&world, &mut alice, revoke, &[]).await;
    assert_eq!(answer.location(), "/account/connections?done=revoked");
    let shown = see(&world, &mut alice, answer.location()).await.text();
    assert!(shown.contains("role=\"status\""));
    let now = [
        status_of_call(&world, &client, &first).await,
        status_of_call(&world, &client, &second).await,
    ];
    assert_eq!(now.iter().filter(|status| **status == 401).count(), 1); // TK-18
    assert_eq!(now.iter().filter(|status| **status == 200).count(), 1);
    let third = client.login(&world.router, &mut alice).await;
    let all = ("/account/connections", "/account/connections/revoke-all");
    act(&world, &mut alice, all, &[]).await;
    for tokens in [&first, &second, &third] {
        assert_eq!(status_of_call(&world, &client, tokens).await, 401);
    }
}

// CO-05: what is cut has to ask again.
#[tokio::test]
async fn a_cut_connection_is_not_approved_from_memory() {
    let world = World::new().await;
    let mut alice = world.alice();
    let (cut, _) = connected(&world, &mut alice).await;
    let document = json!({"client_name": "Other", "redirect_uris": ["http://127.0.0.1/other"]});
    let other = post_json("/register", &document).send(&world.router).await;
    let other = other.json()["client_id"].as_str().map(str::to_owned);
    let kept = Client {
        id: other.expect("a client"),
        ..cut.clone()
    };
    let mut bob = world.add_user("bob").await;
    sign_in(&world, &mut bob).await;
    for client in [&cut, &kept] {
        remember(&world, "alice", client).await;
    }
    remember(&world, "bob", &cut).await;
    let left = async |name: &str| {
        let mut tx = world.store.begin().await.expect("a unit of work");
        let user = UserId::from_known(format!("id-of-{name}"));
        let consents = tx.consents_of(&user).await.expect("readable");
        let clients = consents.into_iter().map(|it| it.key.client.to_string());
        clients.collect::<Vec<_>>()
    };
    let revoke = ("/account/connections", "/account/connections/revoke");
    act(&world, &mut alice, revoke, &[]).await;
    assert_eq!(left("alice").await, [kept.id.as_str()]);
    for _ in 0..2 {
        cut.login(&world.router, &mut alice).await;
    }
    remember(&world, "alice", &cut).await;
    let all = ("/account/connections", "/account/connections/revoke-all");
    act(&world, &mut alice, all, &[]).await;
    assert!(left("alice").await.is_empty());
    assert_eq!(left("bob").await, [cut.id.as_str()]);
}

// DS-03
#[tokio::test]
async fn one_person_looks_through_the_log_once_at_a_time() {
    let mut world = World::new().await;
    let log = SlowLog::over(Arc::clone(&world.store));
    world.store = log.clone();
    world.restart().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    let mut tabs = [alice.clone(), alice.clone()];
    let looks = tabs
        .iter_mut()
        .map(|tab| Box::pin(see(&world, tab, "/account/activity")));
    // One of them waits for the log; nobody can have read it yet.
    let (refused, _, mut looking) = select_all(looks).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "2");
    log.answer();
    let looked = looking.remove(0).await;
    assert_eq!(looked.status, StatusCode::OK);
    let later = see(&world, &mut alice, "/account/activity").await;
    assert_eq!(later.status, StatusCode::OK);
}

// DS-03
#[tokio::test]
async fn downloads_are_few() {
    let world = World::new().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    let path = ("/account/data", "/account/data/download");
    for _ in 0..3 {
        let file = act(&world, &mut alice, path, &[]).await;
        assert_eq!(file.status, StatusCode::OK);
    }
    let enough = act(&world, &mut alice, path, &[]).await;
    assert_eq!(enough.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!enough.header("retry-after").is_empty());
    let mut bob = world.add_user("bob").await;
    sign_in(&world, &mut bob).await;
    let other = act(&world, &mut bob, path, &[]).await;
    assert_eq!(other.status, StatusCode::OK);
    world.clock.advance(10 * MINUTE);
    sign_in(&world, &mut alice).await;
    let file = act(&world, &mut alice, path, &[]).await;
    assert_eq!(file.status, StatusCode::OK);
}

// AD-03: each reads that there is another one, and none would be left.
#[tokio::test]
async fn of_administrators_who_delete_themselves_at_once_one_stays() {
    let world = World::new().await;
    let path = ("/account/data", "/account/data/delete");
    let mut going = Vec::new();
    for name in ["ann", "ben", "cid", "dot"] {
        let mut person = world.add_user(name).await;
        set_role(&world, name, Role::Administrator).await;
        sign_in(&world, &mut person).await;
        let form = form(&world, &mut person, path.0, path.1).await;
        going.push((person, form));
    }
    let world = &world;
    let all = going.into_iter().map(|(mut person, form)| async move {
        let name = person.name.clone();
        send(world, &mut person, &form, &[("name", &name)]).await
    });
    let mut answers: Vec<_> = join_all(all).await.iter().map(|it| it.status).collect();
    answers.sort_unstable();
    let (ok, conflict) = (StatusCode::OK, StatusCode::CONFLICT);
    assert_eq!(answers, [ok, ok, ok, conflict]);
}

#[tokio::test]
async fn long_lists_are_shown_in_parts() {
    let world = World::new().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    for _ in 0..25 {
        sign_in(&world, &mut world.alice()).await;
    }
    let first = see(&world, &mut alice, "/account/sessions").await.text();
    assert_eq!(first.matches("class=\"card\"").count(), 20, "{first}");
    assert!(first.len() < 50_000);
    let second = see(&world, &mut alice, "/account/sessions?from=20").await;
    assert_eq!(second.text().matches("class=\"card\"").count(), 6);
    let client = Client::register(&world.router, WORLD).await;
    for _ in 0..12 {
        client.login(&world.router, &mut alice).await;
    }
    let first = see(&world, &mut alice, "/account/connections").await.text();
    assert_eq!(first.matches("class=\"card\"").count(), 10, "{first}");
    assert!(first.len() < 50_000, "{}", first.len());
    let devices = see(&world, &mut alice, "/account/devices").await.text();
    assert_eq!(devices.matches("class=\"card\"").count(), 10);
    for odd in ["-1", "x", "99999999999999999999", "18446744073709551615"] {
        let path = format!("/account/sessions?from={odd}");
        assert_eq!(
            see(&world, &mut alice, &path).await.status,
            StatusCode::OK,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_at_once() {
    let world = World::new().await;
    let mut browsers = [world.alice(), world.alice(), world.alice()];
    for browser in &mut browsers {
        sign_in(&world, browser).await;
    }
    let [here, there, elsewhere] = &mut browsers;
    let page = see(&world, here, "/account/sessions").await.text();
    assert_eq!(page.matches(">this session<").count(), 1, "{page}");
    let others = ("/account/sessions", "/account/sessions/end-others");
    act(&world, here, others, &[]).await;
    assert_eq!(see(&world, here, "/account").await.status, StatusCode::OK);
    for ended in [&mut *there, &mut *elsewhere] {
        let answer = see(&world, ended, "/account").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER); // LG-08
    }
    sign_in(&world, there).await;
    let all = ("/account/sessions", "/account/sessions/end-all");
    let answer = act(&world, there, all, &[]).await;
    assert_eq!(answer.location(), "/");
    for ended in [here, there] {
        let answer = see(&world, ended, "/account").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER); // LG-08
    }
}

#[tokio::test]
async fn a_forgotten_device_is_one_like_any_other() {
    let world = World::new().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    let page = see(&world, &mut alice, "/account/devices").await.text();
    assert_eq!(page.matches(">this device<").count(), 1, "{page}");
    let forget = ("/account/devices", "/account/devices/forget");
    act(&world, &mut alice, forget, &[]).await;
    let page = see(&world, &mut alice, "/account/devices").await.text();
    assert!(page.contains("No device is remembered."));
    sign_in(&world, &mut alice).await;
    let audit = world.audit().await;
    let new = audit
        .iter()
        .filter(|it| it["event"] == "sign_in.new_device");
    assert_eq!(new.count(), 2);
}

#[tokio::test]
async fn a_new_password_wants_the_old_one_and_ends_everything_else() {
    let world = World::new().await;
    let mut alice = world.alice();
    let (client, tokens) = connected(&world, &mut alice).await;
    let mut elsewhere = world.alice();
    sign_in(&world, &mut elsewhere).await;
    let before = alice.cookies().to_vec();
    let path = ("/account/profile", "/account/profile/password");
    let new = "ponies graze at seven";
    let typed = |old, again| [("old", old), ("password", new), ("again", again)];
    let wrong = act(&world, &mut alice, path, &typed("wrong", new)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let different = act(&world, &mut alice, path, &typed("alice-password", "other")).await;
    assert_eq!(different.status, StatusCode::UNPROCESSABLE_ENTITY);
    let short = [("old", "alice-password"), ("password", "1"), ("again", "1")];
    let short = act(&world, &mut alice, path, &short).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(status_of_call(&world, &client, &tokens).await, 200);

    let done = act(&world, &mut alice, path, &typed("alice-password", new)).await;
    assert_eq!(done.location(), "/account/profile?done=password");
    assert_ne!(alice.cookies(), before); // LG-01
    assert_eq!(
        see(&world, &mut alice, "/account").await.status,
        StatusCode::OK
    );
    let other = see(&world, &mut elsewhere, "/account").await;
    assert_eq!(other.status, StatusCode::SEE_OTHER); // LG-08
    assert_eq!(status_of_call(&world, &client, &tokens).await, 401);
    let mut again = Person::new("alice", new);
    sign_in(&world, &mut again).await;
}

// LG-01
#[tokio::test]
async fn a_new_password_keeps_how_strong_the_session_is_and_renews_the_device() {
    let world = World::new().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    let id = UserId::from_known("id-of-alice");
    let mut tx = world.store.begin().await.expect("a unit of work");
    let session = tx.sessions_of(&id).await.expect("readable").remove(0);
    tx.end_session(&session.digest);
    tx.add_session(&Session {
        methods: Methods::of([Method::Passkey]),
        ..session
    });
    tx.commit().await.expect("written");
    let mut copied = alice.clone();
    let path = ("/account/profile", "/account/profile/password");
    let new = "ponies graze at seven";
    let typed = [("old", "alice-password"), ("password", new), ("again", new)];
    let done = act(&world, &mut alice, path, &typed).await;
    assert_eq!(done.location(), "/account/profile?done=password");
    let mut tx = world.store.begin().await.expect("a unit of work");
    let sessions = tx.sessions_of(&id).await.expect("readable");
    let kept: Vec<String> = sessions.iter().map(|it| it.methods.stored()).collect();
    assert_eq!(kept, ["password passkey"]);
    drop(tx);
    copied.password = new.to_owned();
    sign_in(&world, &mut copied).await;
    let audit = world.audit().await;
    let new = audit
        .iter()
        .filter(|it| it["event"] == "sign_in.new_device");
    assert_eq!(new.count(), 3, "the copied value is unknown");
}

#[tokio::test]
async fn what_is_sensitive_wants_a_recent_sign_in() {
    let world = World::new().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    world.clock.advance(11 * MINUTE);
    for (page, action) in [
        ("/account/profile", "/account/profile/password"),
        ("/account/data", "/account/data/download"),
        ("/account/data", "/account/data/delete"),
    ] {
        let answer = act(&world, &mut alice, (page, action), &[("name", "alice")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action}");
        assert_eq!(answer.location(), format!("/login?flow=again.{page}"));
    }
    let before = alice.cookies().to_vec();
    sign_in(&world, &mut alice).await;
    assert_ne!(alice.cookies(), before); // LG-01
    let download = ("/account/data", "/account/data/download");
    let answer = act(&world, &mut alice, download, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn the_download_holds_everything_of_the_person_and_no_secret() {
    let world = World::new().await;
    let mut alice = world.alice();
    let (client, tokens) = connected(&world, &mut alice).await;
    remember(&world, "alice", &client).await;
    let mut bob = world.add_user("bob").await;
    connected(&world, &mut bob).await;
    let path = ("/account/data", "/account/data/download");
    let answer = act(&world, &mut alice, path, &[]).await;
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment")
    );
    let text = answer.text();
    let record: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(record["account"]["name"], "alice");
    for (part, count) in [
        ("sessions", 1),
        ("devices", 1),
        ("connections", 1),
        ("approvals", 1),
    ] {
        assert_eq!(record[part].as_array().map(Vec::len), Some(count), "{part}");
    }
    assert_eq!(record["connections"][0]["client"], client.id.as_str());
    let mut secrets = vec![tokens.access, tokens.refresh, "argon2".to_owned()];
    secrets.extend(alice.cookies().iter().map(|(_, value)| value.clone()));
    for secret in secrets {
        assert!(!text.contains(&secret), "AD-07");
    }
    assert!(!text.contains("bob"), "AD-02: {text}");
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_that_works() {
    let world = World::new().await;
    let mut alice = world.alice();
    let (client, tokens) = connected(&world, &mut alice).await;
    let path = ("/account/data", "/account/data/delete");
    let unsure = act(&world, &mut alice, path, &[("name", "bob")]).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    set_role(&world, "alice", Role::Administrator).await;
    let last = act(&world, &mut alice, path, &[("name", "alice")]).await;
    assert_eq!(last.status, StatusCode::CONFLICT); // AD-03
    world.add_user("root").await;
    set_role(&world, "root", Role::Administrator).await;
    set_role(&world, "alice", Role::Member).await;

    let gone = act(&world, &mut alice, path, &[("name", " Alice ")]).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text());
    assert_eq!(status_of_call(&world, &client, &tokens).await, 401);
    let refreshed = client.refresh(&tokens.refresh).send(&world.router).await;
    assert_eq!(refreshed.json()["error"], "invalid_grant");
    let mut tx = world.store.begin().await.expect("a unit of work");
    let id = UserId::from_known("id-of-alice");
    assert_eq!(tx.user(&id).await.expect("readable"), None);
    assert!(
        tx.client(&ClientId::from_known(&client.id))
            .await
            .expect("readable")
            .is_some()
    );
    assert!(
        world.audit().await.iter().any(|it| it["user"] == "alice"),
        "audit is kept"
    );

    // The name may be given again, and what it did before is not its new owner's to see.
    world.clock.advance(MINUTE);
    let mut newcomer = world.add_user("alice").await;
    sign_in(&world, &mut newcomer).await;
    let page = see(&world, &mut newcomer, "/account/activity").await.text();
    assert!(page.contains("<strong>sign_in</strong>"), "{page}");
    assert!(!page.contains("<strong>token.code"), "AD-02: {page}");
}

#[tokio::test]
async fn the_trail_is_ones_own_unless_one_may_audit() {
    let world = World::new().await;
    let (mut alice, mut bob) = (world.alice(), world.add_user("bob").await);
    connected(&world, &mut alice).await;
    connected(&world, &mut bob).await;
    let all = "/account/activity?who=everybody";
    for (role, sees) in [
        (Role::Member, false),
        (Role::Auditor, true),
        (Role::Administrator, true),
    ] {
        set_role(&world, "bob", role).await;
        let page = see(&world, &mut bob, all).await.text();
        assert_eq!(page.contains("<code>alice</code>"), sees, "{role:?}"); // AD-02
    }
    let page = see(&world, &mut bob, "/account/activity?event=consent")
        .await
        .text();
    assert_eq!(page.matches("<strong>").count(), 1 + 1, "{page}"); // the consent, and who is signed in
    for asked in [
        "?before=1",
        "?before=x&event=%3Cscript%3E",
        "?before=99999999999999999999",
    ] {
        let path = format!("/account/activity{asked}");
        assert_eq!(
            see(&world, &mut bob, &path).await.status,
            StatusCode::OK,
            "{asked}"
        );
    }
}

// AD-04, AD-05, CO-06
#[tokio::test]
async fn what_others_wrote_is_shown_and_does_nothing() {
    let world = World::new().await;
    let mut alice = world.alice();
    sign_in(&world, &mut alice).await;
    let hostile = "<img src=x onerror=alert(1)>\u{202e}";
    let path = ("/account/profile", "/account/profile/name");
    let named = act(&world, &mut alice, path, &[("display_name", hostile)]).await;
    assert_eq!(named.location(), "/account/profile?done=named");
    let agent = get("/account/sessions").header("user-agent", hostile);
    alice.visit(&world.router, agent).await;
    for page in PAGES {
        let shown = see(&world, &mut alice, page).await.text();
        assert!(!shown.contains("<img"), "{page}");
        assert!(!shown.contains('\u{202e}'), "{page}");
    }
    let overview = see(&world, &mut alice, "/account").await.text();
    assert!(overview.contains("&lt;img"), "{overview}");
    let invisible = act(&world, &mut alice, path, &[("display_name", "\u{200b}")]).await;
    assert_eq!(invisible.status, StatusCode::UNPROCESSABLE_ENTITY);
    for cookie in ["doorward=", "doorward=dws_x", "doorward=\"", ";;=doorward"] {
        let answer = get("/account")
            .header("cookie", cookie)
            .send(&world.router)
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{cookie}"); // LG-08
    }
}
