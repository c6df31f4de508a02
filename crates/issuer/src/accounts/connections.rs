//! The applications that act for a person, and how they are cut off.

use std::{collections::HashMap, sync::Arc, time::Duration};

use doorward_core::{
    audit::{AuditKind, AuditRecord, Outcome},
    client::Client,
    grant::{Grant, RevocationReason},
    id::{GrantId, UserId},
    resource::Resource,
    revocation::Revocation,
    server::{ServerName, ToolSummary},
    time::UnixTime,
};
use doorward_store::{AuditFilter, StoreError};
use tokio::task::JoinHandle;

use super::{AccountError, Accounts, Visit, trail::is_own};
use crate::issuer::PublishedServer;

/// How long the page waits for the list of tools.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many of the latest calls are looked at for all connections together.
const CALLS: usize = 500;

/// One installation of an application that acts for the person.
#[derive(Clone, Debug)]
pub struct Connection {
    /// What the person approved.
    pub grant: Grant,
    /// The application, as far as it is still known.
    pub client: Option<Client>,
    /// What it reaches.
    pub reaches: Vec<Reach>,
    /// What it called lately, the latest first.
    pub called: Vec<Called>,
}

/// A server that a connection reaches.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Its endpoint.
    pub resource: Resource,
    /// Its name, while it is configured.
    pub server: Option<ServerName>,
    /// Its title for people, while it is configured.
    pub title: Option<String>,
    /// The tools that the approval opens there; `None` when nobody can say right now.
    pub tools: Option<Vec<ToolSummary>>,
}

/// A tool that was called through a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The server.
    pub server: String,
    /// The tool.
    pub tool: String,
    /// How often, among the calls that were looked at.
    pub count: u64,
    /// When last.
    pub last: UnixTime,
}

impl Accounts {
    /// What acts for the person, the newest first: this many behind the first `from`, and how many
    /// there are in all.
    pub async fn connections(
        &self,
        visit: &Visit,
        (from, most): (usize, usize),
    ) -> Result<(Vec<Connection>, usize), AccountError> {
        let mut tx = self.0.store.begin().await?;
        let now = self.now();
        let mut grants = tx.grants(Some(&visit.user().id), None).await?;
        grants.retain(|grant| grant.is_live(now));
        let total = grants.len();
        let grants: Vec<Grant> = grants.into_iter().skip(from).take(most).collect();
        let mut called = match grants.is_empty() {
            true => HashMap::new(),
            false => self.called_lately(visit).await?,
        };
        let tools = self.tools_of(&grants).await;
        let mut connections = Vec::with_capacity(grants.len());
        for grant in grants {
            connections.push(Connection {
                client: tx.client(&grant.client).await?,
                reaches: self.reaches(&grant, &tools),
                called: called.remove(grant.id.as_str()).unwrap_or_default(),
                grant,
            });
        }
        Ok((connections, total))
    }

    /// How many there are.
    pub async fn count_connections(&self, visit: &Visit) -> Result<usize, StoreError> {
        let mut tx = self.0.store.begin().await?;
        let now = self.now();
        let grants = tx.grants(Some(&visit.user().id), None).await?;
        Ok(grants.iter().filter(|grant| grant.is_live(now)).count())
    }

    /// Cuts one connection. Its tokens are refused within a second, and its application has to ask
    /// again: what was remembered of it goes as well.
    pub async fn revoke(&self, visit: &Visit, id: &GrantId) -> Result<(), AccountError> {
        let now = self.now();
        let mut tx = self.0.store.begin().await?;
        let grant = tx.grant(id).await?;
        let own = grant.filter(|grant| grant.user.as_ref() == Some(&visit.user().id));
        let live = own.filter(|grant| grant.is_live(now));
        let grant = live.ok_or(AccountError::NotThere)?; // AD-02
        tx.revoke_grant(id, now, RevocationReason::RequestedByUser);
        tx.forget_consents_of_user(&visit.user().id, Some(&grant.client));
        let event = self.did(visit, AuditKind::Revoke, "revoked by its owner");
        tx.audit(event.client(grant.client.as_str()).grant(id.as_str()));
        tx.commit().await?;
        self.0.revocations.add(Revocation::Grant(id.clone()), now);
        Ok(())
    }

    /// Cuts all of them, what was approved and not collected yet, and what was remembered.
    pub async fn revoke_all(&self, visit: &Visit) -> Result<(), AccountError> {
        let (now, user) = (self.now(), &visit.user().id);
        let mut tx = self.0.store.begin().await?;
        tx.revoke_grants_of_user(user, now, RevocationReason::RequestedByUser);
        tx.forget_consents_of_user(user, None);
        tx.audit(self.did(visit, AuditKind::Revoke, "all revoked by their owner"));
        tx.commit().await?;
        self.tell_all_revoked(user, now).await;
        Ok(())
    }

    /// Tells verifiers what was revoked at `now`. It is looked up after the commit, so that what
    /// came in between is told as well; when that fails, every token of the person is refused.
    async fn tell_all_revoked(&self, user: &UserId, now: UnixTime) {
        let revoked = async {
            let mut tx = self.0.store.begin().await?;
            tx.grants(Some(user), None).await
        };
        let revocations = &self.0.revocations;
        let Ok(grants) = revoked.await else {
            return revocations.add(Revocation::User(user.clone()), now);
        };
        for grant in grants {
            if grant.revoked.is_some_and(|revoked| revoked.at == now) {
                revocations.add(Revocation::Grant(grant.id), now);
            }
        }
    }

    /// What the connections of the person called lately, by grant: from the newest part of the
    /// audit log alone, so that a tool call writes nothing for it.
    async fn called_lately(
        &self,
        visit: &Visit,
    ) -> Result<HashMap<String, Vec<Called>>, AccountError> {
        let _scan = self.scan(visit).await?;
        let window = self.window(None).await?;
        let page = self.0.store.audit(AuditFilter {
            after: window.after,
            newest: CALLS,
            user: Some(visit.user().name.to_string()),
            event: Some("tool.call".to_owned()),
            ..AuditFilter::default()
        });
        let lines = page.await?.lines;
        let records = lines.iter().rev().filter_map(|line| own(line, visit));
        let mut called: HashMap<String, Vec<Called>> = HashMap::new();
        for record in records {
            let (Some(grant), Some(server), Some(tool)) =
                (record.grant, record.server, record.tool)
            else {
                continue;
            };
            count(
                called.entry(grant.into_owned()).or_default(),
                Called {
                    server: server.into_owned(),
                    tool: tool.into_owned(),
                    count: 1,
                    last: record.at,
                },
            );
        }
        Ok(called)
    }

    /// The tools of every server that one of `grants` reaches. All are asked at once, so the page
    /// waits once.
    async fn tools_of(&self, grants: &[Grant]) -> HashMap<ServerName, Vec<ToolSummary>> {
        let published = self.0.published();
        let reached = grants.iter().flat_map(|grant| grant.resources.iter());
        let mut asked: HashMap<ServerName, JoinHandle<Option<Vec<ToolSummary>>>> = HashMap::new();
        let servers = reached.flat_map(|resource| published.servers_at(resource));
        for server in servers.map(|server| &server.name) {
            let name = server.clone();
            let catalogue = Arc::clone(&self.0.catalogue);
            asked.entry(server.clone()).or_insert_with(|| {
                tokio::spawn(async move {
                    let tools = catalogue.tools(&name);
                    tokio::time::timeout(PATIENCE, tools).await.ok().flatten()
                })
            });
        }
        let mut tools = HashMap::new();
        for (server, answer) in asked {
            if let Ok(Some(found)) = answer.await {
                tools.insert(server, found);
            }
        }
        tools
    }

    fn reaches(&self, grant: &Grant, tools: &HashMap<ServerName, Vec<ToolSummary>>) -> Vec<Reach> {
        let published = self.0.published();
        let details = &grant.details;
        let reach = |resource: &Resource, server: &PublishedServer| {
            let opened = |tool: &&ToolSummary| {
                grant.scopes.covers(tool.effect.scope())
                    && (details.is_empty() || details.name(&server.name, &tool.name))
            };
            let known = tools.get(&server.name);
            Reach {
                resource: resource.clone(),
                server: Some(server.name.clone()),
                title: Some(server.title.clone()),
                tools: known.map(|tools| tools.iter().filter(opened).cloned().collect()),
            }
        };
        let mut reaches = Vec::new();
        for resource in grant.resources.iter() {
            let before = reaches.len();
            let servers = published.servers_at(resource);
            reaches.extend(servers.map(|server| reach(resource, server)));
            if reaches.len() == before {
                reaches.push(Reach::gone(resource));
            }
        }
        reaches
    }
}

impl Reach {
    /// One that is no server, or no longer.
    fn gone(resource: &Resource) -> Self {
        Self {
            resource: resource.clone(),
            server: None,
            title: None,
            tools: None,
        }
    }
}

/// The record of a call of the visitor that was allowed.
fn own<'line>(line: &'line str, visit: &Visit) -> Option<AuditRecord<'line>> {
    let record: AuditRecord<'line> = serde_json::from_str(line).ok()?;
    (is_own(line, visit) && record.outcome == Outcome::Allowed).then_some(record)
}

fn count(called: &mut Vec<Called>, call: Called) {
    let same = |it: &&mut Called| it.server == call.server && it.tool == call.tool;
    match called.iter_mut().find(same) {
        Some(known) => known.count += 1,
        None => called.push(call),
    }
}
