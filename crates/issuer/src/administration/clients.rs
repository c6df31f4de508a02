//! Clients: registering them by hand, and revoking any of them.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    audit::AuditKind,
    certificate::ExpectedSubject,
    client::{
        CertificateSet, Client, ClientAuthentication, ClientKeys, ClientOrigin, Environment,
        GrantType, GrantTypes, OwnAccess, OwnCertificates, PrivateKey, RequestRules,
        SecretPlacement, TokenRules, display_name,
    },
    entropy::draw,
    grant::RevocationReason,
    id::ClientId,
    jwk::Algorithm,
    lifetimes::is_access_lifetime,
    redirect::RegisteredRedirect,
    scope::{ScopeError, ScopeSet},
    secret::Secret,
    server::ServerName,
};

use serde::{Deserialize, Serialize};

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
    /// Its public keys: what it authenticates with (`private_key_jwt`, RFC 7523) unless it has
    /// a secret or is public, and what its requests may be signed with (RFC 9101).
    pub keys: Option<ClientKeys>,
    /// Whether it proves nothing, although it has keys.
    pub public: bool,
    /// What its authorization requests have to be.
    pub requests: RequestRules,
    /// The certificate that it authenticates with instead (RFC 8705 section 2).
    pub certificate: Option<NewCertificate>,
    /// Whether it only gets tokens that are bound to its certificate (RFC 8705 section 3).
    pub certificate_bound: bool,
    /// The environments that it is for; none means all.
    pub environments: Vec<Environment>,
    /// What it may ask the token endpoint for; none means signing people in.
    pub grants: Vec<GrantType>,
    /// The scopes of its own tokens, separated by spaces.
    pub scopes: String,
    /// The servers that its own tokens may be for.
    pub servers: Vec<ServerName>,
}

/// A certificate as an administrator describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewCertificate {
    /// One of an authority that names the client so (`tls_client_auth`).
    Named(ExpectedSubject),
    /// This very one (`self_signed_tls_client_auth`).
    Own(CertificateSet),
}

impl NewClient {
    fn grants(&self) -> GrantTypes {
        match self.grants.as_slice() {
            [] => GrantTypes::interactive(),
            named => named.iter().copied().collect(),
        }
    }

    /// Whether its keys prove who it is.
    fn proves_its_key(&self) -> bool {
        self.keys.is_some() && !self.confidential && !self.public
    }

    /// Whether it acts for itself, so that it needs servers and scopes of its own.
    fn acts_for_itself(&self) -> bool {
        self.grants().contains(GrantType::ClientCredentials) || !self.servers.is_empty()
    }
}

impl Administration {
    /// Registers a client. A secret is returned this once.
    pub async fn add_client(
        &self,
        new: NewClient,
    ) -> Result<(Client, Option<Secret>), AdministrationError> {
        let authenticates = new.grants().iter().any(GrantType::needs_authentication);
        let certified = new.certificate.is_some();
        if new.public && (new.confidential || authenticates || certified) {
            return Err(AdministrationError::PublicClient);
        }
        let proves = certified || new.proves_its_key();
        let needs_secret = !proves && (new.confidential || authenticates);
        let secret = needs_secret.then(|| Secret::mint("dwc_", draw(&*self.entropy)));
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

    /// Decides how long the access tokens of a client live; `None` leaves it to the server
    /// and the configuration. Tokens that were issued stay as they are.
    pub async fn set_access_lifetime(
        &self,
        id: &str,
        ttl: Option<Duration>,
    ) -> Result<Client, AdministrationError> {
        if ttl.is_some_and(|ttl| !is_access_lifetime(ttl)) {
            return Err(AdministrationError::AccessLifetime);
        }
        let before = self.client(id).await?;
        let mut after = before.clone();
        after.tokens.access_ttl = ttl;
        let mut tx = self.store.begin().await?;
        tx.replace_client(&before, &after);
        let event = self.event(AuditKind::ClientChange, "lifetime of access tokens changed");
        tx.audit(event.client(id));
        tx.commit().await?;
        Ok(after)
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
        let grants = tx.grants(None, Some(&client.id)).await?;
        tx.revoke_client(&client.id, now);
        tx.revoke_grants_of_client(&client.id, now, RevocationReason::ClientRevoked);
        let event = self.event(AuditKind::ClientRevoke, "revoked by an administrator");
        tx.audit(event.client(client.id.as_str()));
        tx.commit().await?;
        client.revoked_at = Some(now);
        self.revocations.add_client(client.id.clone(), grants, now);
        Ok(client)
    }

    fn describe(
        &self,
        new: &NewClient,
        secret: Option<&Secret>,
    ) -> Result<Client, AdministrationError> {
        let name = display_name(&new.name);
        let grants = new.grants();
        let redirected = grants.contains(GrantType::AuthorizationCode);
        if name.is_empty() || redirected && new.redirect_uris.is_empty() {
            return Err(AdministrationError::EmptyClient);
        }
        if new.requests.signed && new.keys.is_none() {
            return Err(AdministrationError::RequestKeys);
        }
        let own = own_access(new)?;
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
            authentication: authentication(new, secret),
            request_keys: request_keys(new),
            requests: new.requests,
            tokens: TokenRules {
                certificate_bound: new.certificate_bound,
                ..TokenRules::default()
            },
            environments: new.environments.iter().copied().collect(),
            grants,
            own,
            ..Client::public(id, ClientOrigin::Preregistered, self.clock.now())
        })
    }
}

/// How the client proves itself: with its certificate, else with its keys, else with its secret,
/// else not at all.
fn authentication(new: &NewClient, secret: Option<&Secret>) -> ClientAuthentication {
    match &new.certificate {
        Some(NewCertificate::Named(named)) => {
            return ClientAuthentication::Certificate(named.clone());
        }
        Some(NewCertificate::Own(set)) => {
            let own = OwnCertificates::Inline(set.clone());
            return ClientAuthentication::OwnCertificate(own);
        }
        None => {}
    }
    match (&new.keys, secret) {
        (Some(keys), _) if new.proves_its_key() => {
            ClientAuthentication::PrivateKey(private_key(keys))
        }
        (_, Some(secret)) => ClientAuthentication::Secret {
            digest: secret.digest(),
            placement: SecretPlacement::Either,
        },
        (_, None) => ClientAuthentication::None,
    }
}

/// The keys of a client that proves itself otherwise: they only sign requests.
fn request_keys(new: &NewClient) -> Option<PrivateKey> {
    let keys = new.keys.as_ref().filter(|_| !new.proves_its_key());
    keys.map(private_key)
}

fn private_key(keys: &ClientKeys) -> PrivateKey {
    PrivateKey {
        keys: keys.clone(),
        algorithms: match keys {
            ClientKeys::Inline(set) => set.keys.iter().map(|key| key.alg).collect(),
            ClientKeys::At(_) => vec![Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256],
        },
    }
}

/// What the client may do for itself: servers and known scopes, or neither.
fn own_access(new: &NewClient) -> Result<OwnAccess, AdministrationError> {
    if !new.acts_for_itself() && new.scopes.is_empty() {
        return Ok(OwnAccess::default());
    }
    if new.servers.is_empty() || new.scopes.is_empty() {
        return Err(AdministrationError::OwnAccess);
    }
    let scopes = ScopeSet::parse(&new.scopes)?;
    let unknown = scopes
        .iter()
        .any(|scope| !ScopeSet::baseline().iter().any(|known| known == scope));
    if unknown {
        return Err(ScopeError::Unknown.into());
    }
    Ok(OwnAccess {
        scopes,
        servers: new.servers.iter().cloned().collect(),
    })
}
