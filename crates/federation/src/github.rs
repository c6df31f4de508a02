//! GitHub, which speaks OAuth but not OpenID Connect: who somebody is, its API says.
//!
//! People are known by the number of their account: a login can be given up and taken by
//! somebody else. Everything is asked with the person's own token, right after it was given.

use std::collections::BTreeSet;

use doorward_core::{account_link::ForeignSubject, secret::Secret};
use doorward_fetch::{Call, Fetcher, Reply};
use http::{
    HeaderName, StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use url::Url;

use crate::{FederationFault, ForeignMail, Memberships, Profile, fault::AT_API};

/// Where GitHub is.
pub const GITHUB: &str = "https://github.com";
/// Where its API is.
pub const GITHUB_API: &str = "https://api.github.com";
/// How many entries of a list come at once, and how many times more are asked for.
const PER_PAGE: usize = 100;
const MOST_PAGES: usize = 10;
/// The largest page: a hundred teams with all that is told of them.
pub(crate) const LARGEST_PAGE: usize = 2 * 1024 * 1024;

/// GitHub, or a GitHub Enterprise Server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHub {
    /// Where people sign in, without a trailing slash. It is the issuer of links.
    pub url: String,
    /// Where its API is, without a trailing slash.
    pub api: String,
    /// Whether organizations are asked for.
    pub organizations: bool,
    /// Whether teams are asked for.
    pub teams: bool,
}

/// Why the API did not tell who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitHubFault {
    /// The person, or GitHub, took the access back.
    #[error("the access was taken back")]
    TokenRevoked,
    /// Its limits, or a scope that is missing.
    #[error("it refused: too many requests, or a scope is missing")]
    Forbidden,
    /// Another status.
    #[error("it answered with status {}", .0.as_u16())]
    Failed(StatusCode),
    /// Another answer than its documentation says.
    #[error("its answer is not what its documentation says")]
    Malformed,
    /// A list that does not end.
    #[error("a list has more than a thousand entries")]
    TooMany,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Mail {
    email: String,
    primary: bool,
    verified: bool,
}

#[derive(Deserialize)]
struct Organization {
    login: String,
}

#[derive(Deserialize)]
struct Team {
    slug: String,
    organization: Organization,
}

impl GitHub {
    /// The issuer of its people.
    pub fn issuer(&self) -> &str {
        &self.url
    }

    /// Where the browser goes.
    pub(crate) fn authorization(&self) -> Option<Url> {
        Url::parse(&format!("{}/login/oauth/authorize", self.url)).ok()
    }

    /// Where codes are exchanged.
    pub(crate) fn token(&self) -> Option<Url> {
        Url::parse(&format!("{}/login/oauth/access_token", self.url)).ok()
    }

    /// Who holds `token`.
    pub(crate) async fn profile(
        &self,
        fetcher: &Fetcher,
        token: &Secret,
    ) -> Result<Profile, FederationFault> {
        let api = Api {
            base: &self.api,
            fetcher,
            token,
        };
        let said: Map<String, Value> = api.one("/user").await?;
        let user: User = serde_json::from_value(Value::Object(said.clone()))
            .map_err(|_| GitHubFault::Malformed)?;
        let mails: Vec<Mail> = api.all("/user/emails").await?;
        let mail = mails.into_iter().find(|mail| mail.primary && mail.verified);
        let organizations: Vec<Organization> = match self.organizations {
            true => api.all("/user/orgs").await?,
            false => Vec::new(),
        };
        let teams: Vec<Team> = match self.teams {
            true => api.all("/user/teams").await?,
            false => Vec::new(),
        };
        Ok(Profile {
            foreign: ForeignSubject::claimed(&self.url, &user.id.to_string()),
            name: Some(user.login.clone()),
            login: Some(user.login),
            display_name: user.name,
            mail: mail.map(|mail| ForeignMail {
                address: mail.email,
                verified: true,
            }),
            hosted_domain: None,
            memberships: memberships(organizations, &teams),
            claims: said,
        })
    }
}

/// Teams are what GitHub has for groups, so all of these are known.
fn memberships(organizations: Vec<Organization>, teams: &[Team]) -> Memberships {
    let name = |team: &Team| format!("{}/{}", team.organization.login, team.slug);
    Memberships {
        groups: Some(BTreeSet::new()),
        organizations: organizations.into_iter().map(|it| it.login).collect(),
        teams: teams.iter().map(name).collect(),
    }
}

struct Api<'a> {
    base: &'a str,
    fetcher: &'a Fetcher,
    token: &'a Secret,
}

impl Api<'_> {
    async fn one<T: DeserializeOwned>(&self, path: &str) -> Result<T, FederationFault> {
        let url =
            Url::parse(&format!("{}{path}", self.base)).map_err(|_| GitHubFault::Malformed)?;
        let call = Call::get(url)
            .header(ACCEPT, "application/vnd.github+json")
            .header(
                HeaderName::from_static("x-github-api-version"),
                "2022-11-28",
            )
            .header(AUTHORIZATION, &format!("Bearer {}", self.token.expose()));
        let reply = self.fetcher.call(call).await;
        let reply = reply.map_err(|cause| FederationFault::Fetch { at: AT_API, cause })?;
        Ok(read(&reply)?)
    }

    async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, FederationFault> {
        let mut entries = Vec::new();
        for page in 1..=MOST_PAGES {
            let path = format!("{path}?per_page={PER_PAGE}&page={page}");
            let more: Vec<T> = self.one(&path).await?;
            let last = more.len() < PER_PAGE;
            entries.extend(more);
            if last {
                return Ok(entries);
            }
        }
        Err(GitHubFault::TooMany.into()) // a rule must not be judged by half of a list
    }
}

fn read<T: DeserializeOwned>(reply: &Reply) -> Result<T, GitHubFault> {
    match reply.status {
        StatusCode::OK => {
            let json = reply.json.as_deref().unwrap_or_default();
            serde_json::from_slice(json).map_err(|_| GitHubFault::Malformed)
        }
        StatusCode::UNAUTHORIZED => Err(GitHubFault::TokenRevoked),
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => Err(GitHubFault::Forbidden),
        status => Err(GitHubFault::Failed(status)),
    }
}
