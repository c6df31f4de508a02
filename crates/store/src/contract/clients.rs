//! OAuth clients.

use doorward_core::client::{Client, ClientAuthentication, ClientOrigin};

use super::{
    Subject,
    samples::{at, client, client_id},
    steps::{conflict, reader, write},
};

async fn find(store: &Subject, id: &str) -> Option<Client> {
    let found = reader(store).await.client(&client_id(id)).await;
    found.expect("readable")
}

pub(crate) async fn a_client_reads_back_as_it_was_added(store: Subject) {
    let confidential = client("editor");
    let public = Client {
        origin: ClientOrigin::Preregistered,
        authentication: ClientAuthentication::None,
        refreshes: false,
        used_at: Some(at(1)),
        ..client("terminal")
    };
    write(&store, |tx| {
        tx.add_client(&confidential);
        tx.add_client(&public);
    })
    .await;
    assert_eq!(find(&store, "editor").await, Some(confidential));
    assert_eq!(find(&store, "terminal").await, Some(public));
    assert_eq!(find(&store, "browser").await, None);
}

pub(crate) async fn adding_a_known_client_changes_nothing(store: Subject) {
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    let other = Client {
        name: "Another".to_owned(),
        created_at: at(9),
        ..client("editor")
    };
    write(&store, |tx| tx.add_client(&other)).await;
    assert_eq!(find(&store, "editor").await, Some(client("editor")));
}

pub(crate) async fn adding_a_revoked_client_again_does_not_bring_it_back(store: Subject) {
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(5))).await;
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    let found = find(&store, "editor").await.expect("still there");
    assert_eq!(found.revoked_at, Some(at(5)));
}

pub(crate) async fn a_client_is_revoked_once(store: Subject) {
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(5))).await;
    conflict(&store, |tx| tx.revoke_client(&client_id("editor"), at(6))).await;
    conflict(&store, |tx| tx.revoke_client(&client_id("nobody"), at(6))).await;
}

pub(crate) async fn marking_an_unknown_client_as_used_conflicts(store: Subject) {
    conflict(&store, |tx| {
        tx.mark_client_used(&client_id("editor"), at(1))
    })
    .await;
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    write(&store, |tx| {
        tx.mark_client_used(&client_id("editor"), at(1))
    })
    .await;
    let found = find(&store, "editor").await.expect("there");
    assert_eq!(found.used_at, Some(at(1)));
}

pub(crate) async fn unused_clients_are_the_dynamic_ones_nobody_signed_in_through(store: Subject) {
    let preregistered = Client {
        origin: ClientOrigin::Preregistered,
        ..client("preregistered")
    };
    write(&store, |tx| {
        tx.add_client(&preregistered);
        for id in ["unused", "used", "revoked"] {
            tx.add_client(&client(id));
        }
        tx.mark_client_used(&client_id("used"), at(1));
        tx.revoke_client(&client_id("revoked"), at(1));
    })
    .await;
    let unused = reader(&store).await.unused_clients().await;
    assert_eq!(unused.expect("readable"), 1);
}

pub(crate) async fn clients_are_listed_newest_first(store: Subject) {
    write(&store, |tx| {
        for (id, seconds) in [("middle", 2), ("oldest", 1), ("newest", 3)] {
            let created_at = at(seconds);
            tx.add_client(&Client {
                created_at,
                ..client(id)
            });
        }
    })
    .await;
    let clients = reader(&store).await.clients().await.expect("readable");
    let ids: Vec<_> = clients.iter().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, ["newest", "middle", "oldest"]);
}
