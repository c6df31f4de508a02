//! Times: from when and until when a token is good.

use serde_json::json;

use super::refused;
use crate::world::{NOW, World, claims, claims_with};

#[tokio::test]
async fn clocks_may_differ_by_half_a_minute_and_no_more() {
    struct Case(&'static str, &'static [(&'static str, i64)], bool);
    // S-023, TK-13: seconds from now
    #[rustfmt::skip]
    let cases = [
        Case("just expired",             &[("iat", -600), ("exp", 0)],    true),
        Case("expired 29 s ago",         &[("iat", -600), ("exp", -29)],  true),
        Case("expired 30 s ago",         &[("iat", -600), ("exp", -30)],  false),
        Case("expired an hour ago",      &[("iat", -4200), ("exp", -3600)], false),
        Case("issued 30 s ahead",        &[("iat", 30)],                  true),
        Case("issued 31 s ahead",        &[("iat", 31)],                  false),
        Case("issued 10 min ahead",      &[("iat", 600), ("exp", 1200)],  false),
        Case("valid from before",        &[("nbf", -10)],                 true),
        Case("valid from 30 s ahead",    &[("nbf", 30)],                  true),
        Case("valid from 31 s ahead",    &[("nbf", 31)],                  false),
        Case("valid from 10 min ahead",  &[("nbf", 600)],                 false),
        Case("expires when issued",      &[("exp", 0)],                   false),
        Case("expires before issued",    &[("exp", -1)],                  false),
        Case("as long as any, TK-18",    &[("iat", -60), ("exp", 3540)],  true),
        Case("longer than any, TK-18",   &[("iat", -60), ("exp", 3541)],  false),
        Case("for a year, TK-18",        &[("exp", 365 * 24 * 3600)],     false),
    ];
    let world = World::new();
    for Case(name, times, accepted) in cases {
        let mut claims = claims();
        for (claim, seconds) in times {
            claims[claim] = json!(NOW + seconds);
        }
        let token = world.signer.token(&claims);
        if accepted {
            world
                .verify(&token)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        } else {
            refused(&world, name, &token).await;
        }
    }
}

#[tokio::test]
async fn times_at_the_ends_of_their_range_overflow_nothing() {
    let world = World::new();
    for (name, value) in [
        ("exp", i64::MIN),
        ("exp", -1),
        ("exp", i64::MAX),
        ("iat", i64::MIN),
        ("iat", i64::MAX),
        ("nbf", i64::MAX),
    ] {
        let token = world.signer.token(&claims_with(name, json!(value)));
        refused(&world, name, &token).await;
    }
    for (name, value) in [("exp", u64::MAX), ("iat", u64::MAX)] {
        let token = world.signer.token(&claims_with(name, json!(value)));
        refused(&world, name, &token).await;
    }
}
