//! One request in a session, from the question to the answer.
//!
//! ```text
//! begin -> heard, message by message -> response
//!             \-> questions of the server -> parked, the caller is asked
//! resume -> answers told to the server -> heard -> ...
//! ```
//!
//! Who leaves before the response has cancelled, and so has who does not come back (P-017).

mod begin;
mod conversation;
mod hearing;
pub(super) mod lot;
mod resume;
mod state;
mod turn;

use self::conversation::{Cancel, Conversation, Question};
pub(crate) use self::state::RequestStates;
pub(super) use self::{begin::begin, lot::Lot, resume::resume, turn::Turn};
use self::{
    hearing::Hearing,
    state::{Fingerprint, ParkedId, State, Waits},
};
