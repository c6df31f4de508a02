//! An OAuth client that wants tokens quickly: discovers, registers, redeems, refreshes.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Full;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{browser::Browser, connection::Connection};

/// Nobody is there: the browser stops before it.
pub const REDIRECT: &str = "https://client.example/callback";

/// What a client must know of an authorization server.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    /// Where people are sent.
    pub authorization_endpoint: Url,
    /// Where codes and refresh tokens are redeemed.
    pub token_endpoint: Url,
    /// Where clients register.
    pub registration_endpoint: Url,
}

/// A registered client that wants tokens for one resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// The resource.
    pub resource: String,
    /// The scopes.
    pub scope: String,
    /// Where tokens come from.
    pub token_endpoint: Url,
}

/// What a token endpoint answers.
#[derive(Debug, Deserialize)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// The next refresh token.
    pub refresh_token: String,
}

/// Reads the metadata of an issuer, in either of its two places.
pub async fn discover(issuer: &Url) -> Result<Metadata> {
    let mut connection = Connection::to(issuer);
    for document in ["oauth-authorization-server", "openid-configuration"] {
        let request = Request::get(format!("/.well-known/{document}")).body(Full::default())?;
        let answer = connection.send(request).await?;
        if answer.status == StatusCode::OK {
            return Ok(serde_json::from_slice(&answer.body)?);
        }
    }
    bail!("{issuer} publishes no metadata")
}

/// The metadata with which a client of this name registers.
pub fn registration(name: &str) -> Bytes {
    let wanted = json!({
        "client_name": name,
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    wanted.to_string().into()
}

impl Client {
    /// Registers a public client.
    pub async fn register(metadata: &Metadata, resource: &str, scope: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Registered {
            client_id: String,
        }
        let request = Request::post(metadata.registration_endpoint.path())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(registration("Benchmark")))?;
        let mut connection = Connection::to(&metadata.registration_endpoint);
        let answer = connection.send(request).await?;
        let registered: Registered = expect(StatusCode::CREATED, answer.status, &answer.body)?;
        Ok(Self {
            id: registered.client_id,
            resource: resource.to_owned(),
            scope: scope.to_owned(),
            token_endpoint: metadata.token_endpoint.clone(),
        })
    }

    /// Has the user allow once more; returns the code and its verifier.
    pub async fn code(
        &self,
        metadata: &Metadata,
        browser: &mut Browser,
        number: u64,
    ) -> Result<Code> {
        let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{number} of {}", self.id)));
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let mut url = metadata.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.id)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("scope", &self.scope)
            .append_pair("resource", &self.resource)
            .append_pair("state", &number.to_string())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let back = browser.authorize(url, REDIRECT).await?;
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let (_, code) = code.with_context(|| format!("refused: {back}"))?;
        Ok(Code {
            code: code.into_owned(),
            verifier,
        })
    }

    /// The form that redeems a code.
    pub fn redemption(&self, code: &Code) -> String {
        self.form("authorization_code")
            .append_pair("code", &code.code)
            .append_pair("code_verifier", &code.verifier)
            .append_pair("redirect_uri", REDIRECT)
            .finish()
    }

    /// The form that redeems a refresh token.
    pub fn refreshment(&self, token: &str) -> String {
        self.form("refresh_token")
            .append_pair("refresh_token", token)
            .finish()
    }

    /// Posts a form to the token endpoint.
    pub async fn tokens(&self, connection: &mut Connection, form: String) -> Result<Tokens> {
        let answer = connection
            .post_form(self.token_endpoint.path(), form)
            .await?;
        expect(StatusCode::OK, answer.status, &answer.body)
    }

    fn form(&self, grant: &str) -> form_urlencoded::Serializer<'static, String> {
        let mut form = form_urlencoded::Serializer::new(String::with_capacity(512));
        form.append_pair("grant_type", grant)
            .append_pair("client_id", &self.id)
            .append_pair("resource", &self.resource);
        form
    }
}

/// A code, with what proves who asked for it.
pub struct Code {
    code: String,
    verifier: String,
}

fn expect<T: DeserializeOwned>(wanted: StatusCode, status: StatusCode, body: &[u8]) -> Result<T> {
    if status != wanted {
        bail!(
            "{status} instead of {wanted}: {}",
            String::from_utf8_lossy(body)
        );
    }
    Ok(serde_json::from_slice(body)?)
}
