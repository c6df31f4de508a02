//! Links of people elsewhere to accounts here.

use doorward_core::account_link::{AccountLink, ForeignSubject};

use super::{
    Subject,
    samples::{at, user_id},
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
