//! Clients: registering them by hand, and revoking any of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    audit::AuditKind,
    client::{
        Client, ClientAuthentication, ClientOrigin, Environment, SecretPlacement, display_name,
    },
    entropy::draw,
    grant::RevocationReason,
    id::ClientId,
    redirect::RegisteredRedirect,
    revocation::Revocation,
    secret::Secret,
};

use super::{Administration, AdministrationError};

/// A client as an administrator describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClient {
    /// The name that consent pages show.
    pub name: String,
    /// Where answers may go.
    pub redirect_uris: Vec<String>,
    /// Whether it gets a secret, which it may send in the header or in the body.
    pub confidential: bool,
    /// The environments that it is for; none means all.
    pub environments: Vec<Environment>,
}

impl Administration {
    /// Registers a client. A secret is returned this once.
    pub async fn add_client(
        &self,
        new: NewClient,
    ) -> Result<(Client, Option<Secret>), AdministrationError> {
        let secret = new
            .confidential
            .then(|| Secret::mint("dwc_", draw(&*self.entropy)));
        let client = self.describe(&new, secret.as_ref())?;
        let mut tx = self.store.begin().await?;
        tx.add_client(&client);
        let event = self.event(AuditKind::ClientRegister, "added by an administrator");
        tx.audit(event.client(client.id.as_str()));
        tx.commit().await?;
        Ok((client, secret))
    }

    /// All clients, newest first.
    pub async fn clients(&self) -> Result<Vec<Client>, AdministrationError> {
        Ok(self.store.begin().await?.clients().await?)
    }

    /// One client.
    pub async fn client(&self, id: &str) -> Result<Client, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let client = tx.client(&ClientId::from_known(id)).await?;
        client.ok_or_else(|| AdministrationError::NoSuchClient(id.to_owned()))
    }

    /// Revokes a client with all its grants. A client that was revoked stays as it is.
    pub async fn revoke_client(&self, id: &str) -> Result<Client, AdministrationError> {
        let mut tx = self.store.begin().await?;
        let client = tx.client(&ClientId::from_known(id)).await?;
        let mut client = client.ok_or_else(|| AdministrationError::NoSuchClient(id.to_owned()))?;
        if !client.is_usable() {
            return Ok(client);
        }
        let now = self.clock.now();
        tx.revoke_client(&client.id, now);
        tx.revoke_grants_of_client(&client.id, now, RevocationReason::ClientRevoked);
        let event = self.event(AuditKind::ClientRevoke, "revoked by an administrator");
        tx.audit(event.client(client.id.as_str()));
        tx.commit().await?;
        client.revoked_at = Some(now);
        self.revocations
            .add(Revocation::Client(client.id.clone()), now);
        Ok(client)
    }

    fn describe(
        &self,
        new: &NewClient,
        secret: Option<&Secret>,
    ) -> Result<Client, AdministrationError> {
        let name = display_name(&new.name);
        if name.is_empty() || new.redirect_uris.is_empty() {
            return Err(AdministrationError::EmptyClient);
        }
        let parse = |uri: &String| {
            RegisteredRedirect::parse(uri).map_err(|error| AdministrationError::Redirect {
                uri: uri.clone(),
                error,
            })
        };
        let redirects = new.redirect_uris.iter().map(parse);
        let bits: [u8; 16] = draw(&*self.entropy);
        let id = ClientId::from_known(format!("pre_{}", URL_SAFE_NO_PAD.encode(bits)));
        Ok(Client {
            name,
            redirects: redirects.collect::<Result<_, _>>()?,
            authentication: match secret {
                None => ClientAuthentication::None,
                Some(secret) => ClientAuthentication::Secret {
                    digest: secret.digest(),
                    placement: SecretPlacement::Either,
                },
            },
            environments: new.environments.iter().copied().collect(),
            ..Client::public(id, ClientOrigin::Preregistered, self.clock.now())
        })
    }
}
