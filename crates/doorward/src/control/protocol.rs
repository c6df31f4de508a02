//! What the command line asks and what it is told.

use std::fmt;

use doorward_core::{
    client::{ClientKeys, Environment, GrantType},
    id::{
        ClientId, GrantId, GroupId, InitialTokenId, InvitationId, KeyId, ProvisioningTokenId,
        UserId,
    },
    provisioning::ProvisionerName,
    server::ServerName,
    time::UnixTime,
    user::{Role, Username},
};
use doorward_issuer::NewCertificate;
use doorward_store::AuditFilter;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A use case of administration.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub(crate) enum AdminRequest {
    /// Adds an account.
    UserAdd {
        /// The sign-in name.
        name: String,
        /// What it may do.
        role: Role,
        /// Its password.
        password: Password,
    },
    /// Lists accounts.
    UserList,
    /// Shows an account and its groups.
    UserShow {
        /// The sign-in name.
        name: String,
    },
    /// Changes what an account may do.
    UserRole {
        /// The sign-in name.
        name: String,
        /// What it may do from now on.
        role: Role,
    },
    /// Changes what an account says of the person; an empty text takes it back.
    UserSet {
        /// The sign-in name.
        name: String,
        /// Where messages go.
        mail: Option<String>,
        /// What the person is called.
        display_name: Option<String>,
    },
    /// Removes an account.
    UserRemove {
        /// The sign-in name.
        name: String,
    },
    /// Invites somebody.
    UserInvite {
        /// The sign-in name or the address.
        whom: String,
        /// What the account may do.
        role: Role,
        /// What it is in.
        groups: Vec<String>,
        /// For how many seconds.
        lifetime: u64,
        /// Whether the link goes by mail.
        send: bool,
    },
    /// Lists invitations.
    InvitationList,
    /// Revokes invitations.
    InvitationRevoke {
        /// The identifier, the name or the address.
        which: String,
    },
    /// Makes a link to set a new password.
    UserReset {
        /// The sign-in name.
        name: String,
        /// Whether the link goes by mail.
        send: bool,
    },
    /// Makes a group.
    GroupAdd {
        /// Its name.
        name: String,
    },
    /// Shows servers that are programs.
    Programs {
        /// Only this one.
        name: Option<ServerName>,
    },
    /// Shows what a server wrote to its standard error.
    ServerLines {
        /// Its name.
        name: ServerName,
        /// How many lines.
        lines: usize,
        /// Of which process only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        process: Option<u64>,
    },
    /// Lists groups.
    GroupsList,
    /// Shows a group and its members.
    GroupShow {
        /// Its name.
        name: String,
    },
    /// Removes a group.
    GroupRemove {
        /// Its name.
        name: String,
    },
    /// Puts a user into a group.
    MemberAdd {
        /// The group.
        group: String,
        /// The sign-in name.
        user: String,
    },
    /// Takes a user out of a group.
    MemberRemove {
        /// The group.
        group: String,
        /// The sign-in name.
        user: String,
    },
    /// Disables an account.
    UserDisable {
        /// The sign-in name.
        name: String,
    },
    /// Enables an account.
    UserEnable {
        /// The sign-in name.
        name: String,
    },
    /// Sets a password.
    UserPassword {
        /// The sign-in name.
        name: String,
        /// The new password.
        password: Password,
    },
    /// Shows the second factors of an account.
    UserFactors {
        /// The sign-in name.
        name: String,
    },
    /// Removes them all.
    UserResetFactors {
        /// The sign-in name.
        name: String,
    },
    /// Links somebody elsewhere to an account.
    UserLink {
        /// The sign-in name.
        name: String,
        /// The issuer elsewhere.
        issuer: String,
        /// What it calls the person.
        subject: String,
    },
    /// Lists links.
    UserLinks {
        /// Only of this user.
        name: Option<String>,
    },
    /// Cuts a link.
    UserUnlink {
        /// The issuer elsewhere.
        issuer: String,
        /// What it calls the person.
        subject: String,
    },
    /// Registers a client.
    ClientAdd {
        /// Its name for people.
        name: String,
        /// Where answers may go.
        redirect_uris: Vec<String>,
        /// Whether it gets a secret.
        confidential: bool,
        /// Its public keys.
        keys: Option<ClientKeys>,
        /// Whether it proves nothing, although it has keys.
        public: bool,
        /// Whether all of its requests are pushed.
        pushed: bool,
        /// Whether all of its requests are signed.
        signed: bool,
        /// Its certificate, instead of a secret.
        certificate: Option<NewCertificate>,
        /// Whether its tokens are bound to the certificate that it shows.
        certificate_bound: bool,
        /// The environments that it is for; none means all.
        environments: Vec<Environment>,
        /// What it may ask the token endpoint for; none means signing people in.
        grants: Vec<GrantType>,
        /// The scopes of its own tokens.
        scopes: String,
        /// The servers that its own tokens may be for.
        servers: Vec<ServerName>,
    },
    /// Lists clients.
    ClientList,
    /// Shows a client.
    ClientShow {
        /// Its identifier.
        id: ClientId,
    },
    /// Decides something about a client.
    ClientSet {
        /// Its identifier.
        id: ClientId,
        /// How many seconds its access tokens live; none means as configured.
        access_ttl: Option<u64>,
    },
    /// Revokes a client.
    ClientRevoke {
        /// Its identifier.
        id: ClientId,
    },
    /// Makes an initial access token.
    TokenAdd {
        /// What it is for.
        note: String,
        /// How many registrations it admits; none means as many as one likes.
        most_uses: Option<u32>,
        /// For how many seconds.
        lifetime: u64,
    },
    /// Lists initial access tokens.
    TokenList,
    /// Revokes an initial access token.
    TokenRevoke {
        /// Its name.
        id: InitialTokenId,
    },
    /// Makes a token of a provisioning identity provider.
    ScimTokenAdd {
        /// The provider.
        provider: ProvisionerName,
        /// For how many seconds; none means until it is revoked.
        lifetime: Option<u64>,
    },
    /// Lists tokens of provisioning identity providers.
    ScimTokenList,
    /// Revokes a token of a provisioning identity provider.
    ScimTokenRevoke {
        /// Its name.
        id: ProvisioningTokenId,
    },
    /// Lists grants.
    GrantList {
        /// Only of this user.
        user: Option<String>,
        /// Only of this client.
        client: Option<ClientId>,
    },
    /// Revokes a grant.
    GrantRevoke {
        /// Its identifier.
        id: GrantId,
    },
    /// Lists signing keys.
    KeyList,
    /// Lets another signing key take over.
    KeyRotate {
        /// At once.
        now: bool,
    },
    /// Takes a signing key out of service.
    KeyRetire {
        /// Its name.
        kid: KeyId,
        /// Whether what it signed is refused from now on.
        compromised: bool,
    },
    /// Seals a signing key for another installation.
    KeyExport {
        /// Its name.
        kid: KeyId,
        /// What it is sealed under.
        passphrase: Password,
    },
    /// Takes in a signing key of another installation.
    KeyImport {
        /// What was exported there.
        exported: String,
        /// What it is sealed under.
        passphrase: Password,
        /// Whether it signs at once.
        now: bool,
    },
    /// Reads audit records.
    AuditList(AuditQuery),
    /// Reads audit records and goes on with those that follow.
    AuditTail(AuditQuery),
    /// Checks the chain of audit records.
    AuditVerify,
}

/// What came of a request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "response", rename_all = "snake_case")]
pub(crate) enum AdminResponse {
    /// It was done.
    Done,
    /// Servers that are programs.
    Programs {
        /// In order of their names.
        programs: Vec<ProgramRow>,
    },
    /// What a server wrote to its standard error.
    ServerLines {
        /// Oldest first.
        lines: Vec<ServerLineRow>,
    },
    /// Accounts.
    Users {
        /// In order of their names.
        users: Vec<UserRow>,
    },
    /// Second factors of one account.
    Factors {
        /// The application first, then passkeys, then what is left of the recovery codes.
        factors: Vec<FactorRow>,
    },
    /// An account and what it is in.
    User {
        /// The account.
        user: UserRow,
        /// By the name of the group.
        groups: Vec<MemberRow>,
    },
    /// Invitations that were not used.
    Invitations {
        /// Newest first.
        invitations: Vec<InvitationRow>,
    },
    /// A link for somebody was made.
    LinkMade(LinkMade),
    /// Groups.
    Groups {
        /// By name.
        groups: Vec<GroupRow>,
    },
    /// A group and who is in it.
    Group {
        /// The group.
        group: GroupRow,
        /// By sign-in name.
        members: Vec<MemberRow>,
    },
    /// Links of people elsewhere to accounts.
    Links {
        /// By issuer and subject.
        links: Vec<LinkRow>,
    },
    /// Clients.
    Clients {
        /// Newest first.
        clients: Vec<ClientRow>,
    },
    /// A client that was just registered.
    ClientAdded {
        /// The client.
        client: Box<ClientRow>,
        /// Its secret, shown this once.
        secret: Option<Password>,
    },
    /// Initial access tokens.
    Tokens {
        /// Newest first.
        tokens: Vec<TokenRow>,
    },
    /// An initial access token that was just made.
    TokenAdded {
        /// What is known of it from now on.
        token: TokenRow,
        /// The token, shown this once.
        secret: Password,
    },
    /// Tokens of provisioning identity providers.
    ScimTokens {
        /// Newest first.
        tokens: Vec<ScimTokenRow>,
    },
    /// A token of a provisioning identity provider that was just made.
    ScimTokenAdded {
        /// What is known of it from now on.
        token: ScimTokenRow,
        /// The token, shown this once.
        secret: Password,
    },
    /// Grants.
    Grants {
        /// Newest first.
        grants: Vec<GrantRow>,
    },
    /// Signing keys.
    Keys {
        /// Latest to sign first.
        keys: Vec<KeyRow>,
    },
    /// What became of a signing key.
    Key {
        /// The key.
        key: KeyRow,
    },
    /// A signing key, sealed.
    KeyExported {
        /// The content of the file.
        sealed: String,
    },
    /// Audit records, as stored.
    Audit {
        /// Oldest first.
        lines: Vec<String>,
    },
    /// Every audit record follows from the one before it.
    AuditIntact {
        /// How many there are.
        records: u64,
    },
    /// An audit record was changed, removed or put in.
    AuditBroken {
        /// The first that does not follow.
        sequence: u64,
    },
    /// It was refused, or it failed.
    Refused {
        /// Why, in one line.
        reason: String,
    },
}

/// Which audit records to read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AuditQuery {
    /// How many of the newest; zero means all.
    pub(crate) newest: usize,
    /// Only of this user.
    pub(crate) user: Option<String>,
    /// Only of this client.
    pub(crate) client: Option<String>,
    /// Only of this server.
    pub(crate) server: Option<String>,
    /// Only of this event.
    pub(crate) event: Option<String>,
}

impl AuditQuery {
    /// The filter for the store, for records after the one with this number.
    pub(crate) fn after(&self, sequence: u64, newest: usize) -> AuditFilter {
        AuditFilter {
            after: sequence,
            before: None,
            newest,
            user: self.user.clone(),
            client: self.client.clone(),
            server: self.server.clone(),
            event: self.event.clone(),
        }
    }
}

/// An account, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UserRow {
    /// The `sub` of its tokens.
    pub(crate) id: UserId,
    /// The sign-in name.
    pub(crate) name: Username,
    /// What it may do.
    pub(crate) role: Role,
    /// What the person is called.
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    /// Where messages go.
    #[serde(default)]
    pub(crate) mail: Option<String>,
    /// Whether it has a password.
    #[serde(default)]
    pub(crate) has_password: bool,
    /// When it was made.
    pub(crate) created_at: When,
    /// Since when it is disabled.
    pub(crate) disabled_at: Option<When>,
}

/// A second factor, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FactorRow {
    /// `application`, `passkey` or `recovery codes`.
    pub(crate) kind: String,
    /// What its person calls it, or how many are left.
    pub(crate) name: String,
    /// When it was added.
    pub(crate) created_at: Option<When>,
    /// When it was last used.
    pub(crate) used_at: Option<When>,
}

/// An invitation, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InvitationRow {
    /// What it is called here.
    pub(crate) id: InvitationId,
    /// The name or the address that it is for.
    pub(crate) whom: String,
    /// What the account may do.
    pub(crate) role: Role,
    /// What it is in.
    pub(crate) groups: Vec<String>,
    /// When it was made.
    pub(crate) created_at: When,
    /// When it ends unused.
    pub(crate) expires_at: When,
}

/// A link for somebody, shown this once or sent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LinkMade {
    /// For whom.
    pub(crate) whom: String,
    /// The link, unless it was sent.
    pub(crate) link: Option<Password>,
    /// When it ends unused.
    pub(crate) expires_at: When,
}

/// A group, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GroupRow {
    /// What programs call it.
    pub(crate) id: GroupId,
    /// Its name.
    pub(crate) name: String,
    /// Who manages it: `local`, or `scim:` and the name of the identity provider.
    pub(crate) source: String,
    /// When it was made.
    pub(crate) created_at: When,
}

/// Somebody in a group, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MemberRow {
    /// The sign-in name.
    pub(crate) user: String,
    /// The group.
    pub(crate) group: String,
    /// Who says so.
    pub(crate) source: String,
}

/// A link of somebody elsewhere to an account, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LinkRow {
    /// The sign-in name of the account.
    pub(crate) user: String,
    /// The issuer elsewhere.
    pub(crate) issuer: String,
    /// What it calls the person.
    pub(crate) subject: String,
    /// When it was made.
    pub(crate) created_at: When,
    /// When it was last used.
    pub(crate) used_at: Option<When>,
}

/// A client, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClientRow {
    /// Its identifier.
    pub(crate) id: ClientId,
    /// Its name for people.
    pub(crate) name: String,
    /// How it became known.
    pub(crate) origin: doorward_core::client::ClientOrigin,
    /// How it authenticates.
    pub(crate) authentication: String,
    /// Where its keys are, when they are not here.
    pub(crate) jwks_uri: Option<String>,
    /// Whether all of its authorization requests are pushed.
    pub(crate) only_pushed_requests: bool,
    /// Whether all of its authorization requests are signed.
    pub(crate) only_signed_requests: bool,
    /// The environments that it is for; none means all.
    pub(crate) environments: Vec<Environment>,
    /// What it may ask the token endpoint for.
    pub(crate) grants: Vec<GrantType>,
    /// The scopes of its own tokens.
    pub(crate) scopes: String,
    /// The servers that its own tokens may be for.
    pub(crate) servers: Vec<ServerName>,
    /// Where answers may go.
    pub(crate) redirect_uris: Vec<String>,
    /// Whether its tokens are bound to the certificate that it shows.
    #[serde(default)]
    pub(crate) certificate_bound: bool,
    /// How many seconds its access tokens live, when not as configured.
    pub(crate) access_ttl: Option<u64>,
    /// When it was registered.
    pub(crate) created_at: When,
    /// When somebody last signed in through it.
    pub(crate) used_at: Option<When>,
    /// Since when it is refused.
    pub(crate) revoked_at: Option<When>,
}

/// An initial access token, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TokenRow {
    /// Its name.
    pub(crate) id: InitialTokenId,
    /// What it is for.
    pub(crate) note: String,
    /// How many registrations it admitted.
    pub(crate) uses: u32,
    /// How many it admits at most; none means as many as one likes.
    pub(crate) most_uses: Option<u32>,
    /// When it was made.
    pub(crate) created_at: When,
    /// When it ends.
    pub(crate) expires_at: When,
}

/// A token of a provisioning identity provider, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ScimTokenRow {
    /// Its name.
    pub(crate) id: ProvisioningTokenId,
    /// The provider that it speaks for.
    pub(crate) provider: ProvisionerName,
    /// When it was made.
    pub(crate) created_at: When,
    /// When it ends by itself, if it does.
    pub(crate) expires_at: Option<When>,
}

/// A grant, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GrantRow {
    /// Its identifier.
    pub(crate) id: GrantId,
    /// Who approved; nobody when the client acts for itself.
    pub(crate) user: Option<String>,
    /// Which client got it.
    pub(crate) client: ClientId,
    /// The name of that client.
    pub(crate) client_name: String,
    /// What it is for.
    pub(crate) resource: String,
    /// What it opens.
    pub(crate) scope: String,
    /// When it was made.
    pub(crate) created_at: When,
    /// When its last token was issued.
    pub(crate) last_used_at: When,
    /// When it ends.
    pub(crate) expires_at: When,
    /// When it was revoked.
    pub(crate) revoked_at: Option<When>,
    /// Why it was revoked.
    pub(crate) revoked_reason: Option<String>,
}

/// A signing key, as listed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRow {
    /// Its name, which tokens carry.
    pub(crate) kid: KeyId,
    /// What it signs with.
    pub(crate) algorithm: String,
    /// `announced`, `active`, `retired` or `removed`.
    pub(crate) state: String,
    /// When it was made or imported.
    pub(crate) created_at: When,
    /// From when on it signs or signed.
    pub(crate) active_from: When,
    /// When it leaves or left the key set.
    pub(crate) removed_at: Option<When>,
}

/// A credential on its way; blank in `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Password(pub(crate) String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A point in time, in JSON as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct When(pub(crate) UnixTime);

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = Timestamp::from_millisecond(self.0.millis()).unwrap_or(Timestamp::MAX);
        serializer.collect_str(&time)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(Self(UnixTime::from_millis(time.as_millisecond())))
    }
}

/// A server that is a program, as it is shown.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProgramRow {
    /// Its name.
    pub(crate) server: ServerName,
    /// Who shares a process.
    pub(crate) process: String,
    /// How many processes there are.
    pub(crate) processes: usize,
    /// What it sees and reaches.
    pub(crate) sandbox: String,
    /// What of its box holds.
    pub(crate) rules: Vec<doorward_box::Fact>,
    /// Why it is not started on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<String>,
}

/// A line of a server's standard error, as it is shown.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServerLineRow {
    /// How long ago it was written.
    pub(crate) seconds_ago: u64,
    /// Which process wrote it.
    pub(crate) process: u64,
    /// What it says.
    pub(crate) text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_line_and_reads_back() {
        let request = AdminRequest::UserAdd {
            name: "alice\nx".to_owned(),
            role: Role::Member,
            password: Password("s3cret".to_owned()),
        };
        let line = serde_json::to_string(&request).unwrap();
        assert!(!line.contains('\n'));
        assert!(!format!("{request:?}").contains("s3cret"));
        match serde_json::from_str(&line).unwrap() {
            AdminRequest::UserAdd { name, password, .. } => {
                assert_eq!((name.as_str(), password.0.as_str()), ("alice\nx", "s3cret"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn times_are_written_as_rfc_3339_and_read_back() {
        let when = When(UnixTime::from_millis(1_795_420_799_999));
        let json = serde_json::to_string(&when).unwrap();
        assert_eq!(json, "\"2026-11-23T07:59:59.999Z\"");
        assert_eq!(serde_json::from_str::<When>(&json).unwrap(), when);
    }
}
