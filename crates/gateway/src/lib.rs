//! The MCP gateway: reads a call, obtains a permit, forwards it.
//!
//! ```text
//! route -> server -> Origin -> token -> rights -> headers -> body -> message
//!       -> era -> method table -> decide -> Permit -> upstream -> answer
//! ```
//!
//! One way, no returns; every stop that refuses answers at once. Forwarding
//! consumes a [`Permit`](doorward_core::permit::Permit), so nothing reaches an
//! upstream undecided. The caller's token ends here: an upstream sees headers from
//! an allow list, the bytes of the message, and credentials of its own.
//!
//! Where client and server share era and transport, their bytes pass as they are. A client of
//! 2026-07-28 in front of a server with sessions goes over a `bridge`, one of the session era in
//! front of what is spoken to otherwise has a session that the gateway hosts. What one side cannot
//! say is refused in words.

mod access;
mod bridge;
mod catalogue;
mod config;
mod front;
mod gateway;
mod operator;
mod places;
mod snapshot;
mod stream;
mod upstream;
mod whole;

pub use catalogue::{ProbeError, ServerCheck};
pub use config::{
    AggregateConfig, Exposure, GatewayConfig, GatewayError, GatewayLimits, Launcher, Patience,
    ProcessConfig, ServerConfig, Sharing, Speaking, Transport, UpstreamConfig,
};
pub use doorward_mcp::era::Revision;
pub use gateway::{Gateway, GatewayLoad, GatewayParts};
pub use operator::ProgramFacts;
pub use upstream::stdio::ServerLine;
pub use whole::NameFault;
