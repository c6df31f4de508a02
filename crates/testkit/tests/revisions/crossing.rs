//! Many callers at once, through one gateway, at the same servers: what each of them hears is its
//! own. Bridges alone are driven through ten thousand schedules in `doorward-gateway`.

use std::sync::Arc;

use doorward_mcp::era::Revision;
use doorward_testkit::peers::{Change, Client, FakeServer, House, Transport};
use serde_json::{Value, json};

use crate::{
    features::{Between, Feature, same, text_of, tool, want},
    impossible,
    pairs::Pair,
};

/// So many callers of each revision are at each server.
const CALLERS: usize = 2;
/// So many things does each of them.
const DEEDS: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_callers_do_at_the_same_servers_at_the_same_time_never_crosses() {
    // P-006, P-007, GW-19, GW-20
    let seed = seed();
    let mut servers = Vec::new();
    for revision in Revision::ALL {
        for transport in [Transport::Http, Transport::Stdio] {
            let pair = Pair::of(Revision::V2024_11_05, revision, transport);
            servers.push((
                pair.name().replace("2024-11-05-to", "at"),
                pair,
                pair.start().await,
            ));
        }
    }
    let all = servers
        .iter()
        .map(|(name, _, server)| (name.as_str(), server));
    let house = Arc::new(House::of(all));
    let mut running = tokio::task::JoinSet::new();
    for (place, pair, server) in servers {
        let server = Arc::new(server);
        for client in Revision::ALL {
            let pair = Pair::of(client, pair.server, pair.transport);
            for number in (0..CALLERS).filter(|_| pair.is_wanted()) {
                let name = format!("{}-{number}", pair.name());
                let caller = Caller {
                    name,
                    place: place.clone(),
                    pair,
                    number,
                };
                let chance = Chance(seed ^ caller.number_of_all());
                running.spawn(caller.visit(Arc::clone(&house), Arc::clone(&server), chance));
            }
        }
    }
    let found: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    assert!(
        found.is_empty(),
        "DOORWARD_SEED={seed}\n{}",
        found.join("\n")
    );
}

struct Caller {
    name: String,
    place: String,
    pair: Pair,
    number: usize,
}

impl Caller {
    async fn visit(
        self,
        house: Arc<House>,
        server: Arc<FakeServer>,
        chance: Chance,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let door = house.door(self.pair.place(), &self.place, &self.name);
        match Client::over_http(self.pair.client, &self.name, door).await {
            Err(reason) => found.push(format!("{}: {reason}", self.name)),
            Ok(client) => {
                if let Err(reason) = self.stay(&client, &server, chance).await {
                    found.push(format!("{}: {reason}", self.name));
                }
                let violations = client.violations().into_iter();
                found.extend(violations.map(|what| format!("{}: {what}", self.name)));
                client.close().await;
            }
        }
        found.extend(server.witness.violations());
        found
    }

    /// Does many things, in an order that nobody knows before.
    async fn stay(
        &self,
        client: &Client,
        server: &FakeServer,
        mut chance: Chance,
    ) -> Result<(), String> {
        let between = Between {
            client,
            witness: &server.witness,
            name: &self.name,
            server: self.pair.server,
        };
        let own = format!("note:{}", self.number_of_all());
        let mut listening = client.listen(&own).await?;
        for deed in 0..DEEDS {
            let mark = format!("{} deed {deed}", self.name);
            match chance.below(6) {
                0 => {
                    let said = text_of(&between, "echo", json!({ "text": mark })).await?;
                    same(&said, &format!("echo: {mark}"))?;
                }
                1 => {
                    let outcome = tool(&between, "slow", json!({ "text": mark })).await;
                    let steps = &outcome.progress;
                    let words = steps.iter().filter_map(|step| step["message"].as_str());
                    let own = steps.len() == 3 && words.into_iter().all(|said| said == mark);
                    want(own, || format!("{steps:?} of {mark}"))?;
                }
                2 => self.try_out(Feature::Elicitation, &between).await?,
                3 => self.try_out(Feature::Sampling, &between).await?,
                4 => {
                    let params = json!({"name": "wait", "arguments": {"mark": mark}});
                    let running = client.begin("tools/call", params).await?;
                    server.witness.began(&mark).await?;
                    client.cancel(running).await?;
                    server.witness.gave_up(&mark).await?;
                }
                _ => {
                    server.witness.happen(Change::Updated(own.clone()));
                    let heard: Value = listening.next().await?;
                    want(heard["params"]["uri"] == *own, || {
                        format!("{own} is told {heard}")
                    })?;
                }
            }
            for _ in 0..chance.below(8) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    async fn try_out(&self, feature: Feature, between: &Between<'_>) -> Result<(), String> {
        let listed = impossible::reason(self.pair.client, self.pair.server, feature);
        match (listed, feature.works(between).await) {
            (Some(_), Err(_)) => Ok(()),
            (_, outcome) => outcome,
        }
    }

    /// A number that no other caller has at this server.
    fn number_of_all(&self) -> u64 {
        let revision = Revision::ALL
            .iter()
            .position(|known| *known == self.pair.client);
        let number = revision.unwrap_or_default() * CALLERS + self.number;
        u64::try_from(number).expect("few") + 1
    }
}

/// Chance that a seed repeats: the same deeds in the same order for each caller.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) % bound
    }
}

fn seed() -> u64 {
    let given = std::env::var("DOORWARD_SEED").ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_260_728)
}
