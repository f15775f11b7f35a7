//! `dokuei-registry verify`, driven from outside with the test vectors of the identity crate.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn vectors() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .collect();
    files.sort();
    files
}

/// The vector whose name ends so.
fn vector(name: &str) -> PathBuf {
    let found = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap()[4..] == *name;
    vectors().into_iter().find(found).unwrap()
}

/// A folder with a vector's parts as files of their own.
struct Desk {
    dir: tempfile::TempDir,
    facts: Vec<(String, String)>,
    with_list: bool,
}

impl Desk {
    fn new(path: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let facts = text.lines().filter_map(|line| line.split_once(": "));
        let facts = facts
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let blocks = |label: &str| -> Vec<String> {
            let (begin, end) = (
                format!("-----BEGIN {label}-----"),
                format!("-----END {label}-----\n"),
            );
            text.split(&begin)
                .skip(1)
                .map(|rest| format!("{begin}{}{end}", rest.split(&end).next().unwrap()))
                .collect()
        };
        let (certificates, lists) = (blocks("CERTIFICATE"), blocks("X509 CRL"));
        let (root, chain) = certificates.split_last().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write("root.pem", root);
        write("certificate.pem", &chain.concat());
        write("end.pem", &chain[0]);
        write("issuing.pem", &chain[1..].concat());
        write("whole.pem", &certificates.concat());
        if let Some(list) = lists.first() {
            write("list.pem", list);
        }
        Self {
            dir,
            facts,
            with_list: !lists.is_empty(),
        }
    }

    fn fact(&self, which: &str) -> &str {
        &self.facts.iter().find(|(key, _)| key == which).unwrap().1
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `verify` with these arguments: no registry, no passphrase, no home.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dokuei-registry"))
            .current_dir(self.dir.path())
            .env_clear()
            .arg("verify")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The exit code and the object.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(&[&["--json"], arguments].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        (
            output.status.code().unwrap(),
            serde_json::from_str(&text).unwrap(),
        )
    }

    /// The arguments that fit the vector.
    fn usual(&self) -> Vec<&str> {
        let mut arguments = vec!["--root", "root.pem", "--at", self.fact("at")];
        if self.with_list {
            arguments.extend(["--crl", "list.pem"]);
        }
        arguments.push("certificate.pem");
        arguments
    }
}

/// R3, R4, R6, R20: the command gives each vector's own reason, an exit code that agrees, and both sentences.
#[test]
fn r4_each_vector_is_answered_with_its_own_reason() {
    let paths = vectors();
    assert!(paths.len() >= 45);
    let mut sentences = BTreeSet::new();
    for path in paths {
        let desk = Desk::new(&path);
        let (exit, object) = desk.json(&desk.usual());
        let ok = desk.fact("code") == "ok";
        assert_eq!(object["code"], desk.fact("code"), "{}: {object}", path.display());
        assert_eq!(
            (object["ok"].as_bool(), exit),
            (Some(ok), i32::from(!ok)),
            "{object}"
        );
        assert_eq!(object["at"], desk.fact("at"));
        let (japanese, english) = (
            object["japanese"].as_str().unwrap(),
            object["english"].as_str().unwrap(),
        );
        assert!(!japanese.is_ascii() && english.is_ascii(), "{object}");
        sentences.insert(japanese.to_owned());
    }
    assert!(sentences.len() >= 45);
}

/// The shape of the answer is what the help promises.
#[test]
fn what_stands_is_shown_with_what_it_attests() {
    for (name, kind, facts) in [
        (
            "practitioner",
            "practitioner",
            &["name", "licence", "qualifications", "institution"][..],
        ),
        (
            "node",
            "node",
            &["institution", "institution_code", "device_class", "owner"],
        ),
        ("registry", "registry", &["name"]),
    ] {
        let desk = Desk::new(&vector(name));
        let (exit, object) = desk.json(&desk.usual());
        assert_eq!((exit, &object["kind"]), (0, &Value::from(kind)));
        let keys: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
        let promised = ["at", "certificate", "code", "english", "japanese", "kind", "ok"];
        assert_eq!(
            keys.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            promised.into()
        );
        let certificate = object["certificate"].as_object().unwrap();
        for fact in facts.iter().chain(&["fingerprint", "serial", "validity"]) {
            assert!(certificate.contains_key(*fact), "{fact} is not in {object}");
        }
    }
}

#[test]
fn what_does_not_stand_shows_its_fingerprint_only() {
    let desk = Desk::new(&vector("expired"));
    let (_, object) = desk.json(&desk.usual());
    let certificate = object["certificate"].as_object().unwrap();
    assert_eq!(certificate.keys().collect::<Vec<_>>(), ["fingerprint"]);
    assert_eq!(object["kind"], "practitioner");
}

/// The chain may come in the certificate's file, with the root or without, or in a file of its own; the list as PEM or
/// DER.
#[test]
fn the_parts_may_come_in_one_file_or_in_several() {
    let desk = Desk::new(&vector("revocation-list"));
    let der = std::fs::read_to_string(desk.path("list.pem")).unwrap();
    let base64: String = der.lines().filter(|line| !line.starts_with('-')).collect();
    std::fs::write(desk.path("base64"), base64).unwrap();
    let decoded = Command::new("openssl")
        .args(["enc", "-d", "-base64", "-A", "-in"])
        .arg(desk.path("base64"))
        .output()
        .unwrap();
    std::fs::write(desk.path("list.der"), decoded.stdout).unwrap();
    let root = ["--root", "root.pem", "--at", desk.fact("at")];
    for more in [
        &["certificate.pem"][..],
        &["whole.pem"],
        &["--chain", "issuing.pem", "end.pem"],
        &["--crl", "list.pem", "certificate.pem"],
        &["--crl", "list.der", "whole.pem"],
    ] {
        let (exit, object) = desk.json(&[&root, more].concat());
        assert_eq!(exit, 0, "{more:?}: {object}");
    }
    let (_, object) = desk.json(&[&root, &["end.pem"][..]].concat());
    assert_eq!(object["code"], "chain-length");
}

/// Without `--at` it is judged for now: the vectors begin in 2026 and end within a year.
#[test]
fn the_time_is_now_unless_it_is_given() {
    let desk = Desk::new(&vector("practitioner"));
    for (at, code) in [
        ("2026-11-23T23:59:59Z", "root-not-yet-valid"),
        ("2026-11-24T09:00:00+09:00", "ok"),
        ("2027-11-24T00:00:01Z", "expired"),
    ] {
        let (_, object) = desk.json(&["--root", "root.pem", "--at", at, "certificate.pem"]);
        assert_eq!(object["code"], code, "{at}");
    }
    let output = desk.run(&["--root", "root.pem", "--at", "yesterday", "certificate.pem"]);
    assert_eq!(output.status.code(), Some(2));
    let (_, object) = desk.json(&["--root", "root.pem", "certificate.pem"]);
    assert!(object["at"].as_str().unwrap() > "2026-", "{object}");
}

/// Files that are missing or of another kind have codes of their own, and the sentence names the file.
#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let desk = Desk::new(&vector("revocation-list"));
    std::fs::write(desk.path("text.txt"), "no PEM here").unwrap();
    std::fs::write(desk.path("bytes"), [0xff, 0xfe, 0]).unwrap();
    std::fs::write(desk.path("large"), vec![b' '; (2 << 20) + 1]).unwrap();
    std::fs::create_dir(desk.path("folder")).unwrap();
    for (role, flag) in [
        ("root", "--root"),
        ("chain", "--chain"),
        ("crl", "--crl"),
        ("certificate", ""),
    ] {
        for (file, code, exit) in [
            ("nowhere", "file-missing", 5),
            ("folder", "file-unreadable", 5),
            ("bytes", "file-not-text", 5),
            ("large", "file-too-large", 5),
            ("text.txt", "pem-malformed", 1),
        ] {
            let mut arguments = vec!["--at", desk.fact("at")];
            arguments.extend(["--root", if role == "root" { file } else { "root.pem" }]);
            if ["--chain", "--crl"].contains(&flag) {
                arguments.extend([flag, file]);
            }
            let end = if role == "chain" {
                "end.pem"
            } else {
                "certificate.pem"
            };
            arguments.push(if role == "certificate" { file } else { end });
            let (got, object) = desk.json(&arguments);
            assert_eq!(object["code"], format!("{role}-{code}"), "{object}");
            assert_eq!((got, object["ok"].as_bool()), (exit, Some(false)));
            for language in ["japanese", "english"] {
                assert!(object[language].as_str().unwrap().contains(file), "{object}");
            }
        }
    }
    for (arguments, code) in [
        (["--root", "list.pem", "certificate.pem"], "root-pem-label"),
        (["--root", "whole.pem", "certificate.pem"], "root-issuer-name"),
        (["--root", "root.pem", "list.pem"], "certificate-pem-label"),
    ] {
        assert_eq!(desk.json(&arguments).1["code"], code);
    }
}

/// Text mode tells both languages: on standard output when it stands, on standard error when not.
#[test]
fn text_is_in_both_languages() {
    let desk = Desk::new(&vector("practitioner"));
    let output = desk.run(&desk.usual());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    for part in [
        "この証明書は有効です",
        "the certificate stands",
        "田中 花子 (Hanako Tanaka)",
        "not looked at",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let desk = Desk::new(&vector("on-hold"));
    let output = desk.run(&desk.usual());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), true));
    for part in [
        "一時停止されています",
        "the certificate is suspended since 2026-11-24T00:00:00Z",
        "on-hold",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(
        !text.contains("revoked") && !text.contains("失効"),
        "a suspension may end: {text}"
    );
}
