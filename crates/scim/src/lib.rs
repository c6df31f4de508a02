//! SCIM 2.0 (RFC 7643, RFC 7644): identity providers create, change and remove users and groups.
//!
//! ```text
//! request -> route -> token -> body -> rule (document, filter, patch) -> flow (users, groups)
//!                                                                         |
//!                              administration of the issuer: records, sessions, grants, verifiers
//! ```
//!
//! A provider proves who it is by a bearer token that an administrator made. It sees and changes
//! what it made and nothing else: a local account, an administrator, what another provider made are
//! not there for it, and a name that one of them has is taken. What it may do beyond that decides
//! [`doorward_core::provisioning::Authority`].
//!
//! Everything that changes is committed at once with its audit record, or not at all. Passwords are
//! never taken: who is provisioned signs in through an identity provider, or by an invitation.

mod account;
mod answer;
mod authentication;
mod body;
mod desk;
mod discovery;
mod document;
mod fault;
mod filter;
mod groups;
mod list;
mod patch;
mod query;
mod render;
mod route;
#[cfg(test)]
mod samples;
mod schema;
mod scim;
mod standing;
mod users;

pub use scim::{Scim, ScimConfig, ScimParts};
