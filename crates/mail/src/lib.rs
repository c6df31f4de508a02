//! The post office: letters to people leave here, over SMTP (RFC 5321).
//!
//! ```text
//! Postbox::post -> bounded queue -> Delivery -> the relay of the operator
//!                                      |  later, a few times
//!                                      └─ given up, which is logged
//! ```
//!
//! Whoever posts a letter never waits, so that how long an answer takes says
//! nothing about whether a letter was sent (LG-03). Passwords and letters go over
//! TLS only, except to a relay on this very computer. Nothing is logged of a
//! letter but its subject.

mod delivery;
mod relay;

pub use delivery::{Delivery, Patience, Postbox, open};
pub use relay::{Carrier, NotARelay, NotDelivered, Relay};
