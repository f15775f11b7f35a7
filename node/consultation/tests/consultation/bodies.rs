//! A good body of every type; tests spoil them.

use dokuei_consultation::body::{
    Accept, Amendment, AmendmentKind, Answer, Body, Category, Channel, Close, CoSignature, Consent, Decline,
    EraseAnswer, EraseNotice, EraseOutcome, EraseRequest, Erased, Forward, ForwardConsent, ForwardKind,
    GUIDELINE, Grant, GrantRevoke, Ground, HandOver, ImagesReviewed, IncidentalFinding, IncidentalResolved,
    KeepGround, Kept, Loss, Outcome, PackageOffered, Patient, PatientInformed, PersonName, Query, Received,
    Reconciliation, Release, Report, ReportRead, ReportStatus, Request, Requester, Resolution, Sex, Stance,
    Succeeding, TakeOver, Urgency, UrgentAck, UrgentFinding, Withdraw,
};
use dokuei_consultation::id::{EntryId, PackageId, Sha256Hash};
use dokuei_consultation::machine::Case;

use crate::world::{AGREEMENT, DENTIST, NOW, SPECIALIST, SUCCESSOR, World, between, certificate};

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
        illustrations: None,
        structure: None,
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

/// The same report with a new word below, as an addendum to `predecessor`.
pub(crate) fn addendum(report: Report, predecessor: EntryId) -> Amendment {
    let findings = format!("{}\n追記：上顎洞底の肥厚。", report.findings);
    Amendment {
        kind: AmendmentKind::Addendum,
        reason: "追加の所見".to_owned(),
        report: Report {
            predecessor: Some(predecessor),
            findings,
            ..report
        },
    }
}

/// Another impression than before.
pub(crate) fn amendment(report: Report, predecessor: EntryId) -> Amendment {
    Amendment {
        kind: AmendmentKind::Amended,
        reason: "左右の誤記".to_owned(),
        report: Report {
            predecessor: Some(predecessor),
            impression: "左側の神経損傷の危険が高い。".to_owned(),
            ..report
        },
    }
}

pub(crate) fn amend(amendment: Amendment) -> Body {
    Body::Amendment(Box::new(amendment))
}

pub(crate) fn urgent(asked_by: EntryId) -> Body {
    Body::UrgentFinding(UrgentFinding {
        request: asked_by,
        package: PACKAGE,
        category: Category::Minutes,
        finding: "下顎骨骨折の疑い".to_owned(),
        advice: "ただちに口腔外科へ".to_owned(),
        identified_at: NOW,
        contact: "03-0000-0000".to_owned(),
    })
}

pub(crate) fn acknowledge(finding: EntryId) -> Body {
    Body::UrgentAck(UrgentAck {
        finding,
        by: "佐藤 花子".to_owned(),
        at: NOW,
        channel: Channel::Telephone,
        note: "本日紹介する".to_owned(),
    })
}

pub(crate) fn incidental(asked_by: EntryId, owner: &str) -> IncidentalFinding {
    IncidentalFinding {
        request: asked_by,
        package: PACKAGE,
        finding: "頸動脈の石灰化".to_owned(),
        advice: "内科での精査".to_owned(),
        owner: certificate(owner),
        due: NOW.plus(14 * 86_400),
    }
}

pub(crate) fn resolve(finding: EntryId) -> Body {
    Body::IncidentalResolved(IncidentalResolved {
        finding,
        resolution: Resolution::Referred,
        note: "中央病院 内科へ紹介".to_owned(),
    })
}

pub(crate) fn query(about: EntryId, to: &str) -> Body {
    Body::Query(Query {
        to: certificate(to),
        about,
        question: "左側の所見か".to_owned(),
    })
}

pub(crate) fn answer(query: EntryId) -> Body {
    Body::Answer(Answer {
        query,
        answer: "右側である".to_owned(),
    })
}

pub(crate) fn informed(about: EntryId) -> Body {
    Body::PatientInformed(PatientInformed {
        about,
        by: "佐藤 花子".to_owned(),
        at: NOW,
        note: String::new(),
    })
}

pub(crate) fn revoke(grant: EntryId) -> Body {
    Body::GrantRevoke(GrantRevoke {
        grant,
        reason: "端末の紛失".to_owned(),
    })
}

pub(crate) fn consent() -> Consent {
    Consent {
        explained_by: "佐藤 花子".to_owned(),
        explained_at: NOW.minus(600),
        scope: "第二の専門医への画像の提供".to_owned(),
    }
}

/// To `to`, from the dentist with the patient's consent, or from a specialist, who needs it.
pub(crate) fn forward(case: &Case, world: &World, kind: ForwardKind, from: &str, to: &str) -> Forward {
    Forward {
        request: request_id(case),
        kind,
        to: certificate(to),
        name: format!("{to}の氏名"),
        agreement: world.agreements[&between(from, to)].reference(),
        question: "腫瘍性病変か".to_owned(),
        consent: [DENTIST, SUCCESSOR].contains(&from).then(consent),
    }
}

pub(crate) fn consented(forward: EntryId) -> Body {
    Body::ForwardConsent(ForwardConsent {
        forward,
        consent: consent(),
    })
}

/// Whoever was asked by `asked_by` takes it on.
pub(crate) fn accept_of(asked_by: EntryId) -> Body {
    Body::Accept(Accept {
        request: asked_by,
        note: String::new(),
    })
}

pub(crate) fn decline_of(asked_by: EntryId) -> Body {
    Body::Decline(Decline {
        request: asked_by,
        reason: "不在".to_owned(),
    })
}

/// What follows from one's own report and that of another.
pub(crate) fn reconciliation(own: EntryId, other: EntryId) -> Body {
    Body::Reconciliation(Box::new(Reconciliation {
        own,
        other,
        opinion: "両者とも歯根嚢胞と判断する".to_owned(),
        recommendations: "6か月後の再撮影".to_owned(),
    }))
}

pub(crate) fn co_signature(of: EntryId, stance: Stance) -> Body {
    Body::CoSignature(CoSignature {
        of,
        stance,
        words: "腫瘍性病変を否定できない".to_owned(),
    })
}

pub(crate) fn ask_erase() -> Body {
    Body::EraseRequest(EraseRequest {
        reason: "当院で保存しています".to_owned(),
    })
}

pub(crate) fn erased(request: EntryId) -> Body {
    let certificate = b"PK a certificate".to_vec();
    Body::EraseAnswer(Box::new(EraseAnswer {
        request,
        outcome: EraseOutcome::Erased(Erased {
            at: NOW,
            number: 3,
            sha256: Sha256Hash::of(&certificate),
            certificate,
        }),
    }))
}

pub(crate) fn kept(request: EntryId, ground: KeepGround) -> Body {
    Body::EraseAnswer(Box::new(EraseAnswer {
        request,
        outcome: EraseOutcome::Kept(Kept {
            ground,
            reason: "監査のため保全中です".to_owned(),
        }),
    }))
}

/// Whoever was asked by `request` has lost her credential.
pub(crate) fn release(request: EntryId) -> Body {
    Body::Release(Release {
        request,
        loss: Loss::Revoked,
        since: NOW,
    })
}

/// The practice passes to `to`.
pub(crate) fn hand_over(to: &str) -> Body {
    Body::HandOver(HandOver {
        to: certificate(to),
        name: format!("{to}の氏名"),
        reason: "閉院に伴う事業の承継".to_owned(),
    })
}

/// `by` takes over what was handed over to her, with an agreement with each reader who is waited for.
pub(crate) fn take_over(case: &Case, world: &World, by: &str) -> TakeOver {
    let names = [SPECIALIST, "second reader", "another reader", "last reader"];
    let agreements = case.to_agree_with().into_iter().filter_map(|(request, who)| {
        let name = names.iter().find(|name| certificate(name) == who)?;
        let agreement = world.agreements.get(&between(by, name))?.reference();
        Some(Succeeding { request, agreement })
    });
    let nothing = EntryId::of(b"nothing");
    TakeOver {
        from: case.requester().unwrap(),
        ground: Ground::HandedOver {
            hand_over: case.hand_over().map_or(nothing, |offer| offer.id),
        },
        name: format!("{by}の氏名"),
        institution: "さくら歯科".to_owned(),
        agreements: agreements.collect(),
    }
}

/// `by` takes over alone from a requester who has lost her credential.
pub(crate) fn take_over_alone(case: &Case, world: &World, by: &str) -> TakeOver {
    TakeOver {
        ground: Ground::Lost {
            loss: Loss::Revoked,
            since: NOW,
        },
        ..take_over(case, world, by)
    }
}

/// The package's key for a further reader's node.
pub(crate) fn grant_to(recipient: &str, node: &str) -> Body {
    Body::Grant(Grant {
        package: PACKAGE,
        recipient: certificate(recipient),
        node: certificate(node),
        kid: [0x22; 16],
        sealed: vec![0x33; 64],
    })
}

/// A final report of the further reader whom `from` has asked by `asked_by`.
pub(crate) fn further_report(case: &Case, world: &World, asked_by: EntryId, from: &str, to: &str) -> Report {
    Report {
        request: asked_by,
        terms: world.agreements[&between(from, to)].terms_hash(),
        ..report(case, world)
    }
}
