//! From the button to consent.

use std::time::Duration;

use doorward_core::{clock::Clock, id::UserId, session::Method, time::UnixTime, user::Username};
use doorward_federation::{Allow, Protocol, ProviderName};
use doorward_testkit::{
    client::Client,
    http::{get, post_form},
    page::forms,
    person::ORIGIN,
    provider::{FakeGitHub, Fault, Somebody, github_provider},
    world::World,
};
use http::header;
use serde_json::json;

use super::scene::{Scene, browser, nadia, own, sent_to};

#[tokio::test]
async fn a_newcomer_who_is_admitted_gets_an_account_and_tokens() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    let tokens = scene.tokens(&client, &mut person, &nadia()).await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_note", "arguments": {}}});
    let answer = client
        .message(&tokens.access, &call)
        .send(&scene.world.router)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(scene.user(&mut person).await.as_deref(), Some("nadia"));
    let users = scene.world.administration.users().await.expect("readable");
    let user = users
        .iter()
        .find(|user| user.name.as_str() == "nadia")
        .expect("made");
    assert_eq!(user.password, None);
    assert_eq!(
        user.mail.as_ref().map(|it| it.as_str()),
        Some("nadia@corp.example")
    );
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let groups = tx.memberships_of(&user.id).await.expect("readable");
    let groups: Vec<_> = groups.iter().map(|it| it.group.to_string()).collect();
    assert_eq!(groups, ["idp:readers", "idp:staff"]);
    let sessions = tx.sessions_of(&user.id).await.expect("readable");
    assert!(
        sessions
            .iter()
            .all(|session| session.methods.contains(Method::Federated))
    );
}

// CO-03, A-035, A-038
#[tokio::test]
async fn nobody_goes_to_a_provider_before_a_page_of_ours_named_the_client() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    let router = &scene.world.router;
    let begun = person.visit(router, get(&client.authorize(&[]))).await;
    let page = person.visit(router, get(&own(begun.location()))).await;
    assert_eq!(page.status, 200, "a page, even where there is one provider");
    let mut cookies = person.cookies().iter();
    // What the steps of a sign-in here are bound to says nothing to a provider.
    let own = cookies.all(|(name, _)| name == "doorward-step");
    assert!(own, "no cookie of a provider before the press");
    assert_eq!(scene.provider.asked("/.well-known/openid-configuration"), 0);
    let form = forms(&page.text())
        .into_iter()
        .find(|it| it.action == "/login/idp")
        .expect("a button");
    let flow = form.filled(&[], None);
    let fields: Vec<_> = flow
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for (site, origin) in [
        ("cross-site", "https://evil.example"),
        ("same-site", ORIGIN),
    ] {
        let forged = post_form("/login/idp", &fields)
            .header("origin", origin)
            .header("sec-fetch-site", site);
        let refused = person.visit(router, forged).await;
        assert_eq!(refused.status, 403, "{site}"); // LG-04
    }
    let mut cookies = person.cookies().iter();
    assert!(cookies.all(|(name, _)| name == "doorward-step"));
    let linked = person.visit(router, get("/login/idp")).await;
    assert_eq!(linked.status, 405, "no link leads there");
}

// CO-03, A-035
#[tokio::test]
async fn whoever_comes_back_is_asked_for_consent_whatever_they_approved_before() {
    let scene = Scene::new().await;
    let client = Client::register(&scene.world.router, "notes").await;
    let mut person = browser();
    scene.tokens(&client, &mut person, &nadia()).await;
    let mut again = browser();
    let back = scene
        .come(&mut again, &client.authorize(&[]), &nadia())
        .await;
    assert!(
        back.location().starts_with("/consent?flow="),
        "{}",
        back.location()
    );
    let ask = get(back.location()).header("sec-fetch-site", "cross-site");
    let page = again.visit(&scene.world.router, ask).await;
    assert_eq!(page.status, 200, "a question, and no code");
    assert!(page.text().contains("Allow"));
}

// LG-04, CO-04
#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_began() {
    let scene = Scene::new().await;
    let (mut victim, mut attacker) = (browser(), browser());
    let url = scene.press(&mut attacker, "/login").await;
    let back = scene.provider.approve(&url, &nadia());
    let refused = scene.back(&mut victim, &back).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(scene.user(&mut victim).await, None);
    let killed = scene.back(&mut attacker, &back).await;
    assert_eq!(killed.status, 400, "the sign-in is over for everybody");
    assert_eq!(scene.provider.asked("/token"), 0, "the code went nowhere");
    assert_eq!(scene.names().await, ["alice"]);
    let url = scene.press(&mut attacker, "/login").await;
    let back = scene.provider.approve(&url, &nadia());
    assert_eq!(scene.back(&mut attacker, &back).await.status, 303);
    assert_eq!(scene.back(&mut attacker, &back).await.status, 400, "twice");
    let made_up = format!("{ORIGIN}/login/idp/callback?code=x&state=dwf_made-up");
    assert_eq!(scene.back(&mut attacker, &made_up).await.status, 400);
    let none = format!("{ORIGIN}/login/idp/callback?code=x");
    assert_eq!(scene.back(&mut attacker, &none).await.status, 400);
}

// LG-04, A-038
#[tokio::test]
async fn an_answer_is_of_the_same_provider_and_within_ten_minutes() {
    let mut scene = Scene::new().await;
    let mut other = scene.world.federation.providers[0].clone();
    other.name = ProviderName::parse("other").expect("a name");
    scene.world.federation.providers.push(other);
    scene.world.restart().await;
    let mut person = browser();
    let url = scene.press(&mut person, "/login").await;
    let back = scene.provider.approve(&url, &nadia());
    let elsewhere = back.replace("/login/idp/", "/login/other/");
    assert_eq!(scene.back(&mut person, &elsewhere).await.status, 400);
    let nowhere = back.replace("/login/idp/", "/login/nobody/");
    assert_eq!(scene.back(&mut person, &nowhere).await.status, 404);
    let url = scene.press(&mut person, "/login").await;
    let back = scene.provider.approve(&url, &nadia());
    scene.world.clock.advance(Duration::from_secs(600));
    assert_eq!(scene.back(&mut person, &back).await.status, 400);
    assert_eq!(scene.user(&mut person).await, None);
}

#[tokio::test]
async fn two_tabs_can_be_on_their_way_at_once() {
    let scene = Scene::new().await;
    let mut person = browser();
    let first = scene.press(&mut person, "/login").await;
    let second = scene.press(&mut person, "/login").await;
    for url in [first, second] {
        let back = scene.provider.approve(&url, &nadia());
        assert_eq!(scene.back(&mut person, &back).await.status, 303); // CO-10
    }
}

// LG-06, LG-01
#[tokio::test]
async fn whatever_is_wrong_with_a_provider_the_page_says_where_and_nothing_is_made() {
    let scene = Scene::with(|provider| {
        if let Protocol::OpenId(openid) = &mut provider.protocol {
            openid.userinfo = true;
        }
    })
    .await;
    let client = Client::register(&scene.world.router, "notes").await;
    #[rustfmt::skip]
    let cases = [
        (Fault::Down("/token"),        502, "did not accept its own answer"),
        (Fault::Nonsense("/token"),    502, "did not accept its own answer"),
        (Fault::Unsigned,              400, "does not prove who you are"),
        (Fault::Symmetric,             400, "does not prove who you are"),
        (Fault::StrangeKey,            400, "does not prove who you are"),
        (Fault::AnotherPerson,         400, "does not prove who you are"),
        (Fault::Down("/userinfo"),     502, "did not say what has to be known"),
    ];
    for (fault, status, words) in cases {
        let mut person = browser();
        let url = scene.press(&mut person, &client.authorize(&[])).await;
        scene.provider.fails(std::slice::from_ref(&fault));
        let back = scene.provider.approve(&url, &nadia());
        let page = scene.back(&mut person, &back).await;
        assert_eq!(page.status, status, "{fault:?}: {}", page.text());
        assert!(page.text().contains(words), "{fault:?}: {}", page.text());
        let text = page.text().replace("&#x2f;", "/");
        assert!(text.contains("href=\"/login?flow="), "a way to try again");
        assert_eq!(scene.user(&mut person).await, None, "{fault:?}");
        scene.provider.fails(&[]);
    }
    assert_eq!(scene.names().await, ["alice"]);
    let reasons = scene.reasons("sign_in").await;
    assert!(
        reasons
            .iter()
            .any(|it| it.starts_with("idp: no key of the provider")),
        "{reasons:?}"
    );
    let mut person = browser();
    let url = scene.press(&mut person, "/login").await;
    let page = scene.back(&mut person, &scene.provider.decline(&url)).await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("without saying yes"));
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_said_to_be_so_at_the_button() {
    let scene = Scene::new().await;
    scene
        .provider
        .fails(&[Fault::Down("/.well-known/openid-configuration")]);
    let mut person = browser();
    let fields = [("flow".to_owned(), String::new())];
    let page = person
        .submit(&scene.world.router, "/login/idp", &fields)
        .await;
    assert_eq!(page.status, 502);
    assert!(
        page.text().contains("could not be reached"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn whoever_is_not_named_stays_outside_and_leaves_nothing() {
    let scene = Scene::new().await;
    let mut person = browser();
    let mallory = Somebody::named("mallory", &["others"]);
    let page = scene.come(&mut person, "/login", &mallory).await;
    assert_eq!(page.status, 403, "{}", page.text());
    assert_eq!(scene.user(&mut person).await, None);
    assert_eq!(scene.names().await, ["alice"]);
    let reasons = scene.reasons("sign_in").await;
    assert_eq!(reasons, ["idp: nothing in allow names this person"]);
}

#[tokio::test]
async fn without_create_only_linked_people_come_in() {
    let scene = Scene::with(|provider| provider.create = false).await;
    let page = scene.come(&mut browser(), "/login", &nadia()).await;
    assert_eq!(page.status, 403);
    assert_eq!(scene.names().await, ["alice"]);
    let (issuer, subject) = (&scene.provider.issuer, "sub-nadia");
    let linked = scene
        .world
        .administration
        .link_user("alice", issuer, subject)
        .await;
    linked.expect("linked");
    let mut person = browser();
    assert_eq!(
        scene.come(&mut person, "/login", &nadia()).await.status,
        303
    );
    assert_eq!(scene.user(&mut person).await.as_deref(), Some("alice"));
}

// LG-05
#[tokio::test]
async fn a_name_that_is_taken_or_that_rules_name_is_never_a_newcomers() {
    let mut scene = Scene::new().await;
    let bob = Username::parse("bob").expect("a name");
    scene.world.federation.reserved = [bob].into();
    scene.world.restart().await;
    for (name, expected) in [("alice", "alice-2"), ("bob", "bob-2"), ("carol", "carol")] {
        let mut person = browser();
        let somebody = Somebody::named(name, &["staff"]);
        assert_eq!(
            scene.come(&mut person, "/login", &somebody).await.status,
            303
        );
        assert_eq!(scene.user(&mut person).await.as_deref(), Some(expected));
    }
    let mut again = browser();
    let somebody = Somebody::named("alice", &["staff"]);
    scene.come(&mut again, "/login", &somebody).await;
    assert_eq!(
        scene.user(&mut again).await.as_deref(),
        Some("alice-2"),
        "the same as before"
    );
}

// AD-03
#[tokio::test]
async fn nobody_comes_in_before_there_is_an_administrator() {
    let scene = Scene::with(|provider| provider.allow = Allow::Anyone).await;
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    tx.remove_user(&UserId::from_known("id-of-alice"), scene.world.clock.now());
    tx.commit().await.expect("removed");
    let page = scene.come(&mut browser(), "/login", &nadia()).await;
    assert_eq!(page.status, 403);
    assert!(scene.names().await.is_empty());
}

#[tokio::test]
async fn a_disabled_account_does_not_open_by_its_provider() {
    let scene = Scene::new().await;
    scene.come(&mut browser(), "/login", &nadia()).await;
    let disabled = scene.world.administration.disable_user("nadia").await;
    disabled.expect("disabled");
    let mut person = browser();
    assert_eq!(
        scene.come(&mut person, "/login", &nadia()).await.status,
        403
    );
    assert_eq!(scene.user(&mut person).await, None);
}

#[tokio::test]
async fn members_of_an_organization_come_in_from_github() {
    let github = FakeGitHub::start().await;
    let world = World::federated(vec![github_provider(&github.url)]).await;
    let mut person = browser();
    let fields = [("flow".to_owned(), String::new())];
    let sent = person.submit(&world.router, "/login/github", &fields).await;
    let back = own(&github.approve(&sent_to(&sent)));
    let outside = person.visit(&world.router, get(&back)).await;
    assert_eq!(outside.status, 403);
    github.belongs(&["acme"], &[]);
    let sent = person.submit(&world.router, "/login/github", &fields).await;
    let back = own(&github.approve(&sent_to(&sent)));
    let inside = person.visit(&world.router, get(&back)).await;
    assert_eq!(inside.status, 303);
    let home = person.visit(&world.router, get("/")).await;
    assert!(home.text().contains("octocat"));
}

#[tokio::test]
async fn no_secret_of_a_sign_in_is_in_a_page_a_record_or_the_store() {
    let scene = Scene::new().await;
    let mut person = browser();
    let url = scene.press(&mut person, "/login").await;
    assert!(!url.contains("the-client-secret"));
    let back = scene.provider.approve(&url, &nadia());
    let answer = scene.back(&mut person, &back).await;
    let records = format!("{:?}", scene.world.audit().await);
    for secret in ["code-1", "access-", "refresh-", "the-client-secret"] {
        assert!(
            !answer.text().contains(secret) && !records.contains(secret),
            "{secret}"
        ); // AD-07
    }
    assert!(answer.headers.get(header::SET_COOKIE).is_some());
}

/// When the session of `user` says that they proved who they are.
async fn authenticated_at(scene: &Scene, user: &str) -> Vec<i64> {
    let users = scene.world.administration.users().await.expect("readable");
    let user = users.iter().find(|it| it.name.as_str() == user);
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let sessions = tx.sessions_of(&user.expect("there").id).await;
    let sessions = sessions.expect("readable");
    let mut moments: Vec<i64> = sessions
        .iter()
        .map(|session| session.authenticated_at.seconds())
        .collect();
    moments.sort_unstable();
    moments
}

// LG-05, AZ-15
#[tokio::test]
async fn a_sign_in_is_as_old_as_the_provider_says() {
    let scene = Scene::new().await;
    let now = scene.world.clock.now().seconds();
    scene.provider.lies(json!({ "auth_time": now - 36_000 }));
    scene.come(&mut browser(), "/login", &nadia()).await;
    let mut person = browser();
    scene.come(&mut person, "/login", &nadia()).await;
    assert_eq!(
        authenticated_at(&scene, "nadia").await,
        [now - 36_001, now - 36_000],
        "each has a moment of its own"
    );
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let users = scene.world.administration.users().await.expect("readable");
    let user = users.iter().find(|it| it.name.as_str() == "nadia");
    for moment in [now - 36_001, now - 36_000] {
        let at = UnixTime::from_seconds(moment);
        let by = tx.vouched_for(&user.expect("there").id, at).await;
        assert!(by.expect("readable").is_some());
    }
    drop(tx);
    let router = &scene.world.router;
    let page = person.visit(router, get("/account/links")).await;
    let form = forms(&page.text())
        .into_iter()
        .find(|form| form.buttons.iter().any(|(_, _, it)| it == "Disconnect"))
        .expect("a button");
    let fields = form.filled(&[], Some("Disconnect"));
    let again = person.submit(router, &form.action, &fields).await;
    assert_eq!(again.location(), "/login?flow=links.", "not recent");
}

// LG-05
#[tokio::test]
async fn pages_of_ours_ask_for_a_sign_in_anew_and_an_old_one_is_none() {
    let scene = Scene::new().await;
    let now = scene.world.clock.now().seconds();
    let mut person = browser();
    let url = scene.press(&mut person, "/login?flow=links.").await;
    assert!(url.contains("max_age=0"), "{url}");
    scene.provider.lies(json!({ "auth_time": now - 3600 }));
    let back = scene.provider.approve(&url, &nadia());
    let refused = scene.back(&mut person, &back).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(scene.user(&mut person).await, None);
    // Whoever cannot say when it was is believed to have asked.
    scene.provider.lies(json!({ "auth_time": null }));
    let back = scene
        .come(&mut person, "/login?flow=links.", &nadia())
        .await;
    assert_eq!(back.location(), "/account/links");
    // One that takes its time over there is still the one that was asked for.
    let url = scene.press(&mut browser(), "/login?flow=links.").await;
    assert!(url.contains("max_age=0"), "{url}");
    let mut slow = browser();
    let url = scene.press(&mut slow, "/login?flow=links.").await;
    scene.provider.lies(json!({ "auth_time": now + 60 }));
    scene.world.clock.advance(Duration::from_secs(300));
    let back = scene.provider.approve(&url, &nadia());
    let back = scene.back(&mut slow, &back).await;
    assert_eq!(back.location(), "/account/links");
}
