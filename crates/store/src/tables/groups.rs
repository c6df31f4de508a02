//! Groups that somebody made here.

use doorward_core::{
    group::{Group, GroupName, GroupSource},
    id::GroupId,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, source, external_id, created_at, changed_at FROM groups ",
            $rest
        )
    };
}

statements! {
    BY_ID = select!("WHERE id = ?1");
    BY_NAME = select!("WHERE name = ?1");
    ALL = select!("ORDER BY name");
    ADD = "INSERT INTO groups (id, name, source, external_id, created_at, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    // Only as it was read.
    REPLACE = "UPDATE groups SET name = ?3, external_id = ?4, changed_at = ?5
        WHERE id = ?1 AND name = ?2 AND changed_at = ?6";
    REMOVE = "DELETE FROM groups WHERE id = ?1 AND name = ?2 AND changed_at = ?3";
}

fn read(columns: &mut Columns<'_>) -> Result<Group, Unreadable> {
    Ok(Group {
        id: GroupId::from_known(columns.text()?),
        name: columns.parsed(|text| GroupName::parse(text).ok())?,
        source: columns.parsed(|text| GroupSource::from_stored(text).ok())?,
        external_id: columns.take()?,
        created_at: columns.time()?,
        changed_at: columns.time()?,
    })
}

pub(crate) fn by_id(id: &GroupId) -> Query<Group> {
    query(BY_ID, params![id.as_str()], read)
}

pub(crate) fn by_name(name: &GroupName) -> Query<Group> {
    query(BY_NAME, params![name.as_str()], read)
}

pub(crate) fn all() -> Query<Group> {
    query(ALL, params![], read)
}

pub(crate) fn add(group: &Group) -> Change {
    let row = params![
        group.id.as_str(),
        group.name.as_str(),
        group.source.stored(),
        group.external_id,
        group.created_at,
        group.changed_at,
    ];
    change(ADD, row)
}

pub(crate) fn replace(before: &Group, now: &Group, at: UnixTime) -> Change {
    let row = params![
        before.id.as_str(),
        before.name.as_str(),
        now.name.as_str(),
        now.external_id,
        at,
        before.changed_at,
    ];
    change(REPLACE, row)
}

pub(crate) fn remove(group: &Group) -> Change {
    let row = params![group.id.as_str(), group.name.as_str(), group.changed_at];
    change(REMOVE, row)
}
