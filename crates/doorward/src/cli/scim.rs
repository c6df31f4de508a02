//! `doorward scim token`.

use doorward_core::{clock::Clock, id::ProvisioningTokenId};
use serde_json::json;

use super::{
    administration::{ask, unexpected},
    arguments::ScimTokenCommand,
    output,
    time::{absolute, ago},
};
use crate::{
    control::{AdminRequest, AdminResponse, Password, ScimTokenRow},
    data::DataFolder,
    failure::Failure,
    system::SystemClock,
};

/// `doorward scim token`.
pub(super) fn run(command: ScimTokenCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        ScimTokenCommand::Add {
            provider,
            expires_in,
            json,
        } => {
            let request = AdminRequest::ScimTokenAdd {
                provider,
                lifetime: expires_in.map(|lifetime| lifetime.as_secs()),
            };
            match ask(folder, request)? {
                AdminResponse::ScimTokenAdded { token, secret } => added(&token, &secret, json),
                other => Err(unexpected(&other)),
            }
        }
        ScimTokenCommand::List { json } => match ask(folder, AdminRequest::ScimTokenList)? {
            AdminResponse::ScimTokens { tokens } if json => output::json(&tokens),
            AdminResponse::ScimTokens { tokens } => table(&tokens),
            other => Err(unexpected(&other)),
        },
        ScimTokenCommand::Revoke { id } => {
            let request = AdminRequest::ScimTokenRevoke {
                id: ProvisioningTokenId::from_known(id.as_str()),
            };
            match ask(folder, request)? {
                AdminResponse::Done => output::line(&format!(
                    "Revoked {id}; what was provisioned with it stays."
                )),
                other => Err(unexpected(&other)),
            }
        }
    }
}

fn added(token: &ScimTokenRow, secret: &Password, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&json!({ "token": token, "scim_token": secret.0 }));
    }
    output::write(|out| {
        writeln!(out, "id        {}", token.id)?;
        writeln!(out, "provider  {}", token.provider)?;
        writeln!(out, "token     {}  (shown this once)", secret.0)?;
        writeln!(out, "expires   {}", end(token))
    })
}

fn table(tokens: &[ScimTokenRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |token: &ScimTokenRow| {
        let is_over = token.expires_at.is_some_and(|at| now >= at.0);
        let state = if is_over { "expired" } else { "active" };
        [
            token.id.to_string(),
            token.provider.to_string(),
            state.to_owned(),
            end(token),
            ago(token.created_at.0, now),
        ]
    };
    output::table(
        ["ID", "PROVIDER", "STATE", "EXPIRES", "MADE"],
        &tokens.iter().map(row).collect::<Vec<_>>(),
    )
}

fn end(token: &ScimTokenRow) -> String {
    let end = token.expires_at.map(|at| absolute(at.0));
    end.unwrap_or_else(|| "never".to_owned())
}
