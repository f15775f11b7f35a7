//! Revocation lists: what they revoke, and their own defects.

use der::asn1::Int;
use dokuei_identity::revocation::{RevocationReason, Revoked, make};
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;

use super::made::{Bench, Made};
use x509_cert::certificate::Version;

use crate::forge::{AUTHORITY_KEY_ID, ListBody, RawExtension, extension, forge_list, name, oid, time};
use crate::world::{NOW, pem_to_der};

const NUMBER: &str = "2.5.29.20";
const REASON: &str = "2.5.29.21";

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    [revoked(&bench), ages(&bench), forged(&bench), bytes(&bench)].concat()
}

fn with(bench: &Bench, row: (&'static str, &'static str, &'static str), list: Vec<u8>) -> Made {
    let mut made = bench.made(row.0, row.1, row.2, bench.person.clone());
    made.list = Some(list);
    made
}

fn list(bench: &Bench, from: Timestamp, to: Timestamp, entries: &[Revoked]) -> Vec<u8> {
    pem_to_der(&make(&bench.world.issuing, 7, from, to, entries).unwrap())
}

fn serial(bench: &Bench) -> Serial {
    let person = dokuei_identity::chain::verify_practitioner(&bench.person, &bench.world.anchor, NOW, None);
    person.unwrap().serial
}

fn revoked(bench: &Bench) -> Vec<Made> {
    let entry = |reason| Revoked {
        serial: serial(bench),
        since: NOW,
        reason,
    };
    let row = |name, defect, code, reason| {
        let list = list(bench, NOW, NOW.plus(86_400), &[entry(reason)]);
        with(bench, (name, defect, code), list)
    };
    use RevocationReason::{CertificateHold, KeyCompromise, PrivilegeWithdrawn, Unspecified};
    vec![
        row(
            "revoked-key-compromise",
            "it was revoked, for its key was lost",
            "revoked",
            KeyCompromise,
        ),
        row(
            "revoked-licence-withdrawn",
            "it was revoked, for the licence was withdrawn",
            "revoked",
            PrivilegeWithdrawn,
        ),
        row(
            "revoked-no-reason",
            "it was revoked without a reason",
            "revoked",
            Unspecified,
        ),
        row("on-hold", "it is suspended", "on-hold", CertificateHold),
    ]
}

fn ages(bench: &Bench) -> Vec<Made> {
    let day = 86_400;
    let by_root = pem_to_der(&make(&bench.world.root, 7, NOW, NOW.plus(day), &[]).unwrap());
    vec![
        with(
            bench,
            (
                "list-expired",
                "the list was to be replaced one second ago",
                "crl-expired",
            ),
            list(bench, NOW.minus(day), NOW.minus(1), &[]),
        ),
        with(
            bench,
            (
                "list-from-the-future",
                "the list will be made in ten minutes",
                "crl-from-the-future",
            ),
            list(bench, NOW.plus(600), NOW.plus(day), &[]),
        ),
        with(
            bench,
            (
                "list-ends-before-it-begins",
                "the list's successor comes before it",
                "crl-time-order",
            ),
            forge_list(
                &list(bench, NOW, NOW.plus(day), &[]),
                bench.world.issuing.key(),
                |body| {
                    body.next_update = Some(time(NOW.minus(1)));
                },
            ),
        ),
        with(
            bench,
            (
                "list-of-the-root",
                "the list is the root's, not the issuing authority's",
                "crl-of-another-authority",
            ),
            by_root,
        ),
    ]
}

type Row = (&'static str, &'static str, &'static str, fn(&mut ListBody));

fn forged(bench: &Bench) -> Vec<Made> {
    let entries = [1, 2].map(|number| Revoked {
        serial: Serial::from_bytes(&[number]).unwrap(),
        since: NOW,
        reason: RevocationReason::Superseded,
    });
    let good = list(bench, NOW, NOW.plus(86_400), &entries);
    [of_list(), of_entries()]
        .concat()
        .into_iter()
        .map(|(name, defect, code, change)| {
            let list = forge_list(&good, bench.world.issuing.key(), change);
            with(bench, (name, defect, code), list)
        })
        .collect()
}

fn find<'a>(body: &'a mut ListBody, id: &str) -> &'a mut RawExtension {
    body.extensions()
        .iter_mut()
        .find(|extension| extension.id == oid(id))
        .unwrap()
}

fn of_list() -> Vec<Row> {
    vec![
        (
            "list-version-1",
            "the list says that it is version 1",
            "crl-version",
            |body| body.version = Some(Version::V1),
        ),
        (
            "list-issuer-name",
            "the list is of somebody of another name",
            "crl-of-another-authority",
            |body| body.issuer = name(&[("2.5.4.6", "JP"), ("2.5.4.3", "Test Issuing 9")]),
        ),
        (
            "list-authority-key-id",
            "the list names another key of its authority",
            "crl-of-another-authority",
            |body| {
                find(body, AUTHORITY_KEY_ID).value =
                    der::asn1::OctetString::new(hex::decode("300480021234").unwrap()).unwrap()
            },
        ),
        (
            "list-authority-key-id-missing",
            "the list has no authority key identifier",
            "crl-authority-key-identifier-missing",
            |body| {
                body.extensions()
                    .retain(|extension| extension.id != oid(AUTHORITY_KEY_ID))
            },
        ),
        (
            "list-number-missing",
            "the list has no number",
            "crl-number",
            |body| body.extensions().retain(|extension| extension.id != oid(NUMBER)),
        ),
        (
            "list-number-too-large",
            "the list's number has 9 bytes",
            "crl-number",
            |body| {
                find(body, NUMBER).value =
                    der::asn1::OctetString::new(hex::decode("0209010000000000000000").unwrap()).unwrap()
            },
        ),
        (
            "list-next-update-missing",
            "the list does not tell when the next one comes",
            "crl-next-update-missing",
            |body| body.next_update = None,
        ),
        (
            "list-partial",
            "the list covers authorities only (issuing distribution point)",
            "crl-unknown-extension",
            |body| {
                body.extensions()
                    .push(extension("2.5.29.28", true, vec![0x30, 3, 0x82, 1, 0xff]))
            },
        ),
        (
            "list-delta",
            "the list tells changes only (delta CRL indicator)",
            "crl-unknown-extension",
            |body| {
                body.extensions()
                    .push(extension("2.5.29.27", true, vec![2, 1, 1]))
            },
        ),
        (
            "list-extension-twice",
            "the list has its number twice",
            "crl-duplicate-extension",
            |body| {
                let again = find(body, NUMBER).clone();
                body.extensions().push(again);
            },
        ),
        (
            "list-claims-ecdsa",
            "the list says that it was signed with ECDSA",
            "crl-signature-algorithm",
            |body| body.signature.oid = oid("1.2.840.10045.4.3.2"),
        ),
    ]
}

fn of_entries() -> Vec<Row> {
    vec![
        (
            "list-entry-twice",
            "the list revokes a certificate twice",
            "crl-entry-order",
            |body| {
                let again = body.entries()[0].clone();
                body.entries().insert(0, again);
            },
        ),
        (
            "list-out-of-order",
            "the list's entries are not in order of number",
            "crl-entry-order",
            |body| body.entries().reverse(),
        ),
        (
            "list-entry-serial-zero",
            "an entry of the list is for the number 0",
            "crl-entry-serial-number",
            |body| body.entries()[0].serial = Int::new(&[0]).unwrap(),
        ),
        (
            "list-entry-of-an-authority",
            "an entry of the list has a reason that only authorities have (cACompromise)",
            "crl-entry-reason",
            |body| body.entries()[0].extensions = Some(vec![extension(REASON, false, vec![0x0a, 1, 2])]),
        ),
        (
            "list-entry-of-another-issuer",
            "an entry of the list is for another issuer's certificate (certificateIssuer)",
            "crl-unknown-extension",
            |body| {
                let issuer = hex::decode("3009a4073005310330013000").unwrap();
                body.entries()[0].extensions = Some(vec![extension("2.5.29.29", true, issuer)]);
            },
        ),
    ]
}

fn bytes(bench: &Bench) -> Vec<Made> {
    let good = list(bench, NOW, NOW.plus(86_400), &[]);
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let trailing = [good.as_slice(), &[0]].concat();
    let cut = good[..good.len() - 1].to_vec();
    vec![
        with(
            bench,
            (
                "list-signature-flipped",
                "the last bit of the list's signature is flipped",
                "crl-signature",
            ),
            flipped,
        ),
        with(
            bench,
            ("list-trailing-bytes", "a byte follows the list", "crl-malformed"),
            trailing,
        ),
        with(
            bench,
            (
                "list-cut-short",
                "the list's last byte is missing",
                "crl-malformed",
            ),
            cut,
        ),
    ]
}
