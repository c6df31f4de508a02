//! One mischief over one kind of link, through every front at once.

use std::{path::Path, sync::Arc, time::Duration};

use doorward_gateway::{AggregateConfig, Patience, ServerConfig, Speaking};
use doorward_store::{AuditFilter, Store};
use doorward_testkit::{
    hostile::{FINE, Link, Mischief},
    peers::{Client, House, open_to_all},
};
use serde_json::json;

use crate::{
    expected,
    front::Front,
    overheard::{self, Tapped},
};

/// A kind of link and a mischief.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) link: Link,
    pub(crate) mischief: Mischief,
}

/// Everything around a cell.
struct Around {
    house: House,
    tapped: Arc<Tapped>,
}

impl Cell {
    /// All of them, or those that whoever looks for a fault has named.
    pub(crate) fn is_wanted(self) -> bool {
        let only = std::env::var("DOORWARD_MISCHIEF").unwrap_or_default();
        self.name().contains(&only)
    }

    fn name(self) -> String {
        format!("{} {}", self.link.name(), self.mischief.name())
    }

    /// Tries it through every front; returns what is not as it should be.
    pub(crate) async fn tried(self) -> Vec<String> {
        let (one, all) = tokio::join!(self.at(false), self.at(true));
        one.into_iter().chain(all).collect()
    }

    /// The same at one server, or at all of them as one.
    async fn at(self, whole: bool) -> Vec<String> {
        let fronts = Front::ALL.into_iter();
        let fronts = fronts.filter(|front| front.is_whole() == whole);
        let fronts: Vec<_> = fronts
            .filter_map(|front| Some((front, expected::told(self.link, front, self.mischief)?)))
            .collect();
        if fronts.is_empty() {
            return Vec::new();
        }
        let around = Arc::new(self.around(&fronts).await);
        let mut running = tokio::task::JoinSet::new();
        for (front, told) in fronts {
            running.spawn(self.through(front, told, Arc::clone(&around)));
        }
        let outcomes = running.join_all().await;
        let failures = outcomes.into_iter().filter_map(Result::err);
        let mut found: Vec<_> = failures
            .map(|failure| format!("{}: {failure}", self.name()))
            .collect();
        let said = around.tapped.text();
        if let Some(line) = said.lines().find(|line| overheard::is_secret(line)) {
            found.push(format!("{}: a caller saw {line:?}", self.name()));
        }
        if let Some(around) = Arc::into_inner(around) {
            around.house.close().await;
        }
        found
    }

    async fn around(self, fronts: &[(Front, &str)]) -> Around {
        let mut servers = Vec::new();
        for (front, _) in fronts {
            let upstream = self.link.start(program()).await;
            servers.push(ServerConfig {
                speaking: Speaking {
                    patience: SHORT,
                    ..Speaking::default()
                },
                ..open_to_all(front.name(), upstream)
            });
        }
        let good = Link::Stateless.start(program()).await;
        servers.push(open_to_all(GOOD, good));
        let mut house = House::with(servers, |config| {
            config.aggregate = Some(AggregateConfig::default());
            config.limits.response_bytes = 256 * 1024;
            config.limits.message_bytes = 256 * 1024;
        });
        let tapped = Arc::<Tapped>::default();
        house.router = tapped.tap(house.router.clone());
        Around { house, tapped }
    }

    async fn through(
        self,
        front: Front,
        told: &'static str,
        around: Arc<Around>,
    ) -> Result<(), String> {
        let name = front.name();
        let wrong = |what: String| format!("through {name}: {what}");
        let client = connect(front, name, &around.house).await.map_err(wrong)?;
        let tool = front.tool(name, self.mischief.name());
        let outcome = client.request("tools/call", json!({ "name": tool })).await;
        let refused = match outcome.result {
            Err(refused) => refused,
            Ok(result) => return Err(wrong(format!("is answered with {result}"))),
        };
        if refused.message != told || refused.code != -32603 {
            return Err(wrong(format!("{} {}", refused.code, refused.message)));
        }
        let reference = refused.data["reference"].as_str().unwrap_or_default();
        if reference.len() != 10 || !overheard::has_logged(name, reference) {
            return Err(wrong(format!("the log has no line of {reference:?}")));
        }
        if !is_recorded(&around.house, name, reference).await {
            return Err(wrong(format!("there is no record of {reference:?}")));
        }
        let violations = client.violations();
        if !violations.is_empty() {
            return Err(wrong(violations.join("; ")));
        }
        // Who comes anew to all servers waits for what a silent one says of itself.
        if front.is_whole() {
            fine(&client, front, GOOD).await.map_err(wrong)?;
        }
        client.close().await;
        self.goes_on(front, &around.house).await.map_err(wrong)
    }

    /// A well-behaved server is reached as ever, and so is this one, when it behaves.
    async fn goes_on(self, front: Front, house: &House) -> Result<(), String> {
        let good = Some(GOOD).filter(|_| !front.is_whole());
        let own = Some(front.name()).filter(|_| self.recovers());
        for server in good.into_iter().chain(own) {
            let client = connect(front, server, house).await?;
            fine(&client, front, server).await?;
            client.close().await;
        }
        Ok(())
    }

    /// Whether the server behaves again at once. A program that ended rests for a second, and what
    /// stands in the way on the one stream of HTTP+SSE stands there for what comes after it.
    fn recovers(self) -> bool {
        let stands = matches!(
            self.mischief,
            Mischief::Stalls | Mischief::StallsInside | Mischief::StallsInEvent | Mischief::Floods
        );
        let is_stuck = self.link == Link::HttpSse && stands;
        !(self.link.is_program() || is_stuck)
    }
}

async fn fine(client: &Client, front: Front, server: &str) -> Result<(), String> {
    let tool = front.tool(server, FINE);
    let outcome = client.request("tools/call", json!({ "name": tool })).await;
    let result = outcome
        .result
        .map_err(|refused| format!("{server} afterwards: {}", refused.message))?;
    match result["content"][0]["text"] == "as it should be" {
        true => Ok(()),
        false => Err(format!("{server} afterwards: {result}")),
    }
}

async fn connect(front: Front, server: &str, house: &House) -> Result<Client, String> {
    let door = house.at(&front.path(server), front.name());
    Client::over_http(front.revision(), front.name(), door).await
}

async fn is_recorded(house: &House, server: &str, reference: &str) -> bool {
    let filter = AuditFilter {
        event: Some("upstream.failed".to_owned()),
        server: Some(server.to_owned()),
        ..AuditFilter::default()
    };
    house.store.flush().await.expect("written");
    let page = house.store.audit(filter).await.expect("read");
    page.lines.iter().any(|line| line.contains(reference))
}

/// The program of servers over stdio.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_fake-mcp-server"))
}

const GOOD: &str = "good";
/// For a server that misbehaves.
const SHORT: Patience = Patience {
    answer: Duration::from_secs(20),
    call: Duration::from_secs(2),
    call_total: Duration::from_secs(3),
};
