//! Members that answer by a script, and one caller of them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::{
    access::Principal,
    details::Details,
    entropy::Entropy,
    group::Groups,
    id::{ClientId, GrantId, TokenId, UserId},
    permit::{Pattern, Rights},
    resource::Resource,
    scope::ScopeSet,
    server::ServerName,
    subject::Subject,
    time::UnixTime,
};
use doorward_mcp::{
    envelope::{Message, Request},
    method::Method,
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{Around, Ask, Cached, Changed, Declined, Names, Seals, Shown, Usable, Whole};
use crate::{
    places::{Buffered, Place},
    upstream::{Fault, link::Incoming, modest::is_modest},
};

/// What a member does when it is asked.
#[derive(Clone)]
pub(crate) enum Act {
    /// It says these, and nothing more.
    Say(Vec<Value>),
    /// It says these, and then nothing for ever.
    Hold(Vec<Value>),
    /// It does this after so long.
    Later(Duration, Box<Act>),
    /// It cannot be had.
    Dead,
    /// The caller may not.
    Refuse,
}

type Script = Box<dyn Fn(&Value) -> Act + Send + Sync>;

struct Member {
    name: ServerName,
    rights: Rights,
    script: Script,
    changed: Arc<Changed>,
}

/// The members, and all that they were asked.
#[derive(Default)]
pub(crate) struct Scripted {
    members: Vec<Member>,
    heard: Mutex<Vec<(String, Value)>>,
    /// Members of which the caller may use nothing now.
    pub(crate) closed: Mutex<Vec<&'static str>>,
    /// What the caller holds of what members say, and how much that may be.
    place: Arc<Place>,
    most: Option<usize>,
    /// Whether anything was asked for which processes would have to go.
    pub(crate) immodest: AtomicBool,
    /// How many answers are still listened to.
    pub(crate) open: Arc<AtomicU64>,
}

impl Scripted {
    pub(crate) fn with(
        mut self,
        name: &str,
        script: impl Fn(&Value) -> Act + Send + Sync + 'static,
    ) -> Self {
        self.members.push(Member {
            name: ServerName::parse(name).expect("a name"),
            rights: Rights::Everything,
            script: Box::new(script),
            changed: Arc::default(),
        });
        self
    }

    /// The same where the caller may use only these tools and resources of the last one.
    pub(crate) fn only(mut self, tools: &[&str], resources: &[&str]) -> Self {
        let patterns = |names: &[&str]| names.iter().map(|name| Pattern::new(*name)).collect();
        let last = self.members.last_mut().expect("a member");
        last.rights = Rights::Listed {
            tools: patterns(tools),
            prompts: Vec::new(),
            resources: patterns(resources),
        };
        self
    }

    /// The same for a caller who may hold so many bytes of what members say.
    pub(crate) fn holding(mut self, most: usize) -> Self {
        self.most = Some(most);
        self
    }

    /// Whom it was asked of, and what.
    pub(crate) fn heard(&self) -> Vec<(String, Value)> {
        self.heard.lock().expect("lock").clone()
    }

    /// How often a member was asked.
    pub(crate) fn count(&self, member: &str) -> usize {
        self.heard()
            .iter()
            .filter(|(name, _)| name == member)
            .count()
    }
}

/// Counts out when an answer is let go.
struct Open(Arc<AtomicU64>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Ask for Scripted {
    type No = &'static str;

    fn members(&self) -> Vec<Usable<'_>> {
        let usable = |member: &'_ Member| member.name.clone();
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_by_key(|member| usable(member));
        members
            .into_iter()
            .map(|member| Usable {
                name: &member.name,
                rights: &member.rights,
            })
            .collect()
    }

    fn admits(&self, member: &ServerName, _: Method) -> Result<(), Self::No> {
        let closed = self.closed.lock().expect("lock");
        match closed.contains(&member.as_str()) {
            true => Err("refused"),
            false => Ok(()),
        }
    }

    fn room(&self) -> (Buffered, usize) {
        (self.place.gathered(), self.most.unwrap_or(usize::MAX))
    }

    async fn ask(&self, name: &ServerName, body: Bytes) -> Result<Incoming, Declined<Self::No>> {
        if !is_modest() {
            self.immodest.store(true, Ordering::SeqCst);
        }
        if self.admits(name, Method::ToolsList).is_err() {
            return Err(Declined::No("refused"));
        }
        let request: Value = serde_json::from_slice(&body).expect("JSON");
        let heard = (name.to_string(), request.clone());
        self.heard.lock().expect("lock").push(heard);
        let mut members = self.members.iter();
        let member = members
            .find(|member| member.name == *name)
            .expect("a member");
        let mut act = (member.script)(&request);
        while let Act::Later(pause, then) = act {
            tokio::time::sleep(pause).await;
            act = *then;
        }
        let (said, holds) = match act {
            Act::Dead => return Err(Declined::Fault(Fault::Unreachable)),
            Act::Refuse | Act::Later(..) => return Err(Declined::No("refused")),
            Act::Say(said) => (said, false),
            Act::Hold(said) => (said, true),
        };
        self.open.fetch_add(1, Ordering::SeqCst);
        let open = Open(Arc::clone(&self.open));
        let id = request["id"].clone();
        let said = said.into_iter().map(move |mut message| {
            if message.get("method").is_none() {
                message["id"] = id.clone();
            }
            Ok(Bytes::from(message.to_string()))
        });
        let said = stream::iter(said);
        let rest = stream::pending()
            .take(usize::from(holds))
            .map(move |never| {
                let _ = &open;
                never
            });
        Ok(Incoming::new(said.chain(rest)))
    }

    fn changes(&self, name: &ServerName) -> Arc<Changed> {
        let mut members = self.members.iter();
        let member = members.find(|member| member.name == *name);
        Arc::clone(&member.expect("a member").changed)
    }
}

/// A result.
pub(crate) fn result(result: Value) -> Act {
    Act::Say(vec![json!({"jsonrpc": "2.0", "id": 0, "result": result})])
}

/// An error.
pub(crate) fn error(code: i64) -> Act {
    let error = json!({"code": code, "message": "no"});
    Act::Say(vec![json!({"jsonrpc": "2.0", "id": 0, "error": error})])
}

/// One whole list with a lifetime.
pub(crate) fn listing(field: &str, key: &str, names: &[&str], ttl: u64, scope: &str) -> Act {
    let items: Vec<Value> = names
        .iter()
        .map(|name| json!({ key: name, "x": 1 }))
        .collect();
    result(json!({
        "resultType": "complete", field: items, "ttlMs": ttl, "cacheScope": scope,
    }))
}

struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

/// A caller and what they find.
pub(crate) struct Caller {
    pub(crate) whole: Arc<Whole>,
    pub(crate) seals: Arc<Seals>,
    pub(crate) whose: Principal,
    pub(crate) now: i64,
}

impl Caller {
    pub(crate) fn new(user: &str) -> Self {
        let servers = ["files", "mail", "notes"].map(|name| ServerName::parse(name).expect("name"));
        Self {
            whole: Arc::new(Whole {
                names: Names::new("_", servers.iter()).expect("names"),
                cached: Cached::default(),
                shown: Shown::default(),
            }),
            seals: Arc::new(Seals::new(&[7; 32], Arc::new(Counted(AtomicU64::new(1))))),
            whose: principal(user),
            now: 1_000,
        }
    }

    /// Somebody else at the same place.
    pub(crate) fn beside(&self, user: &str) -> Self {
        Self {
            whole: Arc::clone(&self.whole),
            seals: Arc::clone(&self.seals),
            whose: principal(user),
            now: self.now,
        }
    }

    pub(crate) fn around(&self) -> Around<'_> {
        Around {
            whole: &self.whole,
            seals: &self.seals,
            whose: &self.whose,
            now: UnixTime::from_seconds(self.now),
        }
    }
}

fn principal(user: &str) -> Principal {
    Principal {
        subject: Subject::User(UserId::from_known(user)),
        username: Some(user.into()),
        groups: Groups::default(),
        client: ClientId::from_known("client"),
        grant: GrantId::from_known(format!("grant-{user}")),
        token: TokenId::from_known(format!("token-{user}")),
        resource: Resource::from_known("https://mcp.example/mcp"),
        scopes: ScopeSet::baseline(),
        details: Details::default(),
        issued_at: UnixTime::from_seconds(1_000),
        expires_at: UnixTime::from_seconds(1_600),
        authenticated_at: None,
        acr: None,
        confirmation: None,
    }
}

/// A request of 2026-07-28: `params` without `_meta`.
pub(crate) fn request(method: &str, params: Value) -> String {
    declaring(method, params, json!({}))
}

/// The same of a client that can do this.
pub(crate) fn declaring(method: &str, mut params: Value, capabilities: Value) -> String {
    let mut meta = HashMap::from([
        (
            "io.modelcontextprotocol/protocolVersion",
            json!("2026-07-28"),
        ),
        ("io.modelcontextprotocol/clientCapabilities", capabilities),
    ]);
    if method == "tools/call" {
        meta.insert("progressToken", json!("token-of-the-caller"));
    }
    params["_meta"] = json!(meta);
    json!({"jsonrpc": "2.0", "id": "mine", "method": method, "params": params}).to_string()
}

/// Reads it.
pub(crate) fn read(body: &str) -> Request<'_> {
    match Message::parse(body.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("no request: {other:?}"),
    }
}
