//! What tools a server has, as far as it is known.
//!
//! Known from asking the server itself: kept for minutes, refreshed behind the
//! scenes, forgotten when the server says that its tools changed. A call consults
//! it only when the token does not open everything or an allow list applies; what
//! it does not know counts as the worst.

mod probe;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use doorward_core::server::{ServerName, ToolEffect, ToolSummary};
use doorward_mcp::headers::HeaderParams;
use tokio::time::{Instant, timeout};

use crate::upstream::Upstream;

pub use self::probe::ProbeError;

/// The answer of one server to [`crate::Gateway::check`].
#[derive(Debug)]
pub struct ServerCheck {
    /// The server.
    pub server: ServerName,
    /// How many tools it has, or why that cannot be told.
    pub tools: Result<usize, ProbeError>,
}

/// Counts how often a server said that its tools changed.
#[derive(Default)]
pub(crate) struct Changes(AtomicU64);

impl Changes {
    /// They changed.
    pub(crate) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How often they did.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The tools of one server.
pub(crate) struct Catalogue {
    server: ServerName,
    upstream: Upstream,
    changes: Arc<Changes>,
    known: ArcSwapOption<Known>,
    /// Held while the server is asked; holds when that last failed.
    asking: tokio::sync::Mutex<Option<Instant>>,
}

struct Known {
    tools: Arc<Tools>,
    at: Instant,
    changes: u64,
}

/// A list of tools at some moment.
#[derive(Default)]
pub(crate) struct Tools {
    summaries: Vec<ToolSummary>,
    effects: HashMap<String, ToolEffect>,
    mirrored: HashMap<String, HeaderParams>,
}

/// What is known of one tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is there, and this is what calling it can do.
    Tool(ToolEffect),
    /// The server has no such tool.
    Absent,
    /// Nobody knows right now.
    Unknown,
}

impl Catalogue {
    pub(crate) fn new(server: ServerName, upstream: Upstream, changes: Arc<Changes>) -> Self {
        Self {
            server,
            upstream,
            changes,
            known: ArcSwapOption::empty(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The tools; `None` when they are not known right now.
    pub(crate) async fn current(self: &Arc<Self>) -> Option<Arc<Tools>> {
        match self.usable() {
            Some(known) => {
                if known.at.elapsed() >= FRESH {
                    let catalogue = Arc::clone(self);
                    tokio::spawn(async move { catalogue.refresh(FRESH).await });
                }
                Some(Arc::clone(&known.tools))
            }
            // Boxed, because nearly always it is known and every call would carry its future.
            None => Box::pin(self.refresh(FRESH)).await,
        }
    }

    /// The tools as far as they are known without waiting; what is old is asked for meanwhile.
    pub(crate) fn glance(self: &Arc<Self>) -> Option<Arc<Tools>> {
        let known = self.known.load_full()?;
        let is_current = known.changes == self.changes.count() && known.at.elapsed() < FRESH;
        if !is_current {
            let catalogue = Arc::clone(self);
            tokio::spawn(async move { catalogue.refresh(FRESH).await });
        }
        Some(Arc::clone(&known.tools))
    }

    /// Looks one tool up. A tool that is not there is looked for again, unless the list is new.
    pub(crate) async fn find(self: &Arc<Self>, name: &str) -> Found {
        let Some(tools) = self.current().await else {
            return Found::Unknown;
        };
        if let Some(effect) = tools.effects.get(name) {
            return Found::Tool(*effect);
        }
        match Box::pin(self.refresh(AFTER_MISS)).await {
            Some(tools) => tools
                .effects
                .get(name)
                .map_or(Found::Absent, |effect| Found::Tool(*effect)),
            None => Found::Absent,
        }
    }

    /// Where it is noted that the tools changed.
    pub(crate) fn changes(&self) -> Arc<Changes> {
        Arc::clone(&self.changes)
    }

    /// Asks the server once, whatever is known.
    pub(crate) async fn check(&self) -> ServerCheck {
        let tools = self.ask().await.map(|tools| {
            let count = tools.summaries.len();
            self.keep(tools, self.changes.count());
            count
        });
        ServerCheck {
            server: self.server.clone(),
            tools,
        }
    }

    /// What is known and was not overtaken by a change.
    fn usable(&self) -> Option<Arc<Known>> {
        let known = self.known.load_full()?;
        let current = known.changes == self.changes.count();
        (current && known.at.elapsed() < STALE).then_some(known)
    }

    /// Asks the server unless what is known is younger than `age`; one caller asks, the others
    /// wait for the same answer.
    async fn refresh(&self, age: Duration) -> Option<Arc<Tools>> {
        let mut failed_at = self.asking.lock().await;
        let known = self.usable();
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < age) {
            return Some(Arc::clone(&known.tools));
        }
        if failed_at.is_some_and(|at| at.elapsed() < AFTER_FAILURE) {
            return known.map(|known| Arc::clone(&known.tools));
        }
        let changes = self.changes.count();
        match self.ask().await {
            Ok(tools) => {
                *failed_at = None;
                Some(self.keep(tools, changes))
            }
            Err(error) => {
                tracing::info!(server = %self.server, %error, "the list of tools cannot be read");
                *failed_at = Some(Instant::now());
                known.map(|known| Arc::clone(&known.tools))
            }
        }
    }

    async fn ask(&self) -> Result<Tools, ProbeError> {
        match timeout(WITHIN, probe::tools(&self.upstream)).await {
            Ok(tools) => tools,
            Err(_) => Err(ProbeError::Timeout),
        }
    }

    fn keep(&self, tools: Tools, changes: u64) -> Arc<Tools> {
        let tools = Arc::new(tools);
        self.known.store(Some(Arc::new(Known {
            tools: Arc::clone(&tools),
            at: Instant::now(),
            changes,
        })));
        tools
    }
}

impl Tools {
    fn new(summaries: Vec<ToolSummary>, mirrored: HashMap<String, HeaderParams>) -> Self {
        let effects = summaries
            .iter()
            .map(|tool| (tool.name.clone(), tool.effect));
        Self {
            effects: effects.collect(),
            mirrored,
            summaries,
        }
    }

    /// The arguments of a tool that are mirrored into headers.
    pub(crate) fn mirrored(&self, name: &str) -> Option<&HeaderParams> {
        self.mirrored.get(name)
    }

    /// Every tool, in the server's order.
    pub(crate) fn summaries(&self) -> &[ToolSummary] {
        &self.summaries
    }
}

/// A list this old is refreshed, and used meanwhile.
const FRESH: Duration = Duration::from_secs(300);
/// A list this old is not used.
const STALE: Duration = Duration::from_secs(3600);
/// How often one that lacks a tool is asked for again.
const AFTER_MISS: Duration = Duration::from_secs(30);
const AFTER_FAILURE: Duration = Duration::from_secs(30);
const WITHIN: Duration = Duration::from_secs(10);
