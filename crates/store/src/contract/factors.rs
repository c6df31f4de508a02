//! Second factors.

use doorward_core::{
    factor::{Factors, Passkey, Totp},
    id::PasskeyId,
    secret::Digest,
};

use super::{
    Subject,
    samples::{at, user_id},
    steps::{conflict, populate, reader, write},
};

fn totp(user: &str) -> Totp {
    Totp {
        user: user_id(user),
        sealed: vec![0, 255, 7],
        last_step: 10,
        created_at: at(1),
        used_at: None,
    }
}

fn passkey(id: &str, credential: &[u8]) -> Passkey {
    Passkey {
        id: PasskeyId::from_known(id),
        user: user_id("alice"),
        credential: credential.to_vec(),
        key: vec![0xa0, 0],
        count: 5,
        synced: true,
        name: "Alices Telefon é".to_owned(),
        created_at: at(1),
        used_at: None,
    }
}

// LG-02
pub(crate) async fn a_code_of_an_application_works_once_and_no_older_one_after_it(store: Subject) {
    populate(&store).await;
    write(&store, |tx| tx.add_totp(&totp("alice"))).await;
    let alice = user_id("alice");
    conflict(&store, |tx| tx.add_totp(&totp("alice"))).await;
    conflict(&store, |tx| tx.add_totp(&totp("nobody"))).await;
    conflict(&store, |tx| tx.use_totp(&alice, 10, at(2))).await;
    write(&store, |tx| tx.use_totp(&alice, 12, at(3))).await;
    for step in [11, 12] {
        conflict(&store, |tx| tx.use_totp(&alice, step, at(4))).await;
    }
    let kept = reader(&store).await.totp(&alice).await.expect("readable");
    let expected = Totp {
        last_step: 12,
        used_at: Some(at(3)),
        ..totp("alice")
    };
    assert_eq!(kept, Some(expected));
    write(&store, |tx| tx.remove_totp(&alice)).await;
    conflict(&store, |tx| tx.remove_totp(&alice)).await;
    conflict(&store, |tx| tx.use_totp(&alice, 13, at(5))).await;
    let kept = reader(&store).await.totp(&alice).await.expect("readable");
    assert_eq!(kept, None);
}

pub(crate) async fn of_two_uses_of_one_code_at_once_one_conflicts(store: Subject) {
    populate(&store).await;
    let alice = user_id("alice");
    let code = Digest::of("1");
    write(&store, |tx| {
        tx.add_totp(&totp("alice"));
        tx.replace_recovery_codes(&alice, &[code]);
    })
    .await;
    let (mut one, mut two) = (reader(&store).await, reader(&store).await);
    one.use_totp(&alice, 11, at(2));
    two.use_totp(&alice, 11, at(2));
    let (one, two) = tokio::join!(one.commit(), two.commit());
    assert!(one.is_ok() != two.is_ok());
    let (mut one, mut two) = (reader(&store).await, reader(&store).await);
    one.use_recovery_code(&alice, &code);
    two.use_recovery_code(&alice, &code);
    let (one, two) = tokio::join!(one.commit(), two.commit());
    assert!(one.is_ok() != two.is_ok());
}

pub(crate) async fn a_recovery_code_works_once_for_its_person(store: Subject) {
    populate(&store).await;
    let (alice, bob) = (user_id("alice"), user_id("bob"));
    let codes = ["1", "2", "3"].map(Digest::of);
    write(&store, |tx| tx.replace_recovery_codes(&alice, &codes)).await;
    conflict(&store, |tx| tx.use_recovery_code(&bob, &codes[0])).await;
    write(&store, |tx| tx.use_recovery_code(&alice, &codes[0])).await;
    conflict(&store, |tx| tx.use_recovery_code(&alice, &codes[0])).await;
    let told = reader(&store)
        .await
        .factors(&alice)
        .await
        .expect("readable");
    assert_eq!(told.recovery_codes, 2);
    write(&store, |tx| {
        tx.replace_recovery_codes(&alice, &[Digest::of("4")])
    })
    .await;
    conflict(&store, |tx| tx.use_recovery_code(&alice, &codes[1])).await;
    write(&store, |tx| tx.use_recovery_code(&alice, &Digest::of("4"))).await;
}

pub(crate) async fn a_passkey_is_of_one_person_and_its_counter_is_compared(store: Subject) {
    populate(&store).await;
    let (alice, bob) = (user_id("alice"), user_id("bob"));
    let (one, two) = (passkey("1", &[0, 1]), passkey("2", &[0, 2]));
    write(&store, |tx| {
        tx.add_passkey(&one);
        tx.add_passkey(&two);
    })
    .await;
    conflict(&store, |tx| {
        tx.add_passkey(&Passkey {
            user: bob.clone(),
            ..passkey("3", &[0, 1])
        });
    })
    .await;
    write(&store, |tx| tx.use_passkey(&one.id, (5, 6), at(9))).await;
    conflict(&store, |tx| tx.use_passkey(&one.id, (5, 7), at(9))).await; // used elsewhere meanwhile
    conflict(&store, |tx| tx.rename_passkey(&two.id, &bob, "Bob's")).await; // AD-02
    conflict(&store, |tx| tx.remove_passkey(&two.id, &bob)).await;
    write(&store, |tx| tx.rename_passkey(&two.id, &alice, "Two")).await;
    let mut tx = reader(&store).await;
    let used = Passkey {
        count: 6,
        used_at: Some(at(9)),
        ..one.clone()
    };
    let renamed = Passkey {
        name: "Two".to_owned(),
        ..two.clone()
    };
    let all = tx.passkeys_of(&alice).await.expect("readable");
    assert_eq!(all, [used.clone(), renamed]);
    let found = tx.passkey_by_credential(&[0, 1]).await.expect("readable");
    assert_eq!(found, Some(used));
    assert_eq!(
        tx.passkey_by_credential(&[0]).await.expect("readable"),
        None
    );
    write(&store, |tx| tx.remove_passkey(&two.id, &alice)).await;
    conflict(&store, |tx| tx.remove_passkey(&two.id, &alice)).await;
}

pub(crate) async fn factors_are_counted_and_go_with_a_reset_or_the_person(store: Subject) {
    populate(&store).await;
    let (alice, bob) = (user_id("alice"), user_id("bob"));
    let enrol = || async {
        write(&store, |tx| {
            tx.add_totp(&totp("alice"));
            tx.add_totp(&totp("bob"));
            tx.add_passkey(&passkey("1", &[1]));
            tx.add_passkey(&passkey("2", &[2]));
            tx.replace_recovery_codes(&alice, &["1", "2", "3"].map(Digest::of));
        })
        .await;
    };
    enrol().await;
    let told = reader(&store)
        .await
        .factors(&alice)
        .await
        .expect("readable");
    let all = Factors {
        totp: true,
        passkeys: 2,
        recovery_codes: 3,
    };
    assert_eq!(told, all);
    write(&store, |tx| tx.remove_factors(&alice)).await;
    let mut tx = reader(&store).await;
    let told = tx.factors(&alice).await.expect("readable");
    assert_eq!(told, Factors::default());
    assert!(tx.factors(&bob).await.expect("readable").totp);
    write(&store, |tx| tx.remove_totp(&bob)).await;
    enrol().await;
    write(&store, |tx| tx.remove_user(&alice, at(9))).await;
    let told = tx.factors(&alice).await.expect("readable");
    assert_eq!(told, Factors::default());
}
