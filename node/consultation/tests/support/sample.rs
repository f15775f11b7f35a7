//! What the entries of a usual consultation say.

use dokuei_consultation::body::{
    Accept, AgreementReference, Body, Close, Consent, Decline, GUIDELINE, Grant, ImagesReviewed, Outcome,
    PackageOffered, Patient, PersonName, Received, Report, ReportRead, ReportStatus, Request, Requester, Sex,
    Urgency, Withdraw,
};
use dokuei_consultation::id::{EntryId, PackageId, Sha256Hash};

use super::{DENTIST, SPECIALIST, START, certificate, institution};

pub(crate) const PACKAGE: PackageId = PackageId::from_bytes([0x9a; 16]);
pub(crate) const ROOT: [u8; 32] = [0xb3; 32];
pub(crate) const LENGTH: u64 = 65_536;

/// The dentist asks the specialist.
pub(crate) fn request(agreement: AgreementReference) -> Request {
    Request {
        agreement,
        requester: Requester {
            practitioner: certificate(DENTIST),
            name: DENTIST.to_owned(),
            institution: institution(DENTIST).to_owned(),
        },
        consultant: certificate(SPECIALIST),
        patient: Patient {
            name: PersonName {
                alphabetic: "YAMADA^HANAKO".to_owned(),
                ideographic: "山田^花子".to_owned(),
                phonetic: "やまだ^はなこ".to_owned(),
            },
            id: "S-0001".to_owned(),
            birth_date: Some("19800102".to_owned()),
            sex: Sex::Female,
        },
        study_instance_uid: "1.2.392.1".to_owned(),
        modalities: vec!["CT".to_owned()],
        region: "右下第三大臼歯".to_owned(),
        question: "下顎管との位置関係".to_owned(),
        history: String::new(),
        urgency: Urgency::Routine,
        due: Some(START.plus(172_800)),
        justification: "抜歯前の評価".to_owned(),
        consent: Consent {
            explained_by: DENTIST.to_owned(),
            explained_at: START,
            scope: "遠隔読影".to_owned(),
        },
    }
}

pub(crate) fn accept(request: EntryId) -> Body {
    let note = String::new();
    Body::Accept(Accept { request, note })
}

pub(crate) fn decline(request: EntryId) -> Body {
    let reason = "不在のため".to_owned();
    Body::Decline(Decline { request, reason })
}

pub(crate) fn offer() -> Body {
    Body::PackageOffered(PackageOffered {
        package: PACKAGE,
        core: vec![0xc0, 0xde],
        root: ROOT,
        length: LENGTH,
        instances: 400,
        original_bytes: 65_000,
    })
}

/// The package's key for a node of the specialist.
pub(crate) fn grant(node: &str) -> Body {
    Body::Grant(Grant {
        package: PACKAGE,
        recipient: certificate(SPECIALIST),
        node: certificate(node),
        kid: [0x1d; 16],
        sealed: vec![0x5e, 0xa1],
    })
}

pub(crate) fn receipt() -> Received {
    Received {
        package: PACKAGE,
        root: ROOT,
        length: LENGTH,
    }
}

pub(crate) fn received() -> Body {
    Body::Received(receipt())
}

/// A report under `terms`.
pub(crate) fn report(
    request: EntryId,
    terms: Sha256Hash,
    status: ReportStatus,
    predecessor: Option<EntryId>,
) -> Report {
    Report {
        request,
        package: PACKAGE,
        predecessor,
        status,
        findings: "下顎管と接する".to_owned(),
        impression: "近接".to_owned(),
        recommendations: String::new(),
        technique: String::new(),
        images: ImagesReviewed {
            instances: 400,
            series: vec!["1.2.392.1.1".to_owned()],
        },
        terms,
        guideline: GUIDELINE.to_owned(),
    }
}

pub(crate) fn read(report: EntryId) -> Body {
    Body::ReportRead(ReportRead { report })
}

pub(crate) fn close() -> Body {
    let by = DENTIST.to_owned();
    let at = START.plus(60);
    Body::Close(Close {
        outcome: Outcome::PatientInformed { by, at },
    })
}

pub(crate) fn withdraw() -> Body {
    let reason = "転院".to_owned();
    Body::Withdraw(Withdraw { reason })
}
