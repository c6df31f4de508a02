//! HTTPS served by Doorward itself.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use crate::{
    process::{Place, complaint},
    serving::{Serving, free_port},
};

/// A certificate authority for tests and a certificate of it for `docs.example`.
fn pki(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fetch/tests/it/pki");
    PathBuf::from(folder).join(name)
}

#[test]
fn a_configured_certificate_serves_https_with_no_proxy() {
    let place = Place::new();
    let (port, ops) = (free_port(), free_port());
    let (certificate, key) = (pki("server.pem"), pki("server.key"));
    let config = place.write(
        "doorward.toml",
        &format!(
            "public_url = 'https://docs.example:{port}'\nlisten = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n\
             tls = {{ certificate = '{}', key = '{}' }}\n\
             servers = [{{ name = 'a', url = 'http://127.0.0.1:9/mcp' }}]\n",
            certificate.display(),
            key.display()
        ),
    );
    let _serving = Serving::start(&place, &config);
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(pki("root.pem")).expect("PEM"))
        .expect("root");
    let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("docs.example").expect("name");
    let connection = ClientConnection::new(Arc::new(client), name).expect("client");
    let socket = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    let mut stream = StreamOwned::new(connection, socket);
    let path = "/.well-known/oauth-authorization-server";
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: docs.example:{port}\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.contains(&format!("\"issuer\":\"https://docs.example:{port}\"")),
        "{answer}"
    );
}

#[test]
fn a_certificate_that_does_not_work_is_one_line_with_the_fix() {
    let place = Place::new();
    let (port, ops) = (free_port(), free_port());
    for (certificate, key, expected) in [
        ("absent.pem", "server.key", "cannot read tls.certificate"),
        ("server.pem", "root.pem", "cannot read tls.key"),
        ("stranger.pem", "server.key", "do not work"),
    ] {
        let config = place.write(
            "doorward.toml",
            &format!(
                "public_url = 'https://docs.example:{port}'\nlisten = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n\
                 tls = {{ certificate = '{}', key = '{}' }}\n\
                 servers = [{{ name = 'a', url = 'http://127.0.0.1:9/mcp' }}]\n",
                pki(certificate).display(),
                pki(key).display()
            ),
        );
        let output = place.run(&[
            "--log",
            "off",
            "serve",
            "--config",
            config.to_str().expect("path"),
        ]);
        let complaint = complaint(&output);
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert!(complaint.contains(expected), "{complaint}");
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    }
}
