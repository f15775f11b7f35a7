//! What an agreement says in full: who answers for what, for networks, devices and use, how soon, whom to call, for how
//! long, for which fee (R8); and the form on which a patient consents (R7). In Japanese and English.

use dokuei_consultation::body::{Agreement, MAX_LINE};
use dokuei_consultation::id::Sha256Hash;
use dokuei_document::{Block, FormDocument};
use serde::Deserialize;

use super::error::ServiceError;

/// What may be agreed otherwise than usual.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Wishes {
    /// Whom to call in an emergency, and the number.
    pub emergency_contact: Option<String>,
    /// Hours from acceptance to a routine report, 1 to 720.
    pub turnaround_hours: Option<u32>,
    /// For how many years both keep the records, 5 to 100 (歯科医師法23条).
    pub retention_years: Option<u32>,
    /// What is paid, in words.
    pub fees: Option<String>,
}

impl Wishes {
    /// Whether they can be agreed on.
    pub(super) fn validate(&self) -> Result<(), ServiceError> {
        if self
            .turnaround_hours
            .is_some_and(|hours| !(1..=720).contains(&hours))
        {
            return Err(ServiceError::field("turnaround_hours", "it is 1 to 720 hours"));
        }
        if self
            .retention_years
            .is_some_and(|years| !(5..=100).contains(&years))
        {
            return Err(ServiceError::field("retention_years", "it is 5 to 100 years"));
        }
        let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > MAX_LINE);
        if long(&self.fees) {
            return Err(ServiceError::field("fees", "at most 1000 characters"));
        }
        if long(&self.emergency_contact) {
            return Err(ServiceError::field(
                "emergency_contact",
                "at most 1000 characters",
            ));
        }
        Ok(())
    }
}

/// The agreement with what was wished and the terms written out.
pub(super) fn written_out(mut agreement: Agreement, wishes: &Wishes) -> Agreement {
    if let Some(hours) = wishes.turnaround_hours {
        agreement.turnaround_hours = hours;
    }
    if let Some(years) = wishes.retention_years {
        agreement.retention_years = years;
    }
    let fees = wishes
        .fees
        .as_deref()
        .map(str::trim)
        .filter(|fees| !fees.is_empty());
    agreement.terms = terms(&agreement, fees);
    agreement.terms_hash = Sha256Hash::of(agreement.terms.as_bytes());
    agreement
}

fn terms(agreement: &Agreement, fees: Option<&str>) -> String {
    let party = |party: &dokuei_consultation::body::Party| format!("{}（{}）", party.name, party.institution);
    let values = [
        ("{A}", party(&agreement.proposer)),
        ("{B}", party(&agreement.other)),
        ("{HOURS}", agreement.turnaround_hours.to_string()),
        ("{YEARS}", agreement.retention_years.to_string()),
        ("{CONTACT}", agreement.emergency_contact.clone()),
        ("{FEES_JA}", fees.unwrap_or("別に定める").to_owned()),
        ("{FEES_EN}", fees.unwrap_or("agreed separately").to_owned()),
    ];
    // One pass, so that what somebody wrote is never read as a mark.
    let mut text = String::new();
    let mut rest = TERMS;
    while let Some(at) = rest.find('{') {
        let (before, marked) = rest.split_at(at);
        text.push_str(before);
        match values.iter().find(|(mark, _)| marked.starts_with(mark)) {
            Some((mark, value)) => {
                text.push_str(value);
                rest = &marked[mark.len()..];
            }
            None => {
                text.push('{');
                rest = &marked[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

const TERMS: &str = include_str!("agreement_terms.txt");
const CONSENT: &str = include_str!("consent_form.txt");

/// The agreement as a paper.
pub(super) fn agreement_paper(
    agreement: &Agreement,
    id: &str,
    signed: &[(String, String)],
    made_at: i64,
) -> FormDocument {
    let mut blocks = blocks(&agreement.terms);
    blocks.push(Block::Heading("署名 Signatures".to_owned()));
    blocks.extend(
        signed
            .iter()
            .map(|(who, when)| Block::Row(who.clone(), when.clone())),
    );
    blocks.push(Block::Paragraph(
        "本書は電子署名された取り決めの写しです。原本は下記の記録です。 A copy; the record named below, which both have \
         signed, is the original."
            .to_owned(),
    ));
    FormDocument {
        title: "歯科遠隔画像診断に関する取り決め".to_owned(),
        subtitle: "Agreement on remote reading of dental images".to_owned(),
        blocks,
        footer: format!("取り決め Agreement {id}"),
        made_at,
    }
}

/// The form on which a patient consents, with the name of the clinic.
pub(super) fn consent_form(institution: &str, made_at: i64) -> FormDocument {
    let text = CONSENT.replace("{INSTITUTION}", institution);
    FormDocument {
        title: "画像診断の依頼に関する説明・同意書".to_owned(),
        subtitle: "Explanation and consent: remote reading of images".to_owned(),
        blocks: blocks(&text),
        footer: institution.to_owned(),
        made_at,
    }
}

/// `第` or `Article` begins a heading, `- ` a box to tick, `_ ` a line to write on.
fn blocks(text: &str) -> Vec<Block> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let parts = lines.map(|line| {
        if line.starts_with('第') || line.starts_with("Article ") || line.starts_with("## ") {
            Block::Heading(line.trim_start_matches("## ").to_owned())
        } else if let Some(item) = line.strip_prefix("- ") {
            Block::Item(item.to_owned())
        } else if let Some(label) = line.strip_prefix("_ ") {
            Block::Row(label.to_owned(), String::new())
        } else {
            Block::Paragraph(line.to_owned())
        }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use dokuei_consultation::body::Party;
    use dokuei_consultation::template::standard;
    use dokuei_identity::fingerprint::Fingerprint;
    use dokuei_identity::time::Timestamp;

    use super::*;

    fn agreed(wishes: &Wishes) -> Agreement {
        let party = |name: &str| Party {
            practitioner: Fingerprint::of(name.as_bytes()),
            name: name.to_owned(),
            institution: format!("{name}の施設"),
        };
        let contact = wishes
            .emergency_contact
            .clone()
            .unwrap_or("03-0000-0000".to_owned());
        let standard = standard(party("{B}甲"), party("乙"), contact, Timestamp(1), Timestamp(2));
        written_out(standard, wishes)
    }

    /// R8: both languages say who answers for network, devices and use, and name every value.
    #[test]
    fn r8_the_terms_are_complete_and_say_what_was_wished() {
        let wishes = Wishes {
            emergency_contact: Some("090-1111-2222 田中".to_owned()),
            turnaround_hours: Some(36),
            retention_years: Some(7),
            fees: Some("1件 3,000円".to_owned()),
        };
        wishes.validate().unwrap();
        let agreement = agreed(&wishes);
        agreement.validate().unwrap();
        for said in [
            "責任分担",
            "ネットワーク",
            "機器",
            "利用",
            "緊急連絡先",
            "保存",
            "費用",
            "善良な管理者",
            "network",
            "devices",
            "use",
            "Turnaround",
            "Fees",
            "neither party holds the other liable",
            "with the consent of A",
            "will be late",
            "are erased",
            "the law requires",
            "日本語を正文",
            "The Japanese text is the authentic one",
        ] {
            assert!(agreement.terms.contains(said), "{said}");
        }
        for (value, times) in [
            ("36", 2),
            ("090-1111-2222 田中", 2),
            ("1件 3,000円", 2),
            ("乙の施設", 2),
        ] {
            assert!(agreement.terms.matches(value).count() >= times, "{value}");
        }
        assert!(
            agreement.terms.contains("{B}甲"),
            "what somebody wrote is no mark"
        );
        assert!(!agreement.terms.contains("{HOURS}") && !agreement.terms.contains("{FEES"));
    }

    #[test]
    fn r8_what_nobody_can_mean_is_refused() {
        for wrong in [
            Wishes {
                turnaround_hours: Some(0),
                ..Wishes::default()
            },
            Wishes {
                turnaround_hours: Some(721),
                ..Wishes::default()
            },
            Wishes {
                retention_years: Some(4),
                ..Wishes::default()
            },
            Wishes {
                fees: Some("x".repeat(1_001)),
                ..Wishes::default()
            },
        ] {
            assert!(wrong.validate().is_err());
        }
    }

    /// R7: the form has room for all that a request must say of the consent.
    #[test]
    fn r7_the_form_has_what_a_consent_needs() {
        let form = consent_form("さくら歯科", 0);
        let lines: Vec<_> = form
            .blocks
            .iter()
            .filter_map(|block| match block {
                Block::Row(label, value) if value.is_empty() => Some(label.as_str()),
                _ => None,
            })
            .collect();
        for needed in ["患者氏名", "説明者", "説明日", "署名"] {
            assert!(lines.iter().any(|line| line.contains(needed)), "{needed}");
        }
        assert!(form.blocks.iter().any(|block| matches!(block, Block::Item(_))));
    }
}
