//! RFC 8705: clients that prove themselves by a certificate, and tokens that are bound to one.

use std::time::Duration;

use doorward_core::{
    certificate::{ExpectedSubject, PresentedCertificate},
    client::{CertificateSet, GrantType},
    server::ServerName,
};
use doorward_issuer::{Authorities, ClientCertificates, IssuerConfig, NewCertificate, NewClient};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use serde_json::{Value, json};

use crate::{
    holder::Holder,
    host::{Host, Reply},
    pki::{Authority, also_named, ca, key_set, named, own, taking},
    world::{Answer, CALLBACK, FILES, ISSUER, Pairs, VERIFIER, World, claims},
};

const CREDENTIALS: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("resource", FILES)];

/// A program with a certificate.
fn robot(certificate: NewCertificate) -> NewClient {
    NewClient {
        name: "Robot".to_owned(),
        grants: vec![GrantType::ClientCredentials, GrantType::TokenExchange],
        scopes: "mcp:read".to_owned(),
        servers: vec![ServerName::parse("files").expect("a name")],
        certificate: Some(certificate),
        ..NewClient::default()
    }
}

fn expecting(member: &str, text: &str) -> NewCertificate {
    NewCertificate::Named(ExpectedSubject::read(member, text).expect("a name"))
}

fn own_certificate(certificate: &PresentedCertificate) -> NewCertificate {
    NewCertificate::Own(CertificateSet::one(certificate.leaf()).expect("readable"))
}

async fn ask(world: &World, id: &str, shown: Option<&PresentedCertificate>) -> Answer {
    let pairs = [CREDENTIALS.as_slice(), &[("client_id", id)]].concat();
    world.post_showing(shown, "/token", (&[], &pairs)).await
}

fn ia5<T: TryFrom<&'static str>>(text: &'static str) -> T
where
    T::Error: std::fmt::Debug,
{
    text.try_into().expect("ASCII")
}

fn names() -> Vec<SanType> {
    vec![
        SanType::DnsName(ia5("Robot.example")),
        SanType::URI(ia5("spiffe://example/robot")),
        SanType::IpAddress("192.0.2.7".parse().expect("an address")),
        SanType::IpAddress("2001:db8::7".parse().expect("an address")),
        SanType::Rfc822Name(ia5("robot@Example.com")),
    ]
}

#[tokio::test]
async fn a_certificate_of_an_authority_authenticates_the_client_that_it_names() {
    let authority = Authority::new();
    let world = World::with(authority.trusted()).await;
    let shown = authority.issue(&also_named("robot", names()));
    // RFC 8705 section 2.1.2; issue 3: `tls_client_auth`
    #[rustfmt::skip]
    let cases = [
        ("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.",  true),
        ("tls_client_auth_subject_dn", r"cn=robot,2.5.4.10=Example\2C Inc.", true),
        ("tls_client_auth_subject_dn", r"O=Example\, Inc.,CN=robot",  false), // another order
        ("tls_client_auth_subject_dn", "CN=robot",                    false), // a part of it
        ("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.,C=DE", false),
        ("tls_client_auth_subject_dn", r"CN=robot+O=Example\, Inc.",  false), // one part of two
        ("tls_client_auth_subject_dn", r"CN=Robot,O=Example\, Inc.",  false), // another case
        ("tls_client_auth_subject_dn", r"OU=robot,O=Example\, Inc.",  false),
        ("tls_client_auth_subject_dn", r"CN=robot2,O=Example\, Inc.", false),
        ("tls_client_auth_san_dns",    "robot.example",               true),
        ("tls_client_auth_san_dns",    "ROBOT.EXAMPLE",               true),
        ("tls_client_auth_san_dns",    "example",                     false),
        ("tls_client_auth_san_dns",    "a.robot.example",             false),
        ("tls_client_auth_san_uri",    "spiffe://example/robot",      true),
        ("tls_client_auth_san_uri",    "spiffe://example/Robot",      false),
        ("tls_client_auth_san_uri",    "spiffe://example/robot/",     false),
        ("tls_client_auth_san_ip",     "192.0.2.7",                   true),
        ("tls_client_auth_san_ip",     "2001:DB8:0::7",               true),
        ("tls_client_auth_san_ip",     "192.0.2.8",                   false),
        ("tls_client_auth_san_email",  "robot@example.com",           true),
        ("tls_client_auth_san_email",  "Robot@example.com",           false),
    ];
    for (member, text, expected) in cases {
        let (id, secret) = world.registered(robot(expecting(member, text))).await;
        assert_eq!(secret, "", "no secret is needed");
        let answer = ask(&world, &id, Some(&shown)).await;
        let name = format!("{member} {text}: {}", answer.body);
        match expected {
            true => assert_eq!(answer.status, 200, "{name}"),
            false => answer.refuses(401, "invalid_client"),
        }
        assert_eq!(answer.status == 200, expected, "{name}");
    }
    // A certificate for all names of a domain names none of them.
    let all = SanType::DnsName(ia5("*.example"));
    let wild = authority.issue(&also_named("robot", vec![all]));
    let wanted = robot(expecting("tls_client_auth_san_dns", "robot.example"));
    let (id, _) = world.registered(wanted).await;
    ask(&world, &id, Some(&wild))
        .await
        .refuses(401, "invalid_client");
}

#[tokio::test]
async fn only_a_valid_certificate_of_a_trusted_authority_counts() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (below, cut_off) = (authority.below(), authority.below());
    let world = World::with(authority.trusted()).await;
    let subject = r"CN=robot,O=Example\, Inc.";
    let wanted = expecting("tls_client_auth_subject_dn", subject);
    let (id, _) = world.registered(robot(wanted)).await;
    let other = expecting("tls_client_auth_subject_dn", r"CN=other,O=Example\, Inc.");
    let (other, _) = world.registered(robot(other)).await;

    let good = authority.issue(&named("robot"));
    let of_other = authority.issue(&named("other"));
    let changed = |change: fn(&mut CertificateParams)| {
        let mut params = named("robot");
        change(&mut params);
        authority.issue(&params)
    };
    let expired = changed(|it| it.not_after = date_time_ymd(2027, 1, 14)); // the clock: January 15
    let early = changed(|it| it.not_before = date_time_ymd(2027, 1, 16));
    let for_servers = changed(|it| {
        it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    });
    let for_all = changed(|it| it.extended_key_usages = Vec::new());
    let longer = changed(|it| it.distinguished_name.push(DnType::CountryName, "DE"));
    let as_authority = changed(|it| {
        it.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    let own = own(&named("robot"), &KeyPair::generate().expect("a key"));
    let led = |by: &Authority, through: &Authority| {
        let leaf = by.issue(&named("robot")).leaf().to_vec();
        PresentedCertificate::proven_in_handshake(leaf, vec![through.der.clone()])
    };
    #[rustfmt::skip]
    let cases = [
        ("its own",                    &id,    Some(good.clone()),                    true),
        ("for any purpose",            &id,    Some(for_all),                         true),
        ("through an intermediate",    &id,    Some(led(&below, &below)),             true),
        ("none",                       &id,    None,                                  false),
        ("of a strange authority",     &id,    Some(stranger.issue(&named("robot"))), false),
        ("of nobody",                  &id,    Some(own),                             false),
        ("expired",                    &id,    Some(expired),                         false),
        ("not yet valid",              &id,    Some(early),                           false),
        ("for servers alone",          &id,    Some(for_servers),                     false),
        ("an authority itself",        &id,    Some(as_authority),                    false),
        ("a longer name",              &id,    Some(longer),                          false),
        ("of another client",          &id,    Some(of_other.clone()),                false),
        ("its own, as another client", &other, Some(good.clone()),                    false),
        ("of the other, as the other", &other, Some(of_other),                        true),
        ("without its intermediate",   &id,    Some(below.issue(&named("robot"))),    false),
        ("through another intermediate", &id,  Some(led(&below, &cut_off)),           false),
        ("no certificate at all",      &id,    Some(PresentedCertificate::proven_in_handshake(vec![1], vec![])), false),
    ];
    for (name, client, shown, expected) in cases {
        let answer = ask(&world, client, shown.as_ref()).await;
        assert_eq!(answer.status == 200, expected, "{name}: {}", answer.body);
        if !expected {
            answer.refuses(401, "invalid_client");
        }
    }
    // Nothing but `client_id` in the body says who it is (RFC 8705 section 2, TK-01).
    let secret = [
        CREDENTIALS.as_slice(),
        &[("client_id", &id), ("client_secret", "x")],
    ]
    .concat();
    let refused = world.post_showing(Some(&good), "/token", (&[], &secret));
    refused.await.refuses(401, "invalid_client");
    let refused = world.post_showing(Some(&good), "/token", (&[], &CREDENTIALS));
    refused.await.refuses(401, "invalid_client");
    use base64::{Engine, engine::general_purpose::STANDARD};
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:")));
    let headers = [("authorization", basic.as_str())];
    let refused = world.post_showing(Some(&good), "/token", (&headers, &CREDENTIALS));
    refused.await.refuses(401, "invalid_client");
    // A header is no connection.
    let pem = STANDARD.encode(good.leaf());
    let claimed = [
        ("x-client-cert", pem.as_str()),
        ("ssl-client-cert", &pem),
        ("client-cert", &pem),
    ];
    let pairs = [CREDENTIALS.as_slice(), &[("client_id", &id)]].concat();
    let refused = world.post_showing(None, "/token", (&claimed, &pairs));
    refused.await.refuses(401, "invalid_client");
    // What expires while the process runs is refused from then on.
    world.pass(std::time::Duration::from_secs(20 * 24 * 3600));
    ask(&world, &id, Some(&good))
        .await
        .refuses(401, "invalid_client");
}

#[tokio::test]
async fn who_is_trusted_no_more_vouches_for_nobody_from_then_on() {
    let (before, after) = (Authority::new(), Authority::new());
    let world = World::with(before.trusted()).await;
    let wanted = expecting("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.");
    let (id, _) = world.registered(robot(wanted)).await;
    let (old, new) = (before.issue(&named("robot")), after.issue(&named("robot")));
    assert_eq!(ask(&world, &id, Some(&old)).await.status, 200);
    world.issuer.reconfigure(after.trusted());
    let refused = ask(&world, &id, Some(&old)).await;
    refused.refuses(401, "invalid_client");
    assert_eq!(ask(&world, &id, Some(&new)).await.status, 200);
}

#[tokio::test]
async fn a_certificate_authenticates_at_every_endpoint() {
    let authority = Authority::new();
    let world = World::with(authority.trusted()).await;
    let wanted = expecting("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.");
    let new = NewClient {
        redirect_uris: vec![CALLBACK.to_owned()],
        grants: vec![
            GrantType::AuthorizationCode,
            GrantType::ClientCredentials,
            GrantType::DeviceCode,
        ],
        ..robot(wanted)
    };
    let (id, _) = world.registered(new).await;
    let shown = authority.issue(&named("robot"));
    let token = ask(&world, &id, Some(&shown)).await.tokens().access;
    let me = ("client_id", id.as_str());
    let request = [
        me,
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", crate::world::CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", FILES),
    ];
    let of_token = [me, ("token", &token)];
    let at: [(&str, Pairs<'_>, u16); 4] = [
        ("/par", &request, 201),
        ("/device_authorization", &[me, ("resource", FILES)], 200),
        ("/introspect", &of_token, 200),
        ("/revoke", &of_token, 200),
    ];
    for (path, pairs, status) in at {
        let refused = world.post_showing(None, path, (&[], pairs)).await;
        refused.refuses(401, "invalid_client");
        let answer = world.post_showing(Some(&shown), path, (&[], pairs)).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_certificate_of_its_own_authenticates_a_client_that_registered_it() {
    let world = World::with(taking(Authorities::default())).await;
    let key = KeyPair::generate().expect("a key");
    let mine = own(&named("robot"), &key);
    let (id, _) = world.registered(robot(own_certificate(&mine))).await;
    let other = own(&named("other"), &KeyPair::generate().expect("a key"));
    let (other_id, _) = world.registered(robot(own_certificate(&other))).await;
    let again = own(&named("robot again"), &key);
    let strange = own(&named("robot"), &KeyPair::generate().expect("a key"));
    // RFC 8705 section 2.2: the certificate counts, not its name and not its key alone
    let cases = [
        ("its own", &id, Some(&mine), true),
        ("none", &id, None, false),
        ("its key in another certificate", &id, Some(&again), false),
        ("its name with another key", &id, Some(&strange), false),
        ("of another client", &id, Some(&other), false),
        ("its own, as another client", &other_id, Some(&mine), false),
    ];
    for (name, client, shown, expected) in cases {
        let answer = ask(&world, client, shown).await;
        assert_eq!(answer.status == 200, expected, "{name}: {}", answer.body);
        if !expected {
            answer.refuses(401, "invalid_client");
        }
    }
    for (not_before, not_after) in [((2026, 1, 1), (2027, 1, 14)), ((2027, 1, 16), (2028, 1, 1))] {
        let date = |(year, month, day)| date_time_ymd(year, month, day);
        let mut params = named("robot");
        (params.not_before, params.not_after) = (date(not_before), date(not_after));
        let shown = own(&params, &key);
        let (id, _) = world.registered(robot(own_certificate(&shown))).await;
        ask(&world, &id, Some(&shown))
            .await
            .refuses(401, "invalid_client");
    }
}

#[tokio::test]
async fn certificates_behind_an_address_are_fetched_and_exchanged_there() {
    let host = Host::start().await;
    let world = World::fetching(crate::host::fetcher(crate::host::PATIENCE)).await;
    world.issuer.reconfigure(taking(Authorities::default()));
    let certificate = |name| own(&named(name), &KeyPair::generate().expect("a key"));
    let (first, second) = (certificate("first"), certificate("second"));
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks_uri": host.jwks_uri(),
    });
    let registered = world.register(&document).await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    let id = registered.json()["client_id"]
        .as_str()
        .expect("text")
        .to_owned();
    let authenticated = async |shown: &PresentedCertificate| {
        let pairs = [("client_id", id.as_str()), ("token", "unknown")];
        let answer = world.post_showing(Some(shown), "/revoke", (&[], &pairs));
        answer.await.status == 200
    };
    host.answers_keys(Reply::Json(
        key_set(&first),
        "Cache-Control: max-age=3600\r\n",
    ));
    assert!(authenticated(&first).await);
    assert!(!authenticated(&second).await);
    host.answers_keys(Reply::Json(
        key_set(&second),
        "Cache-Control: max-age=3600\r\n",
    ));
    world.pass(std::time::Duration::from_secs(60));
    assert!(
        authenticated(&second).await,
        "one that is not known makes it ask again"
    );
    assert!(!authenticated(&first).await);
    // A-073: none of those that were seen is left, so somebody else may speak for the client
    let records = world.audit_records().await;
    let noted = records
        .iter()
        .filter(|record| record["event"] == "client.change");
    let reasons: Vec<_> = noted.map(|record| record["reason"].to_string()).collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].contains("replaced: consent is asked for again"));
}

/// A client whose certificates are behind an address.
async fn behind_an_address(world: &World, host: &Host) -> String {
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks_uri": host.jwks_uri(),
    });
    let registered = world.register(&document).await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    let registered = registered.json();
    registered["client_id"].as_str().expect("text").to_owned()
}

async fn counts(world: &World, id: &str, shown: &PresentedCertificate) -> bool {
    let pairs = [("client_id", id), ("token", "unknown")];
    let answer = world.post_showing(Some(shown), "/revoke", (&[], &pairs));
    answer.await.status == 200
}

// RG-06
#[tokio::test]
async fn a_certificate_that_its_host_takes_away_counts_for_nothing_at_once() {
    let status = |line: &str| Reply::Raw(format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n"));
    let json = |value: Value| Reply::Json(value, "");
    let mine = anybody();
    let mut spoilt = key_set(&mine);
    let keys = spoilt["keys"].as_array_mut().expect("keys");
    keys.insert(0, json!({ "kty": "EC", "x5c": ["AAAA"] }));
    let private = json!({ "keys": [{ "kty": "EC", "d": "x", "x5c": [] }] });
    let cases = [
        (
            "no certificate",
            json(json!({ "keys": [{ "kty": "EC" }] })),
            false,
        ),
        ("no key", json(json!({ "keys": [] })), false),
        ("another one", json(key_set(&anybody())), false),
        (
            "one that is none",
            json(json!({ "keys": [{ "kty": "EC", "x5c": ["AAAA"] }] })),
            false,
        ),
        ("no set", json(json!({})), false),
        ("a private key", json(private), false),
        ("gone", status("410 Gone"), false),
        ("not found", status("404 Not Found"), false),
        ("elsewhere", status("302 Found"), false),
        ("beside one that is none", json(spoilt), true),
        ("down", status("503 X"), true),
        ("busy", status("429 X"), true),
    ];
    for (name, reply, expected) in cases {
        let host = Host::start().await;
        let world = World::fetching(crate::host::fetcher(crate::host::PATIENCE)).await;
        world.issuer.reconfigure(taking(Authorities::default()));
        let id = behind_an_address(&world, &host).await;
        host.answers_keys(json(key_set(&mine)));
        assert!(counts(&world, &id, &mine).await, "{name}");
        host.answers_keys(reply);
        world.pass(Duration::from_secs(2 * 3600));
        assert_eq!(counts(&world, &id, &mine).await, expected, "{name}");
        // What was withdrawn does not come back because the host is down.
        host.answers_keys(status("503 X"));
        world.pass(Duration::from_secs(60));
        assert_eq!(
            counts(&world, &id, &mine).await,
            expected,
            "{name}, then down"
        );
    }
}

// A-073
#[tokio::test]
async fn certificates_that_are_all_replaced_void_what_people_approved() {
    let host = Host::start().await;
    let world = World::fetching(crate::host::fetcher(crate::host::PATIENCE)).await;
    world.issuer.reconfigure(taking(Authorities::default()));
    host.says(json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks_uri": host.jwks_uri(),
    }));
    let id = host.client_id();
    let [first, second, third] = [anybody(), anybody(), anybody()];
    let both = |one: &PresentedCertificate, other: &PresentedCertificate| {
        let (mut set, more) = (key_set(one), key_set(other));
        let keys = set["keys"].as_array_mut().expect("keys");
        keys.push(more["keys"][0].clone());
        set
    };
    let mut alice = world.signed_in("alice").await;
    let request = crate::world::AuthorizeRequest::new(&id);
    host.answers_keys(Reply::Json(key_set(&first), ""));
    let code = alice.allow(&world, &request).await.parameter("code");
    let tokens = redeem(&world, (&id, &code), Some(&first), &[]).await;
    let mut token = tokens.tokens().refresh;
    for (name, set, shown, changes, remembered) in [
        ("seen first", key_set(&first), &first, 0, true),
        ("announced", both(&first, &second), &second, 1, true),
        ("rotated", key_set(&second), &second, 2, true),
        ("replaced", key_set(&third), &third, 3, false),
    ] {
        host.answers_keys(Reply::Json(set, ""));
        world.pass(Duration::from_secs(3600));
        let answer = refresh(&world, (&id, &token), Some(shown)).await;
        token = answer.tokens().refresh;
        let audited = world.audited().await;
        let told = audited.iter().filter(|it| *it == "client.change allowed");
        assert_eq!(told.count(), changes, "{name}");
        let answer = alice.get(&world, &request.path()).await;
        let asked = answer.location().starts_with("/consent");
        assert_eq!(!asked, remembered, "{name}: {}", answer.location());
    }
}

#[tokio::test]
async fn only_the_certificate_of_an_authority_makes_one() {
    let refused = |params: CertificateParams| {
        let authority = Authority::saying(params);
        let trusted = Authorities::trusting([Authority::new().der.as_slice(), &authority.der]);
        trusted.expect_err("no authority").to_string()
    };
    let told = "certificate 2 is no certificate of an authority";
    let mut server = named("server");
    assert!(refused(server.clone()).contains("CA:TRUE"));
    server.is_ca = IsCa::ExplicitNoCa;
    let said = refused(server);
    assert!(said.starts_with(told) && said.contains("CA:TRUE"), "{said}");
    let mut signing = ca();
    signing.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    assert!(refused(signing.clone()).contains("keyCertSign"));
    signing.key_usages.push(KeyUsagePurpose::KeyCertSign);
    assert!(Authorities::trusting([Authority::saying(signing).der.as_slice()]).is_ok());
    assert!(Authorities::trusting([b"x".as_slice()]).is_err());
}

// RFC 5280 sections 4.1.2.5 and 4.2.1.9
#[tokio::test]
async fn an_authority_vouches_within_its_time_and_the_length_of_its_path() {
    let saying = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = ca();
        change(&mut params);
        Authority::saying(params)
    };
    let length = |length| IsCa::Ca(BasicConstraints::Constrained(length));
    #[rustfmt::skip]
    let cases = [
        ("any length",  saying(&|_| {}),                                          true,  true),
        ("length 1",    saying(&|it| it.is_ca = length(1)),                       true,  true),
        ("length 0",    saying(&|it| it.is_ca = length(0)),                       true,  false),
        ("expired",     saying(&|it| it.not_after = date_time_ymd(2027, 1, 14)),  false, false),
        ("not yet",     saying(&|it| it.not_before = date_time_ymd(2027, 1, 16)), false, false),
    ];
    for (name, authority, directly, through_another) in cases {
        let world = World::with(authority.trusted()).await;
        let wanted = expecting("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.");
        let (id, _) = world.registered(robot(wanted)).await;
        let below = authority.below();
        let leaf = below.issue(&named("robot")).leaf().to_vec();
        let led = PresentedCertificate::proven_in_handshake(leaf, vec![below.der.clone()]);
        let direct = authority.issue(&named("robot"));
        for (shown, expected) in [(direct, directly), (led, through_another)] {
            let answer = ask(&world, &id, Some(&shown)).await;
            assert_eq!(answer.status == 200, expected, "{name}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_page_authenticates_nobody_by_the_certificate_of_its_reader() {
    let world = World::with(taking(Authorities::default())).await;
    let mine = anybody();
    let (id, _) = world.registered(robot(own_certificate(&mine))).await;
    let pairs = [CREDENTIALS.as_slice(), &[("client_id", &id)]].concat();
    for (headers, expected) in [
        (&[("origin", "https://evil.example")], 401),
        (&[("origin", "null")], 401),
        (&[("sec-fetch-site", "cross-site")], 401),
        (&[("sec-fetch-site", "none")], 200),
    ] {
        let answer = world.post_showing(Some(&mine), "/token", (headers, &pairs));
        assert_eq!(answer.await.status, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn no_token_is_bound_to_a_certificate_that_is_not_valid() {
    let world = World::with(taking(Authorities::default())).await;
    let client = bound_client(&world).await;
    let dated = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = named("anybody");
        change(&mut params);
        own(&params, &KeyPair::generate().expect("a key"))
    };
    let early = dated(&|it| it.not_before = date_time_ymd(2027, 1, 16));
    let expired = dated(&|it| it.not_after = date_time_ymd(2027, 1, 14));
    let none = PresentedCertificate::proven_in_handshake(vec![1], Vec::new());
    let mine = dated(&|it| it.not_after = date_time_ymd(2027, 1, 20));
    let code = world.code(&client).await;
    for shown in [&early, &expired, &none] {
        let refused = redeem(&world, (&client, &code), Some(shown), &[]).await;
        refused.refuses(400, "invalid_request");
    }
    let tokens = redeem(&world, (&client, &code), Some(&mine), &[]).await;
    let tokens = tokens.tokens();
    world.pass(Duration::from_secs(5 * 24 * 3600)); // the connection is still the same
    let refused = refresh(&world, (&client, &tokens.refresh), Some(&mine)).await;
    refused.refuses(400, "invalid_request");
}

#[tokio::test]
async fn what_a_document_wishes_is_kept_until_certificates_are_asked_for() {
    let (world, host) = (World::new().await, Host::start().await);
    host.answers(Reply::Json(
        host.document(json!({
            "tls_client_certificate_bound_access_tokens": true,
            "dpop_bound_access_tokens": false,
        })),
        "etag: \"1\"\r\n",
    ));
    let (id, mine) = (host.client_id(), anybody());
    let code = world.code(&id).await;
    let answer = redeem(&world, (&id, &code), Some(&mine), &[]).await;
    assert!(
        claims(&answer.tokens().access).get("cnf").is_none(),
        "nobody asks for any"
    );
    host.answers(Reply::Raw("HTTP/1.1 304 X\r\n\r\n".to_owned()));
    for asking in [true, false, true] {
        world.issuer.reconfigure(match asking {
            true => taking(Authorities::default()),
            false => crate::world::config(ISSUER, &["files", "mail"]),
        });
        world.pass(Duration::from_secs(2 * 3600));
        let mut alice = world.signed_in("alice").await;
        let request = crate::world::AuthorizeRequest::new(&id);
        let remembered = alice.get(&world, &request.path()).await;
        let code = remembered.parameter("code");
        if asking {
            let refused = redeem(&world, (&id, &code), None, &[]).await;
            refused.refuses(400, "invalid_request"); // RFC 8705 section 3.4
        }
        let answer = redeem(&world, (&id, &code), Some(&mine), &[]).await;
        let bound = claims(&answer.tokens().access);
        let expected = asking.then(|| confirmation(&mine));
        assert_eq!(bound.get("cnf"), expected.as_ref());
    }
}

#[tokio::test]
async fn a_document_that_wishes_both_bindings_is_refused_only_where_both_are_offered() {
    let (world, host) = (World::new().await, Host::start().await);
    host.says(json!({
        "tls_client_certificate_bound_access_tokens": true,
        "dpop_bound_access_tokens": true,
    }));
    let (id, holder) = (host.client_id(), Holder::new());
    let (code, proof) = (world.code(&id).await, holder.proof(&world));
    let answer = redeem(&world, (&id, &code), None, &[("dpop", &proof)]).await;
    let bound = claims(&answer.tokens().access);
    assert_eq!(bound["cnf"], json!({ "jkt": holder.thumbprint() }));
    world.issuer.reconfigure(taking(Authorities::default()));
    world.pass(Duration::from_secs(2 * 3600));
    let request = crate::world::AuthorizeRequest::new(&id);
    let page = crate::world::Person::default();
    let page = { page }.get(&world, &request.path()).await;
    assert_eq!(page.status, 400, "{}", page.body);
}

/// A public client that only takes tokens bound to its certificate.
async fn bound_client(world: &World) -> String {
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "tls_client_certificate_bound_access_tokens": true,
    });
    let answer = world.register(&document).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let registered = answer.json();
    assert_eq!(
        registered["tls_client_certificate_bound_access_tokens"],
        true
    );
    registered["client_id"].as_str().expect("text").to_owned()
}

async fn redeem(
    world: &World,
    (client, code): (&str, &str),
    shown: Option<&PresentedCertificate>,
    headers: &[(&str, &str)],
) -> Answer {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    world.post_showing(shown, "/token", (headers, &pairs)).await
}

async fn refresh(
    world: &World,
    (client, token): (&str, &str),
    shown: Option<&PresentedCertificate>,
) -> Answer {
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", token),
    ];
    world.post_showing(shown, "/token", (&[], &pairs)).await
}

fn anybody() -> PresentedCertificate {
    own(&named("anybody"), &KeyPair::generate().expect("a key"))
}

fn confirmation(certificate: &PresentedCertificate) -> Value {
    json!({ "x5t#S256": certificate.thumbprint() })
}

#[tokio::test]
async fn the_tokens_of_a_client_that_says_so_are_bound_to_the_certificate_that_it_shows() {
    let world = World::with(taking(Authorities::default())).await;
    let client = bound_client(&world).await;
    let (mine, other) = (anybody(), anybody());
    let code = world.code(&client).await;
    let to = (client.as_str(), code.as_str());
    let refused = redeem(&world, to, None, &[]).await;
    refused.refuses(400, "invalid_request"); // RFC 8705 section 3.4
    let holder = Holder::new();
    let proof = holder.proof(&world);
    let refused = redeem(&world, to, Some(&mine), &[("dpop", &proof)]).await;
    refused.refuses(400, "invalid_request");
    let answer = redeem(&world, to, Some(&mine), &[]).await;
    assert_eq!(answer.json()["token_type"], "Bearer", "{}", answer.body);
    let tokens = answer.tokens();
    assert_eq!(claims(&tokens.access)["cnf"], confirmation(&mine)); // RFC 8705 section 3.1

    // RFC 8705 section 4: the refresh token of a public client is bound as well
    let with = (client.as_str(), tokens.refresh.as_str());
    refresh(&world, with, None)
        .await
        .refuses(400, "invalid_request");
    refresh(&world, with, Some(&other))
        .await
        .refuses(400, "invalid_grant");
    let next = refresh(&world, with, Some(&mine)).await.tokens();
    assert_eq!(claims(&next.access)["cnf"], confirmation(&mine));
    let repeated = refresh(&world, with, Some(&mine)).await.tokens();
    assert_eq!(repeated.access, next.access, "a lost answer is repeated");
    refresh(&world, with, Some(&other))
        .await
        .refuses(400, "invalid_grant");
    let restarted = world.restarted().await;
    let with = (client.as_str(), next.refresh.as_str());
    refresh(&restarted, with, Some(&other))
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(refresh(&restarted, with, Some(&mine)).await.status, 200);
}

#[tokio::test]
async fn userinfo_takes_a_bound_token_with_its_certificate_alone() {
    let world = World::with(taking(Authorities::default())).await;
    let client = bound_client(&world).await;
    let (mine, other) = (anybody(), anybody());
    let person = world.signed_in("alice").await;
    let request = crate::openid::who(&client, "openid").set("resource", crate::openid::USERINFO);
    let code = person.allow(&world, &request).await.parameter("code");
    let answer = redeem(&world, (&client, &code), Some(&mine), &[]).await;
    let bearer = format!("Bearer {}", answer.tokens().access);
    let headers = [("authorization", bearer.as_str())];
    for shown in [None, Some(&other)] {
        let refused = world
            .post_showing(shown, "/userinfo", (&headers, &[]))
            .await;
        refused.refuses(401, "invalid_token"); // RFC 8705 section 3
    }
    let told = world.post_showing(Some(&mine), "/userinfo", (&headers, &[]));
    let told = told.await;
    assert_eq!(told.status, 200, "{}", told.body);
}

#[tokio::test]
async fn who_does_not_say_so_gets_tokens_that_are_bound_to_no_certificate() {
    let world = World::with(taking(Authorities::default())).await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let mine = anybody();
    let answer = redeem(&world, (&client, &code), Some(&mine), &[]).await;
    assert!(claims(&answer.tokens().access).get("cnf").is_none());
    let (code, holder) = (world.code(&client).await, Holder::new());
    let proof = holder.proof(&world);
    let answer = redeem(&world, (&client, &code), Some(&mine), &[("dpop", &proof)]).await;
    let bound = claims(&answer.tokens().access);
    assert_eq!(bound["cnf"], json!({ "jkt": holder.thumbprint() }));
}

#[tokio::test]
async fn a_confidential_client_may_exchange_its_certificate() {
    let authority = Authority::new();
    let world = World::with(authority.trusted()).await;
    let wanted = expecting("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.");
    let new = NewClient {
        redirect_uris: vec![CALLBACK.to_owned()],
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scopes: String::new(),
        servers: Vec::new(),
        certificate_bound: true,
        ..robot(wanted)
    };
    let (id, _) = world.registered(new).await;
    let (before, after) = (
        authority.issue(&named("robot")),
        authority.issue(&named("robot")),
    );
    let code = world.code(&id).await;
    let tokens = redeem(&world, (&id, &code), Some(&before), &[])
        .await
        .tokens();
    assert_eq!(claims(&tokens.access)["cnf"], confirmation(&before));
    // RFC 8705 sections 4 and 6.3: what counts is who authenticates
    let next = refresh(&world, (&id, &tokens.refresh), Some(&after))
        .await
        .tokens();
    assert_eq!(claims(&next.access)["cnf"], confirmation(&after));
    let strange = Authority::new().issue(&named("robot"));
    let refused = refresh(&world, (&id, &next.refresh), Some(&strange)).await;
    refused.refuses(401, "invalid_client");
}

#[tokio::test]
async fn introspection_tells_what_a_token_is_bound_to() {
    let world = World::with(taking(Authorities::default())).await;
    let mine = anybody();
    let new = NewClient {
        certificate_bound: true,
        ..robot(own_certificate(&mine))
    };
    let (id, _) = world.registered(new).await;
    let token = ask(&world, &id, Some(&mine)).await.tokens().access;
    let pairs = [("client_id", id.as_str()), ("token", &token)];
    let answer = world
        .post_showing(Some(&mine), "/introspect", (&[], &pairs))
        .await;
    let told = answer.json();
    assert_eq!(told["active"], true, "{told}");
    assert_eq!(told["cnf"], confirmation(&mine)); // RFC 8705 section 3.2
    assert_eq!(told["token_type"], "Bearer");
}

#[tokio::test]
async fn a_bound_token_is_exchanged_only_into_a_bound_one() {
    const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
    const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
    let authority = Authority::new();
    let world = World::with(authority.trusted()).await;
    let wanted = || expecting("tls_client_auth_subject_dn", r"CN=robot,O=Example\, Inc.");
    let new = NewClient {
        certificate_bound: true,
        ..robot(wanted())
    };
    let (id, _) = world.registered(new).await;
    let (mine, rolled) = (
        authority.issue(&named("robot")),
        authority.issue(&named("robot")),
    );
    let token = ask(&world, &id, Some(&mine)).await.tokens().access;
    let exchange = async |client: &str, shown| {
        let pairs = [
            ("grant_type", EXCHANGE),
            ("client_id", client),
            ("subject_token", &*token),
            ("subject_token_type", ACCESS),
        ];
        world.post_showing(shown, "/token", (&[], &pairs)).await
    };
    let answer = exchange(&id, Some(&mine)).await;
    assert_eq!(claims(&answer.tokens().access)["cnf"], confirmation(&mine)); // TK-06
    // Its own token goes on only with the certificate that it is bound to.
    exchange(&id, Some(&rolled))
        .await
        .refuses(400, "invalid_request");
    exchange(&id, None).await.refuses(401, "invalid_client");
    // Nobody turns it into one that is bound to nothing.
    let (unbound, _) = world.registered(robot(wanted())).await;
    exchange(&unbound, Some(&mine))
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn clients_register_their_certificates_themselves() {
    let authority = Authority::new();
    let world = World::with(authority.trusted()).await;
    let mine = anybody();
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks": key_set(&mine),
    });
    let answer = world.register(&document).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let registered = answer.json();
    assert_eq!(
        registered["token_endpoint_auth_method"],
        "self_signed_tls_client_auth"
    );
    assert_eq!(registered["jwks"], key_set(&mine)); // RFC 7591 section 3.2.1: what was stored
    let id = registered["client_id"].as_str().expect("text");
    let code = world.code(id).await;
    redeem(&world, (id, &code), None, &[])
        .await
        .refuses(401, "invalid_client");
    let answer = redeem(&world, (id, &code), Some(&mine), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);

    let named_member = ("tls_client_auth_san_dns", "app.example");
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "tls_client_auth",
        named_member.0: named_member.1,
        "tls_client_certificate_bound_access_tokens": true,
    });
    let registered = world.register(&document).await.json();
    assert_eq!(registered[named_member.0], named_member.1, "{registered}");
    assert_eq!(
        registered["tls_client_certificate_bound_access_tokens"],
        true
    );
    let id = registered["client_id"].as_str().expect("text");
    let dns = SanType::DnsName(ia5("app.example"));
    let shown = authority.issue(&also_named("app", vec![dns]));
    let code = world.code(id).await;
    let tokens = redeem(&world, (id, &code), Some(&shown), &[])
        .await
        .tokens();
    assert_eq!(claims(&tokens.access)["cnf"], confirmation(&shown));
}

#[tokio::test]
async fn a_metadata_document_may_name_certificates() {
    let (world, host) = (World::new().await, Host::start().await);
    let mine = anybody();
    host.says(json!({
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks": key_set(&mine),
        "tls_client_certificate_bound_access_tokens": true,
    }));
    let id = host.client_id();
    let request = crate::world::AuthorizeRequest::new(&id);
    let page = crate::world::Person::default()
        .get(&world, &request.path())
        .await;
    assert_eq!(
        page.status, 400,
        "nobody asks for certificates: {}",
        page.body
    );

    world.issuer.reconfigure(taking(Authorities::default()));
    world.pass(std::time::Duration::from_secs(10));
    let code = world.code(&id).await;
    redeem(&world, (&id, &code), None, &[])
        .await
        .refuses(401, "invalid_client");
    redeem(&world, (&id, &code), Some(&anybody()), &[])
        .await
        .refuses(401, "invalid_client");
    let tokens = redeem(&world, (&id, &code), Some(&mine), &[])
        .await
        .tokens();
    assert_eq!(claims(&tokens.access)["cnf"], confirmation(&mine));
}

#[tokio::test]
async fn nothing_of_it_is_registered_where_nobody_asks_for_certificates() {
    let world = World::new().await;
    for (method, member, value) in [
        (
            "tls_client_auth",
            "tls_client_auth_san_dns",
            json!("app.example"),
        ),
        ("self_signed_tls_client_auth", "jwks", key_set(&anybody())),
    ] {
        let document = json!({
            "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method, member: value,
        });
        world
            .register(&document)
            .await
            .refuses(400, "invalid_client_metadata");
    }
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "tls_client_certificate_bound_access_tokens": true,
    });
    let registered = world.register(&document).await.json();
    let member = "tls_client_certificate_bound_access_tokens";
    assert!(registered.get(member).is_none(), "it is told what it gets");
    // Who was registered while they were asked for is refused, and never unbound.
    let on = World::with(taking(Authorities::default())).await;
    let mine = anybody();
    let (id, _) = on.registered(robot(own_certificate(&mine))).await;
    let bound = bound_client(&on).await;
    on.issuer
        .reconfigure(crate::world::config(ISSUER, &["files"]));
    ask(&on, &id, Some(&mine))
        .await
        .refuses(401, "invalid_client");
    let code = on.code(&bound).await;
    let refused = redeem(&on, (&bound, &code), None, &[]).await;
    refused.refuses(400, "invalid_request");
}

#[tokio::test]
async fn the_metadata_says_where_certificates_are_shown_and_what_they_are_good_for() {
    const DOCUMENT: &str = "/.well-known/oauth-authorization-server";
    let world = World::new().await;
    let metadata = async || world.get(DOCUMENT).await.json();
    let members = [
        "token_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
    ];
    let listed = |metadata: &Value, method: &str| {
        members.map(|member| {
            let methods = metadata[member].as_array().expect("a list");
            methods.iter().any(|it| it == method)
        })
    };
    let off = metadata().await;
    assert!(off.get("mtls_endpoint_aliases").is_none());
    assert!(
        off.get("tls_client_certificate_bound_access_tokens")
            .is_none()
    );
    assert_eq!(listed(&off, "tls_client_auth"), [false; 3]);
    assert_eq!(listed(&off, "self_signed_tls_client_auth"), [false; 3]);

    world.issuer.reconfigure(taking(Authorities::default()));
    let own = metadata().await;
    assert_eq!(own["tls_client_certificate_bound_access_tokens"], true);
    assert!(
        own.get("mtls_endpoint_aliases").is_none(),
        "they are shown where all goes"
    );
    assert_eq!(listed(&own, "tls_client_auth"), [false; 3]);
    assert_eq!(listed(&own, "self_signed_tls_client_auth"), [true; 3]);

    let trusted = Authority::new().trusted();
    world.issuer.reconfigure(IssuerConfig {
        client_certificates: Some(ClientCertificates {
            alias: Some("https://mcp.example:8443".to_owned()),
            ..trusted.client_certificates.clone().expect("on")
        }),
        ..trusted
    });
    let all = metadata().await;
    assert_eq!(listed(&all, "tls_client_auth"), [true; 3]);
    assert_eq!(listed(&all, "self_signed_tls_client_auth"), [true; 3]);
    let aliases = all["mtls_endpoint_aliases"].as_object().expect("aliases"); // RFC 8705 section 5
    for (name, url) in aliases {
        let usual = all[name].as_str().expect("an endpoint");
        let alias = usual.replace("https://mcp.example/", "https://mcp.example:8443/");
        assert_eq!(url, &json!(alias), "{name}");
    }
    for name in [
        "token",
        "introspection",
        "revocation",
        "device_authorization",
        "userinfo",
    ] {
        assert!(aliases.contains_key(&format!("{name}_endpoint")), "{name}");
    }
}

#[tokio::test]
async fn proofs_and_assertions_for_the_alias_count() {
    let trusted = taking(Authorities::default());
    let world = World::with(IssuerConfig {
        client_certificates: Some(ClientCertificates {
            alias: Some("https://mcp.example:8443".to_owned()),
            authorities: Authorities::default(),
        }),
        ..trusted
    })
    .await;
    let (client, holder) = (world.client().await, Holder::new());
    for (url, expected) in [
        ("https://mcp.example:8443/token", true),
        ("https://mcp.example:8444/token", false),
        ("https://mcp.example:8443/revoke", false),
    ] {
        let mut proof = holder.claims(&world, "/token");
        proof["htu"] = json!(url);
        let (code, proof) = (world.code(&client).await, holder.sign(&proof));
        let answer = redeem(&world, (&client, &code), None, &[("dpop", &proof)]).await;
        assert_eq!(answer.status == 200, expected, "{url}: {}", answer.body);
    }
}
