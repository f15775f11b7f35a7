//! The certificate of a deletion: a ZIP archive that anybody verifies with OpenSSL and a hash tool, with the same as a paper.

use std::collections::BTreeMap;

use dokuei_document::{Block, Fonts, PaperDocument, render_paper};
use dokuei_governance::deletion::{self, Completion, Reason};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use dokuei_store::{DeletionRow, StoreError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::Node;
use super::super::error::ServiceError;
use super::super::evidence::{Bundle, zipped};
use super::super::session::Session;
use super::view::order_of;
use crate::clock;

/// The script that checks a certificate: of POSIX, and of OpenSSL 3.
pub const VERIFY_SH: &str = concat!(
    include_str!("verify/head.sh"),
    include_str!("../evidence/verify/begin.sh"),
    include_str!("verify/order.sh"),
    include_str!("../evidence/verify/register.sh"),
    include_str!("verify/end.sh"),
);
/// What it checks and how, in Japanese and English.
const VERIFY_MD: &str = include_str!("VERIFY.md");

impl Node {
    /// The certificate of a deletion, as it was made.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`] when there is no such deletion, or its certificate is not made yet.
    pub fn deletion_certificate(&self, session: &Session, number: u64) -> Result<Vec<u8>, ServiceError> {
        let unknown = || ServiceError::Unknown("certificate");
        let made = match self.store().deletion_certificate(number) {
            Err(StoreError::NotFound(_)) => return Err(unknown()),
            made => made?.ok_or_else(unknown)?,
        };
        let object = format!("certificate {number}");
        self.audit(&session.id, "governance_export", &object, "success")?;
        Ok(made)
    }

    /// Makes the certificate of a deletion of which nothing is left. It is made once and never changed.
    pub(super) fn certify(&self, number: u64) -> Result<(), ServiceError> {
        let row = self.store().deletion(number)?;
        let completed_at = row.completed_at.ok_or(ServiceError::Unknown("deletion"))?;
        let here = self.here()?;
        let order_sha256 = hex::encode(Sha256::digest(&row.order));
        let completion = Completion {
            format: deletion::COMPLETION,
            certificate: number,
            order_sha256: order_sha256.clone(),
            completed_at: clock::rfc3339(completed_at),
            node: here.to_string(),
        };
        let mut bundle = Bundle::default();
        bundle.add("VERIFY.md", VERIFY_MD);
        bundle.add("verify.sh", VERIFY_SH);
        let mut used: BTreeMap<Fingerprint, Timestamp> = [(here, self.now())].into();
        let orders = [
            ("order", Some(&row.order)),
            ("second", row.countersigned.as_ref()),
        ];
        for (name, bytes) in orders {
            if let Some(bytes) = bytes {
                used.entry(add_order(&mut bundle, name, bytes)?)
                    .or_insert(row.ordered_at);
            }
        }
        bundle.add("destroyed.txt", &row.list);
        let text = serde_json::to_string_pretty(&completion)
            .map_err(|error| ServiceError::field("completion", error))?;
        bundle.add("completion.json", format!("{text}\n"));
        let fonts = Fonts::find(self.config().document.font.as_deref())?;
        let paper = paper(&row, completed_at, &order_sha256);
        bundle.add("certificate.pdf", render_paper(&paper, &fonts)?);
        self.add_register(&mut bundle, &mut used)?;
        self.add_certificates(&mut bundle, &used)?;
        self.add_row(&mut bundle, row.audit_seq)?;
        let sums = bundle.sums();
        let signed = signed::sign(
            Kind::Deletion,
            &self.0.secrets.node,
            &here,
            sums.clone().into_bytes(),
        );
        bundle.add("SHA256SUMS", &sums);
        bundle.add("SHA256SUMS.cose", signed);
        let archive =
            zipped(&bundle.into_files()).map_err(|error| ServiceError::field("certificate", error))?;
        let outcome = format!("success: sha256 {}", hex::encode(Sha256::digest(&archive)));
        let event = self.audited("node", "delete", &format!("certificate {number}"), &outcome);
        Ok(self.store().certify_deletion(number, &archive, &event)?)
    }

    /// The row of the audit trail that names the deletion.
    fn add_row(&self, bundle: &mut Bundle, seq: u64) -> Result<(), ServiceError> {
        let row = self.store().audit_rows(seq, 1)?.into_iter().next();
        let row = row.ok_or(StoreError::NotFound("audit row"))?;
        let hashed = row.hashed();
        bundle.add("audit.txt", format!("{seq} {}\n", hex::encode(row.hash)));
        bundle.add(format!("audit/{seq}.row"), hashed);
        Ok(())
    }
}

/// A signed order, as it is and taken apart; gives whose certificate it names.
fn add_order(bundle: &mut Bundle, name: &str, bytes: &[u8]) -> Result<Fingerprint, ServiceError> {
    let unverified = signed::parse(bytes).map_err(|_| StoreError::Damaged("deletion"))?;
    bundle.add(format!("{name}.cose"), bytes);
    bundle.add(
        format!("{name}.signed"),
        unverified.to_be_signed(Kind::DeletionOrder),
    );
    bundle.add(format!("{name}.signature"), unverified.signature());
    if name == "order" {
        bundle.add("order.json", unverified.unverified_payload());
    }
    Ok(unverified.signer())
}

/// What the certificate says, for people. It names no patient.
fn paper(row: &DeletionRow, completed_at: Timestamp, order_sha256: &str) -> PaperDocument {
    let order = order_of(row);
    let mut blocks = rows(row, &order, completed_at);
    blocks.push(Block::Paragraph(COVERED.to_owned()));
    PaperDocument {
        title: "廃棄証明書 Deletion certificate".to_owned(),
        subtitle: format!("第{0}号　No. {0}", row.number),
        blocks,
        signer: format!(
            "{} ({})",
            text(&order, "/ordered_by/name"),
            text(&order, "/ordered_by/id")
        ),
        signed_at: i64::try_from(row.ordered_at.0).unwrap_or(i64::MAX),
        record_id: order_sha256.to_owned(),
    }
}

/// What is certified and what is not.
const COVERED: &str = "暗号鍵を破棄し、画像・封緘パッケージ・署名済み記録・下書き・索引をこのノードから消去しました。監査記録は残ります。\
    施設外へ渡った写し（相手方のノード、PACS、媒体、書き出した文書、バックアップ）は、この証明書の対象ではありません。 \
    The keys were destroyed, and images, packages, entries, drafts and index erased from this node. The audit trail stays. \
    Copies that were given out (the other side's node, archives, media, exported documents, backups) are not covered.";

/// A field of an order.
fn text(order: &Value, pointer: &str) -> String {
    match order.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "–".to_owned(),
        Some(other) => other.to_string(),
    }
}

fn rows(row: &DeletionRow, order: &Value, completed_at: Timestamp) -> Vec<Block> {
    let text = |pointer: &str| text(order, pointer);
    let reason = Reason::ALL
        .into_iter()
        .find(|one| order["reason"] == one.word())
        .map_or_else(String::new, |one| format!("{} {}", one.words().1, one.words().0));
    let what = match order.pointer("/what/case_id") {
        Some(_) => format!("症例 Case {}", text("/what/case_id")),
        None => format!(
            "検査 Study\nSHA-256(Study Instance UID) {}",
            text("/what/study_sha256")
        ),
    };
    let destroyed = format!(
        "画像 Images {}（{} bytes）\n署名済み記録 Entries {}\n封緘パッケージと鍵 Packages with keys {}\n下書き Drafts {}",
        text("/destroyed/images"),
        text("/destroyed/bytes"),
        text("/destroyed/entries"),
        text("/destroyed/packages"),
        text("/destroyed/drafts"),
    );
    let early = if order["early"] == true {
        "はい Yes"
    } else {
        "いいえ No"
    };
    let mut said = vec![
        ("施設 Institution", text("/institution")),
        ("対象 What", what),
        ("廃棄したもの Destroyed", destroyed),
        ("一覧の SHA-256 List", text("/destroyed/list_sha256")),
        ("理由 Reason", format!("{reason}\n{}", text("/why"))),
        ("保存期限 Kept until", text("/kept_until/day")),
        ("期限前の廃棄 Before its time", early.to_owned()),
        ("廃棄の完了 Completed", clock::rfc3339(completed_at)),
        ("監査記録 Audit trail", format!("行 row {}", row.audit_seq)),
    ];
    if order["second"].is_object() {
        let who = format!("{} ({})", text("/second/name"), text("/second/id"));
        said.push(("二人目の署名者 Second person", who));
    }
    let block = |(label, value): (&str, String)| Block::Row(label.to_owned(), value);
    said.into_iter().map(block).collect()
}
