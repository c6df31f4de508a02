//! Links of people elsewhere to accounts here: one account for an issuer and a subject.

use doorward_core::{
    account_link::{AccountLink, ForeignSubject},
    id::UserId,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT issuer, subject, user_id, created_at, used_at FROM account_links ",
            $rest
        )
    };
}

statements! {
    BY_SUBJECT = select!("WHERE issuer = ?1 AND subject = ?2");
    ALL = select!("ORDER BY issuer, subject");
    OF_USER = select!("WHERE user_id = ?1 ORDER BY issuer, subject");
    ADD = "INSERT INTO account_links (issuer, subject, user_id, created_at, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    USE = "UPDATE account_links SET used_at = CASE WHEN used_at > ?4 THEN used_at ELSE ?4 END
        WHERE issuer = ?1 AND subject = ?2 AND user_id = ?3";
    REMOVE = "DELETE FROM account_links WHERE issuer = ?1 AND subject = ?2 AND user_id = ?3";
}

fn read(columns: &mut Columns<'_>) -> Result<AccountLink, Unreadable> {
    Ok(AccountLink {
        foreign: ForeignSubject::claimed(&columns.text()?, &columns.text()?),
        user: UserId::from_known(columns.text()?),
        created_at: columns.time()?,
        used_at: columns.optional_time()?,
    })
}

pub(crate) fn by_subject(foreign: &ForeignSubject) -> Query<AccountLink> {
    let key = params![foreign.issuer(), foreign.subject()];
    query(BY_SUBJECT, key, read)
}

pub(crate) fn all() -> Query<AccountLink> {
    query(ALL, params![], read)
}

pub(crate) fn of_user(user: &UserId) -> Query<AccountLink> {
    query(OF_USER, params![user.as_str()], read)
}

pub(crate) fn add(link: &AccountLink) -> Change {
    let row = params![
        link.foreign.issuer(),
        link.foreign.subject(),
        link.user.as_str(),
        link.created_at,
        link.used_at,
    ];
    change(ADD, row)
}

pub(crate) fn mark_used(foreign: &ForeignSubject, user: &UserId, at: UnixTime) -> Change {
    let row = params![foreign.issuer(), foreign.subject(), user.as_str(), at];
    change(USE, row)
}

pub(crate) fn remove(foreign: &ForeignSubject, user: &UserId) -> Change {
    let row = params![foreign.issuer(), foreign.subject(), user.as_str()];
    change(REMOVE, row)
}
