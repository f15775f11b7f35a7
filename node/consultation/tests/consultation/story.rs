//! A case in the usual way, as far as a test needs it.

use dokuei_consultation::body::Body;
use dokuei_consultation::entry::SignedEntry;
use dokuei_consultation::id::EntryId;
use dokuei_consultation::machine::Case;
use dokuei_consultation::refusal::Refusal;

use crate::bodies;
use crate::world::{CASE, CLINIC, DENTIST, HOSPITAL, HOSPITAL_2, SPECIALIST, World, certificate, write};

/// A case at one node, taken as far as the test needs it.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) case: Case,
}

impl Story {
    /// A case as the clinic's node has it, with nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            world: World::agreed(),
            case: Case::new(CASE, certificate(CLINIC)),
        }
    }

    pub(crate) fn requested() -> Self {
        let mut story = Self::empty();
        story
            .dentist(Body::Request(Box::new(bodies::request(&story.world))))
            .unwrap();
        story
    }

    pub(crate) fn accepted() -> Self {
        let mut story = Self::requested();
        story.specialist(bodies::accept(&story.case)).unwrap();
        story
    }

    /// Accepted; the images are offered to both nodes of the hospital.
    pub(crate) fn offered() -> Self {
        let mut story = Self::accepted();
        story.offer();
        story
    }

    pub(crate) fn offer(&mut self) {
        self.dentist(bodies::offer()).unwrap();
        for node in [HOSPITAL, HOSPITAL_2] {
            self.dentist(bodies::grant(node)).unwrap();
        }
    }

    pub(crate) fn delivered() -> Self {
        let mut story = Self::offered();
        story.node(bodies::received()).unwrap();
        story
    }

    /// A final report has come.
    pub(crate) fn reported() -> Self {
        let mut story = Self::delivered();
        let report = bodies::report(&story.case, &story.world);
        story.specialist(Body::Report(Box::new(report))).unwrap();
        story
    }

    pub(crate) fn dentist(&mut self, body: Body) -> Result<EntryId, Refusal> {
        self.by(DENTIST, CLINIC, body)
    }

    pub(crate) fn specialist(&mut self, body: Body) -> Result<EntryId, Refusal> {
        self.by(SPECIALIST, HOSPITAL, body)
    }

    pub(crate) fn node(&mut self, body: Body) -> Result<EntryId, Refusal> {
        self.by(HOSPITAL, HOSPITAL, body)
    }

    pub(crate) fn by(&mut self, signer: &str, device: &str, body: Body) -> Result<EntryId, Refusal> {
        write(&mut self.case, &self.world, (signer, device), body).map(|(entry, _)| entry.id())
    }

    /// All entries, in order.
    pub(crate) fn entries(&self) -> Vec<SignedEntry> {
        self.case.log().entries_since(&[]).into_iter().cloned().collect()
    }
}
