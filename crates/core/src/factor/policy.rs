//! What a deployment demands of sign-ins, and what may be taken away.

use super::{Demand, Factors};
use crate::{step_up::Acr, user::Role};

/// How strongly people sign in at least, by their role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInPolicy {
    /// Members.
    pub member: Acr,
    /// Auditors.
    pub auditor: Acr,
    /// Administrators.
    pub administrator: Acr,
    /// Whether passkeys are turned on.
    pub passkeys: bool,
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self {
            member: Acr::Password,
            auditor: Acr::Password,
            administrator: Acr::Password,
            passkeys: true,
        }
    }
}

impl SignInPolicy {
    /// How strongly somebody with this role signs in at least.
    pub fn required(&self, role: Role) -> Acr {
        match role {
            Role::Member => self.member,
            Role::Auditor => self.auditor,
            Role::Administrator => self.administrator,
        }
    }
}

/// A factor that is to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The authenticator application.
    Totp,
    /// One of the passkeys.
    Passkey,
}

impl Factors {
    /// Whether there is any factor.
    pub fn any(self) -> bool {
        self.totp || self.passkeys > 0
    }

    /// What is left.
    #[must_use]
    pub fn without(self, removal: Removal) -> Self {
        match removal {
            Removal::Totp => Self {
                totp: false,
                ..self
            },
            Removal::Passkey => Self {
                passkeys: self.passkeys.saturating_sub(1),
                ..self
            },
        }
    }
}

/// Whether a factor may be removed: what is left must satisfy the demand.
pub fn may_remove(factors: Factors, removal: Removal, demand: Demand) -> bool {
    let left = factors.without(removal).counted(demand.passkeys);
    match demand.acr {
        Acr::Password => true,
        Acr::Mfa => left.any(),
        Acr::Passkey => left.passkeys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_factor_stays_where_one_is_demanded() {
        use Acr::{Mfa, Password};
        let have = |totp, passkeys| Factors {
            totp,
            passkeys,
            recovery_codes: 10,
        };
        #[rustfmt::skip]
        let cases = [
            (have(true, 0),  Removal::Totp,    Password,     true,  true),
            (have(true, 0),  Removal::Totp,    Mfa,          true,  false),
            (have(true, 1),  Removal::Totp,    Mfa,          true,  true),
            (have(true, 1),  Removal::Totp,    Mfa,          false, false), // the passkey does not count
            (have(true, 1),  Removal::Passkey, Mfa,          true,  true),
            (have(false, 1), Removal::Passkey, Mfa,          true,  false),
            (have(false, 2), Removal::Passkey, Mfa,          true,  true),
            (have(true, 1),  Removal::Passkey, Acr::Passkey, true,  false),
            (have(true, 2),  Removal::Passkey, Acr::Passkey, true,  true),
        ];
        for (factors, removal, acr, passkeys, expected) in cases {
            let may = may_remove(factors, removal, Demand { acr, passkeys });
            assert_eq!(may, expected, "{factors:?} {removal:?} {acr:?}");
        }
    }

    #[test]
    fn each_role_has_its_demand() {
        let policy = SignInPolicy {
            administrator: Acr::Passkey,
            auditor: Acr::Mfa,
            ..SignInPolicy::default()
        };
        let demands = Role::ALL.map(|role| policy.required(role));
        assert_eq!(demands, [Acr::Password, Acr::Mfa, Acr::Passkey]);
    }
}
