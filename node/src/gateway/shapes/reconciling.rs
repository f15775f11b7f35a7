//! Double readings: reports side by side, what two readers say together, co-signatures.

use serde::Serialize;
use utoipa::ToSchema;

use super::cases::ReportField;
use super::people::Counterpart;

/// Whether somebody stands by what another has signed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// She answers for it as well.
    Agrees,
    /// She does not, and says why.
    Dissents,
}

/// Whether two reports say the same of something, in the same words.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they say it themselves")]
pub enum ReportAgreement {
    Agree,
    Differ,
    OnlyFirst,
    OnlySecond,
}

/// How far a reconciled opinion has come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReconciliationStanding {
    /// It waits for the other reader.
    Proposed,
    /// Both have signed it.
    Agreed,
    /// The other reader has said why she does not sign it.
    Dissented,
    /// One of the reports has a newer version.
    Outdated,
}

/// One of two reports that are compared.
#[derive(Serialize, ToSchema)]
pub struct ComparedReport {
    entry_id: String,
    by: Option<Counterpart>,
    mine: bool,
    signed_at: String,
}

/// What two reports say of one thing: of a part of the report, or of a tooth.
#[derive(Serialize, ToSchema)]
pub struct ComparedLine {
    part: Option<ReportField>,
    /// Its number after ISO 3950.
    tooth: Option<u8>,
    /// A tooth too many beside that one.
    supernumerary: bool,
    /// Empty when the first says nothing of it.
    first: String,
    second: String,
    agreement: ReportAgreement,
}

/// The newest final reports of two readers side by side.
#[derive(Serialize, ToSchema)]
pub struct Comparison {
    first: ComparedReport,
    second: ComparedReport,
    lines: Vec<ComparedLine>,
    /// Whether the one who asks may say what follows from both.
    may_reconcile: bool,
}

/// What follows from two reports, said by one of the readers.
#[derive(Serialize, ToSchema)]
pub struct Reconciliation {
    entry_id: String,
    /// The version of whoever signed it.
    own: String,
    /// The version of the other reader.
    other: String,
    by: Option<Counterpart>,
    with: Option<Counterpart>,
    opinion: String,
    recommendations: String,
    signed_at: String,
    standing: ReconciliationStanding,
    mine: bool,
    /// Whether it waits for the signature of the one who asks.
    for_me: bool,
}

/// A second signature under what another has signed, or a dissent.
#[derive(Serialize, ToSchema)]
pub struct CoSignature {
    entry_id: String,
    /// A reconciled opinion, or a version of a report.
    of: String,
    by: Option<Counterpart>,
    stance: Stance,
    words: String,
    signed_at: String,
    mine: bool,
}
