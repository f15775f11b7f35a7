//! The directory: whom one may ask for a reading, and how to find her.
//!
//! Two things make an entry. The *certificate* says who somebody is and what she may do; the registry answers for it.
//! The [`profile::Profile`] says what she offers: regions, modalities, languages, hours, usual turnaround, whether she
//! accepts cases now. She signs it with the key that her certificate names, so that nobody can speak for her, and it is
//! believed for what it says only: no profile makes anybody a specialist.
//!
//! [`index::Index`] is built from both and finds people by what one types: kanji, either kana, romaji of any school,
//! or English. Whoever asks "who can read this" gets holders of a qualification in force at that moment and nobody
//! else (guideline §4).
//!
//! The crate is pure: no I/O, no clock, no randomness.

pub mod absence;
pub mod bounded;
mod fold;
mod haystack;
pub mod hours;
pub mod index;
pub mod interest;
pub mod language;
pub mod modality;
pub mod names;
mod needle;
pub mod photo;
pub mod profile;
pub mod query;
pub mod region;
pub mod roster;
pub mod terms;
pub mod text;
mod variants;
