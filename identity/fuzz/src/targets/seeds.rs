//! The first inputs: the test vectors, and a good value of everything else that is read.

use std::path::Path;

use dokuei_identity::application::{
    Claims, Collect, Collected, Contact, Deposit, Draft, Evidence, EvidenceKind, NodeClaims,
    PractitionerClaims, SignedApplication, collect_request, seal,
};
use dokuei_identity::cbor;
use dokuei_identity::certificate::{DeviceClass, DeviceOwner, Validity};
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::device_list::{self, Device, DeviceList, ListedDevice};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::kem::KemPublicKey;
use dokuei_identity::register::{
    Act, Ask, Entry, Hash, HeldList, KeySuccession, Link, Proof, sign_checkpoint,
};
use dokuei_identity::request;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::signed::{self, Kind};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::application::{BOOTSTRAP, PICTURE, key};
use super::checkpoint::answer_of;
use super::setting::SETTING;
use crate::world::{NOW, specialist};

/// A first input.
pub struct Seed {
    /// Of this target.
    pub target: &'static str,
    /// Its file.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether the target must find it good; one that is not may yet be good when it is signed anew.
    pub good: bool,
}

struct Seeds(Vec<Seed>);

impl Seeds {
    fn add(&mut self, target: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>, good: bool) {
        self.0.push(Seed {
            target,
            name: name.into(),
            bytes: bytes.into(),
            good,
        });
    }

    fn good(&mut self, target: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.add(target, name, bytes, true);
    }
}

/// All of them, the same in every run.
///
/// # Panics
/// When a vector cannot be read.
#[must_use]
pub fn all() -> Vec<Seed> {
    let mut seeds = Seeds(Vec::new());
    vectors(&mut seeds);
    successor(&mut seeds);
    requests(&mut seeds);
    entries(&mut seeds);
    devices(&mut seeds);
    register(&mut seeds);
    applications(&mut seeds);
    seeds.0
}

/// The folder of the vectors, from the fuzz package and from the crate itself.
pub(super) fn folder() -> &'static Path {
    let folder = [
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors"),
    ];
    folder
        .into_iter()
        .map(Path::new)
        .find(|path| path.is_dir())
        .unwrap()
}

/// Names and texts of the vectors in a folder.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pem"))
        .collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(&path).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// `tests/vectors`: end certificates, chains, lists; `tests/vectors/hpki`: countersignatures.
fn vectors(seeds: &mut Seeds) {
    for (name, text) in texts(folder()) {
        vector(seeds, &name, &text);
    }
    for (name, text) in texts(&folder().join("hpki")) {
        let good = text.contains("\ncode: ok\n");
        let start = text.find("-----BEGIN").unwrap();
        let (_, der) = der::pem::decode_vec(text[start..].trim().as_bytes()).unwrap();
        seeds.add("countersignature", name.clone(), der, good);
        seeds.add("countersignature", format!("{name}.pem"), text, good);
    }
}

fn vector(seeds: &mut Seeds, name: &str, text: &str) {
    let good = text.contains("\ncode: ok\n");
    let (chain, list) = match text.find("-----BEGIN X509 CRL-----") {
        Some(start) => (&text[..start], Some(&text[start..])),
        None => (text, None),
    };
    let mut chain = Chain::from_pem(chain).unwrap();
    let root = chain.intermediates.pop().unwrap();
    // The target signs in the name of the first issuing authority.
    let ours = chain.intermediates == SETTING.issuers().intermediates;
    seeds.add("certificate", name, chain.end.clone(), good && ours);
    seeds.add("certificate", format!("{name}-root"), root, good);
    for (number, der) in chain.intermediates.iter().enumerate() {
        seeds.add(
            "certificate",
            format!("{name}-issuing-{number}"),
            der.clone(),
            false,
        );
    }
    seeds.add("chain", format!("{name}.cbor"), cbor::encode(&chain), good);
    seeds.add("chain", format!("{name}.pem"), chain.to_pem(), good);
    if let Some(list) = list {
        let (_, der) = der::pem::decode_vec(list.trim().as_bytes()).unwrap();
        seeds.add("revocation_list", name, der, good);
        seeds.add("revocation_list", format!("{name}.pem"), list, good);
    }
}

/// A root that follows, certified by the one before.
fn successor(seeds: &mut Seeds) {
    let mut rng = StdRng::seed_from_u64(5);
    let validity = Validity::days_from(NOW, 3650);
    let made = CertificateAuthority::create_root("Test Root", validity, &mut rng).unwrap();
    let anchor = TrustAnchor::from_der(made.certificate()).unwrap();
    let chain = Chain {
        end: made.certificate().to_vec(),
        intermediates: vec![SETTING.root.cross_certify(&anchor, &mut rng).unwrap()],
    };
    seeds.good("chain", "successor.cbor", cbor::encode(&chain));
    seeds.good("chain", "successor.pem", chain.to_pem());
    seeds.good("chain", "root.pem", anchor.to_pem());
}

fn requests(seeds: &mut Seeds) {
    let text = request::make(&SETTING.person_key, "田中 花子").unwrap();
    let (_, der) = der::pem::decode_vec(text.as_bytes()).unwrap();
    seeds.good("request", "ours", der);
    seeds.good("request", "ours.pem", text);
}

fn entries(seeds: &mut Seeds) {
    let payload = b"payload".to_vec();
    let envelope = signed::sign(
        Kind::Entry,
        &SETTING.person_key,
        &SETTING.person.fingerprint,
        payload,
    );
    seeds.good("signed_entry", "signed", envelope);
    for (number, act) in acts().into_iter().enumerate() {
        let entry = Entry { at: NOW, act }.to_bytes();
        seeds.good("signed_entry", format!("entry-{number}"), entry);
    }
}

/// One of each kind.
fn acts() -> [Act; 10] {
    let fingerprint = SETTING.person.fingerprint;
    [
        Act::Issued {
            chain: SETTING.person_chain.clone(),
            supersedes: Some(Fingerprint::of(b"another")),
        },
        Act::Suspended { fingerprint },
        Act::Reinstated { fingerprint },
        Act::Revoked {
            fingerprint,
            reason: RevocationReason::KeyCompromise,
        },
        Act::RevocationList {
            issuer: [1; 20],
            number: 7,
            sha256: [2; 32],
        },
        Act::IssuingAuthority {
            der: SETTING.issuing.certificate().to_vec(),
        },
        Act::SuccessorRoot {
            der: SETTING.root.certificate().to_vec(),
            cross: SETTING.root.certificate().to_vec(),
        },
        Act::ApplicationKey {
            kem: key().public().kem().as_bytes().to_vec(),
            kid: *key().public().kid(),
        },
        Act::RegisterKey {
            statement: KeySuccession {
                previous: SETTING.issuing.key().public(),
                next: SETTING.root.key().public(),
                size: 7,
                root: Hash::from_bytes([3; 32]),
                at: NOW,
                compromised: false,
            }
            .sign(&SETTING.root),
        },
        Act::Unknown {
            kind: 999,
            body: vec![1],
        },
    ]
}

fn devices(seeds: &mut Seeds) {
    let device = Device {
        node: Fingerprint::of(b"node"),
        node_key: SETTING.node_key.public(),
        kem: KemPublicKey::from_bytes([3; KemPublicKey::LENGTH]),
        kid: [4; 16],
        valid_until: NOW.plus(30 * 86_400),
    };
    let practitioner = SETTING.person.fingerprint;
    let consent = device_list::consent(&practitioner, &device, &SETTING.node_key);
    let list = DeviceList {
        practitioner,
        seq: 1,
        issued_at: NOW,
        devices: vec![ListedDevice { device, consent }],
    };
    seeds.good("signed_entry", "devices", cbor::encode(&list));
}

fn register(seeds: &mut Seeds) {
    let sign = |size, byte, time| {
        let root = Hash::from_bytes([byte; 32]);
        sign_checkpoint(&SETTING.registry_key, &SETTING.network, size, root, time).unwrap()
    };
    seeds.good("checkpoint", "checkpoint", sign(7, 3, NOW));
    let size = SETTING.replica.size();
    // A change of the register's key needs a register that the old key signed so far.
    let follows = |act: &Act| !matches!(act, Act::RegisterKey { .. });
    let entries = acts().into_iter().filter(follows);
    let entries = entries.map(|act| Entry { at: NOW, act }.to_bytes()).collect();
    let mut answer = answer_of(&SETTING, &SETTING.replica, size, entries, NOW).unwrap();
    seeds.good("checkpoint", "answer", answer.to_bytes());
    answer.proof = Some(Proof::default());
    answer.link = Some(Link {
        size: 1,
        root: Hash::from_bytes([4; 32]),
        proof: Proof::default(),
    });
    answer.lists = vec![vec![1, 2, 3]];
    seeds.good("checkpoint", "answer-with-all", answer.to_bytes());
    let lists = Some(vec![HeldList {
        issuer: [1; 20],
        number: 7,
    }]);
    let ask = Ask {
        from: 0,
        checkpoint_size: 1,
        lists,
    };
    seeds.good("checkpoint", "ask", ask.to_bytes());
    let prefix = dokuei_identity::register::Prefix {
        root: Hash::from_bytes([4; 32]),
        proof: Proof::default(),
    };
    for (name, size, time) in [("two-roots", 7, NOW), ("size-fell", 8, NOW.minus(9))] {
        let evidence = dokuei_identity::register::Evidence {
            smaller: sign(7, 3, NOW),
            larger: sign(size, 4, time),
            prefix: Some(prefix.clone()),
        };
        seeds.good("checkpoint", name, evidence.to_bytes());
    }
    let bundle = dokuei_identity::register::layout::encode_bundle(&[b"one", b"two"]).unwrap();
    seeds.add("checkpoint", "bundle", bundle, false);
}

fn applications(seeds: &mut Seeds) {
    let specialist = specialist();
    let person = Claims::Practitioner(PractitionerClaims {
        name: specialist.name,
        licence: specialist.licence,
        qualifications: Vec::new(),
        institution: specialist.institution,
    });
    let node = Claims::Node(NodeClaims {
        institution: "みなと歯科".to_owned(),
        institution_code: "1312345".to_owned(),
        device_class: DeviceClass::Fixed,
        owner: DeviceOwner::Institution,
    });
    let mut rng = StdRng::seed_from_u64(6);
    for (name, claims) in [("person", person), ("node", node)] {
        let picture = Evidence {
            kind: EvidenceKind::Licence,
            name: "licence.png".to_owned(),
            content: PICTURE.to_vec(),
        };
        let draft = Draft {
            root: SETTING.anchor.fingerprint(),
            made_at: NOW,
            claims,
            contact: Contact {
                note: Some("a note".to_owned()),
                ..Contact::default()
            },
            evidence: vec![picture],
            reply: None,
        };
        let made = SignedApplication::make(&SETTING.person_key, draft).unwrap();
        let bytes = made.to_bytes();
        let sealed = seal(&bytes, &key().public(), &SETTING.anchor.fingerprint(), &mut rng).unwrap();
        seeds.good("application", format!("{name}-statement"), made.bytes_to_sign());
        seeds.good("application", name, bytes);
        seeds.good("application", format!("{name}-sealed"), sealed);
    }
    let collect = Collect {
        bootstrap: BOOTSTRAP.to_vec(),
        at: NOW,
        after: 7,
        answers: Vec::new(),
    };
    let request = collect_request(&collect, &SETTING.registry_key, &SETTING.registry);
    seeds.good("application", "collect", cbor::encode(&collect));
    seeds.good("application", "collect-signed", request);
    let deposit = |number| Deposit {
        number,
        at: NOW,
        sealed: vec![1, 2, 3],
    };
    let collected = Collected {
        deposits: vec![deposit(1), deposit(2)],
        more: true,
    };
    seeds.good("application", "collected", cbor::encode(&collected));
}
