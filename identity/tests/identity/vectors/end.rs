//! Defects of an end certificate that have nothing to do with what it attests.

use der::Encode;
use der::asn1::{Any, BitString, GeneralizedTime, Int};
use dokuei_identity::key::SecretKey;
use x509_cert::certificate::Version;
use x509_cert::time::Time;

use super::made::{Bench, Made, Row};
use crate::forge::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, KEY_USAGE, LICENCE_INFO, LIST_ADDRESS, POLICIES, SUBJECT_KEY_ID,
    date, forge, forge_bytes, name, oid, span,
};
use crate::world::NOW;

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    let rows = [form(), times(), issuer(), extensions(), criticality()].concat();
    let mut all: Vec<_> = rows
        .into_iter()
        .map(|(name, defect, code, change)| {
            bench.made(name, defect, code, bench.changed(&bench.person, change))
        })
        .collect();
    all.extend(bytes(&bench));
    all
}

fn form() -> Vec<Row> {
    vec![
        ("version-1", "version 1, with extensions", "version", |body| {
            body.version = Version::V1;
        }),
        ("version-2", "version 2, with extensions", "version", |body| {
            body.version = Version::V2;
        }),
        ("serial-zero", "the serial number is 0", "serial-number", |body| {
            body.serial = Int::new(&[0]).unwrap();
        }),
        (
            "serial-negative",
            "the serial number is negative",
            "serial-number",
            |body| {
                body.serial = Int::new(&[0x80]).unwrap();
            },
        ),
        (
            "serial-21-bytes",
            "the serial number has 21 bytes",
            "serial-number",
            |body| {
                body.serial = Int::new(&[1; 21]).unwrap();
            },
        ),
        (
            "serial-20-bytes-and-sign",
            "the serial number has 20 bytes and needs a 21st for its sign",
            "serial-number",
            |body| body.serial = Int::new(&[&[0][..], &[0xff; 20][..]].concat()).unwrap(),
        ),
        (
            "subject-unique-id",
            "it has a subject unique identifier",
            "unique-identifier",
            |body| body.subject_unique_id = Some(BitString::from_bytes(&[1]).unwrap()),
        ),
        (
            "issuer-unique-id",
            "it has an issuer unique identifier",
            "unique-identifier",
            |body| body.issuer_unique_id = Some(BitString::from_bytes(&[1]).unwrap()),
        ),
        (
            "algorithm-with-parameters",
            "the algorithm Ed25519 has parameters (NULL)",
            "signature-algorithm",
            |body| body.signature.parameters = Some(Any::null()),
        ),
        (
            "key-x25519",
            "it certifies an X25519 key, which cannot sign",
            "key-algorithm",
            |body| body.key.algorithm.oid = oid("1.3.101.110"),
        ),
        (
            "key-not-on-the-curve",
            "its 32 bytes of key are not a point of the curve",
            "key-algorithm",
            |body| {
                body.key.subject_public_key =
                    BitString::from_bytes(&[[2; 1].as_slice(), &[0; 31]].concat()).unwrap()
            },
        ),
        (
            "too-large",
            "it has more than 8 KiB, for a comment that nobody needs",
            "too-large",
            |body| body.add("1.3.6.1.4.1.32473.9.9", false, &"0c00".repeat(4096)),
        ),
    ]
}

fn times() -> Vec<Row> {
    vec![
        ("expired", "it ended one second ago", "expired", |body| {
            body.validity = span(NOW.minus(9), NOW.minus(1));
        }),
        (
            "not-yet-valid",
            "it begins in one second",
            "not-yet-valid",
            |body| {
                body.validity = span(NOW.plus(1), NOW.plus(9));
            },
        ),
        (
            "validity-backwards",
            "it ends before it begins",
            "validity-order",
            |body| {
                body.validity = span(NOW.plus(1), NOW.minus(1));
            },
        ),
        (
            "valid-too-long",
            "it is valid for 367 days",
            "valid-too-long",
            |body| {
                body.validity = span(NOW, NOW.plus(367 * 86_400));
            },
        ),
        (
            "generalized-time-before-2050",
            "its beginning in 2026 is a GeneralizedTime, which begins with 2050 (RFC 5280 4.1.2.5)",
            "time-form",
            |body| body.validity.from = Time::GeneralTime(GeneralizedTime::from_date_time(date(NOW))),
        ),
    ]
}

fn issuer() -> Vec<Row> {
    vec![
        (
            "issuer-name",
            "its issuer has another name",
            "issuer-name",
            |body| {
                body.issuer = name(&[("2.5.4.6", "JP"), ("2.5.4.3", "Test Issuing 9")]);
            },
        ),
        (
            "authority-key-id-of-another",
            "it names another key of its issuer",
            "authority-key-identifier-mismatch",
            |body| body.set(AUTHORITY_KEY_ID, "300480021234"),
        ),
        (
            "authority-key-id-missing",
            "it has no authority key identifier",
            "missing-authority-key-identifier",
            |body| body.remove(AUTHORITY_KEY_ID),
        ),
        (
            "authority-key-id-empty",
            "its authority key identifier names no key",
            "missing-authority-key-identifier",
            |body| body.set(AUTHORITY_KEY_ID, "3000"),
        ),
        (
            "subject-key-id-of-another",
            "its subject key identifier is not that of its key",
            "subject-key-identifier-mismatch",
            |body| body.set(SUBJECT_KEY_ID, "04021234"),
        ),
        (
            "subject-key-id-missing",
            "it has no subject key identifier",
            "missing-subject-key-identifier",
            |body| body.remove(SUBJECT_KEY_ID),
        ),
    ]
}

fn extensions() -> Vec<Row> {
    vec![
        (
            "basic-constraints-missing",
            "it has no basic constraints",
            "missing-basic-constraints",
            |body| body.remove(BASIC_CONSTRAINTS),
        ),
        ("ca-bit", "it has the CA bit", "is-an-authority", |body| {
            body.set(BASIC_CONSTRAINTS, "30030101ff");
        }),
        (
            "path-length-on-end",
            "it has a path length, which only authorities have",
            "path-length",
            |body| body.set(BASIC_CONSTRAINTS, "3003020100"),
        ),
        (
            "default-spelled-out",
            "its basic constraints spell out the default cA FALSE, which DER forbids",
            "basic-constraints-malformed",
            |body| body.set(BASIC_CONSTRAINTS, "3003010100"),
        ),
        (
            "key-usage-missing",
            "it has no key usage",
            "missing-key-usage",
            |body| {
                body.remove(KEY_USAGE);
            },
        ),
        (
            "key-usage-of-an-authority",
            "its key usage is an authority's: keyCertSign, cRLSign",
            "key-usage",
            |body| body.set(KEY_USAGE, "03020106"),
        ),
        (
            "key-usage-bit-missing",
            "its key usage lacks contentCommitment",
            "key-usage",
            |body| body.set(KEY_USAGE, "03020780"),
        ),
        (
            "key-usage-bit-more",
            "its key usage has keyAgreement too",
            "key-usage",
            |body| body.set(KEY_USAGE, "030203c8"),
        ),
        (
            "key-usage-trailing-zeros",
            "its key usage has zero bits at its end, which DER leaves out",
            "key-usage-malformed",
            |body| body.set(KEY_USAGE, "030200c0"),
        ),
        (
            "extended-key-usage",
            "an extended key usage restricts it to TLS clients",
            "extended-key-usage",
            |body| body.add("2.5.29.37", false, "300a06082b06010505070302"),
        ),
        (
            "extension-twice",
            "its policies stand in it twice",
            "duplicate-extension",
            |body| {
                let again = body.extension(POLICIES).clone();
                body.extensions().push(again);
            },
        ),
        (
            "unknown-critical-extension",
            "it has a critical extension that nobody knows",
            "unknown-critical-extension",
            |body| body.add("1.3.6.1.4.1.32473.9.1", true, "0500"),
        ),
        (
            "name-constraints",
            "it has critical name constraints, which our chains do not have",
            "unknown-critical-extension",
            |body| body.add("2.5.29.30", true, "300aa0083006820474657374"),
        ),
    ]
}

fn criticality() -> Vec<Row> {
    vec![
        (
            "basic-constraints-not-critical",
            "its basic constraints are not critical",
            "basic-constraints-criticality",
            |body| body.critical(BASIC_CONSTRAINTS, false),
        ),
        (
            "key-usage-not-critical",
            "its key usage is not critical",
            "key-usage-criticality",
            |body| body.critical(KEY_USAGE, false),
        ),
        (
            "licence-not-critical",
            "its licence information is not critical",
            "licence-information-criticality",
            |body| body.critical(LICENCE_INFO, false),
        ),
        (
            "policies-critical",
            "its policies are critical",
            "certificate-policies-criticality",
            |body| body.critical(POLICIES, true),
        ),
        (
            "subject-key-id-critical",
            "its subject key identifier is critical",
            "subject-key-identifier-criticality",
            |body| body.critical(SUBJECT_KEY_ID, true),
        ),
        (
            "authority-key-id-critical",
            "its authority key identifier is critical",
            "authority-key-identifier-criticality",
            |body| body.critical(AUTHORITY_KEY_ID, true),
        ),
        (
            "list-address-critical",
            "the address of its revocation list is critical",
            "crl-distribution-points-criticality",
            |body| body.add(LIST_ADDRESS, true, "30133011a00fa00d860b687474703a2f2f612f622f"),
        ),
        (
            "default-critical-spelled-out",
            "an extension spells out the default critical FALSE, which DER forbids",
            "not-der",
            |body| body.extension(POLICIES).critical = Some(false),
        ),
    ]
}

/// Defects of the bytes.
fn bytes(bench: &Bench) -> Vec<Made> {
    let good = &bench.person.end;
    let key = bench.world.issuing.key();
    let with = |name, defect, code, end: Vec<u8>| {
        let chain = dokuei_identity::chain::Chain {
            end,
            intermediates: bench.person.intermediates.clone(),
        };
        bench.made(name, defect, code, chain)
    };
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let body_flipped = {
        let mut bytes = good.clone();
        let at = bytes.windows(6).position(|window| window == b"123456").unwrap();
        bytes[at] = b'9';
        bytes
    };
    let trailing = [good.as_slice(), &[0]].concat();
    let cut = good[..good.len() - 1].to_vec();
    // 30 82 hh ll becomes 30 83 00 hh ll: the same length in more bytes than it needs.
    let long_length = [&[0x30, 0x83, 0], &good[2..]].concat();
    let indefinite = [&[0x30, 0x80], &good[4..], &[0, 0]].concat();
    let boolean = forge_bytes(
        good,
        key,
        |_| {},
        |body| {
            let at = body.windows(3).position(|window| window == [1, 1, 0xff]).unwrap();
            body[at + 2] = 1;
        },
    );
    let two_algorithms = {
        // The one outside the signed part says RSA with SHA-256.
        let start = good
            .windows(7)
            .rposition(|window| window == [0x30, 5, 6, 3, 0x2b, 0x65, 0x70]);
        let rsa = oid("1.2.840.113549.1.1.11").to_der().unwrap();
        let algorithm = crate::forge::tlv(0x30, &[rsa, vec![5, 0]].concat());
        let start = start.unwrap();
        let content = [&good[4..start], &algorithm, &good[start + 7..]].concat();
        crate::forge::tlv(0x30, &content)
    };
    vec![
        with(
            "signature-flipped",
            "the last bit of its signature is flipped",
            "signature",
            flipped,
        ),
        with(
            "content-changed",
            "its licence number was changed after it was signed",
            "signature",
            body_flipped,
        ),
        with(
            "signed-by-another",
            "somebody else signed it in the issuing authority's name",
            "signature",
            forge(good, &SecretKey::from_seed(&[66; 32]), |_| {}),
        ),
        with("trailing-bytes", "a byte follows it", "trailing-bytes", trailing),
        with("cut-short", "its last byte is missing", "malformed", cut),
        with(
            "length-not-minimal",
            "its length takes more bytes than it needs",
            "not-der",
            long_length,
        ),
        with(
            "length-indefinite",
            "its length is indefinite (BER)",
            "not-der",
            indefinite,
        ),
        with(
            "boolean-01",
            "a TRUE is written as 01 instead of FF (BER)",
            "not-der",
            boolean,
        ),
        with(
            "two-algorithms",
            "the algorithm outside the signed part is another than inside",
            "signature-algorithm",
            two_algorithms,
        ),
    ]
}
