//! Device authorization requests: single use is the deletion of the row, never a prior read.

use std::time::Duration;

use doorward_core::{
    details::Details,
    device::{DeviceApproval, DeviceAuthorization, DeviceState},
    id::{ClientId, UserId},
    resource::Resource,
    scope::ScopeSet,
    secret::Digest,
    session::Methods,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT digest, user_code, client_id, resource, scopes, expires_at, poll_interval,
                polled_at, details, peer, state, user_id, authenticated_at,
                methods, ends_at
            FROM device_authorizations ",
            $rest
        )
    };
}

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    BY_USER_CODE = select!("WHERE user_code = ?1");
    // Only for a client that may still act when this is written.
    ADD = "INSERT INTO device_authorizations (digest, user_code, client_id, resource, scopes,
            expires_at, poll_interval, polled_at, details, peer, state)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'pending'
        WHERE EXISTS (SELECT 1 FROM clients WHERE id = ?3 AND revoked_at IS NULL)";
    POLL = "UPDATE device_authorizations SET polled_at = ?2, poll_interval = ?3
        WHERE digest = ?1 AND state = 'pending'";
    APPROVE = "UPDATE device_authorizations
        SET state = 'approved', user_id = ?2, authenticated_at = ?3, ends_at = ?4, scopes = ?5,
            details = ?6, methods = ?7
        WHERE digest = ?1 AND state = 'pending'
            AND EXISTS (SELECT 1 FROM users WHERE id = ?2 AND disabled_at IS NULL)";
    DENY = "UPDATE device_authorizations SET state = 'denied'
        WHERE digest = ?1 AND state = 'pending'";
    REDEEM = "DELETE FROM device_authorizations WHERE digest = ?1 AND state = 'approved'";
    DENY_OF_USER = "UPDATE device_authorizations
        SET state = 'denied', user_id = NULL, authenticated_at = NULL, methods = NULL,
            ends_at = NULL
        WHERE user_id = ?1";
    END_OF_CLIENT = "DELETE FROM device_authorizations WHERE client_id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<DeviceAuthorization, Unreadable> {
    Ok(DeviceAuthorization {
        digest: columns.digest()?,
        user_code: columns.digest()?,
        client: ClientId::from_known(columns.text()?),
        resource: Resource::from_known(columns.text()?),
        scopes: ScopeSet::from_stored(&columns.text()?),
        expires_at: columns.time()?,
        interval: Duration::from_millis(columns.take::<i64>()?.unsigned_abs()),
        polled_at: columns.optional_time()?,
        details: columns.details()?,
        peer: columns.address()?,
        state: state_from(columns)?,
    })
}

fn state_from(columns: &mut Columns<'_>) -> Result<DeviceState, Unreadable> {
    let (state, user) = (columns.text()?, columns.take::<Option<String>>()?);
    let (at, methods) = (columns.optional_time()?, columns.take::<Option<String>>()?);
    let ends_at = columns.optional_time()?;
    let methods = methods.as_deref().and_then(Methods::from_stored);
    match (state.as_str(), user, at, methods) {
        ("pending", None, None, None) => Ok(DeviceState::Pending),
        ("denied", None, None, None) => Ok(DeviceState::Denied),
        ("approved", Some(user), Some(authenticated_at), Some(methods)) => {
            Ok(DeviceState::Approved(DeviceApproval {
                user: UserId::from_known(user),
                authenticated_at,
                methods,
                ends_at,
            }))
        }
        _ => Err(columns.unreadable()),
    }
}

pub(crate) fn by_digest(digest: &Digest) -> Query<DeviceAuthorization> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn by_user_code(user_code: &Digest) -> Query<DeviceAuthorization> {
    query(BY_USER_CODE, params![user_code], read)
}

pub(crate) fn add(request: &DeviceAuthorization) -> Change {
    let row = params![
        request.digest,
        request.user_code,
        request.client.as_str(),
        request.resource.as_str(),
        request.scopes.to_string(),
        request.expires_at,
        millis(request.interval),
        request.polled_at,
        request.details.to_stored(),
        request.peer.map(|peer| peer.to_string()),
    ];
    change(ADD, row)
}

pub(crate) fn poll(digest: &Digest, at: UnixTime, interval: Duration) -> Change {
    change(POLL, params![digest, at, millis(interval)])
}

pub(crate) fn approve(
    digest: &Digest,
    approval: &DeviceApproval,
    (scopes, details): (&ScopeSet, &Details),
) -> Change {
    let row = params![
        digest,
        approval.user.as_str(),
        approval.authenticated_at,
        approval.ends_at,
        scopes.to_string(),
        details.to_stored(),
        approval.methods.stored(),
    ];
    change(APPROVE, row)
}

pub(crate) fn deny(digest: &Digest) -> Change {
    change(DENY, params![digest])
}

pub(crate) fn redeem(digest: &Digest) -> Change {
    change(REDEEM, params![digest])
}

pub(crate) fn deny_of_user(user: &UserId) -> Change {
    change(DENY_OF_USER, params![user.as_str()])
}

pub(crate) fn end_of_client(client: &ClientId) -> Change {
    change(END_OF_CLIENT, params![client.as_str()])
}

fn millis(interval: Duration) -> i64 {
    i64::try_from(interval.as_millis()).unwrap_or(i64::MAX)
}
