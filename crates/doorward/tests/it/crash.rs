//! kill -9 while refresh tokens rotate: nobody is ever logged out (CR-01).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    browser::{Tokens, log_in},
    process::Place,
};

const PASSWORD: &str = "correct horse battery";

/// A small generator of numbers with a fixed seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

#[test]
fn a_hundred_kills_during_rotation_never_burn_a_login() {
    kill_again_and_again(&Place::new(), 100);
}

#[test]
fn fifty_kills_during_rotation_never_burn_a_login_in_postgres() {
    kill_again_and_again(&Place::in_postgres(), 50);
}

fn kill_again_and_again(place: &Place, kills: u32) {
    place.add_user("alice", PASSWORD);
    let mut running = place.up(&["--demo"]);
    let authority = running.authority().to_owned();
    let mut tokens = log_in(&running, "alice", PASSWORD);
    let mut dice = Dice(0x5eed_cafe_f00d_0001);
    let mut interrupted = 0;
    for kill in 0..kills {
        let stop = Arc::new(AtomicBool::new(false));
        let client = thread::spawn({
            let (stop, authority, tokens) = (Arc::clone(&stop), authority.clone(), tokens.clone());
            move || rotate(tokens, &authority, &stop)
        });
        thread::park_timeout(Duration::from_micros(dice.roll(30_000)));
        running.kill();
        stop.store(true, Ordering::Release);
        let (held, cut_off) = client.join().expect("client");
        interrupted += u32::from(cut_off);

        running = place.up(&["--demo", "--listen", &authority]);
        // The client never saw the answer to its last attempt, if there was one: it tries again.
        let response = held.refresh(&authority).expect("answer");
        assert_eq!(response.status, 200, "kill {kill}: {response:?}");
        tokens = held.successor(&response);
    }
    assert!(
        interrupted > kills / 10,
        "only {interrupted} kills met a request"
    );
    let response = tokens.refresh(&authority).expect("answer");
    assert_eq!(response.status, 200, "{response:?}");
}

/// Refreshes until the server is gone; returns what the client holds then, and whether an
/// attempt was cut off.
fn rotate(mut tokens: Tokens, authority: &str, stop: &AtomicBool) -> (Tokens, bool) {
    while !stop.load(Ordering::Acquire) {
        match tokens.refresh(authority) {
            Ok(response) => tokens = tokens.successor(&response),
            Err(_) => return (tokens, true),
        }
    }
    (tokens, false)
}
