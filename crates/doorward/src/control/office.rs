//! Answering administration, wherever it is asked.

use std::{collections::HashMap, sync::Arc, time::Duration};

use doorward_core::{
    account_link::AccountLink,
    client::{Client, ClientKeys, RequestRules},
    grant::Grant,
    id::{ClientId, UserId},
    provisioning::ProvisioningToken,
    registration::InitialAccessToken,
    revocation::Revocations,
    rotation::KeyState,
    secret::Secret,
    time::UnixTime,
    user::User,
};
use doorward_issuer::{
    Administration, AdministrationError, Begin, KeyAdministration, KeyAdministrationError,
    KeyFacts, MasterKey, NewClient, NewInitialToken, UserFactors,
};
use doorward_store::{AuditFilter, AuditPage, Store};

use super::{
    AdminRequest, AdminResponse, ClientRow, FactorRow, GrantRow, KeyRow, LinkRow, Password,
    ScimTokenRow, TokenRow, UserRow, When,
};
use crate::{
    data::{DataFolder, Lock, Opened},
    system::{SystemClock, SystemEntropy},
    wire::House,
};

/// Whoever answers: within the running process, or alone on the open store.
#[derive(Clone)]
pub(crate) struct Office {
    pub(super) administration: Administration,
    keys: KeyAdministration,
    pub(super) house: Option<House>,
    pub(super) folder: DataFolder,
    store: Arc<dyn Store>,
    _lock: Option<Arc<Lock>>,
}

impl Office {
    /// Within the running process.
    pub(crate) fn of(house: &House) -> Self {
        Self {
            administration: house.administration().clone(),
            keys: house.key_administration(),
            house: Some(house.clone()),
            folder: house.folder().clone(),
            store: house.store(),
            _lock: None,
        }
    }

    /// On a store that nobody else uses.
    pub(crate) fn alone(opened: Opened) -> Self {
        let store = opened.store;
        Self {
            administration: Administration::new(
                Arc::clone(&store),
                Arc::new(SystemClock),
                Arc::new(SystemEntropy),
                Arc::new(Revocations::default()),
            ),
            keys: KeyAdministration::new(
                Arc::clone(&store),
                Arc::new(SystemClock),
                Arc::new(SystemEntropy),
                &MasterKey::new(opened.master_key),
            ),
            house: None,
            folder: opened.folder,
            store,
            _lock: Some(Arc::new(opened.lock)),
        }
    }

    /// Does what was asked. Refusals and failures are answers too.
    pub(crate) async fn answer(&self, request: AdminRequest) -> AdminResponse {
        self.execute(request)
            .await
            .unwrap_or_else(|reason| AdminResponse::Refused { reason })
    }

    async fn execute(&self, request: AdminRequest) -> Result<AdminResponse, String> {
        let desk = &self.administration;
        match request {
            AdminRequest::UserAdd {
                name,
                role,
                password,
            } => {
                let user = desk.add_user(&name, secret(password), role).await;
                user.map(|user| users(vec![user])).map_err(told)
            }
            AdminRequest::Programs { name } => self.programs(name).await,
            AdminRequest::ServerLines {
                name,
                lines,
                process,
            } => self.server_lines(&name, lines, process),
            AdminRequest::UserList => desk.users().await.map(users).map_err(told),
            request @ (AdminRequest::UserShow { .. }
            | AdminRequest::UserRole { .. }
            | AdminRequest::UserSet { .. }
            | AdminRequest::UserRemove { .. }
            | AdminRequest::UserInvite { .. }
            | AdminRequest::InvitationList
            | AdminRequest::InvitationRevoke { .. }
            | AdminRequest::UserReset { .. }
            | AdminRequest::GroupAdd { .. }
            | AdminRequest::GroupsList
            | AdminRequest::GroupShow { .. }
            | AdminRequest::GroupRemove { .. }
            | AdminRequest::MemberAdd { .. }
            | AdminRequest::MemberRemove { .. }) => self.people(request).await,
            AdminRequest::UserDisable { name } => done(desk.disable_user(&name).await),
            AdminRequest::UserEnable { name } => done(desk.enable_user(&name).await),
            AdminRequest::UserPassword { name, password } => {
                done(desk.set_password(&name, secret(password)).await)
            }
            AdminRequest::UserFactors { name } => {
                let factors = desk.factors(&name).await.map_err(told)?;
                Ok(AdminResponse::Factors {
                    factors: factor_rows(factors),
                })
            }
            AdminRequest::UserResetFactors { name } => done(desk.reset_factors(&name).await),
            AdminRequest::UserLink {
                name,
                issuer,
                subject,
            } => done(desk.link_user(&name, &issuer, &subject).await),
            AdminRequest::UserLinks { name } => {
                let links = desk.account_links().await.map_err(told)?.into_iter();
                let name = name.map(|name| name.to_ascii_lowercase());
                let wanted = |row: &LinkRow| name.as_ref().is_none_or(|name| row.user == *name);
                let links = links.map(link_row).filter(wanted).collect();
                Ok(AdminResponse::Links { links })
            }
            AdminRequest::UserUnlink { issuer, subject } => {
                done(desk.unlink_user(&issuer, &subject).await)
            }
            AdminRequest::ClientAdd {
                name,
                redirect_uris,
                confidential,
                keys,
                public,
                pushed,
                signed,
                certificate,
                certificate_bound,
                environments,
                grants,
                scopes,
                servers,
            } => {
                let new = NewClient {
                    name,
                    redirect_uris,
                    confidential,
                    keys,
                    public,
                    requests: RequestRules { pushed, signed },
                    certificate,
                    certificate_bound,
                    environments,
                    grants,
                    scopes,
                    servers,
                };
                let (client, secret) = desk.add_client(new).await.map_err(told)?;
                let secret = secret.map(|secret| Password(secret.expose().to_owned()));
                Ok(AdminResponse::ClientAdded {
                    client: Box::new(client_row(client)),
                    secret,
                })
            }
            AdminRequest::ClientList => desk.clients().await.map(clients).map_err(told),
            AdminRequest::ClientShow { id } => {
                let client = desk.client(id.as_str()).await;
                client.map(|client| clients(vec![client])).map_err(told)
            }
            AdminRequest::ClientSet { id, access_ttl } => {
                let ttl = access_ttl.map(Duration::from_secs);
                done(desk.set_access_lifetime(id.as_str(), ttl).await)
            }
            AdminRequest::ClientRevoke { id } => done(desk.revoke_client(id.as_str()).await),
            AdminRequest::TokenAdd {
                note,
                most_uses,
                lifetime,
            } => {
                let new = NewInitialToken {
                    note,
                    most_uses,
                    lifetime: Duration::from_secs(lifetime),
                };
                let (token, secret) = desk.add_initial_token(new).await.map_err(told)?;
                Ok(AdminResponse::TokenAdded {
                    token: token_row(token),
                    secret: Password(secret.expose().to_owned()),
                })
            }
            AdminRequest::TokenList => {
                let tokens = desk.initial_tokens().await.map_err(told)?;
                let tokens = tokens.into_iter().map(token_row).collect();
                Ok(AdminResponse::Tokens { tokens })
            }
            AdminRequest::TokenRevoke { id } => done(desk.revoke_initial_token(id.as_str()).await),
            AdminRequest::ScimTokenAdd { provider, lifetime } => {
                let lifetime = lifetime.map(Duration::from_secs);
                let (token, secret) = desk
                    .add_provisioning_token(provider, lifetime)
                    .await
                    .map_err(told)?;
                Ok(AdminResponse::ScimTokenAdded {
                    token: scim_token_row(token),
                    secret: Password(secret.expose().to_owned()),
                })
            }
            AdminRequest::ScimTokenList => {
                let tokens = desk.provisioning_tokens().await.map_err(told)?;
                let tokens = tokens.into_iter().map(scim_token_row).collect();
                Ok(AdminResponse::ScimTokens { tokens })
            }
            AdminRequest::ScimTokenRevoke { id } => {
                done(desk.revoke_provisioning_token(id.as_str()).await)
            }
            AdminRequest::GrantList { user, client } => {
                self.grants(user, client).await.map_err(told)
            }
            AdminRequest::GrantRevoke { id } => done(desk.revoke_grant(id.as_str()).await),
            AdminRequest::KeyList => {
                let keys = self.keys.list().await.map_err(|error| error.to_string())?;
                let keys = keys.into_iter().map(key_row).collect();
                Ok(AdminResponse::Keys { keys })
            }
            AdminRequest::KeyRotate { now } => {
                self.changed(self.keys.rotate(begin(now)).await).await
            }
            AdminRequest::KeyRetire { kid, compromised } => {
                self.changed(self.keys.retire(kid.as_str(), compromised).await)
                    .await
            }
            AdminRequest::KeyExport { kid, passphrase } => {
                let sealed = self.keys.export(kid.as_str(), secret(passphrase)).await;
                let sealed = sealed.map_err(|error| error.to_string())?;
                Ok(AdminResponse::KeyExported { sealed })
            }
            AdminRequest::KeyImport {
                exported,
                passphrase,
                now,
            } => {
                let imported = self.keys.import(exported, secret(passphrase), begin(now));
                self.changed(imported.await).await
            }
            AdminRequest::AuditList(query) | AdminRequest::AuditTail(query) => {
                let page = self.audit(query.after(0, query.newest)).await?;
                Ok(AdminResponse::Audit { lines: page.lines })
            }
            AdminRequest::AuditVerify => match self.store.verify_audit().await {
                Ok(Ok(head)) => Ok(AdminResponse::AuditIntact {
                    records: head.sequence,
                }),
                Ok(Err(broken)) => Ok(AdminResponse::AuditBroken {
                    sequence: broken.sequence,
                }),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    /// Lets the running process carry out what was planned for a key.
    async fn changed(
        &self,
        key: Result<KeyFacts, KeyAdministrationError>,
    ) -> Result<AdminResponse, String> {
        let key = key.map_err(|error| error.to_string())?;
        if let Some(house) = &self.house {
            house.tend_keys().await.map_err(|error| error.to_string())?;
        }
        let key = key_row(key);
        Ok(AdminResponse::Key { key })
    }

    /// Reads audit records, including those that are still queued.
    pub(super) async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, String> {
        self.store
            .flush()
            .await
            .map_err(|error| error.to_string())?;
        self.store
            .audit(filter)
            .await
            .map_err(|error| error.to_string())
    }

    async fn grants(
        &self,
        user: Option<String>,
        client: Option<ClientId>,
    ) -> Result<AdminResponse, AdministrationError> {
        let desk = &self.administration;
        let grants = desk.grants(user.as_deref()).await?;
        let users = desk.users().await?.into_iter();
        let users: HashMap<UserId, String> =
            users.map(|user| (user.id, user.name.to_string())).collect();
        let clients = desk.clients().await?.into_iter();
        let clients: HashMap<ClientId, String> =
            clients.map(|client| (client.id, client.name)).collect();
        let wanted = |grant: &Grant| client.as_ref().is_none_or(|client| grant.client == *client);
        let named = |grant: Grant| {
            let name = |id: &UserId| users.get(id).cloned().unwrap_or_else(|| id.to_string());
            let user = grant.user.as_ref().map(name);
            let client = clients.get(&grant.client).cloned().unwrap_or_default();
            grant_row(grant, user, client)
        };
        let grants = grants.into_iter().filter(wanted).map(named).collect();
        Ok(AdminResponse::Grants { grants })
    }
}

pub(super) fn told(error: AdministrationError) -> String {
    error.to_string()
}

pub(super) fn done<T>(result: Result<T, AdministrationError>) -> Result<AdminResponse, String> {
    result.map(|_| AdminResponse::Done).map_err(told)
}

fn secret(password: Password) -> Secret {
    Secret::presented(password.0)
}

fn when(time: Option<UnixTime>) -> Option<When> {
    time.map(When)
}

fn begin(now: bool) -> Begin {
    match now {
        true => Begin::Now,
        false => Begin::Announced,
    }
}

fn key_row(key: KeyFacts) -> KeyRow {
    let (state, removed_at) = match key.state {
        KeyState::Announced { .. } => ("announced", None),
        KeyState::Active { .. } => ("active", None),
        KeyState::Retired { removed_at } => ("retired", Some(removed_at)),
        KeyState::Removed { at } => ("removed", Some(at)),
    };
    KeyRow {
        kid: key.kid,
        algorithm: key.algorithm.as_str().to_owned(),
        state: state.to_owned(),
        created_at: When(key.created_at),
        active_from: When(key.active_from),
        removed_at: when(removed_at),
    }
}

fn users(users: Vec<User>) -> AdminResponse {
    AdminResponse::Users {
        users: users.into_iter().map(user_row).collect(),
    }
}

pub(super) fn user_row(user: User) -> UserRow {
    UserRow {
        id: user.id,
        name: user.name,
        role: user.role,
        display_name: user.display_name.map(|name| name.to_string()),
        mail: user.mail.map(|mail| mail.to_string()),
        has_password: user.password.is_some(),
        created_at: When(user.created_at),
        disabled_at: when(user.disabled_at),
    }
}

fn factor_rows(factors: UserFactors) -> Vec<FactorRow> {
    let application = factors.totp.map(|totp| FactorRow {
        kind: "application".to_owned(),
        name: String::new(),
        created_at: Some(When(totp.created_at)),
        used_at: when(totp.used_at),
    });
    let passkeys = factors.passkeys.into_iter().map(|passkey| FactorRow {
        kind: "passkey".to_owned(),
        name: passkey.name,
        created_at: Some(When(passkey.created_at)),
        used_at: when(passkey.used_at),
    });
    let left = factors.recovery_codes;
    let codes = (left > 0).then(|| FactorRow {
        kind: "recovery codes".to_owned(),
        name: format!("{left} left"),
        created_at: None,
        used_at: None,
    });
    application
        .into_iter()
        .chain(passkeys)
        .chain(codes)
        .collect()
}

fn link_row((link, user): (AccountLink, String)) -> LinkRow {
    LinkRow {
        user,
        issuer: link.foreign.issuer().to_owned(),
        subject: link.foreign.subject().to_owned(),
        created_at: When(link.created_at),
        used_at: when(link.used_at),
    }
}

fn clients(clients: Vec<Client>) -> AdminResponse {
    AdminResponse::Clients {
        clients: clients.into_iter().map(client_row).collect(),
    }
}

fn client_row(client: Client) -> ClientRow {
    ClientRow {
        authentication: client.authentication_method().to_owned(),
        jwks_uri: jwks_uri(&client),
        only_pushed_requests: client.requests.pushed,
        only_signed_requests: client.requests.signed,
        redirect_uris: client
            .redirects
            .iter()
            .map(|uri| uri.as_str().to_owned())
            .collect(),
        certificate_bound: client.tokens.certificate_bound,
        access_ttl: client.tokens.access_ttl.map(|ttl| ttl.as_secs()),
        id: client.id,
        name: client.name,
        origin: client.origin,
        environments: client.environments.iter().collect(),
        grants: client.grants.iter().collect(),
        scopes: client.own.scopes.to_string(),
        servers: client.own.servers.iter().cloned().collect(),
        created_at: When(client.created_at),
        used_at: when(client.used_at),
        revoked_at: when(client.revoked_at),
    }
}

fn jwks_uri(client: &Client) -> Option<String> {
    match &client.signs_requests_with()?.keys {
        ClientKeys::At(uri) => Some(uri.clone()),
        ClientKeys::Inline(_) => None,
    }
}

fn token_row(token: InitialAccessToken) -> TokenRow {
    TokenRow {
        id: token.id,
        note: token.note,
        uses: token.uses,
        most_uses: token.most_uses,
        created_at: When(token.created_at),
        expires_at: When(token.expires_at),
    }
}

fn scim_token_row(token: ProvisioningToken) -> ScimTokenRow {
    ScimTokenRow {
        id: token.id,
        provider: token.provider,
        created_at: When(token.created_at),
        expires_at: when(token.expires_at),
    }
}

fn grant_row(grant: Grant, user: Option<String>, client_name: String) -> GrantRow {
    GrantRow {
        id: grant.id,
        user,
        client: grant.client,
        client_name,
        resource: grant.resources.to_string(),
        scope: grant.scopes.to_string(),
        created_at: When(grant.created_at),
        last_used_at: When(grant.last_used_at),
        expires_at: When(grant.expires_at),
        revoked_at: when(grant.revoked.map(|revoked| revoked.at)),
        revoked_reason: grant
            .revoked
            .map(|revoked| revoked.reason.as_str().to_owned()),
    }
}
