//! What an account has of a user as a provider describes it.

use doorward_core::{
    provisioning::Authority,
    user::{DisplayName, MailAddress, Role, User, Username},
};
use doorward_issuer::ProvisionedChange;
use serde_json::Value;

use crate::{
    document::{Document, primaries},
    fault::{Fault, FaultKind},
};

/// What is taken over into an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) name: Username,
    pub(crate) display_name: Option<DisplayName>,
    pub(crate) mail: Option<MailAddress>,
    /// None where roles are given here.
    pub(crate) role: Option<Role>,
    pub(crate) is_active: bool,
}

impl Facts {
    /// Reads them from a whole user.
    pub(crate) fn of(user: &Document, authority: &Authority) -> Result<Self, Fault> {
        let name = text(user, "userName").unwrap_or_default();
        let name = Username::parse(name);
        let name =
            name.map_err(|error| FaultKind::InvalidValue.because(format!("userName: {error}")));
        Ok(Self {
            name: name?,
            display_name: display_name(user),
            mail: mail(user)?,
            role: role(user, authority)?,
            is_active: user.get("active") != Some(&Value::Bool(false)),
        })
    }

    /// How an account comes from these to `now`.
    pub(crate) fn changes(&self, now: &Self, account: &User) -> Vec<ProvisionedChange> {
        let mut changes = Vec::new();
        if now.name != self.name && now.name != account.name {
            changes.push(ProvisionedChange::Rename(account.clone(), now.name.clone()));
        }
        changes.extend(now.description(Some(self), account));
        changes
    }

    /// What an account has to be told of these, beside its name, as far as it differs from
    /// `before`; of one that is taken over, what is known.
    pub(crate) fn description(
        &self,
        before: Option<&Self>,
        account: &User,
    ) -> Vec<ProvisionedChange> {
        let mut changes = Vec::new();
        let shown = &self.display_name;
        let is_said = before.map_or(shown.is_some(), |it| it.display_name != *shown);
        if is_said && account.display_name != *shown {
            let change = ProvisionedChange::CallOtherwise(account.clone(), shown.clone());
            changes.push(change);
        }
        let mail = &self.mail;
        let is_said = before.map_or(mail.is_some(), |it| it.mail != *mail);
        if is_said && account.mail != *mail {
            let change = ProvisionedChange::MailElsewhere(account.clone(), mail.clone());
            changes.push(change);
        }
        let is_said = before.is_none_or(|it| it.role != self.role);
        let role = self.role.filter(|role| is_said && *role != account.role);
        if let Some(role) = role {
            changes.push(ProvisionedChange::GiveRole(account.clone(), role));
        }
        changes
    }
}

fn text<'a>(user: &'a Document, name: &str) -> Option<&'a str> {
    user.get(name).and_then(Value::as_str)
}

fn display_name(user: &Document) -> Option<DisplayName> {
    let part = |name: &str| user.get("name")?.get(name)?.as_str();
    let both = [part("givenName"), part("familyName")];
    let both = both.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let candidates = [text(user, "displayName"), part("formatted"), Some(&both)];
    let mut named = candidates.into_iter().flatten();
    named.find_map(|text| DisplayName::parse(text).ok())
}

/// The primary address, else the one for work, else the first.
fn mail(user: &Document) -> Result<Option<MailAddress>, Fault> {
    let all = user.get("emails").and_then(Value::as_array);
    let all = all.map(Vec::as_slice).unwrap_or_default();
    let is_for_work = |mail: &&Value| {
        let kind = mail.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
    };
    let chosen = primaries(all).next().and_then(|at| all.get(at));
    let chosen = chosen.or_else(|| all.iter().find(is_for_work));
    let chosen = chosen.or_else(|| all.first());
    let Some(address) = chosen.and_then(|mail| mail.get("value")?.as_str()) else {
        return Ok(None);
    };
    let parsed = MailAddress::parse(address).map(Some);
    parsed.map_err(|error| FaultKind::InvalidValue.because(format!("emails: {error}")))
}

fn role(user: &Document, authority: &Authority) -> Result<Option<Role>, Fault> {
    let all = user.get("roles").and_then(Value::as_array);
    let all = all.map(Vec::as_slice).unwrap_or_default();
    let named = all.iter().filter_map(|role| role.get("value")?.as_str());
    let role = authority.role(named);
    role.map_err(|error| FaultKind::Forbidden.because(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(user: Value, roles: &[Role]) -> Result<Facts, FaultKind> {
        let authority = Authority {
            roles: roles.to_vec(),
            ..Authority::default()
        };
        let user = user.as_object().cloned().expect("an object");
        Facts::of(&user, &authority).map_err(|fault| fault.kind)
    }

    #[test]
    fn a_person_is_called_as_the_provider_says_best() {
        let name = json!({"givenName": "Ada", "familyName": "Lovelace"});
        struct Case(Value, Option<&'static str>);
        #[rustfmt::skip]
        let cases = [
            Case(json!({"userName": "a", "displayName": "A. L.", "name": name}), Some("A. L.")),
            Case(json!({"userName": "a", "displayName": "\u{200b}", "name": name}), Some("Ada Lovelace")),
            Case(json!({"userName": "a", "name": {"formatted": "Lady A", "givenName": "Ada"}}), Some("Lady A")),
            Case(json!({"userName": "a", "name": {"givenName": "Ada"}}), Some("Ada")),
            Case(json!({"userName": "a"}), None),
        ];
        for Case(user, expected) in cases {
            let found = facts(user.clone(), &[]).expect("read").display_name;
            assert_eq!(found.as_ref().map(DisplayName::as_str), expected, "{user}");
        }
    }

    #[test]
    fn messages_go_to_the_primary_address_or_the_one_for_work() {
        struct Case(Value, Option<&'static str>);
        #[rustfmt::skip]
        let cases = [
            Case(json!([{"value": "a@x.example"}, {"value": "b@x.example", "primary": true}]), Some("b@x.example")),
            Case(json!([{"value": "a@x.example"}, {"value": "B@x.example", "type": "Work"}]), Some("b@x.example")),
            Case(json!([{"value": "a@x.example"}, {"value": "b@x.example"}]), Some("a@x.example")),
            Case(json!([{"type": "work"}]), None),
            Case(json!([]), None),
        ];
        for Case(emails, expected) in cases {
            let user = json!({"userName": "a", "emails": emails});
            let found = facts(user, &[]).expect("read").mail;
            assert_eq!(
                found.as_ref().map(MailAddress::as_str),
                expected,
                "{emails}"
            );
        }
        let bad = json!({"userName": "a", "emails": [{"value": "nobody"}]});
        assert_eq!(facts(bad, &[]), Err(FaultKind::InvalidValue));
    }

    #[test]
    fn a_role_beyond_what_the_provider_may_give_is_forbidden() {
        let admin = json!({"userName": "a", "roles": [{"value": "Administrator"}]});
        assert_eq!(
            facts(admin.clone(), &[Role::Auditor]),
            Err(FaultKind::Forbidden)
        ); // AD-02
        assert_eq!(facts(admin, &[]).map(|facts| facts.role), Ok(None));
        let auditor = json!({"userName": "a", "roles": [{"value": "auditor"}]});
        let role = facts(auditor, &[Role::Auditor]).map(|facts| facts.role);
        assert_eq!(role, Ok(Some(Role::Auditor)));
    }

    #[test]
    fn a_name_that_nobody_signs_in_with_is_refused_and_active_is_the_rule() {
        let guest = json!({"userName": "bob_gmail.com#EXT#@acme.onmicrosoft.com"});
        assert_eq!(facts(guest, &[]), Err(FaultKind::InvalidValue));
        assert_eq!(
            facts(json!({"userName": "Bob"}), &[]).map(|it| it.is_active),
            Ok(true)
        );
        let gone = json!({"userName": "Bob", "active": false});
        assert_eq!(facts(gone, &[]).map(|it| it.is_active), Ok(false));
    }
}
