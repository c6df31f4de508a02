//! Every committed input, and a bounded number of mutations of them, on stable, in every run.

#![expect(
    clippy::expect_used,
    reason = "clippy does not take the functions that tests share for tests"
)]

use doorward_fuzz::{Mutator, TARGETS, corpus, large, target};

/// Mutations of each target: enough to notice what a change breaks, few enough for every run.
const MUTATIONS: usize = 1_500;

/// How large the inputs are that repeat one thing, in bytes.
const LARGE: usize = 4 * 1024;

fn holds(name: &str) {
    let target = target(name).expect("a target");
    let seeds = corpus(name);
    assert!(seeds.len() >= 3, "{name} has a corpus");
    for seed in &seeds {
        println!("{}", seed.path.display());
        target.check(&seed.input);
    }
    for input in large(name, LARGE) {
        target.check(&input);
    }
    let inputs: Vec<_> = seeds.into_iter().map(|seed| seed.input).collect();
    let mut mutator = Mutator::seeded(0x0d00_3a2d);
    for _ in 0..MUTATIONS {
        target.check(&mutator.mutate(&inputs, target.words));
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            holds($name);
        })*

        #[test]
        fn every_target_is_run() {
            let run = [$($name),*];
            let known = TARGETS.map(|target| target.name);
            assert_eq!(known, run);
        }
    };
}

targets! {
    a_redirect_never_matches_more_than_was_registered: "redirect", // AZ-01
    a_client_document_is_read_one_way_or_not_at_all: "client_document", // RG-05
    an_envelope_is_read_as_every_other_parser_reads_it: "envelope", // GW-09, GW-11
    a_header_value_is_read_as_it_was_written: "header_value",
    an_event_is_the_same_however_it_is_cut_and_written_again: "sse", // GW-17, GW-28
    a_token_that_is_let_in_is_good_in_every_respect: "jwt", // TK-08, TK-09
    a_translation_says_the_same_in_the_other_era: "translate", // P-042
    a_decision_never_opens_what_its_parts_do_not: "permit", // GW-13, DS-02
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let inputs = [b"{\"a\":1}".to_vec(), b"data: x\n\n".to_vec()];
    let made = |seed| {
        let mut mutator = Mutator::seeded(seed);
        let made = (0..50).map(|_| mutator.mutate(&inputs, &["null"]));
        made.collect::<Vec<_>>()
    };
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
}
