//! `doctor`: what an operator should look at, each as one line.

use dokuei_identity::certificate::Validity;
use dokuei_identity::time::Timestamp;
use serde_json::{Value, json};

use crate::cli::Desk;
use crate::failure::Failure;
use crate::files;
use crate::journal::Register;
use crate::operators::member;
use crate::registry::{Layout, now};

/// How old the last revocation list may be, seconds.
const LIST_AGE: u64 = 86_400;
/// How long before the end of a certificate the operator is reminded, seconds.
const AHEAD: u64 = 90 * 86_400;

struct Finding {
    code: &'static str,
    text: String,
}

pub(crate) fn run(desk: &Desk) -> Result<(), Failure> {
    let register = desk.layout.read_register()?;
    let findings = findings(&desk.layout, &register, now())?;
    if desk.json {
        println!("{}", view(&findings));
        return Ok(());
    }
    for finding in &findings {
        println!("{}: {}", finding.code, finding.text);
    }
    if findings.is_empty() {
        println!("Nothing to look at.");
    }
    Ok(())
}

/// The findings for the console.
pub(crate) fn report(layout: &Layout, register: &Register) -> Result<Value, Failure> {
    Ok(view(&findings(layout, register, now())?))
}

fn view(findings: &[Finding]) -> Value {
    let all: Vec<_> = findings
        .iter()
        .map(|finding| json!({"code": finding.code, "detail": finding.text}))
        .collect();
    json!(all)
}

fn findings(layout: &Layout, register: &Register, now: Timestamp) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let mut find = |code, text: String| findings.push(Finding { code, text });
    let anchors = layout.anchors(register)?;
    let keys = anchors
        .all()
        .iter()
        .map(|root| layout.key_of_root(&anchors, root));
    let here: Vec<_> = keys
        .filter(|key| key.exists())
        .map(|key| {
            key.strip_prefix(&layout.dir)
                .unwrap_or(&key)
                .display()
                .to_string()
        })
        .collect();
    if !here.is_empty() {
        find(
            "root_key_here",
            format!(
                "the root's key lies in the data directory ({}); split it (`root split`), try to recover it, then \
                 remove it from here: daily work does not need it",
                here.join(", ")
            ),
        );
    }
    match register.last_list_at {
        Some(at) if now.since(at) <= LIST_AGE => {}
        _ => find(
            "list_old",
            "the last revocation list is older than a day; sign a new one (`crl`), nodes stop working with old lists"
                .to_owned(),
        ),
    }
    let issuing = register
        .authorities
        .last()
        .map_or_else(|| layout.first_authority(), |der| Ok(der.clone()))?;
    let ends = |der: &[u8]| Validity::of_der(der).map(|validity| validity.not_after);
    if ends(&issuing).is_some_and(|end| end < now.plus(366 * 86_400 + AHEAD)) {
        find(
            "authority_ends",
            "the issuing authority soon ends before a certificate of a year would; take the next one into service \
             (`authority rotate`)"
                .to_owned(),
        );
    }
    let root = anchors.all().last().and_then(|root| ends(root.der()));
    if root.is_some_and(|end| end < now.plus(1096 * 86_400)) {
        find(
            "root_ends",
            "the root ends within three years; hold the ceremony for its successor (`root create`, `root cross`, \
             `root rotate`)"
                .to_owned(),
        );
    }
    if !member::any(layout) {
        find(
            "no_operators",
            "no operator is named here, so the operator log cannot tell people apart (`operator add`)"
                .to_owned(),
        );
    }
    if files::world_can_read(&layout.dir) {
        find(
            "directory_open",
            "other users of this computer can enter the data directory; close it (chmod 700)".to_owned(),
        );
    }
    Ok(findings)
}
