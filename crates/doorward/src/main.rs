//! The binary: configuration, wiring, command line.
//!
//! [`cli`] says what can be asked for; [`up`] and [`serve`] open the data folder,
//! [`wire`] the parts and accept connections; [`control`] carries administration
//! into the running process or executes it on the store when nothing runs. Rules
//! and flows live in the other crates: here things are only put together.

mod cli;
mod config;
mod control;
mod data;
mod demo;
mod failure;
mod serve;
mod system;
mod telemetry;
mod up;
mod wire;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments
        .next()
        .is_some_and(|word| word == doorward_box::LAUNCHER)
    {
        return doorward_box::launch(arguments); // a process of a server, not yet itself
    }
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("doorward: {failure}");
            failure.exit_code()
        }
    }
}
