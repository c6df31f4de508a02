//! `doorward client`, `grant` and `audit`.

use std::path::Path;

use doorward_core::{
    audit::AuditRecord,
    client::{ClientKeys, Environment, GrantType, read_key_set},
    clock::Clock,
    id::{ClientId, GrantId},
    jwk::PublicKeySet,
    time::UnixTime,
};

use super::{
    AuditCommand, ClientCommand, GrantCommand,
    arguments::AuditArguments,
    output,
    time::{absolute, ago},
    tokens,
};
use crate::{
    control::{self, AdminRequest, AdminResponse, AuditQuery, ClientRow, GrantRow, Password},
    data::DataFolder,
    failure::Failure,
    system::SystemClock,
};

/// `doorward client`.
pub(super) fn client(command: ClientCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        ClientCommand::Add {
            name,
            redirect_uris,
            confidential,
            jwks,
            jwks_uri,
            public,
            only_pushed_requests,
            only_signed_requests,
            certificate,
            environments,
            grants,
            scopes,
            servers,
            json,
        } => {
            let request = AdminRequest::ClientAdd {
                name,
                redirect_uris,
                confidential,
                keys: match jwks.as_deref().map(key_set).transpose()? {
                    Some(set) => Some(ClientKeys::Inline(set)),
                    None => jwks_uri,
                },
                public,
                pushed: only_pushed_requests,
                signed: only_signed_requests,
                certificate: certificate.described()?,
                certificate_bound: certificate.certificate_bound,
                environments,
                grants,
                scopes: scopes.join(" "),
                servers,
            };
            show(ask(folder, request)?, json, "")
        }
        ClientCommand::List { json } => show(ask(folder, AdminRequest::ClientList)?, json, ""),
        ClientCommand::Show { id, json } => {
            let id = ClientId::from_known(id);
            let response = ask(folder, AdminRequest::ClientShow { id })?;
            match response {
                AdminResponse::Clients { clients } if json => output::json(&clients.first()),
                AdminResponse::Clients { clients } => clients.iter().try_for_each(one_client),
                other => show(other, json, ""),
            }
        }
        ClientCommand::Set { id, access_ttl } => {
            let id = ClientId::from_known(id);
            let access_ttl = access_ttl.0.map(|ttl| ttl.as_secs());
            let request = AdminRequest::ClientSet { id, access_ttl };
            show(
                ask(folder, request)?,
                false,
                "Set, for every token from now on.",
            )
        }
        ClientCommand::Token(command) => tokens::run(command, folder),
        ClientCommand::Revoke { id } => {
            let done = format!("Revoked {id}; all of its tokens ended.");
            let id = ClientId::from_known(id);
            show(
                ask(folder, AdminRequest::ClientRevoke { id })?,
                false,
                &done,
            )
        }
    }
}

/// The public keys of a client, from a file.
fn key_set(file: &Path) -> Result<PublicKeySet, Failure> {
    let failed = |cause: &dyn std::fmt::Display| {
        let fix = "the file holds a JWK Set with public signing keys, like {\"keys\": [...]}";
        Failure::new(format!("cannot use {}: {cause}", file.display())).fix(fix)
    };
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    let set = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    read_key_set(&set).map_err(|error| failed(&error))
}

/// `doorward grant`.
pub(super) fn grant(command: GrantCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        GrantCommand::List { user, client, json } => {
            let client = client.map(ClientId::from_known);
            show(
                ask(folder, AdminRequest::GrantList { user, client })?,
                json,
                "",
            )
        }
        GrantCommand::Revoke { id } => {
            let done = format!("Revoked {id}; all of its tokens ended.");
            let id = GrantId::from_known(id);
            show(ask(folder, AdminRequest::GrantRevoke { id })?, false, &done)
        }
    }
}

/// `doorward audit`.
pub(super) fn audit(command: AuditCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        AuditCommand::List(arguments) => {
            let json = arguments.json;
            show(
                ask(folder, AdminRequest::AuditList(query(arguments)))?,
                json,
                "",
            )
        }
        AuditCommand::Tail(arguments) => {
            let json = arguments.json;
            let request = AdminRequest::AuditTail(query(arguments));
            let shown = |response| show(response, json, "");
            if !block_on(control::follow(folder, request, shown))?? {
                eprintln!("doorward: nothing is running on this data folder, so nothing follows");
            }
            Ok(())
        }
        AuditCommand::Verify { json } => show(ask(folder, AdminRequest::AuditVerify)?, json, ""),
    }
}

pub(super) fn ask(folder: &DataFolder, request: AdminRequest) -> Result<AdminResponse, Failure> {
    block_on(control::ask(folder, request))?
}

/// The failure of an answer to another question.
pub(super) fn unexpected(response: &AdminResponse) -> Failure {
    match response {
        AdminResponse::Refused { reason } => Failure::new(reason.clone()),
        _ => Failure::new("the running process is of another version")
            .fix("restart it after an upgrade"),
    }
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(future))
        .map_err(|error| Failure::new(format!("cannot start: {error}")))
}

fn query(arguments: AuditArguments) -> AuditQuery {
    AuditQuery {
        newest: arguments.lines,
        user: arguments.user,
        client: arguments.client,
        server: arguments.server,
        event: arguments.event,
    }
}

fn show(response: AdminResponse, json: bool, done: &str) -> Result<(), Failure> {
    match response {
        AdminResponse::Done => output::line(done),
        AdminResponse::Clients { clients } if json => output::json(&clients),
        AdminResponse::Clients { clients } => client_table(&clients),
        AdminResponse::ClientAdded { client, secret } if json => {
            output::json(&serde_json::json!({ "client": client, "client_secret": secret }))
        }
        AdminResponse::ClientAdded { client, secret } => client_added(&client, secret),
        AdminResponse::Grants { grants } if json => output::json(&grants),
        AdminResponse::Grants { grants } => grant_table(&grants),
        AdminResponse::Audit { lines } => audit_lines(&lines, json),
        AdminResponse::AuditIntact { records } if json => {
            output::json(&serde_json::json!({ "intact": true, "records": records }))
        }
        AdminResponse::AuditIntact { records } => output::line(&format!(
            "All {records} audit records follow from one another."
        )),
        AdminResponse::AuditBroken { sequence } => Err(Failure::new(format!(
            "audit record {sequence} does not follow from the one before it"
        ))
        .fix("compare the database with a backup: somebody changed it")),
        other @ (AdminResponse::Users { .. }
        | AdminResponse::Programs { .. }
        | AdminResponse::ServerLines { .. }
        | AdminResponse::Factors { .. }
        | AdminResponse::User { .. }
        | AdminResponse::Invitations { .. }
        | AdminResponse::LinkMade(_)
        | AdminResponse::Groups { .. }
        | AdminResponse::Group { .. }
        | AdminResponse::Links { .. }
        | AdminResponse::Keys { .. }
        | AdminResponse::Key { .. }
        | AdminResponse::KeyExported { .. }
        | AdminResponse::Tokens { .. }
        | AdminResponse::TokenAdded { .. }
        | AdminResponse::ScimTokens { .. }
        | AdminResponse::ScimTokenAdded { .. }
        | AdminResponse::Refused { .. }) => Err(unexpected(&other)),
    }
}

fn client_table(clients: &[ClientRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |client: &ClientRow| {
        let used = client
            .used_at
            .map_or_else(|| "never".to_owned(), |at| ago(at.0, now));
        let state = if client.revoked_at.is_some() {
            "revoked"
        } else {
            "active"
        };
        [
            client.id.as_str().to_owned(),
            client.name.clone(),
            state.to_owned(),
            used,
        ]
    };
    output::table(
        ["ID", "NAME", "STATE", "LAST SIGN-IN"],
        &clients.iter().map(row).collect::<Vec<_>>(),
    )
}

fn one_client(client: &ClientRow) -> Result<(), Failure> {
    let now = SystemClock.now();
    let since = |when: Option<control::When>, never: &str| {
        when.map_or_else(|| never.to_owned(), |at| ago(at.0, now))
    };
    let facts = [
        ("id", client.id.as_str().to_owned()),
        ("name", client.name.clone()),
        ("origin", client.origin.as_str().replace('_', " ")),
        ("authentication", client.authentication.clone()),
        (
            "jwks_uri",
            client.jwks_uri.clone().unwrap_or_else(|| "none".to_owned()),
        ),
        ("requests", requests(client).to_owned()),
        ("bound tokens", bound(client).to_owned()),
        ("environments", environments(&client.environments)),
        ("grants", grant_types(&client.grants)),
        ("own access", own_access(client)),
        ("redirect URIs", client.redirect_uris.join(" ")),
        (
            "access tokens",
            match client.access_ttl {
                Some(seconds) => format!("{seconds} seconds"),
                None => "as configured".to_owned(),
            },
        ),
        ("registered", since(Some(client.created_at), "")),
        ("last sign-in", since(client.used_at, "never")),
        ("revoked", since(client.revoked_at, "no")),
    ];
    output::write(|out| {
        let mut facts = facts.iter();
        facts.try_for_each(|(name, value)| writeln!(out, "{name:<16}{}", output::harmless(value)))
    })
}

fn requests(client: &ClientRow) -> &'static str {
    match (client.only_pushed_requests, client.only_signed_requests) {
        (false, false) => "of any kind",
        (true, false) => "only pushed",
        (false, true) => "only signed",
        (true, true) => "only pushed and signed",
    }
}

fn bound(client: &ClientRow) -> &'static str {
    match client.certificate_bound {
        true => "to its certificate",
        false => "if it proves a key",
    }
}

fn environments(labels: &[Environment]) -> String {
    let labels: Vec<&str> = labels.iter().map(|label| label.as_str()).collect();
    if labels.is_empty() {
        "all".to_owned()
    } else {
        labels.join(" ")
    }
}

fn grant_types(grants: &[GrantType]) -> String {
    let names: Vec<&str> = grants.iter().map(|grant| grant.short_name()).collect();
    names.join(" ")
}

fn own_access(client: &ClientRow) -> String {
    let servers: Vec<&str> = client.servers.iter().map(|name| name.as_str()).collect();
    match servers.as_slice() {
        [] => "none".to_owned(),
        names => format!("{} at {}", client.scopes, names.join(" ")),
    }
}

fn client_added(client: &ClientRow, secret: Option<Password>) -> Result<(), Failure> {
    output::write(|out| {
        writeln!(out, "client_id      {}", client.id)?;
        match secret {
            Some(secret) => writeln!(out, "client_secret  {}  (shown this once)", secret.0),
            None => Ok(()),
        }
    })
}

fn grant_table(grants: &[GrantRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |grant: &GrantRow| {
        [
            grant.id.as_str().to_owned(),
            grant.user.clone().unwrap_or_else(|| "-".to_owned()),
            grant.client_name.clone(),
            grant.resource.clone(),
            grant.scope.clone(),
            grant_state(grant, now),
            ago(grant.last_used_at.0, now),
        ]
    };
    let headings = [
        "ID",
        "USER",
        "CLIENT",
        "RESOURCE",
        "SCOPE",
        "STATE",
        "LAST USED",
    ];
    output::table(headings, &grants.iter().map(row).collect::<Vec<_>>())
}

fn grant_state(grant: &GrantRow, now: UnixTime) -> String {
    match (grant.revoked_at, &grant.revoked_reason) {
        (Some(_), Some(reason)) => format!("revoked: {reason}"),
        (Some(_), None) => "revoked".to_owned(),
        (None, _) if now >= grant.expires_at.0 => "expired".to_owned(),
        (None, _) => "active".to_owned(),
    }
}

fn audit_lines(lines: &[String], json: bool) -> Result<(), Failure> {
    output::write(|out| {
        for line in lines {
            match serde_json::from_str::<AuditRecord<'_>>(line) {
                Ok(record) if !json => writeln!(out, "{}", output::harmless(&audit_line(&record)))?,
                _ => writeln!(out, "{line}")?,
            }
        }
        Ok(())
    })
}

fn audit_line(record: &AuditRecord<'_>) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let outcome = serde_json::to_value(record.outcome)
        .map(word)
        .unwrap_or_default();
    let event = serde_json::to_value(record.event)
        .map(word)
        .unwrap_or_default();
    let mut line = format!("{}  {outcome:<7}  {event:<17}", absolute(record.at));
    let facts = [
        ("user", &record.user),
        ("client", &record.client),
        ("server", &record.server),
        ("tool", &record.tool),
        ("reason", &record.reason),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            line.push_str(&format!("  {name}={value}"));
        }
    }
    line
}
