//! The `[[identity.providers]]` of the configuration file: through whom people sign in.
//!
//! A kind says what is already known of a provider: its issuer, its claims, its scopes. Nobody is
//! admitted who is not named, and everybody has to be written out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    path::Path,
};

use doorward_core::{
    jwt_bearer::Trust,
    secret::Secret,
    user::{Role, Username},
};
use doorward_federation::{
    Allow, GITHUB, GITHUB_API, GitHub, GroupMapping, Listed, MailTrust, OpenId, Protocol, Provider,
    ProviderIssuer, ProviderName, RoleMapping, SecretPlacement,
};
use doorward_issuer::TrustedIssuer;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;
use url::Url;

use super::{Server, duration::Lasting, secret::SecretValue};

/// Where Google is.
const GOOGLE: &str = "https://accounts.google.com";
/// Where the tenants of Microsoft Entra are.
const ENTRA: &str = "https://login.microsoftonline.com";
/// Where GitLab is, unless it is elsewhere.
const GITLAB: &str = "https://gitlab.com";

/// An identity provider through which people sign in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderEntry {
    /// What it is.
    pub(super) kind: Kind,
    /// Its name in paths: 1 to 32 lower-case letters, digits and hyphens. Its redirect URI is
    /// `{public_url}/login/{name}/callback`. Default: `kind`.
    pub(super) name: Option<String>,
    /// Its name for people, on the button.
    pub(super) title: Option<String>,
    /// What it calls Doorward.
    pub(super) client_id: String,
    /// The secret that goes with it. Without one Doorward is a public client there.
    pub(super) client_secret: Option<SecretValue>,
    /// How the secret is shown at its token endpoint. Default: `post` for `github`, else `basic`.
    pub(super) client_authentication: Option<Authentication>,
    /// Its issuer identifier, exactly as its document says it; for `github` where it is, when not at
    /// github.com. Not needed for `google`, and for `gitlab` and `github` only where they are elsewhere.
    pub(super) issuer: Option<String>,
    /// The tenants whose people may come, by their identifiers, instead of `issuer`; only for
    /// `entra`.
    #[serde(default)]
    pub(super) tenants: Vec<String>,
    /// The scopes that are asked for, in place of those that the kind brings along.
    pub(super) scopes: Option<Vec<String>>,
    /// Whether it is also asked at its UserInfo endpoint. Default: as the kind needs it.
    pub(super) userinfo: Option<bool>,
    /// Who may come in: a table that names them, or `"anyone"`. One of `organizations`, `teams`,
    /// `users`, `domains` and `groups` is enough; `claims` must hold besides.
    pub(super) allow: Option<AllowEntry>,
    /// In which claims it says what; only where it differs from the kind.
    #[serde(default)]
    pub(super) claims: ClaimsEntry,
    /// Which of its groups are groups here; without it none is.
    #[serde(default)]
    pub(super) groups: GroupsEntry,
    /// Which of its groups bring which role, like `{ "door-admins" = "administrator" }`. Without it
    /// everybody who comes is a member, and roles are given here.
    #[serde(default)]
    pub(super) roles: BTreeMap<String, RoleEntry>,
    /// Whether somebody who comes for the first time gets an account. Without it only people come in
    /// whose account is linked.
    #[serde(default = "yes")]
    pub(super) create: bool,
    /// Whether an address that the provider calls verified is proof enough to be linked to the
    /// account of a member who has it, once the person confirms. Without it they sign in to that account first.
    #[serde(default)]
    pub(super) link_by_mail: bool,
    /// How often it is asked, while grants are refreshed, whether somebody is still admitted; `0s`
    /// leaves it at every sign-in.
    #[serde(default = "default_refresh")]
    pub(super) refresh: Lasting,
    /// For how long its last word counts while it does not answer.
    #[serde(default = "default_grace")]
    pub(super) grace: Lasting,
    /// Whether signing out here goes on to its own sign-out page.
    #[serde(default)]
    pub(super) sign_out: bool,
    /// Whether its back-channel logout ends the grants of the person, and not only their sessions.
    #[serde(default)]
    pub(super) logout_ends_grants: bool,
}

/// What a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Auth0.
    Auth0,
    /// authentik.
    Authentik,
    /// Microsoft Entra ID.
    Entra,
    /// GitHub, or a GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Google, and Google Workspace.
    Google,
    /// Keycloak.
    Keycloak,
    /// Any other OpenID Provider.
    Oidc,
    /// Okta.
    Okta,
}

/// How the secret is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Authentication {
    /// In the `Authorization` header.
    Basic,
    /// In the form.
    Post,
}

/// A role that a group brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RoleEntry {
    /// Signs in and grants access to clients.
    Member,
    /// Looks at everything and changes nothing.
    Auditor,
    /// Administers.
    Administrator,
}

/// Who may come in.
#[derive(Debug)]
pub(super) enum AllowEntry {
    /// Whoever can sign in over there.
    Anyone,
    /// Those who are named.
    Listed(ListedEntry),
}

/// The ways to name people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedEntry {
    /// Members of these organizations; only for `github`.
    #[serde(default)]
    pub(super) organizations: Vec<String>,
    /// Members of these teams, as `organization/team`; only for `github`.
    #[serde(default)]
    pub(super) teams: Vec<String>,
    /// These people: by subject or verified address; for `github` by number of the account or name.
    #[serde(default)]
    pub(super) users: Vec<String>,
    /// People with a verified address in these domains; for `google` people of these Workspace domains.
    #[serde(default)]
    pub(super) domains: Vec<String>,
    /// Members of these groups.
    #[serde(default)]
    pub(super) groups: Vec<String>,
    /// Claims that must say this; of a list one entry is enough.
    #[serde(default)]
    pub(super) claims: BTreeMap<String, Value>,
}

/// In which claims a provider says what. Dots lead into objects.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimsEntry {
    /// The name to sign in with is made of this one.
    pub(super) name: Option<String>,
    /// The name for people.
    pub(super) display_name: Option<String>,
    /// The address of mail.
    pub(super) mail: Option<String>,
    /// The groups.
    pub(super) groups: Option<String>,
}

/// Which groups of a provider are groups here. At `github` they are teams, as `organization/team`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupsEntry {
    /// Names over there and names here.
    #[serde(default)]
    pub(super) map: BTreeMap<String, String>,
    /// What is put in front of the names of all others; `""` takes them as they are.
    pub(super) prefix: Option<String>,
}

fn yes() -> bool {
    true
}

fn default_refresh() -> Lasting {
    Lasting::minutes(15)
}

fn default_grace() -> Lasting {
    Lasting::days(1)
}

/// The names that rules name: groups, allow lists, subjects of trusted issuers. No newcomer gets
/// one, or whoever chose their name well at a provider would have what was meant for somebody else.
pub(super) fn reserved(
    (groups, servers, issuers): (&HashMap<String, Vec<String>>, &[Server], &[TrustedIssuer]),
) -> BTreeSet<Username> {
    let rules = servers.iter().flat_map(|server| &server.allow.rules);
    let allowed = rules.flat_map(|rule| &rule.users).cloned();
    let linked = issuers.iter().flat_map(|issuer| match &issuer.trust {
        Trust::IdJag(trust) => trust.users.values().map(Username::to_string).collect(),
        Trust::Workload(_) => Vec::new(),
    });
    let named = groups.keys().cloned().chain(allowed).chain(linked);
    named
        .filter_map(|name| Username::parse(&name).ok())
        .collect()
}

/// Checks every entry.
pub(super) fn providers(entries: Vec<ProviderEntry>, base: &Path) -> Result<Vec<Provider>, String> {
    let mut names = BTreeSet::new();
    let mut providers = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry
            .name
            .clone()
            .unwrap_or_else(|| entry.kind.word().to_owned());
        let within = |cause: String| format!("identity provider `{name}`: {cause}");
        let provider = entry.check(&name, base).map_err(within)?;
        if !names.insert(provider.name.clone()) {
            return Err(format!(
                "two identity providers are named `{name}`; give one another name"
            ));
        }
        let other = providers
            .iter()
            .find(|other| shares_issuer(other, &provider));
        if let Some(other) = other {
            return Err(format!(
                "the identity providers `{}` and `{name}` are one issuer, so their people could not be told apart; make one entry of them",
                other.name
            ));
        }
        providers.push(provider);
    }
    Ok(providers)
}

/// Whether somebody could be a person of both: what is kept of people knows them by issuer.
fn shares_issuer(one: &Provider, other: &Provider) -> bool {
    !one.issuers().is_disjoint(&other.issuers())
}

impl ProviderEntry {
    fn check(self, name: &str, base: &Path) -> Result<Provider, String> {
        let kind = self.kind;
        self.check_kind()?;
        let allow = allow(self.allow)?;
        let protocol = match kind {
            Kind::Github => github(self.issuer.as_deref(), &allow, (&self.groups, &self.roles))?,
            _ => {
                let openid = kind.openid(issuer(kind, self.issuer, self.tenants)?);
                let domain = only_domain(&allow).filter(|_| kind == Kind::Google);
                let domain = domain.map(|domain| ("hd".to_owned(), domain.to_owned()));
                Protocol::OpenId(OpenId {
                    userinfo: self.userinfo.unwrap_or(openid.userinfo),
                    name_claim: self.claims.name.unwrap_or(openid.name_claim),
                    display_name_claim: self
                        .claims
                        .display_name
                        .unwrap_or(openid.display_name_claim),
                    mail_claim: self.claims.mail.unwrap_or(openid.mail_claim),
                    groups_claim: self.claims.groups.unwrap_or(openid.groups_claim),
                    parameters: openid.parameters.into_iter().chain(domain).collect(),
                    ..openid
                })
            }
        };
        let secret = self
            .client_secret
            .map(|secret| secret.resolve(base))
            .transpose();
        let secret = secret.map_err(|cause| format!("client_secret: {cause}"))?;
        let scopes = self.scopes.unwrap_or_else(|| kind.scopes(&protocol));
        if kind != Kind::Github && !scopes.iter().any(|scope| scope == "openid") {
            return Err("scopes must have `openid`, or there is no ID token".to_owned());
        }
        let every = self.refresh.duration();
        Ok(Provider {
            name: ProviderName::parse(name).map_err(|error| error.to_string())?,
            title: self.title.unwrap_or_else(|| kind.title().to_owned()),
            protocol,
            client_id: self.client_id,
            client_secret: secret.map(Secret::presented),
            placement: match (self.client_authentication, kind) {
                (Some(Authentication::Post), _) | (None, Kind::Github) => SecretPlacement::Body,
                (Some(Authentication::Basic) | None, _) => SecretPlacement::Header,
            },
            scopes,
            allow,
            groups: GroupMapping {
                map: self.groups.map,
                prefix: self.groups.prefix,
            },
            roles: RoleMapping(self.roles.into_iter().map(role).collect()),
            create: self.create,
            link_by_mail: self.link_by_mail,
            refresh_every: (!every.is_zero()).then_some(every),
            grace: self.grace.duration(),
            sign_out: self.sign_out,
            logout_ends_grants: self.logout_ends_grants,
        })
    }

    /// Keys that mean nothing for this kind are a mistake, and not a silent one.
    fn check_kind(&self) -> Result<(), String> {
        let is_github = self.kind == Kind::Github;
        if let Some(AllowEntry::Listed(listed)) = &self.allow {
            let of_github = !listed.organizations.is_empty() || !listed.teams.is_empty();
            if of_github && !is_github {
                return Err(
                    "organizations and teams only go with kind = \"github\"; write groups"
                        .to_owned(),
                );
            }
            if is_github && !listed.groups.is_empty() {
                return Err("GitHub has no groups; write organizations or teams".to_owned());
            }
            if let Some(team) = listed
                .teams
                .iter()
                .find(|team| team.split('/').count() != 2)
            {
                return Err(format!(
                    "team `{team}` must be written as organization/team"
                ));
            }
        }
        if !self.tenants.is_empty() && self.kind != Kind::Entra {
            return Err("tenants only go with kind = \"entra\"".to_owned());
        }
        if is_github && (self.userinfo.is_some() || self.sign_out) {
            return Err("GitHub has neither userinfo nor a sign-out page".to_owned());
        }
        if is_github && self.client_secret.is_none() {
            return Err("client_secret is missing".to_owned());
        }
        Ok(())
    }
}

fn allow(entry: Option<AllowEntry>) -> Result<Allow, String> {
    let listed = match entry {
        Some(AllowEntry::Anyone) => return Ok(Allow::Anyone),
        Some(AllowEntry::Listed(listed)) => Listed {
            organizations: listed.organizations,
            teams: listed.teams,
            users: listed.users,
            domains: listed.domains,
            groups: listed.groups,
            claims: listed.claims,
        },
        None => Listed::default(),
    };
    if listed.is_empty() {
        return Err("allow names nobody, so nobody could come in; name organizations, teams, users, \
             domains, groups or claims, or write allow = \"anyone\" to admit whoever can sign in there"
            .to_owned());
    }
    Ok(Allow::Listed(listed))
}

fn only_domain(allow: &Allow) -> Option<&str> {
    match allow {
        Allow::Listed(listed) => match listed.domains.as_slice() {
            [only] => Some(only),
            _ => None,
        },
        Allow::Anyone => None,
    }
}

fn role((group, role): (String, RoleEntry)) -> (String, Role) {
    let role = match role {
        RoleEntry::Member => Role::Member,
        RoleEntry::Auditor => Role::Auditor,
        RoleEntry::Administrator => Role::Administrator,
    };
    (group, role)
}

/// What is not needed is not asked for.
fn github(
    url: Option<&str>,
    allow: &Allow,
    (groups, roles): (&GroupsEntry, &BTreeMap<String, RoleEntry>),
) -> Result<Protocol, String> {
    let (organizations, teams) = match allow {
        Allow::Anyone => (false, false),
        Allow::Listed(listed) => (!listed.organizations.is_empty(), !listed.teams.is_empty()),
    };
    let mapped = !groups.map.is_empty() || groups.prefix.is_some() || !roles.is_empty();
    let (url, api) = match url {
        None | Some(GITHUB) => (GITHUB.to_owned(), GITHUB_API.to_owned()),
        Some(url) => {
            let url = checked(url)?.trim_end_matches('/').to_owned();
            let api = format!("{url}/api/v3");
            (url, api)
        }
    };
    Ok(Protocol::GitHub(GitHub {
        url,
        api,
        organizations,
        teams: teams || mapped,
    }))
}

fn issuer(
    kind: Kind,
    issuer: Option<String>,
    tenants: Vec<String>,
) -> Result<ProviderIssuer, String> {
    if !tenants.is_empty() {
        if issuer.is_some() {
            return Err("write either issuer or tenants".to_owned());
        }
        let plain = |tenant: &String| {
            let symbol = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !tenant.is_empty() && tenant.bytes().all(symbol)
        };
        if let Some(tenant) = tenants.iter().find(|tenant| !plain(tenant)) {
            return Err(format!(
                "tenant `{tenant}` is not the identifier of a tenant"
            ));
        }
        return Ok(ProviderIssuer::Tenants {
            common: format!("{ENTRA}/organizations/v2.0"),
            template: format!("{ENTRA}/{{tenantid}}/v2.0"),
            allowed: tenants.into_iter().collect(),
        });
    }
    let known = match kind {
        Kind::Google => Some(GOOGLE),
        Kind::Gitlab => Some(GITLAB),
        _ => None,
    };
    let text = issuer.or_else(|| known.map(str::to_owned));
    let text = text.ok_or_else(|| kind.issuer_wanted().to_owned())?;
    checked(&text)?;
    let shared = ["/common/", "/organizations/", "/consumers/"];
    if kind == Kind::Entra && shared.iter().any(|part| text.contains(part)) {
        return Err(
            "this issuer is everybody's; write the tenants that may come, as tenants = [..]"
                .to_owned(),
        );
    }
    Ok(ProviderIssuer::Exactly(text))
}

/// An issuer is an https URL without query and fragment; in clear only on this machine.
fn checked(text: &str) -> Result<&str, String> {
    let url = Url::parse(text).map_err(|error| format!("issuer `{text}`: {error}"))?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let guarded = url.scheme() == "https" || (url.scheme() == "http" && local);
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (guarded && bare)
        .then_some(text)
        .ok_or_else(|| format!("issuer `{text}` must be an https URL without a query"))
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Auth0 => "auth0",
            Self::Authentik => "authentik",
            Self::Entra => "entra",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Google => "google",
            Self::Keycloak => "keycloak",
            Self::Oidc => "oidc",
            Self::Okta => "okta",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Auth0 => "Auth0",
            Self::Authentik => "authentik",
            Self::Entra => "Microsoft",
            Self::Github => "GitHub",
            Self::Gitlab => "GitLab",
            Self::Google => "Google",
            Self::Keycloak => "Keycloak",
            Self::Oidc => "OpenID",
            Self::Okta => "Okta",
        }
    }

    fn issuer_wanted(self) -> &'static str {
        match self {
            Self::Auth0 => {
                "issuer is missing; it reads https://TENANT.eu.auth0.com/ with the slash at the end"
            }
            Self::Authentik => {
                "issuer is missing; it reads https://HOST/application/o/SLUG/ with the slash at the end"
            }
            Self::Entra => {
                "issuer is missing; it reads https://login.microsoftonline.com/TENANT-ID/v2.0, or write tenants"
            }
            Self::Keycloak => "issuer is missing; it reads https://HOST/realms/REALM",
            Self::Okta => {
                "issuer is missing; it reads https://ORG.okta.com or https://ORG.okta.com/oauth2/default"
            }
            Self::Github | Self::Gitlab | Self::Google | Self::Oidc => {
                "issuer is missing; it is what the provider's document calls issuer"
            }
        }
    }

    /// What the kind is known for.
    fn openid(self, issuer: ProviderIssuer) -> OpenId {
        let offline = ("access_type".to_owned(), "offline".to_owned());
        OpenId {
            issuer,
            userinfo: matches!(self, Self::Gitlab | Self::Oidc | Self::Okta),
            name_claim: match self {
                Self::Auth0 => "nickname",
                Self::Google => "email",
                _ => "preferred_username",
            }
            .to_owned(),
            display_name_claim: "name".to_owned(),
            mail_claim: "email".to_owned(),
            groups_claim: "groups".to_owned(),
            mail_trust: match self {
                Self::Entra => MailTrust::DomainOwner, // LG-05
                _ => MailTrust::Verified,
            },
            hosted_domain: self == Self::Google,
            parameters: match self {
                Self::Google => vec![offline],
                _ => Vec::new(),
            },
        }
    }

    fn scopes(self, protocol: &Protocol) -> Vec<String> {
        let words: &[&str] = match (self, protocol) {
            (_, Protocol::GitHub(github)) if github.organizations || github.teams => {
                &["read:user", "user:email", "read:org"]
            }
            (_, Protocol::GitHub(_)) => &["read:user", "user:email"],
            (Self::Okta, _) => &["openid", "profile", "email", "groups", "offline_access"],
            (Self::Auth0 | Self::Authentik | Self::Entra, _) => {
                &["openid", "profile", "email", "offline_access"]
            }
            _ => &["openid", "profile", "email"],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

impl<'de> Deserialize<'de> for AllowEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = AllowEntry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table that names people, or \"anyone\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AllowEntry, E> {
        match text {
            "anyone" => Ok(AllowEntry::Anyone),
            _ => Err(E::custom(
                "allow is a table that names people, or \"anyone\"",
            )),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AllowEntry, A::Error> {
        ListedEntry::deserialize(MapAccessDeserializer::new(map)).map(AllowEntry::Listed)
    }
}

impl JsonSchema for AllowEntry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Allow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let listed = generator.subschema_for::<ListedEntry>();
        json_schema!({ "anyOf": [listed, { "const": "anyone" }] })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::read::parse, *};

    fn one(text: &str) -> Result<Provider, String> {
        let text = format!("[[identity.providers]]\nclient_id = 'd'\n{text}");
        let document = parse(&text).map_err(|(_, cause)| cause)?;
        let mut all = providers(document.identity.providers, Path::new("/"))?;
        all.pop().ok_or_else(|| "none".to_owned())
    }

    #[test]
    fn what_is_refused_says_why() {
        #[rustfmt::skip]
        let cases = [
            ("kind = 'google'",                                          "allow names nobody"),
            ("kind = 'google'\nallow = {}",                              "allow names nobody"),
            ("kind = 'google'\nallow = 'everyone'",                      "or \"anyone\""),
            ("kind = 'google'\nallow = { user = ['x'] }",                "did you mean `users`?"),
            ("kind = 'gogle'\nallow = 'anyone'",                         "unknown variant"),
            ("kind = 'google'\nname = 'My Google'\nallow = 'anyone'",    "a name has 1 to 32"),
            ("kind = 'oidc'\nallow = 'anyone'",                          "issuer is missing"),
            ("kind = 'keycloak'\nallow = 'anyone'",                      "/realms/"),
            ("kind = 'oidc'\nissuer = 'http://a.example'\nallow = 'anyone'", "must be an https URL"),
            ("kind = 'oidc'\nissuer = 'https://a.example?x'\nallow = 'anyone'", "must be an https URL"),
            ("kind = 'oidc'\nissuer = 'https://a.example'\nallow = 'anyone'\nscopes = ['email']", "openid"),
            ("kind = 'oidc'\nissuer = 'https://a.example'\nallow = { teams = ['a/b'] }", "only go with kind"),
            ("kind = 'oidc'\nissuer = 'https://a.example'\ntenants = ['x']\nallow = 'anyone'", "tenants only go"),
            ("kind = 'entra'\nissuer = 'https://login.microsoftonline.com/common/v2.0'\nallow = 'anyone'", "everybody's"),
            ("kind = 'entra'\ntenants = ['a/b']\nallow = 'anyone'",      "not the identifier of a tenant"),
            ("kind = 'github'\nallow = { teams = ['door'] }\nclient_secret = 's'", "organization/team"),
            ("kind = 'github'\nallow = { groups = ['x'] }\nclient_secret = 's'", "GitHub has no groups"),
            ("kind = 'github'\nallow = { users = ['x'] }",               "client_secret is missing"),
            ("kind = 'google'\nallow = 'anyone'\nclient_secret = { env = 'DOORWARD_NOT_SET' }", "DOORWARD_NOT_SET"),
            ("kind = 'google'\nallow = 'anyone'\nroles = { x = 'root' }", "unknown variant"),
        ];
        for (text, expected) in cases {
            let cause = one(text).expect_err(text);
            assert!(cause.contains(expected), "{text}: {cause}");
        }
    }

    #[test]
    fn two_providers_have_two_names() {
        let entry = "[[identity.providers]]\nclient_id = 'd'\nkind = 'google'\nallow = 'anyone'\n";
        let both = |second: &str| {
            let document = parse(&format!("{entry}{entry}{second}")).expect("readable");
            providers(document.identity.providers, Path::new("/"))
        };
        assert!(
            both("")
                .expect_err("the same")
                .contains("two identity providers")
        );
        let shared = both("name = 'other'").expect_err("one issuer");
        assert!(
            shared.contains("`google` and `other` are one issuer"),
            "{shared}"
        );
    }

    #[test]
    fn two_entries_share_no_issuer() {
        let entra = |name: &str, tenants: &str| {
            format!(
                "[[identity.providers]]\nclient_id = 'd'\nkind = 'entra'\nallow = 'anyone'\nname = '{name}'\ntenants = [{tenants}]\n"
            )
        };
        let both = |second: &str| {
            let text = format!("{}{}", entra("a", "'t-1', 't-2'"), entra("b", second));
            let document = parse(&text).expect("readable");
            providers(document.identity.providers, Path::new("/"))
        };
        assert_eq!(both("'t-3'").expect("two").len(), 2);
        assert!(
            both("'t-3', 't-2'")
                .expect_err("shared")
                .contains("one issuer")
        );
    }

    #[test]
    fn a_kind_brings_along_what_is_known_of_it() {
        let google =
            one("kind = 'google'\nallow = { domains = ['corp.example'] }").expect("google");
        let Protocol::OpenId(openid) = &google.protocol else {
            panic!("OpenID Connect");
        };
        assert_eq!(openid.issuer, ProviderIssuer::Exactly(GOOGLE.to_owned()));
        assert!(openid.hosted_domain);
        assert!(
            openid
                .parameters
                .contains(&("hd".to_owned(), "corp.example".to_owned()))
        );
        let entra = one("kind = 'entra'\ntenants = ['t-1']\nallow = 'anyone'").expect("entra");
        let Protocol::OpenId(openid) = &entra.protocol else {
            panic!("OpenID Connect");
        };
        assert!(
            openid
                .issuer
                .made("https://login.microsoftonline.com/t-1/v2.0", Some("t-1"))
        );
        assert_eq!(openid.mail_trust, MailTrust::DomainOwner); // LG-05
        let github = one(
            "kind = 'github'\nclient_secret = 's'\nallow = { teams = ['a/b'] }\nissuer = 'https://git.example'",
        );
        let github = github.expect("github");
        assert_eq!(github.scopes, ["read:user", "user:email", "read:org"]);
        let expected = GitHub {
            url: "https://git.example".to_owned(),
            api: "https://git.example/api/v3".to_owned(),
            organizations: false,
            teams: true,
        };
        assert_eq!(github.protocol, Protocol::GitHub(expected));
        assert_eq!(github.placement, SecretPlacement::Body);
    }

    #[test]
    fn names_that_rules_name_are_kept_from_newcomers() {
        let text = "groups = { staff = ['alice'] }
            [[servers]]
            name = 'a'
            command = ['cat']
            allow = [{ users = ['Bob'] }]";
        let configuration = parse(text).expect("readable").check(Path::new("/"));
        let reserved = configuration.expect("a configuration").federation.reserved;
        let names: Vec<&str> = reserved.iter().map(Username::as_str).collect();
        assert_eq!(names, ["alice", "bob"]);
    }

    #[test]
    fn what_is_left_out_is_the_careful_choice() {
        let google = one("kind = 'google'\nallow = 'anyone'").expect("google");
        assert_eq!(google.allow, Allow::Anyone);
        assert!(google.create && !google.link_by_mail && !google.logout_ends_grants);
        assert_eq!(
            (google.groups, google.roles),
            (GroupMapping::default(), RoleMapping::default())
        );
        assert_eq!(google.refresh_every.map(|every| every.as_secs()), Some(900));
    }
}
