//! Claims, read one by one, and the profile that they make.

use std::collections::BTreeSet;

use doorward_core::{account_link::ForeignSubject, time::UnixTime};
use serde_json::{Map, Value};

use super::{MailTrust, OpenId};
use crate::{ForeignMail, Memberships, Profile};

/// The claims of a token or of a UserInfo answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claims(pub(crate) Map<String, Value>);

/// The claim that the word on an address is about (Core section 5.1).
const MAIL: &str = "email";
/// The most groups that are looked at.
const MOST_GROUPS: usize = 2_000;

impl Claims {
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        doorward_core::jws::object(json).map(Self)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A `NumericDate`, which may have a fraction (RFC 7519 section 2).
    pub(crate) fn time(&self, name: &str) -> Option<UnixTime> {
        let value = self.0.get(name)?;
        let seconds = value.as_i64().or_else(|| {
            let fraction = value.as_f64().filter(|seconds| seconds.abs() < 1e12)?;
            #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
            Some(fraction as i64)
        })?;
        Some(UnixTime::from_seconds(seconds))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// One text, or several.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        texts(self.0.get(name))
    }

    /// Takes from a UserInfo answer what was not signed. An address comes with the word on it
    /// from the same source.
    pub(crate) fn fill(&mut self, told: Claims, mail_claim: &str) {
        let mail_known = self.has(mail_claim);
        for (name, value) in told.0 {
            let of_mail = name == mail_claim || name == "email_verified";
            if !(mail_known && of_mail) {
                self.0.entry(name).or_insert(value);
            }
        }
    }

    fn at(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.0.get(path) {
            return Some(value); // a claim may have dots in its name, like a URL
        }
        let mut steps = path.split('.');
        let first = self.0.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    }

    /// Whether the provider left groups out because there are too many (Entra).
    fn left_out(&self, path: &str) -> bool {
        let elsewhere = self.0.get("_claim_names");
        elsewhere.is_some_and(|names| names.get(path).is_some())
    }

    fn groups(&self, path: &str) -> Option<BTreeSet<String>> {
        let found = self.at(path).filter(|_| !self.left_out(path))?;
        let named = texts(Some(found)).into_iter().take(MOST_GROUPS);
        Some(named.map(str::to_owned).collect())
    }

    fn mail(&self, openid: &OpenId) -> Option<ForeignMail> {
        // The word is said of `email`, and of no other claim that may hold an address.
        let verified = openid.mail_claim == MAIL
            && match openid.mail_trust {
                MailTrust::Verified => self.0.get("email_verified") == Some(&Value::Bool(true)),
                MailTrust::DomainOwner => match self.0.get("xms_edov") {
                    Some(Value::Bool(owned)) => *owned,
                    Some(Value::String(text)) => text == "1",
                    Some(Value::Number(number)) => number.as_i64() == Some(1),
                    _ => false,
                },
                MailTrust::Never => false,
            };
        let address = self.at(&openid.mail_claim)?.as_str()?;
        let plausible = address.len() <= 254 && address.contains('@');
        plausible.then(|| ForeignMail {
            address: address.to_owned(),
            verified,
        })
    }

    /// What these claims say of somebody, whose ID token named `foreign` and `hosted_domain`.
    pub(crate) fn profile(
        self,
        openid: &OpenId,
        foreign: ForeignSubject,
        hosted_domain: Option<String>,
    ) -> Profile {
        let text = |path: &str| self.at(path).and_then(Value::as_str).map(str::to_owned);
        Profile {
            foreign,
            name: text(&openid.name_claim),
            login: None,
            display_name: text(&openid.display_name_claim),
            mail: self.mail(openid),
            hosted_domain,
            memberships: Memberships {
                groups: self.groups(&openid.groups_claim),
                ..Memberships::default()
            },
            claims: self.0,
        }
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ProviderIssuer;

    fn openid(mail_trust: MailTrust, groups: &str) -> OpenId {
        OpenId {
            issuer: ProviderIssuer::Exactly("https://idp.example".to_owned()),
            userinfo: true,
            name_claim: "preferred_username".to_owned(),
            display_name_claim: "name".to_owned(),
            mail_claim: "email".to_owned(),
            groups_claim: groups.to_owned(),
            mail_trust,
            hosted_domain: false,
            parameters: Vec::new(),
        }
    }

    fn profile(claims: &Value, openid: &OpenId) -> Profile {
        let claims = Claims::read(claims.to_string().as_bytes()).expect("an object");
        let foreign = ForeignSubject::claimed("https://idp.example", "1");
        claims.profile(openid, foreign, None)
    }

    // LG-05
    #[test]
    fn an_address_is_somebodys_only_by_the_very_word_of_who_is_trusted_in_it() {
        use MailTrust as T;
        #[rustfmt::skip]
        let cases = [
            (T::Verified,    json!({ "email_verified": true }),    true),
            (T::Verified,    json!({ "email_verified": false }),   false),
            (T::Verified,    json!({ "email_verified": "true" }),  false),
            (T::Verified,    json!({ "email_verified": 1 }),       false),
            (T::Verified,    json!({}),                            false),
            (T::Verified,    json!({ "xms_edov": true }),          false),
            (T::DomainOwner, json!({ "email_verified": true }),    false),
            (T::DomainOwner, json!({ "xms_edov": true }),          true),
            (T::DomainOwner, json!({ "xms_edov": "1" }),           true),
            (T::DomainOwner, json!({ "xms_edov": 1 }),             true),
            (T::DomainOwner, json!({ "xms_edov": false }),         false),
            (T::Never,       json!({ "email_verified": true }),    false),
        ];
        for (trust, mut claims, expected) in cases {
            claims["email"] = json!("alice@corp.example");
            let mail = profile(&claims, &openid(trust, "groups"))
                .mail
                .expect("there");
            assert_eq!(mail.verified, expected, "{claims}");
        }
    }

    // LG-05
    #[test]
    fn the_word_on_one_claim_vouches_for_no_other() {
        let claims = json!({
            "email": "mallory@corp.example", "email_verified": true, "xms_edov": true,
            "upn": "ceo@corp.example",
        });
        for trust in [MailTrust::Verified, MailTrust::DomainOwner] {
            let openid = OpenId {
                mail_claim: "upn".to_owned(),
                ..openid(trust, "groups")
            };
            let mail = profile(&claims, &openid).mail.expect("there");
            assert_eq!(
                (mail.address.as_str(), mail.verified),
                ("ceo@corp.example", false)
            );
        }
    }

    #[test]
    fn groups_are_a_list_somewhere_or_not_known() {
        #[rustfmt::skip]
        let cases = [
            ("groups",             json!({ "groups": ["a", "b"] }), Some(vec!["a", "b"])),
            ("groups",             json!({ "groups": "a" }), Some(vec!["a"])),
            ("groups",             json!({ "groups": [] }), Some(vec![])),
            ("groups",             json!({}), None),
            ("realm_access.roles", json!({ "realm_access": { "roles": ["r"] } }), Some(vec!["r"])),
            ("https://x.example/g", json!({ "https://x.example/g": ["g"] }), Some(vec!["g"])),
            ("groups",             json!({ "_claim_names": { "groups": "src1" }, "groups": ["a"] }), None),
        ];
        for (path, claims, expected) in cases {
            let found = profile(&claims, &openid(MailTrust::Never, path))
                .memberships
                .groups;
            let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect());
            assert_eq!(found, expected, "{claims}");
        }
    }

    #[test]
    fn what_was_signed_stands_above_what_was_told() {
        let mut signed = Claims(
            json!({ "name": "A", "email": "a@x" })
                .as_object()
                .cloned()
                .expect("object"),
        );
        let told = json!({ "name": "B", "email": "b@x", "email_verified": true, "groups": ["g"] });
        signed.fill(Claims(told.as_object().cloned().expect("object")), "email");
        assert_eq!(signed.text("name"), Some("A"));
        assert!(
            !signed.has("email_verified"),
            "that was said of another address"
        ); // LG-05
        assert_eq!(signed.texts("groups"), ["g"]);
    }
}
