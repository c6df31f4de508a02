//! Remembered approvals: the last one of each key.

use doorward_core::{
    consent::{Consent, ConsentKey, Given},
    id::{ClientId, UserId},
    resource::Resource,
    scope::ScopeSet,
};

use super::{Change, Columns, Query, Unreadable, Value, change, params, query, statements};

statements! {
    BY_KEY = "SELECT user_id, client_id, redirect_host, resource, scopes, details, ends_at, granted_at
        FROM consents
        WHERE user_id = ?1 AND client_id = ?2 AND redirect_host = ?3 AND resource = ?4";
    OF_USER = "SELECT user_id, client_id, redirect_host, resource, scopes, details,
            ends_at, granted_at
        FROM consents WHERE user_id = ?1 ORDER BY granted_at DESC, client_id, redirect_host, resource";
    FORGET = "DELETE FROM consents
        WHERE user_id = ?1 AND client_id = ?2 AND redirect_host = ?3 AND resource = ?4";
    REMEMBER = "INSERT INTO consents (user_id, client_id, redirect_host, resource, scopes, details,
            ends_at, granted_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (user_id, client_id, redirect_host, resource)
        DO UPDATE SET scopes = excluded.scopes, details = excluded.details,
            ends_at = excluded.ends_at, granted_at = excluded.granted_at";
    FORGET_OF_USER = "DELETE FROM consents WHERE user_id = ?1";
    FORGET_OF_PAIR = "DELETE FROM consents WHERE user_id = ?1 AND client_id = ?2";
    FORGET_OF_CLIENT = "DELETE FROM consents WHERE client_id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<Consent, Unreadable> {
    Ok(Consent {
        key: ConsentKey {
            user: UserId::from_known(columns.text()?),
            client: ClientId::from_known(columns.text()?),
            redirect_host: columns.text()?,
            resource: Resource::from_known(columns.text()?),
        },
        given: Given {
            scopes: ScopeSet::from_stored(&columns.text()?),
            details: columns.details()?,
            ends_at: columns.optional_time()?,
        },
        granted_at: columns.time()?,
    })
}

pub(crate) fn by_key(key: &ConsentKey) -> Query<Consent> {
    query(BY_KEY, parts(key), read)
}

pub(crate) fn of_user(user: &UserId) -> Query<Consent> {
    query(OF_USER, params![user.as_str()], read)
}

pub(crate) fn forget(key: &ConsentKey) -> Change {
    change(FORGET, parts(key))
}

fn parts(key: &ConsentKey) -> Vec<Value> {
    params![
        key.user.as_str(),
        key.client.as_str(),
        key.redirect_host,
        key.resource.as_str(),
    ]
}

pub(crate) fn remember(consent: &Consent) -> Change {
    let mut row = parts(&consent.key);
    row.extend(params![
        consent.given.scopes.to_string(),
        consent.given.details.to_stored(),
        consent.given.ends_at,
        consent.granted_at,
    ]);
    change(REMEMBER, row)
}

pub(crate) fn forget_of_user(user: &UserId, client: Option<&ClientId>) -> Change {
    match client {
        Some(client) => change(FORGET_OF_PAIR, params![user.as_str(), client.as_str()]),
        None => change(FORGET_OF_USER, params![user.as_str()]),
    }
}

pub(crate) fn forget_of_client(client: &ClientId) -> Change {
    change(FORGET_OF_CLIENT, params![client.as_str()])
}
