//! What access tokens are refused for while they last.

use doorward_core::{grant::RevocationReason, id::TokenId, revocation::Revocation, time::UnixTime};

use super::{
    Subject,
    samples::{at, client_id, grant, grant_id, user_id},
    steps::{populate, reader, write},
};
use crate::RevokedTokens;

/// Revokes one of each kind at second 10, and a grant at second 5.
async fn revoke_some(store: &Subject) {
    populate(store).await;
    let reason = RevocationReason::Administrator;
    write(store, |tx| {
        tx.add_grant(&grant("early"));
        tx.add_grant(&grant("late"));
        tx.add_grant(&grant("live"));
        tx.revoke_grant(&grant_id("early"), at(5), reason);
        tx.revoke_grant(&grant_id("late"), at(10), reason);
        tx.revoke_access_token(&TokenId::from_known("token"), at(10));
        tx.set_disabled(&user_id("bob"), Some(at(10)));
        tx.revoke_client(&client_id("terminal"), at(10));
    })
    .await;
}

async fn since(store: &Subject, since: UnixTime) -> Vec<RevokedTokens> {
    let found = reader(store).await.revocations_since(since).await;
    found.expect("readable")
}

pub(crate) async fn everything_revoked_since_is_named(store: Subject) {
    revoke_some(&store).await;
    let found = since(&store, at(10)).await;
    let expected = [
        Revocation::Grant(grant_id("late")),
        Revocation::Token(TokenId::from_known("token")),
        Revocation::User(user_id("bob")),
        Revocation::Client(client_id("terminal")),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for what in expected {
        let at = at(10);
        assert!(found.contains(&RevokedTokens { what, at }), "{found:?}");
    }
}

pub(crate) async fn what_was_revoked_earlier_is_left_out(store: Subject) {
    revoke_some(&store).await;
    assert_eq!(since(&store, at(5)).await.len(), 5);
    assert_eq!(since(&store, at(11)).await, []);
}

pub(crate) async fn revoking_an_access_token_twice_keeps_the_first_time(store: Subject) {
    let token = TokenId::from_known("token");
    write(&store, |tx| tx.revoke_access_token(&token, at(1))).await;
    write(&store, |tx| tx.revoke_access_token(&token, at(2))).await;
    let what = Revocation::Token(token);
    assert_eq!(
        since(&store, at(0)).await,
        [RevokedTokens { what, at: at(1) }]
    );
}
