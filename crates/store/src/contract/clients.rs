//! OAuth clients.

use std::time::Duration;

use doorward_core::{
    certificate::ExpectedSubject,
    client::{
        CertificateSet, Client, ClientAuthentication, ClientKeys, ClientOrigin, DocumentState,
        Environment, GrantType, OwnCertificates, PrivateKey, RequestRules, SeenKeys, Software,
        TokenRules,
    },
    code::CodeState,
    jwk::{Algorithm, PublicKeySet},
    scope::ScopeSet,
};

use super::{
    Subject,
    samples::{at, client, client_id, code, consent, device, digest, grant, grant_id, signing_key},
    steps::{conflict, populate, reader, write},
};

async fn find(store: &Subject, id: &str) -> Option<Client> {
    let found = reader(store).await.client(&client_id(id)).await;
    found.expect("readable")
}

/// A client that is known by its metadata document and signs its assertions.
fn documented(id: &str) -> Client {
    let keys = vec![signing_key("k", 0).public];
    Client {
        origin: ClientOrigin::MetadataDocument,
        software: Software {
            version: Some("1.2".to_owned()),
            client_uri: Some("https://app.example/".to_owned()),
            ..Software::default()
        },
        authentication: ClientAuthentication::PrivateKey(PrivateKey {
            keys: ClientKeys::Inline(PublicKeySet { keys }),
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa],
        }),
        document: Some(DocumentState {
            digest: digest("document"),
            etag: Some("\"v1\"".to_owned()),
            confirmed_at: at(1),
            fresh_until: at(61),
        }),
        ..client(id)
    }
}

pub(crate) async fn a_client_reads_back_as_it_was_added(store: Subject) {
    let confidential = client("editor");
    let public = Client {
        origin: ClientOrigin::Preregistered,
        authentication: ClientAuthentication::None,
        grants: [GrantType::ClientCredentials].into_iter().collect(),
        environments: [Environment::Dev, Environment::Prod].into_iter().collect(),
        tokens: TokenRules {
            access_ttl: Some(Duration::from_secs(60)),
            dpop_bound: true,
            certificate_bound: true,
        },
        request_keys: Some(PrivateKey {
            keys: ClientKeys::At("https://app.example/keys".to_owned()),
            algorithms: vec![Algorithm::Es256],
        }),
        requests: RequestRules {
            pushed: true,
            signed: false,
        },
        management: Some(digest("registration access token")),
        used_at: Some(at(1)),
        ..client("terminal")
    };
    let known_by_document = documented("https://app.example/client");
    write(&store, |tx| {
        tx.add_client(&confidential);
        tx.add_client(&public);
        tx.add_client(&known_by_document);
    })
    .await;
    let id = known_by_document.id.as_str();
    assert_eq!(find(&store, id).await.as_ref(), Some(&known_by_document));
    assert_eq!(find(&store, "editor").await, Some(confidential));
    assert_eq!(find(&store, "terminal").await, Some(public));
    assert_eq!(find(&store, "browser").await, None);
}

pub(crate) async fn adding_a_known_client_changes_nothing(store: Subject) {
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    let other = Client {
        name: "Another".to_owned(),
        created_at: at(9),
        ..client("editor")
    };
    write(&store, |tx| tx.add_client(&other)).await;
    assert_eq!(find(&store, "editor").await, Some(client("editor")));
}

pub(crate) async fn adding_a_revoked_client_again_does_not_bring_it_back(store: Subject) {
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(5))).await;
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    let found = find(&store, "editor").await.expect("still there");
    assert_eq!(found.revoked_at, Some(at(5)));
}

pub(crate) async fn clients_with_certificates_read_back_as_they_were_added(store: Subject) {
    let named = ExpectedSubject::read("tls_client_auth_subject_dn", r"CN=a\,b,O=Example");
    let ways = [
        ClientAuthentication::Certificate(named.expect("a name")),
        ClientAuthentication::OwnCertificate(OwnCertificates::At("https://a.example/k".to_owned())),
        ClientAuthentication::OwnCertificate(OwnCertificates::Inline(CertificateSet::default())),
    ];
    for (id, authentication) in ["a", "b", "c"].into_iter().zip(ways) {
        let client = Client {
            authentication,
            ..client(id)
        };
        write(&store, |tx| tx.add_client(&client)).await;
        assert_eq!(find(&store, id).await, Some(client));
    }
}

pub(crate) async fn a_client_is_revoked_once(store: Subject) {
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    write(&store, |tx| tx.revoke_client(&client_id("editor"), at(5))).await;
    conflict(&store, |tx| tx.revoke_client(&client_id("editor"), at(6))).await;
    conflict(&store, |tx| tx.revoke_client(&client_id("nobody"), at(6))).await;
}

pub(crate) async fn marking_an_unknown_client_as_used_conflicts(store: Subject) {
    conflict(&store, |tx| {
        tx.mark_client_used(&client_id("editor"), at(1))
    })
    .await;
    write(&store, |tx| tx.add_client(&client("editor"))).await;
    write(&store, |tx| {
        tx.mark_client_used(&client_id("editor"), at(1))
    })
    .await;
    let found = find(&store, "editor").await.expect("there");
    assert_eq!(found.used_at, Some(at(1)));
}

pub(crate) async fn what_a_client_registered_is_replaced_and_its_history_stays(store: Subject) {
    let before = documented("https://app.example/client");
    write(&store, |tx| {
        tx.add_client(&before);
        tx.mark_client_used(&before.id, at(7));
    })
    .await;
    let after = Client {
        origin: ClientOrigin::Dynamic,
        name: "Renamed".to_owned(),
        redirects: Vec::new(),
        authentication: ClientAuthentication::PrivateKey(PrivateKey {
            keys: ClientKeys::At("https://app.example/keys".to_owned()),
            algorithms: vec![Algorithm::Rs256],
        }),
        request_keys: Some(PrivateKey {
            keys: ClientKeys::At("https://app.example/keys".to_owned()),
            algorithms: vec![Algorithm::EdDsa],
        }),
        created_at: at(99),
        ..before.clone()
    };
    write(&store, |tx| tx.replace_client(&before, &after)).await;
    let expected = Client {
        origin: before.origin,
        created_at: before.created_at,
        used_at: Some(at(7)),
        ..after
    };
    assert_eq!(find(&store, before.id.as_str()).await, Some(expected));
}

pub(crate) async fn a_client_is_replaced_only_as_it_was_read(store: Subject) {
    let before = client("editor");
    let managed = Client {
        management: Some(digest("another token")),
        ..before.clone()
    };
    conflict(&store, |tx| tx.replace_client(&before, &managed)).await;
    write(&store, |tx| tx.add_client(&before)).await;
    conflict(&store, |tx| tx.replace_client(&managed, &before)).await;
    write(&store, |tx| tx.replace_client(&before, &managed)).await;
    conflict(&store, |tx| tx.replace_client(&before, &managed)).await;

    let documented = documented("https://app.example/client");
    write(&store, |tx| tx.add_client(&documented)).await;
    let other = Client {
        document: None,
        ..documented.clone()
    };
    conflict(&store, |tx| tx.replace_client(&other, &documented)).await;

    write(&store, |tx| tx.revoke_client(&before.id, at(5))).await;
    conflict(&store, |tx| tx.replace_client(&managed, &before)).await;
}

pub(crate) async fn approvals_for_one_client_are_forgotten(store: Subject) {
    populate(&store).await;
    let [editor, mut terminal] = [0, 0].map(|at| consent(ScopeSet::baseline(), at));
    terminal.key.client = client_id("terminal");
    write(&store, |tx| {
        tx.remember_consent(&editor);
        tx.remember_consent(&terminal);
        tx.add_code(&code("c"));
        tx.add_device_authorization(&device("d", "editor"));
        tx.add_device_authorization(&device("e", "terminal"));
        tx.add_grant(&grant("g"));
    })
    .await;
    write(&store, |tx| {
        tx.forget_approvals_of_client(&client_id("editor"))
    })
    .await;
    let mut tx = reader(&store).await;
    assert_eq!(tx.consent(&editor.key).await.expect("readable"), None);
    let kept = tx.consent(&terminal.key).await.expect("readable");
    assert_eq!(kept, Some(terminal));
    let code = tx.code(&digest("c")).await.expect("readable");
    assert_eq!(code.map(|code| code.state), Some(CodeState::Burnt)); // A-073
    for (text, left) in [("d", false), ("e", true)] {
        let found = tx.device_authorization(&digest(text)).await;
        assert_eq!(found.expect("readable").is_some(), left, "{text}");
    }
    let grant = tx.grant(&grant_id("g")).await.expect("readable");
    assert!(grant.is_some_and(|grant| grant.revoked.is_none()));
}

pub(crate) async fn unused_clients_are_those_nobody_signed_in_through(store: Subject) {
    let preregistered = Client {
        origin: ClientOrigin::Preregistered,
        ..client("preregistered")
    };
    write(&store, |tx| {
        tx.add_client(&preregistered);
        tx.add_client(&documented("https://app.example/client"));
        for id in ["unused", "used", "revoked"] {
            tx.add_client(&client(id));
        }
        tx.mark_client_used(&client_id("used"), at(1));
        tx.revoke_client(&client_id("revoked"), at(1));
    })
    .await;
    for (origin, expected) in [
        (ClientOrigin::Dynamic, 1),
        (ClientOrigin::MetadataDocument, 1),
        (ClientOrigin::Preregistered, 0),
    ] {
        let unused = reader(&store).await.unused_clients(origin).await;
        assert_eq!(unused.expect("readable"), expected, "{origin:?}");
    }
}

pub(crate) async fn the_oldest_unused_clients_make_room(store: Subject) {
    populate(&store).await;
    let preregistered = Client {
        origin: ClientOrigin::Preregistered,
        ..client("preregistered")
    };
    write(&store, |tx| {
        tx.add_client(&preregistered);
        tx.add_client(&documented("https://app.example/client"));
        for (id, seconds) in [("1", 1), ("2", 2), ("3", 3)] {
            let created_at = at(seconds);
            tx.add_client(&Client {
                created_at,
                ..client(id)
            });
        }
        tx.mark_client_used(&client_id("terminal"), at(1));
        tx.add_code(&code("c")); // somebody is just signing in through the editor
    })
    .await;
    #[rustfmt::skip]
    let cases = [
        (4, 9, "1 2 3 editor https://app.example/client preregistered terminal"),
        (0, 1, "1 2 3 editor https://app.example/client preregistered terminal"), // too young
        (3, 9, "2 3 editor https://app.example/client preregistered terminal"),
        (3, 9, "2 3 editor https://app.example/client preregistered terminal"),
        (0, 3, "3 editor https://app.example/client preregistered terminal"),
        (0, 9, "editor https://app.example/client preregistered terminal"),
    ];
    for (most, before, left) in cases {
        let origin = ClientOrigin::Dynamic;
        write(&store, |tx| {
            tx.keep_unused_clients(origin, most, at(before));
        })
        .await;
        let clients = reader(&store).await.clients().await.expect("readable");
        let mut ids: Vec<_> = clients.iter().map(|client| client.id.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids.join(" "), left, "at most {most}"); // RG-08
    }
}

// RG-08
pub(crate) async fn no_more_than_a_few_hundred_unused_clients_go_at_once(store: Subject) {
    write(&store, |tx| {
        (0..520).for_each(|number| tx.add_client(&client(&number.to_string())));
    })
    .await;
    let origin = ClientOrigin::Dynamic;
    for left in [20, 1] {
        write(&store, |tx| tx.keep_unused_clients(origin, 1, at(9))).await;
        let unused = reader(&store).await.unused_clients(origin).await;
        assert_eq!(unused.expect("readable"), left);
    }
}

pub(crate) async fn clients_are_listed_newest_first(store: Subject) {
    write(&store, |tx| {
        for (id, seconds) in [("middle", 2), ("oldest", 1), ("newest", 3)] {
            let created_at = at(seconds);
            tx.add_client(&Client {
                created_at,
                ..client(id)
            });
        }
    })
    .await;
    let clients = reader(&store).await.clients().await.expect("readable");
    let ids: Vec<_> = clients.iter().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, ["newest", "middle", "oldest"]);
}

pub(crate) async fn keys_are_seen_one_after_another_and_forgotten_with_their_address(
    store: Subject,
) {
    let at_address = |address: &str| Client {
        authentication: ClientAuthentication::PrivateKey(PrivateKey {
            keys: ClientKeys::At(address.to_owned()),
            algorithms: vec![Algorithm::Es256],
        }),
        ..client("robot")
    };
    let (robot, none) = (at_address("https://app.example/keys"), SeenKeys::default());
    let seen: SeenKeys = [signing_key("k", 0).public.material.thumbprint()]
        .into_iter()
        .collect();
    write(&store, |tx| tx.add_client(&robot)).await;
    write(&store, |tx| tx.see_keys_of_client(&robot.id, &none, &seen)).await;
    conflict(&store, |tx| tx.see_keys_of_client(&robot.id, &none, &seen)).await;
    let stored = async || find(&store, "robot").await.expect("there").seen_keys;
    assert_eq!(stored().await, seen);
    let renamed = Client {
        name: "Renamed".to_owned(),
        ..robot.clone()
    };
    write(&store, |tx| tx.replace_client(&robot, &renamed)).await;
    assert_eq!(stored().await, seen, "the same address");
    let moved = at_address("https://elsewhere.example/keys");
    write(&store, |tx| tx.replace_client(&robot, &moved)).await;
    assert_eq!(stored().await, none, "A-073");
    write(&store, |tx| tx.revoke_client(&robot.id, at(1))).await;
    conflict(&store, |tx| tx.see_keys_of_client(&robot.id, &none, &seen)).await;
}
