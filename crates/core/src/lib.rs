//! The words and rules of OAuth in Doorward.
//!
//! Everything here is a value or a pure function: nothing opens a socket or a
//! file, nothing awaits, nothing reads a clock or draws randomness. Time and
//! chance arrive as arguments ([`clock::Clock`] and [`entropy::Entropy`] are
//! only the names under which the edges provide them).
//!
//! A rule returns a verdict; a flow in `doorward-issuer` or `doorward-gateway`
//! loads what the rule needs, applies the verdict and commits it.

pub mod access;
pub mod account_link;
pub mod actor;
pub mod agent;
pub mod assertion;
pub mod audit;
pub mod authorize;
pub mod bearer;
pub mod certificate;
pub mod client;
pub mod clock;
pub mod code;
pub mod consent;
pub mod details;
pub mod device;
pub mod dpop;
pub mod entropy;
pub mod exchange;
pub mod factor;
pub mod federation;
pub mod grant;
pub mod group;
pub mod id;
pub mod introspection;
pub mod invitation;
pub mod jwk;
pub mod jws;
pub mod jwt_bearer;
pub mod known_device;
pub mod letter;
pub mod lifetimes;
pub mod once;
pub mod openid;
pub mod peer;
pub mod permit;
pub mod pkce;
pub mod provisioning;
pub mod quirk;
pub mod redirect;
pub mod refresh;
pub mod registration;
pub mod request_object;
pub mod resource;
pub mod revocation;
pub mod rotation;
pub mod scope;
pub mod seal;
pub mod secret;
pub mod server;
pub mod session;
pub mod step_up;
pub mod subject;
pub mod time;
pub mod user;
