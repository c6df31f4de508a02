//! Looks at, replaces and deletes a registration.

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::{Client, ClientAuthentication, ClientOrigin},
    entropy::draw,
    grant::RevocationReason,
    id::ClientId,
    registration::{Method, Registration},
    secret::Secret,
};
use doorward_store::Tx;
use serde_json::{Map, Value};

use super::{error::ManagementError, http::Manager};
use crate::{
    limits::{Wait, prefix_key},
    register::RegisterError,
    shared::Shared,
};

/// What a client must not send back (RFC 7592 section 2.2).
const OURS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// A registration after it was replaced: its token is another one now.
pub(super) struct Replaced {
    pub(super) client: Client,
    pub(super) token: Secret,
    /// A secret, when it has one only now.
    pub(super) secret: Option<Secret>,
}

impl Shared {
    /// What is registered.
    pub(super) async fn registration_of(
        &self,
        manager: &Manager,
    ) -> Result<Client, ManagementError> {
        let mut tx = self.store.begin().await?;
        managed(&mut *tx, manager).await
    }

    /// Replaces what is registered, by the rules of every registration (RG-10).
    pub(super) async fn replace_registration(
        &self,
        manager: &Manager,
        document: &[u8],
    ) -> Result<Replaced, ManagementError> {
        let mut tx = self.store.begin().await?;
        let before = managed(&mut *tx, manager).await?;
        let members: Map<String, Value> = serde_json::from_slice(document)
            .map_err(|_| ManagementError::Registration(RegisterError::NotAnObject))?;
        same_client(&before, &members)?;
        let taken = self.count_replaced(&before, manager);
        taken.map_err(|wait| ManagementError::Registration(wait.into()))?;
        let vouched = self.vouched(members).await;
        let vouched = vouched.map_err(ManagementError::Registration)?;
        let offer = self.published().config.certificate_offer();
        let mut registration = Registration::read(&vouched.members)?.within(offer)?;
        registration.software.vouched_by = vouched.by;
        let (authentication, secret) = self.authenticating(&before, &registration.method);
        let token = self.mint_management();
        let client = Client {
            management: Some(token.digest()),
            ..registration.register(before.clone(), authentication)
        };
        if client.rests_on_more_than(&before) {
            tx.forget_approvals_of_client(&client.id);
        }
        tx.replace_client(&before, &client);
        tx.audit(self.by_itself(AuditKind::ClientChange, manager, "replaced by the client"));
        tx.commit().await?;
        Ok(Replaced {
            client,
            token,
            secret,
        })
    }

    /// Whoever may register may replace that without end: it counts alike. A client in use has
    /// a limit of its own (DS-05).
    fn count_replaced(&self, before: &Client, manager: &Manager) -> Result<(), Wait> {
        let (limits, now) = (&self.limits, self.clock.now());
        if before.is_established() {
            return limits.replaced_client.take(before.id.clone(), now);
        }
        let network = prefix_key(manager.peer);
        limits.register_prefix.take(network, now)
    }

    /// Ends a registration and all of its grants. Its identifier never comes back.
    pub(super) async fn delete_registration(
        &self,
        manager: &Manager,
    ) -> Result<(), ManagementError> {
        let mut tx = self.store.begin().await?;
        let client = managed(&mut *tx, manager).await?;
        let now = self.clock.now();
        let grants = tx.grants(None, Some(&client.id)).await?;
        tx.revoke_client(&client.id, now);
        tx.revoke_grants_of_client(&client.id, now, RevocationReason::ClientRevoked);
        tx.audit(self.by_itself(AuditKind::ClientRevoke, manager, "deleted by the client"));
        tx.commit().await?;
        self.revocations.add_client(client.id, grants, now);
        Ok(())
    }

    /// Where a client manages its registration.
    pub(in crate::register) fn registration_uri(&self, client: &ClientId) -> String {
        format!("{}/register/{client}", self.url.as_str())
    }

    /// A fresh registration access token.
    pub(in crate::register) fn mint_management(&self) -> Secret {
        Secret::mint("dwm_", draw(&*self.entropy))
    }

    /// How the client authenticates from now on. A secret that it has already goes on.
    fn authenticating(
        &self,
        before: &Client,
        method: &Method,
    ) -> (ClientAuthentication, Option<Secret>) {
        let placement = match method {
            Method::None => return (ClientAuthentication::None, None),
            Method::PrivateKey(key) => {
                return (ClientAuthentication::PrivateKey(key.clone()), None);
            }
            Method::Certificate(named) => {
                return (ClientAuthentication::Certificate(named.clone()), None);
            }
            Method::OwnCertificate(own) => {
                return (ClientAuthentication::OwnCertificate(own.clone()), None);
            }
            Method::Secret(placement) => *placement,
        };
        if let ClientAuthentication::Secret { digest, .. } = before.authentication {
            return (ClientAuthentication::Secret { digest, placement }, None);
        }
        let secret = Secret::mint("dwc_", draw(&*self.entropy));
        let digest = secret.digest();
        let authentication = ClientAuthentication::Secret { digest, placement };
        (authentication, Some(secret))
    }

    fn by_itself(&self, kind: AuditKind, manager: &Manager, what: &'static str) -> AuditEvent {
        AuditEvent::new(self.clock.now(), kind, Outcome::Allowed)
            .client(manager.client.as_str())
            .reason(what)
            .peer(manager.peer)
    }
}

/// The client whose token was shown.
async fn managed(tx: &mut dyn Tx, manager: &Manager) -> Result<Client, ManagementError> {
    let client = tx.client(&manager.client).await?;
    let presented = manager.token.digest();
    client
        .filter(|client| client.origin == ClientOrigin::Dynamic && client.is_usable())
        .filter(|client| {
            let token = client.management.as_ref();
            token.is_some_and(|token| token.matches(&presented))
        })
        .ok_or(ManagementError::Unauthorized)
}

/// The document speaks of this client, and of nothing that is not its own to say.
fn same_client(client: &Client, members: &Map<String, Value>) -> Result<(), ManagementError> {
    if members.get("client_id").and_then(Value::as_str) != Some(client.id.as_str()) {
        return Err(ManagementError::Member(
            "client_id must be that of the registration",
        ));
    }
    if OURS.iter().any(|member| members.contains_key(*member)) {
        return Err(ManagementError::Member(
            "registration_access_token, registration_client_uri, client_secret_expires_at and client_id_issued_at must not be sent",
        ));
    }
    let Some(secret) = members.get("client_secret") else {
        return Ok(());
    };
    let current = match (&client.authentication, secret.as_str()) {
        (ClientAuthentication::Secret { digest, .. }, Some(secret)) => {
            digest.matches(&Secret::presented(secret).digest())
        }
        (_, _) => false,
    };
    if current {
        Ok(())
    } else {
        Err(ManagementError::Member(
            "client_secret must be the current one, or absent",
        ))
    }
}
