//! MCP clients and servers that each speak one revision of the protocol and nothing else.
//!
//! ```text
//! Client of one revision -> what is tested -> FakeServer of another
//!            \_______________ Witness ____________/
//! ```
//!
//! What a server does is described once ([`behaviour`](self)); five wire forms say it. Both sides
//! hold every message against what their own revision knows (`words`, `strict`): methods, where
//! members stand that another era understands, kinds of content, capabilities, error codes, headers.
//! What does not fit is a violation, and a test that finds one has failed. Members that a revision
//! neither knows nor forbids pass, as they must.

#![expect(
    clippy::indexing_slicing,
    reason = "a member that a JSON value lacks is null; nothing else is indexed"
)]

mod behaviour;
mod client;
mod events;
mod house;
mod log;
mod server;
mod strict;
mod witness;
mod words;

pub use self::{
    client::{Client, Door, Listening, Outcome, Refused, Running},
    house::{House, open_to_all},
    server::{FakeServer, Transport, run_program},
    witness::{Change, Witness},
};
