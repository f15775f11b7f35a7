//! Who may do what: one pure table of rules, each with the clause it comes from.
//!
//! The guideline (遠隔画像診断に関するガイドライン, Japanese Society for Oral and Maxillofacial Radiology) and the two
//! Acts decide; see [`RULES`]. Times are the caller's: a qualification or certificate that has run out gives nothing.

use serde::Serialize;

use crate::certificate::{
    DeviceClass, DeviceOwner, LicenceKind, NodeCertificate, PractitionerCertificate, Qualification,
    QualificationCode,
};
use crate::time::Timestamp;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Look at the work list and at cases one is a party of.
    Observe,
    /// Propose or countersign a consultation agreement.
    Agree,
    /// Request a consultation.
    Request,
    /// Accept a consultation, which promises a reading.
    Consult,
    /// Sign a report.
    SignReport,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::Observe,
        Self::Agree,
        Self::Request,
        Self::Consult,
        Self::SignReport,
    ];

    /// Whether it is part of diagnosis or treatment, which the Acts reserve.
    const fn is_medical(self) -> bool {
        !matches!(self, Self::Observe)
    }

    /// Whether it is reading images for others.
    const fn is_reading(self) -> bool {
        matches!(self, Self::Consult | Self::SignReport)
    }
}

/// A rule of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable name.
    pub id: &'static str,
    /// Where it comes from.
    pub clause: &'static str,
    /// The refusal in Japanese, one sentence.
    pub japanese: &'static str,
    /// The refusal in English, one sentence.
    pub english: &'static str,
}

/// The certificate does not hold at this time.
pub const CERTIFICATE_IN_FORCE: Rule = Rule {
    id: "certificate-in-force",
    clause: "ガイドライン 5-1(3)",
    japanese: "資格証明書の有効期間外のため、この操作はできません。登録機関で更新してください。",
    english: "The certificate is not valid at this time, so this is refused; have the registry renew it.",
};
/// A dentist without a Japanese licence.
pub const JAPANESE_DENTAL_LICENCE: Rule = Rule {
    id: "japanese-dental-licence",
    clause: "歯科医師法17条; ガイドライン 5-1(1) 註2",
    japanese: "歯科医師法第17条により、日本の歯科医師免許を持たない者は、国外からであっても診断に関わる行為を行えません。",
    english: "Article 17 of the Dental Practitioners Act reserves this to holders of a Japanese dental licence, \
              wherever they are.",
};
/// A physician without a Japanese licence.
pub const JAPANESE_MEDICAL_LICENCE: Rule = Rule {
    id: "japanese-medical-licence",
    clause: "医師法17条; ガイドライン 5-1(1) 註2",
    japanese: "医師法第17条により、日本の医師免許を持たない者は、国外からであっても診断に関わる行為を行えません。",
    english: "Article 17 of the Medical Practitioners Act reserves this to holders of a Japanese medical licence, \
              wherever they are.",
};
/// A dentist without a qualification to read.
pub const READING_QUALIFICATION_DENTIST: Rule = Rule {
    id: "reading-qualification-dentist",
    clause: "ガイドライン 4",
    japanese: "ガイドライン第4項により、読影は歯科放射線専門医またはそれと同等の能力を有する歯科医師に限られます。",
    english: "Guideline section 4 reserves reading to specialists in oral radiology and dentists of equivalent \
              ability; no such qualification is in force.",
};
/// A physician without a qualification to read.
pub const READING_QUALIFICATION_PHYSICIAN: Rule = Rule {
    id: "reading-qualification-physician",
    clause: "ガイドライン 4",
    japanese: "ガイドライン第4項により、医師による読影は放射線診断専門医に限られます。",
    english: "Guideline section 4 lets physicians read only as specialists in diagnostic radiology; no such \
              qualification is in force.",
};
/// A private device that is not a virtual desktop.
pub const NO_PRIVATE_DEVICE: Rule = Rule {
    id: "no-private-device",
    clause: "ガイドライン 6(4)",
    japanese: "個人所有の端末は、隔離された仮想デスクトップを除き使用できません。施設の端末を使用してください。",
    english: "Guideline section 6(4) refuses privately owned devices except isolated virtual desktops; use a device \
              of the institution.",
};

/// Every rule, in the order in which they are asked.
pub const RULES: [Rule; 6] = [
    CERTIFICATE_IN_FORCE,
    JAPANESE_DENTAL_LICENCE,
    JAPANESE_MEDICAL_LICENCE,
    READING_QUALIFICATION_DENTIST,
    READING_QUALIFICATION_PHYSICIAN,
    NO_PRIVATE_DEVICE,
];

/// A refusal: the first rule that forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{} ({})", rule.english, rule.clause)]
pub struct Denial {
    /// The rule.
    pub rule: Rule,
}

impl Denial {
    /// Stable name of the rule.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.rule.id
    }

    /// The clause of Act or guideline.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        self.rule.clause
    }
}

/// Whether the holder of `certificate` may do `action` at `now`.
///
/// # Errors
/// The [`Denial`] that forbids it.
pub fn may(certificate: &PractitionerCertificate, action: Action, now: Timestamp) -> Result<(), Denial> {
    let deny = |rule| Err(Denial { rule });
    if !certificate.validity.contains(now) {
        return deny(CERTIFICATE_IN_FORCE);
    }
    let kind = certificate.licence.kind;
    if action.is_medical() && certificate.licence.jurisdiction != "JP" {
        return deny(licence_rule(kind));
    }
    if action.is_reading()
        && !certificate
            .qualifications
            .iter()
            .any(|held| reads(held, kind, now))
    {
        return deny(qualification_rule(kind));
    }
    Ok(())
}

/// Whether a device of this class and owner may be a node.
///
/// # Errors
/// [`NO_PRIVATE_DEVICE`].
pub fn may_be_node(class: DeviceClass, owner: DeviceOwner) -> Result<(), Denial> {
    match (owner, class) {
        (DeviceOwner::Institution, _) | (DeviceOwner::Private, DeviceClass::VirtualDesktop) => Ok(()),
        (DeviceOwner::Private, _) => Err(Denial {
            rule: NO_PRIVATE_DEVICE,
        }),
    }
}

/// Whether a node may take part at `now`.
///
/// # Errors
/// The [`Denial`] that forbids it.
pub fn may_take_part(node: &NodeCertificate, now: Timestamp) -> Result<(), Denial> {
    if !node.validity.contains(now) {
        return Err(Denial {
            rule: CERTIFICATE_IN_FORCE,
        });
    }
    may_be_node(node.device_class, node.owner)
}

/// The rule that reserves diagnosis to holders of a Japanese licence of this kind.
pub(crate) const fn licence_rule(kind: LicenceKind) -> Rule {
    match kind {
        LicenceKind::Dentist => JAPANESE_DENTAL_LICENCE,
        LicenceKind::Physician => JAPANESE_MEDICAL_LICENCE,
    }
}

/// The rule that reserves reading to the qualified of this kind.
pub(crate) const fn qualification_rule(kind: LicenceKind) -> Rule {
    match kind {
        LicenceKind::Dentist => READING_QUALIFICATION_DENTIST,
        LicenceKind::Physician => READING_QUALIFICATION_PHYSICIAN,
    }
}

/// Whether one qualification lets a dentist or physician read at `now`.
fn reads(held: &Qualification, kind: LicenceKind, now: Timestamp) -> bool {
    now <= held.valid_to && fits(held, kind)
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
