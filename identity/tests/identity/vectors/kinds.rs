//! Defects of nodes' and registries' certificates.

use super::made::{Bench, Made, Row};
use crate::forge::{
    DEVICE_INFO, DIRECTORY_ATTRIBUTES, HC_SCHEME, KEY_USAGE, POLICIES, extension, hc_role, name, tlv,
};

pub(super) fn all() -> Vec<Made> {
    let bench = Bench::new();
    let of = |chain: &dokuei_identity::chain::Chain, rows: Vec<Row>| -> Vec<Made> {
        rows.into_iter()
            .map(|(name, defect, code, change)| bench.made(name, defect, code, bench.changed(chain, change)))
            .collect()
    };
    [of(&bench.node, nodes()), of(&bench.registry, registries())].concat()
}

fn device(code: &str, class: u8, owner: u8) -> Vec<u8> {
    tlv(
        0x30,
        &[
            tlv(0x0c, code.as_bytes()),
            tlv(0x0a, &[class]),
            tlv(0x0a, &[owner]),
        ]
        .concat(),
    )
}

fn nodes() -> Vec<Row> {
    vec![
        (
            "device-private",
            "a node on a private fixed device (guideline 6(4))",
            "device-private",
            |body| body.put(DEVICE_INFO, device("1312345", 0, 1)),
        ),
        (
            "device-private-portable",
            "a node on a private portable device (guideline 6(4))",
            "device-private",
            |body| body.put(DEVICE_INFO, device("1312345", 1, 1)),
        ),
        (
            "device-class-unknown",
            "a node on a device of a class that is not known (3)",
            "device-form",
            |body| body.put(DEVICE_INFO, device("1312345", 3, 0)),
        ),
        (
            "device-missing",
            "a node without device information",
            "missing-device-information",
            |body| body.remove(DEVICE_INFO),
        ),
        (
            "device-not-critical",
            "a node whose device information is not critical",
            "device-information-criticality",
            |body| body.critical(DEVICE_INFO, false),
        ),
        (
            "institution-code-empty",
            "a node whose institution has no code",
            "device-institution-code-empty",
            |body| body.put(DEVICE_INFO, device("", 0, 0)),
        ),
        (
            "node-without-institution",
            "a node whose subject has no organisation",
            "subject-name",
            |body| body.subject = name(&[("2.5.4.6", "JP"), ("2.5.4.3", "node-1398f62c6d1a457c")]),
        ),
        (
            "node-named-as-another",
            "a node that has the name of another key",
            "subject-name",
            |body| {
                let another = ("2.5.4.3", "node-0000000000000000");
                body.subject = name(&[("2.5.4.6", "JP"), ("2.5.4.10", "みなと歯科"), another]);
            },
        ),
        (
            "node-with-hc-role",
            "a node with an hcRole",
            "other-kind",
            |body| {
                let role = hc_role(&[(HC_SCHEME, "Dentist")]);
                body.extensions()
                    .push(extension(DIRECTORY_ATTRIBUTES, false, role));
            },
        ),
        (
            "node-that-commits",
            "a node whose key usage has contentCommitment, which only people give",
            "key-usage",
            |body| body.set(KEY_USAGE, "030206c0"),
        ),
    ]
}

fn registries() -> Vec<Row> {
    vec![
        (
            "registry-that-commits",
            "a registry whose key usage has contentCommitment",
            "key-usage",
            |body| body.set(KEY_USAGE, "030206c0"),
        ),
        (
            "registry-with-organisation",
            "a registry whose subject has an organisation",
            "subject-name",
            |body| {
                let parts = [
                    ("2.5.4.6", "JP"),
                    ("2.5.4.10", "みなと歯科"),
                    ("2.5.4.3", "Test Registry"),
                ];
                body.subject = name(&parts);
            },
        ),
        (
            "registry-with-hc-role",
            "a registry with an hcRole",
            "other-kind",
            |body| {
                let role = hc_role(&[(HC_SCHEME, "Dentist")]);
                body.extensions()
                    .push(extension(DIRECTORY_ATTRIBUTES, false, role));
            },
        ),
        (
            "registry-with-two-policies",
            "a registry that claims a node's policy besides",
            "policy",
            |body| {
                body.set(
                    POLICIES,
                    "301c300c060a2b0601040181fd590203300c060a2b0601040181fd590202",
                );
            },
        ),
        (
            "registry-with-device",
            "a registry's certificate with device information",
            "policy",
            |body| {
                let device = device("1312345", 0, 0);
                body.extensions().push(extension(DEVICE_INFO, true, device));
            },
        ),
    ]
}
