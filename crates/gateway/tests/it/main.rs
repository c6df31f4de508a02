//! The gateway from outside: through its router, with upstreams on loopback.
#![cfg(test)]

mod access;
mod batches;
mod catalogue;
mod changes;
mod decisions;
mod era_servers;
mod exposure;
mod faults;
mod hosted_sse;
mod hosted_streamable;
mod http_passing;
mod lifted;
mod metadata;
mod mirrored;
mod patience;
mod program_sessions;
mod program_stateless;
mod program_trouble;
mod programs;
mod session_limits;
mod sse_clients;
mod sse_doors;
mod stateless;
mod streams;
mod upstream;
mod whole;
mod world;
