//! `/token`: codes and refresh tokens become access tokens.
//!
//! Each grant is load, decide, apply, commit; a lost race is a conflict at
//! commit and runs the flow once more from the load, where the rule sees what
//! the winner did. Whatever is refused is recorded before the answer leaves.

mod assertion;
mod authentication;
mod certificate;
mod code;
mod device;
mod error;
mod exchange;
mod http;
mod id_token;
mod jwt_bearer;
mod mint;
mod own;
mod person;
mod refresh;
mod request;
mod wire;

pub(crate) use authentication::ClientError;
pub(crate) use error::{TokenError, client_error, request_error, store_error};
pub(crate) use http::post;
pub(crate) use request::{Asked, RequestError, parameters};
