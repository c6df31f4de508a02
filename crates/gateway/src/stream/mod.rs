//! Bodies of answers: capped JSON, event streams that pass through, event streams
//! that are written here.
//!
//! Every stream has a [`Pulse`], by which it ends when the token that opened it
//! expires or is revoked (R-026), and shows a sign of life when it is quiet (R-032). One whose
//! client does not read is let go from outside ([`Grip`], GW-25).
//! Who waits for an answer, or for the rest of one, has an [`Attendance`].

mod attendance;
mod bridged;
mod capped;
mod course;
pub(crate) mod document;
mod held;
mod long;
mod losses;
mod outbox;
mod owed;
mod passing;
mod pieces;
mod roll;
mod sifted;
mod term;
mod watch;

use bytes::Bytes;

use crate::upstream::Fault;

pub(crate) use self::{
    attendance::Attendance,
    bridged::{Bridged, Manner, Said, said},
    capped::Capped,
    course::Course,
    held::Grip,
    long::Long,
    losses::{Blame, Loss, Losses},
    outbox::Written,
    owed::Owed,
    passing::Passing,
    sifted::{Sieve, Sifted, collect},
    watch::{Brings, Holder, Pulse, Sign, Watch},
};

/// Why a body stopped in the middle: what was sent is not the whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cut {
    /// The upstream broke off.
    #[error("the upstream broke off")]
    Broken(#[source] hyper::Error),
    /// The upstream took too long in the middle of an event.
    #[error("the upstream did not go on in time")]
    Late,
    /// The upstream ended in the middle of an event.
    #[error("the upstream ended in the middle of an event")]
    Inside,
    /// The upstream sent more than is allowed.
    #[error("the upstream's answer is too large")]
    TooLarge,
    /// The upstream sent what does not pass.
    #[error("{0}")]
    Unfit(Fault),
    /// The token is no longer good (R-026).
    #[error("the token of the caller is no longer good")]
    Over,
    /// An answer that is no event stream broke off.
    #[error("the answer broke off")]
    Document(#[source] axum::Error),
    /// Its client took nothing for too long (GW-25).
    #[error("the client took nothing for too long")]
    Unread,
}

/// The last event of a stream of 2025-11-25 that the server side ends: after how many milliseconds
/// its reader may come back (R-065). It has no data, so that nobody takes it for a message.
pub(crate) const COME_BACK: &[u8] = b"retry: 1000\n\n";

/// The last message of a subscription that the server side ends (R-054).
pub(crate) fn farewell(id: &str) -> Bytes {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","_meta":{{"io.modelcontextprotocol/subscriptionId":{id}}}}}}}"#
    )
    .into()
}
