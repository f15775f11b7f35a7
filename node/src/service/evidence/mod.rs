//! Evidence for outsiders: a consultation as a ZIP archive that anybody verifies with OpenSSL and a hash tool
//! (docs/evidence.md).

mod bundle;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};

use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{Action, Data, Object, Relation};
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use dokuei_store::StoreError;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(super) use self::bundle::Bundle;
use self::bundle::Entry;
use super::Node;
use super::audit::AuditFormat;
use super::error::ServiceError;
use super::session::Session;
use crate::clock;

/// The script that checks a bundle: of POSIX, and of OpenSSL 3.
pub const VERIFY_SH: &str = concat!(
    include_str!("verify/head.sh"),
    include_str!("verify/begin.sh"),
    include_str!("verify/entries.sh"),
    include_str!("verify/register.sh"),
    include_str!("verify/end.sh"),
);
/// What it checks and how, in Japanese and English.
const VERIFY_MD: &str = include_str!("VERIFY.md");

impl Node {
    /// The evidence of a consultation as a ZIP archive, signed by whoever exports it.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] for a case that is not here or in which the practitioner has no part,
    /// [`ServiceError::Denied`] when nothing may leave this machine unsealed.
    pub fn case_evidence(&self, session: &Session, id: &str) -> Result<Vec<u8>, ServiceError> {
        let case = self.my_case(session, id)?;
        self.require_duty(&session.id, dokuei_governance::duty::Duty::Evidence)?;
        let me = self.me(session);
        let own = case.requester() == Some(me);
        let relation = if own { Relation::Own } else { Relation::Party };
        self.permit(session, Action::ExportPlain, Object::new(Data::Report, relation))?;
        // Written down before the first byte leaves.
        self.audit(&session.id, "evidence", id, "begun")?;
        let files = self.evidence_files(session, &case)?;
        let archive = zipped(&files).map_err(|error| ServiceError::field("evidence", error))?;
        self.audit(&session.id, "evidence", id, "success")?;
        Ok(archive)
    }

    fn evidence_files(
        &self,
        session: &Session,
        case: &Case,
    ) -> Result<BTreeMap<String, Vec<u8>>, ServiceError> {
        let mut bundle = Bundle::default();
        bundle.add("VERIFY.md", VERIFY_MD);
        bundle.add("verify.sh", VERIFY_SH);
        let (exporter, me) = (session.certificate.fingerprint, self.me(session));
        let mut used: BTreeMap<Fingerprint, Timestamp> = [(exporter, self.now())].into();
        let withheld = case.withheld_from(&me);
        let mut seen = BTreeSet::new();
        for entry in case.log().ordered() {
            let header = entry.header();
            let bodily = !withheld.contains(&entry.id());
            // What she may not be given yet she cannot give away; nor what hangs on it.
            if !bodily || !header.parents.iter().all(|parent| seen.contains(parent)) {
                continue;
            }
            seen.insert(entry.id());
            bundle.add_entry(&taken_apart(entry.signed())?);
            for one in [header.signer, header.device] {
                used.entry(one).or_insert(header.time);
            }
        }
        for proof in self.forks_seen_by(case, &me)? {
            let two = [taken_apart(&proof.first)?, taken_apart(&proof.second)?];
            bundle.add_fork([&two[0], &two[1]]);
            for entry in [&proof.first, &proof.second] {
                let header = entry.unverified_header()?;
                for one in [header.signer, header.device] {
                    used.entry(one).or_insert(header.time);
                }
            }
        }
        let signers: Vec<_> = used.keys().copied().collect();
        for (earlier, stood) in self.earlier_of(&signers) {
            used.entry(earlier).or_insert(stood);
        }
        bundle.add("consultation.json", self.told_consultation(case, &seen));
        self.add_reports(&mut bundle, case, &seen);
        // What she may not be given yet is in none of these.
        self.add_opinions(&mut bundle, &case.seen_by(&me));
        self.add_register(&mut bundle, &mut used)?;
        self.add_certificates(&mut bundle, &used)?;
        self.add_audit(&mut bundle, session, &case.id().to_string())?;
        let sums = bundle.sums();
        let signed = signed::sign(
            Kind::Evidence,
            &session.secrets.signing,
            &exporter,
            sums.clone().into_bytes(),
        );
        bundle.add("SHA256SUMS", &sums);
        bundle.add("SHA256SUMS.cose", signed);
        Ok(bundle.into_files())
    }

    /// What the consultation was, for people to read.
    fn told_consultation(&self, case: &Case, seen: &BTreeSet<EntryId>) -> String {
        let timeline: Vec<_> = case
            .log()
            .ordered()
            .into_iter()
            .filter(|entry| seen.contains(&entry.id()))
            .map(|entry| {
                let (ja, en) = entry.body().summary();
                json!({
                    "entry_id": entry.id(),
                    "type": entry.header().entry_type,
                    "signer": entry.header().signer,
                    "at": clock::rfc3339(entry.header().time),
                    "summary_ja": ja,
                    "summary_en": en,
                })
            })
            .collect();
        let request = case.request().map(|(_, request)| {
            let (patient, _) = self.shown_patient(request);
            json!({
                "patient": patient,
                "study_instance_uid": request.study_instance_uid,
                "question": request.question,
                "region": request.region,
                "justification": request.justification,
                "requester": {"name": request.requester.name, "institution": request.requester.institution},
            })
        });
        let view = json!({
            "case_id": case.id(),
            "state": case.state().name(),
            "request": request,
            "timeline": timeline,
            "reconciliations": told_opinions(case, seen),
            "co_signatures": told_co_signatures(case, seen),
            "taken_over": told_successions(case, seen),
            "forked": case.log().fork().is_some(),
            "exported_at": clock::rfc3339(self.now()),
            "exported_at_institution": self.config().institution.name,
        });
        format!("{view:#}\n")
    }

    /// Every version of the reports for people and for archives. When its study is not here any more a version stands in
    /// its entry only.
    fn add_reports(&self, bundle: &mut Bundle, case: &Case, seen: &BTreeSet<EntryId>) {
        for (index, entry) in super::reporting::version_entries(case).into_iter().enumerate() {
            let (number, version) = (index + 1, entry.id());
            if !seen.contains(&version) {
                continue;
            }
            match self.report_pdf_of(case, Some(&version)) {
                Ok(pdf) => bundle.add(format!("reports/report-{number}.pdf"), pdf),
                Err(error) => tracing::warn!(code = error.code(), "the evidence has no PDF of a report"),
            }
            match self.sr_of(case, Some(&version)) {
                Ok(object) => bundle.add(format!("reports/report-{number}.dcm"), object.bytes),
                Err(error) => tracing::warn!(code = error.code(), "the evidence has no SR of a report"),
            }
        }
    }

    /// What two readers say together, and reports that another reader has co-signed, for people and for archives.
    fn add_opinions(&self, bundle: &mut Bundle, case: &Case) {
        for (index, found) in self.opinions(case).iter().enumerate() {
            let number = index + 1;
            match self.opinion_pdf_of(case, found) {
                Ok(pdf) => bundle.add(format!("reports/opinion-{number}.pdf"), pdf),
                Err(error) => tracing::warn!(code = error.code(), "the evidence has no PDF of an opinion"),
            }
            match self.opinion_sr_of(case, found) {
                Ok(object) => bundle.add(format!("reports/opinion-{number}.dcm"), object.bytes),
                Err(error) => tracing::warn!(code = error.code(), "the evidence has no SR of an opinion"),
            }
        }
        for (index, version) in case.versions().iter().enumerate() {
            match self.co_signed_sr_of(case, &version.id) {
                Ok(None) => {}
                Ok(Some(object)) => {
                    bundle.add(
                        format!("reports/report-{}-co-signed.dcm", index + 1),
                        object.bytes,
                    );
                }
                Err(error) => tracing::warn!(code = error.code(), "the evidence has no co-signed SR"),
            }
        }
    }

    pub(super) fn add_certificates(
        &self,
        bundle: &mut Bundle,
        used: &BTreeMap<Fingerprint, Timestamp>,
    ) -> Result<(), ServiceError> {
        bundle.add(
            "certificates/root.pem",
            self.trust()?.credentials.anchors.to_pem(),
        );
        let mut list = String::new();
        for (fingerprint, at) in used {
            let chain = self.people().chain_of(fingerprint).map(|(chain, _)| chain);
            let chain = match chain {
                Some(chain) => chain,
                None => self
                    .entered(fingerprint)?
                    .ok_or(ServiceError::Unknown("certificate"))?,
            };
            bundle.add_chain(&chain);
            list.push_str(&format!("{fingerprint} {}\n", at.0));
        }
        bundle.add("certificates.txt", list);
        Ok(())
    }

    fn entered(&self, fingerprint: &Fingerprint) -> Result<Option<Chain>, ServiceError> {
        if let Some(chain) = self.register_signer_chain(fingerprint) {
            return Ok(Some(chain));
        }
        self.register().chain(fingerprint)
    }

    /// The register's word for each certificate: its entries with proofs, and the checkpoint that the proofs lead to.
    pub(super) fn add_register(
        &self,
        bundle: &mut Bundle,
        used: &mut BTreeMap<Fingerprint, Timestamp>,
    ) -> Result<(), ServiceError> {
        let who: BTreeSet<Fingerprint> = used.keys().copied().collect();
        let Some(proofs) = self.register_proofs(&who)? else {
            // No register has reached this node yet.
            bundle.add("register.txt", "");
            return Ok(());
        };
        used.entry(proofs.signer).or_insert(proofs.signed_at);
        bundle.add_register(&proofs);
        Ok(())
    }

    fn add_audit(&self, bundle: &mut Bundle, session: &Session, case: &str) -> Result<(), ServiceError> {
        let rows = self.audit_of_case(session, case)?;
        bundle.add("audit.csv", self.written(AuditFormat::Csv, &rows)?);
        let mut list = String::new();
        for row in rows {
            let stored = self.store().audit_rows(row.seq, 1)?.into_iter().next();
            let stored = stored.ok_or(StoreError::NotFound("audit row"))?;
            bundle.add(format!("audit/{}.row", row.seq), stored.hashed());
            list.push_str(&format!("{} {}\n", row.seq, row.hash));
        }
        bundle.add("audit.txt", list);
        Ok(())
    }
}

/// What two readers say together: by which entries, and how far it has come.
fn told_opinions(case: &Case, seen: &BTreeSet<EntryId>) -> serde_json::Value {
    let all = case.reconciled().into_iter();
    all.filter(|(said, _)| seen.contains(&said.id))
        .map(|(said, standing)| {
            json!({
                "entry_id": said.id,
                "signer": said.by,
                "of": [said.body.own, said.body.other],
                "opinion": said.body.opinion,
                "recommendations": said.body.recommendations,
                "standing": standing.name(),
            })
        })
        .collect()
}

fn told_co_signatures(case: &Case, seen: &BTreeSet<EntryId>) -> serde_json::Value {
    let all = case.co_signed().into_iter();
    all.filter(|one| seen.contains(&one.id))
        .map(|one| {
            json!({
                "entry_id": one.id,
                "signer": one.by,
                "of": one.body.of,
                "stance": one.body.stance,
                "words": one.body.words,
            })
        })
        .collect()
}

/// Who has taken it over, from whom and by what right.
fn told_successions(case: &Case, seen: &BTreeSet<EntryId>) -> serde_json::Value {
    let all = case.taken_over().into_iter();
    all.filter(|one| seen.contains(&one.id))
        .map(|one| {
            json!({
                "entry_id": one.id,
                "signer": one.by,
                "name": one.body.name,
                "institution": one.body.institution,
                "from": one.body.from,
                "by_right_of": one.body.ground,
                "agreements": one.body.agreements,
            })
        })
        .collect()
}

/// The files as a ZIP archive.
pub(super) fn zipped(files: &BTreeMap<String, Vec<u8>>) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o644);
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// An entry as `verify.sh` takes it.
fn taken_apart(entry: &SignedEntry) -> Result<Entry, ServiceError> {
    let header = entry.unverified_header()?;
    let unverified = signed::parse(&entry.header).map_err(|_| ServiceError::DamagedLog)?;
    Ok(Entry {
        id: entry.id().to_string(),
        signer: header.signer,
        parents: header.parents.iter().map(ToString::to_string).collect(),
        signed: unverified.to_be_signed(Kind::Entry),
        signature: unverified.signature().to_vec(),
        cose: entry.header.clone(),
        body: entry.body.clone(),
        salt: entry.salt.to_vec(),
    })
}
