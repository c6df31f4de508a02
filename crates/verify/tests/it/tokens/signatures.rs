//! Signatures: algorithms, and that every byte is covered.

use serde_json::json;

use super::refused;
use crate::{
    signer::{Signer, encode, sign_hmac},
    world::{World, claims, claims_with},
};

#[tokio::test]
async fn every_algorithm_verifies_its_own_signatures_and_no_others() {
    let signers = [Signer::es256("k"), Signer::eddsa("k"), Signer::rs256("k")];
    for publisher in &signers {
        let world = World::new();
        world.keys.set(Some(vec![publisher.public()]));
        let name = publisher.public().alg;
        let good = publisher.token(&claims());
        world
            .verify(&good)
            .await
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));

        for claimed in ["ES256", "EdDSA", "RS256"] {
            for signer in &signers {
                let honest =
                    signer.public() == publisher.public() && publisher.header()["alg"] == claimed;
                let header = json!({ "alg": claimed, "typ": "at+jwt", "kid": "k" });
                let token = signer.token_with(&header, &claims_with("jti", json!("other")));
                if !honest {
                    refused(&world, claimed, &token).await; // TK-08
                }
            }
        }
    }
}

#[tokio::test]
async fn no_signature_and_no_shared_secret_stands_in_for_the_key() {
    let world = World::new();
    let public = serde_json::to_vec(&world.signer.public()).unwrap();
    for alg in [
        "none", "None", "NONE", "", "HS256", "HS512", "es256", "PS256", "ES384", "dir",
    ] {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": "key-1" });
        let message = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims().to_string())
        );
        // TK-08: unsigned, with the public key as HMAC key, and properly signed
        refused(&world, alg, &format!("{message}.")).await;
        let hmac = encode(sign_hmac(&public, message.as_bytes()));
        refused(&world, alg, &format!("{message}.{hmac}")).await;
        refused(&world, alg, &world.signer.token_with(&header, &claims())).await;
    }
}

#[tokio::test]
async fn a_signature_covers_every_byte_in_one_form_alone() {
    let world = World::new();
    let token = world.token();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let edited = encode(claims_with("sub", json!("admin")).to_string());
    let der = encode(world.signer.sign_der(message.as_bytes()));
    let raw = world.signer.sign(message.as_bytes());
    let one_more = encode([raw.as_slice(), &[0]].concat());
    let one_less = encode(&raw[..63]);
    #[rustfmt::skip]
    let cases = [
        ("payload edited",      format!("{header}.{edited}.{signature}")),
        ("in DER",              format!("{message}.{der}")),
        ("all zero",            format!("{message}.{}", encode([0; 64]))),
        ("a byte too many",     format!("{message}.{one_more}")),
        ("a byte too few",      format!("{message}.{one_less}")),
        ("empty signature",     format!("{message}.")),
        ("padded",              format!("{token}==")),
        ("padded payload",      format!("{header}.{payload}=.{signature}")),
        ("line break",          format!("{header}.\n{payload}.{signature}")),
        ("line break at end",   format!("{token}\n")),
        ("nul at end",          format!("{token}\0")),
        ("space in front",      format!(" {token}")),
        ("standard alphabet",   format!("{header}.{payload}.{}", "+/".repeat(43))),
        ("a part missing",      format!("{header}.{payload}")),
        ("one part",            header.to_owned()),
        ("five parts",          format!("{token}.{payload}.{signature}")),
        ("empty parts",         "..".to_owned()),
        ("nothing",             String::new()),
        ("an opaque token",     "dwr_0123456789abcdef".to_owned()),
        ("not ASCII",           "é.é.é".to_owned()),
    ];
    for (name, token) in cases {
        refused(&world, name, &token).await;
    }
    assert!(world.verify(&token).await.is_ok());
}

#[tokio::test]
async fn a_token_with_any_one_letter_changed_added_or_lost_is_refused() {
    let world = World::new();
    let token = world.token().into_bytes();
    for at in 0..token.len() {
        for letter in *b"A_.=\n" {
            let mut changed = token.clone();
            changed[at] = letter;
            let mut added = token.clone();
            added.insert(at, letter);
            let mut lost = token.clone();
            lost.remove(at);
            for spoilt in [changed, added, lost].into_iter().filter(|it| *it != token) {
                let spoilt = String::from_utf8(spoilt).unwrap();
                refused(&world, "one letter", &spoilt).await;
            }
        }
    }
}

#[tokio::test]
async fn base64_with_stray_bits_is_another_text_and_refused() {
    let world = World::new();
    let token = world.token();
    let last = token.chars().next_back().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let index = alphabet.find(last).unwrap();
    let stray = alphabet.chars().nth(index + 1).unwrap(); // 64 bytes leave two bits unused
    let twin = format!("{}{stray}", token.strip_suffix(last).unwrap());
    refused(&world, "stray bits", &twin).await;
}
