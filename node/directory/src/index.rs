//! The directory itself: practitioners in force, with what they say of themselves, ready to be searched.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use dokuei_identity::certificate::{PractitionerCertificate, QualificationCode};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::policy::{self, Action};
use dokuei_identity::time::Timestamp;
use wana_kana::ConvertJapanese;

use crate::fold;
use crate::haystack::{Field, Folded};
use crate::needle::Search;
use crate::profile::{About, VerifiedProfile};
use crate::query::{MAX_PAGE, Order, Query, Scope};

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
    folded: Folded,
    /// The name in kana, by which lists are ordered in Japan.
    collation: String,
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
        let mut entry = Entry::new(certificate, profile);
        match self.places.get(&certificate.fingerprint) {
            Some(&place) => {
                entry.load = self.entries[place].load;
                self.entries[place] = entry;
            }
            None => {
                self.places.insert(certificate.fingerprint, self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    /// Takes somebody out: revoked, suspended or superseded. Tells whether she was in.
    pub fn remove(&mut self, fingerprint: &Fingerprint) -> bool {
        let Some(place) = self.places.remove(fingerprint) else {
            return false;
        };
        self.entries.swap_remove(place);
        if let Some(moved) = self.entries.get(place) {
            self.places.insert(moved.certificate.fingerprint, place);
        }
        true
    }

    /// Tells how many cases somebody has of which we know, for [`Order::Load`]. It stays when her entry is replaced.
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
        let &place = self.places.get(fingerprint)?;
        Some(self.entries[place].hit(0, now))
    }

    /// Answers a question. Nobody whose certificate does not hold at `now` is given, and with [`Scope::Readers`]
    /// nobody who may not read at `now`.
    #[must_use]
    pub fn search(&self, query: &Query, now: Timestamp) -> Page<'_> {
        self.search_among(query, now, |_| true)
    }

    /// As [`Self::search`], among those whom `offered` names: the caller may know more than the directory does, for
    /// example who can be reached. It is asked last, for those only whom everything else lets through.
    #[must_use]
    pub fn search_among(
        &self,
        query: &Query,
        now: Timestamp,
        offered: impl Fn(&Fingerprint) -> bool,
    ) -> Page<'_> {
        let text = Search::new(&query.text, None);
        let institution = query
            .institution
            .as_deref()
            .map(|name| Search::new(name, Some(Field::Institution)));
        let mut found: Vec<(u32, &Entry)> = self
            .entries
            .iter()
            .filter(|entry| entry.passes(query, now))
            .filter(|entry| {
                institution
                    .as_ref()
                    .is_none_or(|search| search.found(&entry.folded))
            })
            .filter_map(|entry| {
                let fingerprint = &entry.certificate.fingerprint;
                Some((text.score(&entry.folded, fingerprint)?, entry))
            })
            .filter(|(_, entry)| offered(&entry.certificate.fingerprint))
            .collect();
        let total = found.len();
        let end = query.offset.saturating_add(query.limit.min(MAX_PAGE)).min(total);
        let compare = |one: &(u32, &Entry), other: &(u32, &Entry)| in_order(query.order, *one, *other, now);
        if end < total {
            found.select_nth_unstable_by(end, compare);
            found.truncate(end);
        }
        found.sort_unstable_by(compare);
        let page = found.get(query.offset.min(end)..).unwrap_or_default();
        Page {
            total,
            hits: page.iter().map(|(score, entry)| entry.hit(*score, now)).collect(),
        }
    }
}

/// The order of two hits; total, so that pages fit together.
fn in_order(
    order: Order,
    (score, one): (u32, &Entry),
    (other_score, other): (u32, &Entry),
    now: Timestamp,
) -> Ordering {
    let by_relevance = || other_score.cmp(&score);
    let by_turnaround = || one.turnaround().cmp(&other.turnaround());
    let first = match order {
        Order::Relevance => by_relevance(),
        Order::Turnaround => by_turnaround(),
        Order::Load => one.load.cmp(&other.load).then_with(by_turnaround),
    };
    first
        .then_with(by_relevance)
        .then_with(|| Reverse(one.accepts(now)).cmp(&Reverse(other.accepts(now))))
        .then_with(|| one.collation.cmp(&other.collation))
        .then_with(|| one.certificate.fingerprint.cmp(&other.certificate.fingerprint))
}

impl Entry {
    fn new(certificate: &PractitionerCertificate, profile: Option<&VerifiedProfile>) -> Self {
        let own = profile
            .map(VerifiedProfile::profile)
            .filter(|profile| profile.practitioner == certificate.fingerprint);
        let told = own.map(|profile| Told {
            seq: profile.seq,
            about: profile.about.clone(),
            has_photo: profile.photo.is_some(),
        });
        let about = told.as_ref().map(|told| &told.about);
        Self {
            folded: Folded::of(certificate, about),
            collation: collation(certificate, about),
            certificate: certificate.clone(),
            told,
            load: 0,
        }
    }

    fn about(&self) -> Option<&About> {
        self.told.as_ref().map(|told| &told.about)
    }

    /// Hours; the largest number when she does not tell.
    fn turnaround(&self) -> u16 {
        let told = self.about().and_then(|about| about.turnaround);
        told.map_or(u16::MAX, |turnaround| turnaround.usual)
    }

    /// Whether she says that she accepts cases: never while she is away.
    fn accepts(&self, now: Timestamp) -> bool {
        let Some(about) = self.about() else {
            return false;
        };
        let told = about.availability;
        told.is_some_and(|availability| availability.accepting_at(now)) && !about.is_away(now)
    }

    /// The qualifications by which she may read now. Policy decides whether; the list only tells why.
    fn reads_by(&self, now: Timestamp) -> impl Iterator<Item = QualificationCode> {
        let may = policy::entitled(&self.certificate, Action::Consult, now).is_ok();
        self.certificate
            .qualifications
            .iter()
            .filter(move |held| may && now <= held.valid_to)
            .map(|held| held.code)
    }

    /// Whether every filter but the words holds.
    fn passes(&self, query: &Query, now: Timestamp) -> bool {
        self.certificate.validity.contains(now)
            && (query.scope == Scope::Everybody || self.reads_by(now).next().is_some())
            && query
                .qualification
                .is_none_or(|code| self.reads_by(now).any(|held| held == code))
            && query.accepting.is_none_or(|wanted| self.accepts(now) == wanted)
            && query.turnaround.is_none_or(|hours| self.turnaround() <= hours)
            && self.offers(query)
    }

    fn offers(&self, query: &Query) -> bool {
        let asks = query.region.is_some() || query.language.is_some() || !query.modalities.is_empty();
        let Some(about) = self.about() else {
            return !asks;
        };
        query.region.is_none_or(|region| about.regions.contains(&region))
            && query
                .language
                .as_ref()
                .is_none_or(|range| about.languages.iter().any(|spoken| spoken.answers(range)))
            && (query.modalities.is_empty()
                || query
                    .modalities
                    .iter()
                    .any(|wanted| about.modalities.contains(wanted)))
    }

    fn hit(&self, score: u32, now: Timestamp) -> Hit<'_> {
        Hit {
            certificate: &self.certificate,
            about: self.about(),
            seq: self.told.as_ref().map_or(0, |told| told.seq),
            has_photo: self.told.as_ref().is_some_and(|told| told.has_photo),
            reads_by: self.reads_by(now).collect(),
            load: self.load,
            score,
        }
    }
}

/// The name in hiragana, family name first: as the profile tells it, else made from the Latin name.
fn collation(certificate: &PractitionerCertificate, about: Option<&About>) -> String {
    let told = about.and_then(|about| about.kana.as_ref());
    let words = told.map_or_else(
        || {
            let mut words = fold::words(&certificate.name.latin);
            let by = words.len().min(1);
            words.rotate_right(by);
            words.iter().map(|word| word.as_str().to_hiragana()).collect()
        },
        |kana| fold::words(kana.as_str()),
    );
    words.join(" ")
}
