//! What the keys mean together. Everything that is refused says what to write instead.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::Path,
};

use doorward_core::{
    jwk::Algorithm,
    lifetimes::{Lifetimes, is_access_lifetime},
    resource::canonical,
    rotation::{SHORTEST_ROTATION, Schedule},
    step_up::Wanted,
    user::Username,
};
use doorward_gateway::Exposure;
use doorward_issuer::Federation;
use ipnet::IpNet;
use url::Url;

use super::{
    Configuration, Database, PublicUrl, Server, TlsFiles, certificates,
    document::{Document, Keys, SigningAlgorithm, Storage, Tokens},
    duration::Lasting,
    exchange, identity, mail, pages, programs, registration, scim, servers, sign_in, trust,
};

impl Document {
    /// Checks the meaning and fetches secrets; relative paths start at `base`.
    pub(super) fn check(self, base: &Path) -> Result<Configuration, String> {
        let listen = address("listen", &self.listen)?;
        let trusted_proxies = networks(&self.trusted_proxies)?;
        let tls = self.tls.map(|tls| TlsFiles {
            certificate: base.join(tls.certificate),
            key: base.join(tls.key),
        });
        require_protection(listen, tls.is_some() || !trusted_proxies.is_empty())?;
        let groups = by_user(self.groups.iter())?;
        let group_names: Vec<&str> = self.groups.keys().map(String::as_str).collect();
        let public_url = public_url(self.public_url.as_deref(), listen, tls.is_some())?;
        let dynamic_registration = registration::dynamic(&self.registration, base)?;
        let statement_issuers = registration::statement_issuers(&self.registration)?;
        let documents = self.registration.client_id_metadata;
        let servers = servers::check(self.servers, &group_names, base)?;
        let behind = (listen, tls.is_some() || !trusted_proxies.is_empty());
        require_tellable_callers(&servers, &public_url, behind)?;
        let asking = (tls.is_some(), &public_url);
        let wanted = servers.iter().map(|server| server.step_up.strictest());
        let wanted = wanted.fold(Wanted::default(), Wanted::and).acr;
        let sign_in = sign_in::check(&self.sign_in, (&public_url, wanted))?;
        let client_certificates = certificates::check(self.client_certificates, asking, base)?;
        let trusted_issuers = trust::check(self.trusted_issuers, base)?;
        let federation = Federation {
            reserved: identity::reserved((&groups, &servers, &trusted_issuers)),
            providers: identity::providers(self.identity.providers, base)?,
        };
        let scim = scim::check(
            &self.identity.scim,
            (&self.groups, &federation.reserved),
            &public_url,
            base,
        )?;
        Ok(Configuration {
            scim,
            aggregate: self.aggregate.check(&servers, &public_url)?,
            exchange: exchange::check(self.exchange, (&public_url, &servers))?,
            trusted_issuers,
            loopback_documents: registration::loopback(&documents, &public_url)?,
            client_documents: registration::domains(documents),
            public_url,
            listen,
            ops_listen: address("ops_listen", &self.ops_listen)?,
            tls,
            client_certificates,
            pages: pages::check(self.pages, base)?,
            trusted_proxies,
            allowed_origins: origins(self.allowed_origins)?,
            database: storage(&self.storage, base)?,
            lifetimes: self.sessions.check(lifetimes(&self.tokens)?)?,
            keys: schedule(&self.tokens, &self.keys)?,
            signed_metadata: self.keys.signed_metadata,
            dynamic_registration,
            statement_issuers,
            dpop_nonces: self.tokens.dpop_nonces,
            openid: self.identity.openid,
            federation,
            sign_in,
            mail: mail::check(self.mail, base)?,
            limits: programs::check(&self.programs, &self.streams)?,
            scratch: programs::scratch(&self.programs, base)?,
            groups,
            servers,
        })
    }
}

/// Reads an address with a port; `localhost` is the IPv4 loopback.
pub(crate) fn address(key: &str, text: &str) -> Result<SocketAddr, String> {
    let numeric = text
        .strip_prefix("localhost:")
        .map(|port| format!("127.0.0.1:{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        format!("{key} `{text}` is not an address with a port; write it like 127.0.0.1:8080")
    })
}

/// Tokens never cross a network in clear: what is not loopback needs TLS, here or in front.
pub(crate) fn require_protection(listen: SocketAddr, protected: bool) -> Result<(), String> {
    if listen.ip().is_loopback() || protected {
        return Ok(());
    }
    Err(format!(
        "listening on {listen} would take passwords and tokens from the network in clear; \
         listen on 127.0.0.1, or set tls, or name the proxy that ends TLS in trusted_proxies"
    ))
}

/// A local server needs that callers of this machine can be told from what a proxy on this
/// machine forwards: either nobody else is served, or the proxy is named, or there is none.
fn require_tellable_callers(
    servers: &[Server],
    public_url: &PublicUrl,
    (listen, tellable): (SocketAddr, bool),
) -> Result<(), String> {
    let local = servers
        .iter()
        .find(|server| server.exposure == Exposure::Local);
    match local {
        Some(server) if !tellable && listen.ip().is_loopback() && !public_url.is_local() => {
            Err(format!(
                "server `{}` is local, but public_url {public_url} reaches {listen} through a \
                 proxy or tunnel that cannot be told from programs of this machine; name its \
                 address in trusted_proxies, or leave out exposure",
                server.name
            ))
        }
        Some(_) | None => Ok(()),
    }
}

fn public_url(text: Option<&str>, listen: SocketAddr, tls: bool) -> Result<PublicUrl, String> {
    match text {
        Some(text) => PublicUrl::parse(text).map_err(|cause| format!("public_url {cause}")),
        None if listen.ip().is_loopback() && listen.port() != 0 && !tls => PublicUrl::of_listener(listen),
        None => Err("public_url is missing; write the URL that clients will use, like https://mcp.example.com".to_owned()),
    }
}

fn networks(texts: &[String]) -> Result<Vec<IpNet>, String> {
    let network = |text: &String| {
        let single = text.parse::<IpAddr>().map(IpNet::from).ok();
        single.or_else(|| text.parse().ok()).ok_or_else(|| {
            format!(
                "trusted_proxies `{text}` is neither an address nor a network such as 10.0.0.0/8"
            )
        })
    };
    texts.iter().map(network).collect()
}

fn origins(texts: Vec<String>) -> Result<Vec<String>, String> {
    for text in &texts {
        let origin = Url::parse(text).is_ok_and(|url| url.path() == "/");
        if !origin || canonical(text).as_deref() != Some(text) {
            return Err(format!(
                "allowed_origins `{text}` is not an origin such as https://app.example.com"
            ));
        }
    }
    Ok(texts)
}

/// Where things are kept.
pub(super) fn storage(storage: &Storage, base: &Path) -> Result<Database, String> {
    let Some(url) = &storage.url else {
        return Ok(Database::default());
    };
    let url = url
        .resolve(base)
        .map_err(|cause| format!("storage.url: {cause}"))?;
    Database::parse(&url).map_err(|cause| format!("storage.url {cause}"))
}

fn lifetimes(tokens: &Tokens) -> Result<Lifetimes, String> {
    if !is_access_lifetime(tokens.access_ttl.duration()) {
        return Err(format!(
            "tokens.access_ttl is {}; it must be between 30s and 1h",
            tokens.access_ttl
        ));
    }
    if tokens.refresh_idle_ttl <= tokens.access_ttl {
        return Err("tokens.refresh_idle_ttl must be longer than tokens.access_ttl".to_owned());
    }
    if tokens.refresh_absolute_ttl < tokens.refresh_idle_ttl {
        return Err(
            "tokens.refresh_absolute_ttl must not be shorter than tokens.refresh_idle_ttl"
                .to_owned(),
        );
    }
    if tokens.refresh_absolute_ttl > Lasting::days(3650) {
        return Err("tokens.refresh_absolute_ttl must not be longer than 3650d".to_owned());
    }
    Ok(Lifetimes {
        access: tokens.access_ttl.duration(),
        refresh_idle: tokens.refresh_idle_ttl.duration(),
        refresh_absolute: tokens.refresh_absolute_ttl.duration(),
        ..Lifetimes::default()
    })
}

fn schedule(tokens: &Tokens, keys: &Keys) -> Result<Schedule, String> {
    let every = keys.rotate_every.duration();
    if !every.is_zero() && every < SHORTEST_ROTATION {
        return Err(format!(
            "keys.rotate_every is {}; it must be at least 1d, or 0s to leave it to `doorward key rotate`",
            keys.rotate_every
        ));
    }
    Ok(Schedule {
        algorithm: match tokens.signing_algorithm {
            SigningAlgorithm::Es256 => Algorithm::Es256,
            SigningAlgorithm::EdDsa => Algorithm::EdDsa,
            SigningAlgorithm::Rs256 => Algorithm::Rs256,
        },
        every: (!every.is_zero()).then_some(every),
    })
}

fn by_user<'a>(
    groups: impl Iterator<Item = (&'a String, &'a Vec<String>)>,
) -> Result<HashMap<String, Vec<String>>, String> {
    let mut users: HashMap<String, Vec<String>> = HashMap::new();
    for (group, members) in groups {
        for member in members {
            let name = Username::parse(member)
                .map_err(|error| format!("groups.{group} `{member}`: {error}"))?;
            users.entry(name.into()).or_default().push(group.clone());
        }
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use doorward_core::registration::Domains;
    use doorward_issuer::DynamicRegistration;

    use super::{super::read::parse, *};

    const SERVER: &str = "[[servers]]\nname = 'a'\ncommand = ['cat']\n";

    fn check(head: &str) -> Result<Configuration, String> {
        parse(&format!("{head}\n{SERVER}"))
            .expect(head)
            .check(Path::new("/"))
    }

    #[test]
    fn what_is_refused_says_why() {
        #[rustfmt::skip]
        let cases = [
            ("public_url = 'http://mcp.example.com'",              "must be https"), // S-024
            ("public_url = 'https://mcp.example.com/'",            "must be written as `https://mcp.example.com`"),
            ("listen = '0.0.0.0:8080'",                            "in clear"),
            ("listen = '[::]:8080'\npublic_url = 'https://a.example'", "in clear"),
            ("listen = '8080'",                                    "not an address with a port"),
            ("listen = '10.0.0.1:80'\ntrusted_proxies = ['10.0.0.2']", "public_url is missing"),
            ("trusted_proxies = ['proxy']",                        "neither an address nor a network"),
            ("allowed_origins = ['https://a.example/']",           "not an origin"),
            ("allowed_origins = ['*']",                            "not an origin"),
            ("storage.url = 'mysql://x'",                          "storage.url must be `sqlite:`"),
            ("storage.url = 'postgres://x'",                       "storage.url names no user"),
            ("storage.url = { env = 'DOORWARD_NOT_SET' }",         "DOORWARD_NOT_SET is not set"),
            ("tokens.access_ttl = '2h'",                           "between 30s and 1h"),
            ("tokens.refresh_idle_ttl = '5m'",                     "longer than tokens.access_ttl"),
            ("tokens.refresh_idle_ttl = '100d'",                   "not be shorter"),
            ("keys.rotate_every = '23h'",                          "at least 1d"),
            ("streams.keep_alive = '0s'",                          "at least 1s"),
            ("streams.unread = '0s'",                              "at least 1s"),
            ("programs.idle = '0s'",                               "at least 1s"),
            ("programs.processes = 4",                             "processes_per_user is 8, more than"),
            ("registration.client_id_metadata = { loopback = true }\npublic_url = 'https://a.example'", "for development"),
            ("client_certificates = {}",                           "client_certificates needs tls"),
            ("mail = { url = 'smtp://mail.example', from = 'a@x.example' }", "in clear"),
            ("mail = { url = 'smtps://mail.example', from = 'nobody' }", "from must be an address"),
            ("mail = { url = { env = 'DOORWARD_NOT_SET' }, from = 'a@x.example' }", "mail.url: the environment"),
            ("groups.staff = ['not a name']",                      "groups.staff `not a name`"),
        ];
        for (head, expected) in cases {
            let cause = check(head).expect_err(head);
            assert!(cause.contains(expected), "{head}: {cause}");
        }
    }

    #[test]
    fn what_is_left_out_has_a_safe_default() {
        let configuration = check("").expect("defaults");
        assert_eq!(configuration.public_url.as_str(), "http://127.0.0.1:8080");
        assert_eq!(configuration.lifetimes, Lifetimes::default());
        assert_eq!(configuration.keys, Schedule::default());
        assert!(!configuration.signed_metadata);
        assert!(configuration.openid);
        assert_eq!(
            configuration.dynamic_registration,
            DynamicRegistration::Open
        );
        assert!(configuration.trusted_proxies.is_empty());
    }

    #[test]
    fn an_operator_can_keep_people_to_the_servers() {
        let configuration = check("identity.openid = false").expect("a configuration");
        assert!(!configuration.openid);
        assert!(parse("identity.oidc = true").is_err());
    }

    #[test]
    fn what_programs_may_take_up_follows_the_file() {
        let head = "programs = { idle = '2m', processes = 4, processes_per_user = 3, sessions_per_user = 5 }";
        let limits = check(head).expect(head).limits;
        assert_eq!(limits.process_idle.as_secs(), 120);
        let counts = (
            limits.processes,
            limits.processes_per_user,
            limits.sessions_per_user,
        );
        assert_eq!(counts, (4, 3, 5));
        assert!(parse("programs.processes = 0").is_err(), "never none");
    }

    #[test]
    fn what_streams_may_take_up_follows_the_file() {
        let head = "streams = { per_user = 3, keep_alive = '20s', unread = '1m' }";
        let limits = check(head).expect(head).limits;
        let seconds = [limits.keep_alive, limits.unread].map(|one| one.as_secs());
        assert_eq!((limits.streams, seconds), (3, [20, 60]));
        assert!(parse("streams.per_user = 0").is_err(), "never none");
    }

    #[test]
    fn signing_keys_follow_the_file() {
        let head = "tokens.signing_algorithm = 'EdDSA'
            keys = { rotate_every = '0s', signed_metadata = true }";
        let expected = Schedule {
            algorithm: Algorithm::EdDsa,
            every: None,
        };
        let configuration = check(head).expect(head);
        assert_eq!(configuration.keys, expected);
        assert!(configuration.signed_metadata);
    }

    #[test]
    fn documents_of_clients_are_taken_from_everywhere_but_this_machine() {
        let configuration = check("").expect("defaults");
        assert_eq!(configuration.client_documents, Some(Domains::default()));
        assert!(!configuration.loopback_documents);
        let head = "registration.client_id_metadata = { loopback = true }";
        assert!(check(head).expect(head).loopback_documents);
        let head = "registration.client_id_metadata = { enabled = false }";
        assert_eq!(check(head).expect(head).client_documents, None);
    }

    #[test]
    fn a_public_listener_is_accepted_behind_a_named_proxy() {
        let head = "listen = '0.0.0.0:80'\ntrusted_proxies = ['10.0.0.0/8', '::1']\npublic_url = 'https://a.example'";
        assert_eq!(check(head).expect(head).trusted_proxies.len(), 2);
    }

    #[test]
    fn a_local_server_needs_callers_that_can_be_told_from_a_proxy() {
        let check = |head: &str| {
            let server = SERVER.replace("name = 'a'", "name = 'a'\nexposure = 'local'");
            parse(&format!("{head}\n{server}"))
                .expect(head)
                .check(Path::new("/"))
        };
        for head in [
            "",
            "public_url = 'http://localhost:9'",
            "public_url = 'https://a.example'\ntrusted_proxies = ['127.0.0.1']",
            "public_url = 'https://a.example'\nlisten = '0.0.0.0:443'\ntls = { certificate = 'a', key = 'b' }",
        ] {
            assert!(check(head).is_ok(), "{head}");
        }
        let cause = check("public_url = 'https://a.example'").expect_err("a tunnel");
        assert!(cause.contains("trusted_proxies"), "{cause}");
    }

    #[test]
    fn groups_are_turned_into_the_groups_of_each_user() {
        let head = "groups = { staff = ['Alice', 'bob'], ops = ['bob'] }";
        let groups = check(head).expect(head).groups;
        assert_eq!(groups.get("alice"), Some(&vec!["staff".to_owned()]));
        assert_eq!(
            groups.get("bob"),
            Some(&vec!["ops".to_owned(), "staff".to_owned()])
        );
    }

    #[test]
    fn only_what_is_bound_at_start_needs_a_restart() {
        let before = check("").expect("defaults");
        let after = check("tokens.access_ttl = '5m'").expect("shorter");
        assert!(before.needs_restart(&after).is_empty());
        let (tls, asking) = (
            "public_url = 'https://a.example'\ntls = { certificate = 'a', key = 'b' }",
            "client_certificates = {}",
        );
        let encrypted = check(tls).expect("encrypted");
        let asked = check(&format!("{tls}\n{asking}")).expect("asking");
        assert_eq!(encrypted.needs_restart(&asked), ["client_certificates"]);
        assert_eq!(
            encrypted.with_changes_of(asked.clone()).client_certificates,
            None
        );
        assert!(asked.with_changes_of(encrypted).asks_everybody());
        let moved = check("listen = '127.0.0.1:9'\nstorage.url = 'sqlite:b.db'").expect("moved");
        assert_eq!(
            before.needs_restart(&moved),
            ["public_url", "listen", "storage.url"]
        );
    }
}
