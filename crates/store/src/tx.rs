//! The two traits behind which every database lives.

use std::time::Duration;

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
    AuditFilter, AuditPage, Hold, PresentedCode, PresentedRefresh, RevokedTokens, SealedSigningKey,
    StoreError, Term,
};

/// Opens units of work. There is no other way to reach stored state.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Opens a unit of work.
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError>;

    /// Queues the record of a tool call or refusal. It is written in order, soon, and together
    /// with others; a full queue is an error and the call must not go on unrecorded.
    fn record(&self, event: AuditEvent) -> Result<(), StoreError>;

    /// Waits until everything that was queued before is durable.
    async fn flush(&self) -> Result<(), StoreError>;

    /// Reads audit records.
    async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError>;

    /// Checks every audit record against the one before it. `Ok(Err(_))` names the first that
    /// does not follow.
    async fn verify_audit(
        &self,
    ) -> Result<Result<ChainHead, doorward_core::audit::ChainBroken>, StoreError>;

    /// Who may write to the database right now. Not being able to say is an error. When it is not
    /// this process, the next flush tries to have it again.
    async fn hold(&self) -> Result<Hold, StoreError> {
        Ok(Hold::Own(Term::ONLY))
    }

    /// [`Tx::revocations_since`], without waiting for others who want to read.
    async fn revoked_since(&self, since: UnixTime) -> Result<Vec<RevokedTokens>, StoreError> {
        self.begin().await?.revocations_since(since).await
    }

    /// Deletes what has expired and no longer protects anything: codes, refresh tokens, sessions,
    /// flows, set-up links, grants that ended long ago, and clients that no administrator added,
    /// made before `unused_since`, through which nobody ever signed in. Returns how many rows went.
    /// What is kept for how long: docs/storage.md.
    async fn reap(&self, now: UnixTime, unused_since: UnixTime) -> Result<usize, StoreError>;
}

/// One unit of work. Dropping it without [`Tx::commit`] writes nothing, and a commit
/// that was begun is applied as a whole or not at all, even if nobody awaits it.
///
/// Every read sees the newest committed state; writes collected here are not
/// visible to reads before they are committed.
///
/// Lookups return `Ok(None)` for "not there". Writes are collected and cannot
/// fail by themselves; [`Tx::commit`] applies them in order in one transaction.
/// Those that change state are compare-and-set: unless the record is in the
/// expected state, the whole commit is a [`StoreError::Conflict`].
#[async_trait]
pub trait Tx: Send {
    // --- users

    /// The user with this identity.
    async fn user(&mut self, id: &UserId) -> Result<Option<User>, StoreError>;
    /// The user with this name.
    async fn user_by_name(&mut self, name: &Username) -> Result<Option<User>, StoreError>;
    /// All users by name.
    async fn users(&mut self) -> Result<Vec<User>, StoreError>;
    /// Whether there is any account at all.
    async fn has_users(&mut self) -> Result<bool, StoreError>;
    /// Adds a user; the name must be free.
    fn add_user(&mut self, user: &User);
    /// Replaces the password of an existing user.
    fn set_password(&mut self, user: &UserId, password: &PasswordHash);
    /// Changes the role of an existing user, unless nobody was left who can sign in and
    /// administer: that is a conflict (AD-03).
    fn set_role(&mut self, user: &UserId, role: Role);
    /// Disables (`Some`) or enables (`None`) an existing user. Disabling the last who can sign
    /// in and administer is a conflict.
    fn set_disabled(&mut self, user: &UserId, at: Option<UnixTime>);
    /// The users to whom messages to this address go, by name: it proves nothing of any of them.
    async fn users_by_mail(&mut self, mail: &MailAddress) -> Result<Vec<User>, StoreError>;
    /// Gives an existing user another name, which must be free.
    fn set_user_name(&mut self, user: &UserId, name: &Username);
    /// Says what an existing user is called, or takes it back.
    fn set_display_name(&mut self, user: &UserId, name: Option<&DisplayName>);
    /// Says where messages to an existing user go, or takes it back.
    fn set_mail(&mut self, user: &UserId, mail: Option<&MailAddress>);
    /// Removes an existing user with everything of the account: grants are revoked, and
    /// remembered without the person for as long as any token of theirs could be shown. Removing
    /// the last who can sign in and administer is a conflict.
    fn remove_user(&mut self, user: &UserId, at: UnixTime);
    /// Which account somebody elsewhere is.
    async fn account_link(
        &mut self,
        foreign: &ForeignSubject,
    ) -> Result<Option<AccountLink>, StoreError>;
    /// All links, by issuer and subject.
    async fn account_links(&mut self) -> Result<Vec<AccountLink>, StoreError>;
    /// Those of one user, by issuer and subject.
    async fn account_links_of(&mut self, user: &UserId) -> Result<Vec<AccountLink>, StoreError>;
    /// Links somebody elsewhere, who is not linked yet, to an existing user.
    fn add_account_link(&mut self, link: &AccountLink);
    /// Notes that an existing link was used: whatever else is committed rests on it.
    fn use_account_link(&mut self, link: &AccountLink, at: UnixTime);
    /// Cuts an existing link.
    fn remove_account_link(&mut self, link: &AccountLink);

    // --- sign-ins through identity providers

    /// The sign-in under way with this digest of its state.
    async fn pending_sign_in(
        &mut self,
        state: &Digest,
    ) -> Result<Option<PendingSignIn>, StoreError>;
    /// Adds a sign-in that begins.
    fn add_pending_sign_in(&mut self, pending: &PendingSignIn);
    /// Removes those that are over, and of the others the oldest, so that at most so many stay.
    fn keep_pending_sign_ins(&mut self, most: u32, now: UnixTime);
    /// Takes one that is there: whoever comes second conflicts.
    fn take_pending_sign_in(&mut self, state: &Digest);
    /// What is kept of somebody's sign-ins.
    async fn federated_account(
        &mut self,
        foreign: &ForeignSubject,
    ) -> Result<Option<FederatedAccount>, StoreError>;
    /// The same of all whom a user is linked to.
    async fn federated_accounts_of(
        &mut self,
        user: &UserId,
    ) -> Result<Vec<FederatedAccount>, StoreError>;
    /// By whose word the user signed in at that moment, if by that of a provider.
    async fn vouched_for(
        &mut self,
        user: &UserId,
        authenticated_at: UnixTime,
    ) -> Result<Option<FederatedAccount>, StoreError>;
    /// Who signed in here by a session over there, of which only the name is known.
    async fn vouched_in(
        &mut self,
        issuer: &str,
        session: &str,
    ) -> Result<Option<FederatedAccount>, StoreError>;
    /// The grants of a user that stand by the word on `foreign`, revoked or not: all, or those of
    /// one session over there.
    async fn vouched_grants(
        &mut self,
        user: &UserId,
        foreign: &ForeignSubject,
        session: Option<&str>,
    ) -> Result<Vec<GrantId>, StoreError>;
    /// Keeps this of somebody who is linked to that user, in place of what was kept.
    fn keep_federated_account(&mut self, account: &FederatedAccount);
    /// Notes that a provider is asked about somebody, whom it was last asked about `before`.
    fn ask_about(&mut self, foreign: &ForeignSubject, before: UnixTime, now: UnixTime);
    /// Notes that the sign-in of a user at that moment stands by the word of the provider that
    /// the user came through last, if any.
    fn vouch(&mut self, user: &UserId, authenticated_at: UnixTime);
    /// Ends the sessions of a user that stand by the word on `foreign`: all, or those of one
    /// session over there.
    fn end_vouched(&mut self, user: &UserId, foreign: &ForeignSubject, session: Option<&str>);
    /// Revokes the grants of a user that stand so, burns the codes and denies the devices.
    fn revoke_vouched(
        &mut self,
        user: &UserId,
        foreign: &ForeignSubject,
        session: Option<&str>,
        at: UnixTime,
        reason: RevocationReason,
    );
    // --- links for people without a password

    /// The unused invitation with this digest.
    async fn invitation(&mut self, digest: &Digest) -> Result<Option<Invitation>, StoreError>;
    /// All unused invitations, newest first.
    async fn invitations(&mut self) -> Result<Vec<Invitation>, StoreError>;
    /// Adds an invitation.
    fn add_invitation(&mut self, invitation: &Invitation);
    /// Uses up an invitation that was not used.
    fn use_invitation(&mut self, digest: &Digest);
    /// Removes an invitation that was not used.
    fn remove_invitation(&mut self, id: &InvitationId);
    /// The unused password reset with this digest.
    async fn password_reset(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<PasswordReset>, StoreError>;
    /// Adds a password reset, for an existing user who is not disabled, in place of an earlier
    /// one. Whatever sets a password or an address removes it.
    fn replace_password_reset(&mut self, reset: &PasswordReset);
    /// Uses up a password reset that was not used.
    fn use_password_reset(&mut self, digest: &Digest);

    // --- groups

    /// The group with this identity.
    async fn group(&mut self, id: &GroupId) -> Result<Option<Group>, StoreError>;
    /// The group with this name that somebody made here.
    async fn group_by_name(&mut self, name: &GroupName) -> Result<Option<Group>, StoreError>;
    /// All groups that somebody made here, by name.
    async fn groups(&mut self) -> Result<Vec<Group>, StoreError>;
    /// Who is in the group of this name, by whosever account.
    async fn members_of(&mut self, group: &GroupName) -> Result<Vec<Membership>, StoreError>;
    /// What a user is in, by whosever account, by the name of the group.
    async fn memberships_of(&mut self, user: &UserId) -> Result<Vec<Membership>, StoreError>;
    /// The groups that a user is in, and the last cut, as of one moment.
    async fn belonging_of(&mut self, user: &UserId) -> Result<Belonging, StoreError>;
    /// Access tokens of an existing user that were issued until `at` count for nothing; after a
    /// cut that reaches as far, those of the second after it as well.
    fn cut_tokens(&mut self, user: &UserId, at: UnixTime);
    /// Adds a group; the name must be free.
    fn add_group(&mut self, group: &Group);
    /// Gives the group that still has the name and the time of `before` what `now` says of its name
    /// and its identifier elsewhere. What its source said of members goes on under the new name.
    fn replace_group(&mut self, before: &Group, now: &Group, at: UnixTime);
    /// Removes the group, which must be as it was read, and what its source said of members.
    fn remove_group(&mut self, group: &Group);
    /// Says that an existing user is in a group; saying it again changes nothing.
    fn add_member(&mut self, membership: &Membership);
    /// Takes that back, if it was said.
    fn remove_member(&mut self, membership: &Membership);
    /// Everything that `source` says of an existing user, in place of what it said before.
    fn set_groups_of_user(&mut self, user: &UserId, source: &GroupSource, groups: &[GroupName]);

    // --- second factors

    /// What this user has enrolled.
    async fn factors(&mut self, user: &UserId) -> Result<Factors, StoreError>;
    /// The authenticator application of this user.
    async fn totp(&mut self, user: &UserId) -> Result<Option<Totp>, StoreError>;
    /// Adds an authenticator application for an existing user who has none.
    fn add_totp(&mut self, totp: &Totp);
    /// Notes that a code of `step` was taken, after which none of it or earlier is.
    fn use_totp(&mut self, user: &UserId, step: i64, at: UnixTime);
    /// Removes an existing authenticator application.
    fn remove_totp(&mut self, user: &UserId);
    /// Replaces all recovery codes of an existing user.
    fn replace_recovery_codes(&mut self, user: &UserId, codes: &[Digest]);
    /// Uses up one that was not used yet.
    fn use_recovery_code(&mut self, user: &UserId, code: &Digest);
    /// The passkeys of this user, the oldest first.
    async fn passkeys_of(&mut self, user: &UserId) -> Result<Vec<Passkey>, StoreError>;
    /// The passkey that its authenticator calls so.
    async fn passkey_by_credential(
        &mut self,
        credential: &[u8],
    ) -> Result<Option<Passkey>, StoreError>;
    /// Adds a passkey of an existing user; no other may have its credential.
    fn add_passkey(&mut self, passkey: &Passkey);
    /// Notes a use of an existing passkey, whose counter went from the first to the second.
    fn use_passkey(&mut self, id: &PasskeyId, counts: (u32, u32), at: UnixTime);
    /// Gives a passkey of this user another name.
    fn rename_passkey(&mut self, id: &PasskeyId, user: &UserId, name: &str);
    /// Removes a passkey of this user.
    fn remove_passkey(&mut self, id: &PasskeyId, user: &UserId);
    /// Removes all factors and recovery codes of this user, if there are any.
    fn remove_factors(&mut self, user: &UserId);

    // --- clients

    /// The client with this identifier, revoked or not.
    async fn client(&mut self, id: &ClientId) -> Result<Option<Client>, StoreError>;
    /// All clients, newest first.
    async fn clients(&mut self) -> Result<Vec<Client>, StoreError>;
    /// How many clients of this origin nobody has used yet; none are counted of the
    /// preregistered ones.
    async fn unused_clients(&mut self, origin: ClientOrigin) -> Result<u64, StoreError>;
    /// Removes clients of this origin that were made before `made_before` and nobody has used, the
    /// oldest first, until `most` are left, and no more than 500 at once. Those that somebody is
    /// just signing in through stay.
    fn keep_unused_clients(&mut self, origin: ClientOrigin, most: u64, made_before: UnixTime);
    /// Adds a client. For an identifier that is already there nothing changes: the first
    /// registration stands, a revoked one stays revoked.
    fn add_client(&mut self, client: &Client);
    /// Replaces what an existing client that is not revoked registered; its origin and its
    /// times stay. The registration access token and the metadata document in the store must
    /// be those of `before`.
    fn replace_client(&mut self, before: &Client, after: &Client);
    /// Notes the keys that were seen behind the `jwks_uri` of a client that is not revoked, after
    /// those that were seen `before`. Replacing its keys forgets what was seen.
    fn see_keys_of_client(&mut self, id: &ClientId, before: &SeenKeys, now: &SeenKeys);
    /// Notes that somebody signed in through an existing client, which keeps it from being reaped.
    fn mark_client_used(&mut self, id: &ClientId, at: UnixTime);
    /// Revokes an existing client that is not revoked yet.
    fn revoke_client(&mut self, id: &ClientId, at: UnixTime);

    // --- initial access tokens

    /// The initial access token with this digest.
    async fn initial_access_token(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<InitialAccessToken>, StoreError>;
    /// All initial access tokens, newest first.
    async fn initial_access_tokens(&mut self) -> Result<Vec<InitialAccessToken>, StoreError>;
    /// Adds an initial access token.
    fn add_initial_access_token(&mut self, token: &InitialAccessToken);
    /// Counts one use of a token that admits one more at `at`.
    fn use_initial_access_token(&mut self, digest: &Digest, at: UnixTime);
    /// Removes an existing token.
    fn remove_initial_access_token(&mut self, id: &InitialTokenId);

    // --- provisioning identity providers

    /// The token of a provisioning identity provider with this digest.
    async fn provisioning_token(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<ProvisioningToken>, StoreError>;
    /// All tokens of provisioning identity providers, newest first.
    async fn provisioning_tokens(&mut self) -> Result<Vec<ProvisioningToken>, StoreError>;
    /// Adds a token of a provisioning identity provider.
    fn add_provisioning_token(&mut self, token: &ProvisioningToken);
    /// Removes an existing token.
    fn remove_provisioning_token(&mut self, id: &ProvisioningTokenId);
    /// What a provider says of an account, if it is any provider's.
    async fn provisioned_user(
        &mut self,
        user: &UserId,
    ) -> Result<Option<ProvisionedUser>, StoreError>;
    /// The account that a provider calls so.
    async fn provisioned_user_by_external_id(
        &mut self,
        provider: &ProvisionerName,
        id: &str,
    ) -> Result<Option<ProvisionedUser>, StoreError>;
    /// The accounts of a provider in the order they were made: at most `most`, without the first
    /// `skipped`.
    async fn provisioned_users(
        &mut self,
        provider: &ProvisionerName,
        skipped: u32,
        most: u32,
    ) -> Result<Vec<ProvisionedUser>, StoreError>;
    /// How many accounts are a provider's.
    async fn count_provisioned_users(
        &mut self,
        provider: &ProvisionerName,
    ) -> Result<u32, StoreError>;
    /// Makes an existing account, which is no provider's, a provider's. No other account of it
    /// may have the same identifier there.
    fn add_provisioned_user(&mut self, user: &ProvisionedUser);
    /// Replaces what a provider says of an account, which must be as it was `before`. Whose it is
    /// and since when stays.
    fn replace_provisioned_user(&mut self, before: &ProvisionedUser, now: &ProvisionedUser);
    /// Makes an account, of which the provider says this, nobody's.
    fn remove_provisioned_user(&mut self, user: &ProvisionedUser);

    // --- authorization codes

    /// The code with this digest.
    async fn code(&mut self, digest: &Digest) -> Result<Option<AuthorizationCode>, StoreError>;
    /// The code with this digest and who approved it, as of one moment.
    async fn presented_code(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<PresentedCode>, StoreError>;
    /// Adds a code, for an existing user who is not disabled and a client that is not revoked.
    fn add_code(&mut self, code: &AuthorizationCode);
    /// Fresh to redeemed.
    fn redeem_code(&mut self, digest: &Digest, grant: &GrantId);
    /// Fresh to burnt.
    fn burn_code(&mut self, digest: &Digest);

    // --- device authorization requests

    /// The request with this device code's digest.
    async fn device_authorization(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<DeviceAuthorization>, StoreError>;
    /// The request with this user code's digest.
    async fn device_authorization_by_user_code(
        &mut self,
        user_code: &Digest,
    ) -> Result<Option<DeviceAuthorization>, StoreError>;
    /// Adds a pending request, for a client that is not revoked; no other may have its codes.
    fn add_device_authorization(&mut self, request: &DeviceAuthorization);
    /// Notes when the device of a pending request polled, and how long it has to wait from now on.
    fn poll_device(&mut self, digest: &Digest, at: UnixTime, interval: Duration);
    /// Pending to approved, by an existing user who is not disabled, for these scopes and calls.
    fn approve_device(
        &mut self,
        digest: &Digest,
        approval: &DeviceApproval,
        opens: (&ScopeSet, &Details),
    );
    /// Pending to denied.
    fn deny_device(&mut self, digest: &Digest);
    /// Removes an approved request.
    fn redeem_device(&mut self, digest: &Digest);

    // --- grants and refresh tokens

    /// The grant with this identity.
    async fn grant(&mut self, id: &GrantId) -> Result<Option<Grant>, StoreError>;
    /// All grants, newest first; of one user or of one client when named.
    async fn grants(
        &mut self,
        user: Option<&UserId>,
        client: Option<&ClientId>,
    ) -> Result<Vec<Grant>, StoreError>;
    /// The newest grants of a user and a client, `most` of them at most, newest first.
    async fn latest_grants(
        &mut self,
        user: &UserId,
        client: &ClientId,
        most: u32,
    ) -> Result<Vec<Grant>, StoreError>;
    /// Adds a grant, for an existing user who is not disabled, or none, and a client that is not
    /// revoked.
    fn add_grant(&mut self, grant: &Grant);
    /// Notes that a token of a grant that is not revoked was issued.
    fn mark_grant_used(&mut self, id: &GrantId, at: UnixTime);
    /// Binds a grant that is neither revoked nor bound yet to a key or certificate: from `at` on its refresh
    /// tokens need it.
    fn bind_grant(&mut self, id: &GrantId, key: &Confirmation, at: UnixTime);
    /// Revokes a grant. Revoking a revoked grant changes nothing and is no conflict.
    fn revoke_grant(&mut self, id: &GrantId, at: UnixTime, reason: RevocationReason);
    /// Revokes every grant of a user that is not revoked yet, burns the user's fresh codes, and
    /// denies what the user approved for devices that did not poll since.
    fn revoke_grants_of_user(&mut self, user: &UserId, at: UnixTime, reason: RevocationReason);
    /// Revokes every grant of a user that is not revoked yet and for which nobody proved to be
    /// the user: those that came by the word of another issuer.
    fn revoke_asserted_grants_of_user(
        &mut self,
        user: &UserId,
        at: UnixTime,
        reason: RevocationReason,
    );
    /// Revokes every grant of a client that is not revoked yet, burns its fresh codes, and removes
    /// its device authorization requests.
    fn revoke_grants_of_client(
        &mut self,
        client: &ClientId,
        at: UnixTime,
        reason: RevocationReason,
    );
    /// The refresh token with this digest.
    async fn refresh_token(&mut self, digest: &Digest) -> Result<Option<RefreshToken>, StoreError>;
    /// The refresh token with this digest and whatever decides about it, as of one moment; nothing
    /// where its grant is no person's.
    async fn presented_refresh(
        &mut self,
        digest: &Digest,
    ) -> Result<Option<PresentedRefresh>, StoreError>;
    /// Adds a refresh token to an existing grant.
    fn add_refresh_token(&mut self, token: &RefreshToken);
    /// Active to spent.
    fn spend_refresh_token(&mut self, digest: &Digest, spent: &Spent);

    // --- people's sessions and answers

    /// The session with this digest.
    async fn session(&mut self, digest: &Digest) -> Result<Option<Session>, StoreError>;
    /// Adds a session, for an existing user who is not disabled.
    fn add_session(&mut self, session: &Session);
    /// The sessions of a user, the one that was seen last first.
    async fn sessions_of(&mut self, user: &UserId) -> Result<Vec<Session>, StoreError>;
    /// Notes when a session was seen, if it is there.
    fn see_session(&mut self, digest: &Digest, at: UnixTime);
    /// Ends a session, if it is there.
    fn end_session(&mut self, digest: &Digest);
    /// Ends every session of a user but this one.
    fn end_other_sessions_of_user(&mut self, user: &UserId, kept: &Digest);
    /// Ends every session of a user.
    fn end_sessions_of_user(&mut self, user: &UserId);
    /// The devices for whose value this is the digest: one for each account.
    async fn known_devices(&mut self, digest: &Digest) -> Result<Vec<KnownDevice>, StoreError>;
    /// The device with this digest of the account of this name.
    async fn known_device(
        &mut self,
        digest: &Digest,
        name: &Username,
    ) -> Result<Option<KnownDevice>, StoreError>;
    /// The devices of a user, the one that was seen last first.
    async fn known_devices_of(&mut self, user: &UserId) -> Result<Vec<KnownDevice>, StoreError>;
    /// Remembers a device of an existing user, or that it was seen again, which leaves its identity
    /// and when it was first seen. Of too many the one that was seen longest ago goes.
    fn remember_device(&mut self, device: &KnownDevice);
    /// Puts another value in place of one, for every account that it is remembered for.
    fn renew_devices(&mut self, before: &Digest, after: &Digest);
    /// Forgets an existing device of a user.
    fn forget_device(&mut self, user: &UserId, id: &DeviceId);
    /// Forgets every device of a user.
    fn forget_devices_of_user(&mut self, user: &UserId);
    /// Everything that a person approved before, the latest first.
    async fn consents_of(&mut self, user: &UserId) -> Result<Vec<Consent>, StoreError>;
    /// Forgets an existing approval, so that the person is asked again.
    fn forget_consent(&mut self, key: &ConsentKey);
    /// Forgets what a person approved before for one client, or for all of them.
    fn forget_consents_of_user(&mut self, user: &UserId, client: Option<&ClientId>);
    /// What the person approved before.
    async fn consent(&mut self, key: &ConsentKey) -> Result<Option<Consent>, StoreError>;
    /// Remembers an approval by an existing user for an existing client, in place of the one
    /// before it.
    fn remember_consent(&mut self, consent: &Consent);
    /// Forgets every approval for a client, so that people are asked again: those that are
    /// remembered, and those that it did not collect yet. Burns its fresh codes, and removes its
    /// device authorization requests.
    fn forget_approvals_of_client(&mut self, client: &ClientId);
    /// Whether the one use of this was noted. That it was not is no promise: [`Tx::use_once`]
    /// decides.
    async fn was_used(&mut self, used: &OneTime) -> Result<bool, StoreError>;
    /// Notes the one use of something that nobody would accept after `expires_at`. It is kept for
    /// a day longer, so that a clock that ran ahead and is set back opens nothing again.
    fn use_once(&mut self, used: &OneTime, expires_at: UnixTime);
    /// The set-up link with this digest.
    async fn setup_link(&mut self, digest: &Digest) -> Result<Option<SetupLink>, StoreError>;
    /// Adds a set-up link and removes every other one: only the newest works.
    fn replace_setup_link(&mut self, link: &SetupLink);
    /// Unused to used.
    fn use_setup_link(&mut self, digest: &Digest, at: UnixTime);

    // --- keys and revocations

    /// All signing keys, latest to sign first.
    async fn signing_keys(&mut self) -> Result<Vec<SealedSigningKey>, StoreError>;
    /// Adds a signing key.
    fn add_signing_key(&mut self, key: &SealedSigningKey);
    /// Lets a key that is not retired sign earlier than planned.
    fn bring_forward_signing_key(&mut self, id: &KeyId, active_from: UnixTime);
    /// Retires a key, or removes a retired one earlier than planned.
    fn retire_signing_key(&mut self, id: &KeyId, retirement: Retirement);
    /// Forgets an existing key.
    fn forget_signing_key(&mut self, id: &KeyId);
    /// Revokes one access token by its `jti`. Once more changes nothing.
    fn revoke_access_token(&mut self, token: &TokenId, at: UnixTime);
    /// What was revoked at or after `since`: grants, single tokens, disabled users, clients.
    async fn revocations_since(
        &mut self,
        since: UnixTime,
    ) -> Result<Vec<RevokedTokens>, StoreError>;

    // --- audit

    /// Records what happened, in the same transaction as the rest.
    fn audit(&mut self, event: AuditEvent);

    /// Applies every write, durably, or none.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
