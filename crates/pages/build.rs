//! Lists what is embedded: every file in `templates`, `assets` and `locales/LANG`, so that a
//! feature adds its files and registers them nowhere.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut code = String::new();
    for (name, folder) in [("TEMPLATES", "templates"), ("ASSETS", "assets")] {
        code.push_str(&list(name, &here.join(folder))?);
    }
    for language in files(&here.join("locales"))? {
        let code_of_language = file_name(&language).replace('-', "_").to_uppercase();
        code.push_str(&list(&format!("TEXTS_{code_of_language}"), &language)?);
    }
    fs::write(out.join("embedded.rs"), code)
}

/// A constant with the name and the text of every file in `folder`.
fn list(name: &str, folder: &Path) -> io::Result<String> {
    let mut code = format!("pub(crate) const {name}: &[(&str, &str)] = &[\n");
    for file in files(folder)? {
        let (name, path) = (file_name(&file), file.display().to_string());
        code.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    code.push_str("];\n");
    Ok(code)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        found.push(entry?.path());
    }
    found.sort();
    Ok(found)
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
