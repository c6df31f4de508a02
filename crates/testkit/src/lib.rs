//! A world to test in: a stopped clock, seeded secrets, a scripted client, an
//! issuer and a gateway wired as the binary wires them, fake upstreams and identity providers.
//!
//! Nothing here sleeps or leaves loopback. Time passes when a test says so, and
//! the same test draws the same secrets at every run.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "set-up that fails is a test that fails, and says where"
)]

pub mod chance;
pub mod client;
pub mod corpus;
pub mod holder;
pub mod hostile;
pub mod http;
pub mod page;
pub mod peers;
pub mod person;
pub mod provider;
pub mod time;
mod trust;
pub mod upstream;
pub mod world;
