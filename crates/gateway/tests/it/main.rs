//! The gateway from outside: through its router, with upstreams on loopback.
#![cfg(test)]

mod access;
mod batches;
mod catalogue;
mod changes;
mod decisions;
mod ending;
mod era_servers;
mod exposure;
mod faults;
mod floods;
mod half_opened;
mod hosted_sse;
mod hosted_streamable;
mod http_passing;
mod idle;
mod lifted;
mod metadata;
mod mirrored;
mod patience;
mod pressure;
mod program_sessions;
mod program_stateless;
mod program_trouble;
mod programs;
mod session_limits;
mod sse_clients;
mod sse_doors;
mod stateless;
mod streams;
mod unanswered;
mod upstream;
mod vectors;
mod whole;
mod world;
