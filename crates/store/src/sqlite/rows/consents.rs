//! Remembered approvals; scopes add up.

use doorward_core::{
    consent::{Consent, ConsentKey},
    id::{ClientId, UserId},
    resource::Resource,
    scope::ScopeSet,
};
use rusqlite::{Connection, Result, params};

use super::{Columns, change, find, statements};

statements! {
    BY_KEY = "SELECT user_id, client_id, redirect_host, resource, scopes, granted_at
        FROM consents
        WHERE user_id = ?1 AND client_id = ?2 AND redirect_host = ?3 AND resource = ?4";
    REMEMBER = "INSERT INTO consents (user_id, client_id, redirect_host, resource, scopes,
            granted_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (user_id, client_id, redirect_host, resource)
        DO UPDATE SET scopes = excluded.scopes, granted_at = excluded.granted_at";
}

fn read(columns: &mut Columns<'_>) -> Result<Consent> {
    Ok(Consent {
        key: ConsentKey {
            user: UserId::from_known(columns.text()?),
            client: ClientId::from_known(columns.text()?),
            redirect_host: columns.text()?,
            resource: Resource::from_known(columns.text()?),
        },
        scopes: ScopeSet::from_stored(&columns.text()?),
        granted_at: columns.time()?,
    })
}

pub(in crate::sqlite) fn by_key(
    connection: &Connection,
    key: &ConsentKey,
) -> Result<Option<Consent>> {
    let row = [
        key.user.as_str(),
        key.client.as_str(),
        &key.redirect_host,
        key.resource.as_str(),
    ];
    find(connection, BY_KEY, row, read)
}

/// Must run inside the writer's transaction: it reads what it then replaces.
pub(in crate::sqlite) fn remember(connection: &Connection, consent: &Consent) -> Result<usize> {
    let before = by_key(connection, &consent.key)?.map(|before| before.scopes);
    let scopes = before.unwrap_or_default().union(&consent.scopes);
    let row = params![
        consent.key.user.as_str(),
        consent.key.client.as_str(),
        consent.key.redirect_host,
        consent.key.resource.as_str(),
        scopes.to_string(),
        consent.granted_at.millis(),
    ];
    change(connection, REMEMBER, row)
}
