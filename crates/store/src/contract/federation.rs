//! Sign-ins through identity providers.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    federation::{FederatedAccount, PendingSignIn},
    grant::{Grant, RevocationReason},
    refresh::RefreshToken,
    session::Session,
};

use super::{
    Subject,
    samples::{at, digest, grant, grant_id, refresh_token, session, user_id},
    steps::{conflict, populate, reader, write},
};

fn foreign(subject: &str) -> ForeignSubject {
    ForeignSubject::claimed("https://idp.example", subject)
}

fn link(subject: &str, user: &str) -> AccountLink {
    AccountLink {
        foreign: foreign(subject),
        user: user_id(user),
        created_at: at(0),
        used_at: None,
    }
}

fn account(subject: &str, user: &str, signed_in: i64) -> FederatedAccount {
    FederatedAccount {
        foreign: foreign(subject),
        user: user_id(user),
        provider: "idp".to_owned(),
        sealed: Some(vec![1, 2, 3]),
        session: Some(format!("sid-{subject}-{signed_in}")),
        signed_in_at: at(signed_in),
        asked_at: at(signed_in),
        heard_at: at(signed_in),
    }
}

// A-038, LG-04
pub(crate) async fn a_sign_in_under_way_is_taken_once(store: Subject) {
    let pending = PendingSignIn {
        state: digest("state"),
        provider: "idp".to_owned(),
        browser: digest("browser"),
        sealed: vec![9; 4000],
        expires_at: at(600),
    };
    write(&store, |tx| tx.add_pending_sign_in(&pending)).await;
    conflict(&store, |tx| tx.add_pending_sign_in(&pending)).await;
    let found = reader(&store).await.pending_sign_in(&digest("state")).await;
    assert_eq!(found.expect("readable"), Some(pending));
    write(&store, |tx| tx.take_pending_sign_in(&digest("state"))).await;
    conflict(&store, |tx| tx.take_pending_sign_in(&digest("state"))).await;
    let mut tx = reader(&store).await;
    let found = tx.pending_sign_in(&digest("state")).await;
    assert_eq!(found.expect("readable"), None);
}

// DS-05
pub(crate) async fn of_many_sign_ins_under_way_the_latest_stay(store: Subject) {
    let pending = |name: &str, expires: i64| PendingSignIn {
        state: digest(name),
        provider: "idp".to_owned(),
        browser: digest("browser"),
        sealed: vec![9],
        expires_at: at(expires),
    };
    let all = [("over", 10), ("old", 20), ("new", 30), ("newer", 40)];
    for (most, expected) in [(3, vec!["old", "new", "newer"]), (2, vec!["new", "newer"])] {
        write(&store, |tx| {
            for (name, expires) in all {
                tx.add_pending_sign_in(&pending(name, expires));
            }
        })
        .await;
        write(&store, |tx| tx.keep_pending_sign_ins(most, at(10))).await;
        let mut left = Vec::new();
        for (name, _) in all {
            let found = reader(&store).await.pending_sign_in(&digest(name)).await;
            if found.expect("readable").is_some() {
                left.push(name);
            }
        }
        assert_eq!(left, expected);
        write(&store, |tx| tx.keep_pending_sign_ins(0, at(10))).await;
    }
}

pub(crate) async fn what_is_kept_of_somebody_goes_with_the_link(store: Subject) {
    populate(&store).await;
    conflict(&store, |tx| {
        tx.keep_federated_account(&account("1", "alice", 5));
    })
    .await;
    write(&store, |tx| {
        tx.add_account_link(&link("1", "alice"));
        tx.keep_federated_account(&account("1", "alice", 5));
    })
    .await;
    conflict(&store, |tx| {
        tx.keep_federated_account(&account("1", "bob", 6));
    })
    .await;
    let newer = account("1", "alice", 7);
    write(&store, |tx| tx.keep_federated_account(&newer)).await;
    let mut tx = reader(&store).await;
    let found = tx.federated_account(&foreign("1")).await.expect("readable");
    assert_eq!(found.as_ref(), Some(&newer));
    let theirs = tx.federated_accounts_of(&user_id("alice")).await;
    assert_eq!(theirs.expect("readable"), [newer]);
    write(&store, |tx| {
        tx.remove_account_link(&link("1", "alice"));
    })
    .await;
    let found = tx.federated_account(&foreign("1")).await.expect("readable");
    assert_eq!(found, None);
}

//
pub(crate) async fn of_two_who_want_to_ask_a_provider_one_does(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        tx.add_account_link(&link("1", "alice"));
        tx.keep_federated_account(&account("1", "alice", 5));
    })
    .await;
    let one = foreign("1");
    write(&store, |tx| tx.ask_about(&one, at(5), at(9))).await;
    conflict(&store, |tx| tx.ask_about(&one, at(5), at(9))).await;
    let found = reader(&store).await.federated_account(&one).await;
    let found = found.expect("readable").expect("there");
    assert_eq!((found.asked_at, found.heard_at), (at(9), at(5)));
}

fn signed_in(name: &str, user: &str, moment: i64) -> Session {
    Session {
        authenticated_at: at(moment),
        ..session(name, user)
    }
}

fn granted(id: &str, user: &str, moment: i64) -> Grant {
    Grant {
        user: Some(user_id(user)),
        authenticated_at: Some(at(moment)),
        ..grant(id)
    }
}

/// Alice signs in by the word of a provider at 10 and 20, and with her password at 30; bob with
/// his at 10.
async fn sign_ins(store: &Subject) {
    populate(store).await;
    write(store, |tx| {
        tx.add_account_link(&link("1", "alice"));
        for moment in [10, 20] {
            tx.keep_federated_account(&account("1", "alice", moment));
            tx.vouch(&user_id("alice"), at(moment));
        }
        tx.vouch(&user_id("bob"), at(10)); // nobody vouches for him
        for (name, user, moment) in SIGN_INS {
            tx.add_session(&signed_in(name, user, moment));
            tx.add_grant(&granted(name, user, moment));
        }
    })
    .await;
}

const SIGN_INS: [(&str, &str, i64); 4] = [
    ("first", "alice", 10),
    ("second", "alice", 20),
    ("password", "alice", 30),
    ("bobs", "bob", 10),
];

async fn left(store: &Subject) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut tx = reader(store).await;
    let (mut sessions, mut grants) = (Vec::new(), Vec::new());
    for (name, _, _) in SIGN_INS {
        if tx.session(&digest(name)).await.expect("readable").is_some() {
            sessions.push(name);
        }
        let grant = tx.grant(&grant_id(name)).await.expect("readable");
        if grant.expect("there").revoked.is_none() {
            grants.push(name);
        }
    }
    (sessions, grants)
}

//
pub(crate) async fn what_stands_by_the_word_of_a_provider_ends_and_nothing_else(store: Subject) {
    sign_ins(&store).await;
    let mut tx = reader(&store).await;
    let by = tx.vouched_for(&user_id("alice"), at(10)).await;
    assert_eq!(by.expect("readable").expect("there").foreign, foreign("1"));
    for (user, moment) in [("alice", 30), ("bob", 10)] {
        let nobody = tx.vouched_for(&user_id(user), at(moment)).await;
        assert_eq!(nobody.expect("readable"), None);
    }
    for (grant, vouched) in [("first", true), ("password", false)] {
        let token = RefreshToken {
            grant: grant_id(grant),
            ..refresh_token(grant)
        };
        write(&store, |tx| tx.add_refresh_token(&token)).await;
        let found = tx.presented_refresh(&token.digest).await;
        assert_eq!(found.expect("readable").expect("there").vouched, vouched);
    }
    let mut theirs = tx
        .vouched_grants(&user_id("alice"), &foreign("1"), None)
        .await
        .expect("readable");
    theirs.sort();
    assert_eq!(theirs, [grant_id("first"), grant_id("second")]);
    let reason = RevocationReason::AccessLost;
    write(&store, |tx| {
        tx.end_vouched(&user_id("alice"), &foreign("1"), None);
        tx.revoke_vouched(&user_id("alice"), &foreign("1"), None, at(40), reason);
    })
    .await;
    let rest = vec!["password", "bobs"];
    assert_eq!(left(&store).await, (rest.clone(), rest));
}

pub(crate) async fn one_session_at_a_provider_ends_alone(store: Subject) {
    sign_ins(&store).await;
    let only = Some("sid-1-10");
    let mut tx = reader(&store).await;
    let theirs = tx.vouched_in("https://idp.example", "sid-1-10").await;
    assert_eq!(
        theirs.expect("readable").expect("there").user,
        user_id("alice")
    );
    let nobodys = tx.vouched_in("https://other.example", "sid-1-10").await;
    assert_eq!(nobodys.expect("readable"), None);
    write(&store, |tx| {
        tx.end_vouched(&user_id("alice"), &foreign("1"), only);
    })
    .await;
    let (sessions, grants) = left(&store).await;
    assert_eq!(sessions, ["second", "password", "bobs"]);
    assert_eq!(grants.len(), 4, "grants were not meant");
    write(&store, |tx| {
        tx.end_vouched(&user_id("bob"), &foreign("1"), None);
    })
    .await;
    assert_eq!(left(&store).await.0.len(), 3, "bob is not that person");
}
