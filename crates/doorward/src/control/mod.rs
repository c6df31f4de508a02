//! Administration: one request, answered by the running process or on the store itself.
//!
//! ```text
//! command line --ask--> control.sock --> running process --+
//!      |                                                   v
//!      +---- nothing runs: lock, open the store ------> Office::answer
//! ```
//!
//! The same function answers on both ways. On the socket a request and each
//! response is one line of JSON; only the user that runs Doorward may connect.

mod ask;
mod listen;
mod office;
mod people;
mod protocol;
mod servers;

pub(crate) use self::{
    ask::{ask, follow},
    listen::listen,
    office::Office,
    protocol::{
        AdminRequest, AdminResponse, AuditQuery, ClientRow, FactorRow, GrantRow, GroupRow,
        InvitationRow, KeyRow, LinkMade, LinkRow, MemberRow, Password, ProgramRow, ScimTokenRow,
        ServerLineRow, TokenRow, UserRow, When,
    },
};
