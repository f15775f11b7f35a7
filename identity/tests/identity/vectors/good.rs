//! Chains that stand.

use dokuei_identity::certificate::{DeviceClass, DeviceOwner, LicenceKind, Validity};
use dokuei_identity::key::SecretKey;
use dokuei_identity::revocation::make;

use super::made::{Bench, Made};
use crate::world::{NOW, clinic, pem_to_der, specialist};

const KEY: [u8; 32] = [7; 32];

pub(super) fn all() -> Vec<Made> {
    let mut bench = Bench::new();
    let mut all = vec![
        bench.made("practitioner", "none", "ok", bench.person.clone()),
        bench.made("node", "none", "ok", bench.node.clone()),
        bench.made("registry", "none", "ok", bench.registry.clone()),
    ];
    let key = SecretKey::from_seed(&KEY);
    let mut physician = specialist();
    physician.licence.kind = LicenceKind::Physician;
    physician.licence.registered_on = None;
    physician.qualifications.clear();
    physician.institution = None;
    let (_, chain) = bench.world.issue(&physician, &key);
    all.push(bench.made(
        "physician",
        "none; a physician whose day of registration and institution are not known",
        "ok",
        chain,
    ));
    let mut foreign = specialist();
    foreign.licence.jurisdiction = "US".to_owned();
    foreign.qualifications.clear();
    let (_, chain) = bench.world.issue(&foreign, &key);
    all.push(bench.made(
        "foreign-licence",
        "none; a foreign licence, to observe",
        "ok",
        chain,
    ));
    let mut desktop = clinic();
    (desktop.device_class, desktop.owner) = (DeviceClass::VirtualDesktop, DeviceOwner::Private);
    let (_, chain) = bench.world.issue_node(&desktop, &key);
    all.push(bench.made(
        "virtual-desktop",
        "none; a private device that is a virtual desktop",
        "ok",
        chain,
    ));
    let first = bench.world.issuing.clone();
    bench.world.issuing = first.with_crl_url("https://registry.example/crl");
    let (_, chain) = bench.world.issue(&specialist(), &key);
    let mut listed = bench.made("revocation-list", "none; with an address and a list", "ok", chain);
    let list = make(&bench.world.issuing, 7, NOW, NOW.plus(86_400), &[]).unwrap();
    listed.list = Some(pem_to_der(&list));
    all.push(listed);
    let validity = Validity::days_from(NOW, 1000);
    let second = bench
        .world
        .root
        .create_issuing("Test Issuing 2", validity, &mut bench.world.rng);
    bench.world.issuing = second.unwrap();
    let (_, chain) = bench.world.issue(&specialist(), &key);
    all.push(bench.made(
        "second-issuing-authority",
        "none; the second issuing authority under the root",
        "ok",
        chain,
    ));
    all
}
