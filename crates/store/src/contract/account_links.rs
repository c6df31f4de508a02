//! Links of people elsewhere to accounts here.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    grant::{Grant, RevocationReason, Revoked},
    session::Methods,
};

use super::{
    Subject,
    samples::{at, grant, grant_id, user_id},
    steps::{conflict, populate, reader, write},
};

fn link(subject: &str) -> AccountLink {
    AccountLink {
        foreign: ForeignSubject::claimed("https://idp.example", subject),
        user: user_id("alice"),
        created_at: at(1),
        used_at: None,
    }
}

pub(crate) async fn a_link_reads_back_until_it_is_cut(store: Subject) {
    populate(&store).await;
    let (one, two) = (link("1"), link("2"));
    write(&store, |tx| {
        tx.add_account_link(&two);
        tx.add_account_link(&one);
    })
    .await;
    let mut tx = reader(&store).await;
    let found = tx.account_link(&one.foreign).await.expect("readable");
    assert_eq!(found, Some(one.clone()));
    let elsewhere = ForeignSubject::claimed("https://idp.example/", "1");
    assert_eq!(tx.account_link(&elsewhere).await.expect("readable"), None);
    let all = tx.account_links().await.expect("readable");
    assert_eq!(all, [one.clone(), two]);
    let theirs = tx.account_links_of(&user_id("alice")).await;
    assert_eq!(theirs.expect("readable").len(), 2);
    let none = tx.account_links_of(&user_id("bob")).await;
    assert_eq!(none.expect("readable"), []);
    write(&store, |tx| tx.remove_account_link(&one)).await;
    let found = tx.account_link(&one.foreign).await.expect("readable");
    assert_eq!(found, None);
    conflict(&store, |tx| tx.remove_account_link(&one)).await;
    conflict(&store, |tx| tx.use_account_link(&one, at(2))).await;
}

pub(crate) async fn somebody_elsewhere_is_one_account_here(store: Subject) {
    populate(&store).await;
    let alices = link("1");
    let bobs = AccountLink {
        user: user_id("bob"),
        ..link("1")
    };
    write(&store, |tx| tx.add_account_link(&alices)).await;
    conflict(&store, |tx| tx.add_account_link(&bobs)).await;
    conflict(&store, |tx| tx.use_account_link(&bobs, at(2))).await;
    conflict(&store, |tx| tx.remove_account_link(&bobs)).await;
    let nobodys = AccountLink {
        user: user_id("nobody"),
        ..link("3")
    };
    conflict(&store, |tx| tx.add_account_link(&nobodys)).await;
}

pub(crate) async fn the_use_of_a_link_is_kept_and_never_moves_back(store: Subject) {
    populate(&store).await;
    let link = link("1");
    write(&store, |tx| tx.add_account_link(&link)).await;
    for (used, expected) in [(5, 5), (3, 5), (7, 7)] {
        write(&store, |tx| tx.use_account_link(&link, at(used))).await;
        let found = reader(&store).await.account_link(&link.foreign).await;
        let found = found.expect("readable").expect("there");
        assert_eq!(found.used_at, Some(at(expected)));
    }
}

//
pub(crate) async fn what_came_by_a_link_while_it_is_cut_ends_with_it(store: Subject) {
    populate(&store).await;
    let link = link("1");
    let asserted = |id: &str| Grant {
        authenticated_at: None,
        methods: Methods::default(),
        ..grant(id)
    };
    write(&store, |tx| {
        tx.add_account_link(&link);
        tx.add_grant(&asserted("before"));
        tx.add_grant(&Grant {
            authenticated_at: Some(at(0)),
            ..grant("signed in")
        });
        tx.add_grant(&Grant {
            user: Some(user_id("bob")),
            ..asserted("bobs")
        });
    })
    .await;
    let mut cutting = reader(&store).await;
    let seen = cutting.grants(Some(&link.user), None).await;
    assert_eq!(seen.expect("readable").len(), 2);
    write(&store, |tx| {
        tx.add_grant(&asserted("meanwhile"));
        tx.use_account_link(&link, at(1));
    })
    .await;
    let reason = RevocationReason::UserChanged;
    cutting.remove_account_link(&link);
    cutting.revoke_asserted_grants_of_user(&link.user, at(2), reason);
    cutting.commit().await.expect("cut");
    conflict(&store, |tx| {
        tx.add_grant(&asserted("after"));
        tx.use_account_link(&link, at(3));
    })
    .await;
    let mut tx = reader(&store).await;
    let ended = Some(Revoked { at: at(2), reason });
    for (id, expected) in [
        ("before", ended),
        ("meanwhile", ended),
        ("signed in", None),
        ("bobs", None),
    ] {
        let found = tx.grant(&grant_id(id)).await.expect("readable");
        assert_eq!(found.expect("there").revoked, expected, "{id}");
    }
    let after = tx.grant(&grant_id("after")).await.expect("readable");
    assert_eq!(after, None);
}
