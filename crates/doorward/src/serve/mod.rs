//! Serving: from sockets to the routers, and back to a quiet end.
//!
//! ```text
//! listener -> connection (version, limits, patience) -> front (host, peer, panics) -> issuer or gateway
//! ```
//!
//! A signal ends it: nothing new is accepted, what runs may finish for a few
//! seconds, streams and server processes end, and the process with them (CR-07).

mod accept;
mod connection;
mod counters;
mod drain;
mod forwarded;
mod frames;
mod front;
mod head;
mod hosts;
mod limits;
mod listener;
mod ops;
mod patience;
mod protocol;
mod refusal;
mod reload;
mod requests;
mod room;
mod run;
mod slack;
mod stalled;
mod streams;
mod tls;

pub(crate) use self::{
    accept::{Accepting, accept},
    drain::Drain,
    limits::{raise_file_limit, share},
    listener::bind,
    run::{Doorway, Signals, keep_open, run, runtime},
};
