//! What is listened to: at all members, and at each.

use std::collections::HashSet;

use doorward_core::server::ServerName;
use doorward_mcp::{
    envelope::{Params, Request, SubjectKind},
    error::RpcError,
    json::Raw,
    method::Method,
    translate::MAX_SUBSCRIPTIONS,
};
use serde_json::{Map, Value, json};
use tokio::task::yield_now;

use super::super::{
    Around, Ask,
    single::{Finder, Lost},
    uris,
};

/// What of the lists is listened to.
pub(super) const LISTS: [(&str, Method); 3] = [
    ("toolsListChanged", Method::ToolsListChanged),
    ("promptsListChanged", Method::PromptsListChanged),
    ("resourcesListChanged", Method::ResourcesListChanged),
];

/// What one member is to be listened to for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) flags: Vec<&'static str>,
    /// As the member calls a resource, and as the caller does.
    pub(super) uris: Vec<(String, String)>,
}

/// What each member is listened to for.
pub(super) async fn wishes<A: Ask>(
    asker: &A,
    around: Around<'_>,
    request: &Request<'_>,
) -> Result<Vec<(ServerName, Wish)>, Lost<A::No>> {
    let filter = request
        .params
        .raw
        .and_then(|raw| raw.member(&["notifications"]));
    let flags = filter.map(flags).unwrap_or_default();
    let members = asker.members().into_iter();
    let mut wishes: Vec<(ServerName, Wish)> = members
        .map(|member| {
            let flags = flags.clone();
            let uris = Vec::new();
            (member.name.clone(), Wish { flags, uris })
        })
        .collect();
    let mut finder = Finder::new(asker, around, request);
    for outer in subscribed(&request.params).map_err(Lost::Error)? {
        // One that is nobody's is not acknowledged; which, is not told.
        let found = match finder.find((SubjectKind::Resource, &outer)).await {
            Ok(found) => found,
            Err(Lost::Error(_)) => None,
            Err(no @ Lost::No(_)) => return Err(no),
        };
        let wish = found.and_then(|found| {
            let mut wishes = wishes.iter_mut();
            let wish = wishes.find(|(member, _)| *member == found.member)?;
            Some((wish, found.inner))
        });
        if let Some(((_, wish), inner)) = wish {
            wish.uris.push((inner, outer));
        }
        yield_now().await; // many are no reason for others to wait
    }
    wishes.retain(|(_, wish)| !wish.flags.is_empty() || !wish.uris.is_empty());
    Ok(wishes)
}

fn flags(filter: Raw<'_>) -> Vec<&'static str> {
    let set = |name: &str| filter.member(&[name]).and_then(|flag| flag.boolean());
    let names = LISTS.into_iter().map(|(name, _)| name);
    names.filter(|name| set(name) == Some(true)).collect()
}

/// The resources that are to be listened to, each once.
fn subscribed(params: &Params<'_>) -> Result<Vec<String>, RpcError> {
    let listed = params
        .raw
        .and_then(|raw| raw.member(&["notifications", "resourceSubscriptions"]));
    let listed = listed.map(|listed| listed.elements()).unwrap_or_default();
    if listed.len() > MAX_SUBSCRIPTIONS {
        return Err(too_many(MAX_SUBSCRIPTIONS, "resources"));
    }
    let mut seen = HashSet::new();
    let texts = listed.into_iter().filter_map(|uri| uri.text());
    let texts = texts.map(|uri| uri.into_owned());
    let all: Vec<String> = texts.filter(|uri| seen.insert(uri.clone())).collect();
    let short = all.iter().filter(|uri| uris::inward(uri).is_none());
    match short.count() > MOST_SHORT {
        true => Err(too_many(
            MOST_SHORT,
            "resources without their server (mcp+SERVER+URI)",
        )),
        false => Ok(all),
    }
}

fn too_many(most: usize, what: &str) -> RpcError {
    RpcError::invalid_params(&format!("one subscription is for at most {most} {what}"))
}

impl Wish {
    pub(super) fn to_json(&self, of: fn(&(String, String)) -> &String) -> Value {
        let mut filter: Map<String, Value> = Map::new();
        for flag in &self.flags {
            filter.insert((*flag).to_owned(), true.into());
        }
        if !self.uris.is_empty() {
            let uris: Vec<&String> = self.uris.iter().map(of).collect();
            filter.insert("resourceSubscriptions".to_owned(), json!(uris));
        }
        filter.into()
    }

    /// What of it an acknowledgement grants.
    pub(super) fn granted(&self, filter: Option<Raw<'_>>) -> Self {
        let Some(filter) = filter else {
            return Self::default();
        };
        let flags = flags(filter);
        let listed = filter.member(&["resourceSubscriptions"]);
        let listed = listed.map(|listed| listed.elements()).unwrap_or_default();
        let listed = listed.into_iter().take(MAX_SUBSCRIPTIONS); // nobody asked for more
        let listed: HashSet<_> = listed.filter_map(|uri| uri.text()).collect();
        let granted = |(inner, _): &&(String, String)| listed.contains(inner.as_str());
        Self {
            flags: self
                .flags
                .iter()
                .copied()
                .filter(|it| flags.contains(it))
                .collect(),
            uris: self.uris.iter().filter(granted).cloned().collect(),
        }
    }
}

/// For how many resources whose they are is looked for.
pub(super) const MOST_SHORT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_was_asked_for_and_a_long_answer_grants_no_more() {
        // GW-20, GW-25
        let wish = Wish {
            flags: vec!["toolsListChanged"],
            uris: [("a:1", "a:1"), ("b:1", "mcp+b+b:1")]
                .map(|(inner, outer)| (inner.to_owned(), outer.to_owned()))
                .to_vec(),
        };
        let granted = |uris: &[String]| {
            let filter = json!({"promptsListChanged": true, "resourceSubscriptions": uris});
            let filter = filter.to_string();
            let granted = wish.granted(Raw::parse(filter.as_bytes()).ok());
            assert!(granted.flags.is_empty());
            let uris = granted.uris.into_iter().map(|(_, outer)| outer);
            uris.collect::<Vec<_>>()
        };
        let mut uris = vec!["b:1".to_owned(), "c:1".to_owned(), "b:1".to_owned()];
        assert_eq!(granted(&uris), ["mcp+b+b:1"]);
        uris.extend((0..MAX_SUBSCRIPTIONS).map(|number| format!("x:{number}")));
        uris.push("a:1".to_owned());
        assert_eq!(granted(&uris), ["mcp+b+b:1"], "nobody asked for so many");
        assert!(wish.granted(None).uris.is_empty());
    }
}
