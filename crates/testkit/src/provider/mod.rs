//! Fake identity providers: an OpenID Provider and a GitHub, on loopback, that do what a test
//! scripts and whatever goes wrong in the world.

#![expect(
    clippy::indexing_slicing,
    reason = "a request that lacks something is a test that fails, and says where"
)]

mod configured;
mod github;
mod openid;
mod signer;

pub use configured::{github_provider, openid_provider};
pub use github::FakeGitHub;
pub use openid::{FakeProvider, Fault, Somebody};
pub use signer::TokenSigner;
