//! The directory of this node: whom it knows, what they say of themselves, and who of them can be reached.
//!
//! The index is built at the first question and kept up to date afterwards: whoever learns something new of a
//! practitioner notes her name, and the next question looks at her again. A new revocation list or register has
//! everybody looked at.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use dokuei_directory::absence;
use dokuei_directory::index::{Hit, Index};
use dokuei_directory::photo::Photo;
use dokuei_directory::profile::{self, About, Profile};
use dokuei_directory::query::Query;
use dokuei_directory::roster;
use dokuei_directory::text;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_net::peer_id_of;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ServiceError;
use super::session::Session;
use super::{Node, view};
use crate::clock;

/// An absence that begins within this time is told ahead, seconds: what is asked for now may not be read before.
const SOON_AWAY: u64 = 14 * 86_400;

/// What is held of the directory between questions.
#[derive(Debug, Default)]
pub(super) struct Directory(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    index: Index,
    /// Where each can be reached, this node left out.
    places: HashMap<Fingerprint, Vec<Place>>,
    /// The revocation list and the size of the register against which everybody was looked at.
    against: (u64, u64),
}

/// A node on which somebody works.
#[derive(Debug, Clone)]
struct Place {
    peer_id: String,
    institution: Option<String>,
    until: Timestamp,
}

/// One page of an answer.
#[derive(Debug)]
pub struct Found {
    /// How many there are in all.
    pub total: usize,
    /// Those of this page, as the API shows them.
    pub people: Value,
}

/// A profile as its owner writes it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileForm {
    /// Everything but the photo; what is left out is not said any more.
    #[schema(value_type = crate::gateway::shapes::directory::GivenAbout)]
    pub about: About,
    /// Left out: the photo stays. Null: no photo. Else: a PNG or JPEG file, base64.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub photo: Option<Option<String>>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Node {
    /// Answers a question to the directory with those who can be reached at another node than this one.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn find(&self, query: &Query, online: &HashMap<String, bool>) -> Result<Found, ServiceError> {
        let now = self.now();
        self.with_directory(|held| {
            let reachable = |one: &Fingerprint| held.places_at(one, now).next().is_some();
            let page = held.index.search_among(query, now, reachable);
            let people = page.hits.iter().map(|hit| held.view(hit, online, now));
            Found {
                total: page.total,
                people: people.collect(),
            }
        })
    }

    /// One person of the directory, whether or not she can be reached.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn person(&self, fingerprint: &str, online: &HashMap<String, bool>) -> Result<Value, ServiceError> {
        let (fingerprint, now) = (named(fingerprint)?, self.now());
        self.with_directory(|held| {
            let hit = held.index.get(&fingerprint, now)?;
            Some(held.view(&hit, online, now))
        })?
        .ok_or(ServiceError::Unknown("practitioner"))
    }

    /// When somebody is away, now or soon, and who stands in; null when she is not.
    pub(super) fn absence_of(&self, who: &Fingerprint) -> Result<Value, ServiceError> {
        let now = self.now();
        self.with_directory(|held| {
            let about = held.index.get(who, now).and_then(|hit| hit.about);
            about.map_or(Value::Null, |about| held.absence_view(about, now))
        })
    }

    /// The photo of a practitioner.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when she is not known or has none.
    pub fn photo(&self, fingerprint: &str) -> Result<Photo, ServiceError> {
        let person = self
            .people()
            .certificate(&named(fingerprint)?)
            .ok_or(ServiceError::Unknown("practitioner"))?;
        let profile = self.people().profile(&person)?;
        profile
            .and_then(|profile| profile.profile().photo.clone())
            .ok_or(ServiceError::Unknown("photo"))
    }

    /// What the signed-in practitioner says of herself; an empty profile with number 0 when she never did.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn own_profile(&self, session: &Session) -> Result<Value, ServiceError> {
        let profile = self.people().profile(&session.certificate)?;
        let Some(profile) = profile.as_ref().map(|verified| verified.profile()) else {
            return Ok(json!({"seq": 0, "about": About::default(), "photo": null}));
        };
        let photo = profile.photo.as_ref().map(
            |photo| json!({"media_type": photo.kind().media_type(), "base64": BASE64.encode(photo.bytes())}),
        );
        Ok(json!({
            "seq": profile.seq,
            "issued_at": clock::rfc3339(profile.issued_at),
            "about": profile.about,
            "photo": photo,
        }))
    }

    /// Signs and publishes what the signed-in practitioner says of herself from now on.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when something in it is not acceptable.
    pub fn set_profile(&self, session: &Session, form: ProfileForm) -> Result<Value, ServiceError> {
        let now = self.now();
        let refused = |error| ServiceError::field("profile", error);
        {
            let _one = self.write_lock();
            let known = self.people().profile(&session.certificate)?;
            let known = known.as_ref().map(|verified| verified.profile());
            let photo = match form.photo {
                None => known.and_then(|profile| profile.photo.clone()),
                Some(photo) => photo.as_deref().map(read_photo).transpose()?,
            };
            let profile = Profile {
                practitioner: session.certificate.fingerprint,
                seq: known.map_or(0, |profile| profile.seq) + 1,
                issued_at: now,
                about: form.about,
                photo,
            };
            let bytes = profile::sign(&profile, &session.secrets.signing).map_err(refused)?;
            self.people().learn_profile(&session.certificate, &bytes, now)?;
        }
        self.audit(&session.id, "profile", &session.id, "success")?;
        let met = self.met().clone();
        self.to_introduce().extend(met);
        self.ring();
        self.own_profile(session)
    }

    /// Runs `ask` on the directory as it is now.
    fn with_directory<T>(&self, ask: impl FnOnce(&Held) -> T) -> Result<T, ServiceError> {
        let mut guard = self.directory_lock();
        // Before it is looked at, so that what changes meanwhile is looked at again.
        let changed = self.people().take_changed();
        let against = (self.crl_number(), self.register().size());
        let held = match guard.take().filter(|held| held.against == against) {
            Some(mut held) => {
                for fingerprint in changed {
                    match self.people().certificate(&fingerprint) {
                        Some(_) => {
                            for person in self.people().line(&fingerprint) {
                                self.look_at(&mut held, &person)?;
                            }
                        }
                        None => held.forget(&fingerprint),
                    }
                }
                held
            }
            None => self.build_directory(against)?,
        };
        Ok(ask(guard.insert(held)))
    }

    fn build_directory(&self, against: (u64, u64)) -> Result<Held, ServiceError> {
        let mut held = Held {
            index: Index::default(),
            places: HashMap::new(),
            against,
        };
        for person in self.people().all()? {
            self.look_at(&mut held, &person)?;
        }
        Ok(held)
    }

    /// Puts somebody in as she is known now; whose credential does not stand is taken out.
    fn look_at(&self, held: &mut Held, person: &PractitionerCertificate) -> Result<(), ServiceError> {
        let fingerprint = person.fingerprint;
        // Whoever renewed her certificate is offered once, with the one for which she has published a device list.
        let listed = self.people().newest_list(&fingerprint)?;
        let replaced = listed.is_some_and(|list| list.list().practitioner != fingerprint);
        // Nobody is offered whose credential does not stand now (R3, R4).
        if replaced || self.people().stands_itself(&fingerprint).is_err() {
            held.forget(&fingerprint);
            return Ok(());
        }
        let (now, here) = (self.now(), self.here().ok());
        let devices = self.people().nodes_of(&fingerprint, now)?;
        let elsewhere = devices.iter().filter(|device| Some(device.node) != here);
        let places = elsewhere.map(|device| Place {
            peer_id: peer_id_of(&device.node_key).to_string(),
            institution: self
                .people()
                .node_certificate(&device.node)
                .map(|node| node.institution),
            until: device.valid_until,
        });
        held.places.insert(fingerprint, places.collect());
        // A profile that does not verify any more hides its owner from nobody.
        let profile = self.people().profile(person).ok().flatten();
        held.index.insert(person, profile.as_ref());
        Ok(())
    }

    fn directory_lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.0.directory.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn forget(&mut self, fingerprint: &Fingerprint) {
        self.index.remove(fingerprint);
        self.places.remove(fingerprint);
    }

    fn places_at(&self, fingerprint: &Fingerprint, now: Timestamp) -> impl Iterator<Item = &Place> {
        let places = self.places.get(fingerprint).into_iter().flatten();
        places.filter(move |place| now <= place.until)
    }

    /// Somebody as the API shows her.
    fn view(&self, hit: &Hit<'_>, online: &HashMap<String, bool>, now: Timestamp) -> Value {
        let person = hit.certificate;
        let places: Vec<&Place> = self.places_at(&person.fingerprint, now).collect();
        let institution = places.iter().find_map(|place| place.institution.as_deref());
        let institution = institution.or(person.institution.as_deref());
        let mut view = view::person(person, now);
        view["name_ja"] = text::plain(&person.name.japanese).into();
        view["name_latin"] = text::plain(&person.name.latin).into();
        view["institution"] = institution.map(text::plain).into();
        view["peer_id"] = places.first().map(|place| place.peer_id.as_str()).into();
        view["reachable"] = (!places.is_empty()).into();
        view["online"] = places
            .iter()
            .any(|place| online.contains_key(&place.peer_id))
            .into();
        view["reads_by"] = hit.reads_by.iter().map(|code| code.as_str()).collect();
        view["profile"] = hit.about.map(|about| about_view(hit, about, now)).into();
        if let Some(about) = hit.about {
            view["profile"]["absence"] = self.absence_view(about, now);
            let on_duty = roster::on_duty(about.roster.as_deref().unwrap_or_default(), now);
            view["profile"]["on_duty"] = self.standing_in(&on_duty, now);
        }
        view
    }

    /// When somebody is away, now or next within [`SOON_AWAY`], and who stands in and may read now.
    fn absence_view(&self, about: &About, now: Timestamp) -> Value {
        let absences = about.absences.as_deref().unwrap_or_default();
        let Some(absence) =
            absence::current_or_next(absences, now).filter(|one| one.from.since(now) <= SOON_AWAY)
        else {
            return Value::Null;
        };
        json!({
            "from": clock::rfc3339(absence.from),
            "until": clock::rfc3339(absence.until),
            "away_now": absence.contains(now),
            "deputies": self.standing_in(&absence.deputies, now),
        })
    }

    /// Those of them who are known here and not away themselves, in their order.
    fn standing_in(&self, people: &[Fingerprint], now: Timestamp) -> Value {
        let known = people.iter().filter_map(|who| self.index.get(who, now));
        let there = known.filter(|hit| !hit.about.is_some_and(|about| about.is_away(now)));
        there
            .map(|hit| {
                json!({
                    "fingerprint": hit.certificate.fingerprint,
                    "name_ja": text::plain(&hit.certificate.name.japanese),
                    "name_latin": text::plain(&hit.certificate.name.latin),
                    "institution": hit.certificate.institution.as_deref().map(text::plain),
                    "may_read": !hit.reads_by.is_empty(),
                })
            })
            .collect()
    }
}

/// What somebody says of herself, with the names that a user interface shows.
fn about_view(hit: &Hit<'_>, about: &About, now: Timestamp) -> Value {
    let named =
        |code: String, japanese: &str, english: &str| json!({"code": code, "ja": japanese, "en": english});
    let regions = about.regions.iter();
    let modalities = about.modalities.iter();
    let interests = about.interests.iter();
    let languages = about.languages.iter().map(|one| {
        let (japanese, english) = one.names().unwrap_or((one.as_str(), one.as_str()));
        named(one.to_string(), japanese, english)
    });
    let photo = hit
        .has_photo
        .then(|| format!("/api/v1/directory/{}/photo", hit.certificate.fingerprint));
    json!({
        "seq": hit.seq,
        "kana": about.kana,
        "regions": regions.map(|one| named(one.to_string(), one.japanese(), one.english())).collect::<Value>(),
        "modalities": modalities.map(|one| named(one.to_string(), one.japanese(), one.english())).collect::<Value>(),
        "interests": interests.map(|one| named(one.to_string(), one.japanese(), one.english())).collect::<Value>(),
        "other_interests": about.other_interests,
        "languages": languages.collect::<Value>(),
        "hours": about.hours,
        "open_now": (!about.hours.spans().is_empty()).then(|| about.hours.contains(now)),
        "turnaround": about.turnaround,
        "accepting": about.availability.map(|one| one.accepting_at(now) && !about.is_away(now)),
        "accepting_until": about
            .availability
            .and_then(|one| one.until)
            .filter(|until| now <= *until)
            .map(clock::rfc3339),
        "urgent_phone": about.urgent_phone,
        "introduction": about.introduction,
        "photo": photo,
    })
}

fn named(fingerprint: &str) -> Result<Fingerprint, ServiceError> {
    fingerprint
        .parse()
        .map_err(|_| ServiceError::Unknown("practitioner"))
}

fn read_photo(base64: &str) -> Result<Photo, ServiceError> {
    let bytes = BASE64
        .decode(base64)
        .map_err(|_| ServiceError::field("photo", "it is not base64"))?;
    Photo::new(&bytes).map_err(|error| ServiceError::field("photo", error))
}
