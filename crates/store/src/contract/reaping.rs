//! What may be forgotten, and what must be kept because it still protects somebody.

use doorward_core::{
    client::{Client, ClientOrigin},
    grant::{Grant, RevocationReason},
    id::{FlowId, TokenId},
    once::OneTime,
    refresh::{RefreshState, RefreshToken},
    session::{Methods, Session},
    time::UnixTime,
};

use super::{
    Subject,
    samples::{
        DAY, MINUTE, at, client, client_id, code, digest, grant, grant_id, refresh_token, session,
        setup_link, spent, user_id,
    },
    steps::{conflict, populate, populate_with_grant, reader, write},
};

/// Reaps at `now`, sparing every unused client.
async fn reap(store: &Subject, now: UnixTime) -> usize {
    store.reap(now, at(-DAY)).await.expect("reaps")
}

pub(crate) async fn a_redeemed_code_is_recognised_for_ten_minutes_after_its_expiry(store: Subject) {
    populate(&store).await;
    write(&store, |tx| {
        tx.add_code(&code("c"));
        tx.redeem_code(&digest("c"), &grant_id("g"));
    })
    .await;
    assert_eq!(reap(&store, at(11 * MINUTE - 1)).await, 0);
    assert!(
        reader(&store)
            .await
            .code(&digest("c"))
            .await
            .expect("readable")
            .is_some()
    );
    assert_eq!(reap(&store, at(11 * MINUTE)).await, 1);
    assert!(
        reader(&store)
            .await
            .code(&digest("c"))
            .await
            .expect("readable")
            .is_none()
    );
}

/// The grant `g` with a spent token `t` and its active successor `u`.
async fn populate_rotated(store: &Subject) {
    populate_with_grant(store).await;
    write(store, |tx| {
        tx.add_refresh_token(&refresh_token("t"));
        tx.spend_refresh_token(&digest("t"), &spent(1, "u"));
        tx.add_refresh_token(&refresh_token("u"));
    })
    .await;
}

async fn token_exists(store: &Subject, text: &str) -> bool {
    let found = reader(store).await.refresh_token(&digest(text)).await;
    found.expect("readable").is_some()
}

pub(crate) async fn a_spent_refresh_token_is_recognised_until_its_grant_ends(store: Subject) {
    populate_rotated(&store).await;
    reap(&store, at(90 * DAY + 60 * MINUTE - 1)).await;
    assert!(token_exists(&store, "t").await);
    assert!(token_exists(&store, "u").await);
    reap(&store, at(90 * DAY + 60 * MINUTE)).await;
    assert!(!token_exists(&store, "t").await);
    assert!(!token_exists(&store, "u").await);
}

pub(crate) async fn no_refresh_token_goes_before_it_expires(store: Subject) {
    populate_with_grant(&store).await;
    let lasting = RefreshToken {
        expires_at: at(100 * DAY),
        ..refresh_token("t")
    };
    write(&store, |tx| tx.add_refresh_token(&lasting)).await;
    assert_eq!(reap(&store, at(100 * DAY - 1)).await, 0);
    assert!(token_exists(&store, "t").await);
    assert_eq!(reap(&store, at(100 * DAY)).await, 1);
}

pub(crate) async fn a_token_whose_grant_is_forgotten_is_nobodys(store: Subject) {
    populate_rotated(&store).await;
    let reason = RevocationReason::Administrator;
    write(&store, |tx| tx.revoke_grant(&grant_id("g"), at(5), reason)).await;
    reap(&store, at(30 * DAY + 5)).await;
    let mut tx = reader(&store).await;
    assert_eq!(tx.grant(&grant_id("g")).await.expect("readable"), None);
    for text in ["t", "u"] {
        let presented = tx.presented_refresh(&digest(text)).await;
        assert_eq!(presented.expect("readable"), None);
    }
    conflict(&store, |tx| tx.add_refresh_token(&refresh_token("v"))).await;
}

/// What is kept of the response that a spent token returned.
async fn sealed(store: &Subject, text: &str) -> Vec<u8> {
    let found = reader(store).await.refresh_token(&digest(text)).await;
    match found.expect("readable").expect("kept").state {
        RefreshState::Spent(spent) => spent.sealed_response,
        RefreshState::Active => panic!("it was spent"),
    }
}

pub(crate) async fn a_sealed_response_is_emptied_after_a_day(store: Subject) {
    populate_rotated(&store).await;
    reap(&store, at(DAY)).await;
    assert_eq!(sealed(&store, "t").await, spent(1, "u").sealed_response);
    reap(&store, at(DAY + 1)).await;
    assert!(sealed(&store, "t").await.is_empty());
}

pub(crate) async fn of_sealed_responses_the_old_ones_go_and_no_other(store: Subject) {
    populate_with_grant(&store).await;
    write(&store, |tx| {
        // One is of a clock that was far ahead.
        for (text, seconds) in [
            ("f", 9 * DAY),
            ("a", 1),
            ("b", 2),
            ("c", 9),
            ("d", 8),
            ("e", 1),
        ] {
            tx.add_refresh_token(&refresh_token(text));
            tx.spend_refresh_token(&digest(text), &spent(seconds, text));
        }
    })
    .await;
    let kept = async || {
        let mut kept = Vec::new();
        for text in ["f", "a", "b", "c", "d", "e"] {
            if !sealed(&store, text).await.is_empty() {
                kept.push(text);
            }
        }
        kept
    };
    for (seconds, expected) in [
        (-1, vec!["a", "b", "c", "d", "e"]),
        (2, vec!["c", "d", "e"]), // one that a clock that is behind wrote last waits for others
        (8, vec!["c", "d", "e"]),
        (9, vec![]),
    ] {
        reap(&store, at(DAY + seconds)).await;
        assert_eq!(kept().await, expected, "{seconds}");
    }
}

pub(crate) async fn sessions_and_setup_links_go_when_they_expire(store: Subject) {
    populate(&store).await;
    let longer = Session {
        expires_at: at(DAY),
        ..session("longer", "alice")
    };
    write(&store, |tx| {
        tx.add_session(&session("s", "alice"));
        tx.add_session(&longer);
        tx.replace_setup_link(&setup_link("link"));
    })
    .await;
    assert_eq!(reap(&store, at(MINUTE - 1)).await, 0);
    assert_eq!(reap(&store, at(MINUTE)).await, 2);
    let kept = reader(&store).await.session(&digest("longer")).await;
    assert_eq!(kept.expect("readable"), Some(longer));
}

pub(crate) async fn what_was_used_once_stays_so_for_a_day_after_its_expiry(store: Subject) {
    let flow = OneTime::flow(&FlowId::from_known("flow"));
    write(&store, |tx| tx.use_once(&flow, at(MINUTE))).await;
    assert_eq!(reap(&store, at(DAY)).await, 0); // CR-05
    conflict(&store, |tx| tx.use_once(&flow, at(MINUTE))).await;
    assert_eq!(reap(&store, at(DAY + MINUTE)).await, 1);
}

pub(crate) async fn only_unused_clients_that_nobody_added_go(store: Subject) {
    let preregistered = Client {
        origin: ClientOrigin::Preregistered,
        ..client("preregistered")
    };
    let documented = Client {
        origin: ClientOrigin::MetadataDocument,
        ..client("documented")
    };
    let recent = Client {
        created_at: at(DAY),
        ..client("recent")
    };
    write(&store, |tx| {
        for id in ["unused", "used", "revoked"] {
            tx.add_client(&client(id));
        }
        tx.add_client(&preregistered);
        tx.add_client(&documented);
        tx.add_client(&recent);
        tx.mark_client_used(&client_id("used"), at(1));
        tx.revoke_client(&client_id("revoked"), at(1));
    })
    .await;
    assert_eq!(store.reap(at(DAY), at(DAY)).await.expect("reaps"), 2);
    let clients = reader(&store).await.clients().await.expect("readable");
    let ids: Vec<_> = clients.iter().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, ["recent", "preregistered", "revoked", "used"]);
}

pub(crate) async fn ended_clients_that_cannot_come_back_go_when_nobody_used_them(store: Subject) {
    let managed = |id: &str| Client {
        management: Some(digest(id)),
        ..client(id)
    };
    write(&store, |tx| {
        tx.add_client(&client("of its metadata"));
        tx.add_client(&managed("unused"));
        tx.add_client(&managed("used"));
        tx.mark_client_used(&client_id("used"), at(1));
        for id in ["of its metadata", "unused", "used"] {
            tx.revoke_client(&client_id(id), at(1));
        }
    })
    .await;
    assert_eq!(store.reap(at(DAY), at(0)).await.expect("reaps"), 0);
    assert_eq!(store.reap(at(DAY + 1), at(0)).await.expect("reaps"), 1);
    let clients = reader(&store).await.clients().await.expect("readable");
    let ids: Vec<_> = clients.iter().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, ["of its metadata", "used"]); // DS-05
}

pub(crate) async fn ended_grants_go_after_thirty_days(store: Subject) {
    populate_rotated(&store).await;
    let reason = RevocationReason::Administrator;
    let short = Grant {
        expires_at: at(DAY),
        ..grant("short")
    };
    write(&store, |tx| {
        tx.add_grant(&short);
        tx.revoke_grant(&grant_id("g"), at(DAY), reason);
    })
    .await;
    reap(&store, at(31 * DAY - 1)).await;
    let grants = reader(&store)
        .await
        .grants(Some(&user_id("alice")), None)
        .await;
    assert_eq!(grants.expect("readable").len(), 2);
    assert_eq!(reap(&store, at(31 * DAY)).await, 2);
    let grants = reader(&store)
        .await
        .grants(Some(&user_id("alice")), None)
        .await;
    assert_eq!(grants.expect("readable"), []);
}

pub(crate) async fn what_a_client_got_for_itself_goes_with_its_token(store: Subject) {
    populate(&store).await;
    let own = |id| Grant {
        user: None,
        authenticated_at: None,
        methods: Methods::default(),
        expires_at: at(MINUTE),
        ..grant(id)
    };
    let persons = Grant {
        expires_at: at(MINUTE),
        ..grant("a person's")
    };
    write(&store, |tx| {
        tx.add_grant(&own("own"));
        tx.add_grant(&own("revoked"));
        tx.add_grant(&persons);
        tx.revoke_grant(&grant_id("revoked"), at(1), RevocationReason::Administrator);
    })
    .await;
    assert_eq!(reap(&store, at(11 * MINUTE - 1)).await, 0);
    assert_eq!(reap(&store, at(11 * MINUTE)).await, 2);
    let left = reader(&store).await.grants(None, None).await;
    assert_eq!(left.expect("readable"), [persons]);
}

pub(crate) async fn revoked_access_tokens_go_after_thirty_days(store: Subject) {
    write(&store, |tx| {
        tx.revoke_access_token(&TokenId::from_known("t"), at(0))
    })
    .await;
    assert_eq!(reap(&store, at(30 * DAY - 1)).await, 0);
    assert_eq!(reap(&store, at(30 * DAY)).await, 1);
}
