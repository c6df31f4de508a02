//! Resources as answers have them.

use axum::response::Response;
use doorward_core::time::UnixTime;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    answer::json_answer,
    document::Document,
    fault::{Fault, FaultKind},
    query::Projection,
    schema::Schema,
};

/// What is known about a resource itself.
pub(crate) struct Meta<'a> {
    pub(crate) schema: &'static Schema,
    pub(crate) base: &'a str,
    pub(crate) id: &'a str,
    pub(crate) created: UnixTime,
    pub(crate) changed: UnixTime,
}

impl Meta<'_> {
    /// Where the resource is.
    pub(crate) fn location(&self) -> String {
        format!("{}{}/{}", self.base, self.schema.endpoint, self.id)
    }

    /// Its entity tag (RFC 7644 section 3.14): it changes with what the provider says of it, not
    /// with what follows from other resources.
    pub(crate) fn version(&self) -> String {
        format!("W/\"{:x}\"", self.changed.millis())
    }

    /// The whole resource that has these attributes.
    pub(crate) fn whole(&self, mut attributes: Document) -> Document {
        let mut whole = Document::new();
        whole.insert("schemas".to_owned(), json!([self.schema.urn]));
        whole.insert("id".to_owned(), json!(self.id));
        for attribute in self.schema.every() {
            if let Some(value) = attributes.remove(attribute.name) {
                whole.insert(attribute.name.to_owned(), value);
            }
        }
        let meta = json!({
            "resourceType": self.schema.name,
            "created": time(self.created),
            "lastModified": time(self.changed),
            "location": self.location(),
            "version": self.version(),
        });
        whole.insert("meta".to_owned(), meta);
        whole
    }

    /// The answer that has the resource.
    pub(crate) fn answer(
        &self,
        status: StatusCode,
        whole: &Document,
        projection: &Projection,
    ) -> Response {
        let shown = Value::Object(projection.of(whole));
        let mut response = json_answer(status, &shown);
        let headers = response.headers_mut();
        put(headers, header::ETAG, &self.version());
        let place = match status {
            StatusCode::CREATED => header::LOCATION,
            _ => header::CONTENT_LOCATION,
        };
        put(headers, place, &self.location());
        response
    }

    /// Refuses a change of a resource that is not as its sender saw it (`If-Match`).
    pub(crate) fn expect_match(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let mut wanted = headers.get_all(header::IF_MATCH).iter().peekable();
        if wanted.peek().is_none() {
            return Ok(());
        }
        let ours = opaque(&self.version()).to_owned();
        let is_it = |value: &HeaderValue| {
            let tags = value.to_str().unwrap_or_default().split(',').map(str::trim);
            let mut tags = tags.map(|tag| tag == "*" || opaque(tag) == ours);
            tags.any(|is_it| is_it)
        };
        match wanted.any(is_it) {
            true => Ok(()),
            false => {
                let detail = "the resource has changed since";
                Err(FaultKind::PreconditionFailed.because(detail))
            }
        }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// An entity tag without the mark of a weak one.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

fn time(time: UnixTime) -> String {
    let time = Timestamp::from_millisecond(time.millis());
    time.map_or_else(|_| String::new(), |time| time.to_string())
}

/// A page of resources (RFC 7644 section 3.4.2).
pub(crate) fn list_response(total: usize, start: u32, resources: Vec<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}
