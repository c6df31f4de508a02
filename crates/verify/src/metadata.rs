//! The protected resource's own document (RFC 9728): which issuers it trusts and
//! what to ask them for.
//!
//! Everything in it comes from the configured resource identifier, never from a
//! request's `Host` or `Forwarded` (R-006).

use doorward_core::{
    dpop::{ALGORITHMS, Policy},
    resource::Resource,
    scope::ScopeSet,
};
use serde::{Deserialize, Serialize};

use crate::challenge::requestable;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Protected resource metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResourceMetadata {
    /// The resource, exactly as it was used to build the document's URL (R-003).
    pub resource: Resource,
    /// The issuers whose tokens it takes, each exactly as in its own metadata (R-004).
    pub authorization_servers: Vec<String>,
    /// The baseline that a client asks for (R-005).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// Where a token may be sent: in the header, nowhere else.
    pub bearer_methods_supported: Vec<String>,
    /// A name that people know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The algorithms of DPoP proofs that it takes (RFC 9728 section 2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether it takes tokens that are bound to a key and no others (X-021).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens_required: bool,
    /// Whether it is asked for client certificates at its own URL, and so takes tokens that are
    /// bound to one (RFC 9728 section 2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
}

impl ProtectedResourceMetadata {
    /// A resource that trusts one issuer and asks for the baseline scopes.
    pub fn new(resource: &Resource, issuer: impl Into<String>) -> Self {
        Self {
            resource: resource.clone(),
            authorization_servers: vec![issuer.into()],
            scopes_supported: Vec::new(),
            bearer_methods_supported: vec!["header".to_owned()],
            resource_name: None,
            dpop_signing_alg_values_supported: Vec::new(),
            dpop_bound_access_tokens_required: false,
            tls_client_certificate_bound_access_tokens: false,
        }
        .asking_for(&ScopeSet::baseline())
    }

    /// The same with other scopes to ask for; `offline_access` is left out (R-005).
    #[must_use]
    pub fn asking_for(mut self, scopes: &ScopeSet) -> Self {
        let names = requestable(scopes);
        self.scopes_supported = names.split_whitespace().map(str::to_owned).collect();
        self
    }

    /// The same with a name for consent pages.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.resource_name = Some(name.into());
        self
    }

    /// The same for a resource that takes tokens bound to a key, too or only.
    #[must_use]
    pub fn offering_dpop(mut self, policy: Policy) -> Self {
        self.dpop_signing_alg_values_supported = ALGORITHMS.map(str::to_owned).into();
        self.dpop_bound_access_tokens_required = policy == Policy::Required;
        self
    }

    /// The same for a resource whose connections show client certificates, if they do.
    #[must_use]
    pub fn showing_certificates(mut self, shown: bool) -> Self {
        self.tls_client_certificate_bound_access_tokens = shown;
        self
    }

    /// The path at which this document must be served, without a token (R-001, R-007).
    pub fn path(&self) -> String {
        metadata_path(&self.resource)
    }
}

/// The path (and query) of the metadata of `resource`: the well-known suffix comes
/// between host and path (RFC 9728 section 3.1).
pub fn metadata_path(resource: &Resource) -> String {
    let (_, path) = split(resource);
    format!("{WELL_KNOWN}{path}")
}

/// The absolute URL of the metadata of `resource`, for challenges.
pub fn metadata_url(resource: &Resource) -> String {
    let (origin, path) = split(resource);
    format!("{origin}{WELL_KNOWN}{path}")
}

/// Origin, and path with query; a lone slash after the host does not count.
fn split(resource: &Resource) -> (&str, &str) {
    let text = resource.as_str();
    let host = text.find("://").map_or(0, |at| at + "://".len());
    let rest = text.get(host..).unwrap_or_default();
    let end = rest.find(['/', '?']).map_or(text.len(), |at| host + at);
    let (origin, path) = text.split_at_checked(end).unwrap_or((text, ""));
    (origin, if path == "/" { "" } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_suffix_goes_between_host_and_path() {
        #[rustfmt::skip]
        let cases = [
            // R-001, R-002
            ("https://h/mcp/files",       "https://h", "/.well-known/oauth-protected-resource/mcp/files"),
            ("https://h:8443/p/mcp",      "https://h:8443", "/.well-known/oauth-protected-resource/p/mcp"),
            ("https://h",                 "https://h", "/.well-known/oauth-protected-resource"),
            ("https://h/",                "https://h", "/.well-known/oauth-protected-resource"),
            ("https://h/mcp?tenant=a",    "https://h", "/.well-known/oauth-protected-resource/mcp?tenant=a"),
            ("https://h?tenant=a",        "https://h", "/.well-known/oauth-protected-resource?tenant=a"),
            ("http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080", "/.well-known/oauth-protected-resource/mcp"),
            ("http://[::1]:8080/mcp",     "http://[::1]:8080", "/.well-known/oauth-protected-resource/mcp"),
        ];
        for (resource, origin, path) in cases {
            let resource = Resource::from_known(resource);
            assert_eq!(metadata_path(&resource), path, "{resource}");
            assert_eq!(
                metadata_url(&resource),
                format!("{origin}{path}"),
                "{resource}"
            );
        }
    }

    #[test]
    fn the_document_says_what_clients_need_and_nothing_empty() {
        let resource = Resource::from_known("https://mcp.example/mcp/files");
        let full = ProtectedResourceMetadata::new(&resource, "https://mcp.example").named("Files");
        let json = serde_json::to_string(&full).expect("serialisable");
        // R-003, R-004, R-005, MD-01: issuer and resource byte for byte
        assert_eq!(
            json,
            r#"{"resource":"https://mcp.example/mcp/files","authorization_servers":["https://mcp.example"],"scopes_supported":["mcp:read","mcp:write"],"bearer_methods_supported":["header"],"resource_name":"Files"}"#
        );
        let offline = ScopeSet::parse("offline_access").expect("valid");
        let bare = ProtectedResourceMetadata::new(&resource, "https://as/").asking_for(&offline);
        let json = serde_json::to_string(&bare).expect("serialisable");
        assert_eq!(
            json,
            r#"{"resource":"https://mcp.example/mcp/files","authorization_servers":["https://as/"],"bearer_methods_supported":["header"]}"#
        );
    }

    #[test]
    fn the_document_reads_back() {
        let resource = Resource::from_known("https://mcp.example/mcp");
        let written = ProtectedResourceMetadata::new(&resource, "https://as");
        let json = serde_json::to_vec(&written).expect("serialisable");
        let read: ProtectedResourceMetadata = serde_json::from_slice(&json).expect("readable");
        assert_eq!(read, written);
    }
}
