//! What has expired and protects nothing any more.
//!
//! Kept although expired: redeemed and burnt codes until nobody would try them
//! again, refresh tokens until the hour is over in which their grant ends, and revoked clients for
//! good, so that the same registration does not bring one back. That cannot happen
//! to one that got an identifier of its own, so of these the unused ones go: whoever
//! may register and delete would otherwise leave rows for ever.

use std::time::Duration;

use doorward_core::time::UnixTime;

use super::{Expects, Step, change, params, statements};

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;
/// A code, also of a device, that is presented again this long after its expiry is still recognised.
const CODES: Duration = Duration::from_secs(10 * MINUTE);
/// A clock that runs ahead and is set back must not let anything be used again.
const USED_ONCE: Duration = Duration::from_secs(DAY);
/// What the first use of a refresh token returned can be returned again for at most this long.
const REPEATS: Duration = Duration::from_secs(DAY);
/// Ended grants stay visible this long. Their access tokens ended long before.
const GRANTS: Duration = Duration::from_secs(30 * DAY);
/// A client's own access is one grant a token, so it is forgotten when nobody takes that token any
/// more: its grant ends with it, and no clock here is this far from another.
const OWN_GRANTS: Duration = Duration::from_secs(10 * MINUTE);
/// A client with an identifier of its own that nobody used is deleted so long after its end.
const ENDED_CLIENTS: Duration = Duration::from_secs(DAY);
/// A token of an identity provider that ended stays listed this long, so that an administrator sees
/// why nothing comes any more.
const EXPIRED_TOKENS: Duration = Duration::from_secs(30 * DAY);
/// Codes and devices that come of a sign-in are grants by then, or nothing any more.
const SIGN_INS: Duration = Duration::from_secs(DAY);
/// Longer than any access token lives.
const ACCESS_TOKENS: Duration = Duration::from_secs(30 * DAY);

statements! {
    CODES_BEFORE = "DELETE FROM authorization_codes WHERE expires_at <= ?1";
    DEVICES_BEFORE = "DELETE FROM device_authorizations WHERE expires_at <= ?1";
    SESSIONS_BEFORE = "DELETE FROM sessions WHERE expires_at <= ?1";
    PENDING_SIGN_INS_BEFORE = "DELETE FROM pending_sign_ins WHERE expires_at <= ?1";
    VOUCHED_BEFORE = "DELETE FROM vouched WHERE authenticated_at <= ?1
        AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = vouched.user_id
            AND sessions.authenticated_at = vouched.authenticated_at)
        AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.user_id = vouched.user_id
            AND grants.authenticated_at = vouched.authenticated_at)
        AND NOT EXISTS (SELECT 1 FROM authorization_codes WHERE user_id = vouched.user_id
            AND authorization_codes.authenticated_at = vouched.authenticated_at)
        AND NOT EXISTS (SELECT 1 FROM device_authorizations WHERE user_id = vouched.user_id
            AND device_authorizations.authenticated_at = vouched.authenticated_at)";
    KNOWN_DEVICES_BEFORE = "DELETE FROM known_devices WHERE expires_at <= ?1";
    CONSENTS_BEFORE = "DELETE FROM consents WHERE ends_at <= ?1";
    USED_ONCE_BEFORE = "DELETE FROM used_once WHERE expires_at <= ?1";
    INITIAL_TOKENS_BEFORE = "DELETE FROM initial_access_tokens WHERE expires_at <= ?1";
    PROVISIONING_TOKENS_BEFORE = "DELETE FROM provisioning_tokens WHERE expires_at <= ?1";
    SETUP_LINKS_BEFORE = "DELETE FROM setup_links WHERE expires_at <= ?1";
    // Both: whatever else is kept, a token lasts as long as it can be used.
    REFRESH_TOKENS_BEFORE = "DELETE FROM refresh_tokens WHERE kept_until <= ?1 AND expires_at <= ?1";
    // They lie in order: none is looked at but those that go, and the first that stays. What a
    // clock wrote that was two days ahead holds up nothing, and goes with the rest.
    RESPONSES_BEFORE = "DELETE FROM refresh_responses WHERE id < coalesce(
        (SELECT id FROM refresh_responses
            WHERE spent_at > ?1 AND spent_at <= ?1 + 172800000 ORDER BY id LIMIT 1),
        (SELECT max(id) + 1 FROM refresh_responses))";
    GRANTS_REVOKED_BEFORE = "DELETE FROM grants WHERE revoked_at <= ?1";
    GRANTS_EXPIRED_BEFORE = "DELETE FROM grants WHERE expires_at <= ?1";
    OWN_GRANTS_BEFORE = "DELETE FROM grants WHERE expires_at <= ?1 AND user_id IS NULL";
    ACCESS_TOKENS_BEFORE = "DELETE FROM revoked_access_tokens WHERE revoked_at <= ?1";
    INVITATIONS_BEFORE = "DELETE FROM invitations WHERE expires_at <= ?1";
    PASSWORD_RESETS_BEFORE = "DELETE FROM password_resets WHERE expires_at <= ?1";
    TOKEN_CUTS_BEFORE = "DELETE FROM token_cuts WHERE cut_at <= ?1";
    CLIENTS_REVOKED_BEFORE = "DELETE FROM clients
        WHERE origin = 'dynamic' AND management_digest IS NOT NULL AND used_at IS NULL
            AND revoked_at <= ?1
            AND NOT EXISTS (SELECT 1 FROM authorization_codes WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM device_authorizations WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM grants WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM consents WHERE client_id = clients.id)";
    CLIENTS_UNUSED_SINCE = "DELETE FROM clients
        WHERE origin <> 'preregistered' AND used_at IS NULL AND revoked_at IS NULL AND created_at < ?1
            AND NOT EXISTS (SELECT 1 FROM authorization_codes WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM device_authorizations WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM grants WHERE client_id = clients.id)
            AND NOT EXISTS (SELECT 1 FROM consents WHERE client_id = clients.id)";
}

/// Deletes it all.
pub(crate) fn reap(now: UnixTime, unused_since: UnixTime) -> Vec<Step> {
    let step = |limit: UnixTime, sql, expects| Step {
        change: change(sql, params![limit]),
        expects,
    };
    let before = |limit, sql| step(limit, sql, Expects::Any);
    vec![
        step(now - REPEATS, RESPONSES_BEFORE, Expects::AnyUncounted),
        before(now - CODES, CODES_BEFORE),
        before(now - CODES, DEVICES_BEFORE),
        before(now - SIGN_INS, VOUCHED_BEFORE),
        before(now, SESSIONS_BEFORE),
        before(now, PENDING_SIGN_INS_BEFORE),
        before(now, KNOWN_DEVICES_BEFORE),
        before(now, CONSENTS_BEFORE),
        before(now - USED_ONCE, USED_ONCE_BEFORE),
        before(now, INITIAL_TOKENS_BEFORE),
        before(now - EXPIRED_TOKENS, PROVISIONING_TOKENS_BEFORE),
        before(now, SETUP_LINKS_BEFORE),
        before(now, INVITATIONS_BEFORE),
        before(now, PASSWORD_RESETS_BEFORE),
        before(now, REFRESH_TOKENS_BEFORE),
        before(now - GRANTS, GRANTS_REVOKED_BEFORE),
        before(now - GRANTS, GRANTS_EXPIRED_BEFORE),
        before(now - OWN_GRANTS, OWN_GRANTS_BEFORE),
        before(now - ACCESS_TOKENS, ACCESS_TOKENS_BEFORE),
        before(now - ACCESS_TOKENS, TOKEN_CUTS_BEFORE),
        before(now - ENDED_CLIENTS, CLIENTS_REVOKED_BEFORE),
        before(unused_since, CLIENTS_UNUSED_SINCE),
    ]
}
