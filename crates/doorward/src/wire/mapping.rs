//! The configuration in the words of issuer and gateway.

use std::{collections::BTreeSet, path::PathBuf};

use doorward_core::resource::Resource;
use doorward_gateway::{GatewayConfig, GatewayLimits, ProcessConfig, ServerConfig, UpstreamConfig};
use doorward_issuer::{ClientCertificates, IssuerConfig, PublishedServer};

use super::launcher;
use crate::{
    config::{Configuration, Server, Upstream},
    data::DataFolder,
    serve::share,
};

/// What the issuer is told.
pub(super) fn issuer(configuration: &Configuration) -> IssuerConfig {
    let published = |server: &Server| PublishedServer {
        name: server.name.clone(),
        title: server
            .title
            .clone()
            .unwrap_or_else(|| server.name.to_string()),
        resource: configuration.public_url.resource(&server.name),
        environment: server.environment,
        access_ttl: server.access_ttl,
        sign_in: server.step_up.strictest(),
        resource_servers: server.resource_servers.clone(),
    };
    let certificates = configuration.client_certificates.as_ref();
    let certificates = certificates.map(|taken| ClientCertificates {
        alias: taken.listener.as_ref().map(|it| it.public_url.to_string()),
        authorities: taken.authorities.clone(),
    });
    IssuerConfig {
        issuer: configuration.public_url.to_string(),
        servers: configuration.servers.iter().map(published).collect(),
        whole: configuration
            .aggregate
            .as_ref()
            .map(|_| Resource::from_known(format!("{}/mcp", configuration.public_url))),
        sign_in: configuration.sign_in,
        lifetimes: configuration.lifetimes,
        keys: configuration.keys,
        signed_metadata: configuration.signed_metadata,
        dynamic_registration: configuration.dynamic_registration.clone(),
        statement_issuers: configuration.statement_issuers.clone(),
        client_documents: configuration.client_documents.clone(),
        exchange: configuration.exchange.clone(),
        dpop_nonces: configuration.dpop_nonces,
        openid: configuration.openid,
        federation: configuration.federation.clone(),
        trusted_issuers: configuration.trusted_issuers.clone(),
        client_certificates: certificates,
        pages: configuration.pages.clone(),
        groups_in_rules: groups_in_rules(&configuration.servers),
    }
}

/// The groups that allow lists name.
fn groups_in_rules(servers: &[Server]) -> BTreeSet<String> {
    let rules = servers.iter().flat_map(|server| &server.allow.rules);
    rules.flat_map(|rule| rule.groups.iter().cloned()).collect()
}

/// What the gateway is told, where so many connections fit.
pub(super) fn gateway(
    configuration: &Configuration,
    connections: usize,
    folder: &DataFolder,
) -> GatewayConfig {
    let scratch = configuration.scratch_places(folder).folders;
    let limits = &configuration.limits;
    GatewayConfig {
        public_url: configuration.public_url.to_string(),
        servers: configuration
            .servers
            .iter()
            .map(|one| server(one, &scratch))
            .collect(),
        aggregate: configuration.aggregate.clone(),
        groups: configuration.groups.clone(),
        allowed_origins: configuration.allowed_origins.clone(),
        dpop_nonces: configuration.dpop_nonces,
        client_certificates: configuration.asks_everybody(),
        limits: GatewayLimits {
            streams: share(limits.streams, connections),
            ..limits.clone()
        },
        certificate_alias: configuration
            .certificate_listener()
            .map(|it| it.public_url.to_string()),
    }
}

fn server(server: &Server, scratch: &[PathBuf]) -> ServerConfig {
    ServerConfig {
        name: server.name.clone(),
        title: server.title.clone(),
        exposure: server.exposure,
        speaking: server.speaking.clone(),
        upstream: match server.upstream.clone() {
            Upstream::Http { url, headers } => UpstreamConfig::Http { url, headers },
            Upstream::Command {
                command,
                environment,
                directory,
                process,
                plan,
            } => UpstreamConfig::Stdio {
                command,
                environment,
                directory,
                process: ProcessConfig {
                    launcher: Some(launcher::of(&plan, scratch)),
                    ..process
                },
            },
        },
        allow: server.allow.clone(),
        step_up: server.step_up.clone(),
        dpop: server.dpop,
    }
}
