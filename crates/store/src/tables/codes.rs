//! Authorization codes: single use is a condition of the update, never a prior read.

use doorward_core::{
    code::{AuthorizationCode, CodeState},
    id::{ClientId, GrantId, UserId},
    jwk::Thumbprint,
    pkce::Challenge,
    resource::Resources,
    scope::ScopeSet,
    secret::Digest,
    session::Methods,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT digest, client_id, redirect_uri, challenge, user_id, resource, scopes, details,
                ends_at, authenticated_at, methods, key_thumbprint, nonce, expires_at, state, grant_id
            FROM authorization_codes ",
            $rest
        )
    };
}

pub(super) use select;

statements! {
    BY_DIGEST = select!("WHERE digest = ?1");
    // Only for a user and a client that may still act when this is written.
    ADD = "INSERT INTO authorization_codes (digest, client_id, redirect_uri, challenge, user_id,
            resource, scopes, details, ends_at, authenticated_at, methods, key_thumbprint, nonce,
            expires_at,
            state, grant_id)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
        WHERE EXISTS (SELECT 1 FROM users WHERE id = ?5 AND disabled_at IS NULL)
            AND EXISTS (SELECT 1 FROM clients WHERE id = ?2 AND revoked_at IS NULL)";
    REDEEM = "UPDATE authorization_codes SET state = 'redeemed', grant_id = ?2
        WHERE digest = ?1 AND state = 'fresh'";
    BURN = "UPDATE authorization_codes SET state = 'burnt' WHERE digest = ?1 AND state = 'fresh'";
    BURN_OF_USER = "UPDATE authorization_codes SET state = 'burnt'
        WHERE user_id = ?1 AND state = 'fresh'";
    BURN_OF_CLIENT = "UPDATE authorization_codes SET state = 'burnt'
        WHERE client_id = ?1 AND state = 'fresh'";
}

pub(super) fn read(columns: &mut Columns<'_>) -> Result<AuthorizationCode, Unreadable> {
    Ok(AuthorizationCode {
        digest: columns.digest()?,
        client: ClientId::from_known(columns.text()?),
        redirect_uri: columns.text()?,
        challenge: Challenge::from_stored(columns.text()?),
        user: UserId::from_known(columns.text()?),
        resources: columns.parsed(Resources::from_stored)?,
        scopes: ScopeSet::from_stored(&columns.text()?),
        details: columns.details()?,
        ends_at: columns.optional_time()?,
        authenticated_at: columns.time()?,
        methods: columns.parsed(Methods::from_stored)?,
        key: columns
            .take::<Option<String>>()?
            .map(Thumbprint::from_known),
        nonce: columns.take()?,
        expires_at: columns.time()?,
        state: state_from(columns)?,
    })
}

fn state_from(columns: &mut Columns<'_>) -> Result<CodeState, Unreadable> {
    let (state, grant) = (columns.text()?, columns.take::<Option<String>>()?);
    match (state.as_str(), grant) {
        ("fresh", None) => Ok(CodeState::Fresh),
        ("burnt", None) => Ok(CodeState::Burnt),
        ("redeemed", Some(grant)) => Ok(CodeState::Redeemed {
            grant: GrantId::from_known(grant),
        }),
        _ => Err(columns.unreadable()),
    }
}

pub(crate) fn by_digest(digest: &Digest) -> Query<AuthorizationCode> {
    query(BY_DIGEST, params![digest], read)
}

pub(crate) fn add(code: &AuthorizationCode) -> Change {
    let (state, grant) = match &code.state {
        CodeState::Fresh => ("fresh", None),
        CodeState::Burnt => ("burnt", None),
        CodeState::Redeemed { grant } => ("redeemed", Some(grant.as_str())),
    };
    let row = params![
        code.digest,
        code.client.as_str(),
        code.redirect_uri,
        code.challenge.as_str(),
        code.user.as_str(),
        code.resources.to_string(),
        code.scopes.to_string(),
        code.details.to_stored(),
        code.ends_at,
        code.authenticated_at,
        code.methods.stored(),
        code.key.as_ref().map(Thumbprint::as_str),
        code.nonce,
        code.expires_at,
        state,
        grant,
    ];
    change(ADD, row)
}

pub(crate) fn redeem(digest: &Digest, grant: &GrantId) -> Change {
    let row = params![digest, grant.as_str()];
    change(REDEEM, row)
}

pub(crate) fn burn(digest: &Digest) -> Change {
    change(BURN, params![digest])
}

pub(crate) fn burn_of_user(user: &UserId) -> Change {
    change(BURN_OF_USER, params![user.as_str()])
}

pub(crate) fn burn_of_client(client: &ClientId) -> Change {
    change(BURN_OF_CLIENT, params![client.as_str()])
}
