//! Writes as values: what a unit of work collects until it is committed.
//!
//! Every database applies the same [`Write`]s; what each of them expects to find
//! stands where it is applied, in one exhaustive match per database.

use std::time::Duration;

use doorward_core::{
    access::Confirmation,
    account_link::{AccountLink, ForeignSubject},
    audit::AuditEvent,
    client::{Client, ClientOrigin, SeenKeys},
    code::AuthorizationCode,
    consent::{Consent, ConsentKey},
    details::Details,
    device::{DeviceApproval, DeviceAuthorization},
    factor::{Passkey, Totp},
    federation::{FederatedAccount, PendingSignIn},
    grant::{Grant, RevocationReason},
    group::{Group, GroupName, GroupSource, Membership},
    id::{
        ClientId, DeviceId, GrantId, InitialTokenId, InvitationId, KeyId, PasskeyId,
        ProvisioningTokenId, TokenId, UserId,
    },
    invitation::{Invitation, PasswordReset},
    known_device::KnownDevice,
    once::OneTime,
    provisioning::{ProvisionedUser, ProvisioningToken},
    refresh::{RefreshToken, Spent},
    registration::InitialAccessToken,
    rotation::Retirement,
    scope::ScopeSet,
    secret::Digest,
    session::{Session, SetupLink},
    time::UnixTime,
    user::{DisplayName, MailAddress, PasswordHash, Role, User, Username},
};

use crate::{SealedSigningKey, tables::federation::Vouched};

/// What one commit applies, in order, or not at all.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Changes of state.
    pub(crate) writes: Vec<Write>,
    /// Audit records of these changes.
    pub(crate) events: Vec<AuditEvent>,
}

impl Batch {
    /// Deletes what has expired.
    pub(crate) fn reap(now: UnixTime, unused_since: UnixTime) -> Self {
        Self {
            writes: vec![Write::Reap { now, unused_since }],
            events: Vec::new(),
        }
    }

    /// Whether there is nothing to apply.
    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.events.is_empty()
    }
}

/// One write; the methods of [`crate::Tx`] say what each means.
#[derive(Debug)]
pub(crate) enum Write {
    AddUser(User),
    SetPassword(UserId, PasswordHash),
    SetRole(UserId, Role),
    SetDisabled(UserId, Option<UnixTime>),
    SetUserName(UserId, Username),
    SetDisplayName(UserId, Option<DisplayName>),
    SetMail(UserId, Option<MailAddress>),
    RemoveUser(UserId, UnixTime),

    AddGroup(Group),
    ReplaceGroup(Box<(Group, Group)>, UnixTime),
    RemoveGroup(Group),
    AddInvitation(Box<Invitation>),
    UseInvitation(Digest),
    RemoveInvitation(InvitationId),
    ReplacePasswordReset(PasswordReset),
    UsePasswordReset(Digest),

    CutTokens(UserId, UnixTime),
    AddMember(Membership),
    RemoveMember(Membership),
    SetGroupsOfUser(UserId, GroupSource, Vec<GroupName>),

    AddAccountLink(AccountLink),
    UseAccountLink(AccountLink, UnixTime),
    RemoveAccountLink(AccountLink),

    AddPendingSignIn(Box<PendingSignIn>),
    KeepPendingSignIns(u32, UnixTime),
    TakePendingSignIn(Digest),
    KeepFederatedAccount(Box<FederatedAccount>),
    AskAbout(ForeignSubject, UnixTime, UnixTime),
    Vouch(UserId, UnixTime),
    EndVouched(Vouched),
    RevokeVouched(Vouched, UnixTime, RevocationReason),

    KeepUnusedClients(ClientOrigin, u64, UnixTime),
    AddClient(Box<Client>),
    ReplaceClient(Box<(Client, Client)>),
    SeeKeysOfClient(ClientId, SeenKeys, SeenKeys),
    MarkClientUsed(ClientId, UnixTime),
    RevokeClient(ClientId, UnixTime),

    AddInitialToken(InitialAccessToken),
    UseInitialToken(Digest, UnixTime),
    RemoveInitialToken(InitialTokenId),

    AddProvisioningToken(ProvisioningToken),
    RemoveProvisioningToken(ProvisioningTokenId),
    AddProvisionedUser(Box<ProvisionedUser>),
    ReplaceProvisionedUser(Box<(ProvisionedUser, ProvisionedUser)>),
    RemoveProvisionedUser(Box<ProvisionedUser>),

    AddCode(Box<AuthorizationCode>),
    RedeemCode(Digest, GrantId),
    BurnCode(Digest),

    AddDevice(Box<DeviceAuthorization>),
    PollDevice(Digest, UnixTime, Duration),
    ApproveDevice(Digest, DeviceApproval, Box<(ScopeSet, Details)>),
    DenyDevice(Digest),
    RedeemDevice(Digest),

    AddGrant(Box<Grant>),
    MarkGrantUsed(GrantId, UnixTime),
    BindGrant(GrantId, Confirmation, UnixTime),
    RevokeGrant(GrantId, UnixTime, RevocationReason),
    RevokeGrantsOfUser(UserId, UnixTime, RevocationReason),
    RevokeAssertedGrantsOfUser(UserId, UnixTime, RevocationReason),
    RevokeGrantsOfClient(ClientId, UnixTime, RevocationReason),

    AddRefreshToken(RefreshToken),
    SpendRefreshToken(Digest, Spent),

    AddSession(Session),
    SeeSession(Digest, UnixTime),
    EndSession(Digest),
    EndOtherSessionsOfUser(UserId, Digest),
    EndSessionsOfUser(UserId),
    RememberDevice(KnownDevice),
    RenewDevices(Digest, Digest),
    ForgetDevice(UserId, DeviceId),
    ForgetDevicesOfUser(UserId),
    RememberConsent(Box<Consent>),
    ForgetConsent(ConsentKey),
    ForgetConsentsOfUser(UserId, Option<ClientId>),
    ForgetApprovalsOfClient(ClientId),
    AddTotp(Totp),
    UseTotp(UserId, i64, UnixTime),
    RemoveTotp(UserId),
    ReplaceRecoveryCodes(UserId, Vec<Digest>),
    UseRecoveryCode(UserId, Digest),
    AddPasskey(Box<Passkey>),
    UsePasskey(PasskeyId, (u32, u32), UnixTime),
    RenamePasskey(PasskeyId, UserId, String),
    RemovePasskey(PasskeyId, UserId),
    RemoveFactors(UserId),
    UseOnce(OneTime, UnixTime),
    ReplaceSetupLink(SetupLink),
    UseSetupLink(Digest, UnixTime),

    AddSigningKey(Box<SealedSigningKey>),
    BringForwardSigningKey(KeyId, UnixTime),
    RetireSigningKey(KeyId, Retirement),
    ForgetSigningKey(KeyId),
    RevokeAccessToken(TokenId, UnixTime),

    Reap {
        now: UnixTime,
        unused_since: UnixTime,
    },
}
