//! A unit of work: reads at once, collects writes, hands them over at commit.
//!
//! Each read sees the newest committed state; no transaction is open between
//! reads. What a flow decided on an old state is caught at commit, where every
//! write names the state that it expects.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use doorward_core::{
    access::Confirmation,
    account_link::{AccountLink, ForeignSubject},
    audit::{AuditEvent, ChainHead},
    client::{Client, ClientOrigin, SeenKeys},
    code::AuthorizationCode,
    consent::{Consent, ConsentKey},
    details::Details,
    device::{DeviceApproval, DeviceAuthorization},
    factor::{Factors, Passkey, Totp},
    federation::{FederatedAccount, PendingSignIn},
    grant::{Grant, RevocationReason},
    group::{Belonging, Group, GroupName, GroupSource, Membership},
    id::{
        ClientId, DeviceId, GrantId, GroupId, InitialTokenId, InvitationId, KeyId, PasskeyId,
        ProvisioningTokenId, TokenId, UserId,
    },
    invitation::{Invitation, PasswordReset},
    known_device::KnownDevice,
    once::OneTime,
    provisioning::{ProvisionedUser, ProvisionerName, ProvisioningToken},
    refresh::{RefreshToken, Spent},
    registration::InitialAccessToken,
    rotation::Retirement,
    scope::ScopeSet,
    secret::Digest,
    session::{Session, SetupLink},
    time::UnixTime,
    user::{DisplayName, MailAddress, PasswordHash, Role, User, Username},
};

use crate::{
    Hold, PresentedCode, PresentedRefresh, RevokedTokens, SealedSigningKey, StoreError, Tx,
    queue::Queue,
    tables::federation::Vouched,
    tables::{
        Query, account_links, belongings, clients, codes, consents,
        device_authorizations as devices, factors, federation, grants, groups,
        initial_access_tokens as initial, invitations, known_devices, memberships, password_resets,
        presented, provisioned_users, provisioning_tokens, refresh_tokens, revocations, sessions,
        setup_links, signing_keys, used_once, users,
    },
    write::{Batch, Write},
};

/// What a unit of work needs of a database.
pub(crate) trait Database: Send + Sync + 'static {
    /// Looks one row up by its key.
    fn find<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send;

    /// Reads all rows; there may be many.
    fn list<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// Where the audit log ends by its own account, if the database keeps one.
    fn end_of_audit(&self) -> impl Future<Output = Result<Option<ChainHead>, StoreError>> + Send;

    /// Who may write to the database right now: see [`crate::Store::hold`].
    fn hold(&self) -> impl Future<Output = Result<Hold, StoreError>> + Send;

    /// Reads all rows, without waiting for others who want to read.
    fn list_first<T: Send + 'static>(
        &self,
        query: Query<T>,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// Where commits and audit records wait.
    fn queue(&self) -> &Queue;
}

/// A unit of work on any database.
pub(crate) struct Unit<D> {
    database: Arc<D>,
    batch: Batch,
}

impl<D: Database> Unit<D> {
    pub(crate) fn new(database: Arc<D>) -> Self {
        Self {
            database,
            batch: Batch::default(),
        }
    }

    fn write(&mut self, write: Write) {
        self.batch.writes.push(write);
    }
}

#[async_trait]
impl<D: Database> Tx for Unit<D> {
    async fn user(&mut self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.database.find(users::by_id(id)).await
    }

    async fn user_by_name(&mut self, name: &Username) -> Result<Option<User>, StoreError> {
        self.database.find(users::by_name(name)).await
    }

    async fn users(&mut self) -> Result<Vec<User>, StoreError> {
        self.database.list(users::all()).await
    }

    async fn has_users(&mut self) -> Result<bool, StoreError> {
        Ok(self.database.find(users::any()).await?.unwrap_or_default())
    }

    fn add_user(&mut self, user: &User) {
        self.write(Write::AddUser(user.clone()));
    }

    fn set_password(&mut self, user: &UserId, password: &PasswordHash) {
        self.write(Write::SetPassword(user.clone(), password.clone()));
    }

    fn set_role(&mut self, user: &UserId, role: Role) {
        self.write(Write::SetRole(user.clone(), role));
    }

    fn set_disabled(&mut self, user: &UserId, at: Option<UnixTime>) {
        self.write(Write::SetDisabled(user.clone(), at));
    }

    async fn users_by_mail(&mut self, mail: &MailAddress) -> Result<Vec<User>, StoreError> {
        self.database.list(users::by_mail(mail)).await
    }

    fn set_user_name(&mut self, user: &UserId, name: &Username) {
        self.write(Write::SetUserName(user.clone(), name.clone()));
    }

    fn set_display_name(&mut self, user: &UserId, name: Option<&DisplayName>) {
        self.write(Write::SetDisplayName(user.clone(), name.cloned()));
    }

    fn set_mail(&mut self, user: &UserId, mail: Option<&MailAddress>) {
        self.write(Write::SetMail(user.clone(), mail.cloned()));
    }

    fn remove_user(&mut self, user: &UserId, at: UnixTime) {
        self.write(Write::RemoveUser(user.clone(), at));
    }

    async fn invitation(&mut self, digest: &Digest) -> Result<Option<Invitation>, StoreError> {
        self.database.find(invitations::by_digest(digest)).await
    }

    async fn invitations(&mut self) -> Result<Vec<Invitation>, StoreError> {
        self.database.list(invitations::all()).await
    }

    fn add_invitation(&mut self, invitation: &Invitation) {
        self.write(Write::AddInvitation(Box::new(invitation.clone())));
    }

    fn use_invitation(&mut self, digest: &Digest) {
        self.write(Write::UseInvitation(*digest));
    }

    fn remove_invitation(&mut self, id: &InvitationId) {
        self.write(Write::RemoveInvitation(id.clone()));
    }

    async fn password_reset(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<PasswordReset>, StoreError> {
        self.database.find(password_resets::by_digest(digest)).await
    }

    fn replace_password_reset(&mut self, reset: &PasswordReset) {
        self.write(Write::ReplacePasswordReset(reset.clone()));
    }

    fn use_password_reset(&mut self, digest: &Digest) {
        self.write(Write::UsePasswordReset(*digest));
    }

    async fn group(&mut self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        self.database.find(groups::by_id(id)).await
    }

    async fn group_by_name(&mut self, name: &GroupName) -> Result<Option<Group>, StoreError> {
        self.database.find(groups::by_name(name)).await
    }

    async fn groups(&mut self) -> Result<Vec<Group>, StoreError> {
        self.database.list(groups::all()).await
    }

    async fn members_of(&mut self, group: &GroupName) -> Result<Vec<Membership>, StoreError> {
        self.database.list(memberships::of_group(group)).await
    }

    async fn memberships_of(&mut self, user: &UserId) -> Result<Vec<Membership>, StoreError> {
        self.database.list(memberships::of_user(user)).await
    }

    async fn belonging_of(&mut self, user: &UserId) -> Result<Belonging, StoreError> {
        let found = self.database.find(belongings::of_user(user)).await?;
        Ok(found.unwrap_or_default())
    }

    fn cut_tokens(&mut self, user: &UserId, at: UnixTime) {
        self.write(Write::CutTokens(user.clone(), at));
    }

    fn add_group(&mut self, group: &Group) {
        self.write(Write::AddGroup(group.clone()));
    }

    fn replace_group(&mut self, before: &Group, now: &Group, at: UnixTime) {
        let pair = Box::new((before.clone(), now.clone()));
        self.write(Write::ReplaceGroup(pair, at));
    }

    fn remove_group(&mut self, group: &Group) {
        self.write(Write::RemoveGroup(group.clone()));
    }

    fn add_member(&mut self, membership: &Membership) {
        self.write(Write::AddMember(membership.clone()));
    }

    fn remove_member(&mut self, membership: &Membership) {
        self.write(Write::RemoveMember(membership.clone()));
    }

    fn set_groups_of_user(&mut self, user: &UserId, source: &GroupSource, groups: &[GroupName]) {
        let set = Write::SetGroupsOfUser(user.clone(), source.clone(), groups.to_owned());
        self.write(set);
    }

    async fn account_link(
        &mut self,
        foreign: &ForeignSubject,
    ) -> Result<Option<AccountLink>, StoreError> {
        self.database.find(account_links::by_subject(foreign)).await
    }

    async fn account_links(&mut self) -> Result<Vec<AccountLink>, StoreError> {
        self.database.list(account_links::all()).await
    }

    async fn account_links_of(&mut self, user: &UserId) -> Result<Vec<AccountLink>, StoreError> {
        self.database.list(account_links::of_user(user)).await
    }

    fn add_account_link(&mut self, link: &AccountLink) {
        self.write(Write::AddAccountLink(link.clone()));
    }

    fn use_account_link(&mut self, link: &AccountLink, at: UnixTime) {
        self.write(Write::UseAccountLink(link.clone(), at));
    }

    fn remove_account_link(&mut self, link: &AccountLink) {
        self.write(Write::RemoveAccountLink(link.clone()));
    }

    async fn pending_sign_in(
        &mut self,
        state: &Digest,
    ) -> Result<Option<PendingSignIn>, StoreError> {
        self.database.find(federation::pending(state)).await
    }

    fn add_pending_sign_in(&mut self, pending: &PendingSignIn) {
        self.write(Write::AddPendingSignIn(Box::new(pending.clone())));
    }

    fn keep_pending_sign_ins(&mut self, most: u32, now: UnixTime) {
        self.write(Write::KeepPendingSignIns(most, now));
    }

    fn take_pending_sign_in(&mut self, state: &Digest) {
        self.write(Write::TakePendingSignIn(*state));
    }

    async fn federated_account(
        &mut self,
        foreign: &ForeignSubject,
    ) -> Result<Option<FederatedAccount>, StoreError> {
        self.database.find(federation::by_subject(foreign)).await
    }

    async fn federated_accounts_of(
        &mut self,
        user: &UserId,
    ) -> Result<Vec<FederatedAccount>, StoreError> {
        self.database.list(federation::of_user(user)).await
    }

    async fn vouched_for(
        &mut self,
        user: &UserId,
        authenticated_at: UnixTime,
    ) -> Result<Option<FederatedAccount>, StoreError> {
        let query = federation::vouched_for(user, authenticated_at);
        self.database.find(query).await
    }

    async fn vouched_in(
        &mut self,
        issuer: &str,
        session: &str,
    ) -> Result<Option<FederatedAccount>, StoreError> {
        self.database
            .find(federation::vouched_in(issuer, session))
            .await
    }

    async fn vouched_grants(
        &mut self,
        user: &UserId,
        foreign: &ForeignSubject,
        session: Option<&str>,
    ) -> Result<Vec<GrantId>, StoreError> {
        let vouched = vouched(user, foreign, session);
        self.database.list(vouched.grants()).await
    }

    fn keep_federated_account(&mut self, account: &FederatedAccount) {
        self.write(Write::KeepFederatedAccount(Box::new(account.clone())));
    }

    fn ask_about(&mut self, foreign: &ForeignSubject, before: UnixTime, now: UnixTime) {
        self.write(Write::AskAbout(foreign.clone(), before, now));
    }

    fn vouch(&mut self, user: &UserId, authenticated_at: UnixTime) {
        self.write(Write::Vouch(user.clone(), authenticated_at));
    }

    fn end_vouched(&mut self, user: &UserId, foreign: &ForeignSubject, session: Option<&str>) {
        self.write(Write::EndVouched(vouched(user, foreign, session)));
    }

    fn revoke_vouched(
        &mut self,
        user: &UserId,
        foreign: &ForeignSubject,
        session: Option<&str>,
        at: UnixTime,
        reason: RevocationReason,
    ) {
        let vouched = vouched(user, foreign, session);
        self.write(Write::RevokeVouched(vouched, at, reason));
    }

    async fn factors(&mut self, user: &UserId) -> Result<Factors, StoreError> {
        let counted = self.database.find(factors::counts(user)).await?;
        Ok(counted.unwrap_or_default())
    }

    async fn totp(&mut self, user: &UserId) -> Result<Option<Totp>, StoreError> {
        self.database.find(factors::totp(user)).await
    }

    fn add_totp(&mut self, totp: &Totp) {
        self.write(Write::AddTotp(totp.clone()));
    }

    fn use_totp(&mut self, user: &UserId, step: i64, at: UnixTime) {
        self.write(Write::UseTotp(user.clone(), step, at));
    }

    fn remove_totp(&mut self, user: &UserId) {
        self.write(Write::RemoveTotp(user.clone()));
    }

    fn replace_recovery_codes(&mut self, user: &UserId, codes: &[Digest]) {
        self.write(Write::ReplaceRecoveryCodes(user.clone(), codes.to_vec()));
    }

    fn use_recovery_code(&mut self, user: &UserId, code: &Digest) {
        self.write(Write::UseRecoveryCode(user.clone(), *code));
    }

    async fn passkeys_of(&mut self, user: &UserId) -> Result<Vec<Passkey>, StoreError> {
        self.database.list(factors::passkeys_of(user)).await
    }

    async fn passkey_by_credential(
        &mut self,
        credential: &[u8],
    ) -> Result<Option<Passkey>, StoreError> {
        let query = factors::passkey_by_credential(credential);
        self.database.find(query).await
    }

    fn add_passkey(&mut self, passkey: &Passkey) {
        self.write(Write::AddPasskey(Box::new(passkey.clone())));
    }

    fn use_passkey(&mut self, id: &PasskeyId, counts: (u32, u32), at: UnixTime) {
        self.write(Write::UsePasskey(id.clone(), counts, at));
    }

    fn rename_passkey(&mut self, id: &PasskeyId, user: &UserId, name: &str) {
        let (id, user) = (id.clone(), user.clone());
        self.write(Write::RenamePasskey(id, user, name.to_owned()));
    }

    fn remove_passkey(&mut self, id: &PasskeyId, user: &UserId) {
        self.write(Write::RemovePasskey(id.clone(), user.clone()));
    }

    fn remove_factors(&mut self, user: &UserId) {
        self.write(Write::RemoveFactors(user.clone()));
    }

    async fn client(&mut self, id: &ClientId) -> Result<Option<Client>, StoreError> {
        self.database.find(clients::by_id(id)).await
    }

    async fn clients(&mut self) -> Result<Vec<Client>, StoreError> {
        self.database.list(clients::all()).await
    }

    async fn unused_clients(&mut self, origin: ClientOrigin) -> Result<u64, StoreError> {
        let count = self.database.find(clients::count_unused(origin)).await?;
        Ok(count.unwrap_or_default())
    }

    fn keep_unused_clients(&mut self, origin: ClientOrigin, most: u64, made_before: UnixTime) {
        self.write(Write::KeepUnusedClients(origin, most, made_before));
    }

    fn add_client(&mut self, client: &Client) {
        self.write(Write::AddClient(Box::new(client.clone())));
    }

    fn replace_client(&mut self, before: &Client, after: &Client) {
        let pair = (before.clone(), after.clone());
        self.write(Write::ReplaceClient(Box::new(pair)));
    }

    fn see_keys_of_client(&mut self, id: &ClientId, before: &SeenKeys, now: &SeenKeys) {
        self.write(Write::SeeKeysOfClient(
            id.clone(),
            before.clone(),
            now.clone(),
        ));
    }

    fn mark_client_used(&mut self, id: &ClientId, at: UnixTime) {
        self.write(Write::MarkClientUsed(id.clone(), at));
    }

    fn revoke_client(&mut self, id: &ClientId, at: UnixTime) {
        self.write(Write::RevokeClient(id.clone(), at));
    }

    async fn initial_access_token(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<InitialAccessToken>, StoreError> {
        self.database.find(initial::by_digest(digest)).await
    }

    async fn initial_access_tokens(&mut self) -> Result<Vec<InitialAccessToken>, StoreError> {
        self.database.list(initial::all()).await
    }

    fn add_initial_access_token(&mut self, token: &InitialAccessToken) {
        self.write(Write::AddInitialToken(token.clone()));
    }

    fn use_initial_access_token(&mut self, digest: &Digest, at: UnixTime) {
        self.write(Write::UseInitialToken(*digest, at));
    }

    fn remove_initial_access_token(&mut self, id: &InitialTokenId) {
        self.write(Write::RemoveInitialToken(id.clone()));
    }

    async fn provisioning_token(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<ProvisioningToken>, StoreError> {
        self.database
            .find(provisioning_tokens::by_digest(digest))
            .await
    }

    async fn provisioning_tokens(&mut self) -> Result<Vec<ProvisioningToken>, StoreError> {
        self.database.list(provisioning_tokens::all()).await
    }

    fn add_provisioning_token(&mut self, token: &ProvisioningToken) {
        self.write(Write::AddProvisioningToken(token.clone()));
    }

    fn remove_provisioning_token(&mut self, id: &ProvisioningTokenId) {
        self.write(Write::RemoveProvisioningToken(id.clone()));
    }

    async fn provisioned_user(
        &mut self,
        user: &UserId,
    ) -> Result<Option<ProvisionedUser>, StoreError> {
        self.database.find(provisioned_users::by_user(user)).await
    }

    async fn provisioned_user_by_external_id(
        &mut self,
        provider: &ProvisionerName,
        id: &str,
    ) -> Result<Option<ProvisionedUser>, StoreError> {
        let query = provisioned_users::by_external_id(provider, id);
        self.database.find(query).await
    }

    async fn provisioned_users(
        &mut self,
        provider: &ProvisionerName,
        skipped: u32,
        most: u32,
    ) -> Result<Vec<ProvisionedUser>, StoreError> {
        let query = provisioned_users::in_order(provider, skipped, most);
        self.database.list(query).await
    }

    async fn count_provisioned_users(
        &mut self,
        provider: &ProvisionerName,
    ) -> Result<u32, StoreError> {
        let count = self.database.find(provisioned_users::count(provider)).await;
        Ok(count?.unwrap_or_default())
    }

    fn add_provisioned_user(&mut self, user: &ProvisionedUser) {
        self.write(Write::AddProvisionedUser(Box::new(user.clone())));
    }

    fn replace_provisioned_user(&mut self, before: &ProvisionedUser, now: &ProvisionedUser) {
        let pair = (before.clone(), now.clone());
        self.write(Write::ReplaceProvisionedUser(Box::new(pair)));
    }

    fn remove_provisioned_user(&mut self, user: &ProvisionedUser) {
        self.write(Write::RemoveProvisionedUser(Box::new(user.clone())));
    }

    async fn code(&mut self, digest: &Digest) -> Result<Option<AuthorizationCode>, StoreError> {
        self.database.find(codes::by_digest(digest)).await
    }

    async fn presented_code(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<PresentedCode>, StoreError> {
        self.database.find(presented::code(digest)).await
    }

    fn add_code(&mut self, code: &AuthorizationCode) {
        self.write(Write::AddCode(Box::new(code.clone())));
    }

    fn redeem_code(&mut self, digest: &Digest, grant: &GrantId) {
        self.write(Write::RedeemCode(*digest, grant.clone()));
    }

    fn burn_code(&mut self, digest: &Digest) {
        self.write(Write::BurnCode(*digest));
    }

    async fn device_authorization(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<DeviceAuthorization>, StoreError> {
        self.database.find(devices::by_digest(digest)).await
    }

    async fn device_authorization_by_user_code(
        &mut self,
        user_code: &Digest,
    ) -> Result<Option<DeviceAuthorization>, StoreError> {
        self.database.find(devices::by_user_code(user_code)).await
    }

    fn add_device_authorization(&mut self, request: &DeviceAuthorization) {
        self.write(Write::AddDevice(Box::new(request.clone())));
    }

    fn poll_device(&mut self, digest: &Digest, at: UnixTime, interval: Duration) {
        self.write(Write::PollDevice(*digest, at, interval));
    }

    fn approve_device(
        &mut self,
        digest: &Digest,
        approval: &DeviceApproval,
        (scopes, details): (&ScopeSet, &Details),
    ) {
        let opens = Box::new((scopes.clone(), details.clone()));
        self.write(Write::ApproveDevice(*digest, approval.clone(), opens));
    }

    fn deny_device(&mut self, digest: &Digest) {
        self.write(Write::DenyDevice(*digest));
    }

    fn redeem_device(&mut self, digest: &Digest) {
        self.write(Write::RedeemDevice(*digest));
    }

    async fn grant(&mut self, id: &GrantId) -> Result<Option<Grant>, StoreError> {
        self.database.find(grants::by_id(id)).await
    }

    async fn grants(
        &mut self,
        user: Option<&UserId>,
        client: Option<&ClientId>,
    ) -> Result<Vec<Grant>, StoreError> {
        self.database.list(grants::of(user, client)).await
    }

    async fn latest_grants(
        &mut self,
        user: &UserId,
        client: &ClientId,
        most: u32,
    ) -> Result<Vec<Grant>, StoreError> {
        self.database.list(grants::latest(user, client, most)).await
    }

    fn add_grant(&mut self, grant: &Grant) {
        self.write(Write::AddGrant(Box::new(grant.clone())));
    }

    fn mark_grant_used(&mut self, id: &GrantId, at: UnixTime) {
        self.write(Write::MarkGrantUsed(id.clone(), at));
    }

    fn bind_grant(&mut self, id: &GrantId, key: &Confirmation, at: UnixTime) {
        self.write(Write::BindGrant(id.clone(), key.clone(), at));
    }

    fn revoke_grant(&mut self, id: &GrantId, at: UnixTime, reason: RevocationReason) {
        self.write(Write::RevokeGrant(id.clone(), at, reason));
    }

    fn revoke_grants_of_user(&mut self, user: &UserId, at: UnixTime, reason: RevocationReason) {
        self.write(Write::RevokeGrantsOfUser(user.clone(), at, reason));
    }

    fn revoke_asserted_grants_of_user(
        &mut self,
        user: &UserId,
        at: UnixTime,
        reason: RevocationReason,
    ) {
        let user = user.clone();
        self.write(Write::RevokeAssertedGrantsOfUser(user, at, reason));
    }

    fn revoke_grants_of_client(
        &mut self,
        client: &ClientId,
        at: UnixTime,
        reason: RevocationReason,
    ) {
        self.write(Write::RevokeGrantsOfClient(client.clone(), at, reason));
    }

    async fn refresh_token(&mut self, digest: &Digest) -> Result<Option<RefreshToken>, StoreError> {
        self.database.find(refresh_tokens::by_digest(digest)).await
    }

    async fn presented_refresh(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<PresentedRefresh>, StoreError> {
        self.database.find(presented::refresh_token(digest)).await
    }

    fn add_refresh_token(&mut self, token: &RefreshToken) {
        self.write(Write::AddRefreshToken(token.clone()));
    }

    fn spend_refresh_token(&mut self, digest: &Digest, spent: &Spent) {
        self.write(Write::SpendRefreshToken(*digest, spent.clone()));
    }

    async fn session(&mut self, digest: &Digest) -> Result<Option<Session>, StoreError> {
        self.database.find(sessions::by_digest(digest)).await
    }

    fn add_session(&mut self, session: &Session) {
        self.write(Write::AddSession(session.clone()));
    }

    async fn sessions_of(&mut self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        self.database.list(sessions::of_user(user)).await
    }

    fn see_session(&mut self, digest: &Digest, at: UnixTime) {
        self.write(Write::SeeSession(*digest, at));
    }

    fn end_other_sessions_of_user(&mut self, user: &UserId, kept: &Digest) {
        self.write(Write::EndOtherSessionsOfUser(user.clone(), *kept));
    }

    fn end_session(&mut self, digest: &Digest) {
        self.write(Write::EndSession(*digest));
    }

    fn end_sessions_of_user(&mut self, user: &UserId) {
        self.write(Write::EndSessionsOfUser(user.clone()));
    }

    async fn known_devices(&mut self, digest: &Digest) -> Result<Vec<KnownDevice>, StoreError> {
        self.database.list(known_devices::with_digest(digest)).await
    }

    async fn known_device(
        &mut self,
        digest: &Digest,
        name: &Username,
    ) -> Result<Option<KnownDevice>, StoreError> {
        self.database
            .find(known_devices::of_name(digest, name))
            .await
    }

    async fn known_devices_of(&mut self, user: &UserId) -> Result<Vec<KnownDevice>, StoreError> {
        self.database.list(known_devices::of_user(user)).await
    }

    fn remember_device(&mut self, device: &KnownDevice) {
        self.write(Write::RememberDevice(device.clone()));
    }

    fn renew_devices(&mut self, before: &Digest, after: &Digest) {
        self.write(Write::RenewDevices(*before, *after));
    }

    fn forget_device(&mut self, user: &UserId, id: &DeviceId) {
        self.write(Write::ForgetDevice(user.clone(), id.clone()));
    }

    fn forget_devices_of_user(&mut self, user: &UserId) {
        self.write(Write::ForgetDevicesOfUser(user.clone()));
    }

    async fn consents_of(&mut self, user: &UserId) -> Result<Vec<Consent>, StoreError> {
        self.database.list(consents::of_user(user)).await
    }

    fn forget_consent(&mut self, key: &ConsentKey) {
        self.write(Write::ForgetConsent(key.clone()));
    }

    fn forget_consents_of_user(&mut self, user: &UserId, client: Option<&ClientId>) {
        self.write(Write::ForgetConsentsOfUser(user.clone(), client.cloned()));
    }

    async fn consent(&mut self, key: &ConsentKey) -> Result<Option<Consent>, StoreError> {
        self.database.find(consents::by_key(key)).await
    }

    fn remember_consent(&mut self, consent: &Consent) {
        self.write(Write::RememberConsent(Box::new(consent.clone())));
    }

    fn forget_approvals_of_client(&mut self, client: &ClientId) {
        self.write(Write::ForgetApprovalsOfClient(client.clone()));
    }

    async fn was_used(&mut self, used: &OneTime) -> Result<bool, StoreError> {
        Ok(self.database.find(used_once::noted(used)).await?.is_some())
    }

    fn use_once(&mut self, used: &OneTime, expires_at: UnixTime) {
        self.write(Write::UseOnce(used.clone(), expires_at));
    }

    async fn setup_link(&mut self, digest: &Digest) -> Result<Option<SetupLink>, StoreError> {
        self.database.find(setup_links::by_digest(digest)).await
    }

    fn replace_setup_link(&mut self, link: &SetupLink) {
        self.write(Write::ReplaceSetupLink(link.clone()));
    }

    fn use_setup_link(&mut self, digest: &Digest, at: UnixTime) {
        self.write(Write::UseSetupLink(*digest, at));
    }

    async fn signing_keys(&mut self) -> Result<Vec<SealedSigningKey>, StoreError> {
        self.database.list(signing_keys::all()).await
    }

    fn add_signing_key(&mut self, key: &SealedSigningKey) {
        self.write(Write::AddSigningKey(Box::new(key.clone())));
    }

    fn bring_forward_signing_key(&mut self, id: &KeyId, active_from: UnixTime) {
        self.write(Write::BringForwardSigningKey(id.clone(), active_from));
    }

    fn retire_signing_key(&mut self, id: &KeyId, retirement: Retirement) {
        self.write(Write::RetireSigningKey(id.clone(), retirement));
    }

    fn forget_signing_key(&mut self, id: &KeyId) {
        self.write(Write::ForgetSigningKey(id.clone()));
    }

    fn revoke_access_token(&mut self, token: &TokenId, at: UnixTime) {
        self.write(Write::RevokeAccessToken(token.clone(), at));
    }

    async fn revocations_since(
        &mut self,
        since: UnixTime,
    ) -> Result<Vec<RevokedTokens>, StoreError> {
        self.database.list(revocations::since(since)).await
    }

    fn audit(&mut self, event: AuditEvent) {
        self.batch.events.push(event);
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.database.queue().commit(self.batch).await.map(drop)
    }
}

fn vouched(user: &UserId, foreign: &ForeignSubject, session: Option<&str>) -> Vouched {
    Vouched {
        user: user.clone(),
        foreign: foreign.clone(),
        session: session.map(str::to_owned),
    }
}
