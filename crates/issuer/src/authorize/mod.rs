//! `/authorize`: from the request of a client to the pages, and back to the client.
//!
//! Nothing is stored until somebody answers. The request travels through the
//! sign-in and consent pages inside a sealed [`pass::Pass`], and every page
//! checks it again with the client as it is registered then.

mod answer;
mod asked;
mod error;
mod flow;
mod http;
mod pass;
mod reference;
mod refusal;
mod reply;

pub(crate) use answer::{Again, Approval, Gift, asked_at, consent_key};
pub(crate) use asked::ObjectError;
pub(crate) use error::{AuthorizeRefused, see_other};
pub(crate) use flow::{Expected, Next, Opened, next, not_expected};
pub(crate) use http::{get, post};
