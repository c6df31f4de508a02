//! Remembered approvals; scopes add up.

use doorward_core::{
    consent::{Consent, ConsentKey},
    id::{ClientId, UserId},
    resource::Resource,
    scope::ScopeSet,
};

use super::{Change, Columns, Query, Unreadable, Value, change, params, query, statements};

statements! {
    BY_KEY = "SELECT user_id, client_id, redirect_host, resource, scopes, granted_at
        FROM consents
        WHERE user_id = ?1 AND client_id = ?2 AND redirect_host = ?3 AND resource = ?4";
    OF_USER = "SELECT user_id, client_id, redirect_host, resource, scopes, granted_at
        FROM consents WHERE user_id = ?1 ORDER BY granted_at DESC, client_id, redirect_host, resource";
    FORGET = "DELETE FROM consents
        WHERE user_id = ?1 AND client_id = ?2 AND redirect_host = ?3 AND resource = ?4";
    // `unite_scopes` is ours: a function of the connection or of the database.
    REMEMBER = "INSERT INTO consents (user_id, client_id, redirect_host, resource, scopes,
            granted_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (user_id, client_id, redirect_host, resource)
        DO UPDATE SET scopes = unite_scopes(consents.scopes, excluded.scopes),
            granted_at = excluded.granted_at";
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
        scopes: ScopeSet::from_stored(&columns.text()?),
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
    let row = params![
        consent.key.user.as_str(),
        consent.key.client.as_str(),
        consent.key.redirect_host,
        consent.key.resource.as_str(),
        consent.scopes.to_string(),
        consent.granted_at,
    ];
    change(REMEMBER, row)
}

pub(crate) fn forget_of_client(client: &ClientId) -> Change {
    change(FORGET_OF_CLIENT, params![client.as_str()])
}
