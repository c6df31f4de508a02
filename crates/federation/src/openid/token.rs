//! The token endpoint of a provider (RFC 6749 section 4.1.3, Core section 3.1.3).

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::secret::Secret;
use doorward_fetch::{Call, Reply};
use http::{StatusCode, header::AUTHORIZATION};
use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::SecretPlacement;

/// Why a token endpoint gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// The code or the refresh token is not good any more.
    #[error("it does not accept the code or refresh token any more")]
    Grant,
    /// It does not know Doorward, or not with this secret.
    #[error("it does not accept client_id and client_secret")]
    Client,
    /// It refused for another reason.
    #[error("it refused the token request")]
    Refused,
    /// It failed.
    #[error("it failed with status {}", .0.as_u16())]
    Failed(StatusCode),
    /// The answer is not one of a token endpoint.
    #[error("its answer is not one of a token endpoint")]
    Malformed,
    /// There is no ID token in it.
    #[error("its answer has no ID token; ask for the scope openid")]
    NoIdToken,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client<'a> {
    pub(crate) id: &'a str,
    pub(crate) secret: Option<&'a Secret>,
    pub(crate) placement: SecretPlacement,
}

/// What a token endpoint gave.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) access_token: Secret,
    pub(crate) id_token: Option<Secret>,
    pub(crate) refresh_token: Option<Secret>,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: String,
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// A token request, authenticated as configured. A public client only names itself.
pub(crate) fn client_form(url: Url, client: Client<'_>, fields: &[(&str, &str)]) -> Call {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    match (client.secret, client.placement) {
        (Some(secret), SecretPlacement::Header) => {
            let encode =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let both = format!("{}:{}", encode(client.id), encode(secret.expose()));
            let basic = format!("Basic {}", STANDARD.encode(both));
            Call::post(url, form.finish()).header(AUTHORIZATION, &basic)
        }
        (Some(secret), SecretPlacement::Body) => {
            form.append_pair("client_id", client.id);
            form.append_pair("client_secret", secret.expose());
            Call::post(url, form.finish())
        }
        (None, _) => {
            form.append_pair("client_id", client.id);
            Call::post(url, form.finish())
        }
    }
}

/// Reads the answer. GitHub refuses with status 200.
pub(crate) fn read_answer(reply: &Reply) -> Result<Answer, TokenFault> {
    let json = reply.json.as_deref();
    let refused = json.and_then(|json| serde_json::from_slice::<Refused>(json).ok());
    match (reply.status, refused) {
        (status, _) if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(TokenFault::Failed(status))
        }
        (_, Some(refused)) => Err(match refused.error.as_str() {
            "invalid_grant" | "bad_verification_code" | "bad_refresh_token" => TokenFault::Grant,
            "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => {
                TokenFault::Client
            }
            "temporarily_unavailable" | "server_error" => TokenFault::Failed(reply.status),
            _ => TokenFault::Refused,
        }),
        (StatusCode::OK, None) => given(json),
        (StatusCode::UNAUTHORIZED, None) => Err(TokenFault::Client),
        (status, None) => Err(TokenFault::Failed(status)),
    }
}

fn given(json: Option<&[u8]>) -> Result<Answer, TokenFault> {
    let given: Given = json
        .and_then(doorward_core::jws::object)
        .ok_or(TokenFault::Malformed)?;
    if !given.token_type.eq_ignore_ascii_case("bearer") || given.access_token.is_empty() {
        return Err(TokenFault::Malformed);
    }
    let some = |text: Option<String>| text.filter(|text| !text.is_empty()).map(Secret::presented);
    Ok(Answer {
        access_token: Secret::presented(given.access_token),
        id_token: some(given.id_token),
        refresh_token: some(given.refresh_token),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, json: Option<&str>) -> Result<(), TokenFault> {
        let reply = Reply {
            status: StatusCode::from_u16(status).expect("a status"),
            json: json.map(|text| text.to_owned().into()),
        };
        read_answer(&reply).map(drop)
    }

    #[test]
    fn a_refusal_is_told_from_a_failure() {
        use TokenFault as F;
        let failed = |status| Err(F::Failed(StatusCode::from_u16(status).expect("a status")));
        #[rustfmt::skip]
        let cases = [
            (200, Some(r#"{"access_token":"a","token_type":"bearer"}"#), Ok(())),
            (200, Some(r#"{"access_token":"a","token_type":"Bearer","id_token":"i"}"#), Ok(())),
            (200, Some(r#"{"access_token":"a","token_type":"mac"}"#), Err(F::Malformed)),
            (200, Some(r#"{"access_token":"","token_type":"bearer"}"#), Err(F::Malformed)),
            (200, Some(r#"{"access_token":"a","access_token":"b","token_type":"bearer"}"#), Err(F::Malformed)),
            (200, Some("[]"),                              Err(F::Malformed)),
            (200, None,                                    Err(F::Malformed)),
            (200, Some(r#"{"error":"bad_verification_code"}"#), Err(F::Grant)),
            (400, Some(r#"{"error":"invalid_grant"}"#),    Err(F::Grant)),
            (401, Some(r#"{"error":"invalid_client"}"#),   Err(F::Client)),
            (401, None,                                    Err(F::Client)),
            (400, Some(r#"{"error":"invalid_scope"}"#),    Err(F::Refused)),
            (400, None,                                    failed(400)),
            (500, Some(r#"{"error":"invalid_grant"}"#),    failed(500)), // A-040: down is not lost
            (503, None,                                    failed(503)),
            (429, Some(r#"{"error":"invalid_grant"}"#),    failed(429)),
        ];
        for (status, json, expected) in cases {
            assert_eq!(read(status, json), expected, "{status} {json:?}");
        }
    }
}
