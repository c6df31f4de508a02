//! Invitations that were not used yet.

use doorward_core::{
    group::GroupName,
    id::InvitationId,
    invitation::Invitation,
    secret::Digest,
    user::{MailAddress, Role, Username},
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, digest, name, mail, role, groups, created_at, expires_at FROM invitations ",
            $rest
        )
    };
}

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    ADD = "INSERT INTO invitations (id, digest, name, mail, role, groups, created_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    USE = "DELETE FROM invitations WHERE digest = ?1";
    REMOVE = "DELETE FROM invitations WHERE id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<Invitation, Unreadable> {
    Ok(Invitation {
        id: InvitationId::from_known(columns.text()?),
        digest: columns.digest()?,
        name: columns.optional(|text| Username::parse(text).ok())?,
        mail: columns.optional(|text| MailAddress::parse(text).ok())?,
        role: columns.parsed(Role::parse)?,
        groups: columns.parsed(groups_from)?,
        created_at: columns.time()?,
        expires_at: columns.time()?,
    })
}

/// No name of a group holds a line end.
fn groups_from(text: &str) -> Option<Vec<GroupName>> {
    text.lines()
        .map(|name| GroupName::parse(name).ok())
        .collect()
}

fn groups_text(groups: &[GroupName]) -> String {
    let names: Vec<&str> = groups.iter().map(GroupName::as_str).collect();
    names.join("\n")
}

pub(crate) fn by_digest(digest: &Digest) -> Query<Invitation> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn all() -> Query<Invitation> {
    query(ALL, params![], read)
}

pub(crate) fn add(invitation: &Invitation) -> Change {
    let row = params![
        invitation.id.as_str(),
        invitation.digest,
        invitation.name.as_ref().map(Username::as_str),
        invitation.mail.as_ref().map(MailAddress::as_str),
        invitation.role.as_str(),
        groups_text(&invitation.groups),
        invitation.created_at,
        invitation.expires_at,
    ];
    change(ADD, row)
}

pub(crate) fn use_up(digest: &Digest) -> Change {
    change(USE, params![digest])
}

pub(crate) fn remove(id: &InvitationId) -> Change {
    change(REMOVE, params![id.as_str()])
}
