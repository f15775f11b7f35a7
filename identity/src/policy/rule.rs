//! The rules' names, clauses and sentences. When they apply is in [`super::TABLE`].

use super::Rule;

/// The certificate does not hold at this time.
pub const CERTIFICATE_IN_FORCE: Rule = Rule {
    id: "certificate-in-force",
    requirements: "R3, R6",
    clause: "ガイドライン 5-1(3)",
    japanese: "資格証明書の有効期間外のため、この操作はできません。登録機関で更新してください。",
    english: "The certificate is not valid at this time, so this is refused; have the registry renew it.",
};
/// The register says that the certificate is revoked.
pub const CERTIFICATE_REVOKED: Rule = Rule {
    id: "certificate-revoked",
    requirements: "R3, R6, R17",
    clause: "ガイドライン 5-1(3)",
    japanese: "登録簿によりこの資格証明書は失効しているため、この操作はできません。登録機関に問い合わせてください。",
    english: "The register says that this certificate is revoked, so this is refused; ask the registry.",
};
/// The register says that the certificate is suspended.
pub const CERTIFICATE_SUSPENDED: Rule = Rule {
    id: "certificate-suspended",
    requirements: "R3, R6, R17",
    clause: "ガイドライン 5-1(3)",
    japanese: "登録簿によりこの資格証明書は一時停止されているため、この操作はできません。登録機関に問い合わせてください。",
    english: "The register says that this certificate is suspended, so this is refused; ask the registry.",
};
/// The register says that another certificate took its place.
pub const CERTIFICATE_SUPERSEDED: Rule = Rule {
    id: "certificate-superseded",
    requirements: "R6, R17",
    clause: "ガイドライン 5-1(3)",
    japanese: "この資格証明書は新しいものに置き換えられているため、この操作はできません。新しい証明書を導入してください。",
    english: "A newer certificate took this one's place, so this is refused; install the newer one.",
};
/// The register does not know the certificate.
pub const CERTIFICATE_LOGGED: Rule = Rule {
    id: "certificate-logged",
    requirements: "R6, R17",
    clause: "ガイドライン 5-1(3)",
    japanese: "この資格証明書は登録簿に載っていないため、他者に対する操作はできません。登録簿が更新されるまで待ってください。",
    english: "The register does not know this certificate, so nothing can be done towards others; wait until it \
              was updated.",
};
/// The register says that the machine's certificate is revoked or superseded.
pub const NODE_CERTIFICATE_REVOKED: Rule = Rule {
    id: "node-certificate-revoked",
    requirements: "R17, R20",
    clause: "ガイドライン 6(4)",
    japanese: "この端末の証明書は失効しているため、この端末では操作できません。管理者に連絡してください。",
    english: "This machine's certificate is revoked, so nothing can be done with it; tell the administrator.",
};
/// The register says that the machine's certificate is suspended.
pub const NODE_CERTIFICATE_SUSPENDED: Rule = Rule {
    id: "node-certificate-suspended",
    requirements: "R17, R20",
    clause: "ガイドライン 6(4)",
    japanese: "この端末の証明書は一時停止されているため、この端末では操作できません。管理者に連絡してください。",
    english: "This machine's certificate is suspended, so nothing can be done with it; tell the administrator.",
};
/// The machine's certificate does not hold at this time.
pub const NODE_CERTIFICATE_IN_FORCE: Rule = Rule {
    id: "node-certificate-in-force",
    requirements: "R17, R19",
    clause: "ガイドライン 6(4)",
    japanese: "この端末の証明書が有効期間外のため、他者に対する操作はできません。登録機関で更新してください。",
    english: "This machine's certificate is not valid at this time, so nothing can be done towards others; have \
              the registry renew it.",
};
/// The register does not know the machine's certificate.
pub const NODE_CERTIFICATE_LOGGED: Rule = Rule {
    id: "node-certificate-logged",
    requirements: "R17, R19",
    clause: "ガイドライン 6(4)",
    japanese: "この端末の証明書は登録簿に載っていないため、他者に対する操作はできません。登録簿が更新されるまで待ってください。",
    english: "The register does not know this machine's certificate, so nothing can be done towards others; wait \
              until it was updated.",
};
/// A private device that is not a virtual desktop.
pub const NO_PRIVATE_DEVICE: Rule = Rule {
    id: "no-private-device",
    requirements: "R20",
    clause: "ガイドライン 6(4)",
    japanese: "個人所有の端末は、隔離された仮想デスクトップを除き使用できません。施設の端末を使用してください。",
    english: "Guideline section 6(4) refuses privately owned devices except isolated virtual desktops; use a \
              device of the institution.",
};
/// A portable device that was started without a passphrase.
pub const PORTABLE_PASSPHRASE: Rule = Rule {
    id: "portable-passphrase",
    requirements: "R20",
    clause: "ガイドライン 6(4)",
    japanese: "携帯端末は、起動時にパスフレーズを入力しなければ使用できません。パスフレーズで起動し直してください。",
    english: "A portable device is used only when it was started with a passphrase; start it again with one.",
};
/// A portable device's offline copies, without a recent view of the register.
pub const PORTABLE_CACHE: Rule = Rule {
    id: "portable-cache",
    requirements: "R20",
    clause: "ガイドライン 6(4)",
    japanese: "携帯端末内の写しは、登録簿を最近確認した間だけ開けます。接続して登録簿を更新してください。",
    english: "Copies on a portable device can be opened away from the institution only while the register was \
              seen recently; connect and update it.",
};
/// An unsealed export from a portable device.
pub const PORTABLE_NO_PLAIN_EXPORT: Rule = Rule {
    id: "portable-no-plain-export",
    requirements: "R20",
    clause: "ガイドライン 6(4)",
    japanese: "携帯端末からは、封印しない書き出しはできません。封印して書き出すか、固定端末を使用してください。",
    english: "Nothing is exported unsealed from a portable device; export it sealed, or use a fixed device.",
};
/// An export from a virtual desktop.
pub const VIRTUAL_DESKTOP_KEEPS: Rule = Rule {
    id: "virtual-desktop-keeps",
    requirements: "R20",
    clause: "ガイドライン 6(4)",
    japanese: "仮想デスクトップからは、手元への保存や書き出しはできません。施設の端末を使用してください。",
    english: "Nothing is saved or exported from a virtual desktop to the place where it is shown; use a device \
              of the institution.",
};
/// Printing from a private environment.
pub const PRIVATE_NO_PRINT: Rule = Rule {
    id: "private-no-print",
    requirements: "R20",
    clause: "ガイドライン 6(4)",
    japanese: "個人の環境からは印刷できません。施設の端末を使用してください。",
    english: "Nothing is printed from a private environment; use a device of the institution.",
};
/// A step that nobody answers for.
pub const RESPONSIBLE_PRACTITIONER: Rule = Rule {
    id: "responsible-practitioner",
    requirements: "R5",
    clause: "ガイドライン 5-1(2)",
    japanese: "読影は医行為であり、各手順に責任を負う歯科医師または医師が必要です。サインインしてください。",
    english: "Reading is a medical act, so every step needs a dentist or physician who answers for it; sign in.",
};
/// A step beyond those of staff.
pub const STAFF_NOT_MEDICAL: Rule = Rule {
    id: "staff-not-medical",
    requirements: "R4, R5, R24",
    clause: "ガイドライン 5-1(1) 註1",
    japanese: "診断は医行為であり、歯科医師・医師の免許を持たない職員は、取り込みと予定の管理のほかは行えません。",
    english: "Diagnosis is a medical act; staff without a licence may take studies in and schedule, and nothing \
              beyond.",
};
/// Confidential data and staff.
pub const STAFF_CONFIDENTIAL: Rule = Rule {
    id: "staff-confidential",
    requirements: "R24",
    clause: "ガイドライン 註3(3)",
    japanese: "症例・画像・レポート・監査記録は、免許を持たない職員には表示されません。",
    english: "Cases, images, reports and the audit trail are not shown to staff without a licence.",
};
/// A dentist without a Japanese licence.
pub const JAPANESE_DENTAL_LICENCE: Rule = Rule {
    id: "japanese-dental-licence",
    requirements: "R4",
    clause: "歯科医師法17条; ガイドライン 5-1(1) 註2",
    japanese: "歯科医師法第17条により、日本の歯科医師免許を持たない者は、国外からであっても診断に関わる行為を行えません。",
    english: "Article 17 of the Dental Practitioners Act reserves this to holders of a Japanese dental licence, \
              wherever they are.",
};
/// A physician without a Japanese licence.
pub const JAPANESE_MEDICAL_LICENCE: Rule = Rule {
    id: "japanese-medical-licence",
    requirements: "R4",
    clause: "医師法17条; ガイドライン 5-1(1) 註2",
    japanese: "医師法第17条により、日本の医師免許を持たない者は、国外からであっても診断に関わる行為を行えません。",
    english: "Article 17 of the Medical Practitioners Act reserves this to holders of a Japanese medical \
              licence, wherever they are.",
};
/// A dentist without a qualification to read.
pub const READING_QUALIFICATION_DENTIST: Rule = Rule {
    id: "reading-qualification-dentist",
    requirements: "R3",
    clause: "ガイドライン 4",
    japanese: "ガイドライン第4項により、読影は歯科放射線専門医またはそれと同等の能力を有する歯科医師に限られます。",
    english: "Guideline section 4 reserves reading to specialists in oral radiology and dentists of equivalent \
              ability; no such qualification is in force.",
};
/// A physician without a qualification to read.
pub const READING_QUALIFICATION_PHYSICIAN: Rule = Rule {
    id: "reading-qualification-physician",
    requirements: "R3",
    clause: "ガイドライン 4",
    japanese: "ガイドライン第4項により、医師による読影は放射線診断専門医に限られます。",
    english: "Guideline section 4 lets physicians read only as specialists in diagnostic radiology; no such \
              qualification is in force.",
};
/// A report that a provisional credential would sign alone.
pub const PROVISIONAL_SIGNS_NOT_ALONE: Rule = Rule {
    id: "provisional-signs-not-alone",
    requirements: "R3, R6",
    clause: "ガイドライン 4, 5-1(3)",
    japanese: "暫定の資格証明書では、確定報告・追記・訂正に単独で署名できません。仮報告に署名し、専門医の署名を受けてください。",
    english: "A provisional credential does not sign final reports, addenda or amendments alone; sign a \
              preliminary report and have a specialist sign.",
};
/// Somebody without a part in it.
pub const NOT_A_PARTY: Rule = Rule {
    id: "not-a-party",
    requirements: "R12, R24",
    clause: "個人情報保護法23条; ガイドライン 5-3(3)",
    japanese: "この症例の関係者ではないため、この操作はできません。",
    english: "Only those who have a part in it may do this.",
};
/// A grant by a recipient.
pub const SENDER_GRANTS: Rule = Rule {
    id: "sender-grants",
    requirements: "R17",
    clause: "ガイドライン 6(2)",
    japanese: "閲覧の許可と第三者への提供は、症例を送った依頼者だけが行えます。依頼者に求めてください。",
    english: "Only the requester who sent a case grants access to it or passes it on; ask the requester.",
};
/// An attempt on the audit trail.
pub const AUDIT_KEPT: Rule = Rule {
    id: "audit-kept",
    requirements: "R24",
    clause: "ガイドライン 註3(3)",
    japanese: "監査記録は消去・変更・送信できません。",
    english: "The audit trail is not erased, changed or sent.",
};
/// Something with others, without a view of the register that is recent enough.
pub const REGISTER_VIEW_STALE: Rule = Rule {
    id: "register-view-stale",
    requirements: "R17, R19",
    clause: "ガイドライン 6(2)",
    japanese: "登録簿を長く（通常72時間を超えて）確認していないため、他者とのやり取りはできません。接続して登録簿を更新してください。",
    english: "The register was not seen for too long (normally 72 hours), so nothing is done with others; \
              connect and update it.",
};
/// A new grant, without a current view of the register.
pub const REGISTER_VIEW_AGEING: Rule = Rule {
    id: "register-view-ageing",
    requirements: "R17, R19",
    clause: "ガイドライン 6(2)",
    japanese: "登録簿をしばらく（通常24時間を超えて）確認していないため、新たな許可や送信はできません。接続して登録簿を更新してください。",
    english: "The register was not seen for a while (normally 24 hours), so nothing new is granted or sent; \
              connect and update it.",
};
