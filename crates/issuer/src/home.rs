//! `/`: what this is and where its MCP servers are.
//!
//! The addresses are no secret: protected resource metadata names them too.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, Request, State},
    response::Response,
};
use http::StatusCode;
use serde::Serialize;

use crate::{
    authorize::AuthorizeRefused,
    browser::{SignedIn, Visitor, visitor},
    issuer::PublishedServer,
    shared::Shared,
};

#[derive(Serialize)]
pub(crate) struct EndpointsPage {
    pub(crate) servers: Vec<EndpointView>,
    pub(crate) user: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct EndpointView {
    name: String,
    /// Its title; none where it is all servers as one.
    title: Option<String>,
    resource: String,
}

/// The page.
pub(crate) async fn get(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (visitor, _, _) = visitor(request, &issuer);
    let pages = issuer.pages.to(visitor.locale);
    match issuer.who(&visitor).await {
        Ok(signed_in) => {
            let page = issuer.endpoints(signed_in.as_ref());
            pages.page((StatusCode::OK, "home.html"), &page)
        }
        Err(refused) => refused.answer(&issuer, visitor.locale),
    }
}

/// A style sheet or a script of the pages.
pub(crate) async fn asset(
    State(issuer): State<Arc<Shared>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    issuer.pages.asset(&name, query.as_deref())
}

impl Shared {
    /// Who visits.
    pub(crate) async fn who(
        &self,
        visitor: &Visitor,
    ) -> Result<Option<SignedIn>, AuthorizeRefused> {
        if visitor.session.is_none() {
            return Ok(None);
        }
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        Ok(self
            .signed_in(&mut *tx, visitor.session.as_ref(), now)
            .await?)
    }

    /// All servers and how to reach them.
    pub(crate) fn endpoints(&self, signed_in: Option<&SignedIn>) -> EndpointsPage {
        let published = self.published();
        let servers = published.config.servers.as_slice();
        let view = |server: &PublishedServer| EndpointView {
            name: server.name.to_string(),
            title: Some(server.title.clone()),
            resource: server.resource.to_string(),
        };
        let whole = published.config.whole.as_ref();
        let whole = whole.filter(|_| servers.len() > 1).map(|all| EndpointView {
            name: "all".to_owned(),
            title: None,
            resource: all.to_string(),
        });
        EndpointsPage {
            servers: servers.iter().map(view).chain(whole).collect(),
            user: signed_in.map(|signed_in| signed_in.user.name.to_string()),
        }
    }
}
