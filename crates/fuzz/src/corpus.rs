//! The committed inputs of a target.

use std::{fs, path::PathBuf};

/// One input and the file that it is in.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The file.
    pub path: PathBuf,
    /// What is in it.
    pub input: Vec<u8>,
}

/// Every file of a target's folder, in the order of their names.
pub fn corpus(name: &str) -> Vec<Seed> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let files = fs::read_dir(&folder).expect("every target has a corpus");
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    let seed = |path: PathBuf| Seed {
        input: fs::read(&path).expect("readable"),
        path,
    };
    paths.into_iter().map(seed).collect()
}
