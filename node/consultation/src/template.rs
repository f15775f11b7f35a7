//! The standard agreement between a requesting and a consulting practitioner (R8): a text to begin with, in Japanese
//! and English, that both sign.

use dokuei_identity::time::Timestamp;

use crate::body::{Agreement, Party};
use crate::id::Sha256Hash;

/// Hours from acceptance to a routine report.
const TURNAROUND_HOURS: u32 = 48;
/// Years for which both keep the records (歯科医師法 23条).
const RETENTION_YEARS: u32 = 5;

/// How responsibility is shared.
const RESPONSIBILITIES: &str = "\
依頼者は、検査の正当化、患者への説明と同意、報告書と画像の確認、疑義照会、患者への結果の説明に責任を負う。\
読影者は、善良な管理者の注意をもって読影し、署名した報告書に責任を負う。ネットワークと機器は各自の施設が管理する。\n\
The requester answers for justifying the examination, for explanation and consent, for reading report and images, for \
asking when in doubt and for explaining the result. The consultant reads with the care of a good manager and answers \
for the signed report. Each institution answers for its own network and devices.";

/// The standard agreement, from `valid_from` to `valid_until`; `emergency_contact` says whom to call, and how.
#[must_use]
pub fn standard(
    proposer: Party,
    other: Party,
    emergency_contact: String,
    valid_from: Timestamp,
    valid_until: Timestamp,
) -> Agreement {
    let terms = terms(&proposer, &other, &emergency_contact);
    Agreement {
        terms_hash: Sha256Hash::of(terms.as_bytes()),
        proposer,
        other,
        terms,
        valid_from,
        valid_until,
        turnaround_hours: TURNAROUND_HOURS,
        emergency_contact,
        retention_years: RETENTION_YEARS,
        responsibilities: RESPONSIBILITIES.to_owned(),
        countersigns: None,
    }
}

fn terms(proposer: &Party, other: &Party, contact: &str) -> String {
    format!(
        "歯科遠隔画像診断に関する取り決め\n\
         甲: {} ({})\n乙: {} ({})\n\
         1. 目的と範囲: 画像の読影の依頼と報告。診断と治療の最終判断は主治の歯科医師・医師が行う。\n\
         2. 責任分担: {RESPONSIBILITIES}\n\
         3. 報告の期限: 受諾から{TURNAROUND_HOURS}時間以内。緊急所見は直ちに直接連絡する。\n\
         4. 緊急連絡先: {contact}\n\
         5. 記録の保存: {RETENTION_YEARS}年以上。\n\
         6. 費用: 別に定める。\n\
         7. 個人情報: 目的の範囲でのみ用い、法令に従って管理する。\n\n\
         Agreement on remote reading of dental images\n\
         A: {} ({})\nB: {} ({})\n\
         1. Purpose and scope: requests for readings and reports. The attending dentist or physician decides.\n\
         2. Responsibilities: as above.\n\
         3. Turnaround: within {TURNAROUND_HOURS} hours of acceptance; urgent findings are told directly and at once.\n\
         4. Emergency contact: {contact}\n\
         5. Retention: at least {RETENTION_YEARS} years.\n\
         6. Fees: agreed separately.\n\
         7. Personal information: used for this purpose only, handled as the law requires.\n",
        proposer.name,
        proposer.institution,
        other.name,
        other.institution,
        proposer.name,
        proposer.institution,
        other.name,
        other.institution,
    )
}

#[cfg(test)]
mod tests {
    use dokuei_identity::fingerprint::Fingerprint;

    use super::*;

    #[test]
    fn r8_the_standard_agreement_is_complete() {
        let party = |name: &str| Party {
            practitioner: Fingerprint::of(name.as_bytes()),
            name: name.to_owned(),
            institution: format!("{name}の施設"),
        };
        let agreement = standard(
            party("甲"),
            party("乙"),
            "03-0000-0000".to_owned(),
            Timestamp(1),
            Timestamp(2),
        );
        agreement.validate().unwrap();
        for duty in ["責任分担", "緊急連絡先", "記録の保存", "費用", "Turnaround"] {
            assert!(agreement.terms.contains(duty), "{duty}");
        }
    }
}
