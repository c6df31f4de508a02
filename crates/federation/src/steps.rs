//! What goes into the flows with a provider, and what comes out.

use std::time::Duration;

use doorward_core::{secret::Secret, time::UnixTime};

use crate::{FederationFault, Kept, NotAdmitted, Profile};

/// A sign-in that begins.
#[derive(Clone, Copy, Debug)]
pub struct Begin<'a> {
    /// Where the browser shall come back to.
    pub redirect_uri: &'a str,
    /// What it brings back.
    pub state: &'a Secret,
    /// What the ID token repeats.
    pub nonce: &'a Secret,
    /// What only we can show with the code (RFC 7636): 43 to 128 unreserved characters.
    pub verifier: &'a Secret,
    /// Whom the client thinks of.
    pub login_hint: Option<&'a str>,
    /// How recent the sign-in over there must be.
    pub max_age: Option<Duration>,
    /// The time.
    pub now: UnixTime,
}

/// What a sign-in began with, when the browser is back.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// As it began.
    pub redirect_uri: &'a str,
    /// As it began.
    pub nonce: &'a Secret,
    /// As it began.
    pub verifier: &'a Secret,
    /// As it began.
    pub max_age: Option<Duration>,
    /// Who sent the browser back by its own word (RFC 9207).
    pub iss: Option<&'a str>,
    /// The time.
    pub now: UnixTime,
}

/// Somebody came.
#[derive(Debug)]
pub struct Arrived {
    /// Who it is.
    pub profile: Profile,
    /// What the provider can be asked again with.
    pub kept: Option<Kept>,
    /// What the provider calls its session (`sid`).
    pub session: Option<String>,
    /// When they signed in over there, where it says so (`auth_time`).
    pub signed_in_at: Option<UnixTime>,
}

/// How things stand with somebody who came before.
#[derive(Debug)]
pub enum Standing {
    /// They are still admitted.
    Admitted {
        /// What is said of them now.
        profile: Box<Profile>,
        /// What to ask with next time, when it changed.
        kept: Option<Kept>,
    },
    /// The provider says that they have no access any more.
    Gone(FederationFault),
    /// They are not among those any more who are admitted.
    NotAdmitted(NotAdmitted),
    /// The provider does not say.
    Unknown {
        /// Why not.
        fault: FederationFault,
        /// What to ask with next time, when it changed nevertheless.
        kept: Option<Kept>,
    },
}
