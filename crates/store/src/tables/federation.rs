//! Sign-ins through identity providers: those under way, what is kept of people, and which
//! sessions and grants stand by whose word.
//!
//! A session and the grants that come of it share the user and the moment of the sign-in, so a
//! row of `vouched` for both ties them to who vouched.

use doorward_core::{
    account_link::ForeignSubject,
    federation::{FederatedAccount, PendingSignIn},
    grant::Revoked,
    id::{GrantId, UserId},
    secret::Digest,
    time::UnixTime,
};

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.issuer, a.subject, l.user_id, a.provider, a.sealed, a.session, a.signed_in_at,
                a.asked_at, a.heard_at
            FROM federated_accounts a
                JOIN account_links l ON l.issuer = a.issuer AND l.subject = a.subject ",
            $rest
        )
    };
}

/// The moments at which this person of a provider signed in, all or those of one session there.
macro_rules! moments {
    () => {
        "SELECT v.authenticated_at FROM vouched v
            WHERE v.user_id = ?1 AND v.issuer = ?2 AND v.subject = ?3
                AND (v.session = ?4 OR ?4 IS NULL)"
    };
}

statements! {
    PENDING = "SELECT state, provider, browser, sealed, expires_at FROM pending_sign_ins
        WHERE state = ?1";
    ADD_PENDING = "INSERT INTO pending_sign_ins (state, provider, browser, sealed, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    // The last is the first that has to go: those that began before it go with it.
    KEEP_PENDING = "DELETE FROM pending_sign_ins WHERE expires_at <= ?1 OR expires_at <=
        (SELECT expires_at FROM pending_sign_ins ORDER BY expires_at DESC LIMIT 1 OFFSET ?2)";
    TAKE_PENDING = "DELETE FROM pending_sign_ins WHERE state = ?1";
    BY_SUBJECT = select!("WHERE a.issuer = ?1 AND a.subject = ?2");
    OF_USER = select!("WHERE l.user_id = ?1 ORDER BY a.issuer, a.subject");
    VOUCHED_FOR = select!("JOIN vouched v ON v.issuer = a.issuer AND v.subject = a.subject
            AND v.user_id = l.user_id
        WHERE v.user_id = ?1 AND v.authenticated_at = ?2");
    VOUCHED_IN = select!("JOIN vouched v ON v.issuer = a.issuer AND v.subject = a.subject
            AND v.user_id = l.user_id
        WHERE v.issuer = ?1 AND v.session = ?2 ORDER BY v.authenticated_at DESC LIMIT 1");
    // Only for somebody who is linked to this very user when it is written.
    KEEP = "INSERT INTO federated_accounts (issuer, subject, provider, sealed, session,
            signed_in_at, asked_at, heard_at)
        SELECT ?1, ?2, ?4, ?5, ?6, ?7, ?8, ?9
        WHERE EXISTS (SELECT 1 FROM account_links
            WHERE issuer = ?1 AND subject = ?2 AND user_id = ?3)
        ON CONFLICT (issuer, subject) DO UPDATE SET provider = excluded.provider,
            sealed = excluded.sealed, session = excluded.session,
            signed_in_at = excluded.signed_in_at, asked_at = excluded.asked_at,
            heard_at = excluded.heard_at";
    ASK = "UPDATE federated_accounts SET asked_at = ?4
        WHERE issuer = ?1 AND subject = ?2 AND asked_at = ?3";
    // By whose word: the provider through which the user came last.
    VOUCH = "INSERT INTO vouched (user_id, authenticated_at, issuer, subject, session)
        SELECT l.user_id, ?2, a.issuer, a.subject, a.session
        FROM federated_accounts a
            JOIN account_links l ON l.issuer = a.issuer AND l.subject = a.subject
        WHERE l.user_id = ?1
        ORDER BY a.signed_in_at DESC, a.issuer, a.subject LIMIT 1
        ON CONFLICT (user_id, authenticated_at) DO NOTHING";
    GRANTS = concat!("SELECT id FROM grants
        WHERE user_id = ?1 AND authenticated_at IN (", moments!(), ")");
    END_SESSIONS = concat!("DELETE FROM sessions
        WHERE user_id = ?1 AND authenticated_at IN (", moments!(), ")");
    BURN_CODES = concat!("UPDATE authorization_codes SET state = 'burnt'
        WHERE state = 'fresh' AND user_id = ?1 AND authenticated_at IN (", moments!(), ")");
    DENY_DEVICES = concat!("UPDATE device_authorizations
        SET state = 'denied', user_id = NULL, authenticated_at = NULL, methods = NULL
        WHERE state = 'approved' AND user_id = ?1 AND authenticated_at IN (", moments!(), ")");
    REVOKE = concat!("UPDATE grants SET revoked_at = ?5, revocation_reason = ?6
        WHERE revoked_at IS NULL AND user_id = ?1 AND authenticated_at IN (", moments!(), ")");
}

fn read_pending(columns: &mut Columns<'_>) -> Result<PendingSignIn, Unreadable> {
    Ok(PendingSignIn {
        state: columns.digest()?,
        provider: columns.text()?,
        browser: columns.digest()?,
        sealed: columns.take()?,
        expires_at: columns.time()?,
    })
}

fn read(columns: &mut Columns<'_>) -> Result<FederatedAccount, Unreadable> {
    Ok(FederatedAccount {
        foreign: ForeignSubject::claimed(&columns.text()?, &columns.text()?),
        user: UserId::from_known(columns.text()?),
        provider: columns.text()?,
        sealed: columns.take()?,
        session: columns.take()?,
        signed_in_at: columns.time()?,
        asked_at: columns.time()?,
        heard_at: columns.time()?,
    })
}

pub(crate) fn pending(state: &Digest) -> Query<PendingSignIn> {
    query(PENDING, params![state], read_pending)
}

pub(crate) fn add_pending(pending: &PendingSignIn) -> Change {
    let row = params![
        pending.state,
        pending.provider,
        pending.browser,
        pending.sealed,
        pending.expires_at,
    ];
    change(ADD_PENDING, row)
}

pub(crate) fn keep_pending(most: u32, now: UnixTime) -> Change {
    change(KEEP_PENDING, params![now, i64::from(most)])
}

pub(crate) fn take_pending(state: &Digest) -> Change {
    change(TAKE_PENDING, params![state])
}

pub(crate) fn by_subject(foreign: &ForeignSubject) -> Query<FederatedAccount> {
    let key = params![foreign.issuer(), foreign.subject()];
    query(BY_SUBJECT, key, read)
}

pub(crate) fn of_user(user: &UserId) -> Query<FederatedAccount> {
    query(OF_USER, params![user.as_str()], read)
}

pub(crate) fn vouched_for(user: &UserId, authenticated_at: UnixTime) -> Query<FederatedAccount> {
    query(VOUCHED_FOR, params![user.as_str(), authenticated_at], read)
}

pub(crate) fn vouched_in(issuer: &str, session: &str) -> Query<FederatedAccount> {
    query(VOUCHED_IN, params![issuer, session], read)
}

pub(crate) fn keep(account: &FederatedAccount) -> Change {
    let row = params![
        account.foreign.issuer(),
        account.foreign.subject(),
        account.user.as_str(),
        account.provider,
        account.sealed,
        account.session,
        account.signed_in_at,
        account.asked_at,
        account.heard_at,
    ];
    change(KEEP, row)
}

pub(crate) fn ask(foreign: &ForeignSubject, before: UnixTime, now: UnixTime) -> Change {
    let row = params![foreign.issuer(), foreign.subject(), before, now];
    change(ASK, row)
}

pub(crate) fn vouch(user: &UserId, authenticated_at: UnixTime) -> Change {
    change(VOUCH, params![user.as_str(), authenticated_at])
}

/// What stands by the word of a provider for one of its people, who is `user`: of one session
/// there, or of all.
#[derive(Clone, Debug)]
pub(crate) struct Vouched {
    pub(crate) user: UserId,
    pub(crate) foreign: ForeignSubject,
    pub(crate) session: Option<String>,
}

impl Vouched {
    fn of(&self, sql: &'static str) -> Change {
        let (issuer, subject) = (self.foreign.issuer(), self.foreign.subject());
        let row = params![self.user.as_str(), issuer, subject, self.session];
        change(sql, row)
    }

    /// The grants, revoked or not.
    pub(crate) fn grants(&self) -> Query<GrantId> {
        let Change { sql, values } = self.of(GRANTS);
        query(sql, values, |columns| {
            columns.text().map(GrantId::from_known)
        })
    }

    /// Ends the sessions.
    pub(crate) fn end_sessions(&self) -> Change {
        self.of(END_SESSIONS)
    }

    /// Burns the codes that nobody redeemed yet.
    pub(crate) fn burn_codes(&self) -> Change {
        self.of(BURN_CODES)
    }

    /// Denies what was approved for devices that did not poll since.
    pub(crate) fn deny_devices(&self) -> Change {
        self.of(DENY_DEVICES)
    }

    /// Revokes the grants.
    pub(crate) fn revoke(&self, revoked: Revoked) -> Change {
        let mut change = self.of(REVOKE);
        change
            .values
            .extend(params![revoked.at, revoked.reason.as_str()]);
        change
    }
}
