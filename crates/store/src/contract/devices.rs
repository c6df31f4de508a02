//! Device authorization requests (RFC 8628).

use std::time::Duration;

use doorward_core::{
    details::Details,
    device::{DeviceApproval, DeviceAuthorization, DeviceState, POLL_INTERVAL},
    grant::RevocationReason,
    scope::ScopeSet,
    session::{Method, Methods},
};

use super::{
    Subject,
    samples::{MINUTE, at, client_id, device, digest, user_id},
    steps::{conflict, populate, reader, write},
};
use crate::Tx;

fn approval() -> DeviceApproval {
    DeviceApproval {
        user: user_id("alice"),
        authenticated_at: at(-5),
        methods: Methods::of([Method::Federated, Method::RecoveryCode]),
        ends_at: Some(at(MINUTE)),
    }
}

fn approve(tx: &mut dyn Tx, text: &str) {
    let opens = (&ScopeSet::read_only(), &Details::default());
    tx.approve_device(&digest(text), &approval(), opens);
}

async fn find(store: &Subject, text: &str) -> Option<DeviceAuthorization> {
    let found = reader(store)
        .await
        .device_authorization(&digest(text))
        .await;
    found.expect("readable")
}

async fn state(store: &Subject, text: &str) -> Option<DeviceState> {
    find(store, text).await.map(|request| request.state)
}

async fn populate_two(store: &Subject) {
    populate(store).await;
    write(store, |tx| {
        tx.add_device_authorization(&device("d", "editor"));
        tx.add_device_authorization(&device("e", "terminal"));
    })
    .await;
}

pub(crate) async fn a_request_reads_back_by_either_code(store: Subject) {
    populate_two(&store).await;
    let expected = device("d", "editor");
    assert_eq!(find(&store, "d").await.as_ref(), Some(&expected));
    let mut tx = reader(&store).await;
    let by_user_code = tx.device_authorization_by_user_code(&expected.user_code);
    assert_eq!(by_user_code.await.expect("readable"), Some(expected));
    let unknown = tx.device_authorization_by_user_code(&digest("d")).await;
    assert_eq!(unknown.expect("readable"), None);
}

pub(crate) async fn a_user_code_that_is_in_use_conflicts(store: Subject) {
    populate_two(&store).await;
    let other = DeviceAuthorization {
        user_code: device("d", "editor").user_code,
        ..device("f", "editor")
    };
    conflict(&store, |tx| tx.add_device_authorization(&other)).await;
}

pub(crate) async fn a_request_is_refused_for_a_client_that_may_not_act(store: Subject) {
    conflict(&store, |tx| {
        tx.add_device_authorization(&device("d", "editor"))
    })
    .await;
    populate(&store).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(1))).await;
    conflict(&store, |tx| {
        tx.add_device_authorization(&device("d", "editor"))
    })
    .await;
}

pub(crate) async fn polls_of_a_pending_request_are_kept(store: Subject) {
    populate_two(&store).await;
    let slower = POLL_INTERVAL + Duration::from_millis(5_500);
    write(&store, |tx| tx.poll_device(&digest("d"), at(3), slower)).await;
    let found = find(&store, "d").await.expect("there");
    assert_eq!((found.polled_at, found.interval), (Some(at(3)), slower));
    write(&store, |tx| approve(tx, "d")).await;
    conflict(&store, |tx| tx.poll_device(&digest("d"), at(9), slower)).await;
}

pub(crate) async fn a_request_is_answered_once_and_redeemed_once(store: Subject) {
    populate_two(&store).await;
    conflict(&store, |tx| tx.redeem_device(&digest("d"))).await;
    write(&store, |tx| approve(tx, "d")).await;
    let found = find(&store, "d").await.expect("there");
    assert_eq!(found.state, DeviceState::Approved(approval()));
    assert_eq!(found.scopes, ScopeSet::read_only());
    assert_eq!(found.details, Details::default(), "as approved");
    conflict(&store, |tx| approve(tx, "d")).await; // CO-09
    conflict(&store, |tx| tx.deny_device(&digest("d"))).await;
    write(&store, |tx| tx.redeem_device(&digest("d"))).await;
    conflict(&store, |tx| tx.redeem_device(&digest("d"))).await;
    assert_eq!(find(&store, "d").await, None);

    write(&store, |tx| tx.deny_device(&digest("e"))).await;
    conflict(&store, |tx| approve(tx, "e")).await;
    conflict(&store, |tx| tx.redeem_device(&digest("e"))).await;
    assert_eq!(state(&store, "e").await, Some(DeviceState::Denied));
}

pub(crate) async fn nobody_approves_who_may_not_act(store: Subject) {
    populate_two(&store).await;
    write(&store, |tx| tx.set_disabled(&user_id("alice"), Some(at(1)))).await;
    conflict(&store, |tx| approve(tx, "d")).await;
}

pub(crate) async fn what_a_user_approved_goes_with_the_users_grants(store: Subject) {
    populate_two(&store).await;
    write(&store, |tx| {
        approve(tx, "d");
        tx.revoke_grants_of_user(&user_id("alice"), at(1), RevocationReason::UserChanged);
    })
    .await;
    assert_eq!(state(&store, "d").await, Some(DeviceState::Denied)); // TK-18
    assert_eq!(state(&store, "e").await, Some(DeviceState::Pending));
}

pub(crate) async fn requests_of_a_client_go_with_its_grants(store: Subject) {
    populate_two(&store).await;
    let reason = RevocationReason::ClientRevoked;
    write(&store, |tx| {
        tx.revoke_grants_of_client(&client_id("editor"), at(1), reason);
    })
    .await;
    assert_eq!(state(&store, "d").await, None); // TK-18
    assert_eq!(state(&store, "e").await, Some(DeviceState::Pending));
}

pub(crate) async fn an_expired_request_is_known_for_ten_minutes(store: Subject) {
    populate_two(&store).await;
    let spare = at(-MINUTE);
    let early = store.reap(at(20 * MINUTE - 1), spare).await;
    assert_eq!(early.expect("reaps"), 0);
    let late = store.reap(at(20 * MINUTE), spare).await;
    assert_eq!(late.expect("reaps"), 2);
}
