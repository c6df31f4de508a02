//! Keys of trusted issuers, and what the metadata says.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use doorward_issuer::IssuerKeys;
use serde_json::{Value, json};

use super::scene::{GRANT, NOW, Scene, Signer};

/// A host on this machine that serves keys and counts who asks.
fn serve(document: String) -> (url::Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            let _read = stream.read(&mut buffer);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let length = document.len();
            let answer = format!("{head}\r\ncontent-length: {length}\r\n\r\n{document}");
            let _written = stream.write_all(answer.as_bytes());
        }
    });
    (url.parse().expect("a URL"), asked)
}

#[tokio::test]
async fn keys_behind_a_url_are_fetched_once_and_kept() {
    let host = Signer::new();
    let (url, asked) = serve(host.document());
    let at = IssuerKeys::At(url);
    let scene = Scene::with(|issuers| issuers[0].keys = at).await;
    let sign = |jti: &str| {
        let claims = scene.id_jag_claims(&[("jti", json!(jti))]);
        host.typed("oauth-id-jag+jwt", &claims)
    };
    let (first, second) = (sign("1"), sign("2"));
    let (one, two) = tokio::join!(scene.redeem(&first, &[]), scene.redeem(&second, &[]));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "one asks, the other waits");
    let stranger = scene.id_jag(&[("jti", json!("3"))]);
    scene
        .redeem(&stranger, &[])
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "a known name is not asked for again"
    );
    scene.world.pass(Duration::from_secs(3_600));
    let later = [
        ("jti", json!("4")),
        ("iat", json!(NOW + 3_600)),
        ("exp", json!(NOW + 3_900)),
    ];
    let later = host.typed("oauth-id-jag+jwt", &scene.id_jag_claims(&later));
    assert_eq!(scene.redeem(&later, &[]).await.status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn keys_that_cannot_be_reached_are_no_refusal() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/keys", closed.local_addr().expect("an address"));
    drop(closed);
    let at = IssuerKeys::At(url.parse().expect("a URL"));
    let scene = Scene::with(|issuers| issuers[0].keys = at).await;
    let answer = scene.redeem(&scene.id_jag(&[]), &[]).await;
    answer.refuses(503, "temporarily_unavailable");
    assert_ne!(answer.header("retry-after"), "");
}

#[tokio::test]
async fn the_metadata_offers_assertions_where_somebody_is_trusted() {
    let scene = Scene::new().await;
    let document = || async {
        let path = "/.well-known/oauth-authorization-server";
        scene.world.get(path).await.json()
    };
    let trusted = document().await;
    assert_eq!(
        trusted["authorization_grant_profiles_supported"],
        json!(["urn:ietf:params:oauth:grant-profile:id-jag"])
    );
    let offered = |document: &Value| {
        let types = document["grant_types_supported"]
            .as_array()
            .expect("a list");
        types.contains(&json!(GRANT))
    };
    assert!(offered(&trusted));
    scene.world.issuer.reconfigure(scene.world.config.clone());
    let nobody = document().await;
    assert!(!offered(&nobody) && nobody["authorization_grant_profiles_supported"].is_null());
    let assertion = scene.id_jag(&[]);
    scene
        .redeem(&assertion, &[])
        .await
        .refuses(400, "unsupported_grant_type");
}
