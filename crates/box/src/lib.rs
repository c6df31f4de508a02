//! The box of a stdio server: limits and a sandbox that a process puts around itself before it
//! becomes the program (ST-03, ST-04, ST-06).
//!
//! ```text
//! Doorward --starts--> itself, as launcher: plan -> limits -> sandbox -> exec --> the program
//!                                            \-> or, asked to, a report of what holds here
//!                                            \-> or, without what was promised, an end
//! ```
//!
//! Everything is inherited by whatever the program starts. A limit that the kernel does not offer
//! is left out and reported; where a sandbox does not hold, the program is not started, unless the
//! plan accepts that ([`Missing`]). A launcher needs no `unsafe`: it confines itself, not another
//! process.

mod clear;
mod find;
mod hidden;
mod launch;
mod limits;
mod plan;
mod report;
mod sandbox;

pub use self::{
    clear::clear,
    find::find,
    hidden::{resolved, shown_by},
    launch::{LAUNCHER, launch},
    plan::{Limits, Missing, Plan, Sandbox},
    report::{Fact, Held, Report},
};
