//! The report and its versions: by whom, under which terms, continuing from which (R3 to R6).

use super::Place;
use crate::body::{Amendment, AmendmentKind, Report, ReportRead, ReportStatus};
use crate::reader::Reader;
use crate::refusal::Refusal;
use crate::standing::Act;

impl Place<'_> {
    /// R3, R4, R5: a final report is signed by one who may sign it, any report by the reader who was asked, after the
    /// images are whole at her node, under the terms agreed upon. R6: it continues from the newest version.
    pub(super) fn report(&self, report: &Report) -> Result<(), Refusal> {
        let reader = self.by_reader(report.request)?;
        let act = if report.status == ReportStatus::Final {
            Act::SignReport
        } else {
            Act::Consult
        };
        self.may(act)?;
        let given_up = self.facts.is_erased(&report.package) || self.state.name() == "withdrawn";
        let took_it_on = reader.accepted.is_some() && (reader.leads() || reader.declined.is_none());
        let ready = took_it_on && self.facts.has_received(reader, &report.package) && !given_up;
        self.only_if(ready)?;
        let agreement = self
            .standing
            .agreement(&reader.agreement)
            .ok_or(Refusal::NoAgreement)?;
        if report.terms != agreement.terms_hash() {
            return Err(Refusal::OtherTerms);
        }
        self.as_committed(reader, report)?;
        self.continues(reader, report)
    }

    /// A blind reader shows the report to which she has committed herself, and no other.
    fn as_committed(&self, reader: &Reader<'_>, report: &Report) -> Result<(), Refusal> {
        if !reader.reads_blind() || report.predecessor.is_some() {
            return Ok(());
        }
        let committed = reader.committed;
        self.only_if(committed.is_some() && report.status == ReportStatus::Final)?;
        if committed == Some(self.header.body_commit) {
            Ok(())
        } else {
            Err(Refusal::OtherThanCommitted)
        }
    }

    fn continues(&self, reader: &Reader<'_>, report: &Report) -> Result<(), Refusal> {
        let own = self.facts.newest_versions();
        let newest: Vec<_> = own
            .filter(|version| version.report.request == reader.asked_by)
            .collect();
        let Some(predecessor) = report.predecessor else {
            return if newest.is_empty() {
                Ok(())
            } else {
                Err(Refusal::NotTheNewestVersion)
            };
        };
        let Some(replaced) = newest.iter().find(|version| version.id == predecessor) else {
            return Err(Refusal::NotTheNewestVersion);
        };
        // A final report is corrected by another final one, never made preliminary again.
        self.only_if(report.status >= replaced.report.status)
    }

    /// R6: what changes a final report says so, and an addendum loses nothing of it.
    pub(super) fn amendment(&self, amendment: &Amendment) -> Result<(), Refusal> {
        self.report(&amendment.report)?;
        let mut versions = self.facts.reports.iter();
        let before = versions
            .find(|version| amendment.report.predecessor == Some(version.id))
            .ok_or(Refusal::NotTheNewestVersion)?;
        self.only_if(before.report.status == ReportStatus::Final)?;
        if amendment.kind == AmendmentKind::Addendum && !amendment.keeps(before.report) {
            return Err(Refusal::NotAnAddendum);
        }
        Ok(())
    }

    pub(super) fn read(&self, read: &ReportRead) -> Result<(), Refusal> {
        self.by_requester()?;
        if !self.facts.reports.iter().any(|version| version.id == read.report) {
            return Err(Refusal::UnknownReference);
        }
        self.only_if(!self.facts.read.contains_key(&read.report))
    }
}
