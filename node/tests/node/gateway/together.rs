//! Two specialists read one case blind, say together what follows, and co-sign: who is asked for what.

mod archived;
mod documents;

use std::fs;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::duties::{done, opened, refused, report, until};
use super::forwarding::{Third, consent};
use crate::support::factor::enrol;
use crate::support::gate::Gate;
use crate::support::pair::Pair;
use crate::support::registry::{KATO, Person, SATO, TANAKA};

const OPINION: &str = "両者とも歯根嚢胞と判断する";

/// A case that two specialists have read, neither knowing what the other wrote.
struct Both {
    pair: Pair,
    third: Third,
    path: String,
}

impl Both {
    async fn read() -> Self {
        Self::of(Pair::new().await).await
    }

    async fn of(pair: Pair) -> Self {
        let path = opened(&pair).await;
        let third = Third::beside(&pair, &pair.clinic, &pair.tanaka).await;
        let wanted = json!({"kind": "blind", "with": third.fingerprint, "question": "独立した読影",
            "consent": consent()});
        done(&pair.clinic, &pair.tanaka, &format!("{path}/forward"), wanted).await;
        third.open(&path).await;
        done(
            &pair.hospital,
            &pair.sato,
            &format!("{path}/report"),
            SATO.confirmed(report()),
        )
        .await;
        let mut blind = report();
        blind["impression"] = "歯根嚢胞".into();
        blind["teeth"] = json!([{"tooth": 46, "words": "根尖に透過像"}]);
        done(
            &third.gate,
            &third.kato,
            &format!("{path}/report"),
            KATO.confirmed(blind),
        )
        .await;
        let both = |case: &Value| case["comparisons"].as_array().is_some_and(|all| all.len() == 1);
        for (gate, token) in [
            (&third.gate, &third.kato),
            (&pair.hospital, &pair.sato),
            (&pair.clinic, &pair.tanaka),
        ] {
            until(gate, token, &path, "both reports are side by side", both).await;
        }
        Self { pair, third, path }
    }

    fn at(&self, rest: &str) -> String {
        format!("{}/{rest}", self.path)
    }

    async fn at_hospital(&self) -> Value {
        self.pair.hospital.get(&self.path, &self.pair.sato).await.json()
    }

    /// The version of the report that is not the first reader's.
    async fn hers(&self) -> Value {
        let shown = self.at_hospital().await;
        let mut reports = shown["reports"].as_array().unwrap().iter();
        reports.find(|one| one["mine"] == false).unwrap()["entry_id"].clone()
    }

    /// The first reader says what both mean; gives the entry once it is at the second's.
    async fn said(&self) -> Value {
        let said = json!({"other": self.hers().await, "opinion": OPINION, "recommendations": "摘出を勧める",
            "passphrase": SATO.passphrase});
        done(
            &self.pair.hospital,
            &self.pair.sato,
            &self.at("reconciliations"),
            said,
        )
        .await;
        let (gate, kato) = (&self.third.gate, &self.third.kato);
        let shown = until(gate, kato, &self.path, "it waits for her", |case| {
            case["reconciliations"][0]["for_me"] == true
        })
        .await;
        shown["reconciliations"][0]["entry_id"].clone()
    }

    /// And the second agrees; it is at the clinic when this returns.
    async fn agreed(&self) -> Value {
        let of = self.said().await;
        let agrees = json!({"of": of, "stance": "agrees", "passphrase": KATO.passphrase});
        let (gate, kato) = (&self.third.gate, &self.third.kato);
        done(gate, kato, &self.at("co-signatures"), agrees).await;
        let (clinic, tanaka) = (&self.pair.clinic, &self.pair.tanaka);
        until(clinic, tanaka, &self.path, "it is the opinion of both", |case| {
            case["reconciliations"][0]["standing"] == "agreed"
        })
        .await;
        of
    }
}

/// R2, R6: after a blind second reading both readers see both reports side by side; one says what both mean, the other
/// signs it, and the clinic sees that it is the opinion of both; neither report is changed.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r6_two_readers_sign_one_opinion_after_a_blind_second_reading() {
    let both = Both::read().await;
    let (clinic, tanaka) = (&both.pair.clinic, &both.pair.tanaka);
    let shown = both.at_hospital().await;
    let comparison = &shown["comparisons"][0];
    assert_eq!(comparison["may_reconcile"], true);
    let differ = |line: &Value| line["part"] == "impression" && line["agreement"] == "differ";
    assert!(comparison["lines"].as_array().unwrap().iter().any(differ));
    let of_requester =
        json!({"other": both.hers().await, "opinion": OPINION, "passphrase": TANAKA.passphrase});
    let requester = refused(clinic, tanaka, &both.at("reconciliations"), of_requester).await;
    assert_eq!(requester, "not_qualified", "R3: only who may sign reports");
    let of = both.said().await;
    let wordless = json!({"of": of, "stance": "dissents", "passphrase": KATO.passphrase});
    let signing = both.at("co-signatures");
    assert_eq!(
        refused(&both.third.gate, &both.third.kato, &signing, wordless).await,
        "incomplete"
    );
    let agrees = json!({"of": of, "stance": "agrees", "passphrase": KATO.passphrase});
    done(&both.third.gate, &both.third.kato, &signing, agrees).await;
    let shown = until(clinic, tanaka, &both.path, "it is the opinion of both", |case| {
        case["reconciliations"][0]["standing"] == "agreed"
    })
    .await;
    assert_eq!(shown["reports"].as_array().unwrap().len(), 2);
    assert_eq!(shown["co_signatures"][0]["by"]["name_ja"], KATO.japanese);
    assert_eq!(shown["comparisons"][0]["may_reconcile"], false);
    let told = shown["timeline"].as_array().unwrap().iter();
    let types: Vec<_> = told.map(|one| one["type"].as_str().unwrap()).collect();
    assert!(
        types.contains(&"reconciliation") && types.contains(&"co_signature"),
        "{types:?}"
    );
}

async fn sign(gate: &Gate, token: &str, path: &str, of: &Value, who: &Person, code: Option<&str>) -> String {
    let factor = code.map(|code| json!({"answer": code}));
    let body = json!({"of": of, "stance": "agrees", "passphrase": who.passphrase, "second_factor": factor});
    refused(gate, token, path, body).await
}

/// R4, R6: whoever co-signs shows anew that it is she, whatever session lies open: by her passphrase, and by a second factor
/// once she has one, asked for this one signature. What the rules refuse costs her no code, and a code is good once.
#[tokio::test(flavor = "multi_thread")]
async fn r4_r6_a_co_signature_asks_for_passphrase_and_second_factor_in_its_own_right() {
    let both = Both::read().await;
    let of = both.said().await;
    let (gate, kato, signing) = (&both.third.gate, &both.third.kato, both.at("co-signatures"));
    let open_session = json!({"of": of, "stance": "agrees"});
    assert_eq!(refused(gate, kato, &signing, open_session).await, "bad_body");
    let wrong = json!({"of": of, "stance": "agrees", "passphrase": "somebody else sits here"});
    assert_eq!(
        refused(gate, kato, &signing, wrong.clone()).await,
        "wrong_passphrase"
    );
    let mut reconciling = json!({"other": both.hers().await, "opinion": OPINION});
    reconciling["passphrase"] = wrong["passphrase"].clone();
    let (hospital, sato) = (&both.pair.hospital, &both.pair.sato);
    // One opinion of the pair stands already: that is told first, before anything is asked.
    assert_eq!(
        refused(hospital, sato, &both.at("reconciliations"), reconciling).await,
        "not_now"
    );

    let mut codes = enrol(gate, kato, &KATO).await;
    assert_eq!(
        sign(gate, kato, &signing, &of, &KATO, None).await,
        "second_factor_required"
    );
    let code = codes.take();
    let nothing = json!("00".repeat(32));
    let unknown = sign(gate, kato, &signing, &nothing, &KATO, Some(&code)).await;
    assert_eq!(unknown, "unknown_reference");
    let good = json!({"of": of, "stance": "agrees", "passphrase": KATO.passphrase,
        "second_factor": {"answer": code}});
    let shown = gate.get(&both.path, kato).await.json();
    assert_eq!(shown["co_signatures"], json!([]), "nothing was signed yet");
    done(gate, kato, &signing, good).await;
    let reports = shown["reports"].as_array().unwrap().iter();
    let mut others = reports.filter(|one| one["mine"] == false);
    let first = others.next().unwrap()["entry_id"].clone();
    let again = sign(gate, kato, &signing, &first, &KATO, Some(&code)).await;
    assert_eq!(again, "second_factor_wrong", "a code proves her once");
    let fresh = json!({"of": first, "stance": "agrees", "passphrase": KATO.passphrase,
        "second_factor": {"answer": codes.take()}});
    done(gate, kato, &signing, fresh).await;
    // Who tries is in the trail.
    let rows = gate.get("/api/v1/audit?event=co_sign", kato).await.json();
    let outcomes: Vec<_> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].clone())
        .collect();
    assert!(
        outcomes.iter().filter(|one| **one == "success").count() == 2,
        "{rows}"
    );
}

/// R6, R12: what is written of an opinion is kept for its author alone, and forgotten when it is signed; the report's own
/// draft is another.
#[tokio::test(flavor = "multi_thread")]
async fn r6_r12_an_opinion_is_drafted_for_its_author_alone_until_it_is_signed() {
    let both = Both::read().await;
    let (hospital, sato) = (&both.pair.hospital, &both.pair.sato);
    let draft = both.at("reconciliation-draft");
    let kept = || async { hospital.get(&draft, sato).await.json()["draft"].clone() };
    assert_eq!(kept().await, Value::Null);
    let body = json!({"revision": 0, "content": {"opinion": OPINION}});
    let saved = hospital.put(&draft, sato, &body).await;
    assert_eq!(saved.status, StatusCode::OK, "{:?}", saved.body);
    assert_eq!(hospital.put(&draft, sato, &body).await.problem(), "draft_changed");
    assert_eq!(kept().await["content"]["opinion"], OPINION);
    assert_eq!(kept().await["signed_since"], false);
    let reports = hospital.get(&both.at("draft"), sato).await.json();
    assert_eq!(reports["draft"], Value::Null, "a report's draft is another");
    let hers = both.third.gate.get(&draft, &both.third.kato).await.json();
    assert_eq!(hers["draft"], Value::Null);
    let clinics = both.pair.clinic.put(&draft, &both.pair.tanaka, &body).await;
    assert_eq!(clinics.problem(), "not_the_consultant");
    for file in crate::support::files(&hospital.home.beside(".")) {
        let bytes = fs::read(&file).unwrap_or_default();
        let found = bytes
            .windows(OPINION.len())
            .any(|part| part == OPINION.as_bytes());
        assert!(!found, "{} holds the words", file.display());
    }
    both.said().await;
    assert_eq!(kept().await, Value::Null, "signed");
}
