//! What somebody belongs to, and until when access tokens of theirs count for nothing.

use doorward_core::{
    group::{Belonging, GroupName, Groups},
    id::UserId,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

statements! {
    // One row in any case, so that both are of one moment. No name holds a line end.
    OF_USER = "SELECT (SELECT cut_at FROM token_cuts WHERE user_id = ?1),
        (SELECT string_agg(group_name, ?2) FROM memberships WHERE user_id = ?1)";
    // Later than every cut before: nothing that was issued between two of them outlives the second.
    CUT = "INSERT INTO token_cuts (user_id, cut_at) VALUES (?1, ?2)
        ON CONFLICT (user_id) DO UPDATE SET cut_at = CASE
            WHEN token_cuts.cut_at >= excluded.cut_at THEN token_cuts.cut_at + 1000
            ELSE excluded.cut_at END";
}

pub(super) fn read(columns: &mut Columns<'_>) -> Result<Belonging, Unreadable> {
    let cut = columns.optional_time()?;
    let names: Option<String> = columns.take()?;
    let names = names.unwrap_or_default();
    let names = names.lines().map(GroupName::parse);
    let names: Result<Vec<GroupName>, _> = names.collect();
    let names = names.map_err(|_| columns.unreadable())?;
    let groups = Groups::of(names);
    Ok(Belonging { groups, cut })
}

pub(crate) fn of_user(user: &UserId) -> Query<Belonging> {
    query(OF_USER, params![user.as_str(), "\n"], read)
}

pub(crate) fn cut(user: &UserId, at: UnixTime) -> Change {
    change(CUT, params![user.as_str(), at])
}
