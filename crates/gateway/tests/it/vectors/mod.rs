//! The vectors of the catalogue of attacks through every way in: both eras, one server and all of
//! them, raw and over bridges, HTTP+SSE.

mod bearer;
mod bodies;
mod names;

use doorward_core::scope::ScopeSet;
use doorward_gateway::{AggregateConfig, UpstreamConfig};
use doorward_mcp::headers::encode;
use serde_json::Value;

use crate::{
    era_servers::EraServer,
    sse_clients::SseClient,
    world::{Ask, World, config, only, post, server},
};

/// A token for all servers.
const WHOLE: &str = "alice-at-all";

/// How messages come in, and what the server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// 2026-07-28, and so does the server.
    Stateless,
    /// 2026-07-28, and the server has sessions.
    Lifted,
    /// 2025-11-25, and so does the server.
    Session,
    /// 2025-11-25, and the server has no sessions.
    Hosted,
    /// 2024-11-05, and the server has no sessions.
    Sse,
    /// 2026-07-28 at all servers as one.
    Whole,
    /// 2025-11-25 at all servers as one.
    WholeSession,
}

const WAYS: [Way; 7] = [
    Way::Stateless,
    Way::Lifted,
    Way::Session,
    Way::Hosted,
    Way::Sse,
    Way::Whole,
    Way::WholeSession,
];

/// A caller who came in by one of them, and may call `ask` and nothing else.
struct Caller {
    way: Way,
    world: World,
    server: EraServer,
    session: String,
    stream: Option<SseClient>,
}

impl Caller {
    async fn by(way: Way) -> Self {
        let server = match way {
            Way::Lifted | Way::Session => EraServer::streamable("2025-11-25").await,
            _ => EraServer::stateless().await,
        };
        let world = world(server.config());
        let mut caller = Self {
            way,
            world,
            server,
            session: String::new(),
            stream: None,
        };
        match way {
            Way::Session | Way::Hosted => caller.session = caller.world.session().await,
            Way::WholeSession => caller.session = caller.opened_at_all().await,
            Way::Sse => {
                let stream = SseClient::initialized(&caller.world, "{}").await;
                caller.stream = Some(stream);
            }
            Way::Stateless | Way::Lifted | Way::Whole => {}
        }
        caller
    }

    async fn opened_at_all(&self) -> String {
        let at_all = |ask: Ask| ask.to("/mcp").token(WHOLE);
        let opened = at_all(post(crate::world::INITIALIZE));
        let opened = self.world.send(opened).await;
        let session = opened.header("mcp-session-id").to_owned();
        let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        let told = at_all(post(note)).with("mcp-session-id", &session);
        assert_eq!(self.world.send(told).await.status, 202);
        session
    }

    /// A message of this caller; `method` and `name` are those that headers have to mirror.
    fn post(&self, body: impl Into<axum::body::Body>, (method, name): (&str, &str)) -> Ask {
        let ask = post(body);
        match self.way {
            Way::Stateless | Way::Lifted => mirrored(ask, method, name),
            Way::Whole => mirrored(ask.to("/mcp").token(WHOLE), method, name),
            Way::Session | Way::Hosted => ask.with("mcp-session-id", &self.session),
            Way::WholeSession => {
                let ask = ask.to("/mcp").token(WHOLE);
                ask.with("mcp-session-id", &self.session)
            }
            Way::Sse => {
                let stream = self.stream.as_ref().expect("open");
                ask.to(stream.endpoint()).without("accept")
            }
        }
    }

    /// The status and the message that is the answer, wherever that comes.
    async fn send(&mut self, ask: Ask) -> (u16, Value) {
        let answer = self.world.send(ask).await;
        let status = answer.status.as_u16();
        match (&mut self.stream, status) {
            (Some(stream), 202) => (202, stream.next().await.expect("an answer")),
            (_, _) => (
                status,
                serde_json::from_slice(&answer.body).unwrap_or_default(),
            ),
        }
    }

    /// How many calls the server heard.
    fn calls(&self) -> usize {
        self.server.heard("tools/call").len()
    }

    /// What the tool is called here.
    fn tool(&self, name: &str) -> String {
        match self.way {
            Way::Whole | Way::WholeSession => format!("files_{name}"),
            _ => name.to_owned(),
        }
    }

    /// What a request has to have beside its own parameters.
    fn meta(&self) -> &'static str {
        match self.way {
            Way::Stateless | Way::Lifted | Way::Whole => {
                r#","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
            }
            Way::Session | Way::Hosted | Way::Sse | Way::WholeSession => "",
        }
    }
}

fn mirrored(ask: Ask, method: &str, name: &str) -> Ask {
    let ask = ask
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", method);
    match name {
        "" => ask,
        name => ask.with("mcp-name", &encode(name)),
    }
}

fn world(upstream: UpstreamConfig) -> World {
    let mut files = server("files", upstream);
    files.allow = only(&["ask"], &[], &[]);
    let mut config = config(vec![files]);
    config.aggregate = Some(AggregateConfig::default());
    let world = World::of(config);
    world
        .tokens
        .grant_whole("alice", WHOLE, &ScopeSet::baseline());
    world
}
