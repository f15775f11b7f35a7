//! The layers: who may depend on whom, and which crate is imported where only.

use anyhow::{Context, Result};

use super::Finding;
use super::metadata::Workspace;
use crate::project;

/// Our packages that each of ours may name, by the one direction that docs/architecture.md draws.
const MAY: &[(&str, &[&str])] = &[
    ("dokuei-identity", &[]),
    ("dokuei-registry", &["dokuei-identity"]),
    ("dokuei-consultation", &["dokuei-identity"]),
    ("dokuei-directory", &["dokuei-identity"]),
    ("dokuei-package", &["dokuei-identity", "dokuei-consultation"]),
    ("dokuei-dicom", &[]),
    ("dokuei-document", &[]),
    ("dokuei-media", &["dokuei-identity", "dokuei-package"]),
    ("dokuei-audit", &[]),
    ("dokuei-governance", &["dokuei-identity"]),
    ("dokuei-fhir", &[]),
    ("dokuei-live", &["dokuei-identity"]),
    ("dokuei-notice", &["dokuei-identity"]),
    (
        "dokuei-store",
        &["dokuei-identity", "dokuei-consultation", "dokuei-package"],
    ),
    (
        "dokuei-net",
        &["dokuei-identity", "dokuei-consultation", "dokuei-package"],
    ),
    (
        "dokuei-node",
        &[
            "dokuei-identity",
            "dokuei-consultation",
            "dokuei-directory",
            "dokuei-package",
            "dokuei-dicom",
            "dokuei-document",
            "dokuei-media",
            "dokuei-audit",
            "dokuei-governance",
            "dokuei-fhir",
            "dokuei-live",
            "dokuei-notice",
            "dokuei-store",
            "dokuei-net",
        ],
    ),
    ("dokuei-bootstrap", &["dokuei-identity"]),
    ("dokuei-app", &["dokuei-node"]),
    ("dokuei-tests", &[]),
    ("xtask", &["dokuei-tests"]),
];

/// Crates that belong to some packages only: name (a prefix when it ends in `-`), and who may name it.
const BELONGS: &[(&str, &[&str])] = &[
    ("rusqlite", &["dokuei-store"]),
    ("dicom-", &["dokuei-dicom"]),
    ("libp2p", &["dokuei-net", "dokuei-bootstrap"]),
    ("libp2p-", &["dokuei-net", "dokuei-bootstrap"]),
    ("axum", &["dokuei-node", "dokuei-registry", "dokuei-bootstrap"]),
    ("tauri", &["dokuei-app"]),
];

/// Crates that may be nowhere below a package, however deep.
const NEVER: &[(&str, &[&str])] = &[
    (
        "dokuei-identity",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-consultation",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-directory",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-package",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-media",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-fhir",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-audit",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-live",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    (
        "dokuei-notice",
        &[
            "tokio",
            "rusqlite",
            "libp2p",
            "axum",
            "dicom-core",
            "lettre",
            "ureq",
        ],
    ),
    (
        "dokuei-governance",
        &["tokio", "rusqlite", "libp2p", "axum", "dicom-core"],
    ),
    ("dokuei-dicom", &["tokio", "rusqlite", "libp2p", "axum"]),
    (
        "dokuei-bootstrap",
        &[
            "dokuei-consultation",
            "dokuei-package",
            "dokuei-store",
            "dokuei-node",
            "rusqlite",
            "dicom-core",
        ],
    ),
    // Not tokio: `cargo metadata` joins the features of the whole workspace, and one of a crate that they share names it.
    ("xtask", &["libp2p", "dokuei-node", "dokuei-identity"]),
];

/// Words that would bring a clock, chance or the outside into a pure package, and where they may not stand.
const PURE: [&str; 8] = [
    "identity/src",
    "node/consultation/src",
    "node/directory/src",
    "node/audit/src",
    "node/governance/src",
    "node/fhir/src",
    "node/live/src",
    "node/notice/src",
];
const IMPURE: [&str; 7] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "std::fs",
    "std::net",
    "thread_rng",
    "OsRng",
];

/// Compares the graph and the sources with the layers.
///
/// # Errors
/// When the sources cannot be read.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let mut findings = graph(workspace);
    for folder in PURE {
        for path in dokuei_tests::digest::files_below(&project::root().join(folder)) {
            let source =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let place = path
                .strip_prefix(project::root())
                .unwrap_or(&path)
                .display()
                .to_string();
            findings.extend(impure(&place, &source));
        }
    }
    Ok(findings)
}

fn graph(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, package) in &workspace.packages {
        let Some((_, may)) = MAY.iter().find(|(known, _)| known == name) else {
            findings.push(format!(
                "{name} has no place in the layers (xtask/src/check/layers.rs)"
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let ours = workspace.packages.contains_key(dependency);
            if ours && !may.contains(&dependency.as_str()) {
                findings.push(format!("{name} depends on {dependency}, against the layers"));
            }
            let owners = BELONGS
                .iter()
                .find(|(kind, _)| belongs(dependency, kind))
                .map(|(_, owners)| *owners);
            if owners.is_some_and(|owners| !owners.contains(&name.as_str())) {
                findings.push(format!("{name} depends on {dependency}, which belongs to others"));
            }
        }
        let never = NEVER
            .iter()
            .filter(|(known, _)| known == name)
            .flat_map(|(_, never)| *never);
        let below = workspace.closure(name);
        findings.extend(
            never
                .filter(|other| below.contains(**other))
                .map(|other| format!("{name} is built with {other}")),
        );
    }
    findings
}

fn belongs(dependency: &str, kind: &str) -> bool {
    dependency == kind || (kind.ends_with('-') && dependency.starts_with(kind))
}

/// The first impure word on each line of a pure source, before its tests.
fn impure(place: &str, source: &str) -> Vec<Finding> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = lines.filter_map(|(number, line)| {
        let word = IMPURE.iter().find(|word| line.contains(**word))?;
        Some(format!(
            "{place}:{} uses {word}; time, chance and files come in as arguments",
            number + 1
        ))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_direction_holds() {
        let good = Workspace::of(&[
            ("dokuei-identity", &["sha2"]),
            ("dokuei-consultation", &["dokuei-identity"]),
            ("dokuei-store", &["dokuei-consultation", "rusqlite"]),
        ]);
        assert_eq!(graph(&good), Vec::<Finding>::new());
    }

    #[test]
    fn an_upward_edge_a_foreign_crate_and_a_deep_one_are_found() {
        let bad = Workspace::of(&[
            ("dokuei-identity", &["dokuei-consultation", "dicom-core"]),
            ("dokuei-consultation", &["helper"]),
            ("helper", &["tokio"]),
            ("dokuei-new", &[]),
        ]);
        let findings = graph(&bad).join("\n");
        for part in [
            "dokuei-identity depends on dokuei-consultation, against the layers",
            "dokuei-identity depends on dicom-core, which belongs to others",
            "dokuei-consultation is built with tokio",
            "dokuei-new has no place",
        ] {
            assert!(findings.contains(part), "{part} is not in\n{findings}");
        }
    }

    #[test]
    fn a_clock_in_a_pure_source_is_found_but_not_in_its_tests() {
        let source =
            "fn a() {\n  SystemTime::now();\n}\n// OsRng\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(
            impure("x.rs", source),
            ["x.rs:2 uses SystemTime::now; time, chance and files come in as arguments"]
        );
    }
}
