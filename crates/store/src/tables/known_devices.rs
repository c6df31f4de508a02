//! Browsers in which people signed in before, for each account apart.

use std::net::IpAddr;

use doorward_core::{
    agent::Agent,
    id::{DeviceId, UserId},
    known_device::{KnownDevice, MOST_DEVICES},
    secret::Digest,
    user::Username,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT known_devices.id, digest, user_id, agent, address, known_devices.created_at,
                seen_at, expires_at
            FROM known_devices ",
            $rest
        )
    };
}

statements! {
    WITH_DIGEST = select!("WHERE digest = ?1 ORDER BY id");
    OF_NAME = select!("JOIN users ON users.id = user_id WHERE digest = ?1 AND users.name = ?2");
    OF_USER = select!("WHERE user_id = ?1 ORDER BY seen_at DESC, id");
    REMEMBER = "INSERT INTO known_devices
            (id, digest, user_id, agent, address, created_at, seen_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (digest, user_id) DO UPDATE SET agent = excluded.agent,
            address = excluded.address, seen_at = excluded.seen_at, expires_at = excluded.expires_at";
    MAKE_ROOM = "DELETE FROM known_devices WHERE user_id = ?1 AND id NOT IN (
        SELECT id FROM known_devices WHERE user_id = ?1 ORDER BY seen_at DESC, id LIMIT ?2)";
    RENEW = "UPDATE known_devices SET digest = ?2 WHERE digest = ?1";
    FORGET = "DELETE FROM known_devices WHERE id = ?1 AND user_id = ?2";
    FORGET_OF_USER = "DELETE FROM known_devices WHERE user_id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<KnownDevice, Unreadable> {
    Ok(KnownDevice {
        id: DeviceId::from_known(columns.text()?),
        digest: columns.digest()?,
        user: UserId::from_known(columns.text()?),
        agent: columns.take::<Option<String>>()?.map(Agent::from_stored),
        address: address(columns)?,
        created_at: columns.time()?,
        seen_at: columns.time()?,
        expires_at: columns.time()?,
    })
}

fn address(columns: &mut Columns<'_>) -> Result<Option<IpAddr>, Unreadable> {
    let text = columns.take::<Option<String>>()?;
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|_| columns.unreadable())
}

pub(crate) fn with_digest(digest: &Digest) -> Query<KnownDevice> {
    query(WITH_DIGEST, params![digest], read)
}

pub(crate) fn of_name(digest: &Digest, name: &Username) -> Query<KnownDevice> {
    query(OF_NAME, params![digest, name.as_str()], read)
}

pub(crate) fn of_user(user: &UserId) -> Query<KnownDevice> {
    query(OF_USER, params![user.as_str()], read)
}

pub(crate) fn remember(device: &KnownDevice) -> Change {
    let row = params![
        device.id.as_str(),
        device.digest,
        device.user.as_str(),
        device.agent.as_ref().map(Agent::as_str),
        device.address.map(|address| address.to_string()),
        device.created_at,
        device.seen_at,
        device.expires_at,
    ];
    change(REMEMBER, row)
}

pub(crate) fn make_room(user: &UserId) -> Change {
    change(MAKE_ROOM, params![user.as_str(), MOST_DEVICES])
}

pub(crate) fn renew(before: &Digest, after: &Digest) -> Change {
    change(RENEW, params![before, after])
}

pub(crate) fn forget(user: &UserId, id: &DeviceId) -> Change {
    change(FORGET, params![id.as_str(), user.as_str()])
}

pub(crate) fn forget_of_user(user: &UserId) -> Change {
    change(FORGET_OF_USER, params![user.as_str()])
}
