//! What the consent page shows.

use doorward_core::{
    authorize::Choice,
    client::Client,
    consent::{Already, Given, Lasting},
    grant::Grant,
    redirect::Destination,
    resource::{Resource, Resources},
    scope::{OPENID, PROFILE, WRITE},
    time::UnixTime,
};
use doorward_pages::Text;
use doorward_store::{StoreError, Tx};
use serde::Serialize;

use super::{
    target,
    tools::{AskedAt, Form, ServerView},
    who::Who,
};
use crate::{
    authorize::{Opened, asked_at, consent_key},
    browser::{SignedIn, Visitor},
    issuer::Asking,
    shared::Shared,
};

/// The page.
#[derive(Serialize)]
pub(super) struct ConsentPage {
    user: String,
    who: Who,
    destination: Text,
    redirect_uri: String,
    loopback: bool,
    servers: Vec<ServerView>,
    /// What it learns about the person, if anything.
    identity: Option<IdentityView>,
    /// How servers are chosen: `none` (there is one), `one` of them or `any` of them.
    choice: &'static str,
    /// It has something already: what is asked now may be more.
    before: bool,
    terms: Terms,
    /// Whether it is asked again next time; none where it always is.
    again: Option<bool>,
    flow: String,
    form: String,
    error: Option<Text>,
}

/// How much, and for how long: on the pages of browsers and of devices.
#[derive(Serialize)]
pub(crate) struct Terms {
    /// Whether writing is asked for, and so can be left out.
    writes: bool,
    /// Whether it is left out.
    reads_only: bool,
    /// Whether writing is more than it has already.
    writes_new: bool,
    /// As configured, in words.
    lasts: Text,
    /// What can be chosen.
    lasting: Vec<(&'static str, bool)>,
}

#[derive(Serialize)]
struct IdentityView {
    ticked: bool,
    /// Whether it learns the sign-in name as well, and whether that is ticked.
    profile: Option<bool>,
    new: bool,
}

/// What the form carries beside the choice.
pub(super) struct FormParts<'a> {
    pub(super) flow: String,
    pub(super) form: Form<'a>,
    pub(super) error: Option<Text>,
}

/// So many of what a person approved for a client, the newest, tell what is new to it: what only an
/// older one allows is shown as new, and all of it as at the first time where these have ended.
pub(crate) const GRANTS_LOOKED_AT: u32 = 32;

/// What is known about the client and the person when the page is made.
pub(super) struct Known {
    grants: Vec<Grant>,
    at: Vec<AskedAt>,
}

impl Shared {
    /// What is asked for at each server, and what the client has there already.
    pub(super) async fn known(
        &self,
        tx: &mut dyn Tx,
        opened: &Opened,
        signed_in: &SignedIn,
    ) -> Result<Known, StoreError> {
        let (user, now) = (&signed_in.user.id, self.clock.now());
        let client = &opened.client.id;
        let grants = tx.latest_grants(user, client, GRANTS_LOOKED_AT).await?;
        let groups = self.groups_of(tx, user).await?;
        let who = Asking {
            user: &signed_in.user.name,
            groups: &groups,
            client: &opened.client.id,
        };
        let mut at = Vec::new();
        for resource in &opened.checked.resources {
            let remembered = tx
                .consent(&consent_key(opened, signed_in, resource))
                .await?;
            let remembered = remembered.map(|consent| consent.given);
            let held = held_at(resource, &grants, now);
            at.push(AskedAt {
                resource: resource.clone(),
                servers: self.servers_for(resource, &opened.checked.details, who),
                given: asked_at(opened, resource),
                already: Already::of(held.chain(remembered), now),
            });
        }
        Ok(Known { grants, at })
    }

    /// Puts the page together.
    pub(super) async fn consent_page(
        &self,
        (opened, visitor): (&Opened, &Visitor),
        signed_in: &SignedIn,
        mut known: Known,
        parts: FormParts<'_>,
    ) -> ConsentPage {
        let destination = opened.checked.to.redirect.destination();
        let (checked, sent) = (&opened.checked, parts.form.sent);
        let before = known.at.iter().any(|at| !at.already.is_nothing());
        let knows = |scope| known.at.iter().any(|at| at.already.has(scope));
        let (writes_new, identity_new) = (before && !knows(WRITE), before && !knows(OPENID));
        let published = self.published();
        known
            .at
            .retain(|at| Some(&at.resource) != published.userinfo.as_ref());
        let servers = self.server_views(&known.at, parts.form).await;
        let told = |name: &str| sent.is_none_or(|form| form.first(name) == "tell");
        let asked_again = sent.is_some_and(|form| form.first("again") == "ask");
        ConsentPage {
            user: signed_in.user.name.to_string(),
            who: self.who_asks(&opened.client, &known.grants),
            destination: target::in_words(&destination),
            redirect_uri: checked.to.redirect.as_str().to_owned(),
            loopback: destination == Destination::Loopback,
            choice: match (checked.choice, servers.len()) {
                (_, 0 | 1) => "none",
                (Choice::One, _) => "one",
                (Choice::Any, _) => "any",
            },
            servers,
            identity: checked.scopes.covers(OPENID).then(|| IdentityView {
                ticked: told("person"),
                profile: checked.scopes.covers(PROFILE).then(|| told("profile")),
                new: identity_new,
            }),
            before,
            terms: self.terms(
                (&opened.client, &checked.resources),
                (checked.scopes.covers(WRITE), writes_new),
                parts.form,
            ),
            again: self
                .circumstances(opened, visitor)
                .allow_remembering()
                .then_some(asked_again),
            flow: parts.flow,
            form: parts.form.tag.to_owned(),
            error: parts.error,
        }
    }

    /// How much and how long, for `client` at `resources`.
    pub(crate) fn terms(
        &self,
        (client, resources): (&Client, &[Resource]),
        (writes, writes_new): (bool, bool),
        form: Form<'_>,
    ) -> Terms {
        let sent = |name: &str| form.sent.map(|form| form.first(name)).unwrap_or_default();
        let chosen = Lasting::parse(sent("lasts")).unwrap_or_default();
        let choices = Lasting::choices(self.longest_grant(client, resources));
        let choices: Vec<_> = choices.map(|it| (it.as_str(), it == chosen)).collect();
        Terms {
            writes,
            reads_only: sent("limit") == "read",
            writes_new,
            lasts: self.lasts(client, resources),
            lasting: if choices.len() > 1 {
                choices
            } else {
                Vec::new()
            },
        }
    }

    /// For how long an approval of `client` for `resources` lasts, in words.
    fn lasts(&self, client: &Client, resources: &[Resource]) -> Text {
        let lifetimes = self.published().config.lifetimes;
        if client.refreshes() {
            let (most, idle) = (lifetimes.refresh_absolute, lifetimes.refresh_idle);
            Text::of("lasts-refresh")
                .text("most", Text::duration(most))
                .text("idle", Text::duration(idle))
        } else {
            let longest = self.longest_access(client, resources);
            Text::of("lasts-access").text("longest", Text::duration(longest))
        }
    }
}

/// What live grants open at `resource`.
pub(crate) fn held_at<'a>(
    resource: &'a Resource,
    grants: &'a [Grant],
    now: UnixTime,
) -> impl Iterator<Item = Given> + 'a {
    let live = grants.iter().filter(move |grant| grant.is_live(now));
    let about = live.filter(|grant| grant.resources.contains(resource));
    about.map(|grant| Given {
        scopes: grant.scopes.clone(),
        details: grant.details.within(&Resources::one(resource.clone())),
        ends_at: Some(grant.expires_at),
    })
}
