//! What each write expects to find. This is where single use and compare-and-set are decided.

use doorward_core::{
    grant::{RevocationReason, Revoked},
    id::UserId,
    refresh::{RefreshState, Spent},
    secret::Digest,
    time::UnixTime,
};

use super::{
    Change, account_links, belongings, clients, codes, consents, device_authorizations as devices,
    expired, factors, federation, grants, groups, initial_access_tokens as initial, invitations,
    known_devices, memberships, password_resets, provisioned_users, provisioning_tokens,
    refresh_tokens, revocations, sessions, setup_links, signing_keys, used_once, users,
};
use crate::write::Write;

/// A change, and how many rows it must find.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) change: Change,
    pub(crate) expects: Expects,
}

/// How many rows a change must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    /// Exactly one: the record in the state that the write expects.
    One,
    /// Whatever there is.
    Any,
    /// Whatever there is; nobody asks how many.
    AnyUncounted,
}

impl Expects {
    /// The rows that count; `None` when the record was not in the expected state.
    pub(crate) fn met_by(self, changed: usize) -> Option<usize> {
        match self {
            Self::One => (changed == 1).then_some(1),
            Self::Any => Some(changed),
            Self::AnyUncounted => Some(0),
        }
    }
}

/// What one write changes, in order.
pub(crate) fn steps(write: &Write) -> Vec<Step> {
    match write {
        Write::AddUser(user) => one(users::add(user)),
        Write::SetPassword(id, password) => vec![
            step(users::set_password(id, password), Expects::One),
            step(password_resets::remove_of_user(id), Expects::Any),
        ],
        Write::SetRole(id, role) => one(users::set_role(id, *role)),
        Write::SetDisabled(id, at) => one(users::set_disabled(id, *at)),
        Write::SetUserName(id, name) => one(users::set_name(id, name)),
        Write::SetDisplayName(id, name) => one(users::set_display_name(id, name.as_ref())),
        Write::SetMail(id, mail) => vec![
            step(users::set_mail(id, mail.as_ref()), Expects::One),
            step(password_resets::remove_of_user(id), Expects::Any),
        ],
        Write::RemoveUser(id, at) => remove_user(id, *at),

        Write::AddGroup(group) => one(groups::add(group)),
        Write::ReplaceGroup(pair, at) => {
            let (before, now) = (&pair.0, &pair.1);
            let rename = memberships::rename(&before.source, &before.name, &now.name);
            vec![
                step(groups::replace(before, now, *at), Expects::One),
                step(rename, Expects::Any),
            ]
        }
        Write::RemoveGroup(group) => vec![
            step(groups::remove(group), Expects::One),
            step(
                memberships::remove_of_group(&group.name, &group.source),
                Expects::Any,
            ),
        ],
        Write::AddInvitation(invitation) => one(invitations::add(invitation)),
        Write::UseInvitation(digest) => one(invitations::use_up(digest)),
        Write::RemoveInvitation(id) => one(invitations::remove(id)),
        Write::ReplacePasswordReset(reset) => one(password_resets::replace(reset)),
        Write::UsePasswordReset(digest) => one(password_resets::use_up(digest)),

        Write::CutTokens(user, at) => one(belongings::cut(user, *at)),
        Write::AddMember(it) => any(memberships::add(&it.user, &it.group, &it.source)),
        Write::RemoveMember(it) => any(memberships::remove(it)),
        Write::SetGroupsOfUser(user, source, groups) => {
            let clear = memberships::remove_of_user(user, source);
            let add = |group| step(memberships::add(user, group, source), Expects::Any);
            let added = groups.iter().map(add);
            [step(clear, Expects::Any)]
                .into_iter()
                .chain(added)
                .collect()
        }

        Write::KeepUnusedClients(origin, most, made_before) => {
            any(clients::keep_unused(*origin, *most, *made_before))
        }
        Write::AddAccountLink(link) => one(account_links::add(link)),
        Write::UseAccountLink(link, at) => {
            one(account_links::mark_used(&link.foreign, &link.user, *at))
        }
        Write::RemoveAccountLink(link) => one(account_links::remove(&link.foreign, &link.user)),

        Write::AddPendingSignIn(pending) => one(federation::add_pending(pending)),
        Write::KeepPendingSignIns(most, now) => any(federation::keep_pending(*most, *now)),
        Write::TakePendingSignIn(state) => one(federation::take_pending(state)),
        Write::KeepFederatedAccount(account) => one(federation::keep(account)),
        Write::AskAbout(foreign, before, now) => one(federation::ask(foreign, *before, *now)),
        Write::Vouch(user, at) => any(federation::vouch(user, *at)),
        Write::EndVouched(vouched) => any(vouched.end_sessions()),
        Write::RevokeVouched(vouched, at, reason) => {
            let (at, reason) = (*at, *reason);
            vec![
                step(vouched.burn_codes(), Expects::Any),
                step(vouched.deny_devices(), Expects::Any),
                step(vouched.revoke(Revoked { at, reason }), Expects::Any),
            ]
        }

        Write::AddClient(client) => any(clients::add(client)),
        Write::ReplaceClient(pair) => one(clients::replace(&pair.0, &pair.1)),
        Write::SeeKeysOfClient(id, before, now) => one(clients::see_keys(id, before, now)),
        Write::MarkClientUsed(id, at) => one(clients::mark_used(id, *at)),
        Write::RevokeClient(id, at) => one(clients::revoke(id, *at)),

        Write::AddInitialToken(token) => one(initial::add(token)),
        Write::UseInitialToken(digest, at) => one(initial::use_once_more(digest, *at)),
        Write::RemoveInitialToken(id) => one(initial::remove(id)),

        Write::AddProvisioningToken(token) => one(provisioning_tokens::add(token)),
        Write::RemoveProvisioningToken(id) => one(provisioning_tokens::remove(id)),
        Write::AddProvisionedUser(user) => one(provisioned_users::add(user)),
        Write::ReplaceProvisionedUser(pair) => one(provisioned_users::replace(&pair.0, &pair.1)),
        Write::RemoveProvisionedUser(user) => one(provisioned_users::remove(user)),

        Write::AddCode(code) => one(codes::add(code)),
        Write::RedeemCode(digest, grant) => one(codes::redeem(digest, grant)),
        Write::BurnCode(digest) => one(codes::burn(digest)),

        Write::AddDevice(request) => one(devices::add(request)),
        Write::PollDevice(digest, at, interval) => one(devices::poll(digest, *at, *interval)),
        Write::ApproveDevice(digest, approval, opens) => {
            one(devices::approve(digest, approval, (&opens.0, &opens.1)))
        }
        Write::DenyDevice(digest) => one(devices::deny(digest)),
        Write::RedeemDevice(digest) => one(devices::redeem(digest)),

        Write::AddGrant(grant) => one(grants::add(grant)),
        Write::MarkGrantUsed(id, at) => one(grants::mark_used(id, *at)),
        Write::BindGrant(id, key, at) => one(grants::bind(id, key, *at)),
        Write::RevokeGrant(id, at, reason) => {
            let (at, reason) = (*at, *reason);
            any(grants::revoke(id, Revoked { at, reason }))
        }
        Write::RevokeGrantsOfUser(user, at, reason) => {
            let (at, reason) = (*at, *reason);
            revoke_of_user(user, Revoked { at, reason })
        }
        Write::RevokeAssertedGrantsOfUser(user, at, reason) => {
            let (at, reason) = (*at, *reason);
            any(grants::revoke_asserted_of_user(
                user,
                Revoked { at, reason },
            ))
        }
        Write::RevokeGrantsOfClient(client, at, reason) => {
            let (at, reason) = (*at, *reason);
            let revoke = grants::revoke_of_client(client, Revoked { at, reason });
            vec![
                step(codes::burn_of_client(client), Expects::Any),
                step(devices::end_of_client(client), Expects::Any),
                step(revoke, Expects::Any),
            ]
        }

        Write::AddRefreshToken(token) => {
            let mut steps = one(refresh_tokens::add(token));
            if let RefreshState::Spent(spent) = &token.state {
                steps.extend(spend(&token.digest, spent));
            }
            steps
        }
        Write::SpendRefreshToken(digest, spent) => spend(digest, spent).into(),

        Write::AddSession(session) => one(sessions::add(session)),
        Write::SeeSession(digest, at) => any(sessions::see(digest, *at)),
        Write::EndSession(digest) => any(sessions::end(digest)),
        Write::EndOtherSessionsOfUser(user, kept) => any(sessions::end_others_of_user(user, kept)),
        Write::EndSessionsOfUser(user) => any(sessions::end_of_user(user)),
        Write::RememberDevice(device) => vec![
            step(known_devices::remember(device), Expects::One),
            step(known_devices::make_room(&device.user), Expects::Any),
        ],
        Write::RenewDevices(before, after) => any(known_devices::renew(before, after)),
        Write::ForgetDevice(user, id) => one(known_devices::forget(user, id)),
        Write::ForgetDevicesOfUser(user) => any(known_devices::forget_of_user(user)),
        Write::RememberConsent(consent) => one(consents::remember(consent)),
        Write::ForgetConsent(key) => one(consents::forget(key)),
        Write::ForgetConsentsOfUser(user, client) => {
            any(consents::forget_of_user(user, client.as_ref()))
        }
        Write::ForgetApprovalsOfClient(client) => vec![
            step(codes::burn_of_client(client), Expects::Any),
            step(devices::end_of_client(client), Expects::Any),
            step(consents::forget_of_client(client), Expects::Any),
        ],
        Write::AddTotp(totp) => one(factors::add_totp(totp)),
        Write::UseTotp(user, at_step, at) => one(factors::use_totp(user, *at_step, *at)),
        Write::RemoveTotp(user) => one(factors::remove_totp(user)),
        Write::ReplaceRecoveryCodes(user, codes) => {
            let added = codes.iter().map(|code| factors::add_code(user, code));
            let added = added.map(|change| step(change, Expects::One));
            any(factors::forget_codes(user))
                .into_iter()
                .chain(added)
                .collect()
        }
        Write::UseRecoveryCode(user, code) => one(factors::use_code(user, code)),
        Write::AddPasskey(passkey) => one(factors::add_passkey(passkey)),
        Write::UsePasskey(id, counts, at) => one(factors::use_passkey(id, *counts, *at)),
        Write::RenamePasskey(id, user, name) => one(factors::rename_passkey(id, user, name)),
        Write::RemovePasskey(id, user) => one(factors::remove_passkey(id, user)),
        Write::RemoveFactors(user) => {
            let all = [
                factors::remove_totp(user),
                factors::remove_passkeys(user),
                factors::forget_codes(user),
            ];
            all.map(|change| step(change, Expects::Any)).into()
        }
        Write::UseOnce(used, expires_at) => one(used_once::note(used, *expires_at)),
        Write::ReplaceSetupLink(link) => vec![
            step(setup_links::remove_all(), Expects::Any),
            step(setup_links::add(link), Expects::One),
        ],
        Write::UseSetupLink(digest, at) => one(setup_links::mark_used(digest, *at)),

        Write::AddSigningKey(key) => one(signing_keys::add(key)),
        Write::BringForwardSigningKey(id, from) => one(signing_keys::bring_forward(id, *from)),
        Write::RetireSigningKey(id, retirement) => one(signing_keys::retire(id, *retirement)),
        Write::ForgetSigningKey(id) => one(signing_keys::forget(id)),
        Write::RevokeAccessToken(token, at) => any(revocations::revoke_token(token, *at)),

        Write::Reap { now, unused_since } => expired::reap(*now, *unused_since),
    }
}

fn spend(digest: &Digest, spent: &Spent) -> [Step; 2] {
    refresh_tokens::spend(digest, spent).map(|change| step(change, Expects::One))
}

fn one(change: Change) -> Vec<Step> {
    vec![step(change, Expects::One)]
}

fn any(change: Change) -> Vec<Step> {
    vec![step(change, Expects::Any)]
}

fn step(change: Change, expects: Expects) -> Step {
    Step { change, expects }
}

fn revoke_of_user(user: &UserId, revoked: Revoked) -> Vec<Step> {
    vec![
        step(codes::burn_of_user(user), Expects::Any),
        step(devices::deny_of_user(user), Expects::Any),
        step(grants::revoke_of_user(user, revoked), Expects::Any),
    ]
}

/// Nothing may refer to the account in the end; what is its own goes with its row.
fn remove_user(user: &UserId, at: UnixTime) -> Vec<Step> {
    let reason = RevocationReason::UserChanged;
    let mut steps = revoke_of_user(user, Revoked { at, reason });
    steps.extend(users::forget(user).map(|change| step(change, Expects::Any)));
    steps.push(step(users::remove(user), Expects::One));
    steps
}
