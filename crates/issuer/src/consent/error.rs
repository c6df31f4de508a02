//! Why an answer to the consent page does not count.

use doorward_store::StoreError;

use crate::{authorize::AuthorizeRefused, form::BodyError};

/// Why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsentError {
    /// The form came from another site.
    #[error("the form came from another site")]
    CrossSite,
    /// The form was made for another session or another request than the flow that it carries.
    #[error("the page was made for another sign-in")]
    StaleForm(String),
    /// The form cannot be read, or says neither yes nor no.
    #[error("the form cannot be read")]
    Unreadable,
    /// The authorization request is not usable.
    #[error(transparent)]
    Flow(#[from] AuthorizeRefused),
}

impl From<BodyError> for ConsentError {
    fn from(_: BodyError) -> Self {
        Self::Unreadable
    }
}

impl From<StoreError> for ConsentError {
    fn from(error: StoreError) -> Self {
        Self::Flow(error.into())
    }
}
