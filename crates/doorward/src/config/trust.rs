//! The `[[trusted_issuers]]` of the configuration file.

use std::{collections::BTreeMap, fs, path::Path};

use doorward_core::{
    id::ClientId,
    jwk::ForeignKeys,
    jwt_bearer::{IdJagTrust, Trust, Workload, WorkloadTrust},
    permit::Pattern,
    user::Username,
};
use doorward_issuer::{IssuerKeys, TrustedIssuer};
use serde_json::Value;
use url::Url;

use super::document::{TrustClass, TrustedIssuerEntry};

/// Checks every entry. An issuer can stand twice, once for each class.
pub(super) fn check(
    entries: Vec<TrustedIssuerEntry>,
    base: &Path,
) -> Result<Vec<TrustedIssuer>, String> {
    let mut known = Vec::new();
    let mut issuers = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = (entry.issuer.clone(), entry.class);
        if known.contains(&name) {
            return Err(format!(
                "two trusted_issuers are `{}` with one class",
                name.0
            ));
        }
        let within = |cause: String| format!("trusted issuer `{}`: {cause}", name.0);
        issuers.push(one(entry, base).map_err(within)?);
        known.push(name);
    }
    Ok(issuers)
}

fn one(entry: TrustedIssuerEntry, base: &Path) -> Result<TrustedIssuer, String> {
    let keys = keys(&entry, base)?;
    let trust = match entry.class {
        TrustClass::IdJag if !entry.workloads.is_empty() || entry.reusable => {
            return Err("workloads and reusable only go with class `workload`".to_owned());
        }
        TrustClass::Workload if !entry.users.is_empty() || !entry.claims.is_empty() => {
            return Err("users and claims only go with class `id-jag`".to_owned());
        }
        TrustClass::IdJag => Trust::IdJag(IdJagTrust {
            users: users(entry.users)?,
            claims: claims(entry.claims),
        }),
        TrustClass::Workload => {
            let workloads = entry.workloads.into_iter().map(|workload| Workload {
                subject: Pattern::new(workload.subject),
                claims: claims(workload.claims),
                client: ClientId::from_known(workload.client),
            });
            Trust::Workload(WorkloadTrust {
                workloads: workloads.collect(),
                reusable: entry.reusable,
            })
        }
    };
    Ok(TrustedIssuer {
        issuer: entry.issuer,
        keys,
        trust,
    })
}

fn keys(entry: &TrustedIssuerEntry, base: &Path) -> Result<IssuerKeys, String> {
    match (&entry.jwks, &entry.jwks_uri) {
        (Some(file), None) => {
            let path = base.join(file);
            let text = fs::read(&path)
                .map_err(|error| format!("cannot read jwks {}: {error}", path.display()))?;
            let keys = ForeignKeys::read(&text).filter(|keys| !keys.keys.is_empty());
            keys.map(IssuerKeys::Inline)
                .ok_or_else(|| format!("{} has no usable public key", path.display()))
        }
        (None, Some(uri)) => {
            let url = Url::parse(uri).map_err(|error| format!("jwks_uri: {error}"))?;
            match url.scheme() {
                "https" => Ok(IssuerKeys::At(url)),
                _ => Err("jwks_uri must be an https URL".to_owned()),
            }
        }
        _ => Err("write either jwks or jwks_uri".to_owned()),
    }
}

fn users(names: BTreeMap<String, String>) -> Result<BTreeMap<String, Username>, String> {
    let one = |(subject, name): (String, String)| {
        let name = Username::parse(&name).map_err(|error| format!("users: {error}"))?;
        Ok((subject, name))
    };
    names.into_iter().map(one).collect()
}

fn claims(claims: BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let one = |(name, value)| (name, Value::String(value));
    claims.into_iter().map(one).collect()
}
