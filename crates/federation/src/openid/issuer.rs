//! Who a provider is: one issuer, or the tenants of one that has many.

use std::collections::BTreeSet;

/// The identifier of an OpenID Provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderIssuer {
    /// This one, byte for byte.
    Exactly(String),
    /// One that many organizations share (Microsoft Entra): its document names
    /// `{tenantid}` where each token names its own.
    Tenants {
        /// What its document is found by.
        common: String,
        /// What the document calls itself, with `{tenantid}` in it.
        template: String,
        /// The tenants whose people count.
        allowed: BTreeSet<String>,
    },
}

/// What stands in a template for the tenant.
const TENANT: &str = "{tenantid}";

impl ProviderIssuer {
    /// What its document is found by.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Exactly(issuer) => issuer,
            Self::Tenants { common, .. } => common,
        }
    }

    /// Where its document is (Discovery section 4).
    pub fn document(&self) -> String {
        let base = self.as_str().trim_end_matches('/');
        format!("{base}/.well-known/openid-configuration")
    }

    /// What its document must say as `issuer`.
    pub fn published(&self) -> &str {
        match self {
            Self::Exactly(issuer) => issuer,
            Self::Tenants { template, .. } => template,
        }
    }

    /// All names of it: its own, or those of the tenants that count.
    pub fn names(&self) -> BTreeSet<String> {
        match self {
            Self::Exactly(issuer) => [issuer.clone()].into(),
            Self::Tenants {
                template, allowed, ..
            } => allowed
                .iter()
                .map(|tenant| template.replace(TENANT, tenant))
                .collect(),
        }
    }

    /// Whether `iss` names it; of many tenants, one that counts.
    pub fn is_named(&self, iss: &str) -> bool {
        match self {
            Self::Exactly(issuer) => issuer == iss,
            Self::Tenants {
                template, allowed, ..
            } => allowed
                .iter()
                .any(|tenant| template.replace(TENANT, tenant) == iss),
        }
    }

    /// Whether a token with this `iss` and `tid` comes from it: of many tenants both must name
    /// the same one, and it must count (LG-06).
    pub fn made(&self, iss: &str, tid: Option<&str>) -> bool {
        match self {
            Self::Exactly(issuer) => issuer == iss,
            Self::Tenants {
                template, allowed, ..
            } => {
                tid.is_some_and(|tid| allowed.contains(tid) && template.replace(TENANT, tid) == iss)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_compared_byte_for_byte() {
        let issuer = ProviderIssuer::Exactly("https://idp.example/".to_owned());
        assert!(issuer.made("https://idp.example/", None));
        for other in [
            "https://idp.example",
            "https://IDP.example/",
            "https://idp.example/x",
            "",
        ] {
            assert!(!issuer.made(other, None), "{other}"); // LG-06
        }
        let document = "https://idp.example/.well-known/openid-configuration";
        assert_eq!(issuer.document(), document);
    }

    // LG-06
    #[test]
    fn of_many_tenants_only_those_count_that_are_named() {
        let issuer = ProviderIssuer::Tenants {
            common: "https://login.example/organizations/v2.0".to_owned(),
            template: "https://login.example/{tenantid}/v2.0".to_owned(),
            allowed: ["ours".to_owned(), "theirs".to_owned()].into(),
        };
        #[rustfmt::skip]
        let cases = [
            ("https://login.example/ours/v2.0",       Some("ours"),     true),
            ("https://login.example/theirs/v2.0",     Some("theirs"),   true),
            ("https://login.example/theirs/v2.0",     Some("ours"),     false),
            ("https://login.example/evil/v2.0",       Some("evil"),     false),
            ("https://login.example/ours/v2.0",       None,             false),
            ("https://login.example/{tenantid}/v2.0", Some("{tenantid}"), false),
            ("https://evil.example/ours/v2.0",        Some("ours"),     false),
        ];
        for (iss, tid, expected) in cases {
            assert_eq!(issuer.made(iss, tid), expected, "{iss} {tid:?}");
        }
        assert!(issuer.is_named("https://login.example/ours/v2.0"));
        assert!(!issuer.is_named("https://login.example/evil/v2.0"));
    }
}
