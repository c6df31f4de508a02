//! The files of this crate, as they were when it was built.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
