//! Grants and their revocation.

use doorward_core::{
    access::Confirmation,
    certificate::CertificateThumbprint,
    code::{AuthorizationCode, CodeState},
    details::Details,
    grant::{Grant, RevocationReason, Revoked},
    jwk::Thumbprint,
    session::Methods,
};

use super::{
    Subject,
    samples::{at, client_id, code, digest, grant, grant_id, user_id},
    steps::{conflict, populate, populate_with_grant, reader, write},
};

async fn find(store: &Subject, id: &str) -> Grant {
    let found = reader(store).await.grant(&grant_id(id)).await;
    found.expect("readable").expect("there")
}

async fn is_fresh(store: &Subject, text: &str) -> bool {
    let found = reader(store).await.code(&digest(text)).await;
    found.expect("readable").expect("there").state == CodeState::Fresh
}

pub(crate) async fn a_grant_reads_back_as_it_was_added(store: Subject) {
    populate_with_grant(&store).await;
    assert_eq!(find(&store, "g").await, grant("g"));
    let unknown = reader(&store).await.grant(&grant_id("h")).await;
    assert_eq!(unknown.expect("readable"), None);
    conflict(&store, |tx| tx.add_grant(&grant("g"))).await;
}

pub(crate) async fn a_grant_is_bound_to_a_key_once(store: Subject) {
    populate_with_grant(&store).await;
    let key = Confirmation::Key(Thumbprint::from_known("k"));
    let other = Confirmation::Certificate(CertificateThumbprint::from_known("k"));
    write(&store, |tx| tx.bind_grant(&grant_id("g"), &key, at(7))).await;
    let found = find(&store, "g").await;
    assert_eq!(
        (found.key, found.bound_at),
        (Some(key.clone()), Some(at(7)))
    );
    conflict(&store, |tx| tx.bind_grant(&grant_id("g"), &other, at(8))).await;
    conflict(&store, |tx| {
        tx.bind_grant(&grant_id("unknown"), &key, at(7))
    })
    .await;
    let bound = Grant {
        key: Some(other),
        ..grant("h")
    };
    write(&store, |tx| tx.add_grant(&bound)).await;
    assert_eq!(find(&store, "h").await, bound);
    write(&store, |tx| tx.add_grant(&grant("i"))).await;
    let why = RevocationReason::Administrator;
    write(&store, |tx| tx.revoke_grant(&grant_id("i"), at(1), why)).await;
    conflict(&store, |tx| tx.bind_grant(&grant_id("i"), &key, at(7))).await;
}

pub(crate) async fn a_grant_is_refused_for_who_may_not_act(store: Subject) {
    conflict(&store, |tx| tx.add_grant(&grant("g"))).await;
    populate(&store).await;
    write(&store, |tx| tx.set_disabled(&user_id("alice"), Some(at(1)))).await;
    conflict(&store, |tx| tx.add_grant(&grant("g"))).await;
    write(&store, |tx| tx.set_disabled(&user_id("alice"), None)).await;
    write(&store, |tx| tx.add_grant(&grant("g"))).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(1))).await;
    conflict(&store, |tx| tx.add_grant(&grant("h"))).await;
}

/// A grant that nobody approved: editor's own.
fn own(id: &str) -> Grant {
    Grant {
        details: Details::default(),
        user: None,
        authenticated_at: None,
        methods: Methods::default(),
        ..grant(id)
    }
}

pub(crate) async fn a_clients_own_grant_has_no_user(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_grant(&own("g"))).await;
    assert_eq!(find(&store, "g").await, own("g"));
    let mut tx = reader(&store).await;
    let of_alice = tx.grants(Some(&user_id("alice")), None).await;
    assert_eq!(of_alice.expect("readable"), []);
    let of_editor = tx.grants(None, Some(&client_id("editor"))).await;
    assert_eq!(of_editor.expect("readable"), [own("g")]);
    let (at, reason) = (at(7), RevocationReason::ClientRevoked);
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at)).await;
    conflict(&store, |tx| tx.add_grant(&own("h"))).await;
    write(&store, |tx| {
        tx.revoke_grants_of_client(&client_id("editor"), at, reason)
    })
    .await;
    assert_eq!(
        find(&store, "g").await.revoked,
        Some(Revoked { at, reason })
    );
}

pub(crate) async fn grants_are_listed_newest_first_by_user_and_client(store: Subject) {
    populate(&store).await;
    let rows = [
        ("1", "alice", "editor"),
        ("2", "bob", "editor"),
        ("3", "alice", "terminal"),
    ];
    write(&store, |tx| {
        for (index, (id, user, client)) in (1..).zip(rows) {
            let (user, client) = (Some(user_id(user)), client_id(client));
            let created_at = at(index);
            tx.add_grant(&Grant {
                user,
                client,
                created_at,
                ..grant(id)
            });
        }
    })
    .await;
    let cases = [
        (None, None, "321"),
        (Some("alice"), None, "31"),
        (None, Some("editor"), "21"),
        (Some("alice"), Some("editor"), "1"),
        (Some("bob"), Some("terminal"), ""),
    ];
    for (user, client, expected) in cases {
        let (user, client) = (user.map(user_id), client.map(client_id));
        let found = reader(&store)
            .await
            .grants(user.as_ref(), client.as_ref())
            .await;
        let ids: String = found
            .expect("readable")
            .iter()
            .map(|grant| grant.id.to_string())
            .collect();
        assert_eq!(ids, expected, "{user:?} {client:?}");
    }
}

pub(crate) async fn the_latest_grants_are_those_of_one_user_and_one_client(store: Subject) {
    populate(&store).await;
    let rows = [
        ("1", "alice", "editor"),
        ("2", "bob", "editor"),
        ("3", "alice", "terminal"),
        ("4", "alice", "editor"),
        ("5", "alice", "editor"),
    ];
    write(&store, |tx| {
        for (index, (id, user, client)) in (1..).zip(rows) {
            tx.add_grant(&Grant {
                user: Some(user_id(user)),
                client: client_id(client),
                created_at: at(index),
                ..grant(id)
            });
        }
    })
    .await;
    for (user, client, most, expected) in [
        ("alice", "editor", 9, "541"),
        ("alice", "editor", 2, "54"),
        ("alice", "terminal", 9, "3"),
        ("bob", "terminal", 9, ""),
        ("alice", "editor", 0, ""),
    ] {
        let (of, at) = (user_id(user), client_id(client));
        let found = reader(&store).await.latest_grants(&of, &at, most).await;
        let ids = found.expect("readable").into_iter();
        let ids: String = ids.map(|grant| grant.id.to_string()).collect();
        assert_eq!(ids, expected, "{user} {client} {most}");
    }
}

pub(crate) async fn revoking_twice_keeps_the_first_reason(store: Subject) {
    populate_with_grant(&store).await;
    let first = Revoked {
        at: at(5),
        reason: RevocationReason::CodeReplayed,
    };
    write(&store, |tx| {
        tx.revoke_grant(&grant_id("g"), first.at, first.reason)
    })
    .await;
    write(&store, |tx| {
        tx.revoke_grant(&grant_id("g"), at(6), RevocationReason::Administrator)
    })
    .await;
    assert_eq!(find(&store, "g").await.revoked, Some(first));
    write(&store, |tx| {
        tx.revoke_grant(&grant_id("h"), at(6), RevocationReason::Administrator)
    })
    .await;
}

pub(crate) async fn a_revoked_grant_cannot_be_used(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.mark_grant_used(&grant_id("g"), at(4))).await;
    assert_eq!(find(&store, "g").await.last_used_at, at(4));
    write(&store, |tx| {
        tx.revoke_grant(&grant_id("g"), at(5), RevocationReason::Administrator)
    })
    .await;
    conflict(&store, |tx| tx.mark_grant_used(&grant_id("g"), at(6))).await;
    conflict(&store, |tx| tx.mark_grant_used(&grant_id("unknown"), at(6))).await;
}

pub(crate) async fn using_a_grant_never_moves_its_time_back(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| tx.mark_grant_used(&grant_id("g"), at(9))).await;
    write(&store, |tx| tx.mark_grant_used(&grant_id("g"), at(4))).await;
    assert_eq!(find(&store, "g").await.last_used_at, at(9));
}

/// Grants and codes `alice`, for editor, and `bob`, for terminal.
async fn populate_two(store: &Subject) {
    populate(store).await;
    write(store, |tx| {
        for (who, client) in [("alice", "editor"), ("bob", "terminal")] {
            let (user, client) = (user_id(who), client_id(client));
            tx.add_grant(&Grant {
                user: Some(user.clone()),
                client: client.clone(),
                ..grant(who)
            });
            tx.add_code(&AuthorizationCode {
                user,
                client,
                ..code(who)
            });
        }
    })
    .await;
}

async fn only_alice_lost_everything(store: &Subject, revoked: Revoked) {
    assert_eq!(find(store, "alice").await.revoked, Some(revoked));
    assert_eq!(find(store, "bob").await.revoked, None);
    assert!(!is_fresh(store, "alice").await);
    assert!(is_fresh(store, "bob").await);
}

pub(crate) async fn revoking_all_of_a_user_spares_others_and_burns_fresh_codes(store: Subject) {
    populate_two(&store).await;
    let (at, reason) = (at(7), RevocationReason::UserChanged);
    write(&store, |tx| {
        tx.revoke_grants_of_user(&user_id("alice"), at, reason)
    })
    .await;
    only_alice_lost_everything(&store, Revoked { at, reason }).await;
}

pub(crate) async fn revoking_all_of_a_client_spares_others_and_burns_fresh_codes(store: Subject) {
    populate_two(&store).await;
    let (at, reason) = (at(7), RevocationReason::ClientRevoked);
    write(&store, |tx| {
        tx.revoke_grants_of_client(&client_id("editor"), at, reason)
    })
    .await;
    only_alice_lost_everything(&store, Revoked { at, reason }).await;
}
