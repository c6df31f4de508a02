//! What provisioning identity providers say of the accounts that are theirs.

use doorward_core::{
    id::UserId,
    provisioning::{ProvisionedUser, ProvisionerName},
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT user_id, provider, external_id, attributes, is_adopted, is_suspended,
            created_at, changed_at FROM provisioned_users ",
            $rest
        )
    };
}

statements! {
    BY_USER = select!("WHERE user_id = ?1");
    BY_EXTERNAL_ID = select!("WHERE provider = ?1 AND external_id = ?2");
    IN_ORDER = select!("WHERE provider = ?1 ORDER BY created_at, user_id LIMIT ?3 OFFSET ?2");
    COUNT = "SELECT count(*) FROM provisioned_users WHERE provider = ?1";
    ADD = "INSERT INTO provisioned_users (user_id, provider, external_id, attributes, is_adopted,
        is_suspended, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    // Only as it was read.
    REPLACE = "UPDATE provisioned_users SET external_id = ?4, attributes = ?5, is_suspended = ?6,
        changed_at = ?7 WHERE user_id = ?1 AND provider = ?2 AND changed_at = ?3";
    REMOVE = "DELETE FROM provisioned_users
        WHERE user_id = ?1 AND provider = ?2 AND changed_at = ?3";
}

fn read(columns: &mut Columns<'_>) -> Result<ProvisionedUser, Unreadable> {
    Ok(ProvisionedUser {
        user: UserId::from_known(columns.text()?),
        provider: columns.parsed(|text| ProvisionerName::parse(text).ok())?,
        external_id: columns.take()?,
        attributes: columns.text()?,
        is_adopted: columns.take()?,
        is_suspended: columns.take()?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
    })
}

pub(crate) fn by_user(user: &UserId) -> Query<ProvisionedUser> {
    query(BY_USER, params![user.as_str()], read)
}

pub(crate) fn by_external_id(provider: &ProvisionerName, id: &str) -> Query<ProvisionedUser> {
    query(BY_EXTERNAL_ID, params![provider.as_str(), id], read)
}

pub(crate) fn in_order(provider: &ProvisionerName, from: u32, most: u32) -> Query<ProvisionedUser> {
    query(IN_ORDER, params![provider.as_str(), from, most], read)
}

pub(crate) fn count(provider: &ProvisionerName) -> Query<u32> {
    query(COUNT, params![provider.as_str()], |columns| columns.take())
}

pub(crate) fn add(user: &ProvisionedUser) -> Change {
    let row = params![
        user.user.as_str(),
        user.provider.as_str(),
        user.external_id,
        user.attributes,
        user.is_adopted,
        user.is_suspended,
        user.created_at,
        user.changed_at,
    ];
    change(ADD, row)
}

pub(crate) fn replace(before: &ProvisionedUser, now: &ProvisionedUser) -> Change {
    let row = params![
        before.user.as_str(),
        before.provider.as_str(),
        before.changed_at,
        now.external_id,
        now.attributes,
        now.is_suspended,
        now.changed_at,
    ];
    change(REPLACE, row)
}

pub(crate) fn remove(user: &ProvisionedUser) -> Change {
    let row = params![user.user.as_str(), user.provider.as_str(), user.changed_at,];
    change(REMOVE, row)
}
