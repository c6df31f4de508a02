//! Accounts and who somebody is elsewhere: never by an address alone (LG-05).

use std::time::Duration;

use doorward_core::{
    factor::Totp,
    id::UserId,
    time::UnixTime,
    user::{MailAddress, Role},
};
use doorward_store::Tx;
use doorward_testkit::{
    http::{Answer, get},
    page::{Form, forms},
    person::Person,
    provider::Somebody,
};
use serde_json::json;

use super::scene::{Scene, browser, own, sent_to};

const ALICE: &str = "alice@corp.example";

async fn with_address(scene: &Scene) {
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let mail = MailAddress::parse(ALICE).expect("an address");
    tx.set_mail(&UserId::from_known("id-of-alice"), Some(&mail));
    tx.commit().await.expect("written");
}

/// Somebody with Alice's address.
fn namesake(verified: bool) -> Somebody {
    Somebody::named("alice", &["staff"]).saying(&json!({ "email_verified": verified }))
}

async fn sign_in(scene: &Scene, person: &mut Person, path: &str) -> Answer {
    let router = &scene.world.router;
    let page = person.visit(router, get(path)).await;
    let page = match page.status.is_redirection() {
        true => person.visit(router, get(&own(page.location()))).await,
        false => page,
    };
    let form = forms(&page.text())
        .into_iter()
        .find(|it| it.action == "/login")
        .expect("a form");
    let typed = [("username", "alice"), ("password", "alice-password")];
    let fields = form.filled(&typed, None);
    person.submit(router, &form.action, &fields).await
}

fn with_button(page: &Answer, text: &str) -> Form {
    let mut all = forms(&page.text()).into_iter();
    let has = |form: &Form| form.buttons.iter().any(|(_, _, it)| it == text);
    all.find(has).expect("such a button")
}

async fn push(scene: &Scene, person: &mut Person, page: &Answer, text: &str) -> Answer {
    let form = with_button(page, text);
    let fields = form.filled(&[], Some(text));
    person
        .submit(&scene.world.router, &form.action, &fields)
        .await
}

/// The link in a page that leads to the offer.
fn offer(page: &Answer) -> String {
    let text = page.text().replace("&#x2f;", "/");
    let (_, rest) = text
        .split_once("href=\"/account/links?offer=")
        .expect("an offer");
    let secret = rest.split('"').next().expect("quoted");
    format!("/account/links?offer={secret}")
}

// LG-05
#[tokio::test]
async fn an_account_with_the_same_address_is_proven_and_connected_by_its_owner() {
    let scene = Scene::new().await;
    with_address(&scene).await;
    let mut person = browser();
    let page = scene.come(&mut person, "/login", &namesake(true)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(scene.user(&mut person).await, None);
    assert_eq!(scene.names().await, ["alice"], "nothing is made");
    assert_eq!(scene.reasons("link.refused").await.len(), 1);
    let offered = offer(&page);
    let signed_in = sign_in(&scene, &mut person, &offered).await;
    assert_eq!(signed_in.location(), offered);
    let question = person.visit(&scene.world.router, get(&offered)).await;
    let linked = push(&scene, &mut person, &question, "Connect").await;
    assert_eq!(linked.status, 303, "{}", linked.text());
    assert_eq!(
        scene.reasons("link.change").await,
        ["connected to alice at idp"]
    );
    let mut later = browser();
    scene.come(&mut later, "/login", &namesake(true)).await;
    assert_eq!(scene.user(&mut later).await.as_deref(), Some("alice"));
}

// LG-05
#[tokio::test]
async fn an_address_that_nobody_vouches_for_finds_no_account() {
    let scene = Scene::new().await;
    with_address(&scene).await;
    let mut person = browser();
    let answer = scene.come(&mut person, "/login", &namesake(false)).await;
    assert_eq!(answer.status, 303);
    assert_eq!(scene.user(&mut person).await.as_deref(), Some("alice-2"));
    let users = scene.world.administration.users().await.expect("readable");
    let other = users
        .iter()
        .find(|user| user.name.as_str() == "alice-2")
        .expect("made");
    assert_eq!(other.mail, None);
}

// LG-05
#[tokio::test]
async fn a_verified_address_is_proof_where_the_operator_says_so_but_not_for_who_administers() {
    let scene = Scene::with(|provider| provider.link_by_mail = true).await;
    with_address(&scene).await;
    let mut person = browser();
    let page = scene.come(&mut person, "/login", &namesake(true)).await;
    let question = person.visit(&scene.world.router, get(&offer(&page))).await;
    assert_eq!(question.status, 200);
    assert_eq!(scene.user(&mut person).await, None, "not before the press");
    let mut other = browser();
    let stolen = other.visit(&scene.world.router, get(&offer(&page))).await;
    assert_eq!(stolen.status, 303, "another browser signs in first"); // CO-04
    push(&scene, &mut person, &question, "Connect").await;
    assert_eq!(scene.user(&mut person).await.as_deref(), Some("alice"));
    let alice = UserId::from_known("id-of-alice");
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let groups = tx.memberships_of(&alice).await.expect("readable");
    assert_eq!(groups.len(), 1, "the word of the provider is kept");
    let account = tx.federated_accounts_of(&alice).await.expect("readable");
    assert!(account.iter().all(|it| it.sealed.is_some()) && account.len() == 1);
    let sessions = tx.sessions_of(&alice).await.expect("readable");
    let at = sessions.first().expect("one").authenticated_at;
    let by = tx.vouched_for(&alice, at).await.expect("readable");
    assert_eq!(by.map(|by| by.provider).as_deref(), Some("idp"));

    let scene = Scene::with(|provider| provider.link_by_mail = true).await;
    with_address(&scene).await;
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    tx.set_role(&UserId::from_known("id-of-alice"), Role::Administrator);
    tx.commit().await.expect("written");
    let mut person = browser();
    let page = scene.come(&mut person, "/login", &namesake(true)).await;
    let question = person.visit(&scene.world.router, get(&offer(&page))).await;
    assert_eq!(question.status, 303, "the account is to be proven");
}

// LG-05, CO-04
#[tokio::test]
async fn what_changed_since_an_offer_is_looked_at_again() {
    type Change = fn(&mut dyn Tx, &UserId);
    let changes: [(&str, Change); 4] = [
        ("promoted", |tx, user| {
            tx.set_role(user, Role::Administrator)
        }),
        ("another address", |tx, user| tx.set_mail(user, None)),
        ("a second factor", |tx, user| {
            tx.add_totp(&Totp {
                user: user.clone(),
                sealed: vec![1],
                last_step: 0,
                created_at: UnixTime::from_seconds(0),
                used_at: None,
            });
        }),
        ("disabled", |tx, user| {
            tx.set_disabled(user, Some(UnixTime::from_seconds(0)))
        }),
    ];
    for (name, change) in changes {
        let scene = Scene::with(|provider| provider.link_by_mail = true).await;
        with_address(&scene).await;
        let mut person = browser();
        let page = scene.come(&mut person, "/login", &namesake(true)).await;
        let question = person.visit(&scene.world.router, get(&offer(&page))).await;
        let alice = UserId::from_known("id-of-alice");
        let mut tx = scene.world.store.begin().await.expect("a unit of work");
        change(&mut *tx, &alice);
        tx.commit().await.expect("written");
        let answer = push(&scene, &mut person, &question, "Connect").await;
        match name {
            "disabled" => assert_eq!(answer.status, 403, "{}", answer.text()),
            _ => assert!(
                answer.location().starts_with("/login?flow=links."),
                "{name}"
            ),
        }
        assert_eq!(scene.user(&mut person).await, None, "{name}");
        let mut tx = scene.world.store.begin().await.expect("a unit of work");
        let links = tx.account_links_of(&alice).await.expect("readable");
        assert!(links.is_empty(), "{name}: {links:?}");
        assert!(scene.reasons("link.change").await.is_empty(), "{name}");
    }
}

// LG-05
#[tokio::test]
async fn a_disabled_account_with_the_address_lets_nobody_in_beside_it() {
    for link_by_mail in [false, true] {
        let scene = Scene::with(|provider| provider.link_by_mail = link_by_mail).await;
        with_address(&scene).await;
        let disabled = scene.world.administration.disable_user("alice").await;
        disabled.expect("there");
        let mut person = browser();
        let answer = scene.come(&mut person, "/login", &namesake(true)).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert_eq!(scene.user(&mut person).await, None);
        assert_eq!(scene.names().await, ["alice"], "nothing is made");
    }
}

async fn connect(scene: &Scene, person: &mut Person, somebody: &Somebody) -> Answer {
    let page = person
        .visit(&scene.world.router, get("/account/links"))
        .await;
    let sent = push(scene, person, &page, "Connect The idp").await;
    let back = scene.provider.approve(&sent_to(&sent), somebody);
    scene.back(person, &back).await
}

#[tokio::test]
async fn somebody_connects_and_disconnects_from_their_own_page() {
    let scene = Scene::new().await;
    let mut person = browser();
    let away = person
        .visit(&scene.world.router, get("/account/links"))
        .await;
    assert_eq!(away.location(), "/login?flow=links.");
    sign_in(&scene, &mut person, "/account/links").await;
    let nadia = Somebody::named("nadia", &["staff"]);
    let back = connect(&scene, &mut person, &nadia).await;
    assert!(
        back.location().starts_with("/account/links?offer="),
        "{}",
        back.text()
    );
    let page = person
        .visit(&scene.world.router, get(back.location()))
        .await;
    assert!(page.text().contains("nadia"), "it says whom it would be");
    push(&scene, &mut person, &page, "Connect").await;
    let mut later = browser();
    scene.world.clock.advance(Duration::from_secs(1));
    scene.come(&mut later, "/login", &nadia).await;
    assert_eq!(scene.user(&mut later).await.as_deref(), Some("alice"));
    let page = person
        .visit(&scene.world.router, get("/account/links"))
        .await;
    push(&scene, &mut person, &page, "Disconnect").await;
    assert_eq!(scene.user(&mut later).await, None, "what stood by it ended");
    assert_eq!(scene.user(&mut person).await.as_deref(), Some("alice"));
    assert_eq!(scene.reasons("link.change").await.len(), 2);
}

// CO-09, LG-04
#[tokio::test]
async fn an_offer_is_of_the_account_that_asked_and_a_person_is_linked_once() {
    let scene = Scene::new().await;
    scene.world.add_user("bob").await;
    let nadia = Somebody::named("nadia", &["staff"]);
    scene.come(&mut browser(), "/login", &nadia).await; // an account of her own
    let mut person = browser();
    sign_in(&scene, &mut person, "/account/links").await;
    let back = connect(&scene, &mut person, &nadia).await;
    let page = person
        .visit(&scene.world.router, get(back.location()))
        .await;
    let taken = push(&scene, &mut person, &page, "Connect").await;
    assert_eq!(taken.status, 409, "{}", taken.text());
    let form = with_button(&page, "Connect");
    let forged = [
        ("form".to_owned(), "forged".to_owned()),
        ("action".to_owned(), "confirm".to_owned()),
    ];
    let refused = person
        .submit(&scene.world.router, &form.action, &forged)
        .await;
    assert_eq!(refused.status, 403); // CO-02
}

#[tokio::test]
async fn the_last_way_into_an_account_stays() {
    let scene = Scene::new().await;
    let mut person = browser();
    let nadia = Somebody::named("nadia", &["staff"]);
    scene.come(&mut person, "/login", &nadia).await;
    let page = person
        .visit(&scene.world.router, get("/account/links"))
        .await;
    let refused = push(&scene, &mut person, &page, "Disconnect").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    scene.come(&mut person, "/login", &nadia).await;
    assert_eq!(scene.user(&mut person).await.as_deref(), Some("nadia"));
}

#[tokio::test]
async fn changing_links_wants_a_recent_sign_in() {
    let scene = Scene::new().await;
    let mut person = browser();
    sign_in(&scene, &mut person, "/account/links").await;
    let page = person
        .visit(&scene.world.router, get("/account/links"))
        .await;
    scene.world.clock.advance(Duration::from_secs(601));
    let again = push(&scene, &mut person, &page, "Connect The idp").await;
    assert_eq!(again.location(), "/login?flow=links.");
}

//
#[tokio::test]
async fn half_a_sign_in_ends_with_the_link_that_it_began_by() {
    let scene = Scene::new().await;
    let nadia = Somebody::named("nadia", &["staff"]);
    scene.come(&mut browser(), "/login", &nadia).await;
    scene.world.clock.advance(Duration::from_secs(60));
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let link = tx.account_links().await.expect("readable").remove(0);
    tx.add_totp(&Totp {
        user: link.user.clone(),
        sealed: vec![0; 48],
        last_step: 0,
        created_at: link.created_at,
        used_at: None,
    });
    tx.commit().await.expect("written");
    let mut person = browser();
    let owed = scene.come(&mut person, "/login", &nadia).await;
    let step = owed.location().to_owned();
    assert!(step.starts_with("/login/step/factor?step="), "{step}");
    let page = person.visit(&scene.world.router, get(&step)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let mut tx = scene.world.store.begin().await.expect("a unit of work");
    let link = tx.account_links().await.expect("readable").remove(0);
    tx.remove_account_link(&link);
    tx.commit().await.expect("cut");
    let page = person.visit(&scene.world.router, get(&step)).await;
    assert_eq!(page.status, 403, "{}", page.text());
}
