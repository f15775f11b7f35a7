//! The directory itself: practitioners in force, with what they say of themselves, ready to be searched.

use std::collections::HashMap;

use dokuei_identity::certificate::{PractitionerCertificate, QualificationCode};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::profile::{About, VerifiedProfile};
use crate::query::Query;

/// The directory, in memory. Photos are not kept in it.
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: Vec<Entry>,
    places: HashMap<Fingerprint, usize>,
}

#[derive(Debug, Clone)]
struct Entry {
    certificate: PractitionerCertificate,
    told: Option<Told>,
    load: u32,
}

/// What is kept of a profile.
#[derive(Debug, Clone)]
struct Told {
    seq: u64,
    about: About,
    has_photo: bool,
}

/// Somebody who was found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hit<'a> {
    /// Her certificate.
    pub certificate: &'a PractitionerCertificate,
    /// What she says of herself, if anything.
    pub about: Option<&'a About>,
    /// The number of her profile; 0 without one.
    pub seq: u64,
    /// Whether the profile has a photo.
    pub has_photo: bool,
    /// The qualifications by which she may read for others now; empty when she may not.
    pub reads_by: Vec<QualificationCode>,
    /// How many of our cases she has, see [`Index::set_load`].
    pub load: u32,
    /// How well the text matches; only the order means something.
    pub score: u32,
}

/// One page of what was found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<'a> {
    /// How many there are in all.
    pub total: usize,
    /// Those of this page.
    pub hits: Vec<Hit<'a>>,
}

impl Index {
    /// Builds the directory from everybody in force.
    pub fn build<'a>(
        people: impl IntoIterator<Item = (&'a PractitionerCertificate, Option<&'a VerifiedProfile>)>,
    ) -> Self {
        let mut index = Self::default();
        for (certificate, profile) in people {
            index.insert(certificate, profile);
        }
        index
    }

    /// Puts somebody in, or in the place of what was there under the same certificate. A profile that is not of this
    /// certificate is left aside.
    pub fn insert(&mut self, certificate: &PractitionerCertificate, profile: Option<&VerifiedProfile>) {
        let _ = (certificate, profile, &mut self.places);
    }

    /// Takes somebody out: revoked, suspended or superseded. Tells whether she was in.
    pub fn remove(&mut self, fingerprint: &Fingerprint) -> bool {
        let _ = fingerprint;
        false
    }

    /// Tells how many cases somebody has of which we know, for [`crate::query::Order::Load`]. It stays when her entry
    /// is replaced.
    pub fn set_load(&mut self, fingerprint: &Fingerprint, cases: u32) {
        if let Some(&place) = self.places.get(fingerprint) {
            self.entries[place].load = cases;
        }
    }

    /// How many people are in.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Somebody, as [`Self::search`] would give her, whether or not her certificate still holds at `now`.
    #[must_use]
    pub fn get(&self, fingerprint: &Fingerprint, now: Timestamp) -> Option<Hit<'_>> {
        let _ = (fingerprint, now);
        None
    }

    /// Answers a question. Nobody whose certificate does not hold at `now` is given, and with
    /// [`crate::query::Scope::Readers`] nobody who may not read at `now`.
    #[must_use]
    pub fn search(&self, query: &Query, now: Timestamp) -> Page<'_> {
        let _ = (query, now);
        Page {
            total: 0,
            hits: Vec::new(),
        }
    }
}
