//! What arrives, how often it is tried, and what never leaves.

use std::time::Duration;

use doorward_core::{
    letter::{Letter, NotPosted, Post},
    secret::Secret,
    user::MailAddress,
};
use doorward_mail::{Carrier, NotDelivered, Patience, Relay, open};

use crate::server::{MailServer, Speaks};

const LINK: &str =
    "https://mcp.example/reset?token=dwp_0123456789012345678901234567890123456789012";

fn letter() -> Letter {
    Letter {
        to: MailAddress::parse("ada@example.com").expect("an address"),
        subject: "A new password für Ada".to_owned(),
        text: format!("Somebody asked for it.\n\n{LINK}\n"),
    }
}

fn carrier(server: &MailServer, scheme: &str) -> Carrier {
    let url = format!("{scheme}://door@localhost:{}", server.port);
    let password = Some(Secret::presented("s3cret"));
    let relay = Relay::parse(&url, password, "Doorward <doorward@mail.example>");
    let authorities = [server.certificate.clone()];
    let relay = relay.expect("a relay");
    relay.carrier_trusting(&authorities).expect("a carrier")
}

fn at_once(waits: usize, most: usize) -> Patience {
    Patience {
        most,
        waits: vec![Duration::ZERO; waits],
    }
}

#[tokio::test]
async fn a_letter_arrives_whole_over_each_kind_of_tls() {
    for (speaks, scheme) in [(Speaks::Tls, "smtps"), (Speaks::StartTls, "starttls")] {
        let mut server = MailServer::start(speaks, &[]).await;
        carrier(&server, scheme)
            .carry(&letter())
            .await
            .expect("delivered");
        let got = server.got.recv().await.expect("a letter");
        assert!(got.encrypted, "{scheme}");
        assert!(
            got.login
                .as_ref()
                .is_some_and(|login| login.starts_with("AUTH PLAIN"))
        );
        assert_eq!(got.to, "RCPT TO:<ada@example.com>");
        assert!(got.data.contains("From: Doorward <doorward@mail.example>"));
        assert!(got.data.contains("Auto-Submitted: auto-generated"));
        assert!(
            got.read().contains(LINK),
            "the link in one piece: {}",
            got.data
        );
    }
}

// LG-09
#[tokio::test]
async fn nothing_leaves_without_tls_or_to_whom_nobody_vouches_for() {
    let mut clear = MailServer::start(Speaks::Clear, &[]).await;
    let refused = carrier(&clear, "starttls").carry(&letter()).await;
    assert!(matches!(
        refused,
        Err(NotDelivered::ForNow(_) | NotDelivered::ForGood(_))
    ));
    let mut other = MailServer::start(Speaks::Tls, &[]).await;
    let url = format!("smtps://localhost:{}", other.port);
    let relay = Relay::parse(&url, None, "doorward@mail.example").expect("a relay");
    let unknown = relay.carrier().expect("a carrier").carry(&letter()).await;
    assert!(unknown.is_err());
    assert!(clear.got.try_recv().is_err() && other.got.try_recv().is_err());
}

#[tokio::test]
async fn a_letter_is_tried_again_until_it_is_taken() {
    let busy = ["451 later", "450 later"];
    let mut server = MailServer::start(Speaks::Tls, &busy).await;
    let (postbox, delivery) = open(carrier(&server, "smtps"), at_once(4, 8));
    postbox.post(letter()).expect("room");
    drop(postbox);
    delivery.run().await;
    assert!(
        server
            .got
            .recv()
            .await
            .is_some_and(|got| got.read().contains(LINK))
    );
    assert!(server.got.try_recv().is_err(), "once");
}

#[tokio::test]
async fn a_letter_is_given_up_after_the_last_wait_or_a_refusal_for_good() {
    for refusals in [vec!["451 later"; 3], vec!["550 nobody here"]] {
        let mut server = MailServer::start(Speaks::Tls, &refusals).await;
        let (postbox, delivery) = open(carrier(&server, "smtps"), at_once(2, 8));
        postbox.post(letter()).expect("room");
        drop(postbox);
        delivery.run().await;
        assert!(server.got.try_recv().is_err(), "{refusals:?}");
        // The server takes the next one: nothing of the first waits any more.
        carrier(&server, "smtps")
            .carry(&letter())
            .await
            .expect("taken");
        assert!(server.got.recv().await.is_some());
    }
}

// DS-05
#[tokio::test]
async fn a_full_postbox_takes_no_more_and_nobody_waits() {
    let server = MailServer::start(Speaks::Tls, &[]).await;
    let (postbox, delivery) = open(carrier(&server, "smtps"), at_once(0, 2));
    assert_eq!(postbox.post(letter()), Ok(()));
    assert_eq!(postbox.post(letter()), Ok(()));
    assert_eq!(postbox.post(letter()), Err(NotPosted));
    drop(delivery);
    assert_eq!(postbox.post(letter()), Err(NotPosted));
}
