//! Arrows between crates point down only (docs/architecture.md).

use std::process::Command;

use serde_json::Value;

/// Every crate and what it may use at run time. An edge that is not here is a mistake.
const LAYERS: &[(&str, &[&str])] = &[
    ("doorward-core", &[]),
    ("doorward-mcp", &[]),
    ("doorward-passkeys", &[]),
    ("doorward-box", &[]),
    ("doorward-fetch", &["doorward-core"]),
    ("doorward-store", &["doorward-core"]),
    ("doorward-pages", &["doorward-core"]),
    ("doorward-mail", &["doorward-core"]),
    ("doorward-verify", &["doorward-core", "doorward-fetch"]),
    ("doorward-federation", &["doorward-core", "doorward-fetch"]),
    (
        "doorward-issuer",
        &[
            "doorward-core",
            "doorward-store",
            "doorward-pages",
            "doorward-fetch",
            "doorward-federation",
            "doorward-passkeys",
        ],
    ),
    (
        "doorward-gateway",
        &[
            "doorward-box",
            "doorward-core",
            "doorward-mcp",
            "doorward-store",
            "doorward-verify",
            "doorward-fetch",
        ],
    ),
    (
        "doorward-console",
        &[
            "doorward-core",
            "doorward-store",
            "doorward-pages",
            "doorward-issuer",
        ],
    ),
    (
        "doorward-scim",
        &["doorward-core", "doorward-store", "doorward-issuer"],
    ),
    ("doorward", EVERY_LIBRARY),
    ("doorward-testkit", EVERY_LIBRARY),
    ("doorward-throwaway", &[]),
    ("doorward-authenticator", &[]),
    (
        "doorward-fuzz",
        &["doorward-core", "doorward-mcp", "doorward-verify"],
    ),
];

const EVERY_LIBRARY: &[&str] = &[
    "doorward-core",
    "doorward-mcp",
    "doorward-passkeys",
    "doorward-box",
    "doorward-fetch",
    "doorward-store",
    "doorward-pages",
    "doorward-mail",
    "doorward-verify",
    "doorward-federation",
    "doorward-issuer",
    "doorward-gateway",
    "doorward-console",
    "doorward-scim",
];

#[test]
fn arrows_between_crates_point_down_only() {
    let packages = packages();
    let ours: Vec<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    for package in &packages {
        let name = package["name"].as_str().expect("name");
        let allowed = LAYERS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, allowed)| *allowed);
        // Tools outside the product (fuzz targets, benchmarks) may be added above all layers.
        let allowed =
            allowed.unwrap_or_else(|| panic!("{name} is in no layer: add it to the table"));
        for used in dependencies(package).filter(|used| ours.contains(used)) {
            assert!(allowed.contains(&used), "{name} must not use {used}");
        }
    }
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

/// What `package` uses at run or build time; tests may use the testkit and throw-away servers.
fn dependencies(package: &Value) -> impl Iterator<Item = &str> {
    let all = package["dependencies"].as_array().expect("dependencies");
    let shipped = all.iter().filter(|dependency| {
        let for_tests = [
            "doorward-testkit",
            "doorward-throwaway",
            "doorward-authenticator",
        ];
        dependency["kind"] != "dev" || !for_tests.iter().any(|name| dependency["name"] == *name)
    });
    shipped.filter_map(|dependency| dependency["name"].as_str())
}
