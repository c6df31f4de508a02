//! The bridge against servers that say what a test tells them to.

mod calls;
mod fake;
mod listening;
mod pooling;
mod questions;
mod retries;
