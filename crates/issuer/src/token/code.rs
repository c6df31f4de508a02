//! `grant_type=authorization_code` (OAuth 2.1 section 4.1.3).

use doorward_core::{
    access::{Confirmation, Principal},
    audit::{AuditEvent, AuditKind, Outcome},
    authorize::resource_meant,
    code::{AuthorizationCode, Presented, Redemption, redeem},
    grant::{Grant, RevocationReason},
    group::Groups,
    id::{GrantId, TokenId},
    pkce::Verifier,
    resource::Resource,
    revocation::Revocation,
    secret::Digest,
    subject::Subject,
    time::UnixTime,
    user::User,
};
use doorward_store::{StoreError, Tx};

use super::{
    error::TokenError, id_token::About, mint::NewGrant, person::Person, request::Asked,
    wire::Issued,
};
use crate::shared::Shared;

impl Shared {
    /// Redeems a code. Whoever loses a race sees it redeemed at the second look.
    pub(super) async fn redeem(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        match self.redeem_once(asked).await {
            Err(TokenError::Store(StoreError::Conflict)) => self.redeem_once(asked).await,
            outcome => outcome,
        }
    }

    async fn redeem_once(&self, asked: &Asked<'_>) -> Result<Issued, TokenError> {
        let now = self.clock.now();
        let digest = Digest::of(asked.required("code")?);
        let mut tx = self.store.begin().await?;
        let found = tx.presented_code(&digest).await?;
        let found = found.ok_or(TokenError::GrantRejected)?;
        let (code, user) = (found.code, found.user);

        let verifier = asked.optional("code_verifier").and_then(Verifier::parse);
        let presented = Presented {
            client: &asked.client.id,
            redirect_uri: asked.optional("redirect_uri"),
            verifier: verifier.as_ref(),
            resources: &self.resources_meant(asked),
            key: asked.key.and_then(Confirmation::key),
        };
        match redeem(&code, &presented, now) {
            Redemption::Redeem(resource) => {
                let code = AuthorizationCode {
                    resources: code.resources.led_by(&resource),
                    ..code
                };
                let grant = self.grant_of(asked, &code);
                self.may_still(&user, &grant, code.authenticated_at)?;
                let belonging = found.belonging;
                let person = Person { user, belonging };
                self.issue_from_code(tx, asked, &code, (&grant, &person))
                    .await
            }
            Redemption::Burn => {
                tx.burn_code(&digest);
                let event = AuditEvent::new(now, AuditKind::TokenFromCode, Outcome::Denied);
                let event = event.client(asked.client.id.as_str()).peer(asked.peer);
                tx.audit(event.reason("the code_verifier does not answer the challenge"));
                tx.commit().await?;
                Err(TokenError::GrantSettled)
            }
            Redemption::RevokeGrant(grant) => self.replayed(tx, asked, &grant, now).await,
            Redemption::Refuse => Err(TokenError::GrantRejected),
            Redemption::WrongResource => Err(TokenError::Target),
            Redemption::WrongKey => Err(TokenError::wrong_key(asked.key)),
        }
    }

    async fn issue_from_code(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        code: &AuthorizationCode,
        (grant, person): (&Grant, &Person),
    ) -> Result<Issued, TokenError> {
        let issued = self.mint_first(asked, grant, Some(person))?;
        let user = &person.user;
        let about = About {
            grant,
            user,
            scope: None,
            nonce: code.nonce.as_deref(),
        };
        let mut issued = self.identified(issued, &about)?;
        tx.redeem_code(&code.digest, &grant.id);
        tx.add_grant(grant);
        if asked.client.refreshes() {
            let (secret, record) = self.mint_refresh(grant, grant.created_at);
            tx.add_refresh_token(&record);
            issued.refresh_token = Some(secret.expose().to_owned());
        }
        let event = self.grant_event((AuditKind::TokenFromCode, Outcome::Allowed), grant, asked);
        tx.audit(event.user(user.name.as_str()).reason(issued.scope.clone()));
        self.commit_proven(tx, asked.proof).await?;
        Ok(issued)
    }

    fn grant_of(&self, asked: &Asked<'_>, code: &AuthorizationCode) -> Grant {
        let grant = self.new_grant(NewGrant {
            user: Some(&code.user),
            client: &code.client,
            resources: code.resources.clone(),
            scopes: &code.scopes,
            authenticated_at: Some(code.authenticated_at),
            lifetime: self.lasting(asked.client, &code.resources, code.ends_at),
            key: asked.binding(),
        });
        Grant {
            details: code.details.clone(),
            methods: code.methods.clone(),
            ..grant
        }
    }

    /// A code that comes twice from whoever knows its verifier was stolen (A-030, AZ-09).
    async fn replayed(
        &self,
        mut tx: Box<dyn Tx>,
        asked: &Asked<'_>,
        grant: &GrantId,
        now: UnixTime,
    ) -> Result<Issued, TokenError> {
        let found = tx.grant(grant).await?;
        if found.is_none_or(|grant| grant.revoked.is_some()) {
            return Err(TokenError::GrantSettled); // once is enough, DS-05
        }
        tx.revoke_grant(grant, now, RevocationReason::CodeReplayed);
        let event = AuditEvent::new(now, AuditKind::CodeReplay, Outcome::Denied)
            .client(asked.client.id.as_str())
            .grant(grant.as_str())
            .peer(asked.peer);
        tx.audit(event);
        tx.commit().await?;
        self.revocations.add(Revocation::Grant(grant.clone()), now);
        tracing::warn!(client = %asked.client.id, %grant, "authorization code presented twice: grant revoked");
        Err(TokenError::GrantSettled)
    }

    /// The person must still be one who may have what was approved a few minutes ago: the account
    /// is not disabled, and nothing revoked its sign-in since (TK-18).
    pub(super) fn may_still(
        &self,
        user: &User,
        grant: &Grant,
        signed_in_at: UnixTime,
    ) -> Result<(), TokenError> {
        let sign_in = Principal {
            subject: Subject::User(user.id.clone()),
            username: Some(user.name.as_str().into()),
            groups: Groups::default(), // nothing here asks for them
            client: grant.client.clone(),
            grant: grant.id.clone(),
            token: TokenId::from_known(""),
            resource: grant.resources.first().clone(),
            scopes: grant.scopes.clone(),
            details: grant.details.clone(),
            issued_at: signed_in_at,
            expires_at: grant.expires_at,
            authenticated_at: Some(signed_in_at),
            acr: grant.acr(),
            confirmation: None,
        };
        if user.disabled_at.is_some() || self.is_sign_in_revoked(&sign_in)? {
            return Err(TokenError::GrantRejected);
        }
        Ok(())
    }

    /// The one resource that a request is about: the one that it names, or the only one there
    /// is for its client.
    pub(crate) fn one_resource(&self, asked: &Asked<'_>) -> Result<Resource, TokenError> {
        let offered = self.published().resources_of(asked.client);
        let named = self.resources_meant(asked);
        let meant = match (offered.as_slice(), named.as_slice()) {
            ([only], []) => Some(only),
            (offered, [first, rest @ ..]) => offered
                .iter()
                .find(|resource| resource.matches(first))
                .filter(|resource| rest.iter().all(|other| resource.matches(other))),
            _ => None,
        };
        meant.cloned().ok_or(TokenError::Target)
    }

    /// The resources that a request names, in the form that is published (interop 28, 29).
    pub(super) fn resources_meant(&self, asked: &Asked<'_>) -> Vec<String> {
        let published = self.published();
        let meant = |text: &str| {
            let known = resource_meant(text, &published.resources);
            known.map_or_else(|| text.to_owned(), ToString::to_string)
        };
        let named = asked.parameters.all("resource");
        named.filter(|text| !text.is_empty()).map(meant).collect()
    }
}
