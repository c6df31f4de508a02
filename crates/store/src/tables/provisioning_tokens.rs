//! Tokens of provisioning identity providers.

use doorward_core::{
    id::ProvisioningTokenId,
    provisioning::{ProvisionerName, ProvisioningToken},
    secret::Digest,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, digest, provider, created_at, expires_at FROM provisioning_tokens ",
            $rest
        )
    };
}

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    ALL = select!("ORDER BY created_at DESC, id");
    ADD = "INSERT INTO provisioning_tokens (id, digest, provider, created_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    REMOVE = "DELETE FROM provisioning_tokens WHERE id = ?1";
}

fn read(columns: &mut Columns<'_>) -> Result<ProvisioningToken, Unreadable> {
    Ok(ProvisioningToken {
        id: ProvisioningTokenId::from_known(columns.text()?),
        digest: columns.digest()?,
        provider: columns.parsed(|text| ProvisionerName::parse(text).ok())?,
        created_at: columns.time()?,
        expires_at: columns.optional_time()?,
    })
}

pub(crate) fn by_digest(digest: &Digest) -> Query<ProvisioningToken> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn all() -> Query<ProvisioningToken> {
    query(ALL, params![], read)
}

pub(crate) fn add(token: &ProvisioningToken) -> Change {
    let row = params![
        token.id.as_str(),
        token.digest,
        token.provider.as_str(),
        token.created_at,
        token.expires_at,
    ];
    change(ADD, row)
}

pub(crate) fn remove(id: &ProvisioningTokenId) -> Change {
    change(REMOVE, params![id.as_str()])
}
