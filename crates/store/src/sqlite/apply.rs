//! What each write expects to find. This is where single use and compare-and-set are decided.

use doorward_core::grant::Revoked;
use rusqlite::Connection;

use super::{
    fault::WriteFault,
    rows::{
        clients, codes, consents, expired, grants, refresh_tokens, revocations, sessions,
        setup_links, signing_keys, used_once, users,
    },
};
use crate::write::Write;

/// Applies one write inside the writer's transaction and says how many rows it changed.
pub(super) fn apply(connection: &Connection, write: &Write) -> Result<usize, WriteFault> {
    let db = connection;
    match write {
        Write::AddUser(user) => one(users::add(db, user)),
        Write::SetPassword(id, password) => one(users::set_password(db, id, password)),
        Write::SetRole(id, role) => one(users::set_role(db, id, *role)),
        Write::SetDisabled(id, at) => one(users::set_disabled(db, id, *at)),

        Write::AddClient(client) => any(clients::add(db, client)),
        Write::MarkClientUsed(id, at) => one(clients::mark_used(db, id, *at)),
        Write::RevokeClient(id, at) => one(clients::revoke(db, id, *at)),

        Write::AddCode(code) => one(codes::add(db, code)),
        Write::RedeemCode(digest, grant) => one(codes::redeem(db, digest, grant)),
        Write::BurnCode(digest) => one(codes::burn(db, digest)),

        Write::AddGrant(grant) => one(grants::add(db, grant)),
        Write::MarkGrantUsed(id, at) => one(grants::mark_used(db, id, *at)),
        Write::RevokeGrant(id, at, reason) => {
            let (at, reason) = (*at, *reason);
            any(grants::revoke(db, id, Revoked { at, reason }))
        }
        Write::RevokeGrantsOfUser(user, at, reason) => {
            let (at, reason) = (*at, *reason);
            any(codes::burn_of_user(db, user))?;
            any(grants::revoke_of_user(db, user, Revoked { at, reason }))
        }
        Write::RevokeGrantsOfClient(client, at, reason) => {
            let (at, reason) = (*at, *reason);
            any(codes::burn_of_client(db, client))?;
            any(grants::revoke_of_client(db, client, Revoked { at, reason }))
        }

        Write::AddRefreshToken(token) => one(refresh_tokens::add(db, token)),
        Write::SpendRefreshToken(digest, spent) => one(refresh_tokens::spend(db, digest, spent)),

        Write::AddSession(session) => one(sessions::add(db, session)),
        Write::EndSession(digest) => any(sessions::end(db, digest)),
        Write::EndSessionsOfUser(user) => any(sessions::end_of_user(db, user)),
        Write::RememberConsent(consent) => one(consents::remember(db, consent)),
        Write::UseOnce(used, expires_at) => one(used_once::note(db, used, *expires_at)),
        Write::ReplaceSetupLink(link) => one(setup_links::replace(db, link)),
        Write::UseSetupLink(digest, at) => one(setup_links::mark_used(db, digest, *at)),

        Write::AddSigningKey(key) => one(signing_keys::add(db, key)),
        Write::RevokeAccessToken(token, at) => any(revocations::revoke_token(db, token, *at)),

        Write::Reap { now, unused_since } => any(expired::reap(db, *now, *unused_since)),
    }
}

/// The write must change exactly one row: the record in the state that it expects.
fn one(changed: rusqlite::Result<usize>) -> Result<usize, WriteFault> {
    match any(changed)? {
        1 => Ok(1),
        _ => Err(WriteFault::Conflict),
    }
}

/// The write may find nothing to change.
fn any(changed: rusqlite::Result<usize>) -> Result<usize, WriteFault> {
    changed.map_err(WriteFault::of)
}
