//! Who is in which group, by whose account.

use doorward_core::{
    group::{GroupName, GroupSource, Membership},
    id::UserId,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT user_id, group_name, source FROM memberships ",
            $rest
        )
    };
}

statements! {
    OF_USER = select!("WHERE user_id = ?1 ORDER BY group_name, source");
    OF_GROUP = select!("WHERE group_name = ?1 ORDER BY user_id, source");
    // Whoever is a member already stays one; an unknown user is refused by the reference.
    ADD = "INSERT INTO memberships (user_id, group_name, source) VALUES (?1, ?2, ?3)
        ON CONFLICT (user_id, group_name, source) DO NOTHING";
    REMOVE = "DELETE FROM memberships WHERE user_id = ?1 AND group_name = ?2 AND source = ?3";
    REMOVE_OF_USER = "DELETE FROM memberships WHERE user_id = ?1 AND source = ?2";
    RENAME = "UPDATE memberships SET group_name = ?3 WHERE group_name = ?1 AND source = ?2";
    REMOVE_OF_GROUP = "DELETE FROM memberships WHERE group_name = ?1 AND source = ?2";
}

fn read(columns: &mut Columns<'_>) -> Result<Membership, Unreadable> {
    Ok(Membership {
        user: UserId::from_known(columns.text()?),
        group: columns.parsed(|text| GroupName::parse(text).ok())?,
        source: columns.parsed(|text| GroupSource::from_stored(text).ok())?,
    })
}

pub(crate) fn of_user(user: &UserId) -> Query<Membership> {
    query(OF_USER, params![user.as_str()], read)
}

pub(crate) fn of_group(group: &GroupName) -> Query<Membership> {
    query(OF_GROUP, params![group.as_str()], read)
}

pub(crate) fn add(user: &UserId, group: &GroupName, source: &GroupSource) -> Change {
    let row = params![user.as_str(), group.as_str(), source.stored()];
    change(ADD, row)
}

pub(crate) fn remove(membership: &Membership) -> Change {
    let Membership {
        user,
        group,
        source,
    } = membership;
    let row = params![user.as_str(), group.as_str(), source.stored()];
    change(REMOVE, row)
}

pub(crate) fn remove_of_user(user: &UserId, source: &GroupSource) -> Change {
    change(REMOVE_OF_USER, params![user.as_str(), source.stored()])
}

pub(crate) fn rename(source: &GroupSource, before: &GroupName, now: &GroupName) -> Change {
    let row = params![before.as_str(), source.stored(), now.as_str()];
    change(RENAME, row)
}

pub(crate) fn remove_of_group(group: &GroupName, source: &GroupSource) -> Change {
    change(REMOVE_OF_GROUP, params![group.as_str(), source.stored()])
}
