//! `grant_type=refresh_token` (OAuth 2.1 section 4.3): rotation that forgives a lost answer
//! and not a copy.
//!
//! Scope and resource are judged before anything is spent, so that a wrong one
//! costs nobody a token (interop 31).

use doorward_core::{
    access::Confirmation,
    audit::{AuditKind, Outcome},
    entropy::draw,
    grant::{Grant, Narrowing, Opening, RevocationReason},
    refresh::{
        Presentation, RefreshState, RefreshToken, Spent, Verdict, digest_of, present, successor_key,
    },
    resource::Named,
    revocation::Revocation,
    secret::Secret,
    time::UnixTime,
};
use doorward_store::{StoreError, Tx};

use super::{error::TokenError, id_token::About, person::Person, request::Asked, wire::Issued};
use crate::{federation::Vouching, shared::Shared};

/// What was loaded about a presented token.
struct Loaded {
    secret: Secret,
    token: RefreshToken,
    grant: Grant,
    person: Person,
    successor_used: bool,
    /// Perhaps by the word of an identity provider.
    vouched: bool,
}

impl Shared {
    /// Refreshes. Whoever loses a race sees the token spent at the second look, and gets
    /// what the winner got.
    pub(super) async fn refresh(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        let loaded = self.load_looked_after(asked).await?;
        match self.refresh_once(asked, loaded).await {
            Err(TokenError::Store(StoreError::Conflict)) => {
                let again = self.load_refresh(asked).await?;
                self.refresh_once(asked, again).await
            }
            outcome => outcome,
        }
    }

    /// Whoever approved by the word of an identity provider is looked after now and then, before
    /// anything is spent. A token that is not good costs no question.
    async fn load_looked_after(&self, asked: &Asked<'_>) -> Result<Loaded, TokenError> {
        let loaded = self.load_refresh(asked).await?;
        let (now, grant) = (self.clock.now(), &loaded.grant);
        let good = matches!(loaded.token.state, RefreshState::Active)
            && grant.client == asked.client.id
            && grant.is_live(now);
        if !(good && loaded.vouched) {
            return Ok(loaded); // what is not good is refused as ever
        }
        match self.look_after(grant).await? {
            Vouching::GoOn => self.load_refresh(asked).await, // much may have happened meanwhile
            Vouching::Wait => Err(TokenError::ProviderSilent),
            Vouching::NoProvider => Err(TokenError::GrantRejected),
        }
    }

    async fn refresh_once(&self, asked: &Asked<'_>, loaded: Loaded) -> Result<Issued, TokenError> {
        let presentation = Presentation {
            token: &loaded.token,
            grant: &loaded.grant,
            successor_used: loaded.successor_used,
            client: &asked.client.id,
            key: asked.key,
        };
        let window = self.published().config.lifetimes.repeat_window;
        let verdict = present(&presentation, window, self.clock.now());
        let tx = self.store.begin().await?;
        match verdict {
            Verdict::WrongKey => Err(wrong_binding(&loaded.grant, asked)),
            Verdict::Refuse => Err(TokenError::GrantRejected),
            Verdict::RevokeGrant => self.reused(tx, asked, &loaded).await,
            Verdict::Rotate => {
                let opening = self.allowed(asked, &loaded)?;
                self.rotate(tx, asked, &loaded, &opening).await
            }
            Verdict::Repeat => {
                let opening = self.allowed(asked, &loaded)?;
                self.repeat(tx, asked, &loaded, &opening).await
            }
        }
    }

    /// What is known of the presented token. One that is nobody's, or of somebody who is
    /// disabled, is unknown.
    async fn load_refresh(&self, asked: &Asked<'_>) -> Result<Loaded, TokenError> {
        let secret = Secret::presented(asked.required("refresh_token")?);
        let mut tx = self.store.begin().await?;
        let found = tx.presented_refresh(&digest_of(secret.expose())).await?;
        let found = found.filter(|found| found.user.disabled_at.is_none());
        let found = found.ok_or(TokenError::GrantRejected)?;
        let spent = matches!(found.token.state, RefreshState::Spent(_));
        Ok(Loaded {
            secret,
            token: found.token,
            grant: found.grant,
            person: Person {
                user: found.user,
                belonging: found.belonging,
            },
            successor_used: spent && !found.successor_is_fresh,
            vouched: found.vouched,
        })
    }

    /// What the new access token opens; the grant keeps its own (A-052, TK-04, TK-05).
    fn allowed(&self, asked: &Asked<'_>, loaded: &Loaded) -> Result<Opening, TokenError> {
        let granted = &loaded.grant.resources;
        let named = self.resources_meant(asked);
        let resource = match granted.named(&named) {
            Named::One(resource) => resource,
            Named::Nothing => granted.first(),
            Named::Other => return Err(TokenError::Target),
        };
        let narrowing = Narrowing {
            scope: asked.optional("scope"),
            ..asked.narrowing()
        };
        Ok(loaded.grant.opening(resource, narrowing)?)
    }

    async fn rotate(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        loaded: &Loaded,
        opening: &Opening,
    ) -> Result<Issued, TokenError> {
        let now = self.clock.now();
        let issued = self.mint_access(asked, &loaded.grant, Some(&loaded.person), opening)?;
        let mut issued = self.identified(issued, &about(asked, loaded))?;
        let (successor, record) = self.mint_refresh(&loaded.grant, now);
        issued.refresh_token = Some(successor.expose().to_owned());
        let plain = serde_json::to_vec(&issued).map_err(|_| TokenError::Internal)?;
        let key = successor_key(&loaded.secret);
        let context = loaded.grant.id.as_str().as_bytes();
        let spent = Spent {
            at: now,
            successor: record.digest,
            sealed_response: key.seal(draw(&*self.entropy), context, &plain),
        };
        tx.spend_refresh_token(&loaded.token.digest, &spent);
        tx.add_refresh_token(&record);
        tx.mark_grant_used(&loaded.grant.id, now);
        bind(&mut *tx, asked, &loaded.grant, now);
        self.note_refreshed(&mut *tx, asked, loaded, &issued);
        self.commit_proven(tx, asked.proof).await?;
        Ok(issued)
    }

    /// The same successor as before, and the same access token while it lives and opens
    /// what is asked for now.
    async fn repeat(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        loaded: &Loaded,
        opening: &Opening,
    ) -> Result<Issued, TokenError> {
        let before = open(loaded).ok_or(TokenError::Internal)?;
        let same = before.is_live(self.clock.now())
            && before.opens(opening)
            && self.still_counts(&before, &loaded.person)
            && before.key.as_ref() == asked.key;
        let issued = if same {
            before
        } else {
            Issued {
                refresh_token: before.refresh_token,
                ..self.mint_access(asked, &loaded.grant, Some(&loaded.person), opening)?
            }
        };
        let issued = self.identified(issued, &about(asked, loaded))?;
        self.note_refreshed(&mut *tx, asked, loaded, &issued);
        self.commit_proven(tx, asked.proof).await?;
        Ok(issued)
    }

    /// A spent token that comes again too late was copied: nobody keeps the grant (TK-02).
    async fn reused(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        loaded: &Loaded,
    ) -> Result<Issued, TokenError> {
        let (now, grant) = (self.clock.now(), &loaded.grant);
        tx.revoke_grant(&grant.id, now, RevocationReason::RefreshTokenReused);
        let event = self.grant_event((AuditKind::RefreshReuse, Outcome::Denied), grant, asked);
        tx.audit(event.user(loaded.person.user.name.as_str()));
        tx.commit().await?;
        self.revocations
            .add(Revocation::Grant(grant.id.clone()), now);
        tracing::warn!(
            client = %asked.client.id, user = %loaded.person.user.name, grant = %grant.id,
            "a spent refresh token was presented again: grant revoked"
        );
        Err(TokenError::GrantSettled)
    }

    fn note_refreshed(&self, tx: &mut dyn Tx, asked: &Asked<'_>, loaded: &Loaded, issued: &Issued) {
        let what = (AuditKind::TokenFromRefresh, Outcome::Allowed);
        let event = self.grant_event(what, &loaded.grant, asked);
        tx.audit(
            event
                .user(loaded.person.user.name.as_str())
                .reason(issued.scope.clone()),
        );
    }
}

/// The person is still the one who approved, and signed in then (OpenID Connect Core section
/// 12.2).
fn about<'a>(asked: &Asked<'a>, loaded: &'a Loaded) -> About<'a> {
    About {
        grant: &loaded.grant,
        user: &loaded.person.user,
        scope: asked.optional("scope"),
        nonce: None,
    }
}

/// The grant is bound to something else than what was proven.
fn wrong_binding(grant: &Grant, asked: &Asked<'_>) -> TokenError {
    match &grant.key {
        Some(Confirmation::Certificate(_)) => TokenError::OtherCertificate,
        Some(Confirmation::Key(_)) | None => TokenError::wrong_key(asked.key),
    }
}

/// Binds a public client's grant to the first key or certificate that is proven with a use,
/// never with a repetition (RFC 9449 section 5, RFC 8705 section 4).
fn bind(tx: &mut dyn Tx, asked: &Asked<'_>, grant: &Grant, now: UnixTime) {
    if let (Some(key), None) = (asked.binding(), &grant.key) {
        tx.bind_grant(&grant.id, key, now);
    }
}

fn open(loaded: &Loaded) -> Option<Issued> {
    let RefreshState::Spent(spent) = &loaded.token.state else {
        return None;
    };
    let context = loaded.grant.id.as_str().as_bytes();
    let key = successor_key(&loaded.secret);
    let plain = key.open(context, &spent.sealed_response).ok()?;
    serde_json::from_slice(&plain).ok()
}
