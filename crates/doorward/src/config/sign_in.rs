//! The `[sign_in]` of the configuration file: how people prove who they are.

use std::collections::BTreeMap;

use doorward_core::{factor::SignInPolicy, step_up::Acr, user::Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PublicUrl;

/// How people prove who they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInEntry {
    /// How strongly everybody signs in at least. Who has nothing that is strong enough adds it
    /// during the next sign-in; sessions that are weaker end at once.
    #[serde(default)]
    pub(super) require: Strength,
    /// The same for single roles, instead of `require`.
    #[serde(default)]
    pub(super) roles: BTreeMap<RoleName, Strength>,
    /// Whether passkeys can be made and used. They need a `public_url` with a host name, or on
    /// this machine. Turned off, those that were made count for nothing.
    #[serde(default = "yes")]
    pub(super) passkeys: bool,
}

/// How strong a sign-in is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Strength {
    /// One thing: a password, a one-time link or an identity provider.
    #[default]
    Password,
    /// A second factor beside it: a code of an authenticator application, or a recovery code.
    Mfa,
    /// A passkey, which is both and of no use on another site.
    Passkey,
}

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RoleName {
    /// Signs in and grants access to clients.
    Member,
    /// Reads the audit records as well.
    Auditor,
    /// Administers as well.
    Administrator,
}

impl Default for SignInEntry {
    fn default() -> Self {
        Self {
            require: Strength::default(),
            roles: BTreeMap::new(),
            passkeys: true,
        }
    }
}

impl Strength {
    pub(super) fn acr(self) -> Acr {
        match self {
            Self::Password => Acr::Password,
            Self::Mfa => Acr::Mfa,
            Self::Passkey => Acr::Passkey,
        }
    }
}

/// Checks the entry: nobody is asked for a passkey where there can be none.
pub(super) fn check(
    entry: &SignInEntry,
    (public_url, wanted): (&PublicUrl, Option<Acr>),
) -> Result<SignInPolicy, String> {
    let of = |role| {
        entry
            .roles
            .get(&role)
            .copied()
            .unwrap_or(entry.require)
            .acr()
    };
    let policy = SignInPolicy {
        member: of(RoleName::Member),
        auditor: of(RoleName::Auditor),
        administrator: of(RoleName::Administrator),
        passkeys: entry.passkeys,
    };
    let strongest = Role::ALL
        .map(|role| policy.required(role))
        .into_iter()
        .max();
    let asks = |acr: Option<Acr>| acr == Some(Acr::Passkey);
    if !asks(strongest) && !asks(wanted) {
        return Ok(policy);
    }
    if !entry.passkeys {
        return Err(
            "sign_in: a passkey is required, and passkeys = false turns them off".to_owned(),
        );
    }
    match public_url.takes_passkeys() {
        true => Ok(policy),
        false => Err(
            "a passkey is required, and public_url has an IP address: passkeys need a host name"
                .to_owned(),
        ),
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::{super::read::parse, *};

    fn policy(text: &str, url: &str, wanted: Option<Acr>) -> Result<SignInPolicy, String> {
        let document = parse(text).map_err(|(_, cause)| cause)?;
        let url = PublicUrl::parse(url).expect(url);
        check(&document.sign_in, (&url, wanted))
    }

    #[test]
    fn a_second_factor_is_demanded_of_everybody_or_of_a_role() {
        const HERE: &str = "https://mcp.example";
        let told = |text| {
            let policy = policy(text, HERE, None).expect(text);
            let roles = [policy.member, policy.auditor, policy.administrator];
            (roles, policy.passkeys)
        };
        use Acr::{Mfa, Passkey, Password};
        assert_eq!(told(""), ([Password; 3], true));
        assert_eq!(told("sign_in.require = 'mfa'"), ([Mfa; 3], true));
        let roles = "sign_in.require = 'mfa'\nsign_in.roles = { administrator = 'passkey', member = 'password' }";
        assert_eq!(told(roles), ([Password, Mfa, Passkey], true));
        assert_eq!(told("sign_in.passkeys = false"), ([Password; 3], false));
    }

    #[test]
    fn nobody_is_asked_for_what_cannot_be_had() {
        const HERE: &str = "https://mcp.example";
        #[rustfmt::skip]
        let cases = [
            ("sign_in.require = 'passkey'\nsign_in.passkeys = false", HERE, None, "turns them off"),
            ("sign_in.passkeys = false", HERE, Some(Acr::Passkey), "turns them off"),
            ("sign_in.require = 'passkey'", "https://192.0.2.1", None, "host name"),
            ("sign_in.require = 'sms'", HERE, None, "unknown variant"),
            ("sign_in.roles = { root = 'mfa' }", HERE, None, "unknown variant"),
            ("sign_in.requires = 'mfa'", HERE, None, "did you mean `require`"),
        ];
        for (text, url, wanted, expected) in cases {
            let cause = policy(text, url, wanted).expect_err(text);
            assert!(cause.contains(expected), "{text}: {cause}");
        }
        assert!(policy("sign_in.require = 'passkey'", "http://127.0.0.1:8080", None).is_ok());
        assert!(policy("sign_in.require = 'mfa'", "https://192.0.2.1", None).is_ok());
    }
}
