//! What people are told outside the app: by a real mail server and a program of the house, without anything of a patient.
//!
//! Shows R2, R7 and R16 with aiosmtpd and Python's ssl, on the real programs.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dokuei_tests::api::Client;
use dokuei_tests::lab::Lab;
use dokuei_tests::pair::{Pair, Session};
use dokuei_tests::people::SATO;
use dokuei_tests::process::Process;
use dokuei_tests::{consult, fixtures, foreign, process, wait};
use serde_json::{Value, json};

/// Where the servers are: beside this file.
const SERVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/system/notices.py");
/// How long something may take that has no reason to wait.
const SOON: Duration = Duration::from_secs(60);

/// A mail server and a webhook, both with a certificate of their own authority.
struct Servers {
    folder: std::path::PathBuf,
    ports: Value,
    _process: Process,
}

impl Servers {
    fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mut openssl = foreign::command("openssl").unwrap();
        openssl.current_dir(folder).args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            "server.key",
            "-out",
            "server.pem",
        ]);
        process::output(&mut openssl).unwrap();
        let mut command = Command::new(fixtures::aiosmtpd().unwrap());
        command.arg(SERVERS).arg(folder);
        let process = Process::start("mail and webhook", command, &folder.join("log")).unwrap();
        let listening = || Ok(std::fs::read_to_string(folder.join("ports")).ok());
        let ports = wait::until("mail server and webhook", SOON, listening).unwrap();
        Self {
            folder: folder.to_owned(),
            ports: serde_json::from_str(&ports).unwrap(),
            _process: process,
        }
    }

    fn authority(&self) -> String {
        std::fs::read_to_string(self.folder.join("server.pem")).unwrap()
    }

    /// What came, in its order.
    fn received(&self, kind: &str) -> Vec<Value> {
        let mut files: Vec<_> = std::fs::read_dir(&self.folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_string_lossy()
                    .starts_with(&format!("{kind}-0"))
            })
            .collect();
        files.sort();
        let read = |path: &std::path::PathBuf| {
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
        };
        files.iter().map(read).collect()
    }

    fn wait_for(&self, kind: &str, count: usize) -> Vec<Value> {
        let came = || {
            let all = self.received(kind);
            Ok((all.len() >= count).then_some(all))
        };
        wait::until(&format!("{count} of {kind}"), SOON, came).unwrap()
    }
}

fn outlets(servers: &Servers, password: &str) -> Value {
    json!({
        "smtp": {
            "host": "localhost",
            "port": servers.ports["smtp"],
            "security": "starttls",
            "from": "Dokuei <dokuei@example.jp>",
            "user": "dokuei",
            "password": password,
            "authorities": servers.authority(),
        },
        "webhook_authorities": servers.authority(),
    })
}

fn put_is_refused(client: &Client, path: &str, body: &Value, code: &str) {
    let refused = client.put::<Value>(path, body).unwrap_err();
    assert!(format!("{refused:#}").contains(code), "{refused:#}");
}

/// The text of a letter as its reader sees it: Python decodes it.
fn decoded(raw: &str) -> String {
    let program = "import email, email.policy, sys\n\
                   letter = email.message_from_string(sys.argv[1], policy=email.policy.default)\n\
                   print(letter['subject'], letter['auto-submitted'], letter.get_content(), sep='\\n')";
    let mut python = Command::new("python3");
    python.env("PYTHONIOENCODING", "utf-8").args(["-c", program, raw]);
    String::from_utf8(process::output(&mut python).unwrap()).unwrap()
}

/// HMAC-SHA256 by OpenSSL.
fn signed(secret: &str, text: &str) -> String {
    let mut python = Command::new("python3");
    let program =
        "import hmac, sys; print(hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), 'sha256').hexdigest())";
    python.args(["-c", program, secret, text]);
    String::from_utf8(process::output(&mut python).unwrap())
        .unwrap()
        .trim()
        .to_owned()
}

/// R2, R7, R16: a request is told once by e-mail and by webhook, over TLS, signed, without anything of the patient; and each has
/// its row in the audit trail.
#[test]
fn r2_r7_r16_a_request_is_told_by_mail_and_webhook_without_anything_of_the_patient() {
    let (pair, session) = Lab::consultation_pair().unwrap();
    let servers = Servers::start(&pair.lab.folder().join("servers"));
    let me = &session.specialist;
    let all = json!([
        "urgent",
        "overdue",
        "request",
        "report",
        "query",
        "transfer",
        "progress",
        "credential"
    ]);
    let choice = json!({"new_secret": false, "settings": {
        "version": 1,
        "desktop": [],
        "email": {"address": "suzuki@example.jp", "groups": all},
        "webhook": {"url": format!("https://localhost:{}/dokuei", servers.ports["https"]), "groups": all},
    }});
    put_is_refused(me, "/me/notices", &choice, "no_mail_server");

    let _: Value = me.put("/notices/outlets", &outlets(&servers, "wrong")).unwrap();
    let chosen: Value = me.put("/me/notices", &choice).unwrap();
    let secret = chosen["secret"].as_str().unwrap().to_owned();
    let test = json!({"channel": "email"});
    assert_eq!(
        me.refused("/me/notices/test", &test).unwrap().code,
        "notice_not_sent"
    );
    let shown: Value = me
        .put("/notices/outlets", &outlets(&servers, "hare nochi ame"))
        .unwrap();
    assert!(
        !shown.to_string().contains("hare nochi ame"),
        "the password is told to nobody"
    );
    let _: Value = me.post("/me/notices/test", &test).unwrap();
    assert_eq!(servers.wait_for("mail", 1).len(), 1);

    let (study, case) = pair.requested(&session, 3, 64).unwrap();
    let letter = &servers.wait_for("mail", 2)[1];
    let told = &servers.wait_for("hook", 1)[0];
    assert_eq!(
        (&letter["tls"], &letter["to"]),
        (&json!(true), &json!(["suzuki@example.jp"]))
    );
    let text = decoded(letter["raw"].as_str().unwrap());
    assert!(
        text.starts_with("Dokueiからのお知らせ\nauto-generated\n"),
        "{text}"
    );
    assert!(text.contains("新しい読影依頼が届いています。"), "{text}");
    let body = told["body"].as_str().unwrap();
    let (time, signature) = told["signature"].as_str().unwrap().split_once(',').unwrap();
    let seconds = time.strip_prefix("t=").unwrap();
    assert_eq!(
        signature,
        format!("v1={}", signed(&secret, &format!("{seconds}.{body}")))
    );
    let notice: Value = serde_json::from_str::<Value>(body).unwrap()["notices"][0].clone();
    assert_eq!(
        (&notice["matter"], &notice["case_id"]),
        (&json!("requested"), &json!(case))
    );
    let shown: Value = session.clinic.get(&format!("/cases/{case}")).unwrap();
    let patient = shown["patient_name"].as_str().unwrap();
    for out in [text.as_str(), letter["raw"].as_str().unwrap(), body] {
        assert!(!out.contains(patient) && !out.contains(&study), "{out}");
    }

    who_is_away_says_so(&pair, &session, &case);

    // Told once: what follows is another matter.
    consult::accept(me, &case).unwrap();
    std::thread::sleep(Duration::from_secs(5));
    let of_request = |kind: &str| {
        let all = servers.received(kind);
        all.iter()
            .filter(|one| decoded_or_body(one).contains("読影依頼") || one.to_string().contains("requested"))
            .count()
    };
    assert_eq!((of_request("mail"), of_request("hook")), (1, 1));
    let kept: Value = me.get("/me/notices").unwrap();
    let sent = kept["recent"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["matter"] == "requested");
    assert!(
        sent.clone().count() == 2 && sent.clone().all(|one| one["state"] == "sent"),
        "{kept}"
    );
    let trail: Value = me.get("/audit?event=notice").unwrap();
    assert!(
        trail.to_string().contains("email requested to suzuki: sent"),
        "{trail}"
    );
}

/// R2, R5: the clinic that has asked sees at once that the specialist is away and who stands in, here one who may not read;
/// so does whoever is about to ask.
fn who_is_away_says_so(pair: &Pair, session: &Session, case: &str) {
    let sato = pair.specialist.sign_in(&SATO).unwrap();
    let deputy: Value = sato.get("/session").unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let absence = json!({"from": now - 60, "until": now + 86_400, "deputies": [deputy["fingerprint"]]});
    let me = &session.specialist;
    let own: Value = me.get("/me/profile").unwrap();
    let mut about = own["about"].clone();
    about["absences"] = json!([absence]);
    let _: Value = me.put("/me/profile", &json!({"about": about})).unwrap();
    let told = wait::until("the absence at the clinic", SOON, || {
        let shown: Value = session.clinic.get(&format!("/cases/{case}"))?;
        let told = shown["absence"].clone();
        Ok((!told["deputies"][0].is_null()).then_some(told))
    });
    let told = told.unwrap();
    assert_eq!(
        (&told["away_now"], &told["deputies"][0]["may_read"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(told["deputies"][0]["name_latin"], SATO.name_latin);
    let reader: Value = me.get("/session").unwrap();
    let path = format!("/directory/{}", reader["fingerprint"].as_str().unwrap());
    let found: Value = session.clinic.get(&path).unwrap();
    assert_eq!(found["profile"]["absence"], told);
    about["absences"] = Value::Null;
    let _: Value = me.put("/me/profile", &json!({"about": about})).unwrap();
}

fn decoded_or_body(one: &Value) -> String {
    one["raw"]
        .as_str()
        .map_or_else(|| one["body"].to_string(), decoded)
}
