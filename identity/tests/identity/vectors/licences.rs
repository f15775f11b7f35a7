//! Defects of what a practitioner's certificate attests.

use super::made::{Bench, Made, Row};
use crate::forge::{
    Body, DIRECTORY_ATTRIBUTES, HC_SCHEME, LICENCE_INFO, LicenceParts, POLICIES, hc_role, name,
};

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    [licence(), specialties(), roles(), subject(), policy()]
        .concat()
        .into_iter()
        .map(|(name, defect, code, change)| {
            bench.made(name, defect, code, bench.changed(&bench.person, change))
        })
        .collect()
}

fn put(body: &mut Body, change: impl FnOnce(&mut LicenceParts)) {
    let mut parts = LicenceParts::of_specialist();
    change(&mut parts);
    body.put(LICENCE_INFO, parts.to_der());
}

fn licence() -> Vec<Row> {
    vec![
        (
            "licence-missing",
            "it has no licence information",
            "missing-licence-information",
            |body| body.remove(LICENCE_INFO),
        ),
        (
            "licence-malformed",
            "its licence information is an empty sequence",
            "licence-form",
            |body| body.set(LICENCE_INFO, "3000"),
        ),
        (
            "licence-of-another-profession",
            "its licence is of a profession that is not known (2)",
            "licence-form",
            |body| put(body, |parts| parts.kind = 2),
        ),
        (
            "jurisdiction-unknown",
            "its jurisdiction is not two capital letters",
            "licence-jurisdiction",
            |body| put(body, |parts| parts.jurisdiction = "Japan"),
        ),
        (
            "jurisdiction-lower-case",
            "its jurisdiction is in small letters",
            "licence-jurisdiction",
            |body| put(body, |parts| parts.jurisdiction = "jp"),
        ),
        (
            "licence-number-empty",
            "its licence number is empty",
            "licence-number-empty",
            |body| put(body, |parts| parts.number = ""),
        ),
        (
            "licence-number-blank",
            "its licence number is a space",
            "licence-number-empty",
            |body| put(body, |parts| parts.number = " "),
        ),
        (
            "japanese-name-empty",
            "its Japanese name is empty",
            "licence-name-empty",
            |body| put(body, |parts| parts.japanese = ""),
        ),
        (
            "registered-after-issue",
            "its licence was registered after it was issued",
            "licence-registered-later",
            |body| put(body, |parts| parts.registered = Some("20270101000000Z")),
        ),
        (
            "registered-with-fraction",
            "the day of registration has a fraction of a second, which DER here forbids",
            "licence-form",
            |body| put(body, |parts| parts.registered = Some("20010909014640.5Z")),
        ),
    ]
}

fn specialties() -> Vec<Row> {
    vec![
        (
            "specialty-unknown",
            "a specialty is unknown",
            "licence-unknown-specialty",
            |body| put(body, |parts| parts.specialties[0].1 = "oral-astrology"),
        ),
        (
            "specialty-twice",
            "a specialty stands in it twice, with two ends",
            "licence-duplicate-specialty",
            |body| {
                put(body, |parts| {
                    let mut again = parts.specialties[0];
                    again.2 = "20260101000000Z";
                    parts.specialties.push(again);
                });
            },
        ),
        (
            "specialty-without-ground",
            "equivalence is claimed without a ground",
            "licence-no-ground",
            |body| put(body, |parts| parts.specialties[0].1 = "equivalent"),
        ),
        (
            "specialties-too-many",
            "it has 17 specialties",
            "licence-too-many-specialties",
            |body| put(body, |parts| parts.specialties = vec![parts.specialties[0]; 17]),
        ),
        (
            "specialty-with-foreign-licence",
            "a foreign licence comes with a qualification to read",
            "licence-foreign-qualification",
            |body| put(body, |parts| parts.jurisdiction = "US"),
        ),
    ]
}

fn roles() -> Vec<Row> {
    vec![
        ("hc-role-missing", "it has no hcRole", "hc-role-missing", |body| {
            body.remove(DIRECTORY_ATTRIBUTES);
        }),
        (
            "hc-role-empty",
            "its hcRole is an empty text",
            "hc-role",
            |body| {
                body.put(DIRECTORY_ATTRIBUTES, hc_role(&[(HC_SCHEME, "")]));
            },
        ),
        ("hc-role-no-actor", "its hcRole has no actor", "hc-role", |body| {
            body.put(DIRECTORY_ATTRIBUTES, hc_role(&[]));
        }),
        (
            "hc-role-of-another-profession",
            "its hcRole says physician, its licence dentist",
            "hc-role",
            |body| body.put(DIRECTORY_ATTRIBUTES, hc_role(&[(HC_SCHEME, "Medical Doctor")])),
        ),
        (
            "hc-role-unknown",
            "its hcRole is none of a practitioner here: Pharmacist",
            "hc-role",
            |body| body.put(DIRECTORY_ATTRIBUTES, hc_role(&[(HC_SCHEME, "Pharmacist")])),
        ),
        (
            "hc-role-twice",
            "it has two hcRoles: dentist and physician",
            "hc-role",
            |body| {
                let actors = [(HC_SCHEME, "Dentist"), (HC_SCHEME, "Medical Doctor")];
                body.put(DIRECTORY_ATTRIBUTES, hc_role(&actors));
            },
        ),
        (
            "hc-role-of-another-scheme",
            "its hcRole is of a coding scheme that is not the ministry's",
            "hc-role",
            |body| {
                body.put(
                    DIRECTORY_ATTRIBUTES,
                    hc_role(&[("1.2.392.100495.1.6.1.2", "Dentist")]),
                )
            },
        ),
        (
            "directory-attributes-critical",
            "its subject directory attributes are critical (RFC 5280 4.2.1.8 forbids it)",
            "directory-attributes-criticality",
            |body| body.critical(DIRECTORY_ATTRIBUTES, true),
        ),
    ]
}

fn subject() -> Vec<Row> {
    const COUNTRY: (&str, &str) = ("2.5.4.6", "JP");
    const INSTITUTION: (&str, &str) = ("2.5.4.10", "みなと歯科");
    const NAME: (&str, &str) = ("2.5.4.3", "Hanako Tanaka");
    vec![
        (
            "name-of-another",
            "its common name is another than the licence's",
            "subject-name",
            |body| body.subject = name(&[COUNTRY, INSTITUTION, ("2.5.4.3", "Hanako Tanabe")]),
        ),
        (
            "name-missing",
            "its subject has no common name",
            "subject-name",
            |body| body.subject = name(&[COUNTRY, INSTITUTION]),
        ),
        (
            "name-twice",
            "its subject has two common names",
            "subject-name",
            |body| body.subject = name(&[COUNTRY, INSTITUTION, NAME, ("2.5.4.3", "Taro Yamada")]),
        ),
        (
            "name-with-more",
            "its subject has an organisational unit, which ours do not have",
            "subject-name",
            |body| body.subject = name(&[COUNTRY, INSTITUTION, ("2.5.4.11", "Director"), NAME]),
        ),
        (
            "institution-empty",
            "its subject has an empty organisation",
            "subject-name",
            |body| body.subject = name(&[COUNTRY, ("2.5.4.10", ""), NAME]),
        ),
    ]
}

fn policy() -> Vec<Row> {
    vec![
        ("policy-missing", "it has no policies", "policy", |body| {
            body.remove(POLICIES)
        }),
        (
            "policy-of-another-kind",
            "its policy is that of nodes",
            "policy",
            |body| body.set(POLICIES, "300e300c060a2b0601040181fd590202"),
        ),
        (
            "policy-of-hpki",
            "it claims the policy of HPKI, which only the ministry's authorities may",
            "policy",
            |body| body.set(POLICIES, "3010300e060c2a830886910f010501010001"),
        ),
        (
            "policy-of-hpki-besides",
            "it claims the policy of HPKI besides ours",
            "policy",
            |body| {
                body.set(
                    POLICIES,
                    "301e300c060a2b0601040181fd590201300e060c2a830886910f010501010001",
                );
            },
        ),
        (
            "policy-any",
            "it claims any policy (2.5.29.32.0)",
            "policy",
            |body| body.set(POLICIES, "300830060604551d2000"),
        ),
    ]
}
