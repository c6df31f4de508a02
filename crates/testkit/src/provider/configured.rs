//! The fakes as an operator would configure them.

use std::time::Duration;

use doorward_core::secret::Secret;
use doorward_federation::{
    Allow, GitHub, GroupMapping, Listed, MailTrust, OpenId, Protocol, Provider, ProviderIssuer,
    ProviderName, RoleMapping, SecretPlacement,
};

/// A provider called `idp` that is the OpenID Provider `issuer`, admitting members of `staff`.
pub fn openid_provider(issuer: &str) -> Provider {
    let openid = OpenId {
        issuer: ProviderIssuer::Exactly(issuer.to_owned()),
        userinfo: false,
        name_claim: "preferred_username".to_owned(),
        display_name_claim: "name".to_owned(),
        mail_claim: "email".to_owned(),
        groups_claim: "groups".to_owned(),
        mail_trust: MailTrust::Verified,
        hosted_domain: false,
        parameters: Vec::new(),
    };
    let listed = Listed {
        groups: vec!["staff".to_owned()],
        ..Listed::default()
    };
    provider("idp", Protocol::OpenId(openid), listed)
}

/// A provider called `github` that is the GitHub at `url`, admitting members of `acme` and of the
/// team `partners/door`.
pub fn github_provider(url: &str) -> Provider {
    let github = GitHub {
        url: url.to_owned(),
        api: format!("{url}/api/v3"),
        organizations: true,
        teams: true,
    };
    let listed = Listed {
        organizations: vec!["acme".to_owned()],
        teams: vec!["partners/door".to_owned()],
        ..Listed::default()
    };
    Provider {
        placement: SecretPlacement::Body,
        ..provider("github", Protocol::GitHub(github), listed)
    }
}

fn provider(name: &str, protocol: Protocol, listed: Listed) -> Provider {
    Provider {
        name: ProviderName::parse(name).expect("a name"),
        title: format!("The {name}"),
        protocol,
        client_id: "doorward".to_owned(),
        client_secret: Some(Secret::presented("the-client-secret")),
        placement: SecretPlacement::Header,
        scopes: vec!["openid".to_owned()],
        allow: Allow::Listed(listed),
        groups: GroupMapping {
            prefix: Some(format!("{name}:")),
            ..GroupMapping::default()
        },
        roles: RoleMapping::default(),
        create: true,
        link_by_mail: false,
        refresh_every: Some(Duration::from_secs(600)),
        grace: Duration::from_secs(24 * 3600),
        sign_out: false,
        logout_ends_grants: false,
    }
}
