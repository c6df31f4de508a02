//! One subscription that is one with each member (P-026, P-038, GW-20).
//!
//! ```text
//! listen -> a task for each member: judged, asked, heard ----> acknowledged together
//!             ^                               | ends             then event by event
//!             +------ after a while, anew ----+
//! ```
//!
//! What no member acknowledged in time is not acknowledged, and nothing of it is told. A member
//! that ends or fails is asked anew, judged anew each time (P-051); as nobody knows what was
//! missed, its lists are then said to have changed. When the caller goes everything is let go.

use std::{collections::HashSet, sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::server::ServerName;
use doorward_mcp::{
    envelope::{Message, Outcome, Params, Request, SubjectKind},
    json::Raw,
    method::Method,
};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    task::JoinSet,
    time::{sleep, timeout_at},
};

use super::{
    Around, Ask, Declined, lists,
    merged::meta,
    seals::Seals,
    single::{Lost, find},
};
use crate::upstream::{Fault, link::Incoming};

/// What of the lists is listened to.
const LISTS: [(&str, Method); 3] = [
    ("toolsListChanged", Method::ToolsListChanged),
    ("promptsListChanged", Method::PromptsListChanged),
    ("resourcesListChanged", Method::ResourcesListChanged),
];

/// What one member is to be listened to for.
#[derive(Clone, Debug, Default)]
struct Wish {
    flags: Vec<&'static str>,
    /// As the member calls a resource, and as the caller does.
    uris: Vec<(String, String)>,
}

/// What a member says.
enum Heard<N> {
    /// That it listens, to what.
    Acknowledged(Wish),
    /// That something changed: the method, and the resource as the caller calls it.
    Changed(Method, Option<String>),
    /// Nothing for now.
    Absent,
    /// It may not be asked.
    Refused(N),
}

/// A member by its number, and what it says.
type Said<N> = (usize, Heard<N>);

/// Subscribes to all members.
pub(crate) async fn listen<A: Ask>(
    asker: &Arc<A>,
    around: Around<'_>,
    seals: &Arc<Seals>,
    request: &Request<'_>,
) -> Result<Incoming, Lost<A::No>> {
    let wishes = wishes(&**asker, around, request).await?;
    let (sender, heard) = mpsc::channel(WAITING);
    let mut tasks = JoinSet::new();
    let (meta, members) = (meta(request, "w-listen"), wishes.len());
    for (number, (member, wish)) in wishes.into_iter().enumerate() {
        let listener = Listener {
            number,
            asker: Arc::clone(asker),
            seals: Arc::clone(seals),
            meta: meta.clone(),
            member,
            wish,
            sender: sender.clone(),
        };
        tasks.spawn(listener.run());
    }
    let mut telling = Telling {
        id: request.id.as_json().to_owned(),
        heard,
        members,
        acknowledged: HashSet::new(),
        _sender: sender,
        _tasks: tasks,
    };
    let begun = telling.acknowledge().await.map_err(Lost::No)?;
    Ok(telling.stream(begun))
}

/// What each member is listened to for.
async fn wishes<A: Ask>(
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
    for outer in subscribed(&request.params).into_iter().take(MOST_URIS) {
        // One that is nobody's is not acknowledged; which, is not told.
        let kind = SubjectKind::Resource;
        let found = match find(asker, around, request, (kind, &outer)).await {
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
    }
    wishes.retain(|(_, wish)| !wish.flags.is_empty() || !wish.uris.is_empty());
    Ok(wishes)
}

fn flags(filter: Raw<'_>) -> Vec<&'static str> {
    let set = |name: &str| filter.member(&[name]).and_then(|flag| flag.boolean());
    let names = LISTS.into_iter().map(|(name, _)| name);
    names.filter(|name| set(name) == Some(true)).collect()
}

fn subscribed(params: &Params<'_>) -> Vec<String> {
    let listed = params
        .raw
        .and_then(|raw| raw.member(&["notifications", "resourceSubscriptions"]));
    let uris = listed.map(|listed| listed.elements()).unwrap_or_default();
    let uris = uris.into_iter().filter_map(|uri| uri.text());
    uris.map(|uri| uri.into_owned()).collect()
}

impl Wish {
    fn to_json(&self, of: fn(&(String, String)) -> &String) -> Value {
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
    fn granted(&self, filter: Option<Raw<'_>>) -> Self {
        let Some(filter) = filter else {
            return Self::default();
        };
        let flags = flags(filter);
        let listed = filter.member(&["resourceSubscriptions"]);
        let listed = listed.map(|listed| listed.elements()).unwrap_or_default();
        let listed: Vec<_> = listed.into_iter().filter_map(|uri| uri.text()).collect();
        let granted = |(inner, _): &&(String, String)| listed.iter().any(|it| it == inner);
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

/// Listens to one member.
struct Listener<A: Ask> {
    number: usize,
    asker: Arc<A>,
    seals: Arc<Seals>,
    meta: String,
    member: ServerName,
    wish: Wish,
    sender: Sender<Said<A::No>>,
}

impl<A: Ask> Listener<A> {
    /// Until nobody hears it any more, or the caller may not.
    async fn run(self) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            match self.once(&mut pause).await {
                Err(Declined::No(no)) => {
                    tracing::info!(server = %self.member, "a subscription is not allowed");
                    return self.tell(Heard::Refused(no)).await;
                }
                Err(Declined::Error(_)) => self.tell(Heard::Absent).await,
                Err(Declined::Fault(fault)) => {
                    tracing::info!(server = %self.member, %fault, "a subscription broke off");
                    self.tell(Heard::Absent).await;
                }
                Ok(()) => {}
            }
            sleep(pause).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self, pause: &mut Duration) -> Result<(), Declined<A::No>> {
        let filter = self.wish.to_json(|(inner, _)| inner);
        let members = format!(r#""notifications":{filter},"#);
        let method = Method::SubscriptionsListen;
        let body = lists::request(&self.seals.fresh(), method, &members, &self.meta);
        let mut incoming = self.asker.ask(&self.member, body).await?;
        while let Some(json) = incoming.next().await {
            let json = json.map_err(Declined::Fault)?;
            match Message::parse(&json).map_err(|_| Declined::Fault(Fault::NotMcp))? {
                Message::Response(response) => match response.outcome {
                    Outcome::Error(error) => return Err(Declined::Error(error.code)),
                    Outcome::Result(_) => break,
                },
                Message::Notification(told) => {
                    let method = Method::notification(&told.method);
                    let heard = method.and_then(|method| self.heard(method, &told.params));
                    if let Some(heard) = heard {
                        *pause = SHORTEST_PAUSE;
                        self.tell(heard).await;
                    }
                }
                Message::Request(_) => {}
            }
        }
        Err(Declined::Fault(Fault::Ended))
    }

    fn heard(&self, method: Method, params: &Params<'_>) -> Option<Heard<A::No>> {
        if self.asker.changes(&self.member).note(method) {
            return Some(Heard::Changed(method, None));
        }
        let member = |name| params.raw.and_then(|raw| raw.member(&[name]));
        match method {
            Method::SubscriptionAcknowledged => Some(Heard::Acknowledged(
                self.wish.granted(member("notifications")),
            )),
            Method::ResourceUpdated => {
                let uri = member("uri")?.text()?;
                let known = self.wish.uris.iter().find(|(inner, _)| *inner == uri);
                Some(Heard::Changed(method, Some(known?.1.clone())))
            }
            _ => None, // nothing else belongs on it (R-053)
        }
    }

    /// Waits for who reads: nothing is dropped, and nothing piles up.
    async fn tell(&self, heard: Heard<A::No>) {
        self.sender.send((self.number, heard)).await.ok();
    }
}

/// The merged subscription, as the caller hears it.
struct Telling<N> {
    /// The caller's id as it stood.
    id: String,
    heard: Receiver<Said<N>>,
    members: usize,
    /// The lists and resources that were acknowledged.
    acknowledged: HashSet<String>,
    /// Held so that the stream stays, also when no member is left.
    _sender: Sender<Said<N>>,
    /// Dropped with the stream.
    _tasks: JoinSet<()>,
}

impl<N: Send + 'static> Telling<N> {
    fn stream(self, begun: Vec<Bytes>) -> Incoming {
        let later = stream::unfold(self, |mut telling| async move {
            let (_, heard) = telling.heard.recv().await?;
            Some((telling.told(heard), telling))
        });
        let all = stream::iter(begun).chain(later.flat_map(stream::iter));
        Incoming::new(all.map(Ok))
    }

    /// What was acknowledged by all who did in time, and what they said meanwhile. Where nobody
    /// may be asked, why.
    async fn acknowledge(&mut self) -> Result<Vec<Bytes>, N> {
        let until = tokio::time::Instant::now() + PATIENCE;
        let (mut whole, mut early) = (Wish::default(), Vec::new());
        let (mut answered, mut refusals) = (HashSet::new(), Vec::new());
        while answered.len() < self.members && early.len() < WAITING {
            let Ok(Some((number, heard))) = timeout_at(until, self.heard.recv()).await else {
                break;
            };
            match heard {
                Heard::Acknowledged(wish) => {
                    whole.flags.extend(wish.flags);
                    whole.uris.extend(wish.uris);
                }
                Heard::Absent => {}
                Heard::Refused(no) => refusals.push(no),
                changed @ Heard::Changed(..) => {
                    early.push(changed);
                    continue;
                }
            }
            answered.insert(number);
        }
        if refusals.len() == self.members
            && let Some(no) = refusals.pop()
        {
            return Err(no);
        }
        let flags = whole.flags.iter().map(|flag| (*flag).to_owned());
        let uris = whole.uris.iter().map(|(_, outer)| outer.clone());
        self.acknowledged = flags.chain(uris).collect();
        let filter = whole.to_json(|(_, outer)| outer);
        let method = Method::SubscriptionAcknowledged;
        let first = self.notification(method, &format!(r#","notifications":{filter}"#));
        let early = early.into_iter().flat_map(|heard| self.told(heard));
        Ok(std::iter::once(first).chain(early).collect())
    }

    /// What is told of what was heard: only what was acknowledged.
    fn told(&self, heard: Heard<N>) -> Vec<Bytes> {
        match heard {
            Heard::Absent | Heard::Refused(_) => Vec::new(),
            Heard::Changed(Method::ResourceUpdated, Some(uri)) => self.updated(&uri),
            Heard::Changed(method, _) => self.changed(method).into_iter().collect(),
            // A member that is back: nobody knows what was missed.
            Heard::Acknowledged(wish) => {
                let lists = LISTS
                    .into_iter()
                    .filter(|(flag, _)| wish.flags.contains(flag));
                let lists = lists.filter_map(|(_, method)| self.changed(method));
                let uris = wish.uris.iter().flat_map(|(_, outer)| self.updated(outer));
                lists.chain(uris).collect()
            }
        }
    }

    fn changed(&self, method: Method) -> Option<Bytes> {
        let flag = LISTS.into_iter().find(|(_, changed)| *changed == method)?.0;
        let is_told = self.acknowledged.contains(flag);
        is_told.then(|| self.notification(method, ""))
    }

    fn updated(&self, outer: &str) -> Vec<Bytes> {
        let is_told = self.acknowledged.contains(outer);
        let uri = || format!(r#","uri":{}"#, Value::from(outer));
        let told = is_told.then(|| self.notification(Method::ResourceUpdated, &uri()));
        told.into_iter().collect()
    }

    fn notification(&self, method: Method, members: &str) -> Bytes {
        format!(
            r#"{{"jsonrpc":"2.0","method":"{}","params":{{"_meta":{{"io.modelcontextprotocol/subscriptionId":{}}}{members}}}}}"#,
            method.as_str(),
            self.id,
        )
        .into()
    }
}

/// For so long the others wait for a member to acknowledge.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much is heard ahead of who reads.
const WAITING: usize = 64;
/// How many resources one subscription is about.
const MOST_URIS: usize = 1000;
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{
        super::scripted::{Act, Caller, Scripted, listing, read, request, result},
        *,
    };

    const ID: &str = "io.modelcontextprotocol/subscriptionId";

    /// A member that grants what it is asked for, and then says these.
    fn grants(request: &Value, says: Vec<Value>) -> Act {
        if request["method"] == "resources/list" {
            return listing("resources", "uri", &["note:1"], 60_000, "public");
        }
        let filter = &request["params"]["notifications"];
        let method = "notifications/subscriptions/acknowledged";
        let mut all = vec![said(method, json!({ "notifications": filter }))];
        all.extend(says);
        Act::Hold(all)
    }

    fn said(method: &str, mut params: Value) -> Value {
        params["_meta"] = json!({ ID: "theirs" });
        json!({"jsonrpc": "2.0", "method": method, "params": params})
    }

    fn changed(list: &str) -> Value {
        said(&format!("notifications/{list}/list_changed"), json!({}))
    }

    async fn begin(asker: &Arc<Scripted>, filter: Value) -> Result<Incoming, String> {
        let caller = Caller::new("alice");
        let body = request("subscriptions/listen", json!({ "notifications": filter }));
        let heard = listen(asker, caller.around(), &caller.seals, &read(&body)).await;
        heard.map_err(|lost| match lost {
            Lost::No(no) => no.to_owned(),
            Lost::Error(error) => error.message().to_owned(),
        })
    }

    async fn next(incoming: &mut Incoming) -> (String, Value) {
        let message = incoming.next().await.expect("a message").expect("no fault");
        let message: Value = serde_json::from_slice(&message).expect("JSON");
        assert_eq!(message["params"]["_meta"][ID], "mine", "R-053");
        let method = message["method"].as_str().expect("a method");
        (
            method.replace("notifications/", ""),
            message["params"].clone(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn one_subscription_is_one_with_each_member_and_lets_all_go() {
        // P-026, P-038, R-053, GW-20
        let asker = Scripted::default()
            .with("files", |request| {
                grants(request, vec![changed("tools"), changed("prompts")])
            })
            .with("mail", |_| {
                let method = "notifications/subscriptions/acknowledged";
                let granted = json!({"notifications": {"toolsListChanged": false}});
                Act::Hold(vec![said(method, granted), changed("tools")])
            });
        let asker = Arc::new(asker);
        let filter = json!({"toolsListChanged": true, "resourcesListChanged": false});
        let mut heard = begin(&asker, filter).await.expect("a stream");
        let (method, params) = next(&mut heard).await;
        assert_eq!(method, "subscriptions/acknowledged");
        assert_eq!(params["notifications"], json!({"toolsListChanged": true}));
        for _ in 0..2 {
            assert_eq!(next(&mut heard).await.0, "tools/list_changed");
        }
        let more = tokio::time::timeout(Duration::from_secs(1), heard.next()).await;
        assert!(more.is_err(), "prompts were not asked for");
        assert_eq!(asker.open.load(Ordering::SeqCst), 2);
        drop(heard);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(asker.open.load(Ordering::SeqCst), 0, "GW-26");
        for (_, sent) in asker.heard() {
            assert_eq!(
                sent["params"]["notifications"],
                json!({"toolsListChanged": true})
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_member_is_waited_for_a_while_and_a_dead_one_not_at_all() {
        let asker = Scripted::default()
            .with("files", |request| grants(request, Vec::new()))
            .with("mail", |_| Act::Hold(Vec::new()))
            .with("notes", |_| Act::Dead);
        let asker = Arc::new(asker);
        let before = tokio::time::Instant::now();
        let mut heard = begin(&asker, json!({"promptsListChanged": true}))
            .await
            .expect("a stream");
        assert_eq!(before.elapsed(), PATIENCE);
        let (_, params) = next(&mut heard).await;
        assert_eq!(params["notifications"], json!({"promptsListChanged": true}));
    }

    #[tokio::test(start_paused = true)]
    async fn a_member_that_broke_off_is_asked_anew_and_its_lists_may_have_changed() {
        // P-048, P-051
        let tries = AtomicU64::new(0);
        let asker = Scripted::default().with("files", move |request| {
            match (
                tries.fetch_add(1, Ordering::SeqCst),
                grants(request, Vec::new()),
            ) {
                (0, Act::Hold(said)) => Act::Say(said),
                (1, _) => Act::Dead,
                (_, act) => act,
            }
        });
        let asker = Arc::new(asker);
        let mut heard = begin(&asker, json!({"toolsListChanged": true}))
            .await
            .expect("a stream");
        assert_eq!(next(&mut heard).await.0, "subscriptions/acknowledged");
        assert_eq!(next(&mut heard).await.0, "tools/list_changed");
        assert_eq!(asker.count("files"), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_may_listen_to_nobody_is_refused_and_who_may_not_any_more_hears_nothing() {
        let all = Arc::new(Scripted::default().with("files", |_| Act::Refuse));
        let refused = begin(&all, json!({"toolsListChanged": true})).await;
        assert_eq!(refused.err().as_deref(), Some("refused"));
        let some = Scripted::default()
            .with("files", |_| Act::Refuse)
            .with("mail", |request| grants(request, Vec::new()));
        let some = Arc::new(some);
        let mut heard = begin(&some, json!({"toolsListChanged": true}))
            .await
            .expect("a stream");
        assert_eq!(next(&mut heard).await.0, "subscriptions/acknowledged");
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(some.count("files"), 1, "it is not asked again");
    }

    #[tokio::test(start_paused = true)]
    async fn resources_are_listened_to_where_they_are_and_told_as_they_were_named() {
        // P-026, GW-20
        let script = |uri: &'static str, also: &'static str| {
            move |request: &Value| match request["method"].as_str() {
                Some("resources/list") => {
                    listing("resources", "uri", &[uri, "both:1"], 60_000, "public")
                }
                Some("resources/templates/list") => result(json!({"resourceTemplates": []})),
                _ => {
                    let updated =
                        |uri| said("notifications/resources/updated", json!({"uri": uri}));
                    grants(
                        request,
                        vec![updated(uri), updated("both:1"), updated(also)],
                    )
                }
            }
        };
        let asker = Scripted::default()
            .with("files", script("file:///a", "file:///unasked"))
            .with("mail", script("mail:1", "mail:2"));
        let asker = Arc::new(asker);
        let uris = json!(["file:///a", "mcp+mail+both:1", "both:1", "nobody:1"]);
        let filter = json!({ "resourceSubscriptions": uris });
        let mut heard = begin(&asker, filter).await.expect("a stream");
        let (_, params) = next(&mut heard).await;
        let mut granted = params["notifications"]["resourceSubscriptions"].clone();
        granted
            .as_array_mut()
            .expect("URIs")
            .sort_by_key(|uri| uri.to_string());
        assert_eq!(granted, json!(["file:///a", "mcp+mail+both:1"]));
        let mut told = vec![
            next(&mut heard).await.1["uri"].clone(),
            next(&mut heard).await.1["uri"].clone(),
        ];
        told.sort_by_key(|uri| uri.to_string());
        assert_eq!(told, [json!("file:///a"), json!("mcp+mail+both:1")]);
        let more = tokio::time::timeout(Duration::from_secs(1), heard.next()).await;
        assert!(more.is_err());
    }
}
