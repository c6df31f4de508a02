//! OpenID Connect: a client learns who signed in (Core 1.0), and nothing more.
//!
//! ```text
//! openid            -> code -> ID token: for the client, read by the client
//! openid, no server -> code -> access token for the UserInfo endpoint
//! ```
//!
//! An ID token is of the type `JWT`, so it is no access token; an access token of a server
//! has another audience than the UserInfo endpoint, so it asks nothing there (ADR 0015).
//! Claims that the account does not have are not made up: there is no `email`.

mod id_token;
mod userinfo;

pub use id_token::{Hinted, ID_TOKEN_TYPE, IdTokenClaims, Occasion, access_token_hash};
pub use userinfo::{Asking, UserInfo, UserInfoFault, userinfo_of};

/// Every claim that a client can learn (OpenID Connect Discovery section 3).
pub const CLAIMS: [&str; 11] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "at_hash",
    "preferred_username",
];
