//! The gateway from outside: through its router, with upstreams on loopback.
#![cfg(test)]

mod access;
mod batches;
mod catalogue;
mod decisions;
mod exposure;
mod faults;
mod http_passing;
mod lifted;
mod metadata;
mod program_sessions;
mod program_stateless;
mod program_trouble;
mod programs;
mod session_limits;
mod stateless;
mod streams;
mod upstream;
mod world;
