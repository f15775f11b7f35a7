//! What entries and deadlines tell people who work here becomes notices, by the ways and at the times that they chose.

use std::collections::{BTreeMap, HashMap};

use dokuei_consultation::deadline::{Deadline, Duty};
use dokuei_consultation::effect::Notice;
use dokuei_consultation::id::{CaseId, EntryId};
use dokuei_consultation::machine::Case;
use dokuei_consultation::standing::Standing;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_notice::{Matter, choose};
use dokuei_store::{Id16, Id32, LogKind, NewNotice, StoreError};

use super::super::Node;
use super::super::error::ServiceError;

/// Entries that are looked at together.
const BATCH: u32 = 200;
/// What was signed longer ago comes with a log that is caught up with, and is shown in the app only, seconds.
const NEWS: u64 = 30 * 86_400;

/// Who is told of what, and what it is about.
pub(super) struct Telling {
    /// Her sign-in name.
    pub(super) who: String,
    /// Of what.
    pub(super) matter: Matter,
    /// What it is about, so that it is told once.
    pub(super) about: String,
    /// The case.
    pub(super) case: Option<Id16>,
}

/// Sign-in names of those who work here, by certificate; looked up once each.
#[derive(Default)]
struct Here(HashMap<Fingerprint, Option<String>>);

impl Here {
    fn name(&mut self, node: &Node, who: &Fingerprint) -> Result<Option<String>, ServiceError> {
        if let Some(known) = self.0.get(who) {
            return Ok(known.clone());
        }
        let certificate = node
            .people()
            .certificate(who)
            .filter(|_| !node.people().revoked(who));
        let person = match certificate {
            Some(certificate) => node.practitioner_files().with_key(&certificate.key)?,
            None => None,
        };
        let name = person.map(|person| person.id);
        self.0.insert(*who, name.clone());
        Ok(name)
    }
}

impl Node {
    /// Queues what the entries that came or were signed tell people who work here; whether there may be more.
    pub(super) fn queue_what_entries_tell(&self) -> Result<bool, ServiceError> {
        let untold = self.store().untold_entries(BATCH)?;
        let mut by_log: BTreeMap<Id16, Vec<Id32>> = BTreeMap::new();
        for (entry, log) in &untold {
            by_log.entry(*log).or_default().push(*entry);
        }
        let (mut here, mut tellings) = (Here::default(), Vec::new());
        for (log, entries) in &by_log {
            match self.told_in(&mut here, log, entries) {
                Ok(found) => tellings.extend(found),
                Err(error @ ServiceError::Store(_)) => return Err(error),
                // A log that was altered here: `dokuei doctor` tells, and the entry is not lost.
                Err(error) => tracing::warn!(code = error.code(), "nobody could be told of an entry"),
            }
        }
        let told: Vec<Id32> = untold.iter().map(|(entry, _)| *entry).collect();
        self.queue_tellings(&tellings, &told)?;
        Ok(untold.len() == BATCH as usize)
    }

    fn told_in(&self, here: &mut Here, log: &Id16, entries: &[Id32]) -> Result<Vec<Telling>, ServiceError> {
        match self.store().log(log) {
            Ok(row) if row.kind == LogKind::Case => {}
            Ok(_) | Err(StoreError::NotFound(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        }
        let case = self.case_with(log, entries)?;
        let forks = self.store().forks(log)?;
        let mut tellings = Vec::new();
        for entry in entries {
            let id = EntryId::from_bytes(*entry);
            let told = if forks.iter().any(|fork| fork.entry_id == *entry) {
                // Whoever reads blind is not told before she may be shown the proof.
                let parties = case.parties().into_iter();
                let all = parties.filter(|who| case.withheld_from(who).is_empty());
                all.map(|who| (who, Notice::Forked)).collect()
            } else if self.is_news(&case, &id) {
                case.told_by(&id)
            } else {
                Vec::new()
            };
            for (who, notice) in told {
                let Some(matter) = matter_of(notice) else { continue };
                if let Some(who) = here.name(self, &who)? {
                    tellings.push(Telling {
                        who,
                        matter,
                        about: format!("entry:{id}:{}", matter.name()),
                        case: Some(*log),
                    });
                }
            }
        }
        Ok(tellings)
    }

    /// The case with all of these entries: one that was read before they came is read again.
    fn case_with(&self, log: &Id16, entries: &[Id32]) -> Result<std::sync::Arc<Case>, ServiceError> {
        let id = CaseId::from_bytes(*log);
        let case = self.kept_case(id)?;
        let all = entries
            .iter()
            .all(|entry| case.log().get(&EntryId::from_bytes(*entry)).is_some());
        if all {
            return Ok(case);
        }
        self.0.replays.changed(log);
        self.kept_case(id)
    }

    fn is_news(&self, case: &Case, entry: &EntryId) -> bool {
        let signed = case.log().get(entry).map(|entry| entry.header().time);
        signed.is_some_and(|signed| self.now().since(signed) <= NEWS)
    }

    /// Queues that images which came for a case cannot be opened.
    pub(in crate::service) fn queue_refused_images(
        &self,
        case: CaseId,
        package: &Id16,
    ) -> Result<(), ServiceError> {
        let (mut here, mut tellings) = (Here::default(), Vec::new());
        for who in self.kept_case(case)?.parties() {
            if let Some(who) = here.name(self, &who)? {
                tellings.push(Telling {
                    who,
                    matter: Matter::TransferRefused,
                    about: format!("refused:{case}:{}", hex::encode(package)),
                    case: Some(*case.as_bytes()),
                });
            }
        }
        self.queue_tellings(&tellings, &[])
    }

    /// Queues that nobody of those who were to be asked next is left to ask.
    pub(in crate::service) fn queue_no_successor(
        &self,
        requester: &str,
        case: CaseId,
        last: &Fingerprint,
    ) -> Result<(), ServiceError> {
        let telling = Telling {
            who: requester.to_owned(),
            matter: Matter::NoSuccessor,
            about: format!("successors:{case}:{last}"),
            case: Some(*case.as_bytes()),
        };
        self.queue_tellings(&[telling], &[])
    }

    /// Queues that somebody of a case has lost her credential, once for each time, to those who work here and have not.
    pub(in crate::service) fn queue_lapse(
        &self,
        case: &Case,
        lost: &Fingerprint,
        is_requester: bool,
        stage: &str,
    ) -> Result<(), ServiceError> {
        let (mut here, mut tellings) = (Here::default(), Vec::new());
        let matter = if is_requester {
            Matter::RequesterLost
        } else {
            Matter::ReaderLost
        };
        for who in case.parties().into_iter().filter(|who| who != lost) {
            if let Some(who) = here.name(self, &who)? {
                tellings.push(Telling {
                    who,
                    matter,
                    about: format!("lapse:{}:{lost}:{stage}", case.id()),
                    case: Some(*case.id().as_bytes()),
                });
            }
        }
        self.queue_tellings(&tellings, &[])
    }

    /// Queues that somebody who works here can take consultations over: they were offered to her, or their requester has lost her
    /// credential for good; once for every time that it happens, as `what` names it.
    pub(in crate::service) fn queue_to_take_over(
        &self,
        heirs: &[Fingerprint],
        what: &str,
    ) -> Result<(), ServiceError> {
        let (mut here, mut tellings) = (Here::default(), Vec::new());
        for who in heirs {
            if let Some(who) = here.name(self, who)? {
                tellings.push(Telling {
                    who,
                    matter: Matter::ToTakeOver,
                    about: format!("to_take_over:{what}"),
                    case: None,
                });
            }
        }
        self.queue_tellings(&tellings, &[])
    }

    /// Queues what a deadline tells, once for the duty at its stage, before it is noted that people were told of it.
    pub(in crate::service) fn queue_deadline(
        &self,
        case: &Case,
        deadline: &Deadline,
    ) -> Result<(), ServiceError> {
        let (mut here, mut tellings) = (Here::default(), Vec::new());
        let Some(matter) = due_matter(deadline.duty) else {
            return Ok(());
        };
        for who in &deadline.tell {
            if case.withheld_from(who).contains(&deadline.entry) {
                continue;
            }
            if let Some(name) = here.name(self, who)? {
                tellings.push(Telling {
                    who: name,
                    matter,
                    about: format!(
                        "due:{}:{}:{}",
                        deadline.entry,
                        deadline.duty.name(),
                        deadline.stage.name()
                    ),
                    case: Some(*case.id().as_bytes()),
                });
            }
        }
        self.queue_tellings(&tellings, &[])
    }

    /// Queues notices by the ways that each person chose, and forgets that these entries are to be told.
    pub(super) fn queue_tellings(&self, tellings: &[Telling], told: &[Id32]) -> Result<(), ServiceError> {
        if tellings.is_empty() && told.is_empty() {
            return Ok(());
        }
        let (moment, mut new) = (self.moment(), Vec::new());
        for telling in tellings {
            let (settings, _) = self.chosen(&telling.who)?;
            for choice in choose(&settings, telling.matter, moment) {
                new.push(NewNotice {
                    practitioner: telling.who.clone(),
                    channel: choice.channel.name(),
                    matter: telling.matter.name(),
                    about: telling.about.clone(),
                    case_id: telling.case,
                    urgent: telling.matter.is_urgent(),
                    at: choice.at,
                });
            }
        }
        self.store().queue_notices(&new, told, moment.0)?;
        Ok(())
    }
}

/// What of the consultation's notices is told outside the app.
const fn matter_of(notice: Notice) -> Option<Matter> {
    Some(match notice {
        Notice::Requested | Notice::Forwarded => Matter::Requested,
        Notice::Accepted => Matter::Accepted,
        Notice::Declined => Matter::Declined,
        Notice::Delivered => Matter::Delivered,
        Notice::PreliminaryReport => Matter::PreliminaryReport,
        Notice::FinalReport => Matter::FinalReport,
        Notice::ReportRead => Matter::ReportRead,
        Notice::Closed => Matter::Closed,
        Notice::Withdrawn => Matter::Withdrawn,
        Notice::TransferCancelled => Matter::TransferCancelled,
        Notice::GrantRevoked => Matter::GrantRevoked,
        Notice::Queried => Matter::Queried,
        Notice::Answered => Matter::Answered,
        Notice::AmendedReport => Matter::AmendedReport,
        Notice::UrgentFinding => Matter::UrgentFinding,
        Notice::UrgentAcknowledged => Matter::UrgentAcknowledged,
        Notice::IncidentalFinding => Matter::IncidentalFinding,
        Notice::IncidentalResolved => Matter::IncidentalResolved,
        Notice::PatientInformed => Matter::PatientInformed,
        Notice::ConsentAsked => Matter::ConsentAsked,
        Notice::ForwardConsented => Matter::ForwardConsented,
        Notice::ForwardEnded => Matter::ForwardEnded,
        Notice::TakenByAnother => Matter::TakenByAnother,
        Notice::BlindCommitted => Matter::BlindCommitted,
        Notice::ReconciliationProposed => Matter::ReconciliationProposed,
        Notice::CoSigned => Matter::CoSigned,
        Notice::Dissented => Matter::Dissented,
        Notice::HandingOver => Matter::HandingOver,
        Notice::TakenOver => Matter::TakenOver,
        Notice::Forked => Matter::Forked,
        Notice::EraseAsked => Matter::EraseAsked,
        Notice::EraseAnswered => Matter::EraseAnswered,
        // An agreement is signed with whoever asked for it on the telephone.
        _ => return None,
    })
}

const fn due_matter(duty: Duty) -> Option<Matter> {
    Some(match duty {
        Duty::Acknowledge => Matter::DueAcknowledge,
        Duty::SeeTo => Matter::DueSeeTo,
        Duty::Answer => Matter::DueAnswer,
        Duty::Report => Matter::DueReport,
        Duty::Read => Matter::DueRead,
        Duty::Explain => Matter::DueExplain,
        Duty::Reply => Matter::DueReply,
        Duty::Consent => Matter::DueConsent,
        _ => return None,
    })
}
