//! Reading what a provider sends.

use axum::body::Body;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;

use crate::fault::{Fault, FaultKind};

/// The longest body: a group of tens of thousands.
const LONGEST: usize = 2 * 1024 * 1024;

/// Reads a JSON body, which may call itself SCIM or JSON, or nothing at all.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Value, Fault> {
    if !is_json(headers) {
        let detail = "the body must be application/scim+json or application/json";
        return Err(FaultKind::UnsupportedMediaType.because(detail));
    }
    let collected = Limited::new(body, LONGEST).collect().await;
    let bytes = match collected {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            let detail = format!("the body is longer than {LONGEST} bytes");
            return Err(FaultKind::TooLarge.because(detail));
        }
        Err(_) => {
            let detail = "the body did not arrive completely";
            return Err(FaultKind::InvalidSyntax.because(detail));
        }
    };
    let read = serde_json::from_slice(&bytes);
    read.map_err(|_| FaultKind::InvalidSyntax.because("the body must be JSON"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["application/scim+json", "application/json"]
        .iter()
        .any(|known| kind.eq_ignore_ascii_case(known))
}
