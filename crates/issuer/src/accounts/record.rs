//! Everything that is stored about a person, for the person.

use doorward_core::{audit::AuditKind, time::UnixTime};
use doorward_store::AuditFilter;
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{AccountError, Accounts, Fresh};

/// How many of the newest records of the person are in it.
const RECORDS: usize = 10_000;
/// How many records of everybody are looked at for them.
const LOOKED_AT: u64 = 1_000_000;

/// What is stored about one account, without anything that would open it: no password, no
/// digest of a cookie, no key. Times are milliseconds since the Unix epoch.
#[derive(Debug, Serialize)]
pub struct AccountRecord {
    at: UnixTime,
    account: Value,
    sessions: Vec<Value>,
    devices: Vec<Value>,
    connections: Vec<Value>,
    approvals: Vec<Value>,
    factors: Value,
    links: Vec<Value>,
    federated: Vec<Value>,
    groups: Vec<Value>,
    /// What an identity provider sent, if one keeps this account.
    provisioned: Option<Value>,
    audit: Vec<Box<RawValue>>,
    /// Whether older records may be missing from `audit`.
    audit_is_cut: bool,
}

impl Accounts {
    /// Everything that is stored about the visitor, a few times in a row.
    pub async fn everything(&self, Fresh(visit): Fresh<'_>) -> Result<AccountRecord, AccountError> {
        let (user, now) = (visit.user(), self.now());
        let _scan = self.scan(visit).await?;
        let taken = self.0.limits.downloads.take(user.id.clone(), now);
        taken.map_err(|wait| AccountError::TooMany(wait.0))?; // DS-03
        let mut tx = self.0.store.begin().await?;
        let (sessions, devices) = (
            tx.sessions_of(&user.id).await?,
            tx.known_devices_of(&user.id).await?,
        );
        let (grants, consents) = (
            tx.grants(Some(&user.id), None).await?,
            tx.consents_of(&user.id).await?,
        );
        let links = tx.account_links_of(&user.id).await?;
        let federated = tx.federated_accounts_of(&user.id).await?;
        let memberships = tx.memberships_of(&user.id).await?;
        let factors = parts::factors(
            tx.totp(&user.id).await?.as_ref(),
            &tx.passkeys_of(&user.id).await?,
            tx.factors(&user.id).await?.recovery_codes,
        );
        let provisioned = tx.provisioned_user(&user.id).await?;
        tx.audit(self.did(visit, AuditKind::Download, "own data"));
        tx.commit().await?;
        let (audit, audit_is_cut) = self.own_records(visit).await?;
        Ok(AccountRecord {
            at: now,
            account: serde_json::json!({
                "id": user.id,
                "name": user.name,
                "role": user.role.as_str(),
                "display_name": user.display_name,
                "mail": user.mail,
                "has_password": user.password.is_some(),
                "created_at": user.created_at,
            }),
            sessions: sessions.iter().map(parts::session).collect(),
            devices: devices.iter().map(parts::device).collect(),
            connections: grants.iter().map(parts::connection).collect(),
            approvals: consents.iter().map(parts::approval).collect(),
            factors,
            provisioned: provisioned.as_ref().map(parts::provisioned),
            links: links.iter().map(parts::link).collect(),
            federated: federated.iter().map(parts::federated).collect(),
            groups: memberships.iter().map(parts::membership).collect(),
            audit,
            audit_is_cut,
        })
    }

    async fn own_records(
        &self,
        visit: &super::Visit,
    ) -> Result<(Vec<Box<RawValue>>, bool), AccountError> {
        let last = self.window(None).await?.last();
        let after = last.saturating_sub(LOOKED_AT);
        let page = self.0.store.audit(AuditFilter {
            after,
            newest: RECORDS,
            user: Some(visit.user().name.to_string()),
            ..AuditFilter::default()
        });
        let lines = page.await?.lines;
        let cut = after > 0 || lines.len() >= RECORDS;
        let own = lines
            .into_iter()
            .filter(|line| super::trail::is_own(line, visit));
        let records = own.filter_map(|line| RawValue::from_string(line).ok());
        Ok((records.collect(), cut))
    }
}

mod parts {
    //! What is told of each thing.

    use doorward_core::{
        account_link::AccountLink,
        agent::Agent,
        consent::Consent,
        factor::{Passkey, Totp},
        federation::FederatedAccount,
        grant::Grant,
        group::Membership,
        known_device::KnownDevice,
        provisioning::ProvisionedUser,
        session::Session,
    };
    use serde_json::{Value, json};

    pub(super) fn session(session: &Session) -> Value {
        json!({
            "id": session.id,
            "methods": session.methods.stored(),
            "created_at": session.created_at,
            "authenticated_at": session.authenticated_at,
            "seen_at": session.seen_at,
            "expires_at": session.expires_at,
            "agent": session.agent,
            "address": session.address,
        })
    }

    pub(super) fn device(device: &KnownDevice) -> Value {
        json!({
            "id": device.id,
            "agent": device.agent.as_ref().map(Agent::as_str),
            "address": device.address,
            "created_at": device.created_at,
            "seen_at": device.seen_at,
            "expires_at": device.expires_at,
        })
    }

    pub(super) fn connection(grant: &Grant) -> Value {
        json!({
            "id": grant.id,
            "client": grant.client,
            "resources": grant.resources.to_string(),
            "scopes": grant.scopes.to_string(),
            "details": grant.details.to_stored(),
            "authenticated_at": grant.authenticated_at,
            "created_at": grant.created_at,
            "last_used_at": grant.last_used_at,
            "expires_at": grant.expires_at,
            "revoked_at": grant.revoked.map(|revoked| revoked.at),
            "revocation_reason": grant.revoked.map(|revoked| revoked.reason.as_str()),
        })
    }

    pub(super) fn approval(consent: &Consent) -> Value {
        json!({
            "client": consent.key.client,
            "redirect_host": consent.key.redirect_host,
            "resource": consent.key.resource.as_str(),
            "scopes": consent.given.scopes.to_string(),
            "details": consent.given.details.to_stored(),
            "ends_at": consent.given.ends_at,
            "granted_at": consent.granted_at,
        })
    }

    pub(super) fn factors(totp: Option<&Totp>, passkeys: &[Passkey], codes: u32) -> Value {
        let totp = totp.map(|totp| {
            json!({
                "created_at": totp.created_at,
                "used_at": totp.used_at,
            })
        });
        let passkeys = passkeys.iter().map(|passkey| {
            json!({
                "id": passkey.id,
                "name": passkey.name,
                "synced": passkey.synced,
                "created_at": passkey.created_at,
                "used_at": passkey.used_at,
            })
        });
        json!({
            "totp": totp,
            "passkeys": passkeys.collect::<Vec<_>>(),
            "recovery_codes": codes,
        })
    }

    pub(super) fn provisioned(user: &ProvisionedUser) -> Value {
        json!({
            "external_id": user.external_id,
            "attributes": user.attributes,
            "created_at": user.created_at,
        })
    }

    pub(super) fn link(link: &AccountLink) -> Value {
        json!({
            "issuer": link.foreign.issuer(),
            "subject": link.foreign.subject(),
            "created_at": link.created_at,
            "used_at": link.used_at,
        })
    }

    pub(super) fn federated(account: &FederatedAccount) -> Value {
        json!({
            "provider": account.provider,
            "issuer": account.foreign.issuer(),
            "subject": account.foreign.subject(),
            "signed_in_at": account.signed_in_at,
            "asked_at": account.asked_at,
            "heard_at": account.heard_at,
        })
    }

    pub(super) fn membership(membership: &Membership) -> Value {
        json!({
            "group": membership.group,
            "source": membership.source.stored(),
        })
    }
}
