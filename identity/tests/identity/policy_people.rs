//! Those whom the tests of the policy judge, each a few words that can be narrowed one at a time.

use std::sync::OnceLock;

use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, LicenceKind, NodeCertificate, PractitionerCertificate, Qualification,
    QualificationCode,
};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::policy::{Start, Subject};
use dokuei_identity::register::Standing;
use dokuei_identity::revocation::RevocationReason;
use dokuei_identity::time::Timestamp;

use crate::world::{NOW, World};

/// What the register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    NotAsked,
    Unlogged,
    InForce,
    Suspended,
    Revoked,
    Superseded,
}

impl Word {
    pub(crate) const ALL: [Self; 6] = [
        Self::NotAsked,
        Self::Unlogged,
        Self::InForce,
        Self::Suspended,
        Self::Revoked,
        Self::Superseded,
    ];

    /// What the register gives; `None` when it is not asked.
    fn given(self, since: Timestamp) -> Option<Option<Standing>> {
        match self {
            Self::NotAsked => None,
            Self::Unlogged => Some(None),
            Self::InForce => Some(Some(Standing::InForce)),
            Self::Suspended => Some(Some(Standing::Suspended { since })),
            Self::Revoked => Some(Some(Standing::Revoked {
                since,
                reason: RevocationReason::PrivilegeWithdrawn,
            })),
            Self::Superseded => Some(Some(Standing::Superseded {
                since,
                by: Fingerprint::of(b"the newer one"),
            })),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Practitioner,
    Staff,
    Machine,
}

/// Somebody at a machine.
#[derive(Debug, Clone)]
pub(crate) struct Someone {
    pub(crate) kind: Kind,
    pub(crate) practitioner: PractitionerCertificate,
    pub(crate) provisional: bool,
    pub(crate) word: Word,
    pub(crate) node: Option<NodeCertificate>,
    pub(crate) node_word: Word,
    pub(crate) start: Option<Start>,
    /// Since when the register says it.
    pub(crate) since: Timestamp,
}

impl Someone {
    /// A specialist with a certificate alone, in force.
    pub(crate) fn specialist() -> Self {
        let (practitioner, _) = certificates();
        Self {
            kind: Kind::Practitioner,
            practitioner: practitioner.clone(),
            provisional: false,
            word: Word::InForce,
            node: None,
            node_word: Word::InForce,
            start: None,
            since: NOW,
        }
    }

    /// The same at a fixed machine of her institution.
    pub(crate) fn at_the_clinic() -> Self {
        Self::specialist().at(DeviceClass::Fixed, DeviceOwner::Institution)
    }

    pub(crate) fn at(mut self, class: DeviceClass, owner: DeviceOwner) -> Self {
        let (_, node) = certificates();
        let mut node = node.clone();
        (node.device_class, node.owner) = (class, owner);
        self.node = Some(node);
        self.start = Some(Start::Passphrase);
        self
    }

    pub(crate) fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn licence(mut self, jurisdiction: &str, kind: LicenceKind) -> Self {
        self.practitioner.licence.jurisdiction = jurisdiction.to_owned();
        self.practitioner.licence.kind = kind;
        self
    }

    pub(crate) fn holding(mut self, held: Vec<Qualification>) -> Self {
        self.practitioner.qualifications = held;
        self
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        let node = self.node.as_ref();
        let mut subject = match self.kind {
            Kind::Practitioner => {
                let subject = Subject::practitioner(&self.practitioner).provisional(self.provisional);
                node.map_or(subject, |node| subject.at(node))
            }
            // These two are always at a node.
            Kind::Staff => Subject::staff(node.unwrap()),
            Kind::Machine => Subject::node(node.unwrap()),
        };
        if let (Kind::Practitioner, Some(standing)) = (self.kind, self.word.given(self.since)) {
            subject = subject.standing(standing);
        }
        if let Some(standing) = self.node_word.given(self.since) {
            subject = subject.node_standing(standing);
        }
        self.start.map_or(subject, |start| subject.started(start))
    }
}

pub(crate) fn qualification(code: QualificationCode, ground: bool, valid_to: Timestamp) -> Qualification {
    let ground = ground.then(|| "大学病院 読影 10年".to_owned());
    Qualification {
        code,
        body: code.usual_body().to_owned(),
        valid_to,
        ground,
    }
}

/// A specialist and a fixed node of an institution; signing them takes time, so once.
fn certificates() -> &'static (PractitionerCertificate, NodeCertificate) {
    static CERTIFICATES: OnceLock<(PractitionerCertificate, NodeCertificate)> = OnceLock::new();
    CERTIFICATES.get_or_init(|| {
        let mut world = World::new();
        (
            world.practitioner(&SecretKey::from_seed(&[7; 32])),
            world.node(&SecretKey::from_seed(&[8; 32])),
        )
    })
}
