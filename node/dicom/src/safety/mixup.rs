//! Whether it is one patient, and the right one.

use std::collections::BTreeSet;

use super::finding::{Finding, PatientField};
use crate::header::Patient;
use crate::name::PersonName;

/// The patient as the one who asks has it before her; what she does not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The name, in any writing.
    pub name: String,
    /// (0010,0020).
    pub id: String,
    /// `YYYYMMDD`, or with dividers.
    pub birth_date: String,
    /// `M`, `F`, `O`.
    pub sex: String,
}

/// In what two records of one patient contradict each other. What one of them does not say contradicts nothing.
#[must_use]
pub fn compare(one: &Patient, other: &Patient) -> BTreeSet<PatientField> {
    let mut found = BTreeSet::new();
    if differ(&one.id, &other.id) {
        found.insert(PatientField::Id);
    }
    if names_differ(&one.name, &other.name) {
        found.insert(PatientField::Name);
    }
    if differ(&digits(&one.birth_date), &digits(&other.birth_date)) {
        found.insert(PatientField::BirthDate);
    }
    if differ(&one.sex, &other.sex) {
        found.insert(PatientField::Sex);
    }
    found
}

/// In what the patient of the images is not the one who is meant.
#[must_use]
pub fn compare_expected(images: &Patient, expected: &Expected) -> Vec<Finding> {
    let mut fields = BTreeSet::new();
    if differ(&images.id, &expected.id) {
        fields.insert(PatientField::Id);
    }
    if differ(&digits(&images.birth_date), &digits(&expected.birth_date)) {
        fields.insert(PatientField::BirthDate);
    }
    if differ(&images.sex, &expected.sex) {
        fields.insert(PatientField::Sex);
    }
    let wanted = folded(&expected.name);
    let writings = [
        &images.name.alphabetic,
        &images.name.ideographic,
        &images.name.phonetic,
    ];
    let known = writings.iter().any(|writing| !writing.is_empty());
    if !wanted.is_empty() && known && !writings.iter().any(|writing| same_words(writing, &wanted)) {
        fields.insert(PatientField::Name);
    }
    fields.into_iter().map(Finding::DiffersFromRequest).collect()
}

fn differ(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    !one.is_empty() && !other.is_empty() && !one.eq_ignore_ascii_case(other)
}

fn digits(date: &str) -> String {
    date.chars().filter(char::is_ascii_digit).collect()
}

/// Two names differ when a writing that both have differs.
fn names_differ(one: &PersonName, other: &PersonName) -> bool {
    let pairs = [
        (&one.alphabetic, &other.alphabetic),
        (&one.ideographic, &other.ideographic),
        (&one.phonetic, &other.phonetic),
    ];
    pairs
        .iter()
        .any(|(one, other)| !one.is_empty() && !other.is_empty() && folded(one) != folded(other))
}

fn folded(name: &str) -> String {
    name.to_lowercase()
        .split(['^', ' ', '　', ','])
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The same parts, whichever comes first; Japanese is often written without a space.
fn same_words(writing: &str, wanted: &str) -> bool {
    let sorted = |text: &str| {
        let mut parts: Vec<String> = text.split(' ').map(ToOwned::to_owned).collect();
        parts.sort();
        parts
    };
    let writing = folded(writing);
    sorted(&writing) == sorted(wanted) || writing.replace(' ', "") == wanted.replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient(name: &str, id: &str, born: &str, sex: &str) -> Patient {
        Patient {
            name: PersonName::from_groups(name),
            id: id.into(),
            id_issuer: String::new(),
            birth_date: born.into(),
            sex: sex.into(),
        }
    }

    #[test]
    fn r12_two_patients_are_told_apart_and_one_written_twice_is_not() {
        let one = patient("YAMADA^TARO=山田^太郎", "1", "19800102", "M");
        assert_eq!(compare(&one, &patient("Yamada^Taro^^", "1", "", "M")), [].into());
        assert_eq!(
            compare(&one, &patient("=山田^太郎=やまだ^たろう", "1", "1980.01.02", "")),
            [].into()
        );
        let other = patient("YAMADA^TARO=山田^太朗", "2", "19800103", "F");
        assert_eq!(compare(&one, &other).len(), 4);
    }

    #[test]
    fn r12_the_patient_who_is_meant_is_compared_with_the_images() {
        let images = patient("YAMADA^TARO=山田^太郎=やまだ^たろう", "1", "19800102", "M");
        let expected = |name: &str, id: &str, born: &str| Expected {
            name: name.into(),
            id: id.into(),
            birth_date: born.into(),
            sex: String::new(),
        };
        for good in ["山田 太郎", "山田太郎", "Taro Yamada", "やまだ　たろう", ""] {
            assert_eq!(
                compare_expected(&images, &expected(good, "1", "1980-01-02")),
                [],
                "{good}"
            );
        }
        assert_eq!(
            compare_expected(&images, &expected("山田 花子", "2", "")),
            [
                Finding::DiffersFromRequest(PatientField::Name),
                Finding::DiffersFromRequest(PatientField::Id)
            ]
        );
    }
}
