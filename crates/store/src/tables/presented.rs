//! A refresh token or a code with everything that decides about it, in one read: each read of its
//! own costs as much as this one.

use doorward_core::secret::Digest;

use super::{
    Columns, Query, Unreadable, belongings, codes, grants, params, query, refresh_tokens,
    statements, users,
};
use crate::{PresentedCode, PresentedRefresh};

statements! {
    CODE = concat!(
        "SELECT c.*, u.*,
            (SELECT cut_at FROM token_cuts WHERE user_id = u.id),
            (SELECT string_agg(group_name, ?2) FROM memberships WHERE user_id = u.id)
        FROM (", codes::select!(""), ") AS c
        JOIN (", users::select!(""), ") AS u ON u.id = c.user_id
        WHERE c.digest = ?1");
    REFRESH_TOKEN = concat!(
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

fn read_code(columns: &mut Columns<'_>) -> Result<PresentedCode, Unreadable> {
    Ok(PresentedCode {
        code: codes::read(columns)?,
        user: users::read(columns)?,
        belonging: belongings::read(columns)?,
    })
}

fn read_refresh_token(columns: &mut Columns<'_>) -> Result<PresentedRefresh, Unreadable> {
    Ok(PresentedRefresh {
        token: refresh_tokens::read(columns)?,
        grant: grants::read(columns)?,
        user: users::read(columns)?,
        belonging: belongings::read(columns)?,
        vouched: columns.take()?,
        successor_is_fresh: columns.take()?,
    })
}

pub(crate) fn code(digest: &Digest) -> Query<PresentedCode> {
    query(CODE, params![digest, "\n"], read_code)
}

pub(crate) fn refresh_token(digest: &Digest) -> Query<PresentedRefresh> {
    query(REFRESH_TOKEN, params![digest, "\n"], read_refresh_token)
}
