//! The providers of the configuration, each with what it published last.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use doorward_core::user::Username;
use doorward_federation::{Provider, ProviderName, RelyingParty};
use doorward_fetch::Fetcher;
use serde::Serialize;

/// Through whom people sign in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Federation {
    /// The providers, in the order of their buttons.
    pub providers: Vec<Provider>,
    /// Names that rules of the configuration name: no newcomer gets one.
    pub reserved: BTreeSet<Username>,
}

/// The providers, ready to be asked.
pub(crate) struct Parties {
    order: Vec<Arc<RelyingParty>>,
    by_name: BTreeMap<ProviderName, Arc<RelyingParty>>,
}

/// A button of the sign-in page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProviderButton {
    pub(crate) name: String,
    pub(crate) title: String,
}

impl Parties {
    /// Those of `federation`. What did not change of `before` keeps what it knows.
    pub(crate) fn new(federation: &Federation, fetcher: &Fetcher, before: Option<&Self>) -> Self {
        let party = |provider: &Provider| {
            let known = before.and_then(|before| before.by_name.get(&provider.name));
            let same = known.filter(|known| known.provider() == provider);
            same.cloned()
                .unwrap_or_else(|| Arc::new(RelyingParty::new(provider.clone(), fetcher)))
        };
        let order: Vec<_> = federation.providers.iter().map(party).collect();
        let named = |party: &Arc<RelyingParty>| (party.provider().name.clone(), Arc::clone(party));
        Self {
            by_name: order.iter().map(named).collect(),
            order,
        }
    }

    /// The provider of this name.
    pub(crate) fn named(&self, name: &str) -> Option<Arc<RelyingParty>> {
        let name = ProviderName::parse(name).ok()?;
        self.by_name.get(&name).cloned()
    }

    /// All, in order.
    pub(crate) fn buttons(&self) -> Vec<ProviderButton> {
        let button = |party: &Arc<RelyingParty>| ProviderButton {
            name: party.provider().name.to_string(),
            title: party.provider().title.clone(),
        };
        self.order.iter().map(button).collect()
    }

    /// What people call the provider of this name; its name when it is gone.
    pub(crate) fn title(&self, name: &str) -> String {
        let party = self.named(name);
        party.map_or_else(|| name.to_owned(), |party| party.provider().title.clone())
    }

    /// What people call who `issuer` is: the provider of that issuer, else its identifier.
    pub(crate) fn title_of(&self, issuer: &str) -> String {
        let party = self.order.iter().find(|it| it.provider().is_named(issuer));
        party.map_or_else(|| issuer.to_owned(), |it| it.provider().title.clone())
    }

    /// Whether the provider of this name is that issuer.
    pub(crate) fn speaks_for(&self, name: &str, issuer: &str) -> bool {
        let party = self.named(name);
        party.is_some_and(|party| party.provider().is_named(issuer))
    }

    /// Whether people sign in through that issuer.
    pub(crate) fn knows(&self, issuer: &str) -> bool {
        self.order.iter().any(|it| it.provider().is_named(issuer))
    }
}
