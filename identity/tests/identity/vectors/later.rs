//! Defects that were thought of later, by readers and by the fuzzer. They stand last, so that the numbers of the others
//! do not change.

use der::asn1::{GeneralizedTime, Int, OctetString};
use dokuei_identity::revocation::{RevocationReason, Revoked, make};
use dokuei_identity::serial::Serial;
use dokuei_identity::time::Timestamp;
use x509_cert::time::Time;

use super::made::{Bench, Made, Row};
use crate::forge::{AUTHORITY_KEY_ID, ListBody, date, forge_list, name, oid};
use crate::world::{NOW, pem_to_der};

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    [lists(&bench), subjects(&bench)].concat()
}

type ListRow = (&'static str, &'static str, &'static str, fn(&mut ListBody));

fn long(at: Timestamp) -> Time {
    Time::GeneralTime(GeneralizedTime::from_date_time(date(at)))
}

fn value(body: &mut ListBody, id: &str, hex: &str) {
    let found = body
        .extensions()
        .iter_mut()
        .find(|extension| extension.id == oid(id));
    found.unwrap().value = OctetString::new(hex::decode(hex).unwrap()).unwrap();
}

fn lists(bench: &Bench) -> Vec<Made> {
    let entries = [1, 2].map(|number| Revoked {
        serial: Serial::from_bytes(&[number]).unwrap(),
        since: NOW,
        reason: RevocationReason::Superseded,
    });
    let good = make(&bench.world.issuing, 7, NOW, NOW.plus(86_400), &entries).unwrap();
    let good = pem_to_der(&good);
    let rows: Vec<ListRow> = vec![
        (
            "list-generalized-time-before-2050",
            "the list tells when it was made as GeneralizedTime, before 2050",
            "crl-time-form",
            |body| body.this_update = long(NOW),
        ),
        (
            "list-entry-generalized-time-before-2050",
            "an entry of the list tells its time as GeneralizedTime, before 2050",
            "crl-time-form",
            |body| body.entries()[1].since = long(NOW),
        ),
        (
            "list-entry-serial-negative",
            "an entry of the list is for a negative number",
            "crl-entry-serial-number",
            |body| body.entries()[0].serial = Int::new(&[0xff]).unwrap(),
        ),
        (
            "list-authority-key-id-with-more",
            "the list names its authority's certificate by serial number as well",
            "crl-authority-key-identifier-missing",
            |body| {
                let found = body
                    .extensions()
                    .iter()
                    .find(|one| one.id == oid(AUTHORITY_KEY_ID));
                let id = hex::encode(&found.unwrap().value.as_bytes()[2..]);
                value(body, AUTHORITY_KEY_ID, &format!("3019{id}820101"));
            },
        ),
        (
            "list-number-negative",
            "the list's number is negative",
            "crl-number",
            |body| value(body, "2.5.29.20", "0201ff"),
        ),
        (
            "list-number-not-minimal",
            "the list's number begins with a zero byte too many",
            "crl-number",
            |body| value(body, "2.5.29.20", "02020007"),
        ),
    ];
    let made = rows.into_iter().map(|(name, defect, code, change)| {
        let mut made = bench.made(name, defect, code, bench.person.clone());
        made.list = Some(forge_list(&good, bench.world.issuing.key(), change));
        made
    });
    made.collect()
}

fn subjects(bench: &Bench) -> Vec<Made> {
    const INSTITUTION: (&str, &str) = ("2.5.4.10", "みなと歯科");
    const NAME: (&str, &str) = ("2.5.4.3", "Hanako Tanaka");
    let rows: Vec<Row> = vec![
        (
            "country-missing",
            "its subject has no country",
            "subject-name",
            |body| body.subject = name(&[INSTITUTION, NAME]),
        ),
        (
            "country-of-another",
            "its subject is of another country than every subject of this network",
            "subject-name",
            |body| body.subject = name(&[("2.5.4.6", "US"), INSTITUTION, NAME]),
        ),
    ];
    let made = rows.into_iter().map(|(name, defect, code, change)| {
        bench.made(name, defect, code, bench.changed(&bench.person, change))
    });
    made.collect()
}
