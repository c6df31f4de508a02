//! The `[[servers]]` of the configuration file.

use std::{collections::BTreeMap, path::Path, time::Duration};

use doorward_core::{
    client::Environment,
    dpop::Policy,
    id::ClientId,
    lifetimes::is_access_lifetime,
    permit::{AllowList, AllowRule, Pattern},
    server::ServerName,
    step_up::{StepUp, StepUpRule, Wanted},
};
use http::{HeaderName, HeaderValue, header};
use url::Url;

use super::{
    Server, Upstream, confine,
    document::{AllowEntry, DpopRule, ServerEntry, StepUpEntry},
    duration::Lasting,
    process,
    read::nearest,
    secret::SecretValue,
    sign_in::Strength,
    speaking,
};

/// Headers that belong to the connection and not to the operator.
const RESERVED: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
];

/// The shortest `max_age`: signing in and connecting take some time themselves.
const SHORTEST: Duration = Duration::from_secs(30);

/// Checks every entry; there is at least one, and no name is given twice.
pub(super) fn check(
    entries: Vec<ServerEntry>,
    groups: &[&str],
    base: &Path,
) -> Result<Vec<Server>, String> {
    if entries.is_empty() {
        return Err(
            "there are no [[servers]]; add one with a name and a command or url".to_owned(),
        );
    }
    let mut servers: Vec<Server> = Vec::with_capacity(entries.len());
    for entry in entries {
        let server = one(entry, groups, base)?;
        if servers.iter().any(|other| other.name == server.name) {
            return Err(format!("two servers have the name `{}`", server.name));
        }
        servers.push(server);
    }
    Ok(servers)
}

fn one(mut entry: ServerEntry, groups: &[&str], base: &Path) -> Result<Server, String> {
    let shown = entry.name.clone();
    let within = |cause: String| format!("server `{shown}`: {cause}");
    let name = ServerName::parse(&entry.name).map_err(|error| within(error.to_string()))?;
    let rules = std::mem::take(&mut entry.allow);
    let rules: Result<Vec<AllowRule>, String> =
        rules.into_iter().map(|rule| allow(rule, groups)).collect();
    let step_up = std::mem::take(&mut entry.step_up);
    let step_up: Result<_, String> = step_up.into_iter().map(step_up_rule).collect();
    let speaking = speaking::check(
        entry.transport,
        entry.protocol,
        &entry.timeouts,
        entry.url.is_some(),
    );
    Ok(Server {
        name,
        title: entry.title.take(),
        environment: entry.environment.map(Environment::from),
        resource_servers: std::mem::take(&mut entry.introspected_by)
            .into_iter()
            .map(ClientId::from_known)
            .collect(),
        dpop: match entry.dpop {
            DpopRule::Accepted => Policy::Accepted,
            DpopRule::Required => Policy::Required,
        },
        exposure: entry.exposure.into(),
        access_ttl: entry.access_ttl.map(access).transpose().map_err(within)?,
        allow: AllowList {
            rules: rules.map_err(within)?,
        },
        step_up: StepUp {
            rules: step_up.map_err(within)?,
        },
        speaking: speaking.map_err(within)?,
        upstream: upstream(entry, base).map_err(within)?,
    })
}

fn access(ttl: Lasting) -> Result<Duration, String> {
    match is_access_lifetime(ttl.duration()) {
        true => Ok(ttl.duration()),
        false => Err(format!(
            "access_ttl is {ttl}; it must be between 30s and 1h"
        )),
    }
}

fn upstream(entry: ServerEntry, base: &Path) -> Result<Upstream, String> {
    let process = process::check(&entry)?;
    let plan = confine::check(&entry, base)?;
    let only_with_command = process::only_with_command(&entry);
    let only_with_command = only_with_command.or_else(|| confine::only_with_command(&entry));
    match (entry.command, entry.url) {
        (Some(command), None) => {
            if !entry.headers.is_empty() {
                return Err("headers only go with url".to_owned());
            }
            if command.first().is_none_or(String::is_empty) {
                return Err("command is empty".to_owned());
            }
            let directory = entry.directory.map(|path| confine::from(base, &path));
            Ok(Upstream::Command {
                command,
                environment: resolve("env", &entry.env, base)?,
                directory: directory.transpose()?,
                process,
                plan: Box::new(plan),
            })
        }
        (None, Some(url)) => {
            if entry.directory.is_some() || !entry.env.is_empty() {
                return Err("directory and env only go with command".to_owned());
            }
            if let Some(key) = only_with_command {
                return Err(format!("{key} only goes with command"));
            }
            Ok(Upstream::Http {
                url: endpoint(&url)?,
                headers: headers(resolve("headers", &entry.headers, base)?)?,
            })
        }
        (Some(_), Some(_)) => Err("has both command and url; keep one".to_owned()),
        (None, None) => Err("has neither command nor url; add one".to_owned()),
    }
}

/// Reads the URL of an endpoint.
pub(crate) fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| format!("`{text}` is not a URL"))?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !web || !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(format!(
            "`{text}` must be an http(s) URL without user name or fragment; credentials belong in headers"
        ));
    }
    Ok(url)
}

fn resolve(
    key: &str,
    values: &BTreeMap<String, SecretValue>,
    base: &Path,
) -> Result<Vec<(String, String)>, String> {
    let value = |(name, value): (&String, &SecretValue)| {
        let text = value
            .resolve(base)
            .map_err(|cause| format!("{key}.{name}: {cause}"))?;
        Ok((name.clone(), text))
    };
    values.iter().map(value).collect()
}

fn headers(pairs: Vec<(String, String)>) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let header = |(name, text): (String, String)| {
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok();
        let parsed = parsed.filter(|header| !RESERVED.contains(header));
        let parsed = parsed.ok_or_else(|| format!("headers.{name} cannot be set"))?;
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| format!("headers.{name} has characters that a header cannot carry"))?;
        value.set_sensitive(true);
        Ok((parsed, value))
    };
    pairs.into_iter().map(header).collect()
}

fn allow(entry: AllowEntry, groups: &[&str]) -> Result<AllowRule, String> {
    for group in &entry.groups {
        if !groups.contains(&group.as_str()) {
            let hint = nearest(group, groups.iter().copied())
                .map(|known| format!("; did you mean `{known}`?"))
                .unwrap_or_default();
            return Err(format!(
                "allow: there is no group `{group}` in [groups]{hint}"
            ));
        }
    }
    let patterns = |texts: Vec<String>| texts.into_iter().map(Pattern::new).collect();
    Ok(AllowRule {
        users: entry
            .users
            .iter()
            .map(|user| user.trim().to_ascii_lowercase())
            .collect(),
        groups: entry.groups,
        clients: entry.clients,
        tools: patterns(entry.tools),
        prompts: patterns(entry.prompts),
        resources: patterns(entry.resources),
    })
}

fn step_up_rule(entry: StepUpEntry) -> Result<StepUpRule, String> {
    let max_age = entry.max_age.map(Lasting::duration);
    if max_age.is_some_and(|most| most < SHORTEST) {
        return Err("step_up: max_age must be at least 30s, or no call would ever pass".to_owned());
    }
    let wants = Wanted {
        max_age,
        acr: entry.sign_in.map(Strength::acr),
    };
    if wants == Wanted::default() {
        return Err("step_up: say max_age, sign_in, or both".to_owned());
    }
    Ok(StepUpRule {
        tools: entry.tools.into_iter().map(Pattern::new).collect(),
        wants,
    })
}

#[cfg(test)]
mod tests {
    use doorward_box::{Limits, Missing, Plan, Sandbox};
    use doorward_gateway::{Exposure, ProcessConfig, Sharing};

    use super::{super::read::parse, *};

    fn servers(text: &str) -> Result<Vec<Server>, String> {
        let document = parse(text).expect(text);
        let groups: Vec<&str> = document.groups.keys().map(String::as_str).collect();
        check(document.servers, &groups, Path::new("/etc/doorward"))
    }

    #[test]
    fn a_server_that_cannot_work_is_refused() {
        #[rustfmt::skip]
        let cases = [
            ("",                                                        "no [[servers]]"),
            ("servers = [{ name = 'A', command = ['x'] }]",             "lower-case"),
            ("servers = [{ name = 'a' }]",                              "neither command nor url"),
            ("servers = [{ name = 'a', command = ['x'], url = 'http://x' }]", "both command and url"),
            ("servers = [{ name = 'a', command = [] }]",                "command is empty"),
            ("servers = [{ name = 'a', url = 'localhost:3000' }]",      "http(s) URL"),
            ("servers = [{ name = 'a', url = 'http://u:p@h/mcp' }]",    "credentials belong in headers"),
            ("servers = [{ name = 'a', url = 'http://h', directory = '/' }]", "only go with command"),
            ("servers = [{ name = 'a', command = ['x'], headers = { A = 'b' } }]", "only go with url"),
            ("servers = [{ name = 'a', url = 'http://h', headers = { Host = 'b' } }]", "cannot be set"),
            ("servers = [{ name = 'a', url = 'http://h', headers = { X = \"a\\nb\" } }]", "cannot carry"),
            ("servers = [{ name = 'a', url = 'http://h', headers = { X = { env = 'DOORWARD_NOT_SET' } } }]", "headers.X: the environment variable DOORWARD_NOT_SET is not set"),
            ("servers = [{ name = 'a', url = 'http://h', warm = 1 }]",  "warm only goes with command"),
            ("servers = [{ name = 'a', url = 'http://h', process = 'shared' }]", "process only goes with command"),
            ("servers = [{ name = 'a', url = 'http://h', sandbox = 'strict' }]", "sandbox only goes with command"),
            ("servers = [{ name = 'a', command = ['x'], read = ['/srv'] }]", "only mean something with a sandbox"),
            ("servers = [{ name = 'a', command = ['x'], sandbox_missing = 'start' }]", "only means something with a sandbox"),
            ("servers = [{ name = 'a', url = 'http://h', sandbox_missing = 'start' }]", "only means something with a sandbox"),
            ("servers = [{ name = 'a', command = ['x'], warm = 2, max_processes = 1 }]", "more than max_processes"),
            ("servers = [{ name = 'a', command = ['x'] }, { name = 'a', command = ['y'] }]", "two servers have the name `a`"),
            ("servers = [{ name = 'a', command = ['x'], step_up = [{ max_age = '5s' }] }]", "at least 30s"),
            ("servers = [{ name = 'a', command = ['x'], step_up = [{ tools = ['y'] }] }]", "say max_age"),
            ("groups = { staff = [] }\nservers = [{ name = 'a', command = ['x'], allow = [{ groups = ['staf'] }] }]", "did you mean `staff`?"),
        ];
        for (text, expected) in cases {
            let cause = servers(text).expect_err(text);
            assert!(cause.contains(expected), "{text}: {cause}");
        }
    }

    #[test]
    fn headers_with_credentials_do_not_show() {
        let text = "servers = [{ name = 'a', url = 'http://h', headers = { Authorization = 'Bearer x' } }]";
        let servers = servers(text).expect(text);
        assert!(!format!("{servers:?}").contains("Bearer"));
        match servers.into_iter().next().map(|server| server.upstream) {
            Some(Upstream::Http { headers, .. }) => assert!(headers[0].1.is_sensitive()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_shared_unless_the_file_says_so() {
        // ST-07
        for (keys, expected) in [
            ("", ProcessConfig::default()),
            (
                ", process = 'per-user', warm = 2, max_processes = 4",
                ProcessConfig {
                    sharing: Sharing::PerUser,
                    warm: 2,
                    most: Some(4),
                    launcher: None,
                },
            ),
            (
                ", process = 'shared'",
                ProcessConfig {
                    sharing: Sharing::Shared,
                    ..ProcessConfig::default()
                },
            ),
        ] {
            let text = format!("servers = [{{ name = 'a', command = ['x']{keys} }}]");
            let server = servers(&text).expect(keys).remove(0);
            assert_eq!(server.exposure, Exposure::Public);
            match server.upstream {
                Upstream::Command { process, .. } => assert_eq!(process, expected),
                other @ Upstream::Http { .. } => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_box_has_the_usual_limits_and_what_the_file_says() {
        // ST-03, ST-06
        let plan = |keys: &str| {
            let text = format!("servers = [{{ name = 'a', command = ['x']{keys} }}]");
            match servers(&text).expect(keys).remove(0).upstream {
                Upstream::Command { plan, .. } => *plan,
                other @ Upstream::Http { .. } => panic!("{other:?}"),
            }
        };
        assert_eq!(plan(""), Plan::default());
        let lenient = plan(", sandbox = 'strict', sandbox_missing = 'start'");
        assert_eq!(lenient.missing, Missing::Start);
        let said = plan(
            ", sandbox = 'strict', read = ['data'], write = ['/srv/out'],
             process_limits = { memory = '512MiB', processes = 0, cpu_time = '1h' }",
        );
        assert_eq!(
            (said.sandbox, said.missing),
            (Sandbox::Strict, Missing::Refuse)
        );
        assert_eq!(said.read, [Path::new("/etc/doorward/data")]);
        assert_eq!(said.write, [Path::new("/srv/out")]);
        let limits = Limits {
            memory: Some(512 << 20),
            processes: None,
            cpu_seconds: Some(3600),
            ..Limits::default()
        };
        assert_eq!(said.limits, limits);
    }

    #[test]
    fn a_directory_is_relative_to_the_file() {
        let text = "servers = [{ name = 'a', command = ['x'], directory = 'work' }]";
        match servers(text)
            .expect(text)
            .into_iter()
            .next()
            .map(|server| server.upstream)
        {
            Some(Upstream::Command { directory, .. }) => {
                assert_eq!(directory.as_deref(), Some(Path::new("/etc/doorward/work")));
            }
            other => panic!("{other:?}"),
        }
    }
}
