//! The outbound client against real servers on loopback.
#![cfg(test)]

mod calls;
mod fetch;
mod fetch_addresses;
mod fetch_tls;
mod server;
mod upstream;
mod upstream_streams;
mod upstream_tls;
mod world;
