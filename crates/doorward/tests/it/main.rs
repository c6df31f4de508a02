//! The binary judged from outside: run as a program, spoken to over HTTP and its
//! command line, killed at bad moments. And the one test over the workspace: the
//! layers of its crates.
#![cfg(test)]

mod administration;
mod boxes;
mod browser;
mod certificates;
mod command_line;
mod crash;
mod demo;
mod floods;
mod framing;
mod front;
mod http;
mod kernel;
mod layers;
mod login;
mod mcp;
mod orphans;
mod people;
mod postgres;
mod process;
mod programs;
mod reload;
mod secrets;
mod server_commands;
mod serving;
mod tls;
