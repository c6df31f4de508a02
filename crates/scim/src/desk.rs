//! One request of a provider, from its route to the flow that answers it.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use doorward_core::provisioning::ProvisionerName;
use doorward_store::StoreError;
use http::{HeaderMap, request::Parts};
use serde_json::Value;

use crate::{
    answer::Refusal,
    body, discovery, groups, list,
    query::Parameters,
    route::Route,
    schema::Schema,
    scim::{ScimConfig, Shared},
    users,
};

/// How often a flow runs from the load when concurrent requests change the same.
const TRIES: usize = 5;

/// One request of a provider.
pub(crate) struct Desk {
    pub(crate) shared: Arc<Shared>,
    pub(crate) config: Arc<ScimConfig>,
    pub(crate) provider: ProvisionerName,
}

impl Desk {
    /// Answers what `route` asks for.
    pub(crate) async fn act(
        &self,
        route: Route,
        parts: &Parts,
        body: Body,
    ) -> Result<Response, Refusal> {
        let query = Parameters::of_query(parts.uri.query().unwrap_or_default())?;
        let base = self.config.base();
        match route {
            Route::Configuration => Ok(discovery::configuration(&base)),
            Route::ResourceTypes(name) => discovery::resource_types(&base, name, &query),
            Route::Schemas(urn) => discovery::schemas(&base, urn, &query),
            Route::List(schema) => list::list(self, &[schema], &query).await,
            Route::Search(schema) => {
                let body = body::read(&parts.headers, body).await?;
                let search = list::search(&body)?;
                match schema {
                    Some(schema) => list::list(self, &[schema], &search).await,
                    None => list::list(self, &Schema::ALL, &search).await,
                }
            }
            Route::Read(schema, id) => match is_user(schema) {
                true => users::read(self, &id, &query).await,
                false => groups::read(self, &id, &query).await,
            },
            Route::Create(_) | Route::Replace(..) | Route::Change(..) => {
                let body = body::read(&parts.headers, body).await?;
                self.write(&route, &body, &parts.headers, &query).await
            }
            Route::Remove(..) => {
                self.write(&route, &Value::Null, &parts.headers, &query)
                    .await
            }
        }
    }

    /// Writes, and once more from the load when a concurrent request was first.
    async fn write(
        &self,
        route: &Route,
        body: &Value,
        headers: &HeaderMap,
        query: &Parameters,
    ) -> Result<Response, Refusal> {
        for _ in 0..TRIES {
            match self.write_once(route, body, headers, query).await {
                Err(Refusal::Store(StoreError::Conflict)) => {}
                outcome => return outcome,
            }
        }
        Err(Refusal::Busy)
    }

    async fn write_once(
        &self,
        route: &Route,
        body: &Value,
        headers: &HeaderMap,
        query: &Parameters,
    ) -> Result<Response, Refusal> {
        let whole = matches!(route, Route::Replace(..));
        match route {
            Route::Create(schema) if is_user(schema) => users::create(self, body, query).await,
            Route::Create(_) => groups::create(self, body, query).await,
            Route::Replace(schema, id) | Route::Change(schema, id) => {
                let change = Change {
                    id,
                    body,
                    whole,
                    headers,
                    query,
                };
                match is_user(schema) {
                    true => users::change(self, &change).await,
                    false => groups::change(self, &change).await,
                }
            }
            Route::Remove(schema, id) if is_user(schema) => users::remove(self, id, headers).await,
            Route::Remove(_, id) => groups::remove(self, id, headers).await,
            Route::List(_)
            | Route::Search(_)
            | Route::Read(..)
            | Route::Configuration
            | Route::ResourceTypes(_)
            | Route::Schemas(_) => Err(Refusal::Busy), // nothing of these writes
        }
    }
}

fn is_user(schema: &Schema) -> bool {
    schema == Schema::USER
}

/// What is to become of a resource.
pub(crate) struct Change<'a> {
    pub(crate) id: &'a str,
    pub(crate) body: &'a Value,
    /// Whether the body is the whole resource.
    pub(crate) whole: bool,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) query: &'a Parameters,
}
