//! Devices that people signed in on before.

use doorward_core::{
    agent::Agent,
    id::DeviceId,
    known_device::{KnownDevice, MOST_DEVICES},
};

use super::{
    Subject,
    samples::{at, digest, name, user_id},
    steps::{conflict, populate, reader, write},
};

fn device(id: &str, user: &str, seen_at: i64) -> KnownDevice {
    KnownDevice {
        id: DeviceId::from_known(id),
        digest: digest(id),
        user: user_id(user),
        agent: Some(Agent::from_stored("Firefox/140.0")),
        address: Some("2001:db8::7".parse().expect("an address")),
        created_at: at(0),
        seen_at: at(seen_at),
        expires_at: at(1000),
    }
}

async fn of(store: &Subject, user: &str) -> Vec<KnownDevice> {
    let found = reader(store).await.known_devices_of(&user_id(user)).await;
    found.expect("readable")
}

pub(crate) async fn a_device_is_remembered_for_each_account_apart(store: Subject) {
    populate(&store).await;
    let alices = device("1", "alice", 1);
    let bobs = KnownDevice {
        digest: alices.digest,
        agent: None,
        address: None,
        ..device("2", "bob", 2)
    };
    write(&store, |tx| {
        tx.remember_device(&alices);
        tx.remember_device(&bobs);
    })
    .await;
    let mut tx = reader(&store).await;
    let both = tx.known_devices(&alices.digest).await.expect("readable");
    assert_eq!(both, [alices.clone(), bobs.clone()]);
    for (who, expected) in [
        ("alice", Some(&alices)),
        ("bob", Some(&bobs)),
        ("eve", None),
    ] {
        let found = tx.known_device(&alices.digest, &name(who)).await;
        assert_eq!(found.expect("readable").as_ref(), expected, "{who}");
    }
    let other = tx.known_device(&digest("other"), &name("alice")).await;
    assert_eq!(other.expect("readable"), None);

    let again = KnownDevice {
        agent: Some(Agent::from_stored("curl/8")),
        seen_at: at(5),
        expires_at: at(2000),
        ..device("3", "alice", 5)
    };
    let again = KnownDevice {
        digest: alices.digest,
        ..again
    };
    write(&store, |tx| tx.remember_device(&again)).await;
    let seen = KnownDevice {
        id: alices.id.clone(),
        ..again
    };
    assert_eq!(
        of(&store, "alice").await,
        [seen],
        "one row, as it was named"
    );
    assert_eq!(of(&store, "bob").await, [bobs]);
    conflict(&store, |tx| tx.remember_device(&device("4", "nobody", 1))).await;
}

pub(crate) async fn the_device_that_was_seen_longest_ago_makes_room(store: Subject) {
    populate(&store).await;
    let most = i64::from(MOST_DEVICES);
    write(&store, |tx| tx.remember_device(&device("b", "bob", 0))).await;
    for number in (0..=most).rev() {
        let device = device(&number.to_string(), "alice", 100 - number);
        write(&store, |tx| tx.remember_device(&device)).await;
    }
    let kept = of(&store, "alice").await;
    assert_eq!(kept.len() as i64, most);
    assert_eq!(kept[0].id, DeviceId::from_known("0"), "seen last, first");
    assert!(
        kept.iter()
            .all(|device| device.id.as_str() != most.to_string())
    );
    assert_eq!(of(&store, "bob").await.len(), 1);
}

pub(crate) async fn a_new_value_takes_all_accounts_of_a_device_along(store: Subject) {
    populate(&store).await;
    let alices = device("1", "alice", 1);
    let bobs = KnownDevice {
        digest: alices.digest,
        ..device("2", "bob", 2)
    };
    let other = device("3", "bob", 3);
    write(&store, |tx| {
        tx.remember_device(&alices);
        tx.remember_device(&bobs);
        tx.remember_device(&other);
        tx.renew_devices(&alices.digest, &digest("new"));
        tx.renew_devices(&digest("nobody's"), &digest("whatever"));
    })
    .await;
    let mut tx = reader(&store).await;
    let count = async |tx: &mut dyn crate::Tx, value| {
        let found = tx.known_devices(&digest(value)).await;
        found.expect("readable").len()
    };
    assert_eq!(count(tx.as_mut(), "1").await, 0);
    assert_eq!(count(tx.as_mut(), "new").await, 2);
    assert_eq!(count(tx.as_mut(), "3").await, 1);
}

pub(crate) async fn devices_are_forgotten_by_their_owner_alone(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        for id in ["1", "2", "3"] {
            tx.remember_device(&device(id, "alice", 1));
        }
        tx.remember_device(&device("4", "bob", 1));
    })
    .await;
    let id = |text| DeviceId::from_known(text);
    conflict(&store, |tx| tx.forget_device(&user_id("bob"), &id("1"))).await; // AD-02
    write(&store, |tx| tx.forget_device(&user_id("alice"), &id("1"))).await;
    conflict(&store, |tx| tx.forget_device(&user_id("alice"), &id("1"))).await;
    assert_eq!(of(&store, "alice").await.len(), 2);
    write(&store, |tx| tx.forget_devices_of_user(&user_id("alice"))).await;
    assert_eq!(of(&store, "alice").await, []);
    assert_eq!(of(&store, "bob").await.len(), 1);
}

pub(crate) async fn a_device_is_reaped_when_it_expires(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.remember_device(&device("1", "alice", 1))).await;
    let reap = async |now| store.reap(at(now), at(0)).await.expect("reaped");
    reap(999).await;
    assert_eq!(of(&store, "alice").await.len(), 1);
    reap(1000).await;
    assert_eq!(of(&store, "alice").await, []);
}
