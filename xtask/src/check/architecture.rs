//! docs/architecture.md names every package's folder and no other, with one paragraph each.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::Finding;
use super::metadata::Workspace;
use crate::project;

/// The folders that hold no package, but have a paragraph.
const OTHERS: [&str; 1] = ["app/ui"];

/// Compares the page with the workspace.
///
/// # Errors
/// When the page cannot be read.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let page = std::fs::read_to_string(project::root().join("docs/architecture.md"));
    let mut folders: BTreeSet<String> = workspace
        .packages
        .values()
        .map(|package| package.folder.display().to_string())
        .collect();
    folders.extend(OTHERS.iter().map(|folder| (*folder).to_owned()));
    Ok(compare(
        &page.context("docs/architecture.md cannot be read")?,
        &folders,
    ))
}

fn compare(page: &str, folders: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut named = BTreeSet::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(folder) = line
            .strip_prefix("### ")
            .map(|rest| rest.trim_matches('`').trim_end_matches('/'))
        else {
            continue;
        };
        if !named.insert(folder.to_owned()) {
            findings.push(format!("docs/architecture.md has two paragraphs for {folder}"));
        }
        let mut words = 0;
        while let Some(text) = lines.next_if(|text| !text.starts_with('#')) {
            words += text.split_whitespace().count();
        }
        if words < 15 {
            findings.push(format!(
                "docs/architecture.md says next to nothing of {folder}: {words} words"
            ));
        }
    }
    let missing = folders.difference(&named);
    findings.extend(missing.map(|folder| format!("docs/architecture.md has no paragraph `### {folder}`")));
    let strange = named.difference(folders);
    findings.extend(
        strange.map(|folder| {
            format!("docs/architecture.md has a paragraph for {folder}, which holds no package")
        }),
    );
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    const PARAGRAPH: &str =
        "It holds one thing and says in more than fifteen words which thing that is and why.";

    #[test]
    fn a_true_page_has_no_findings() {
        let page = format!("# Title\n\n### `a/`\n{PARAGRAPH}\n\n### b/c\n\n{PARAGRAPH}\n\n## Decisions\n");
        assert!(compare(&page, &folders(&["a", "b/c"])).is_empty());
    }

    #[test]
    fn missing_strange_doubled_and_empty_are_found() {
        let page =
            format!("### a\n{PARAGRAPH}\n### a\n{PARAGRAPH}\n### gone\n{PARAGRAPH}\n### thin\nfew words\n");
        let findings = compare(&page, &folders(&["a", "b", "thin"]));
        assert_eq!(findings.len(), 4, "{findings:?}");
    }
}
