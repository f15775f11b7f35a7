//! The pictures of the documents: screenshots that the tests in a browser make, and nothing else.
//!
//! A document names `images/NAME.webp`; the test that makes `NAME` calls it so. What no test makes would grow old unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use dokuei_tests::fixtures;
use dokuei_tests::process::output;

use crate::console::say;
use crate::packages::{self, PICTURES};
use crate::project;

/// Bytes that one picture may have.
const LARGEST: u64 = 150_000;
/// How many there may be.
const MOST: usize = 20;
/// Pixels across: what a page of text has room for.
const WIDTH: &str = "1100";

/// Options of taking pictures.
#[derive(Args, Debug, Clone)]
pub(crate) struct Options {
    /// Install missing Debian packages without asking
    #[arg(long)]
    yes: bool,
    /// Where the tests left their screenshots [default: target/screenshots]; several may be named
    #[arg(long, value_name = "DIR")]
    from: Vec<PathBuf>,
}

/// Makes the documents' pictures of the screenshots.
///
/// # Errors
/// When a document names a picture of which there is no screenshot.
pub(crate) fn take(options: &Options) -> Result<()> {
    packages::install(PICTURES, options.yes)?;
    let mut folders = options.from.clone();
    if folders.is_empty() {
        folders.push(fixtures::target_dir().join("screenshots"));
    }
    let to = project::root().join("docs/images");
    let named = named(&documents()?);
    fs::create_dir_all(&to)?;
    for name in named.keys() {
        // Of several folders the last prevails.
        let mut shots = folders.iter().map(|folder| folder.join(format!("{name}.png")));
        let shot = shots.rfind(|shot| shot.is_file()).with_context(|| {
            format!("there is no screenshot {name}.png; run the tests in a browser first")
        })?;
        let picture = to.join(format!("{name}.webp"));
        let mut cwebp = Command::new("cwebp");
        cwebp.args(["-quiet", "-q", "80", "-m", "6", "-metadata", "none"]);
        cwebp.args(["-resize", WIDTH, "0"]).arg(&shot).arg("-o");
        output(cwebp.arg(&picture))?;
        let size = fs::metadata(&picture)?.len();
        ensure!(size <= LARGEST, "{} has {size} bytes", picture.display());
    }
    say!("✓ {} pictures are as the tests saw the pages", named.len());
    Ok(())
}

/// Compares what the documents name with what lies in `docs/images` and what the tests make.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn check() -> Result<Vec<String>> {
    let named = named(&documents()?);
    let mut made = String::new();
    for file in files(&project::ui().join("e2e"), "ts")? {
        made.push_str(&fs::read_to_string(file)?);
    }
    let mut sizes = BTreeMap::new();
    for file in fs::read_dir(project::root().join("docs/images"))? {
        let file = file?;
        sizes.insert(
            file.file_name().to_string_lossy().into_owned(),
            file.metadata()?.len(),
        );
    }
    Ok(compare(&named, &made, &sizes))
}

/// What is wrong with the pictures: those `named`, by the documents that do, the sources of the tests that `made` them,
/// and the `sizes` of the files that there are.
fn compare(
    named: &BTreeMap<String, BTreeSet<String>>,
    made: &str,
    sizes: &BTreeMap<String, u64>,
) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, by) in named {
        let by = by.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        if !is_made(name, made) {
            findings.push(format!("{by} names the picture {name}, which no test makes"));
        }
        match sizes.get(&format!("{name}.webp")) {
            None => findings.push(format!(
                "{by} names the picture {name}, which is not there: cargo xtask pictures"
            )),
            Some(size) if *size > LARGEST => {
                findings.push(format!("docs/images/{name}.webp has {size} bytes"));
            }
            Some(_) => {}
        }
    }
    let known = |file: &str| {
        file.strip_suffix(".webp")
            .is_some_and(|name| named.contains_key(name))
    };
    let strange = sizes.keys().filter(|file| !known(file));
    findings.extend(strange.map(|file| format!("no document shows docs/images/{file}")));
    if named.len() > MOST {
        findings.push(format!(
            "the documents show {} pictures, more than {MOST}",
            named.len()
        ));
    }
    findings
}

/// Whether the tests' sources have this name: whole, or as what they put into `apply-${name}-ja` and the like.
fn is_made(name: &str, made: &str) -> bool {
    let says = |word: &str| made.contains(&format!("\"{word}\""));
    says(name)
        || ["", "-ja", "-en"].iter().any(|ending| {
            name.strip_suffix(ending)
                .and_then(|name| name.split_once('-'))
                .is_some_and(|(prefix, rest)| {
                    made.contains(&format!("`{prefix}-${{name}}{ending}`")) && says(rest)
                })
        })
}

/// The pictures that documents name, and which documents do.
fn named(documents: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (document, text) in documents {
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            let Some(file) = link.split("images/").nth(1) else {
                continue;
            };
            let name = file.strip_suffix(".webp").unwrap_or(file);
            named.entry(name.to_owned()).or_default().insert(document.clone());
        }
    }
    named
}

/// The documents, by their names.
fn documents() -> Result<Vec<(String, String)>> {
    let root = project::root();
    let mut found = files(&root.join("docs"), "md")?;
    found.push(root.join("README.md"));
    found
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(&root)?.display().to_string();
            Ok((name, fs::read_to_string(&file)?))
        })
        .collect()
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents() -> Vec<(String, String)> {
        let text =
            "See ![A list](images/list-ja.webp) and [there](packages.md), ![again](images/list-ja.webp).";
        vec![("docs/guide.md".to_owned(), text.to_owned())]
    }

    #[test]
    fn a_picture_of_a_test_is_well() {
        let sizes = BTreeMap::from([("list-ja.webp".to_owned(), 1000)]);
        let made = r#"screenshot("list-ja")"#;
        assert!(compare(&named(&documents()), made, &sizes).is_empty());
    }

    #[test]
    fn a_name_may_be_put_together() {
        let made = r#"picture(page, `apply-${name}-ja`) … look("root") … screenshot(`registry-${name}`) … look("log-ja")"#;
        assert!(is_made("apply-root-ja", made) && is_made("registry-log-ja", made));
        assert!(!is_made("apply-root-en", made) && !is_made("apply-papers-ja", made));
        assert!(!is_made("other-root-ja", made) && !is_made("log", made));
    }

    #[test]
    fn a_picture_that_no_test_makes_is_missing_too_large_or_unused_is_found() {
        let sizes = BTreeMap::from([("old.png".to_owned(), 1)]);
        let findings = compare(&named(&documents()), r#"screenshot("list-en")"#, &sizes);
        assert_eq!(
            findings,
            [
                "docs/guide.md names the picture list-ja, which no test makes",
                "docs/guide.md names the picture list-ja, which is not there: cargo xtask pictures",
                "no document shows docs/images/old.png",
            ]
        );
        let sizes = BTreeMap::from([("list-ja.webp".to_owned(), LARGEST + 1)]);
        let findings = compare(&named(&documents()), r#"screenshot("list-ja")"#, &sizes);
        assert_eq!(findings, ["docs/images/list-ja.webp has 150001 bytes"]);
    }
}
