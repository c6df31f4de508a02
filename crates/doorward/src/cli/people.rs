//! `doorward group` and `doorward mail`, and what of `doorward user` makes links for people.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use doorward_core::{
    clock::Clock,
    letter::Letter,
    user::{MailAddress, Role},
};
use serde_json::json;

use super::{
    administration::{ask, block_on, unexpected},
    output,
    time::{absolute, ago},
};
use crate::{
    config,
    control::{AdminRequest, AdminResponse, GroupRow, InvitationRow, LinkMade, MemberRow, UserRow},
    data::DataFolder,
    failure::Failure,
    system::SystemClock,
};

/// Arguments of `doorward user invite`.
#[derive(Debug, Args)]
pub(crate) struct InviteArguments {
    /// The sign-in name, or an address of mail: then the person chooses the name
    #[arg(value_name = "NAME|MAIL")]
    whom: String,
    /// What the account may do: member, auditor or administrator
    #[arg(long, value_name = "ROLE", default_value = "member", value_parser = role)]
    role: Role,
    /// A group that it is in from the beginning; can be given several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// How long the link works, at most 30d
    #[arg(long, value_name = "DURATION", default_value = "3d", value_parser = lifetime)]
    expires: Duration,
    /// Send the link to the address instead of showing it; needs `[mail]`
    #[arg(long)]
    send: bool,
    /// Revoke the invitations for this name or address, or the one with this identifier
    #[arg(long, conflicts_with_all = ["role", "groups", "expires", "send"])]
    revoke: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What can be done with groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Make a group; allow lists name it once it stands in `[groups]`, if only with an empty list
    Add {
        /// Its name
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the groups that were made here or provisioned
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a group and who is in it
    Show {
        /// Its name
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a group; what it opened ends with the next call
    Remove {
        /// Its name
        name: String,
    },
    /// Put users into groups and take them out
    #[command(subcommand)]
    Member(MemberCommand),
}

/// What can be done with members of groups.
#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// Put a user into a group; the next token says so
    Add {
        /// The group
        group: String,
        /// The sign-in name
        user: String,
    },
    /// Take a user out of a group; what it opened ends with the next call
    Remove {
        /// The group
        group: String,
        /// The sign-in name
        user: String,
    },
}

/// What can be done with mail.
#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send a letter to see whether `[mail]` works
    Test {
        /// Where to
        address: String,
        /// The configuration file
        #[arg(long, value_name = "FILE", default_value = "doorward.toml")]
        config: PathBuf,
    },
}

/// Reads a role.
pub(super) fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("expected one of {}", known()))
}

fn lifetime(text: &str) -> Result<Duration, &'static str> {
    config::duration(text).ok_or("write a duration like 12h or 3d")
}

/// `doorward user invite`.
pub(super) fn invite(arguments: InviteArguments, folder: &DataFolder) -> Result<(), Failure> {
    let InviteArguments { whom, json, .. } = arguments;
    if arguments.revoke {
        let done = format!("Revoked the invitation of {whom}.");
        return match ask(folder, AdminRequest::InvitationRevoke { which: whom })? {
            AdminResponse::Done => output::line(&done),
            other => Err(unexpected(&other)),
        };
    }
    let request = AdminRequest::UserInvite {
        whom,
        role: arguments.role,
        groups: arguments.groups,
        lifetime: arguments.expires.as_secs(),
        send: arguments.send,
    };
    made(ask(folder, request)?, json)
}

/// `doorward user reset`.
pub(super) fn reset(
    name: String,
    (send, json): (bool, bool),
    folder: &DataFolder,
) -> Result<(), Failure> {
    made(ask(folder, AdminRequest::UserReset { name, send })?, json)
}

/// `doorward user invitations`.
pub(super) fn invitations(json: bool, folder: &DataFolder) -> Result<(), Failure> {
    match ask(folder, AdminRequest::InvitationList)? {
        AdminResponse::Invitations { invitations } if json => output::json(&invitations),
        AdminResponse::Invitations { invitations } => invitation_table(&invitations),
        other => Err(unexpected(&other)),
    }
}

/// `doorward user show`.
pub(super) fn show_user(name: String, json: bool, folder: &DataFolder) -> Result<(), Failure> {
    match ask(folder, AdminRequest::UserShow { name })? {
        AdminResponse::User { user, groups } if json => {
            output::json(&json!({ "user": user, "groups": groups }))
        }
        AdminResponse::User { user, groups } => one_user(&user, &groups),
        other => Err(unexpected(&other)),
    }
}

/// `doorward group`.
pub(super) fn group(command: GroupCommand, folder: &DataFolder) -> Result<(), Failure> {
    let (request, json, done) = match command {
        GroupCommand::Add { name, json } => {
            let done = format!("Made the group {name}.");
            (AdminRequest::GroupAdd { name }, json, done)
        }
        GroupCommand::List { json } => (AdminRequest::GroupsList, json, String::new()),
        GroupCommand::Show { name, json } => {
            (AdminRequest::GroupShow { name }, json, String::new())
        }
        GroupCommand::Remove { name } => {
            let done = format!("Removed the group {name}; what it opened ended.");
            (AdminRequest::GroupRemove { name }, false, done)
        }
        GroupCommand::Member(MemberCommand::Add { group, user }) => {
            let done = format!("Put {user} into {group}; the next token says so.");
            (AdminRequest::MemberAdd { group, user }, false, done)
        }
        GroupCommand::Member(MemberCommand::Remove { group, user }) => {
            let done = format!("Took {user} out of {group}; what it opened ended.");
            (AdminRequest::MemberRemove { group, user }, false, done)
        }
    };
    match ask(folder, request)? {
        AdminResponse::Done => output::line(&done),
        AdminResponse::Groups { groups } if json => output::json(&groups),
        AdminResponse::Groups { groups } if !done.is_empty() => {
            let known = groups.first();
            output::line(known.map_or("", |_| done.as_str()))
        }
        AdminResponse::Groups { groups } => group_table(&groups),
        AdminResponse::Group { group, members } if json => {
            output::json(&json!({ "group": group, "members": members }))
        }
        AdminResponse::Group { group, members } => one_group(&group, &members),
        other => Err(unexpected(&other)),
    }
}

/// `doorward mail`.
pub(super) fn mail(command: MailCommand) -> Result<(), Failure> {
    let MailCommand::Test { address, config } = command;
    let to = MailAddress::parse(&address).map_err(|error| Failure::usage(error.to_string()))?;
    let configuration = config::read(&config)?;
    let relay = configuration.mail.ok_or_else(|| {
        let fix = "add [mail] with url and from, as docs/people.md shows";
        Failure::new(format!("{} configures no mail", config.display())).fix(fix)
    })?;
    let carrier = relay
        .carrier()
        .map_err(|error| Failure::new(format!("mail: {error}")))?;
    let letter = Letter {
        to,
        subject: "Mail of Doorward works".to_owned(),
        text: format!(
            "This letter was sent by `doorward mail test` for {}.\n",
            configuration.public_url
        ),
    };
    let sent = block_on(async { carrier.carry(&letter).await })?;
    sent.map_err(|error| {
        let fix = "check url, user name and password in [mail]; the words are the mail server's";
        Failure::new(format!("the letter was not taken: {error}")).fix(fix)
    })?;
    output::line(&format!("The mail server took a letter to {address}."))
}

fn made(response: AdminResponse, json: bool) -> Result<(), Failure> {
    match response {
        AdminResponse::LinkMade(made) if json => output::json(&made),
        AdminResponse::LinkMade(made) => one_link(&made),
        other => Err(unexpected(&other)),
    }
}

fn one_link(made: &LinkMade) -> Result<(), Failure> {
    let until = absolute(made.expires_at.0);
    match &made.link {
        Some(link) => output::write(|out| {
            writeln!(out, "{}", output::harmless(&link.0))?;
            writeln!(
                out,
                "Works once, until {until}. Give it to nobody but {}.",
                made.whom
            )
        }),
        None => output::line(&format!(
            "Handed to the mail server for {}; the link works once, until {until}.",
            made.whom
        )),
    }
}

fn invitation_table(invitations: &[InvitationRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |invitation: &InvitationRow| {
        let state = match now < invitation.expires_at.0 {
            true => format!("until {}", absolute(invitation.expires_at.0)),
            false => "expired".to_owned(),
        };
        [
            invitation.id.as_str().to_owned(),
            invitation.whom.clone(),
            invitation.role.to_string(),
            invitation.groups.join(", "),
            state,
        ]
    };
    output::table(
        ["ID", "FOR", "ROLE", "GROUPS", "WORKS"],
        &invitations.iter().map(row).collect::<Vec<_>>(),
    )
}

fn one_user(user: &UserRow, groups: &[MemberRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let state = user.disabled_at.map_or_else(
        || "active".to_owned(),
        |at| format!("disabled {}", ago(at.0, now)),
    );
    let groups: Vec<String> = groups
        .iter()
        .map(|member| format!("{} ({})", member.group, member.source))
        .collect();
    let facts = [
        ("id", user.id.as_str().to_owned()),
        ("name", user.name.to_string()),
        ("display name", said(&user.display_name)),
        ("mail", said(&user.mail)),
        ("role", user.role.to_string()),
        ("state", state),
        (
            "password",
            if user.has_password { "set" } else { "none" }.to_owned(),
        ),
        (
            "groups",
            if groups.is_empty() {
                "-".to_owned()
            } else {
                groups.join(", ")
            },
        ),
        ("added", ago(user.created_at.0, now)),
    ];
    output::write(|out| {
        let mut facts = facts.iter();
        facts.try_for_each(|(name, value)| writeln!(out, "{name:<14}{}", output::harmless(value)))
    })
}

fn group_table(groups: &[GroupRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |group: &GroupRow| {
        [
            group.name.clone(),
            group.source.clone(),
            ago(group.created_at.0, now),
        ]
    };
    output::table(
        ["NAME", "MANAGED BY", "ADDED"],
        &groups.iter().map(row).collect::<Vec<_>>(),
    )
}

fn one_group(group: &GroupRow, members: &[MemberRow]) -> Result<(), Failure> {
    output::line(&format!("{}, managed by {}", group.name, group.source))?;
    let row = |member: &MemberRow| [member.user.clone(), member.source.clone()];
    output::table(
        ["MEMBER", "BY"],
        &members.iter().map(row).collect::<Vec<_>>(),
    )
}
