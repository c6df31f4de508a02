//! SCIM as identity providers speak it, over everything but sockets.
#![cfg(test)]

mod admission;
mod attacks;
mod failures;
mod groups;
mod lists;
mod service;
mod tokens;
mod users;
mod world;
