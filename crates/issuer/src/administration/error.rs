//! Why an administrator's command is not done.

use doorward_core::{
    account_link::NotAForeignSubject,
    group::NotAGroupName,
    redirect::RedirectError,
    scope::ScopeError,
    user::{NotADisplayName, NotAMailAddress, NotAUsername, PasswordError},
};
use doorward_store::StoreError;

/// Why. The text says what was expected and what was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdministrationError {
    /// The text cannot be a user name.
    #[error(transparent)]
    NotAUsername(#[from] NotAUsername),
    /// The password is too short or too long.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Passwords cannot be hashed.
    #[error("password hashing failed")]
    PasswordHashing,
    /// The name is taken.
    #[error("there is already a user named {0}")]
    NameTaken(String),
    /// There is no such user.
    #[error("there is no user named {0}")]
    NoSuchUser(String),
    /// The account that would be ended or lowered is the last administrator's.
    #[error("{0} is the last administrator that can sign in")]
    LastAdministrator(String),
    /// The account is disabled.
    #[error("{0} is disabled: `doorward user enable` lets the account sign in again")]
    Disabled(String),
    /// The text cannot be an address of mail.
    #[error(transparent)]
    NotAMailAddress(#[from] NotAMailAddress),
    /// Nothing of the text can be shown.
    #[error(transparent)]
    NotADisplayName(#[from] NotADisplayName),
    /// The text cannot be the name of a group.
    #[error(transparent)]
    NotAGroupName(#[from] NotAGroupName),
    /// The name of the group is taken.
    #[error("there is already a group named {0}")]
    GroupTaken(String),
    /// There is no such group.
    #[error("there is no group named {0}: make it with `doorward group add`")]
    NoSuchGroup(String),
    /// The user is not in the group.
    #[error("{0} is not in the group {1}")]
    NotAMember(String, String),
    /// Somebody else says so, and would say it again.
    #[error("that is managed by {0}: change it there")]
    NotOurs(String),
    /// Invitations last neither shorter nor longer.
    #[error("an invitation lasts between 1 minute and 30 days")]
    InvitationLifetime,
    /// There is no such invitation.
    #[error("there is no invitation of {0}: see `doorward user invitations`")]
    NoSuchInvitation(String),
    /// The issuer and the subject cannot be linked.
    #[error(transparent)]
    NotAForeignSubject(#[from] NotAForeignSubject),
    /// Whoever it is elsewhere is an account here already.
    #[error("this subject is linked already: see `doorward user links`, and unlink it first")]
    Linked,
    /// There is no such link.
    #[error("there is no link of this subject: see `doorward user links`")]
    NoSuchLink,
    /// There is no such client.
    #[error("there is no client {0}")]
    NoSuchClient(String),
    /// Access tokens live neither shorter nor longer.
    #[error("access tokens live between 30 seconds and 1 hour")]
    AccessLifetime,
    /// There is no such initial access token.
    #[error("there is no initial access token {0}")]
    NoSuchInitialToken(String),
    /// An initial access token lives neither shorter nor longer.
    #[error("an initial access token lives between 1 minute and 366 days")]
    InitialTokenLifetime,
    /// An initial access token admits at least one registration.
    #[error("an initial access token admits at least one registration")]
    InitialTokenUses,
    /// There is no such token of an identity provider.
    #[error("there is no token {0} of an identity provider")]
    NoSuchProvisioningToken(String),
    /// There is no such grant.
    #[error("there is no grant {0}")]
    NoSuchGrant(String),
    /// A client needs a name, and at least one redirect URI to sign people in.
    #[error("a client needs a name, and at least one redirect URI unless --grant says otherwise")]
    EmptyClient,
    /// A public client proves nothing.
    #[error("a public client has neither a secret nor grants for which it would prove who it is")]
    PublicClient,
    /// A client that only signs its requests needs keys.
    #[error("a client whose requests are all signed needs --jwks or --jwks-uri")]
    RequestKeys,
    /// A client that acts for itself needs both scopes and servers.
    #[error("a client that acts for itself needs --scope and --server")]
    OwnAccess,
    /// The scopes are not offered here.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// A redirect URI cannot be registered.
    #[error("{uri}: {error}")]
    Redirect {
        /// The URI.
        uri: String,
        /// Why.
        error: RedirectError,
    },
    /// There is an account, so there is nothing to set up.
    #[error("there is already an account: make others with `doorward user add`")]
    SetUp,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
