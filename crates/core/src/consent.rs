//! Remembered consent: what a person has approved before, and when it is not asked again.

use crate::{
    id::{ClientId, UserId},
    redirect::Destination,
    resource::Resource,
    scope::ScopeSet,
    time::UnixTime,
};

/// What identifies a remembered approval: one person, one client, one target, one resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsentKey {
    /// Who approved.
    pub user: UserId,
    /// For which client.
    pub client: ClientId,
    /// Sending the code to which host or scheme.
    pub redirect_host: String,
    /// For which resource.
    pub resource: Resource,
}

/// A remembered approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What it is for.
    pub key: ConsentKey,
    /// The scopes approved so far.
    pub scopes: ScopeSet,
    /// When.
    pub granted_at: UnixTime,
}

/// How a remembered approval is keyed by target.
pub fn redirect_host(destination: &Destination) -> String {
    match destination {
        Destination::Web { host } => host.clone(),
        Destination::Loopback => "loopback".to_owned(),
        Destination::Application { scheme } => format!("{scheme}:"),
    }
}

/// What the decision whether to ask looks at, besides what was remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The client registered itself, so its name proves nothing.
    pub self_registered: bool,
    /// The answer goes to a program on the user's machine, which any program there can claim
    /// to be: loopback or a private-use scheme (RFC 8252 section 8.6).
    pub local: bool,
    /// The request came from another site (`Sec-Fetch-Site` says so, or does not say).
    pub cross_site: bool,
    /// The client asked for the page (`prompt=consent`).
    pub prompted: bool,
}

/// Whether the page may be skipped (A-039, CO-05, design decision 5).
///
/// Never on a cross-site navigation, never for a client that named itself, never
/// for a program on the user's machine, never for more than was approved.
pub fn may_skip(remembered: Option<&Consent>, asked: &ScopeSet, now: Circumstances) -> bool {
    let harmless = !(now.self_registered || now.local || now.cross_site || now.prompted);
    harmless && remembered.is_some_and(|consent| consent.scopes.covers_all(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered(scopes: ScopeSet) -> Consent {
        Consent {
            key: ConsentKey {
                user: UserId::from_known("u"),
                client: ClientId::from_known("c"),
                redirect_host: "c.example".to_owned(),
                resource: Resource::from_known("https://mcp.example/mcp/files"),
            },
            scopes,
            granted_at: UnixTime::from_seconds(0),
        }
    }

    #[test]
    fn the_page_is_skipped_only_for_a_known_client_at_the_same_target_for_no_more() {
        const CALM: Circumstances = Circumstances {
            self_registered: false,
            local: false,
            cross_site: false,
            prompted: false,
        };
        let read = remembered(ScopeSet::read_only());
        let asked = ScopeSet::read_only();
        assert!(may_skip(Some(&read), &asked, CALM));
        assert!(!may_skip(None, &asked, CALM)); // CO-05
        assert!(
            !may_skip(Some(&read), &ScopeSet::baseline(), CALM),
            "more scope asks again"
        );
        let reasons = [
            Circumstances {
                self_registered: true,
                ..CALM
            },
            Circumstances {
                local: true,
                ..CALM
            }, // CO-08
            Circumstances {
                cross_site: true,
                ..CALM
            },
            Circumstances {
                prompted: true,
                ..CALM
            },
        ];
        for reason in reasons {
            assert!(!may_skip(Some(&read), &asked, reason), "{reason:?}");
        }
    }
}
