//! `doorward client token`.

use doorward_core::{clock::Clock, id::InitialTokenId, time::UnixTime};
use serde_json::json;

use super::{
    administration::{ask, unexpected},
    arguments::TokenCommand,
    output,
    time::{absolute, ago},
};
use crate::{
    control::{AdminRequest, AdminResponse, Password, TokenRow},
    data::DataFolder,
    failure::Failure,
    system::SystemClock,
};

/// `doorward client token`.
pub(super) fn run(command: TokenCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        TokenCommand::Add {
            note,
            uses,
            expires_in,
            json,
        } => {
            let request = AdminRequest::TokenAdd {
                note,
                most_uses: uses.0,
                lifetime: expires_in.as_secs(),
            };
            match ask(folder, request)? {
                AdminResponse::TokenAdded { token, secret } => added(&token, &secret, json),
                other => Err(unexpected(&other)),
            }
        }
        TokenCommand::List { json } => match ask(folder, AdminRequest::TokenList)? {
            AdminResponse::Tokens { tokens } if json => output::json(&tokens),
            AdminResponse::Tokens { tokens } => table(&tokens),
            other => Err(unexpected(&other)),
        },
        TokenCommand::Revoke { id } => {
            let request = AdminRequest::TokenRevoke {
                id: InitialTokenId::from_known(id.as_str()),
            };
            match ask(folder, request)? {
                AdminResponse::Done => output::line(&format!(
                    "Revoked {id}; clients that registered with it stay."
                )),
                other => Err(unexpected(&other)),
            }
        }
    }
}

fn added(token: &TokenRow, secret: &Password, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&json!({ "token": token, "initial_access_token": secret }));
    }
    output::write(|out| {
        writeln!(out, "id       {}", token.id)?;
        writeln!(out, "token    {}  (shown this once)", secret.0)?;
        writeln!(out, "expires  {}", absolute(token.expires_at.0))
    })
}

fn table(tokens: &[TokenRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |token: &TokenRow| {
        let most = token.most_uses.map(|most| most.to_string());
        [
            token.id.to_string(),
            token.note.clone(),
            state(token, now).to_owned(),
            format!(
                "{} of {}",
                token.uses,
                most.as_deref().unwrap_or("unlimited")
            ),
            absolute(token.expires_at.0),
            ago(token.created_at.0, now),
        ]
    };
    output::table(
        ["ID", "NOTE", "STATE", "USES", "EXPIRES", "MADE"],
        &tokens.iter().map(row).collect::<Vec<_>>(),
    )
}

fn state(token: &TokenRow, now: UnixTime) -> &'static str {
    if now >= token.expires_at.0 {
        "expired"
    } else if token.most_uses.is_some_and(|most| token.uses >= most) {
        "used up"
    } else {
        "active"
    }
}
