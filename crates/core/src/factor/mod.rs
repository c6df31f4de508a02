//! Second factors: what a person has beside the password, and what of it is still owed.
//!
//! ```text
//! first proof -> owed() -> Nothing ------------------------------> session
//!                       -> Confirm: code, recovery code, passkey -> owed() again
//!                       -> Enrol: there is nothing to confirm yet -> owed() again
//! ```
//!
//! A password, a link or an identity provider proves one thing. Whoever has enrolled a second
//! factor is asked for it at every sign-in, whether anything demands it or not: that is what
//! they enrolled it for. A passkey with user verification proves two things at once.
//!
//! What is enrolled is confirmed before anything new may be enrolled: knowing the password is
//! not enough to add a factor beside one that is there.

mod passkey;
mod policy;
mod recovery;
mod strength;
mod totp;

pub use self::{
    passkey::Passkey,
    policy::{Removal, SignInPolicy, may_remove},
    recovery::{FEW, RecoveryCode, SET},
    totp::{PERIOD, Totp, TotpKey, base32},
};

use crate::{session::Methods, step_up::Acr};

/// What a person has enrolled that counts here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enrolled {
    /// An authenticator application.
    pub totp: bool,
    /// At least one passkey, where passkeys are turned on.
    pub passkeys: bool,
    /// Recovery codes that were not used yet.
    pub recovery: bool,
}

/// What a person has enrolled, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// Whether there is an authenticator application.
    pub totp: bool,
    /// How many passkeys.
    pub passkeys: u32,
    /// How many recovery codes that were not used yet.
    pub recovery_codes: u32,
}

impl Factors {
    /// What of it counts where passkeys are turned on, or off.
    pub fn counted(self, passkeys: bool) -> Enrolled {
        Enrolled {
            totp: self.totp,
            passkeys: passkeys && self.passkeys > 0,
            recovery: self.recovery_codes > 0,
        }
    }
}

/// What a sign-in has to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// How strong it must be.
    pub acr: Acr,
    /// Whether passkeys are turned on.
    pub passkeys: bool,
}

/// What is still owed before somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "nobody is signed in while something is owed"]
pub enum Owed {
    /// Nothing.
    Nothing,
    /// One of the factors that are there.
    Confirm(Confirm),
    /// A factor has to be enrolled first.
    Enrol(Enrol),
}

/// What may be confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confirm {
    /// A code of the authenticator application.
    pub code: bool,
    /// A recovery code.
    pub recovery: bool,
    /// A passkey.
    pub passkey: bool,
}

/// What may be enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enrol {
    /// An authenticator application.
    pub code: bool,
    /// A passkey.
    pub passkey: bool,
}

impl Enrolled {
    /// Whether there is a factor that a sign-in can be made stronger with. Recovery codes stand
    /// in for one, and are none by themselves.
    pub fn any(self) -> bool {
        self.totp || self.passkeys
    }
}

/// Decides what is owed by somebody who has `shown` these methods (LG-01).
pub fn owed(shown: &Methods, enrolled: Enrolled, demand: Demand) -> Owed {
    let reachable = if demand.passkeys {
        Acr::Passkey
    } else {
        Acr::Mfa
    };
    let wanted = demand.acr.min(reachable);
    let wanted = if enrolled.any() {
        wanted.max(Acr::Mfa)
    } else {
        wanted
    };
    let reached = shown.acr();
    if reached >= wanted {
        return Owed::Nothing;
    }
    let strongest = wanted == Acr::Passkey;
    match (reached, enrolled) {
        (Acr::Password | Acr::Mfa, Enrolled { passkeys: true, .. }) if strongest => {
            Owed::Confirm(Confirm {
                passkey: true,
                ..Confirm::default()
            })
        }
        (Acr::Password, enrolled) if enrolled.any() => Owed::Confirm(Confirm {
            code: enrolled.totp,
            recovery: enrolled.recovery,
            passkey: enrolled.passkeys,
        }),
        _ => Owed::Enrol(Enrol {
            code: !strongest,
            passkey: demand.passkeys,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Method;

    type Case<'a> = (&'a str, &'a [Method], Enrolled, Acr, bool, Owed);

    const NONE: Enrolled = Enrolled {
        totp: false,
        passkeys: false,
        recovery: false,
    };

    #[test]
    fn what_is_enrolled_is_asked_for_and_what_is_demanded_is_enrolled() {
        use Acr::{Mfa, Passkey, Password};
        use Method::{Federated, Link, RecoveryCode, Totp};
        let totp = Enrolled { totp: true, ..NONE };
        let safe = Enrolled {
            recovery: true,
            ..totp
        };
        let key = Enrolled {
            passkeys: true,
            ..NONE
        };
        let both = Enrolled {
            recovery: true,
            passkeys: true,
            totp: true,
        };
        let confirm = |code, recovery, passkey| {
            Owed::Confirm(Confirm {
                code,
                recovery,
                passkey,
            })
        };
        let enrol = |code, passkey| Owed::Enrol(Enrol { code, passkey });
        let pwd = Method::Password;
        #[rustfmt::skip]
        let cases: [Case<'_>; 23] = [ // LG-01, A-033
            ("a password is enough",             &[pwd],                 NONE, Password, true,  Owed::Nothing),
            ("recovery codes are no factor",     &[pwd],                 Enrolled { recovery: true, ..NONE }, Password, true, Owed::Nothing),
            ("an application is asked for",      &[pwd],                 totp, Password, true,  confirm(true, false, false)),
            ("or a recovery code",               &[pwd],                 safe, Password, true,  confirm(true, true, false)),
            ("so is a passkey",                  &[pwd],                 key,  Password, true,  confirm(false, false, true)),
            ("whichever there is",               &[pwd],                 both, Password, true,  confirm(true, true, true)),
            ("after a link as well",             &[Link],                totp, Password, true,  confirm(true, false, false)),
            ("and after another provider",       &[Federated],           totp, Password, true,  confirm(true, false, false)),
            ("two things are enough",            &[pwd, Totp],           both, Mfa,      true,  Owed::Nothing),
            ("a recovery code is the second",    &[pwd, RecoveryCode],   both, Mfa,      true,  Owed::Nothing),
            ("a passkey is both",                &[Method::Passkey],     both, Mfa,      true,  Owed::Nothing),
            ("a code alone is not",              &[Totp],                totp, Password, true,  confirm(true, false, false)),
            ("demanded and not there",           &[pwd],                 NONE, Mfa,      true,  enrol(true, true)),
            ("nor are passkeys",                 &[pwd],                 NONE, Mfa,      false, enrol(true, false)),
            ("demanded and there",               &[pwd],                 safe, Mfa,      true,  confirm(true, true, false)),
            ("a passkey is demanded",            &[pwd],                 both, Passkey,  true,  confirm(false, false, true)),
            ("and was shown",                    &[Method::Passkey],     both, Passkey,  true,  Owed::Nothing),
            ("after a code, too",                &[pwd, Totp],           both, Passkey,  true,  confirm(false, false, true)),
            ("there is none: the code first",    &[pwd],                 totp, Passkey,  true,  confirm(true, false, false)),
            ("and then a new one",               &[pwd, Totp],           totp, Passkey,  true,  enrol(false, true)),
            ("nothing at all is there",          &[pwd],                 NONE, Passkey,  true,  enrol(false, true)),
            ("passkeys are off: no more than",   &[pwd, Totp],           totp, Passkey,  false, Owed::Nothing),
            ("nothing was shown",                &[],                    NONE, Password, true,  Owed::Nothing),
        ];
        for (name, shown, enrolled, acr, passkeys, expected) in cases {
            let shown = Methods::of(shown.iter().copied());
            let told = owed(&shown, enrolled, Demand { acr, passkeys });
            assert_eq!(told, expected, "{name}");
        }
    }
}
