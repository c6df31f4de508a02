//! People's accounts.

use doorward_core::{
    id::UserId,
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};
use rusqlite::{Connection, Result, params};

use super::{Columns, change, find, list, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, role, password, created_at, disabled_at FROM users ",
            $rest
        )
    };
}

statements! {
    BY_ID = select!("WHERE id = ?1");
    BY_NAME = select!("WHERE name = ?1");
    ALL = select!("ORDER BY name");
    ANY = "SELECT EXISTS (SELECT 1 FROM users)";
    ADD = "INSERT INTO users (id, name, role, password, created_at, disabled_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SET_PASSWORD = "UPDATE users SET password = ?2 WHERE id = ?1";
    SET_ROLE = "UPDATE users SET role = ?2 WHERE id = ?1";
    SET_DISABLED = "UPDATE users SET disabled_at = ?2 WHERE id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<User> {
    Ok(User {
        id: UserId::from_known(columns.text()?),
        name: columns.parsed(|text| Username::parse(text).ok())?,
        role: columns.parsed(role_from)?,
        password: PasswordHash::from_phc(columns.text()?),
        created_at: columns.time()?,
        disabled_at: columns.optional_time()?,
    })
}

fn role_from(text: &str) -> Option<Role> {
    [Role::Member, Role::Administrator]
        .into_iter()
        .find(|role| role_text(*role) == text)
}

fn role_text(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Administrator => "administrator",
    }
}

pub(in crate::sqlite) fn by_id(connection: &Connection, id: &UserId) -> Result<Option<User>> {
    find(connection, BY_ID, [id.as_str()], read)
}

pub(in crate::sqlite) fn by_name(connection: &Connection, name: &Username) -> Result<Option<User>> {
    find(connection, BY_NAME, [name.as_str()], read)
}

pub(in crate::sqlite) fn all(connection: &Connection) -> Result<Vec<User>> {
    list(connection, ALL, [], read)
}

pub(in crate::sqlite) fn any(connection: &Connection) -> Result<bool> {
    connection
        .prepare_cached(ANY)?
        .query_one([], |row| row.get(0))
}

pub(in crate::sqlite) fn add(connection: &Connection, user: &User) -> Result<usize> {
    let row = params![
        user.id.as_str(),
        user.name.as_str(),
        role_text(user.role),
        user.password.as_phc(),
        user.created_at.millis(),
        user.disabled_at.map(UnixTime::millis),
    ];
    change(connection, ADD, row)
}

pub(in crate::sqlite) fn set_password(
    connection: &Connection,
    id: &UserId,
    password: &PasswordHash,
) -> Result<usize> {
    change(connection, SET_PASSWORD, [id.as_str(), password.as_phc()])
}

pub(in crate::sqlite) fn set_role(
    connection: &Connection,
    id: &UserId,
    role: Role,
) -> Result<usize> {
    change(connection, SET_ROLE, [id.as_str(), role_text(role)])
}

pub(in crate::sqlite) fn set_disabled(
    connection: &Connection,
    id: &UserId,
    at: Option<UnixTime>,
) -> Result<usize> {
    let at = at.map(UnixTime::millis);
    change(connection, SET_DISABLED, params![id.as_str(), at])
}
