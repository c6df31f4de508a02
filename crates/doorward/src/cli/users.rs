//! `doorward user`.

use doorward_core::{clock::Clock, user::Role};

use super::{
    UserCommand,
    administration::{ask, unexpected},
    output, password, people,
    time::ago,
};
use crate::{
    control::{AdminRequest, AdminResponse, FactorRow, LinkRow, Password, UserRow},
    data::DataFolder,
    failure::Failure,
    system::SystemClock,
};

/// `doorward user`.
pub(super) fn run(command: UserCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        UserCommand::Add {
            name,
            role,
            admin,
            password_stdin,
            json,
        } => {
            let password = ask_password(&name, password_stdin)?;
            let role = if admin { Role::Administrator } else { role };
            let response = ask(
                folder,
                AdminRequest::UserAdd {
                    name,
                    role,
                    password,
                },
            )?;
            show(response, json, "Added.")
        }
        UserCommand::List { json } => show(ask(folder, AdminRequest::UserList)?, json, ""),
        UserCommand::Show { name, json } => people::show_user(name, json, folder),
        UserCommand::Role { name, role } => {
            let done = format!("{name} is {} {role} now.", article(role));
            let request = AdminRequest::UserRole { name, role };
            show(ask(folder, request)?, false, &done)
        }
        UserCommand::Set {
            name,
            mail,
            display_name,
        } => {
            let done = format!("Changed {name}.");
            let request = AdminRequest::UserSet {
                name,
                mail,
                display_name,
            };
            show(ask(folder, request)?, false, &done)
        }
        UserCommand::Remove { name } => {
            let done = format!("Removed {name}; all tokens and sessions ended.");
            show(
                ask(folder, AdminRequest::UserRemove { name })?,
                false,
                &done,
            )
        }
        UserCommand::Invite(arguments) => people::invite(arguments, folder),
        UserCommand::Invitations { json } => people::invitations(json, folder),
        UserCommand::Reset { name, send, json } => people::reset(name, (send, json), folder),
        UserCommand::Disable { name } => {
            let done = format!("Disabled {name}; all tokens and sessions ended.");
            show(
                ask(folder, AdminRequest::UserDisable { name })?,
                false,
                &done,
            )
        }
        UserCommand::Enable { name } => {
            let done = format!("Enabled {name}.");
            show(
                ask(folder, AdminRequest::UserEnable { name })?,
                false,
                &done,
            )
        }
        UserCommand::Link {
            name,
            issuer,
            subject,
        } => {
            let done = format!("Linked {subject} of {issuer} to {name}.");
            let request = AdminRequest::UserLink {
                name,
                issuer,
                subject,
            };
            show(ask(folder, request)?, false, &done)
        }
        UserCommand::Links { user, json } => show(
            ask(folder, AdminRequest::UserLinks { name: user })?,
            json,
            "",
        ),
        UserCommand::Unlink { issuer, subject } => {
            let done = format!("Unlinked {subject} of {issuer}; what came by it ended.");
            let request = AdminRequest::UserUnlink { issuer, subject };
            show(ask(folder, request)?, false, &done)
        }
        UserCommand::Factors {
            name,
            reset: true,
            json: _,
        } => {
            let done = format!("Removed all second factors of {name}; all sessions ended.");
            let request = AdminRequest::UserResetFactors { name };
            show(ask(folder, request)?, false, &done)
        }
        UserCommand::Factors {
            name,
            reset: false,
            json,
        } => show(ask(folder, AdminRequest::UserFactors { name })?, json, ""),
        UserCommand::Passwd {
            name,
            password_stdin,
        } => {
            let password = ask_password(&name, password_stdin)?;
            let done = format!("Set the password of {name}; all tokens and sessions ended.");
            show(
                ask(folder, AdminRequest::UserPassword { name, password })?,
                false,
                &done,
            )
        }
    }
}

fn ask_password(name: &str, from_stdin: bool) -> Result<Password, Failure> {
    password::ask(name, from_stdin).map(|secret| Password(secret.expose().to_owned()))
}

fn show(response: AdminResponse, json: bool, done: &str) -> Result<(), Failure> {
    match response {
        AdminResponse::Done => output::line(done),
        AdminResponse::Users { users } if json => output::json(&users),
        AdminResponse::Users { users } => user_table(&users),
        AdminResponse::Factors { factors } if json => output::json(&factors),
        AdminResponse::Factors { factors } => factor_table(&factors),
        AdminResponse::Links { links } if json => output::json(&links),
        AdminResponse::Links { links } => link_table(&links),
        other => Err(unexpected(&other)),
    }
}

fn article(role: Role) -> &'static str {
    match role {
        Role::Member => "a",
        Role::Auditor | Role::Administrator => "an",
    }
}

fn user_table(users: &[UserRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |user: &UserRow| {
        let state = user.disabled_at.map_or_else(
            || "active".to_owned(),
            |at| format!("disabled {}", ago(at.0, now)),
        );
        [
            user.name.as_str().to_owned(),
            user.role.to_string(),
            state,
            ago(user.created_at.0, now),
        ]
    };
    output::table(
        ["NAME", "ROLE", "STATE", "ADDED"],
        &users.iter().map(row).collect::<Vec<_>>(),
    )
}

fn factor_table(factors: &[FactorRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |factor: &FactorRow| {
        let added = factor.created_at.map(|at| ago(at.0, now));
        let used = factor.used_at.map(|at| ago(at.0, now));
        [
            factor.kind.clone(),
            factor.name.clone(),
            added.unwrap_or_default(),
            used.unwrap_or_else(|| "never".to_owned()),
        ]
    };
    output::table(
        ["FACTOR", "NAME", "ADDED", "LAST USED"],
        &factors.iter().map(row).collect::<Vec<_>>(),
    )
}

fn link_table(links: &[LinkRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |link: &LinkRow| {
        let used = link
            .used_at
            .map_or_else(|| "never".to_owned(), |at| ago(at.0, now));
        [
            link.user.clone(),
            link.issuer.clone(),
            link.subject.clone(),
            used,
        ]
    };
    output::table(
        ["USER", "ISSUER", "SUBJECT", "LAST USED"],
        &links.iter().map(row).collect::<Vec<_>>(),
    )
}
