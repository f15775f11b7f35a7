//! Double readings: two reports side by side, the opinion that both readers sign, and co-signatures (R2, R6).

use dokuei_consultation::Version;
use dokuei_consultation::body::{Body, CoSignature, Reconciliation, Stance};
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::reconciled::{Compared, Said, Standing, Subject};
use dokuei_identity::fingerprint::Fingerprint;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Node;
use super::confirming::Confirmation;
use super::drafts::Writing;
use super::error::ServiceError;
use super::reporting::{entry_id, newest_of};
use super::session::Session;
use crate::clock;

/// The most pairs of reports that are shown side by side: those of eight readers.
const MAX_PAIRS: usize = 28;

/// What both reports mean, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewReconciliation {
    /// The newest version of the other reader's report.
    pub other: String,
    /// What both mean.
    pub opinion: String,
    /// What both recommend.
    #[serde(default)]
    pub recommendations: String,
    /// That it is she who signs.
    #[serde(flatten)]
    pub confirmation: Confirmation,
}

/// A second signature, or a dissent, as the app sends it.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct NewCoSignature {
    /// The reconciled opinion, or the version of a report.
    pub of: String,
    /// For or against.
    #[schema(value_type = crate::gateway::shapes::reconciling::Stance)]
    pub stance: Stance,
    /// In words; a dissent says why.
    #[serde(default)]
    pub words: String,
    /// That it is she who signs.
    #[serde(flatten)]
    pub confirmation: Confirmation,
}

impl Node {
    /// Signs what follows from the practitioner's own newest report and another reader's; it waits for the other's signature.
    ///
    /// # Errors
    /// [`ServiceError::NoReport`], [`ServiceError::Refused`] with the rule, or what [`Node::sign_in`] refuses of passphrase
    /// and second factor.
    pub fn reconcile(
        &self,
        session: &Session,
        id: &str,
        said: NewReconciliation,
    ) -> Result<Value, ServiceError> {
        let (me, other) = (self.me(session), entry_id(&said.other)?);
        let row = self.act_confirmed(session, id, "reconcile", said.confirmation, |case| {
            let own = newest_of(case, &me).ok_or(ServiceError::NoReport)?.id;
            Ok(Body::Reconciliation(Box::new(Reconciliation {
                own,
                other,
                opinion: said.opinion.clone(),
                recommendations: said.recommendations.clone(),
            })))
        })?;
        self.forget_signed_draft(session, id, Writing::Opinion);
        Ok(row)
    }

    /// Signs what another reader has signed, or dissents from it.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the rule, or what [`Node::sign_in`] refuses of passphrase and second factor.
    pub fn co_sign(
        &self,
        session: &Session,
        id: &str,
        signed: NewCoSignature,
    ) -> Result<Value, ServiceError> {
        let of = entry_id(&signed.of)?;
        self.act_confirmed(session, id, "co_sign", signed.confirmation, |_| {
            Ok(Body::CoSignature(CoSignature {
                of,
                stance: signed.stance,
                words: signed.words.clone(),
            }))
        })
    }

    /// The newest final reports of every two readers side by side, to whoever may see both.
    pub(super) fn comparisons(&self, case: &Case, me: &Fingerprint) -> Value {
        let ended = case.state().is_ended();
        let reconciled = case.reconciled();
        let pairs = case.compared().into_iter().take(MAX_PAIRS);
        pairs
            .map(|(first, second, lines)| {
                let pair = [first.id, second.id];
                let settled = reconciled.iter().any(|(said, standing)| {
                    let same = pair.contains(&said.body.own) && pair.contains(&said.body.other);
                    same && matches!(standing, Standing::Proposed | Standing::Agreed)
                });
                let hers = [&first, &second].into_iter().any(|one| one.by == *me);
                json!({
                    "first": self.compared_report(&first, me),
                    "second": self.compared_report(&second, me),
                    "lines": lines.iter().map(line).collect::<Vec<_>>(),
                    "may_reconcile": hers && !settled && !ended,
                })
            })
            .collect()
    }

    fn compared_report(&self, version: &Version<'_>, me: &Fingerprint) -> Value {
        json!({
            "entry_id": version.id,
            "by": self.party(&version.by),
            "mine": version.by == *me,
            "signed_at": clock::rfc3339(version.at),
        })
    }

    /// What two readers have said together, oldest first.
    pub(super) fn reconciliations(&self, case: &Case, me: &Fingerprint) -> Value {
        let versions = case.versions();
        let author = |id: &EntryId| versions.iter().find(|one| one.id == *id).map(|one| one.by);
        let all = case.reconciled().into_iter();
        all.map(|(Said { id, by, at, body }, standing)| {
            let with = author(&body.other);
            json!({
                "entry_id": id,
                "own": body.own,
                "other": body.other,
                "by": self.party(&by),
                "with": with.map_or(Value::Null, |with| self.party(&with)),
                "opinion": body.opinion,
                "recommendations": body.recommendations,
                "signed_at": clock::rfc3339(at),
                "standing": standing.name(),
                "mine": by == *me,
                "for_me": standing == Standing::Proposed && with == Some(*me) && !case.state().is_ended(),
            })
        })
        .collect()
    }

    /// Second signatures and dissents, oldest first.
    pub(super) fn co_signatures(&self, case: &Case, me: &Fingerprint) -> Value {
        let all = case.co_signed().into_iter();
        all.map(|one| {
            json!({
                "entry_id": one.id,
                "of": one.body.of,
                "by": self.party(&one.by),
                "stance": one.body.stance,
                "words": one.body.words,
                "signed_at": clock::rfc3339(one.at),
                "mine": one.by == *me,
            })
        })
        .collect()
    }

    /// What is printed below a version of a report: who has co-signed it or dissents, and what both readers say together.
    pub(super) fn signed_beside(&self, case: &Case, version: &EntryId) -> Vec<String> {
        let day = |at| clock::rfc3339(at).chars().take(10).collect::<String>();
        let name = |who: &Fingerprint| {
            let certificate = self.people().certificate(who);
            certificate.map_or_else(|| who.to_string(), |one| one.name.japanese)
        };
        let answers = case.co_signed();
        let of = |id: EntryId| {
            let answers = answers.iter().filter(move |one| one.body.of == id);
            answers.map(|one| {
                let (who, at, words) = (name(&one.by), day(one.at), &one.body.words);
                match one.body.stance {
                    Stance::Agrees => format!("連署 Co-signed: {who} {at} {words}"),
                    Stance::Dissents => format!("異見 Dissent: {who} {at} {words}"),
                }
            })
        };
        let mut lines: Vec<String> = of(*version).collect();
        for (said, standing) in case.reconciled() {
            if ![said.body.own, said.body.other].contains(version) {
                continue;
            }
            let state = in_words(standing);
            let (who, at) = (name(&said.by), day(said.at));
            let mut line = format!(
                "統合見解 Reconciled opinion ({state}): {who} {at} {}",
                said.body.opinion
            );
            if !said.body.recommendations.is_empty() {
                line = format!("{line} 推奨 Recommended: {}", said.body.recommendations);
            }
            lines.push(line);
            lines.extend(of(said.id));
        }
        lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

/// How far an opinion has come, as it is printed.
pub(super) const fn in_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Proposed => "相手の連署待ち awaiting co-signature",
        Standing::Agreed => "両者署名 signed by both",
        Standing::Dissented => "不一致 not agreed upon",
        Standing::Outdated => "旧版についての見解 on earlier versions",
    }
}

fn line(compared: &Compared) -> Value {
    let (part, tooth, supernumerary) = match compared.subject {
        Subject::Part(part) => (Some(part), None, false),
        Subject::Tooth {
            number,
            supernumerary,
        } => (None, Some(number), supernumerary),
    };
    json!({
        "part": part,
        "tooth": tooth,
        "supernumerary": supernumerary,
        "first": compared.first,
        "second": compared.second,
        "agreement": compared.agreement.name(),
    })
}
