//! A refresh token with everything that decides about it, in one read: each read of its own costs
//! as much as this one.

use doorward_core::secret::Digest;

use super::{
    Columns, Query, Unreadable, belongings, grants, params, query, refresh_tokens, statements,
    users,
};
use crate::PresentedRefresh;

statements! {
    BY_DIGEST = concat!(
        "SELECT t.*, g.*, u.*,
            (SELECT cut_at FROM token_cuts WHERE user_id = u.id),
            (SELECT string_agg(group_name, ?2) FROM memberships WHERE user_id = u.id),
            EXISTS (SELECT 1 FROM vouched
                WHERE user_id = u.id AND authenticated_at = g.authenticated_at),
            EXISTS (SELECT 1 FROM refresh_tokens WHERE digest = t.successor AND spent_at IS NULL)
        FROM (", refresh_tokens::select!(""), ") AS t
        JOIN (", grants::select!(""), ") AS g ON g.id = t.grant_id
        JOIN (", users::select!(""), ") AS u ON u.id = g.user_id
        WHERE t.digest = ?1");
}

fn read(columns: &mut Columns<'_>) -> Result<PresentedRefresh, Unreadable> {
    Ok(PresentedRefresh {
        token: refresh_tokens::read(columns)?,
        grant: grants::read(columns)?,
        user: users::read(columns)?,
        belonging: belongings::read(columns)?,
        vouched: columns.take()?,
        successor_is_fresh: columns.take()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<PresentedRefresh> {
    query(BY_DIGEST, params![digest, "\n"], read)
}
