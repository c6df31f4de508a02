//! The box of a stdio server: limits and a sandbox that a process puts around itself before it
//! becomes the program (ST-03, ST-04, ST-06).
//!
//! ```text
//! Doorward --starts--> itself, as launcher: plan -> limits -> sandbox -> exec --> the program
//!                                            \-> or, asked to, a report of what holds here
//! ```
//!
//! Everything is inherited by whatever the program starts. What the kernel does not offer is
//! left out and reported, never a reason not to start. A launcher needs no `unsafe`: it confines
//! itself, not another process.

mod find;
mod launch;
mod limits;
mod plan;
mod report;
mod sandbox;

pub use self::{
    find::find,
    launch::{LAUNCHER, launch},
    plan::{Limits, Plan, Sandbox},
    report::{Fact, Held, Report},
};
