//! What a client says of itself besides its name: texts to show, proof of nothing.

use serde::{Deserialize, Serialize};

/// Members of RFC 7591 section 2 that change no decision. Never fetched, never embedded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Software {
    /// `software_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `software_version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `client_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// `logo_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// `policy_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// `tos_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The configured issuer whose software statement vouched for the registration
    /// (RFC 7591 section 2.3). The one member here that somebody checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vouched_by: Option<String>,
}
