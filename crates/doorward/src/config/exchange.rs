//! The `[[exchange]]` of the configuration file.

use doorward_core::{
    exchange::ExchangeRule,
    id::ClientId,
    resource::Resource,
    scope::{ScopeError, ScopeSet},
    server::ServerName,
};

use super::{PublicUrl, Server, document::ExchangeEntry};

/// Checks every entry: it names a client, and servers that there are.
pub(super) fn check(
    entries: Vec<ExchangeEntry>,
    (public_url, servers): (&PublicUrl, &[Server]),
) -> Result<Vec<ExchangeRule>, String> {
    let one = |entry: ExchangeEntry| {
        let shown = entry.client.clone();
        rule(entry, public_url, servers).map_err(|cause| format!("exchange of `{shown}`: {cause}"))
    };
    entries.into_iter().map(one).collect()
}

fn rule(
    entry: ExchangeEntry,
    public_url: &PublicUrl,
    servers: &[Server],
) -> Result<ExchangeRule, String> {
    let resources = |key: &str, names: &[String]| {
        let resource = |name: &String| {
            let known = servers.iter().find(|server| server.name.as_str() == name);
            known
                .map(|server| public_url.resource(&server.name))
                .ok_or_else(|| format!("{key} names no server: `{name}`"))
        };
        let found: Vec<Resource> = names.iter().map(resource).collect::<Result<_, _>>()?;
        match found.is_empty() {
            true => Err(format!("{key} is empty")),
            false => Ok(found),
        }
    };
    if entry.client.is_empty() {
        return Err("client is empty".to_owned());
    }
    Ok(ExchangeRule {
        from: resources("from", &entry.from)?,
        to: resources("to", &entry.to)?,
        scopes: scopes(&entry.scopes).map_err(|error| format!("scopes: {error}"))?,
        client: ClientId::from_known(entry.client),
        impersonation: entry.impersonation,
        may_act: entry.may_act.map(ClientId::from_known),
    })
}

/// The scopes of a list; all there are when it is empty.
fn scopes(names: &[String]) -> Result<ScopeSet, ScopeError> {
    let baseline = ScopeSet::baseline();
    if names.is_empty() {
        return Ok(baseline);
    }
    let scopes = ScopeSet::parse(&names.join(" "))?;
    let known = |scope| baseline.iter().any(|offered| offered == scope);
    if scopes.iter().all(known) {
        Ok(scopes)
    } else {
        Err(ScopeError::Unknown)
    }
}

impl PublicUrl {
    /// The identifier of a server's endpoint.
    pub(crate) fn resource(&self, server: &ServerName) -> Resource {
        Resource::from_known(format!("{self}/mcp/{server}"))
    }
}
