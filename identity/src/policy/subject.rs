//! Who wants something: a practitioner, staff without a licence, or a node alone; and the machine it happens at.

use crate::certificate::{NodeCertificate, PractitionerCertificate, Validity};
use crate::register::Standing;

/// Who acts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'a> {
    /// Somebody with a licence.
    Practitioner(&'a PractitionerCertificate),
    /// Somebody of the institution without a licence.
    Staff,
    /// Nobody: the node by itself.
    Machine,
}

/// What the register says, as far as it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logged {
    /// It was not asked.
    NotAsked,
    /// It does not know the certificate.
    Absent,
    /// It says this.
    Says(Standing),
}

impl From<Option<Standing>> for Logged {
    fn from(standing: Option<Standing>) -> Self {
        standing.map_or(Self::Absent, Self::Says)
    }
}

/// How the keys of a node were opened when it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    /// By a passphrase, or by an authenticated person otherwise.
    Passphrase,
    /// Without anybody: a sealed credential of the machine.
    Unattended,
}

/// The machine that somebody works at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine<'a> {
    pub(super) certificate: &'a NodeCertificate,
    pub(super) logged: Logged,
    pub(super) start: Option<Start>,
}

/// Who wants something, and where. What is not told is not asked: a certificate alone, as a signed entry shows it, is
/// judged by what it says.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub(super) who: Who<'a>,
    pub(super) logged: Logged,
    pub(super) provisional: bool,
    pub(super) machine: Option<Machine<'a>>,
}

impl<'a> Subject<'a> {
    const fn of(who: Who<'a>) -> Self {
        Self {
            who,
            logged: Logged::NotAsked,
            provisional: false,
            machine: None,
        }
    }

    /// A practitioner, with the scope that her certificate states. Add the machine with [`Self::at`] and the
    /// register's word with [`Self::standing`].
    #[must_use]
    pub const fn practitioner(certificate: &'a PractitionerCertificate) -> Self {
        Self::of(Who::Practitioner(certificate)).provisional(!certificate.scope.is_full())
    }

    /// Somebody of the institution without a licence, at its node.
    #[must_use]
    pub const fn staff(node: &'a NodeCertificate) -> Self {
        Self::of(Who::Staff).at(node)
    }

    /// A node by itself, as at admission.
    #[must_use]
    pub const fn node(node: &'a NodeCertificate) -> Self {
        Self::of(Who::Machine).at(node)
    }

    /// The machine that it happens at.
    #[must_use]
    pub const fn at(mut self, node: &'a NodeCertificate) -> Self {
        self.machine = Some(Machine {
            certificate: node,
            logged: Logged::NotAsked,
            start: None,
        });
        self
    }

    /// What the register says about the practitioner's certificate: `None` when it does not know it.
    #[must_use]
    pub fn standing(mut self, standing: Option<Standing>) -> Self {
        self.logged = standing.into();
        self
    }

    /// What the register says about the node's certificate: `None` when it does not know it. Nothing without a node.
    #[must_use]
    pub fn node_standing(mut self, standing: Option<Standing>) -> Self {
        if let Some(machine) = &mut self.machine {
            machine.logged = standing.into();
        }
        self
    }

    /// How the node's keys were opened. Nothing without a node.
    #[must_use]
    pub const fn started(mut self, start: Start) -> Self {
        if let Some(machine) = &mut self.machine {
            machine.start = Some(start);
        }
        self
    }

    /// Whether the credential is one of narrower scope, issued until the evidence is complete.
    #[must_use]
    pub const fn provisional(mut self, provisional: bool) -> Self {
        self.provisional = provisional;
        self
    }

    /// When the practitioner's certificate holds, or that of the node when it stands for itself; `None` for staff.
    pub(super) fn validity(&self) -> Option<Validity> {
        match self.who {
            Who::Practitioner(certificate) => Some(certificate.validity),
            Who::Machine => self.machine.map(|machine| machine.certificate.validity),
            Who::Staff => None,
        }
    }
}
