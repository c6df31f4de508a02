//! The `[aggregate]` of the configuration file.

use doorward_gateway::{AggregateConfig, Sharing};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Configuration, PublicUrl, Server, Upstream};

/// All servers that a caller may use as one, at `/mcp`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Aggregate {
    /// Whether there is such an endpoint.
    enabled: bool,
    /// What stands between the name of a server and that of its tool or prompt: 1 to 8 letters,
    /// digits, underscores, hyphens or dots.
    separator: String,
}

impl Default for Aggregate {
    fn default() -> Self {
        Self {
            enabled: true,
            separator: AggregateConfig::default().separator,
        }
    }
}

impl Aggregate {
    /// Checks that every name has one meaning.
    pub(super) fn check(
        self,
        servers: &[Server],
        public_url: &PublicUrl,
    ) -> Result<Option<AggregateConfig>, String> {
        if !self.enabled {
            return Ok(None);
        }
        if public_url.as_str().ends_with("/mcp") {
            return Err(format!(
                "public_url `{public_url}` ends with /mcp, where the endpoint of all servers could \
                 not be told from one of a server; choose another path, or set aggregate.enabled \
                 = false"
            ));
        }
        let aggregate = AggregateConfig {
            separator: self.separator,
        };
        let names = servers.iter().map(|server| &server.name);
        aggregate.check(names).map_err(|fault| fault.to_string())?;
        Ok(Some(aggregate))
    }
}

/// What there is to say of programs among all servers: lists of all start what there is room for,
/// and end nothing to make more.
pub(crate) fn crowding(configuration: &Configuration) -> Option<String> {
    configuration.aggregate.as_ref()?;
    let is_each_users = |server: &&Server| match &server.upstream {
        Upstream::Command { process, .. } => match process.sharing {
            Sharing::PerUser | Sharing::PerSession => true,
            Sharing::Shared => false,
        },
        Upstream::Http { .. } => false,
    };
    let programs = configuration.servers.iter().filter(is_each_users).count();
    let most = configuration.limits.processes_per_user;
    (programs > most).then(|| {
        format!(
            "/mcp leads to {programs} servers that run a process for each user, and \
             programs.processes_per_user is {most}: lists of all servers leave out those that find \
             no room"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn check(text: &str) -> Result<Option<AggregateConfig>, String> {
        let text = format!(
            "{text}\n[[servers]]\nname = 'a'\ncommand = ['x']\n[[servers]]\nname = 'a-b'\ncommand = ['x']"
        );
        let document = read::parse(&text).map_err(|(_, cause)| cause)?;
        let configuration = document.check(std::path::Path::new("/"))?;
        Ok(configuration.aggregate)
    }

    #[test]
    fn all_servers_are_one_unless_it_is_switched_off_or_names_have_two_meanings() {
        // P-004
        assert_eq!(check(""), Ok(Some(AggregateConfig::default())));
        assert_eq!(
            check("[aggregate]\nenabled = false\nseparator = '-'"),
            Ok(None)
        );
        let dot = check("[aggregate]\nseparator = '.'").map(|it| it.map(|it| it.separator));
        assert_eq!(dot, Ok(Some(".".to_owned())));
        for (said, expected) in [
            ("[aggregate]\nseparator = '-'", "rename one of them"),
            ("[aggregate]\nseparator = ''", "1 to 8 letters"),
            ("[aggregate]\nseparater = '_'", "did you mean `separator`"),
            (
                "public_url = 'https://a.example/mcp'",
                "choose another path",
            ),
        ] {
            let cause = check(said).expect_err(said);
            assert!(cause.contains(expected), "{said}: {cause}");
        }
        let off = "public_url = 'https://a.example/mcp'\n[aggregate]\nenabled = false";
        assert_eq!(check(off), Ok(None));
    }

    #[test]
    fn more_programs_than_a_user_may_run_are_told_of() {
        // ST-06
        let said = |head: &str, keys: &str| {
            let server =
                |name: &str| format!("[[servers]]\nname = '{name}'\ncommand = ['x']{keys}");
            let text = format!("{head}\n{}\n{}", server("a"), server("b"));
            let document = read::parse(&text)
                .map_err(|(_, cause)| cause)
                .expect("read");
            crowding(&document.check(std::path::Path::new("/")).expect("valid"))
        };
        let few = "[programs]\nprocesses_per_user = 1";
        assert_eq!(said("", ""), None);
        let told = said(few, "").expect("told");
        assert!(told.starts_with("/mcp leads to 2 servers"), "{told}");
        assert_eq!(said(few, "\nprocess = 'shared'"), None);
        let off = format!("{few}\n[aggregate]\nenabled = false");
        assert_eq!(said(&off, ""), None);
    }
}
