//! Authorization codes.

use doorward_core::{
    code::{AuthorizationCode, CodeState},
    group::Belonging,
    jwk::Thumbprint,
};

use super::{
    Subject,
    samples::{at, client_id, code, digest, grant_id, user, user_id},
    steps::{conflict, populate, reader, write},
};

async fn state(store: &Subject, text: &str) -> Option<CodeState> {
    let found = reader(store).await.code(&digest(text)).await;
    found.expect("readable").map(|code| code.state)
}

pub(crate) async fn a_code_reads_back_as_it_was_added(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    let mut tx = reader(&store).await;
    assert_eq!(
        tx.code(&digest("c")).await.expect("readable"),
        Some(code("c"))
    );
    assert_eq!(tx.code(&digest("d")).await.expect("readable"), None);
    let bound = AuthorizationCode {
        key: Some(Thumbprint::from_known("k")),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        ..code("b")
    };
    write(&store, |tx| tx.add_code(&bound)).await;
    let found = reader(&store).await.code(&digest("b")).await;
    assert_eq!(found.expect("readable"), Some(bound));
}

pub(crate) async fn a_presented_code_comes_with_who_approved_it(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    let look = async |text: &str| {
        let found = reader(&store).await.presented_code(&digest(text)).await;
        found.expect("readable")
    };
    assert_eq!(look("d").await, None);
    let found = look("c").await.expect("it is there");
    assert_eq!((&found.code, &found.user), (&code("c"), &user("alice")));
    assert_eq!(found.belonging, Belonging::default());

    write(&store, |tx| {
        tx.burn_code(&digest("c"));
        tx.set_disabled(&user_id("alice"), Some(at(3)));
        tx.cut_tokens(&user_id("alice"), at(7));
    })
    .await;
    let found = look("c").await.expect("whatever its state");
    assert_eq!(found.code.state, CodeState::Burnt);
    assert_eq!(found.user.disabled_at, Some(at(3)));
    assert_eq!(found.belonging.cut, Some(at(7)));
}

pub(crate) async fn a_code_is_redeemed_once(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    write(&store, |tx| tx.redeem_code(&digest("c"), &grant_id("g"))).await;
    conflict(&store, |tx| tx.redeem_code(&digest("c"), &grant_id("h"))).await; // AZ-09
    conflict(&store, |tx| {
        tx.redeem_code(&digest("unknown"), &grant_id("h"))
    })
    .await;
    let grant = grant_id("g");
    assert_eq!(
        state(&store, "c").await,
        Some(CodeState::Redeemed { grant })
    );
}

pub(crate) async fn a_burnt_code_cannot_be_redeemed(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    write(&store, |tx| tx.burn_code(&digest("c"))).await;
    conflict(&store, |tx| tx.redeem_code(&digest("c"), &grant_id("g"))).await; // AZ-07
    conflict(&store, |tx| tx.burn_code(&digest("c"))).await;
    assert_eq!(state(&store, "c").await, Some(CodeState::Burnt));
}

pub(crate) async fn a_redeemed_code_cannot_be_burnt(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    write(&store, |tx| tx.redeem_code(&digest("c"), &grant_id("g"))).await;
    conflict(&store, |tx| tx.burn_code(&digest("c"))).await;
}

pub(crate) async fn a_code_is_refused_for_who_may_not_act(store: Subject) {
    populate(&store).await;
    let unknown_client = AuthorizationCode {
        client: client_id("nobody"),
        ..code("c")
    };
    let unknown_user = AuthorizationCode {
        user: user_id("nobody"),
        ..code("c")
    };
    conflict(&store, |tx| tx.add_code(&unknown_client)).await;
    conflict(&store, |tx| tx.add_code(&unknown_user)).await;

    write(&store, |tx| tx.set_disabled(&user_id("alice"), Some(at(1)))).await;
    conflict(&store, |tx| tx.add_code(&code("c"))).await;
    write(&store, |tx| tx.set_disabled(&user_id("alice"), None)).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(1))).await;
    conflict(&store, |tx| tx.add_code(&code("d"))).await;
}

pub(crate) async fn the_same_code_is_not_added_twice(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    conflict(&store, |tx| tx.add_code(&code("c"))).await;
}
