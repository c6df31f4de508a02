//! What holds when many want the same thing at once.

use std::sync::Arc;

use doorward_core::{
    grant::RevocationReason,
    user::{Role, User},
};
use tokio::task::JoinSet;

use super::{
    Subject,
    samples::{at, client_id, code, digest, grant, grant_id, refresh_token, spent, user, user_id},
    steps::{commit, populate, populate_with_grant, reader, write},
};
use crate::{StoreError, Tx};

/// Runs `fill` in this many units of work at once; how many commits went well. Every other one
/// must be a conflict.
async fn race(store: &Subject, runners: usize, fill: fn(&mut dyn Tx, usize)) -> usize {
    let mut racing = JoinSet::new();
    for index in 0..runners {
        let store = Arc::clone(store);
        racing.spawn(async move { commit(&store, |tx| fill(tx, index)).await });
    }
    let outcomes = racing.join_all().await;
    let conflicts = outcomes
        .iter()
        .filter(|one| matches!(one, Err(StoreError::Conflict)))
        .count();
    let successes = outcomes.iter().filter(|one| one.is_ok()).count();
    assert_eq!(conflicts + successes, runners, "{outcomes:?}");
    successes
}

pub(crate) async fn of_two_units_of_work_on_one_record_one_conflicts(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
    let (mut one, mut other) = (reader(&store).await, reader(&store).await);
    one.spend_refresh_token(&digest("t"), &spent(1, "one"));
    other.spend_refresh_token(&digest("t"), &spent(1, "other"));
    other.commit().await.expect("the first to commit wins");
    assert!(matches!(one.commit().await, Err(StoreError::Conflict)));
}

// AD-03
pub(crate) async fn of_two_administrators_who_end_each_other_one_stays(store: Subject) {
    let administrator = |text: &str| User {
        role: Role::Administrator,
        ..user(text)
    };
    write(&store, |tx| {
        tx.add_user(&administrator("one"));
        tx.add_user(&administrator("two"));
    })
    .await;
    let end = |tx: &mut dyn Tx, index: usize| match index % 3 {
        0 => tx.set_role(&user_id("one"), Role::Member),
        1 => tx.remove_user(&user_id("two"), at(1)),
        _ => tx.set_disabled(&user_id("one"), Some(at(1))),
    };
    race(&store, 60, end).await;
    let users = reader(&store).await.users().await.expect("readable");
    let able = |user: &&User| user.role == Role::Administrator && user.disabled_at.is_none();
    assert_eq!(users.iter().filter(able).count(), 1);
}

pub(crate) async fn a_code_redeemed_200_times_at_once_is_redeemed_once(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    let redeem = |tx: &mut dyn Tx, index: usize| {
        let id = format!("grant {index}");
        tx.redeem_code(&digest("c"), &grant_id(&id));
        tx.add_grant(&grant(&id));
    };
    assert_eq!(race(&store, 200, redeem).await, 1); // AZ-09
    let grants = reader(&store).await.grants(None, None).await;
    assert_eq!(grants.expect("readable").len(), 1);
}

pub(crate) async fn a_refresh_token_spent_200_times_at_once_is_spent_once(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.add_refresh_token(&refresh_token("t"))).await;
    let spend = |tx: &mut dyn Tx, index: usize| {
        let successor = format!("successor {index}");
        tx.spend_refresh_token(&digest("t"), &spent(1, &successor));
        tx.add_refresh_token(&refresh_token(&successor));
    };
    assert_eq!(race(&store, 200, spend).await, 1);
}

pub(crate) async fn a_grant_cannot_slip_in_behind_a_revocation(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_code(&code("c"))).await;
    let mut redemption = reader(&store).await;
    let fresh = redemption.code(&digest("c")).await.expect("readable");
    assert!(fresh.is_some());
    redemption.redeem_code(&digest("c"), &grant_id("g"));
    redemption.add_grant(&grant("g"));

    write(&store, |tx| {
        let reason = RevocationReason::UserChanged;
        tx.revoke_grants_of_user(&user_id("alice"), at(1), reason);
    })
    .await;
    let outcome = redemption.commit().await;
    assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
}

pub(crate) async fn unrelated_commits_all_succeed(store: Subject) {
    populate(&store).await;
    let add = |tx: &mut dyn Tx, index: usize| {
        tx.add_grant(&grant(&format!("grant {index}")));
        tx.mark_client_used(&client_id("editor"), at(1));
    };
    assert_eq!(race(&store, 200, add).await, 200);
    let grants = reader(&store).await.grants(None, None).await;
    assert_eq!(grants.expect("readable").len(), 200);
}
