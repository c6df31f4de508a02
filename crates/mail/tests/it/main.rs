//! Letters over real connections to a mail server on loopback.
#![cfg(test)]

mod delivering;
mod server;
