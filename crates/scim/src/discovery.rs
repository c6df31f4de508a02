//! What this server can do (RFC 7644 section 4).

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    answer::{Refusal, json_answer},
    fault::FaultKind,
    query::{MOST, Parameters},
    render::list_response,
    schema::Schema,
};

/// The answer of `/ServiceProviderConfig` (RFC 7643 section 5).
pub(crate) fn configuration(base: &str) -> Response {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MOST },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that an administrator made with `doorward scim token add`.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    });
    json_answer(StatusCode::OK, &body)
}

/// The answer of `/ResourceTypes`, or of one of them.
pub(crate) fn resource_types(
    base: &str,
    name: Option<String>,
    query: &Parameters,
) -> Result<Response, Refusal> {
    let named = |schema: &&Schema, name: &str| schema.name == name;
    described(name, query, &named, &|schema| schema.resource_type(base))
}

/// The answer of `/Schemas`, or of one of them.
pub(crate) fn schemas(
    base: &str,
    urn: Option<String>,
    query: &Parameters,
) -> Result<Response, Refusal> {
    let named = |schema: &&Schema, urn: &str| schema.urn.eq_ignore_ascii_case(urn);
    described(urn, query, &named, &|schema| schema.definition(base))
}

fn described(
    name: Option<String>,
    query: &Parameters,
    named: &dyn Fn(&&Schema, &str) -> bool,
    describe: &dyn Fn(&Schema) -> Value,
) -> Result<Response, Refusal> {
    if query.filter().is_some() {
        let detail = "what a server can do is not filtered"; // RFC 7644 section 4
        return Err(FaultKind::Forbidden.because(detail).into());
    }
    let body = match name {
        None => {
            let all: Vec<Value> = Schema::ALL.iter().map(|schema| describe(schema)).collect();
            list_response(all.len(), 1, all)
        }
        Some(name) => {
            let found = Schema::ALL.iter().find(|schema| named(schema, &name));
            let found =
                found.ok_or_else(|| FaultKind::NotFound.because("there is nothing here"))?;
            describe(found)
        }
    };
    Ok(json_answer(StatusCode::OK, &body))
}
