//! Addresses and names that a document is never fetched from (RG-01, RG-02, S-009).

use doorward_fetch::{AddressKind, DialError, FetchError, Fetcher, FetcherConfig, Reach};
use url::Url;

use crate::{
    server::{Server, full},
    world::{Names, fetcher, fetcher_config},
};

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

async fn blocked(fetcher: &Fetcher, text: &str) -> AddressKind {
    match fetcher.json(&url(text)).await {
        Err(FetchError::Dial(DialError::Blocked(kind))) => kind,
        other => panic!("{text}: {other:?}"),
    }
}

#[tokio::test]
async fn literal_and_local_hosts_are_refused_in_every_spelling_without_asking_anyone() {
    // RG-01 and the list of SSRF hosts
    use AddressKind::{Embedded, LinkLocal, Loopback, Metadata, Private, Shared, Unspecified};
    let hosts = [
        ("127.0.0.1", Loopback),
        ("127.1", Loopback),
        ("0x7f.1", Loopback),
        ("0x7f000001", Loopback),
        ("2130706433", Loopback),
        ("0177.0.0.1", Loopback),
        ("017700000001", Loopback),
        ("127.0.0.1.", Loopback),
        ("\u{ff11}27.0.0.1", Loopback),
        ("0", Unspecified),
        ("0.0.0.0", Unspecified),
        ("10.0.0.1", Private),
        ("172.16.0.1", Private),
        ("192.168.0.1", Private),
        ("3232235521", Private),
        ("100.64.0.1", Shared),
        ("169.254.1.1", LinkLocal),
        ("169.254.169.254", Metadata),
        ("0xa9fea9fe", Metadata),
        ("100.100.100.200", Metadata),
        ("[::]", Unspecified),
        ("[::1]", Loopback),
        ("[::ffff:127.0.0.1]", Embedded),
        ("[::ffff:a00:1]", Embedded),
        ("[64:ff9b::a9fe:a9fe]", Metadata),
        ("[fc00::1]", Private),
        ("[fd00::1]", Private),
        ("[fd00:ec2::254]", Metadata),
        ("[fe80::1]", LinkLocal),
        ("localhost", Loopback),
        ("LOCALHOST", Loopback),
        ("localhost.", Loopback),
        ("x.localhost", Loopback),
        ("x.localhost.", Loopback),
    ];
    let names = Names::none();
    let fetcher = fetcher(Reach::Public, &names);
    for (host, kind) in hosts {
        assert_eq!(
            blocked(&fetcher, &format!("https://{host}/x")).await,
            kind,
            "{host}"
        );
    }
    assert_eq!(names.asked(), 0);
}

#[tokio::test]
async fn a_name_is_refused_for_any_one_of_its_addresses() {
    // RG-02: one public and one private record; internal names such as
    // metadata.google.internal
    let answers: [&[&str]; 4] = [
        &["93.184.215.14", "10.0.0.1"],
        &["10.0.0.1", "93.184.215.14"],
        &[
            "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
            "93.184.215.14",
            "127.0.0.1",
        ],
        &["169.254.169.254"],
    ];
    let names = Names::answering(&answers);
    let fetcher = fetcher(Reach::Public, &names);
    let expected = [
        AddressKind::Private,
        AddressKind::Private,
        AddressKind::Loopback,
        AddressKind::Metadata,
    ];
    for kind in expected {
        assert_eq!(blocked(&fetcher, "https://docs.example/x").await, kind);
    }
}

#[tokio::test]
async fn the_checked_answer_is_the_dialled_one_and_every_fetch_asks_and_checks_anew() {
    // RG-02: rebinding between check and connect, or between two fetches
    let server = Server::https(crate::world::serving(&[]), |_| {
        http::Response::builder()
            .header("content-type", "application/json")
            .body(full("{}"))
            .unwrap()
    })
    .await;
    let names = Names::answering(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let fetcher = fetcher(Reach::Loopback, &names);
    let at = format!("https://docs.example:{}/x", server.address.port());

    fetcher.json(&url(&at)).await.unwrap();
    assert_eq!((names.asked(), server.connections()), (1, 1));

    assert_eq!(blocked(&fetcher, &at).await, AddressKind::Private);
    assert_eq!((names.asked(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_name_without_addresses_is_a_resolve_error() {
    let names = Names::answering(&[&[]]);
    let fetcher = fetcher(Reach::Public, &names);
    for case in ["empty answer", "failed lookup"] {
        let error = fetcher
            .json(&url("https://docs.example/"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, FetchError::Dial(DialError::Resolve(_))),
            "{case}: {error:?}"
        );
    }
}

#[tokio::test]
async fn plain_http_reaches_this_machine_at_most() {
    // C-008
    let server = Server::http(|_| {
        http::Response::builder()
            .header("content-type", "application/json")
            .body(full("{}"))
            .unwrap()
    })
    .await;
    let port = server.address.port();
    let local = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://x.localhost:{port}/"),
    ];
    for at in &local {
        for reach in [Reach::Loopback, Reach::Operator] {
            let document = fetcher(reach, &Names::none()).json(&url(at)).await;
            assert!(document.is_ok(), "{at} {reach:?}: {document:?}");
        }
    }

    let cleartext = |error| matches!(error, FetchError::Dial(DialError::Cleartext));
    let public = fetcher(Reach::Public, &Names::none());
    assert!(cleartext(public.json(&url(&local[0])).await.unwrap_err()));
    assert!(cleartext(
        public
            .json(&url("http://93.184.215.14/"))
            .await
            .unwrap_err()
    ));
    let names = Names::answering(&[&["127.0.0.1", "192.0.2.1"]]);
    let operator = fetcher(Reach::Operator, &names);
    assert!(cleartext(
        operator
            .json(&url("http://docs.example/"))
            .await
            .unwrap_err()
    ));
}

#[tokio::test]
async fn what_is_not_http_is_not_dialled() {
    let fetcher = fetcher(Reach::Operator, &Names::none());
    for text in [
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "data:application/json,{}",
        "gopher://127.0.0.1/",
    ] {
        let error = fetcher.json(&url(text)).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Dial(DialError::Target)),
            "{text}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_url_with_credentials_is_refused() {
    let fetcher = fetcher(Reach::Public, &Names::none());
    for text in [
        "https://user@docs.example/",
        "https://:password@docs.example/",
    ] {
        let error = fetcher.json(&url(text)).await.unwrap_err();
        assert!(matches!(error, FetchError::UserInfo), "{text}: {error:?}");
    }
}

#[tokio::test]
async fn doorwards_own_name_is_refused_in_every_spelling() {
    // RG-01: own address
    let names = Names::answering(&[&["93.184.215.14"]]);
    let fetcher = Fetcher::new(FetcherConfig {
        refused_hosts: vec!["mcp.example.com".to_owned()],
        ..fetcher_config(Reach::Public, &names)
    });
    for text in [
        "https://mcp.example.com/x",
        "https://MCP.example.com.:9464/",
    ] {
        let error = fetcher.json(&url(text)).await.unwrap_err();
        assert!(
            matches!(error, FetchError::RefusedHost),
            "{text}: {error:?}"
        );
    }
    assert_eq!(names.asked(), 0);
}
