//! Doorward from outside: issuer and gateway together, as clients meet them.

#![expect(
    clippy::expect_used,
    reason = "set-up that fails is a test that fails, and says where"
)]

mod account;
mod attack_issuer;
mod canary;
mod certificates;
mod corpus;
mod dpop;
mod federation;
mod identity_providers;
mod interop;
mod login;
mod metadata;
mod openid;
mod policy;
mod quirks;
mod requests;
mod resource;
mod rotation;
mod surface;
