//! `POST /introspect`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doorward_core::audit::AuditKind;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use super::{error::IntrospectError, wire::Signed};
use crate::{
    browser::peer,
    refusals::Refused,
    shared::Shared,
    token::{Asked, ClientError, parameters},
    wire::json,
};

/// The media type of a signed answer, and the `typ` of its header.
const SIGNED_TYPE: &str = "token-introspection+jwt";
const SIGNED_MEDIA: &str = "application/token-introspection+jwt";

/// Tells about a token.
pub(crate) async fn post(State(issuer): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match issuer.tell(&parts, body).await {
        Ok(response) => response,
        Err(refused) => {
            let kind = AuditKind::Introspect;
            issuer.answer_refused(kind, refused, peer(&parts)).await
        }
    }
}

impl Shared {
    async fn tell(&self, parts: &Parts, body: Body) -> Result<Response, Refused<IntrospectError>> {
        let parameters = parameters(parts, body).await;
        let parameters = parameters.map_err(Refused::stranger)?;
        let client = self.authenticate(parts, &parameters).await;
        let client = client.map_err(Refused::stranger)?;
        if client.is_public() {
            let basic = false;
            let error = ClientError::Unauthenticated { basic };
            return Err(Refused::stranger(error));
        }
        let asked = Asked {
            client: &client,
            parameters: &parameters,
            key: None,
            proof: None,
            peer: peer(parts),
        };
        let answer = self.introspect(&asked).await;
        let answer = answer.map_err(|error| Refused::to(&client, error))?;
        if !wants_signed(&parts.headers) {
            return Ok(json(StatusCode::OK, &answer));
        }
        let signed = Signed {
            iss: self.url.as_str(),
            aud: client.id.as_str(),
            iat: self.clock.now().seconds(),
            token_introspection: &answer,
        };
        let signed = self.keys.sign(SIGNED_TYPE, &signed);
        let signed = signed.map_err(|error| Refused::to(&client, error))?;
        Ok(jwt(signed))
    }
}

/// Whether the caller asks for a signed answer by its media type (RFC 9701 section 4).
fn wants_signed(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut ranges = lines.flat_map(|line| line.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let refused = |part: &str| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        media.eq_ignore_ascii_case(SIGNED_MEDIA) && !parts.any(refused)
    })
}

fn jwt(token: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(SIGNED_MEDIA)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::OK, headers, token).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_answer_is_for_who_asks_for_its_media_type() {
        for (accept, expected) in [
            ("application/token-introspection+jwt", true),
            ("Application/Token-Introspection+JWT;q=0.5", true),
            (
                "application/json, application/token-introspection+jwt",
                true,
            ),
            ("application/token-introspection+jwt;q=0", false),
            ("application/json", false),
            ("*/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_signed(&headers), expected, "{accept}");
        }
    }
}
