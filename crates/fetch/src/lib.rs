//! The one way out: every outbound HTTP request of Doorward is made here.
//!
//! Two faces share one guarded dialler:
//!
//! - [`Fetcher`] reads small JSON documents from places that a stranger may have
//!   named (client metadata, key sets, server metadata). One request, one
//!   connection, a deadline, a size cap.
//! - [`UpstreamClient`] carries proxied calls to MCP servers over kept-alive
//!   connections and leaves both bodies alone.
//!
//! ```text
//! uri -> names (localhost, literals) -> resolve once -> check every address
//!     -> dial a checked address -> TLS for the name -> HTTP
//! ```
//!
//! Neither follows a redirect, asks a proxy named by the environment, or
//! decompresses. [`Reach`] says which addresses may be dialled at all.

mod connector;
mod dial;
mod fetcher;
mod reach;
mod resolve;
mod self_signed;
mod socket;
mod target;
pub mod tls;
mod upstream;

pub use dial::DialError;
pub use fetcher::{Answer, Call, Document, FetchError, Fetcher, FetcherConfig, Reply};
pub use reach::{AddressKind, Reach};
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use upstream::{SendError, UpstreamClient, UpstreamConfig};
