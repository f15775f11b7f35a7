//! The conditions that the table's rows are about, each asked in one place.

use super::object::{Data, Object, Relation};
use super::subject::{Logged, Machine, Start, Subject, Who};
use crate::certificate::{
    DeviceClass, DeviceOwner, LicenceKind, NodeCertificate, PractitionerCertificate, Qualification,
    QualificationCode,
};
use crate::freshness::Freshness;
use crate::register::Standing;
use crate::time::Timestamp;

/// When a row of the table refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// The certificate of the practitioner, or of a node by itself, does not hold at this time.
    OutsideValidity,
    /// The register says that it is suspended.
    Suspended,
    /// The register says that it is revoked.
    Revoked,
    /// The register says that another took its place.
    Superseded,
    /// The register does not know it.
    Unlogged,
    /// The certificate of the machine does not hold at this time.
    NodeOutsideValidity,
    /// The register says that the machine's is suspended.
    NodeSuspended,
    /// The register says that the machine's is revoked, or that another took its place.
    NodeRevoked,
    /// The register does not know the machine's.
    NodeUnlogged,
    /// The machine is a person's own, and no virtual desktop.
    PrivateDevice,
    /// The machine is portable and was started by nobody.
    PortableUnattended,
    /// The machine is a virtual desktop.
    VirtualDesktop,
    /// The machine is portable.
    Portable,
    /// The machine is portable, and the register was not seen for too long.
    PortableStale,
    /// The machine is a person's own.
    PrivatelyOwned,
    /// Nobody acts: it is a node by itself.
    NobodyActs,
    /// Somebody without a licence acts.
    Staff,
    /// Somebody without a licence acts on what tells of a patient, or on the audit trail.
    StaffOnConfidential,
    /// A dentist without a Japanese licence.
    ForeignDentist,
    /// A physician without a Japanese licence.
    ForeignPhysician,
    /// A dentist without a qualification to read that is in force.
    UnqualifiedDentist,
    /// A physician without one.
    UnqualifiedPhysician,
    /// The credential is provisional.
    Provisional,
    /// The data are not public, and the subject has no part in them.
    Outsider,
    /// The subject is a party of a case that another requested.
    NotTheSender,
    /// The data are the audit trail.
    AuditTrail,
    /// The register was not seen for so long that no sessions are held, or never.
    NotRunning,
    /// The register was not seen for so long that nothing new is granted.
    NotCurrent,
}

impl Condition {
    /// In words, for the documentation.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::OutsideValidity => {
                "the certificate (a node's, when it acts by itself) is outside its validity"
            }
            Self::Suspended => "the register says: suspended",
            Self::Revoked => "the register says: revoked",
            Self::Superseded => "the register says: superseded",
            Self::Unlogged => "the register does not know the certificate",
            Self::NodeOutsideValidity => "the machine's certificate is outside its validity",
            Self::NodeSuspended => "the register says of the machine: suspended",
            Self::NodeRevoked => "the register says of the machine: revoked or superseded",
            Self::NodeUnlogged => "the register does not know the machine's certificate",
            Self::PrivateDevice => "privately owned machine that is no virtual desktop",
            Self::PortableUnattended => {
                "portable machine, whose keys a credential, a keyring or a file opened at its start, and nobody who typed a passphrase"
            }
            Self::VirtualDesktop => "virtual desktop",
            Self::Portable => "portable machine",
            Self::PortableStale => "portable machine, and the view of the register is stale",
            Self::PrivatelyOwned => "privately owned machine",
            Self::NobodyActs => "a node by itself",
            Self::Staff => "somebody without a licence",
            Self::StaffOnConfidential => "somebody without a licence; case, images, report or audit trail",
            Self::ForeignDentist => "dentist without a Japanese licence",
            Self::ForeignPhysician => "physician without a Japanese licence",
            Self::UnqualifiedDentist => "dentist without a qualification to read in force",
            Self::UnqualifiedPhysician => "physician without a qualification to read in force",
            Self::Provisional => "provisional credential",
            Self::Outsider => "not public, and the subject has no part in it",
            Self::NotTheSender => "a party of the case who did not send it",
            Self::AuditTrail => "the audit trail",
            Self::NotRunning => "the view of the register is stale, or there never was one",
            Self::NotCurrent => "the view of the register is not current",
        }
    }
}

/// Everything that a condition may ask about.
pub(super) struct Question<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) object: Object,
    pub(super) now: Timestamp,
    /// Absent for what was signed in the past: `now` is the time of the entry then.
    pub(super) freshness: Option<Freshness>,
}

impl Question<'_> {
    /// Whether `condition` is met.
    pub(super) fn meets(&self, condition: Condition) -> bool {
        match condition {
            Condition::OutsideValidity
            | Condition::Suspended
            | Condition::Revoked
            | Condition::Superseded
            | Condition::Unlogged => self.meets_of_certificate(condition),
            Condition::NodeOutsideValidity
            | Condition::NodeSuspended
            | Condition::NodeRevoked
            | Condition::NodeUnlogged
            | Condition::PrivateDevice
            | Condition::PortableUnattended
            | Condition::VirtualDesktop
            | Condition::Portable
            | Condition::PortableStale
            | Condition::PrivatelyOwned => self
                .subject
                .machine
                .is_some_and(|machine| self.meets_of_machine(condition, &machine)),
            Condition::ForeignDentist
            | Condition::ForeignPhysician
            | Condition::UnqualifiedDentist
            | Condition::UnqualifiedPhysician => match self.subject.who {
                Who::Practitioner(certificate) => self.meets_of_licence(condition, certificate),
                Who::Staff | Who::Machine => false,
            },
            Condition::NobodyActs => matches!(self.subject.who, Who::Machine),
            Condition::Staff => self.is_staff(),
            Condition::StaffOnConfidential => {
                self.is_staff() && (self.object.data.is_clinical() || self.object.data == Data::Audit)
            }
            Condition::Provisional => self.subject.provisional,
            Condition::Outsider => {
                self.object.relation == Relation::Outsider && !self.object.data.is_public()
            }
            Condition::NotTheSender => {
                self.object.relation == Relation::Party && self.object.data.is_clinical()
            }
            Condition::AuditTrail => self.object.data == Data::Audit,
            Condition::NotRunning => self.is_staler_than(Freshness::Ageing),
            Condition::NotCurrent => self.is_staler_than(Freshness::Current),
        }
    }

    fn meets_of_certificate(&self, condition: Condition) -> bool {
        match condition {
            Condition::OutsideValidity => self
                .subject
                .validity()
                .is_some_and(|validity| !validity.contains(self.now)),
            other => self.says(self.subject.logged, other),
        }
    }

    /// What the register says, in terms of the conditions about a practitioner's certificate.
    fn says(&self, logged: Logged, condition: Condition) -> bool {
        let (said, since) = match logged {
            Logged::NotAsked | Logged::Says(Standing::InForce) => return false,
            Logged::Absent => return condition == Condition::Unlogged,
            Logged::Says(Standing::Suspended { since }) => (Condition::Suspended, since),
            Logged::Says(Standing::Revoked { since, .. }) => (Condition::Revoked, since),
            Logged::Says(Standing::Superseded { since, .. }) => (Condition::Superseded, since),
        };
        // Now, whatever the register says holds: clocks differ. Of the past, it holds from the time that it names.
        said == condition && (self.freshness.is_some() || since <= self.now)
    }

    fn meets_of_machine(&self, condition: Condition, machine: &Machine<'_>) -> bool {
        let NodeCertificate {
            device_class,
            owner,
            validity,
            ..
        } = machine.certificate;
        let portable = *device_class == DeviceClass::Portable;
        match condition {
            Condition::NodeOutsideValidity => !validity.contains(self.now),
            Condition::NodeSuspended => self.says(machine.logged, Condition::Suspended),
            Condition::NodeRevoked => {
                self.says(machine.logged, Condition::Revoked)
                    || self.says(machine.logged, Condition::Superseded)
            }
            Condition::NodeUnlogged => self.says(machine.logged, Condition::Unlogged),
            Condition::PrivateDevice => is_refused_device(*device_class, *owner),
            Condition::PortableUnattended => portable && machine.start == Some(Start::Unattended),
            Condition::VirtualDesktop => *device_class == DeviceClass::VirtualDesktop,
            Condition::Portable => portable,
            Condition::PortableStale => portable && self.is_staler_than(Freshness::Ageing),
            Condition::PrivatelyOwned => *owner == DeviceOwner::Private,
            _ => false,
        }
    }

    fn meets_of_licence(&self, condition: Condition, certificate: &PractitionerCertificate) -> bool {
        let kind = certificate.licence.kind;
        let foreign = certificate.licence.jurisdiction != "JP";
        let reads = || {
            certificate
                .qualifications
                .iter()
                .any(|held| self.now <= held.valid_to && fits(held, kind))
        };
        match condition {
            Condition::ForeignDentist => foreign && kind == LicenceKind::Dentist,
            Condition::ForeignPhysician => foreign && kind == LicenceKind::Physician,
            Condition::UnqualifiedDentist => kind == LicenceKind::Dentist && !reads(),
            Condition::UnqualifiedPhysician => kind == LicenceKind::Physician && !reads(),
            _ => false,
        }
    }

    const fn is_staff(&self) -> bool {
        matches!(self.subject.who, Who::Staff)
    }

    fn is_staler_than(&self, bound: Freshness) -> bool {
        self.freshness.is_some_and(|freshness| freshness > bound)
    }
}

/// Whether a device of this class and owner is none that a node may run on.
pub(super) fn is_refused_device(class: DeviceClass, owner: DeviceOwner) -> bool {
    owner == DeviceOwner::Private && class != DeviceClass::VirtualDesktop
}

/// Whether a qualification is one of this profession (guideline §4). Equivalence is for dentists only, and only with a
/// stated ground.
pub(crate) fn fits(held: &Qualification, kind: LicenceKind) -> bool {
    match (held.code, kind) {
        (QualificationCode::OralRadiology, LicenceKind::Dentist)
        | (QualificationCode::DiagnosticRadiology, LicenceKind::Physician) => true,
        (QualificationCode::Equivalent, LicenceKind::Dentist) => held
            .ground
            .as_ref()
            .is_some_and(|ground| !ground.trim().is_empty()),
        _ => false,
    }
}
