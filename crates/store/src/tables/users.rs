//! People's accounts.

use doorward_core::{
    id::UserId,
    time::UnixTime,
    user::{DisplayName, MailAddress, PasswordHash, Role, User, Username},
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, role, password, display_name, mail, created_at, disabled_at FROM users ",
            $rest
        )
    };
}

pub(super) use select;

statements! {
    BY_ID = select!("WHERE id = ?1");
    BY_NAME = select!("WHERE name = ?1");
    ALL = select!("ORDER BY name");
    ANY = "SELECT EXISTS (SELECT 1 FROM users)";
    BY_MAIL = select!("WHERE mail = ?1 ORDER BY name");
    ADD = "INSERT INTO users (id, name, role, password, display_name, mail, created_at, disabled_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    SET_NAME = "UPDATE users SET name = ?2 WHERE id = ?1";
    SET_DISPLAY_NAME = "UPDATE users SET display_name = ?2 WHERE id = ?1";
    SET_MAIL = "UPDATE users SET mail = ?2 WHERE id = ?1";
    FORGET_CODES = "DELETE FROM authorization_codes WHERE user_id = ?1";
    FORGET_CONSENTS = "DELETE FROM consents WHERE user_id = ?1";
    FORGET_LINKS = "DELETE FROM account_links WHERE user_id = ?1";
    // What was revoked is remembered without the person, until its tokens are long dead.
    DETACH_GRANTS = "UPDATE grants SET user_id = NULL, authenticated_at = NULL
        WHERE user_id = ?1 AND revoked_at IS NOT NULL";
    // As above: the last who can sign in and administer stays.
    REMOVE = "DELETE FROM users WHERE id = ?1
        AND (role <> 'administrator' OR disabled_at IS NOT NULL OR EXISTS
            (SELECT 1 FROM users AS other WHERE other.id <> ?1
                AND other.role = 'administrator' AND other.disabled_at IS NULL))";
    SET_PASSWORD = "UPDATE users SET password = ?2 WHERE id = ?1";
    // Unless nobody was left who can sign in and administer (AD-03).
    SET_ROLE = "UPDATE users SET role = ?2 WHERE id = ?1
        AND (?2 = 'administrator' OR role <> 'administrator' OR disabled_at IS NOT NULL OR EXISTS
            (SELECT 1 FROM users AS other WHERE other.id <> ?1
                AND other.role = 'administrator' AND other.disabled_at IS NULL))";
    DISABLE = "UPDATE users SET disabled_at = ?2 WHERE id = ?1
        AND (role <> 'administrator' OR disabled_at IS NOT NULL OR EXISTS
            (SELECT 1 FROM users AS other WHERE other.id <> ?1
                AND other.role = 'administrator' AND other.disabled_at IS NULL))";
    ENABLE = "UPDATE users SET disabled_at = NULL WHERE id = ?1";
}

pub(super) fn read(columns: &mut Columns<'_>) -> Result<User, Unreadable> {
    Ok(User {
        id: UserId::from_known(columns.text()?),
        name: columns.parsed(|text| Username::parse(text).ok())?,
        role: columns.parsed(Role::parse)?,
        password: columns
            .take::<Option<String>>()?
            .map(PasswordHash::from_phc),
        display_name: columns.optional(|text| DisplayName::parse(text).ok())?,
        mail: columns.optional(|text| MailAddress::parse(text).ok())?,
        created_at: columns.time()?,
        disabled_at: columns.optional_time()?,
    })
}

pub(crate) fn by_id(id: &UserId) -> Query<User> {
    query(BY_ID, params![id.as_str()], read)
}

pub(crate) fn by_name(name: &Username) -> Query<User> {
    query(BY_NAME, params![name.as_str()], read)
}

pub(crate) fn by_mail(mail: &MailAddress) -> Query<User> {
    query(BY_MAIL, params![mail.as_str()], read)
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
        user.role.as_str(),
        user.password.as_ref().map(PasswordHash::as_phc),
        user.display_name.as_ref().map(DisplayName::as_str),
        user.mail.as_ref().map(MailAddress::as_str),
        user.created_at,
        user.disabled_at,
    ];
    change(ADD, row)
}

pub(crate) fn set_password(id: &UserId, password: &PasswordHash) -> Change {
    change(SET_PASSWORD, params![id.as_str(), password.as_phc()])
}

pub(crate) fn set_role(id: &UserId, role: Role) -> Change {
    change(SET_ROLE, params![id.as_str(), role.as_str()])
}

pub(crate) fn set_disabled(id: &UserId, at: Option<UnixTime>) -> Change {
    match at {
        Some(at) => change(DISABLE, params![id.as_str(), at]),
        None => change(ENABLE, params![id.as_str()]),
    }
}

pub(crate) fn set_name(id: &UserId, name: &Username) -> Change {
    change(SET_NAME, params![id.as_str(), name.as_str()])
}

pub(crate) fn set_display_name(id: &UserId, name: Option<&DisplayName>) -> Change {
    let row = params![id.as_str(), name.map(DisplayName::as_str)];
    change(SET_DISPLAY_NAME, row)
}

pub(crate) fn set_mail(id: &UserId, mail: Option<&MailAddress>) -> Change {
    change(
        SET_MAIL,
        params![id.as_str(), mail.map(MailAddress::as_str)],
    )
}

/// Everything that refers to the account and does not go with it by itself.
pub(crate) fn forget(id: &UserId) -> [Change; 4] {
    [FORGET_CODES, FORGET_CONSENTS, FORGET_LINKS, DETACH_GRANTS]
        .map(|sql| change(sql, params![id.as_str()]))
}

pub(crate) fn remove(id: &UserId) -> Change {
    change(REMOVE, params![id.as_str()])
}
