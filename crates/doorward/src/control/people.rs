//! Answering what is asked about people, their groups and the links that they get.

use std::time::Duration;

use doorward_core::{
    group::{Group, GroupSource},
    invitation::Invitation,
    secret::Secret,
};
use doorward_issuer::{NewInvitation, Profile};

use super::{
    AdminRequest, AdminResponse, GroupRow, InvitationRow, LinkMade, MemberRow, Office, Password,
    When,
    office::{done, told, user_row},
};

impl Office {
    /// Does what was asked of people.
    pub(super) async fn people(&self, request: AdminRequest) -> Result<AdminResponse, String> {
        let desk = &self.administration;
        match request {
            AdminRequest::UserShow { name } => {
                let user = desk.user(&name).await.map_err(told)?;
                let groups = desk.memberships(&user.id).await.map_err(told)?.into_iter();
                let row = |said: doorward_core::group::Membership| {
                    member_row(user.name.as_str(), said.group.as_str(), &said.source)
                };
                let groups = groups.map(row).collect();
                let user = user_row(user);
                Ok(AdminResponse::User { user, groups })
            }
            AdminRequest::UserRole { name, role } => done(desk.set_role(&name, role).await),
            AdminRequest::UserSet {
                name,
                mail,
                display_name,
            } => {
                let said = |text: String| Some(text).filter(|text| !text.is_empty());
                let profile = Profile {
                    mail: mail.map(said),
                    display_name: display_name.map(said),
                };
                done(desk.set_profile(&name, profile).await)
            }
            AdminRequest::UserRemove { name } => done(desk.remove_user(&name).await),
            AdminRequest::UserInvite {
                whom,
                role,
                groups,
                lifetime,
                send,
            } => {
                let new = NewInvitation {
                    whom,
                    role,
                    groups,
                    lifetime: Some(Duration::from_secs(lifetime)),
                };
                self.invite(new, send).await
            }
            AdminRequest::InvitationList => {
                let invitations = desk.invitations().await.map_err(told)?;
                let invitations = invitations.iter().map(invitation_row).collect();
                Ok(AdminResponse::Invitations { invitations })
            }
            AdminRequest::InvitationRevoke { which } => done(desk.revoke_invitations(&which).await),
            AdminRequest::UserReset { name, send } => self.reset(&name, send).await,
            AdminRequest::GroupAdd { name } => {
                let group = desk.add_group(&name).await.map_err(told)?;
                let groups = vec![group_row(group)];
                Ok(AdminResponse::Groups { groups })
            }
            AdminRequest::GroupsList => {
                let groups = desk.groups().await.map_err(told)?;
                let groups = groups.into_iter().map(group_row).collect();
                Ok(AdminResponse::Groups { groups })
            }
            AdminRequest::GroupShow { name } => {
                let (group, members) = desk.group(&name).await.map_err(told)?;
                let row = |member: doorward_issuer::Member| {
                    member_row(&member.user, group.name.as_str(), &member.source)
                };
                let members = members.into_iter().map(row).collect();
                let group = group_row(group);
                Ok(AdminResponse::Group { group, members })
            }
            AdminRequest::GroupRemove { name } => done(desk.remove_group(&name).await),
            AdminRequest::MemberAdd { group, user } => done(desk.add_member(&group, &user).await),
            AdminRequest::MemberRemove { group, user } => {
                done(desk.remove_member(&group, &user).await)
            }
            _ => Err("this is not asked here".to_owned()),
        }
    }

    async fn invite(&self, new: NewInvitation, send: bool) -> Result<AdminResponse, String> {
        let base = self.base(send)?;
        if send && !new.whom.contains('@') {
            return Err("a link goes by mail only to an address, like name@example.com".to_owned());
        }
        let (invitation, secret) = self.administration.invite(new).await.map_err(told)?;
        let row = invitation_row(&invitation);
        let link = link(&base, "invitation", &secret);
        let link = match send {
            false => Some(Password(link)),
            true => {
                let to = invitation.mail.as_ref();
                let to = to.ok_or_else(|| "there is no address to send to".to_owned())?;
                self.house()?.post_invitation(to, &link)?;
                None
            }
        };
        Ok(AdminResponse::LinkMade(LinkMade {
            whom: row.whom,
            link,
            expires_at: row.expires_at,
        }))
    }

    async fn reset(&self, name: &str, send: bool) -> Result<AdminResponse, String> {
        let base = self.base(send)?;
        let (user, secret, expires_at) = self
            .administration
            .reset_password(name)
            .await
            .map_err(told)?;
        let link = link(&base, "reset", &secret);
        let link = match send {
            false => Some(Password(link)),
            true => {
                self.house()?.post_reset(&user, &link)?;
                None
            }
        };
        Ok(AdminResponse::LinkMade(LinkMade {
            whom: user.name.to_string(),
            link,
            expires_at: When(expires_at),
        }))
    }

    fn house(&self) -> Result<&crate::wire::House, String> {
        let running = self.house.as_ref();
        running.ok_or_else(|| "letters are sent by the running process: start it first".to_owned())
    }

    /// What links begin with: the configured public URL, never what a request says (LG-09).
    fn base(&self, send: bool) -> Result<String, String> {
        if send {
            self.house()?.mails()?;
        }
        match &self.house {
            Some(house) => Ok(house.public_url().to_owned()),
            None => self.folder.public_url().ok_or_else(|| {
                "start Doorward once: links begin with its public URL, which is not known yet"
                    .to_owned()
            }),
        }
    }
}

fn link(base: &str, page: &str, secret: &Secret) -> String {
    format!("{base}/{page}?token={}", secret.expose())
}

fn invitation_row(invitation: &Invitation) -> InvitationRow {
    let name = invitation.name.as_ref().map(ToString::to_string);
    let mail = invitation.mail.as_ref().map(ToString::to_string);
    InvitationRow {
        id: invitation.id.clone(),
        whom: name.or(mail).unwrap_or_default(),
        role: invitation.role,
        groups: invitation.groups.iter().map(ToString::to_string).collect(),
        created_at: When(invitation.created_at),
        expires_at: When(invitation.expires_at),
    }
}

fn group_row(group: Group) -> GroupRow {
    GroupRow {
        source: group.source.to_string(),
        id: group.id,
        name: group.name.to_string(),
        created_at: When(group.created_at),
    }
}

fn member_row(user: &str, group: &str, source: &GroupSource) -> MemberRow {
    MemberRow {
        user: user.to_owned(),
        group: group.to_owned(),
        source: source.to_string(),
    }
}
