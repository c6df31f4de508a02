//! People's accounts.

use doorward_core::{
    id::UserId,
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

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

fn read(columns: &mut Columns<'_>) -> Result<User, Unreadable> {
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

pub(crate) fn by_id(id: &UserId) -> Query<User> {
    query(BY_ID, params![id.as_str()], read)
}

pub(crate) fn by_name(name: &Username) -> Query<User> {
    query(BY_NAME, params![name.as_str()], read)
}

pub(crate) fn all() -> Query<User> {
    query(ALL, params![], read)
}

pub(crate) fn any() -> Query<bool> {
    query(ANY, params![], |columns| columns.take())
}

pub(crate) fn add(user: &User) -> Change {
    let row = params![
        user.id.as_str(),
        user.name.as_str(),
        role_text(user.role),
        user.password.as_phc(),
        user.created_at,
        user.disabled_at,
    ];
    change(ADD, row)
}

pub(crate) fn set_password(id: &UserId, password: &PasswordHash) -> Change {
    change(SET_PASSWORD, params![id.as_str(), password.as_phc()])
}

pub(crate) fn set_role(id: &UserId, role: Role) -> Change {
    change(SET_ROLE, params![id.as_str(), role_text(role)])
}

pub(crate) fn set_disabled(id: &UserId, at: Option<UnixTime>) -> Change {
    change(SET_DISABLED, params![id.as_str(), at])
}
