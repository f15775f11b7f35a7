//! Applications: the signed statement, the seal, and how the registry collects them. As they come, and signed anew.

use dokuei_identity::application::{
    Application, ApplicationSecretKey, Collect, Collected, SignedApplication, collect_request, open,
    open_answer, read_collect_request, sealed_to,
};
use dokuei_identity::cbor;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::signed::{self, Kind};
use minicbor::Encoder;

use super::setting::SETTING;
use crate::world::NOW;

/// Whom the registry asks.
pub(super) const BOOTSTRAP: &[u8] = b"bootstrap";
/// The one attachment that there is: a picture by its first bytes.
pub(super) const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(crate) fn run(data: &[u8]) -> bool {
    let mut good = read(data);
    if let Some(signed) = signed_anew(data) {
        good |= read(&signed);
    }
    if let Ok(kid) = sealed_to(data) {
        let key = key();
        let ours = key.public().kid() == &kid;
        let opened = open(data, &SETTING.anchor.fingerprint(), |_| Some(&key));
        assert!(ours || opened.is_err(), "only the key that is named opens");
        good |= opened.is_ok();
        let root = SETTING.anchor.fingerprint();
        let answer = open_answer(data, &key, &root, &SETTING.anchor, NOW, |_| None);
        assert!(ours || answer.is_err(), "only the applicant reads the answer");
        good |= answer.is_ok();
    }
    good | collected(data)
}

/// The registry's key for applications.
pub(super) fn key() -> ApplicationSecretKey {
    ApplicationSecretKey::from_seed([9; 32].into())
}

fn read(data: &[u8]) -> bool {
    match SignedApplication::read(data) {
        Ok(application) => {
            assert_eq!(application.to_bytes(), data);
            let pieces = application.application().evidence.len();
            assert!((0..pieces).all(|piece| application.evidence(piece).is_some()));
            assert!(!application.application().claims.subject().is_empty());
            true
        }
        Err(error) => {
            assert!(!error.code().is_empty() && !error.japanese().is_empty());
            false
        }
    }
}

/// What the registry asks a bootstrap that has the node's key.
fn question() -> Collect {
    let key = SETTING.node_key.public();
    Collect {
        bootstrap: [&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20], key.as_bytes().as_slice()].concat(),
        at: NOW,
        after: 0,
        answers: Vec::new(),
    }
}

/// The bytes as what a bootstrap has collected, signed by it.
fn answer_of(collected: &[u8]) -> Vec<u8> {
    let hashes = [Fingerprint::of(b""), Fingerprint::of(collected)];
    let message = [
        b"dokuei/collected/1".as_slice(),
        hashes[0].as_bytes(),
        hashes[1].as_bytes(),
    ];
    let signature = SETTING.node_key.sign(&message.concat());
    cbor::encode(&(
        minicbor::bytes::ByteArray::from(signature),
        minicbor::bytes::ByteVec::from(collected.to_vec()),
    ))
}

/// The bytes as a statement, signed by the applicant, with an attachment for each that it names.
fn signed_anew(statement: &[u8]) -> Option<Vec<u8>> {
    let application = cbor::decode::<Application>(statement).ok()?;
    let signer = Fingerprint::of(application.request.as_bytes());
    let signed = signed::sign(
        Kind::Application,
        &SETTING.person_key,
        &signer,
        statement.to_vec(),
    );
    let mut encoder = Encoder::new(Vec::new());
    encoder.array(3).ok()?.bytes(&signed).ok()?.null().ok()?;
    encoder.array(application.evidence.len() as u64).ok()?;
    for _ in &application.evidence {
        encoder.bytes(PICTURE).ok()?;
    }
    Some(encoder.into_writer())
}

fn collected(data: &[u8]) -> bool {
    let ask = |bytes: &[u8]| read_collect_request(bytes, BOOTSTRAP, &SETTING.anchor, NOW, None).is_ok();
    let mut good = ask(data);
    if let Ok(collect) = cbor::decode::<Collect>(data) {
        good |= ask(&collect_request(
            &collect,
            &SETTING.registry_key,
            &SETTING.registry,
        ));
    }
    let question = question();
    let _ = Collected::read(data, &question, b"");
    let signed = answer_of(data);
    if let Ok(collected) = Collected::read(&signed, &question, b"") {
        assert_eq!(collected.answer(b"", &SETTING.node_key), signed);
        let numbers: Vec<_> = collected.deposits.iter().map(|deposit| deposit.number).collect();
        assert!(numbers.is_sorted());
        good |= !numbers.is_empty();
    }
    good
}
