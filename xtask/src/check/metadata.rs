//! The workspace as cargo sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::project;

/// The workspace's own packages, and everything below them.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// Our packages by name.
    pub(crate) packages: BTreeMap<String, Package>,
    /// Normal and build dependencies of every package in the graph, by name.
    edges: BTreeMap<String, BTreeSet<String>>,
}

/// One of our packages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    /// Its folder, relative to the root.
    pub(crate) folder: PathBuf,
    /// Names of its direct dependencies, without those of its tests.
    pub(crate) dependencies: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
    workspace_members: Vec<String>,
    workspace_root: PathBuf,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// Asks `cargo metadata`.
///
/// # Errors
/// When cargo fails.
pub(crate) fn read() -> Result<Workspace> {
    let said = dokuei_tests::process::output(&mut project::cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let metadata: Metadata = serde_json::from_slice(&said).context("cargo metadata gave another format")?;
    Ok(arrange(metadata))
}

fn arrange(metadata: Metadata) -> Workspace {
    let names: BTreeMap<&str, &str> = metadata
        .packages
        .iter()
        .map(|p| (p.id.as_str(), p.name.as_str()))
        .collect();
    let name = |id: &str| names.get(id).copied().unwrap_or_default().to_owned();
    let mut workspace = Workspace::default();
    for node in &metadata.resolve.nodes {
        let edges = workspace.edges.entry(name(&node.id)).or_default();
        for dependency in &node.deps {
            if dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind.as_deref() != Some("dev"))
            {
                edges.insert(name(&dependency.pkg));
            }
        }
    }
    for package in metadata
        .packages
        .iter()
        .filter(|package| metadata.workspace_members.contains(&package.id))
    {
        let folder = package.manifest_path.parent().unwrap_or(Path::new(""));
        let folder = folder
            .strip_prefix(&metadata.workspace_root)
            .unwrap_or(folder)
            .to_owned();
        let dependencies = workspace.edges.get(&package.name).cloned().unwrap_or_default();
        workspace
            .packages
            .insert(package.name.clone(), Package { folder, dependencies });
    }
    workspace
}

impl Workspace {
    /// Everything that a package is built from, itself included.
    pub(crate) fn closure(&self, package: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut open = vec![package.to_owned()];
        while let Some(next) = open.pop() {
            if all.insert(next.clone()) {
                open.extend(self.edges.get(&next).into_iter().flatten().cloned());
            }
        }
        all
    }

    #[cfg(test)]
    pub(crate) fn of(edges: &[(&str, &[&str])]) -> Self {
        let mut workspace = Self::default();
        for (name, targets) in edges {
            let dependencies: BTreeSet<String> = targets.iter().map(|target| (*target).to_owned()).collect();
            workspace.edges.insert((*name).to_owned(), dependencies.clone());
            if name.starts_with("dokuei") {
                let folder = PathBuf::from(name.trim_start_matches("dokuei-"));
                workspace
                    .packages
                    .insert((*name).to_owned(), Package { folder, dependencies });
            }
        }
        workspace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_goes_through_all_levels() {
        let workspace = Workspace::of(&[
            ("dokuei-a", &["b"]),
            ("b", &["c", "dokuei-a"]),
            ("c", &[]),
            ("d", &[]),
        ]);
        let all: Vec<String> = workspace.closure("dokuei-a").into_iter().collect();
        assert_eq!(all, ["b", "c", "dokuei-a"]);
    }

    #[test]
    fn dependencies_of_tests_are_none_of_the_packages() {
        let metadata = serde_json::json!({
            "packages": [
                {"id": "1", "name": "dokuei-a", "manifest_path": "/w/a/Cargo.toml"},
                {"id": "2", "name": "b", "manifest_path": "/r/b/Cargo.toml"},
                {"id": "3", "name": "t", "manifest_path": "/r/t/Cargo.toml"},
            ],
            "workspace_members": ["1"], "workspace_root": "/w",
            "resolve": {"nodes": [{"id": "1", "deps": [
                {"pkg": "2", "dep_kinds": [{"kind": null}, {"kind": "dev"}]},
                {"pkg": "3", "dep_kinds": [{"kind": "dev"}]},
            ]}]},
        });
        let workspace = arrange(serde_json::from_value(metadata).unwrap());
        assert_eq!(workspace.packages["dokuei-a"].folder, Path::new("a"));
        assert_eq!(
            workspace.packages["dokuei-a"]
                .dependencies
                .iter()
                .collect::<Vec<_>>(),
            ["b"]
        );
    }
}
