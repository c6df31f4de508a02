//! Client certificates over real connections (RFC 8705).

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
    client::ResolvesClientCert,
    crypto::aws_lc_rs::{default_provider, sign::any_supported_type},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use serde_json::Value;

use crate::{
    http::request,
    process::{Place, complaint},
    serving::{Serving, free_port},
};

/// Signs certificates of clients.
struct Authority(Issuer<'static, KeyPair>, String);

/// A client's certificate and the key that it signs handshakes with.
#[derive(Debug)]
struct Shown {
    certified: Option<Arc<CertifiedKey>>,
    /// How often a server asked for it.
    asked: AtomicUsize,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

impl Authority {
    fn new() -> Self {
        let (mut params, key) = (params("Authority"), KeyPair::generate().expect("a key"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self(Issuer::new(params, key), pem(certificate.der()))
    }

    fn issue(&self, params: &CertificateParams) -> Arc<Shown> {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Shown::of(certificate.der().to_vec(), &key)
    }
}

impl Shown {
    fn of(certificate: Vec<u8>, key: &KeyPair) -> Arc<Self> {
        Self::chain(vec![certificate], key)
    }

    fn chain(certificates: Vec<Vec<u8>>, key: &KeyPair) -> Arc<Self> {
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let key = any_supported_type(&key).expect("a key");
        let certified = CertifiedKey::new(certificates.into_iter().map(Into::into).collect(), key);
        Arc::new(Self {
            certified: Some(Arc::new(certified)),
            asked: AtomicUsize::new(0),
        })
    }

    fn nothing() -> Arc<Self> {
        Arc::new(Self {
            certified: None,
            asked: AtomicUsize::new(0),
        })
    }

    fn was_asked_for(&self) -> bool {
        self.asked.load(Ordering::SeqCst) > 0
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.certified.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A certificate authority for tests and a certificate of it for `docs.example`.
fn pki(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fetch/tests/it/pki");
    PathBuf::from(folder).join(name)
}

fn client(shown: &Arc<Shown>, version: &'static SupportedProtocolVersion) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_file(pki("root.pem")).expect("PEM");
    roots.add(root).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .expect("versions")
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::clone(shown) as _);
    Arc::new(config)
}

/// Sends one request over a connection of its own: the status, the body, and whether an earlier
/// session was resumed.
fn send(
    client: &Arc<ClientConfig>,
    port: u16,
    (method, target): (&str, &str),
    (headers, body): (&str, &str),
) -> std::io::Result<(u16, String, Option<HandshakeKind>)> {
    let name = ServerName::try_from("docs.example").expect("a name");
    let connection = ClientConnection::new(Arc::clone(client), name).expect("a client");
    let socket = TcpStream::connect(("127.0.0.1", port))?;
    let mut stream = StreamOwned::new(connection, socket);
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: docs.example:{port}\r\nConnection: close\r\n\
         {headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned());
    let kind = stream.conn.handshake_kind();
    Ok((status.expect("a status"), body.expect("a body"), kind))
}

/// Two listeners, of which the second asks for certificates of `authority`.
struct Scene {
    place: Place,
    authority: Authority,
    port: u16,
    asking: u16,
    robot: String,
    serving: Serving,
}

impl Scene {
    fn start() -> Self {
        let (place, authority) = (Place::new(), Authority::new());
        let (port, asking) = (free_port(), free_port());
        place.write("clients.pem", &authority.1);
        let certificates = format!(
            "client_certificates = {{ listen = '127.0.0.1:{asking}', \
             public_url = 'https://docs.example:{asking}', authorities = 'clients.pem' }}\n"
        );
        let config = place.write("doorward.toml", &(tls(port) + &certificates));
        let robot = add_robot(
            &place,
            &["--certificate-subject", "CN=robot", "--certificate-bound"],
        );
        let serving = Serving::start(&place, &config);
        Self {
            place,
            authority,
            port,
            asking,
            robot,
            serving,
        }
    }

    /// Asks for a token at the listener that asks for certificates.
    fn token(&self, client: &Arc<ClientConfig>) -> std::io::Result<(u16, Value)> {
        let form = format!("grant_type=client_credentials&client_id={}", self.robot);
        let (status, body, _) = send(client, self.asking, ("POST", "/token"), (FORM, &form))?;
        Ok((status, serde_json::from_str(&body).expect("JSON")))
    }

    fn call(&self, client: &Arc<ClientConfig>, port: u16, token: &str) -> u16 {
        let headers = format!("{JSON}Authorization: Bearer {token}\r\n");
        let called = send(client, port, ("POST", "/mcp/a"), (&headers, PING));
        called.expect("an answer").0
    }
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON: &str =
    "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// HTTPS at `port` before a server that is down.
fn tls(port: u16) -> String {
    let (certificate, key) = (pki("server.pem"), pki("server.key"));
    format!(
        "public_url = 'https://docs.example:{port}'\nlisten = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{}'\n\
         tls = {{ certificate = '{}', key = '{}' }}\n\
         servers = [{{ name = 'a', url = 'http://127.0.0.1:9/mcp' }}]\n",
        free_port(),
        certificate.display(),
        key.display()
    )
}

fn add_robot(place: &Place, more: &[&str]) -> String {
    let mut arguments = vec![
        "client",
        "add",
        "Robot",
        "--grant",
        "client_credentials",
        "--scope",
        "mcp:read",
        "--server",
        "a",
        "--json",
    ];
    arguments.extend_from_slice(more);
    let added: Value = serde_json::from_str(&place.done(&arguments)).expect("JSON");
    assert!(added["client_secret"].is_null(), "{added}");
    let id = added["client"]["id"]
        .as_str()
        .or(added["client_id"].as_str());
    id.unwrap_or_else(|| panic!("{added}")).to_owned()
}

#[test]
fn a_token_opens_only_over_connections_that_prove_its_certificate() {
    let scene = Scene::start();
    let shown = scene.authority.issue(&params("robot"));
    let mine = client(&shown, &TLS13);
    let (status, answer) = scene.token(&mine).expect("an answer");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["token_type"], "Bearer"); // RFC 8705 section 3
    let token = answer["access_token"].as_str().expect("text");
    assert!(shown.was_asked_for());

    let let_in = scene.call(&mine, scene.asking, token);
    assert_eq!(
        let_in, 502,
        "the server behind is down, and the token is good"
    );
    let other = client(&scene.authority.issue(&params("robot")), &TLS13);
    assert_eq!(scene.call(&other, scene.asking, token), 401); // TK-12
    let nothing = client(&Shown::nothing(), &TLS13);
    assert_eq!(scene.call(&nothing, scene.asking, token), 401);

    // The listener that everybody reaches asks nobody, so that no browser asks its owner.
    let shown = scene.authority.issue(&params("robot"));
    let there = client(&shown, &TLS13);
    assert_eq!(scene.call(&there, scene.port, token), 401);
    assert!(!shown.was_asked_for());

    // Nor does it open anything where TLS ends elsewhere, whatever a header says.
    let (place, port) = (scene.place, scene.port);
    drop(scene.serving);
    let tls = tls(port);
    let without = tls.lines().filter(|line| !line.starts_with("tls"));
    let lines: Vec<_> = without.chain(["trusted_proxies = ['127.0.0.1']"]).collect();
    let config = place.write("plain.toml", &lines.join("\n"));
    let _plain = Serving::start(&place, &config);
    let (host, bearer) = (format!("docs.example:{port}"), format!("Bearer {token}"));
    let headers = [
        ("Host", host.as_str()),
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Client-Cert", "MIIB"),
    ];
    let answer = request(
        &format!("127.0.0.1:{port}"),
        "POST",
        "/mcp/a",
        &headers,
        PING,
    );
    assert_eq!(answer.expect("an answer").status, 401);
}

#[test]
fn a_handshake_proves_that_the_key_is_held_and_authorities_decide_what_it_is_worth() {
    let scene = Scene::start();
    let dated = |not_before, not_after| {
        let mut params = params("robot");
        (params.not_before, params.not_after) = (not_before, not_after);
        scene.authority.issue(&params)
    };
    let stranger = Authority::new();
    let refused = [
        ("none", Shown::nothing()),
        (
            "expired",
            dated(date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
        ),
        (
            "not yet valid",
            dated(date_time_ymd(2999, 1, 1), date_time_ymd(3000, 1, 1)),
        ),
        ("of a strange authority", stranger.issue(&params("robot"))),
        ("of another name", scene.authority.issue(&params("other"))),
    ];
    for (name, shown) in refused {
        let (status, answer) = scene.token(&client(&shown, &TLS13)).expect("an answer");
        assert_eq!(
            (status, &answer["error"]),
            (401, &"invalid_client".into()),
            "{name}"
        );
    }
    for version in [&TLS12, &TLS13] {
        let mine = client(&scene.authority.issue(&params("robot")), version);
        let (status, answer) = scene.token(&mine).expect("an answer");
        assert_eq!(status, 200, "{version:?}: {answer}");

        // The certificate of another, which anybody can see, without its key.
        let key = KeyPair::generate().expect("a key");
        let seen = params("robot").signed_by(&key, &scene.authority.0);
        let seen = seen.expect("a certificate").der().to_vec();
        let thief = Shown::of(seen, &KeyPair::generate().expect("a key"));
        let outcome = scene.token(&client(&thief, version));
        assert!(outcome.is_err(), "{version:?}: {outcome:?}");
        assert!(thief.was_asked_for());
    }
}

#[test]
fn without_the_table_no_authority_vouches_for_anybody() {
    let scene = Scene::start();
    let mine = client(&scene.authority.issue(&params("robot")), &TLS13);
    assert_eq!(scene.token(&mine).expect("an answer").0, 200);
    let ops = format!("127.0.0.1:{}", free_port());
    let lines = tls(scene.port);
    let kept = lines.lines().filter(|line| !line.starts_with("ops_listen"));
    let kept: Vec<_> = kept.map(str::to_owned).collect();
    let text = format!("ops_listen = '{ops}'\n{}", kept.join("\n"));
    scene.place.write("doorward.toml", &text);
    let warning = scene.serving.until("no authority vouches");
    assert!(warning.contains("ends at a restart"), "{warning}");
    scene.serving.until("configuration reloaded");
    let (status, answer) = scene.token(&mine).expect("the listener is still open");
    assert_eq!((status, &answer["error"]), (401, &"invalid_client".into()));
}

#[test]
fn a_handshake_takes_few_certificates() {
    let scene = Scene::start();
    let key = KeyPair::generate().expect("a key");
    let leaf = params("robot").signed_by(&key, &scene.authority.0);
    let leaf = leaf.expect("a certificate").der().to_vec();
    let other = params("other").self_signed(&key).expect("a certificate");
    let other = other.der().to_vec();
    for (more, taken) in [(0, true), (3, true), (4, false)] {
        let mut chain = vec![leaf.clone()];
        chain.extend(std::iter::repeat_n(other.clone(), more));
        let shown = Shown::chain(chain, &key);
        let outcome = scene.token(&client(&shown, &TLS13));
        assert_eq!(
            outcome.is_ok_and(|(status, _)| status == 200),
            taken,
            "{more}"
        );
    }
}

#[test]
fn a_resumed_session_still_shows_the_certificate_of_its_first_handshake() {
    let scene = Scene::start();
    let mine = client(&scene.authority.issue(&params("robot")), &TLS13);
    let form = format!("grant_type=client_credentials&client_id={}", scene.robot);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let (status, body, kind) =
            send(&mine, scene.asking, ("POST", "/token"), (FORM, &form)).expect("an answer");
        assert_eq!(status, 200, "{body}");
        kinds.push(kind);
    }
    assert_eq!(kinds.last(), Some(&Some(HandshakeKind::Resumed)));
    // What was resumed belongs to one listener and one certificate.
    let nothing = client(&Shown::nothing(), &TLS13);
    for _ in 0..2 {
        assert_eq!(scene.token(&nothing).expect("an answer").0, 401);
    }
}

#[test]
fn the_listener_that_asks_serves_programs_and_no_page() {
    let scene = Scene::start();
    let nothing = client(&Shown::nothing(), &TLS13);
    let get = |port, path: &str| {
        let sent = send(&nothing, port, ("GET", path), ("", ""));
        let (status, body, _) = sent.expect("an answer");
        (status, body)
    };
    for page in ["/", "/login", "/authorize", "/consent", "/device", "/setup"] {
        assert_eq!(get(scene.asking, page).0, 404, "{page}");
        assert_ne!(get(scene.port, page).0, 404, "{page}");
    }
    let document = "/.well-known/oauth-authorization-server";
    let (status, body) = get(scene.asking, document);
    assert_eq!((status, &body), (200, &get(scene.port, document).1));
    let metadata: Value = serde_json::from_str(&body).expect("JSON");
    let token = format!("https://docs.example:{}/token", scene.asking);
    assert_eq!(metadata["mtls_endpoint_aliases"]["token_endpoint"], token);
    let document = "/.well-known/oauth-protected-resource/mcp/a";
    let (status, body) = get(scene.asking, document);
    assert_eq!((status, &body), (200, &get(scene.port, document).1));
    assert!(
        !body.contains("tls_client_certificate"),
        "the resource itself asks nobody"
    );
}

#[test]
fn without_a_listener_of_its_own_everybody_is_asked_and_may_have_none() {
    let (place, port) = (Place::new(), free_port());
    let key = KeyPair::generate().expect("a key");
    let own = params("robot").self_signed(&key).expect("a certificate");
    let file = place.write("robot.pem", &pem(own.der()));
    let file = file.to_str().expect("a path");
    let robot = add_robot(&place, &["--certificate", file]);
    let config = place.write("doorward.toml", &(tls(port) + "[client_certificates]\n"));
    let _serving = Serving::start(&place, &config);
    let form = format!("grant_type=client_credentials&client_id={robot}");
    let another = params("robot").self_signed(&key).expect("a certificate");
    for (name, shown, expected) in [
        ("its own", Shown::of(own.der().to_vec(), &key), 200),
        (
            "its key in another",
            Shown::of(another.der().to_vec(), &key),
            401,
        ),
        ("none", Shown::nothing(), 401),
    ] {
        let client = client(&shown, &TLS13);
        let answer = send(&client, port, ("POST", "/token"), (FORM, &form));
        let (status, body, _) = answer.expect("an answer");
        assert_eq!(status, expected, "{name}: {body}");
        assert!(shown.was_asked_for(), "{name}");
        let document = "/.well-known/oauth-authorization-server";
        let (_, body, _) = send(&client, port, ("GET", document), ("", "")).expect("an answer");
        let metadata: Value = serde_json::from_str(&body).expect("JSON");
        assert!(metadata.get("mtls_endpoint_aliases").is_none());
        assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    }
}

#[test]
fn the_certificate_of_a_proxy_speaks_for_none_of_the_clients_behind_it() {
    let (place, port) = (Place::new(), free_port());
    let key = KeyPair::generate().expect("a key");
    let own = params("robot").self_signed(&key).expect("a certificate");
    let file = place.write("robot.pem", &pem(own.der()));
    let robot = add_robot(&place, &["--certificate", file.to_str().expect("a path")]);
    let trusting = "trusted_proxies = ['127.0.0.1']\n[client_certificates]\n";
    let config = place.write("doorward.toml", &(tls(port) + trusting));
    let _serving = Serving::start(&place, &config);
    let proxy = client(&Shown::of(own.der().to_vec(), &key), &TLS13);
    let form = format!("grant_type=client_credentials&client_id={robot}");
    let answer = send(&proxy, port, ("POST", "/token"), (FORM, &form));
    assert_eq!(answer.expect("an answer").0, 401);
}

#[test]
fn what_is_wrong_with_certificates_is_one_line_with_the_fix() {
    let (place, port) = (Place::new(), free_port());
    place.write("empty.pem", "");
    place.write("broken.pem", &pem(b"x"));
    let key = KeyPair::generate().expect("a key");
    let leaf = params("robot").self_signed(&key).expect("a certificate");
    place.write("client.pem", &(Authority::new().1 + &pem(leaf.der())));
    let url = format!("https://docs.example:{port}");
    let listener = |url: &str| format!("listen = '127.0.0.1:1'\npublic_url = '{url}'\n");
    #[rustfmt::skip]
    let cases = [
        ("listen = '127.0.0.1:1'\n".to_owned(),      "belong together"),
        ("public_url = 'https://a.example'\n".to_owned(), "belong together"),
        (listener(&url),                             "another host or port than public_url"),
        (listener("http://127.0.0.1:2"),             "must be https and have no path"),
        (listener("https://a.example/x"),            "must be https and have no path"),
        ("authorities = 'absent.pem'\n".to_owned(),  "cannot read client_certificates.authorities"),
        ("authorities = 'empty.pem'\n".to_owned(),   "it has no certificate in PEM"),
        ("authorities = 'broken.pem'\n".to_owned(),  "certificate 1 is no certificate of an authority"),
        ("authorities = 'client.pem'\n".to_owned(),  "certificate 2 is no certificate of an authority: its basic constraints"),
    ];
    for (keys, expected) in cases {
        let text = tls(port) + "[client_certificates]\n" + &keys;
        let config = place.write("doorward.toml", &text);
        let config = config.to_str().expect("a path");
        let output = place.run(&["config", "check", config]);
        let complaint = complaint(&output);
        assert_eq!(output.status.code(), Some(1), "{keys}{complaint}");
        assert!(complaint.contains(expected), "{keys}{complaint}");
    }
}
