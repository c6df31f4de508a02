//! What is left of a request when a person picks single tools.

use super::{Details, MOST_STORED, ToolDetail, read::MOST};
use crate::{permit::Pattern, server::ServerName};

/// What a person picked of the tools of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// All that was asked for, also what the server offers later.
    All,
    /// The tools of these names.
    Only(Vec<String>),
}

/// Why a pick is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PickError {
    /// Nothing of it was asked for.
    #[error("no tool is chosen")]
    Nothing,
    /// More single tools than a token has room for.
    #[error("an access token has no room for so many single tools")]
    TooMany,
}

/// Whether a tool can be picked by its name: the name stands for itself and for nothing else.
pub fn can_be_picked(tool: &str) -> bool {
    let plain = |c: char| c != '*' && !c.is_control();
    (1..=128).contains(&tool.len()) && tool.chars().all(plain)
}

impl Details {
    /// What is left of these details at `server`; empty when nothing is narrowed. A name
    /// that is no part of them is no part of what is left (CO-09).
    pub fn picked(&self, server: &ServerName, picked: &Picked) -> Result<Self, PickError> {
        let asked: Vec<&ToolDetail> = self.iter().filter(|it| it.server == *server).collect();
        let names = match picked {
            Picked::All => return Ok(Self(asked.into_iter().cloned().collect())),
            Picked::Only(names) => names.iter().map(String::as_str),
        };
        let names: Vec<&str> = names.filter(|name| can_be_picked(name)).collect();
        let left: Vec<ToolDetail> = if asked.is_empty() {
            entries(&ToolDetail::every(server), &names)
        } else {
            let left = asked.into_iter().flat_map(|entry| entries(entry, &names));
            left.collect()
        };
        match left.is_empty() {
            true => Err(PickError::Nothing),
            false => Self(left).fitting(),
        }
    }

    /// The details of several servers in one grant: where one is narrowed, each needs an entry,
    /// also those that are open altogether.
    pub fn united(all: &[(ServerName, Self)]) -> Result<Self, PickError> {
        match all.iter().all(|(_, details)| details.is_empty()) {
            true => Ok(Self::default()),
            false => Self::only_at(all),
        }
    }

    /// The same where a server that is not named stays closed: each has an entry.
    pub fn only_at(all: &[(ServerName, Self)]) -> Result<Self, PickError> {
        if all.is_empty() {
            return Err(PickError::Nothing);
        }
        let entries = all.iter().flat_map(|(server, details)| {
            let open = details.is_empty().then(|| ToolDetail::every(server));
            details.0.iter().cloned().chain(open)
        });
        Self(entries.collect()).fitting()
    }

    fn fitting(self) -> Result<Self, PickError> {
        let long = self
            .to_stored()
            .is_some_and(|text| text.len() > MOST_STORED);
        match long || self.0.len() > MOST {
            true => Err(PickError::TooMany),
            false => Ok(self),
        }
    }
}

impl ToolDetail {
    fn every(server: &ServerName) -> Self {
        Self {
            server: server.clone(),
            tools: vec![Pattern::new("*")],
            arguments: Default::default(),
        }
    }
}

/// An entry for those of `names` that `asked` names, with its constraints.
fn entries(asked: &ToolDetail, names: &[&str]) -> Vec<ToolDetail> {
    let named: Vec<&str> = names.iter().copied().filter(|it| asked.names(it)).collect();
    let entry = |names: &[&str]| ToolDetail {
        server: asked.server.clone(),
        tools: names.iter().map(|name| Pattern::new(*name)).collect(),
        arguments: asked.arguments.clone(),
    };
    named.chunks(MOST).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn server(name: &str) -> ServerName {
        ServerName::parse(name).expect("a name")
    }

    fn details(value: Value) -> Details {
        Details::parse(&value.to_string()).expect("details")
    }

    fn files(tools: &[&str]) -> Value {
        json!({"type": "mcp_tool", "server": "files", "tools": tools})
    }

    fn only(names: &[&str]) -> Picked {
        Picked::Only(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_pick_is_less_than_what_was_asked_and_never_more() {
        let mut limited = files(&["write"]);
        limited["arguments"] = json!({"n": {"at_most": 7}});
        let asked = details(json!([files(&["read_*"]), limited]));
        let all = Details::default();
        #[rustfmt::skip]
        let cases = [ // CO-09
            ("all of everything",    &all,   Picked::All,                     Ok(json!([]))),
            ("all that was asked",   &asked, Picked::All,                     Ok(json!([files(&["read_*"]), limited]))),
            ("two",                  &all,   only(&["a", "b"]),               Ok(json!([files(&["a", "b"])]))),
            ("two of a pattern",     &asked, only(&["read_a", "read_b"]),     Ok(json!([files(&["read_a", "read_b"])]))),
            ("constraints stay",     &asked, only(&["write", "read_a"]),      Ok(json!([files(&["read_a"]), limited]))),
            ("one not asked for",    &asked, only(&["read_a", "drop"]),       Ok(json!([files(&["read_a"])]))),
            ("none asked for",       &asked, only(&["drop"]),                 Err(PickError::Nothing)),
            ("none",                 &all,   only(&[]),                       Err(PickError::Nothing)),
            ("a star is no name",    &all,   only(&["*", "a*"]),              Err(PickError::Nothing)),
            ("of asked ones neither", &asked, only(&["read_*"]),              Err(PickError::Nothing)),
            ("no hidden names",      &all,   only(&["", "a\n", "b"]),         Ok(json!([files(&["b"])]))),
        ];
        for (name, asked, picked, expected) in cases {
            let left = asked.picked(&server("files"), &picked);
            assert_eq!(left.map(Value::from), expected, "{name}");
        }
    }

    #[test]
    fn many_tools_fit_and_too_many_are_refused() {
        let names = |count: usize| -> Vec<String> {
            (0..count).map(|it| format!("some_tool_{it:03}")).collect()
        };
        let left = |count| Details::default().picked(&server("files"), &Picked::Only(names(count)));
        let many = left(200).expect("they fit");
        assert!(
            names(200)
                .iter()
                .all(|name| many.name(&server("files"), name))
        );
        assert!(!many.name(&server("files"), "some_tool_200"));
        let stored = many.to_stored();
        assert_eq!(
            Details::from_stored(stored.as_deref()),
            Ok(many),
            "reads back"
        );
        assert_eq!(left(400), Err(PickError::TooMany));
        assert_eq!(left(100_000), Err(PickError::TooMany)); // DS-05
    }

    #[test]
    fn of_several_servers_each_keeps_what_it_has() {
        let some = details(json!([files(&["a"])]));
        let both = [
            (server("files"), some),
            (server("mail"), Details::default()),
        ];
        let united = Details::united(&both).expect("they fit");
        let every = json!({"type": "mcp_tool", "server": "mail", "tools": ["*"]});
        assert_eq!(Value::from(united), json!([files(&["a"]), every]));
        let open = [
            (server("files"), Details::default()),
            (server("mail"), Details::default()),
        ];
        assert_eq!(Details::united(&open), Ok(Details::default()));
    }
}
