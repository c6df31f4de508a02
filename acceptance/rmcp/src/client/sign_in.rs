//! Getting in: as a stranger, and with the token of a person who agreed.

use anyhow::{Context, Result};
use rmcp::transport::{
    AuthClient, StreamableHttpClientTransport,
    auth::{AuthorizationRequest, OAuthState},
    streamable_http_client::StreamableHttpClientTransportConfig,
};

use crate::story;

/// Nobody listens there: the user stops before it.
const REDIRECT: &str = "http://127.0.0.1:9/callback";

/// A transport that says who it acts for.
pub type Authorized = StreamableHttpClientTransport<AuthClient<reqwest::Client>>;

/// Discovers, registers, asks the user and redeems.
pub async fn sign_in(endpoint: &str) -> Result<Authorized> {
    let mut state = OAuthState::new(endpoint, None).await?;
    let request = AuthorizationRequest::new(REDIRECT).with_client_name("Acceptance (rmcp)");
    state.start_authorization(request).await?;
    let answer = story::ask("sign-in", &state.get_authorization_url().await?)?;
    let callback = answer["callback"].as_str().context("no callback")?;
    state.handle_callback_url(callback).await?;
    let manager = state
        .into_authorization_manager()
        .context("not signed in")?;
    let client = AuthClient::new(reqwest::Client::new(), manager);
    let config = StreamableHttpClientTransportConfig::with_uri(endpoint);
    Ok(StreamableHttpClientTransport::with_client(client, config))
}

/// The same without a token.
pub fn stranger(endpoint: &str) -> StreamableHttpClientTransport<reqwest::Client> {
    StreamableHttpClientTransport::from_uri(endpoint)
}
