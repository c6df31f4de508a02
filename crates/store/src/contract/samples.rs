//! Records to store. The epoch of these tests is second 0.

use std::net::IpAddr;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::{Client, ClientAuthentication, ClientOrigin, SecretPlacement},
    code::{AuthorizationCode, CodeState},
    consent::{Consent, ConsentKey, Given},
    details::Details,
    device::{DeviceAuthorization, DeviceState, POLL_INTERVAL},
    grant::Grant,
    group::{Group, GroupName, GroupSource, Membership},
    id::{ClientId, GrantId, GroupId, KeyId, SessionId, UserId},
    jwk::{Algorithm, KeyMaterial, PublicKey},
    pkce::Challenge,
    redirect::RegisteredRedirect,
    refresh::{RefreshState, RefreshToken, Spent},
    resource::{Resource, Resources},
    scope::ScopeSet,
    secret::Digest,
    session::{Method, Methods, Session, SetupLink},
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};

use crate::SealedSigningKey;

pub(super) const MINUTE: i64 = 60;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// The time this many seconds after the epoch of the tests.
pub(super) fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

pub(super) fn name(text: &str) -> Username {
    Username::parse(text).expect("a user name")
}

pub(super) fn user_id(text: &str) -> UserId {
    UserId::from_known(text)
}

pub(super) fn client_id(text: &str) -> ClientId {
    ClientId::from_known(text)
}

pub(super) fn grant_id(text: &str) -> GrantId {
    GrantId::from_known(text)
}

pub(super) fn digest(text: &str) -> Digest {
    Digest::of(text)
}

/// A member whose identity is also the name.
pub(super) fn user(text: &str) -> User {
    User {
        id: user_id(text),
        name: name(text),
        role: Role::Member,
        password: Some(PasswordHash::from_phc(format!("$argon2id${text}"))),
        display_name: None,
        mail: None,
        created_at: at(0),
        disabled_at: None,
    }
}

/// A dynamically registered confidential client.
pub(super) fn client(id: &str) -> Client {
    let redirect = |uri| RegisteredRedirect::parse(uri).expect("an acceptable redirect");
    Client {
        name: format!("The {id}"),
        redirects: vec![
            redirect("https://app.example/callback?a=%2F"),
            redirect("http://127.0.0.1/callback"),
        ],
        authentication: ClientAuthentication::Secret {
            digest: digest("client secret"),
            placement: SecretPlacement::Either,
        },
        ..Client::public(client_id(id), ClientOrigin::Dynamic, at(0))
    }
}

/// A fresh code of alice for editor that expires at second 60.
pub(super) fn code(text: &str) -> AuthorizationCode {
    AuthorizationCode {
        digest: digest(text),
        client: client_id("editor"),
        redirect_uri: "http://127.0.0.1:4711/callback".to_owned(),
        challenge: Challenge::from_stored("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        user: user_id("alice"),
        resources: both_resources(),
        scopes: ScopeSet::baseline(),
        details: details(),
        ends_at: Some(at(DAY)),
        authenticated_at: at(-5),
        methods: Methods::of([Method::Password, Method::Totp]),
        key: None,
        nonce: None,
        expires_at: at(MINUTE),
        state: CodeState::Fresh,
    }
}

/// A pending request of a device that expires after ten minutes. The user code is another text.
pub(super) fn device(text: &str, client: &str) -> DeviceAuthorization {
    DeviceAuthorization {
        digest: digest(text),
        user_code: digest(&format!("user code of {text}")),
        client: client_id(client),
        resource: resource(),
        scopes: ScopeSet::baseline(),
        expires_at: at(10 * MINUTE),
        interval: POLL_INTERVAL,
        polled_at: None,
        details: details(),
        peer: Some(IpAddr::from([192, 0, 2, 7])),
        state: DeviceState::Pending,
    }
}

/// A grant of alice for editor that ends after 90 days.
pub(super) fn grant(id: &str) -> Grant {
    Grant {
        id: grant_id(id),
        user: Some(user_id("alice")),
        client: client_id("editor"),
        resources: both_resources(),
        scopes: ScopeSet::baseline(),
        details: details(),
        authenticated_at: Some(at(-5)),
        methods: Methods::of([Method::Passkey]),
        created_at: at(0),
        key: None,
        bound_at: None,
        last_used_at: at(0),
        expires_at: at(90 * DAY),
        revoked: None,
    }
}

/// An active refresh token of the grant `g` that expires unused after 30 days.
pub(super) fn refresh_token(text: &str) -> RefreshToken {
    RefreshToken {
        digest: digest(text),
        grant: grant_id("g"),
        expires_at: at(30 * DAY),
        state: RefreshState::Active,
    }
}

pub(super) fn spent(seconds: i64, successor: &str) -> Spent {
    Spent {
        at: at(seconds),
        successor: digest(successor),
        sealed_response: format!("sealed {successor}").into_bytes(),
    }
}

pub(super) fn session(text: &str, user: &str) -> Session {
    Session {
        digest: digest(text),
        id: SessionId::from_known(format!("session {text}")),
        user: user_id(user),
        methods: Methods::of([Method::Password, Method::Totp]),
        created_at: at(-9),
        authenticated_at: at(-5),
        seen_at: at(-5),
        expires_at: at(MINUTE),
        agent: Some("Browser".to_owned()),
        address: Some(std::net::Ipv6Addr::LOCALHOST.into()),
    }
}

pub(super) fn group_name(text: &str) -> GroupName {
    GroupName::parse(text).expect("the name of a group")
}

/// A group of an identity provider that provisions, whose identity is its first name.
pub(super) fn group(text: &str) -> Group {
    Group {
        id: GroupId::from_known(text),
        name: group_name(text),
        source: GroupSource::Scim("okta".to_owned()),
        external_id: Some("00g1".to_owned()),
        created_at: at(0),
        changed_at: at(0),
    }
}

pub(super) fn membership(user: &str, group: &str, source: &GroupSource) -> Membership {
    Membership {
        user: user_id(user),
        group: group_name(group),
        source: source.clone(),
    }
}

pub(super) fn setup_link(text: &str) -> SetupLink {
    SetupLink {
        digest: digest(text),
        expires_at: at(MINUTE),
        used_at: None,
    }
}

pub(super) fn consent(scopes: ScopeSet, seconds: i64) -> Consent {
    Consent {
        key: ConsentKey {
            user: user_id("alice"),
            client: client_id("editor"),
            redirect_host: "app.example".to_owned(),
            resource: resource(),
        },
        given: Given {
            scopes,
            ..Given::default()
        },
        granted_at: at(seconds),
    }
}

pub(super) fn signing_key(kid: &str, seconds: i64) -> SealedSigningKey {
    SealedSigningKey {
        kid: KeyId::from_known(kid),
        algorithm: Algorithm::Es256,
        public: PublicKey {
            kid: KeyId::from_known(kid),
            purpose: "sig".to_owned(),
            alg: Algorithm::Es256,
            material: KeyMaterial::EllipticCurve {
                crv: "P-256".to_owned(),
                x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".to_owned(),
                y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".to_owned(),
            },
        },
        sealed_private: vec![0, 1, 255],
        created_at: at(seconds),
        active_from: at(seconds + 100),
        retirement: None,
    }
}

/// A refused tool call of alice at `files`, told apart by its reason.
pub(super) fn event(reason: &str) -> AuditEvent {
    AuditEvent::new(at(0), AuditKind::ToolCall, Outcome::Denied)
        .user("alice")
        .client("editor")
        .server("files")
        .reason(reason.to_owned())
}

fn both_resources() -> Resources {
    let both = [
        resource(),
        Resource::from_known("https://mcp.example/mcp/mail"),
    ];
    Resources::of(both).expect("two")
}

pub(super) fn details() -> Details {
    let text = r#"[{"type":"mcp_tool","server":"files","tools":["read_*"]},
        {"type":"mcp_tool","server":"mail","tools":["send"],"arguments":{"to":{"one_of":["bob"]}}}]"#;
    Details::parse(text).expect("details")
}

fn resource() -> Resource {
    Resource::from_known("https://mcp.example/mcp/files")
}
