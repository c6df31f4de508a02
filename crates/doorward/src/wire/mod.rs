//! The wiring: every part of a Doorward, made once and joined.
//!
//! ```text
//!            store   clock   entropy   revocations
//!              |       |        |           |
//!            issuer -keys-> verifier ---> gateway
//!              ^------------ tools ---------'
//! ```
//!
//! Issuer and gateway do not know each other: [`adapters`] carries the keys one
//! way and the tools the other.

mod adapters;
mod house;
pub(crate) mod launcher;
mod mapping;
mod outbound;
mod probe;
mod tenure;

pub(crate) use self::house::House;
