//! A good body of every type; tests spoil them.

use dokuei_consultation::body::{
    Accept, Body, Close, Consent, Decline, EraseNotice, GUIDELINE, Grant, ImagesReviewed, Outcome,
    PackageOffered, Patient, PersonName, Received, Report, ReportRead, ReportStatus, Request, Requester, Sex,
    Urgency, Withdraw,
};
use dokuei_consultation::id::{EntryId, PackageId};
use dokuei_consultation::machine::Case;

use crate::world::{AGREEMENT, DENTIST, NOW, SPECIALIST, World, certificate};

pub(crate) const PACKAGE: PackageId = PackageId::from_bytes([0x9a; 16]);
/// What no log line and no error may show.
pub(crate) const PATIENT: &str = "山田^太郎";

/// From dentist to specialist.
pub(crate) fn request(world: &World) -> Request {
    Request {
        agreement: world.agreements[&AGREEMENT].reference(),
        requester: Requester {
            practitioner: certificate(DENTIST),
            name: "佐藤 花子".to_owned(),
            institution: "さくら歯科".to_owned(),
        },
        consultant: certificate(SPECIALIST),
        patient: Patient {
            name: PersonName {
                alphabetic: "Yamada^Tarou".to_owned(),
                ideographic: PATIENT.to_owned(),
                phonetic: "やまだ^たろう".to_owned(),
            },
            id: "P-0001".to_owned(),
            birth_date: Some("19700102".to_owned()),
            sex: Sex::Male,
        },
        study_instance_uid: "1.2.392.200036.9116.1".to_owned(),
        modalities: vec!["CT".to_owned()],
        region: "右下第三大臼歯".to_owned(),
        question: "下顎管との位置関係".to_owned(),
        history: String::new(),
        urgency: Urgency::Routine,
        due: Some(NOW.plus(2 * 86_400)),
        justification: "抜歯前の神経損傷の危険の評価".to_owned(),
        consent: Consent {
            explained_by: "佐藤 花子".to_owned(),
            explained_at: NOW.minus(3_600),
            scope: "読影のための画像の提供".to_owned(),
        },
    }
}

/// The request's entry.
pub(crate) fn request_id(case: &Case) -> EntryId {
    case.request().unwrap().0
}

pub(crate) fn accept(case: &Case) -> Body {
    Body::Accept(Accept {
        request: request_id(case),
        note: String::new(),
    })
}

pub(crate) fn decline(case: &Case) -> Body {
    Body::Decline(Decline {
        request: request_id(case),
        reason: "不在".to_owned(),
    })
}

pub(crate) fn offer() -> Body {
    Body::PackageOffered(PackageOffered {
        package: PACKAGE,
        core: b"core".to_vec(),
        root: [0x11; 32],
        length: 65_536,
        instances: 3,
        original_bytes: 60_000,
    })
}

pub(crate) fn grant(node: &str) -> Body {
    Body::Grant(Grant {
        package: PACKAGE,
        recipient: certificate(SPECIALIST),
        node: certificate(node),
        kid: [0x22; 16],
        sealed: vec![0x33; 64],
    })
}

pub(crate) fn received() -> Body {
    Body::Received(Received {
        package: PACKAGE,
        root: [0x11; 32],
        length: 65_536,
    })
}

/// A first, final report.
pub(crate) fn report(case: &Case, world: &World) -> Report {
    Report {
        request: request_id(case),
        package: PACKAGE,
        predecessor: None,
        status: ReportStatus::Final,
        findings: "下顎管は根尖に接する。".to_owned(),
        impression: "神経損傷の危険が高い。".to_owned(),
        recommendations: String::new(),
        technique: "CBCT".to_owned(),
        images: ImagesReviewed {
            instances: 3,
            series: vec!["1.2.392.200036.9116.2".to_owned()],
        },
        terms: world.agreements[&AGREEMENT].terms_hash(),
        guideline: GUIDELINE.to_owned(),
    }
}

pub(crate) fn read(report: EntryId) -> Body {
    Body::ReportRead(ReportRead { report })
}

pub(crate) fn close() -> Body {
    Body::Close(Close {
        outcome: Outcome::PatientInformed {
            by: "佐藤 花子".to_owned(),
            at: NOW,
        },
    })
}

pub(crate) fn erase() -> Body {
    Body::EraseNotice(EraseNotice {
        package: PACKAGE,
        reason: "別の患者の画像".to_owned(),
    })
}

pub(crate) fn withdraw() -> Body {
    Body::Withdraw(Withdraw {
        reason: "患者の希望".to_owned(),
    })
}
