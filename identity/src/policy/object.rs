//! What an action is done to: a class of data, and what the subject has to do with it.

use serde::Serialize;

/// The classes of data that are told apart (R24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Data {
    /// The public register of credentials.
    Register,
    /// The directory of practitioners, agreements' parties included.
    Directory,
    /// When what is to be read, without the contents.
    Schedule,
    /// Requests, messages and everything else that is written in a case.
    Case,
    /// Images.
    Images,
    /// Reports.
    Report,
    /// The audit trail.
    Audit,
}

impl Data {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::Register,
        Self::Directory,
        Self::Schedule,
        Self::Case,
        Self::Images,
        Self::Report,
        Self::Audit,
    ];

    /// Whether it tells something of a patient.
    #[must_use]
    pub const fn is_clinical(self) -> bool {
        matches!(self, Self::Case | Self::Images | Self::Report)
    }

    /// Whether anybody may know it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Register | Self::Directory)
    }
}

/// What the subject has to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Her own: her patient's study, the case that she requested, what she wrote.
    Own,
    /// She is a party of the case that another requested.
    Party,
    /// It belongs to the institution and to no case yet.
    Local,
    /// She has no part in it.
    Outsider,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 4] = [Self::Own, Self::Party, Self::Local, Self::Outsider];
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Object {
    /// The class of data.
    pub data: Data,
    /// What the subject has to do with it.
    pub relation: Relation,
}

impl Object {
    /// A case of the subject's own: what a request, an agreement or a signature is about when nothing else is said.
    pub const OWN_CASE: Self = Self::new(Data::Case, Relation::Own);
    /// A case that the subject was asked to read.
    pub const PARTY_CASE: Self = Self::new(Data::Case, Relation::Party);
    /// The public register; the object of admission as well, for a session begins with nothing else.
    pub const REGISTER: Self = Self::new(Data::Register, Relation::Local);

    /// This class with this relation.
    #[must_use]
    pub const fn new(data: Data, relation: Relation) -> Self {
        Self { data, relation }
    }
}
