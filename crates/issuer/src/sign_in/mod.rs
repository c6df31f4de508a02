//! `/login` and `/logout`: a person proves who they are, and stops being signed in.
//!
//! The answer never says whether an account exists (LG-03); guessing is slowed
//! down per account and per peer (LG-02); every sign-in makes a new session and
//! ends the one before it (LG-01). There is one way in for every kind of proof: [`entry`]; what
//! a second factor is and when it is owed: `doorward_core::factor`.

pub(crate) mod again;
mod enrolment;
mod entry;
mod error;
mod flow;
mod guesses;
mod half;
mod http;
mod passkeys;
mod qr;
mod second;
mod step;
mod step_error;

pub(crate) use enrolment::{EnrolledNow, TotpOffer};
pub(crate) use entry::{Entered, Proof, Said, Visit};
pub(crate) use error::SignInError;
pub(crate) use http::{cross_site, form_source, get, own_page, passkey, post, sign_out};
pub(crate) use passkeys::PasskeyOffer;
pub(crate) use step::{CodesPage, answered, get as step, post as take_step};
pub(crate) use step_error::StepError;
