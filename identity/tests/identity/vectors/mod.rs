//! Test vectors: files in `tests/vectors`, each a chain with at most one defect and the reason that must be found.
//!
//! The files are the specification; they are read here, by the registry's `verify` command and by anybody else. They
//! are made anew only on purpose: `cargo test -p dokuei-identity -- --ignored regenerate`.

mod authorities;
mod end;
mod foreign;
mod good;
mod judge;
mod kinds;
mod later;
mod licences;
mod lists;
mod made;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use dokuei_identity::chain::{self, Chain, TrustAnchor};
use dokuei_identity::revocation::RevocationList;
use dokuei_identity::time::Timestamp;

pub(crate) use judge::judge;
use judge::{judge_by_openssl, judge_ours};
use made::Made;

/// Where the files are.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// A file, read.
#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) file: String,
    pub(crate) facts: BTreeMap<String, String>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) list: Option<Vec<u8>>,
}

impl Vector {
    fn read(file: String, text: &str) -> Self {
        let facts = text
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mut blocks = BTreeMap::<String, Vec<Vec<u8>>>::new();
        for block in text.split("-----BEGIN ").skip(1) {
            let block = format!("-----BEGIN {block}");
            let end = block.find("-----END ").unwrap();
            let end = end + block[end..].find('\n').unwrap();
            let (label, der) = der::pem::decode_vec(&block.as_bytes()[..end]).unwrap();
            blocks.entry(label.to_owned()).or_default().push(der);
        }
        Self {
            file,
            facts,
            certificates: blocks.remove("CERTIFICATE").unwrap(),
            list: blocks.remove("X509 CRL").and_then(|mut lists| lists.pop()),
        }
    }

    pub(crate) fn fact(&self, which: &str) -> &str {
        let value = self.facts.get(which);
        assert!(value.is_some(), "{} does not state its {which}", self.file);
        value.map_or("", String::as_str)
    }

    pub(crate) fn at(&self) -> Timestamp {
        let at: der::DateTime = self.fact("at").parse().unwrap();
        Timestamp(at.unix_duration().as_secs())
    }

    pub(crate) fn root(&self) -> &[u8] {
        self.certificates.last().unwrap()
    }

    pub(crate) fn chain(&self) -> Chain {
        let (end, rest) = self.certificates.split_first().unwrap();
        let intermediates = rest
            .split_last()
            .map_or_else(Vec::new, |(_, between)| between.to_vec());
        Chain {
            end: end.clone(),
            intermediates,
        }
    }
}

/// Every file, in order of name.
pub(crate) fn all() -> Vec<Vector> {
    let mut files: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        Vector::read(name, &std::fs::read_to_string(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

fn made() -> Vec<Made> {
    [
        good::all(),
        end::all(),
        foreign::all(),
        licences::all(),
        kinds::all(),
        authorities::all(),
        lists::all(),
        later::all(),
    ]
    .concat()
}

/// R3, R4, R6, R20: each file is judged as it says, and no two defects hide behind one another: the same chain without
/// the defect stands.
#[test]
fn r4_each_vector_is_judged_for_its_own_reason() {
    let all = all();
    let refused = all.iter().filter(|vector| vector.fact("code") != "ok").count();
    assert!(refused >= 45, "{refused} defects only");
    for vector in &all {
        assert_eq!(judge_ours(vector), vector.fact("code"), "{}", vector.file);
    }
}

/// The reasons of the vectors cover the reasons that there are for a certificate.
#[test]
fn the_vectors_are_numbered_and_state_what_they_are() {
    let all = all();
    let names: BTreeSet<_> = all.iter().map(|vector| &vector.file[4..]).collect();
    assert_eq!(names.len(), all.len(), "a name stands twice");
    for vector in &all {
        for fact in ["defect", "code", "at", "openssl"] {
            assert!(!vector.fact(fact).is_empty(), "{}", vector.file);
        }
    }
    let codes: BTreeSet<_> = all.iter().map(|vector| vector.fact("code").to_owned()).collect();
    assert!(codes.len() >= 45, "{} reasons only: {codes:?}", codes.len());
}

/// Every refusal has a sentence in both languages, with no word of the other left in the Japanese one.
#[test]
fn each_refusal_has_both_sentences() {
    for vector in all().iter().filter(|vector| vector.fact("code") != "ok") {
        let (japanese, english) = sentences(vector);
        assert!(english.is_ascii(), "{}: {english}", vector.file);
        let japanese_letters = japanese.chars().filter(|letter| !letter.is_ascii()).count();
        assert!(japanese_letters >= 10, "{}: {japanese}", vector.file);
    }
}

fn sentences(vector: &Vector) -> (String, String) {
    let anchor = match TrustAnchor::from_der(vector.root()) {
        Ok(anchor) => anchor,
        Err(error) => return (error.japanese(), error.to_string()),
    };
    let chain = vector.chain();
    let list = match vector.list.as_ref() {
        Some(der) => match RevocationList::verify(der, &chain, &anchor, vector.at()) {
            Ok(list) => Some(list),
            Err(error) => return (error.japanese(), error.to_string()),
        },
        None => None,
    };
    match chain::verify(&chain, &anchor, vector.at(), list.as_ref()) {
        Err(error) => (error.japanese(), error.to_string()),
        Ok(_) => {
            let error = list.unwrap().check_current(vector.at()).unwrap_err();
            (error.japanese(), error.to_string())
        }
    }
}

/// What OpenSSL accepts and refuses is recorded in each file: where it accepts what we refuse, our profile is the
/// stricter; where it refuses, it and we agree that the certificate is bad. It never refuses what we accept. Where its
/// releases differ among themselves the file says `differs`, and only the last sentence is asked for.
#[test]
fn openssl_judges_the_vectors_as_recorded() {
    let mut wrong = Vec::new();
    for vector in all() {
        let (accepts, why) = judge_by_openssl(&vector);
        let recorded = vector.fact("openssl");
        if !recorded.starts_with("differs") && recorded.starts_with("accepts") != accepts {
            wrong.push(format!(
                "{}: recorded {recorded}, now accepts: {accepts} {why}",
                vector.file
            ));
        }
        if vector.fact("code") == "ok" {
            assert!(accepts, "{}: {why}", vector.file);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Writes the files.
#[test]
#[ignore = "only on purpose: the files are what others rely on"]
fn regenerate() {
    for old in std::fs::read_dir(folder()).unwrap() {
        let path = old.unwrap().path();
        if path.extension().is_some_and(|end| end == "pem") {
            std::fs::remove_file(path).unwrap();
        }
    }
    for (number, made) in made().iter().enumerate() {
        let file = format!("{:03}-{}", number + 1, made.name);
        let vector = Vector::read(file.clone(), &made.print("accepts"));
        let (accepts, why) = judge_by_openssl(&vector);
        // Debian's releases of 3.0 do not agree whether a delta answers `-crl_check`.
        let verdict = if made.name == "list-delta" {
            "differs (by release)".to_owned()
        } else if accepts {
            "accepts".to_owned()
        } else {
            format!("refuses ({why})")
        };
        std::fs::write(folder().join(format!("{file}.pem")), made.print(&verdict)).unwrap();
    }
}
