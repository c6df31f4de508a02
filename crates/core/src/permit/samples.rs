//! What tests of this rule judge.

use super::{AllowList, AllowRule, Caller, Pattern, Rights};

/// Staff may read; root may use everything with the command line.
pub(super) fn list() -> AllowList {
    let patterns = |names: &[&str]| names.iter().map(|name| Pattern::new(*name)).collect();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    AllowList {
        rules: vec![
            AllowRule {
                groups: names(&["staff"]),
                tools: patterns(&["read_*"]),
                ..AllowRule::default()
            },
            AllowRule {
                users: names(&["root"]),
                clients: names(&["cli"]),
                tools: patterns(&["*"]),
                prompts: patterns(&["*"]),
                resources: patterns(&["*"]),
                ..AllowRule::default()
            },
        ],
    }
}

/// What [`list`] lets a caller use.
pub(super) fn rights_of(user: &str, groups: &[&str], client: &str) -> Option<Rights> {
    let groups: Vec<String> = groups.iter().map(|name| (*name).to_owned()).collect();
    list().rights(&Caller {
        user: Some(user),
        groups: &groups,
        client,
    })
}
