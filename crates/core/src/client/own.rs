//! What a client may do for itself, without any user (OAuth 2.1 section 4.2).
//!
//! It is the administrator's word and never the client's: who registers itself has
//! nothing of its own.

use std::fmt;

use super::Client;
use crate::{
    resource::Resource,
    scope::{ScopeError, ScopeSet},
    server::ServerName,
};

/// The servers and scopes of a client's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnAccess {
    /// The most that its own tokens open.
    pub scopes: ScopeSet,
    /// What they may be for.
    pub servers: OwnServers,
}

/// Names of servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnServers(Vec<ServerName>);

/// Why a client gets nothing for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    /// It may not use that server, or several and none was named.
    #[error("the resource is missing or not one that this client may use for itself")]
    Target,
    /// The scope is none of its own.
    #[error(transparent)]
    Scope(#[from] ScopeError),
}

impl OwnServers {
    /// Whether this server is among them.
    pub fn contains(&self, name: &ServerName) -> bool {
        self.0.contains(name)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &ServerName> {
        self.0.iter()
    }

    /// Reads a space-separated list, as it is stored.
    pub fn from_stored(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(|word| ServerName::parse(word).ok()).collect()
    }
}

impl FromIterator<ServerName> for OwnServers {
    fn from_iter<T: IntoIterator<Item = ServerName>>(names: T) -> Self {
        Self(names.into_iter().collect())
    }
}

impl fmt::Display for OwnServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(ServerName::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

/// What the client gets for itself, of the resources that are its own:
/// exactly one of them, the only one when none is named; of its scopes those that it asked
/// for. Clients ask for whatever a challenge names, so asking for more is no fault.
pub fn own_access<'a>(
    client: &Client,
    own: &'a [Resource],
    named: &[String],
    scope: Option<&str>,
) -> Result<(&'a Resource, ScopeSet), OwnError> {
    let resource = match (own, named) {
        ([only], []) => only,
        (_, []) => return Err(OwnError::Target),
        (_, [first, rest @ ..]) => {
            let meant = own.iter().find(|resource| resource.matches(first));
            let meant = meant.ok_or(OwnError::Target)?;
            if !rest.iter().all(|other| meant.matches(other)) {
                return Err(OwnError::Target);
            }
            meant
        }
    };
    let scopes = ScopeSet::requested(scope)?.common(&client.own.scopes);
    if scopes.is_empty() {
        return Err(ScopeError::Exceeded.into());
    }
    Ok((resource, scopes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{client::ClientOrigin, id::ClientId, time::UnixTime};

    const FILES: &str = "https://mcp.example/mcp/files";
    const MAIL: &str = "https://mcp.example/mcp/mail";

    #[test]
    fn a_client_gets_one_resource_of_its_own_and_its_own_scopes() {
        struct Case<'a>(
            &'static str,
            &'a Client,
            &'a [Resource],
            &'static [&'static str],
            Option<&'static str>,
            Result<&'static str, OwnError>,
        );
        let now = UnixTime::from_seconds(0);
        let client = |scopes| Client {
            own: OwnAccess {
                scopes,
                servers: OwnServers::default(),
            },
            ..Client::public(ClientId::from_known("c"), ClientOrigin::Preregistered, now)
        };
        let reader = client(ScopeSet::read_only());
        let (one, two) = (
            [Resource::from_known(FILES)],
            [FILES, MAIL].map(Resource::from_known),
        );
        let exceeded = Err(OwnError::Scope(ScopeError::Exceeded));
        let unknown = Err(OwnError::Scope(ScopeError::Unknown));
        let none = client(ScopeSet::default());
        #[rustfmt::skip]
        let cases = [
            Case("the only one",        &reader, &one, &[],            None,              Ok(FILES)),
            Case("named",               &reader, &two, &[MAIL],        None,              Ok(MAIL)),
            Case("with a slash",        &reader, &two, &["https://mcp.example/mcp/mail/"], None, Ok(MAIL)),
            Case("the same twice",      &reader, &two, &[MAIL, MAIL],  None,              Ok(MAIL)),
            Case("one of two",          &reader, &two, &[],            None,              Err(OwnError::Target)),
            Case("two, A-051",          &reader, &two, &[MAIL, FILES], None,              Err(OwnError::Target)),
            Case("not its own, TK-05",  &reader, &one, &[MAIL],        None,              Err(OwnError::Target)),
            Case("nothing is its own",  &reader, &[],  &[],            None,              Err(OwnError::Target)),
            Case("fewer scopes",        &reader, &one, &[],            Some("mcp:read"),  Ok(FILES)),
            Case("unknown scope",       &reader, &one, &[],            Some("admin"),     unknown),
            Case("no scope of its own", &none,   &one, &[],            None,              exceeded),
        ];
        for Case(name, client, own, named, scope, expected) in cases {
            let named: Vec<String> = named.iter().map(|text| (*text).to_owned()).collect();
            let got = own_access(client, own, &named, scope);
            let got = got.map(|(resource, _)| resource.as_str());
            assert_eq!(got, expected, "{name}");
        }
    }

    #[test]
    fn whoever_asks_for_more_gets_no_more() {
        let now = UnixTime::from_seconds(0);
        let reader = Client {
            own: OwnAccess {
                scopes: ScopeSet::read_only(),
                servers: OwnServers::default(),
            },
            ..Client::public(ClientId::from_known("c"), ClientOrigin::Preregistered, now)
        };
        let own = [Resource::from_known(FILES)];
        for asked in [
            None,
            Some("mcp:read mcp:write"),
            Some("mcp:write"),
            Some("openid"),
        ] {
            let got = own_access(&reader, &own, &[], asked).map(|(_, scopes)| scopes);
            assert_eq!(got, Ok(ScopeSet::read_only()), "{asked:?}"); // TK-04
        }
    }

    #[test]
    fn names_of_servers_read_back_as_written() {
        let names: OwnServers = ["files", "mail"]
            .iter()
            .filter_map(|name| ServerName::parse(name).ok())
            .collect();
        assert_eq!(OwnServers::from_stored(&names.to_string()), Some(names));
        assert_eq!(OwnServers::from_stored("Not A Name"), None);
    }
}
