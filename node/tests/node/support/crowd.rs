//! Many requests in a hospital's store, each signed by the dentist of the clinic as the first one was.

use dokuei_consultation::agreement::{AgreementInForce, AgreementLog};
use dokuei_consultation::author::Author;
use dokuei_consultation::body::{Body, Request};
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::id::{AgreementId, CaseId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::standing::{Act, Denied, Machine, Person, Standing};
use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate};
use dokuei_identity::chain::{TrustAnchor, verify_node, verify_practitioner};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_node::clock;
use dokuei_store::{LogKind, Store, StoredEntry};

use super::home::Home;
use super::registry::{SATO, TANAKA};

/// Whom the two sides know.
struct Known {
    people: [PractitionerCertificate; 2],
    clinic: NodeCertificate,
    agreement: Option<AgreementInForce>,
}

impl Standing for Known {
    fn practitioner(&self, fingerprint: &Fingerprint) -> Option<Person> {
        let mut people = self.people.iter();
        let one = people.find(|one| one.fingerprint == *fingerprint)?;
        Some(Person {
            key: one.key,
            name_ja: one.name.japanese.clone(),
            name_latin: one.name.latin.clone(),
            institution: one.institution.clone(),
        })
    }

    fn node(&self, fingerprint: &Fingerprint) -> Option<Machine> {
        (self.clinic.fingerprint == *fingerprint).then(|| Machine {
            key: self.clinic.key,
            institution: self.clinic.institution.clone(),
            institution_code: self.clinic.institution_code.clone(),
        })
    }

    fn may(&self, _: &Fingerprint, _: Act, _: Timestamp) -> Result<(), Denied> {
        Ok(())
    }

    fn agreement(&self, id: &AgreementId) -> Option<AgreementInForce> {
        self.agreement.clone().filter(|agreement| agreement.id() == *id)
    }
}

fn signed(store: &Store, log: &[u8; 16]) -> Vec<SignedEntry> {
    let rows = store.entries(log).unwrap().into_iter();
    rows.map(|row| SignedEntry {
        header: row.header,
        body: row.body,
        salt: row.salt,
    })
    .collect()
}

/// Signs so many requests of TANAKA's to SATO, as the one that the hospital has already, each changed first, and puts them
/// into the hospital's store. Both nodes were put down.
pub(crate) fn request_often(
    (clinic, hospital): (&Home, &Home),
    count: usize,
    change: impl Fn(usize, &mut Request),
) {
    let (store, now) = (hospital.store(), clock::now());
    let anchor = TrustAnchor::from_pem(&clinic.registry().root_pem()).unwrap();
    let person = |home: &Home, who| verify_practitioner(&home.practitioner_chain(who), &anchor, now, None);
    let mut known = Known {
        people: [person(clinic, &TANAKA).unwrap(), person(hospital, &SATO).unwrap()],
        clinic: verify_node(&clinic.node_chain(), &anchor, now, None).unwrap(),
        agreement: None,
    };
    let agreement = store.log_ids(LogKind::Agreement).unwrap()[0];
    let entries = signed(&store, &agreement);
    let log = AgreementLog::replay(AgreementId::from_bytes(agreement), entries, &known).unwrap();
    known.agreement = log.countersigned();
    let first = store.log_ids(LogKind::Case).unwrap()[0];
    let here = known.clinic.fingerprint;
    // The request is its first entry; what follows rests on receipts of nodes that are not known here.
    let entries = signed(&store, &first).into_iter().take(1);
    let case = Case::replay(CaseId::from_bytes(first), here, entries, &known).unwrap();
    let request = case.request().unwrap().1.clone();
    let (secrets, author) = (
        clinic.secrets_of(&TANAKA),
        Author {
            signer: known.people[0].fingerprint,
            device: here,
            crl_number: 1,
        },
    );
    let rows: Vec<StoredEntry> = (0..count)
        .map(|number| {
            let mut log = [7; 16];
            log[..8].copy_from_slice(&(number as u64).to_be_bytes());
            let mut request = request.clone();
            change(number, &mut request);
            let case = Case::new(CaseId::from_bytes(log), here);
            let at = now.plus(number as u64 % 50);
            let draft = case
                .draft(&author, Body::Request(Box::new(request)), &known, at)
                .unwrap();
            let entry = draft.sign(&secrets.signing, &mut rand::rng());
            let header = entry.unverified_header().unwrap();
            StoredEntry {
                log_id: log,
                kind: LogKind::Case,
                entry_id: *entry.id().as_bytes(),
                entry_type: header.entry_type.name().to_owned(),
                signer: header.signer,
                device: header.device,
                seq: header.seq,
                lamport: header.lamport,
                header: entry.header,
                body: entry.body,
                salt: entry.salt,
                received_at: at,
            }
        })
        .collect();
    store.append_entries(&rows, &[]).unwrap();
}
