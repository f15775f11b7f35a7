//! The trail goes to a collector of other people: rsyslog, by TLS 1.3 with a certificate on either side.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use dokuei_node::config::{Config, Syslog};

use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::registry::TANAKA;

/// Certificates of the house, and rsyslog with one of them.
struct Collector {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Collector {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let collector = Self {
            folder,
            port,
            running: None,
        };
        collector.authority("ca");
        collector.authority("stranger");
        collector.certificate("ca", "server");
        collector.certificate("ca", "node");
        collector
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn authority(&self, name: &str) {
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem -days 30 \
             -subj /CN={name} -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
        ));
    }

    fn certificate(&self, authority: &str, name: &str) {
        self.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name} \
             -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
        ));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA {authority}.pem -CAkey {authority}.key -CAcreateserial -out {name}.pem -days 30 \
             -copy_extensions copy"
        ));
    }

    fn openssl(&self, words: &str) {
        let mut openssl = Command::new("/usr/bin/openssl");
        openssl
            .args(words.split_whitespace())
            .current_dir(self.folder.path());
        let done = openssl.output().unwrap();
        assert!(
            done.status.success(),
            "{words}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn start(&mut self) {
        let folder = self.folder.path().display().to_string();
        let settings = format!(
            r#"
global(workDirectory="{folder}" maxMessageSize="64k" DefaultNetstreamDriver="ossl"
    DefaultNetstreamDriverCAFile="{folder}/ca.pem" DefaultNetstreamDriverCertFile="{folder}/server.pem"
    DefaultNetstreamDriverKeyFile="{folder}/server.key")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
template(name="audit" type="string" string="%pri% %hostname% %app-name% %msgid% %msg%\n")
input(type="imtcp" port="{}" address="127.0.0.1")
action(type="omfile" file="{folder}/received" template="audit")
"#,
            self.port
        );
        fs::write(self.at("rsyslog.conf"), settings).unwrap();
        let mut rsyslog = Command::new("/usr/sbin/rsyslogd");
        rsyslog
            .arg("-n")
            .arg("-f")
            .arg(self.at("rsyslog.conf"))
            .arg("-i")
            .arg(self.at("pid"));
        rsyslog.stdout(Stdio::null()).stderr(Stdio::null());
        self.running = Some(rsyslog.spawn().unwrap());
    }

    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
    }

    fn received(&self) -> Vec<String> {
        let text = fs::read_to_string(self.at("received")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn settings(&self, authority: &str) -> Syslog {
        Syslog {
            host: "localhost".to_owned(),
            port: self.port,
            authorities: self.at(&format!("{authority}.pem")),
            certificate: self.at("node.pem"),
            key: self.at("node.key"),
        }
    }
}

fn sent_to(home: &Home, to: Syslog) {
    let mut config = Config::read(&home.dir).unwrap();
    config.audit.syslog = Some(to);
    config.write(&home.dir).unwrap();
}

async fn all_sent(gate: &Gate) {
    eventually("the trail is with the collector", || async {
        let view = gate.get("/api/v1/audit/collector", &gate.operator).await.json();
        (view["waiting"] == 0).then_some(())
    })
    .await;
}

/// R24: rsyslog gets every row as an audit message, also those that were written while it was away and while the node was
/// not running; nothing waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn r24_a_collector_of_others_gets_every_row_by_tls_also_after_it_was_away() {
    assert!(
        Path::new("/usr/sbin/rsyslogd").exists(),
        "install rsyslog and rsyslog-openssl"
    );
    let mut collector = Collector::new();
    let home = Home::with(&[TANAKA]);
    sent_to(&home, collector.settings("ca"));
    let gate = Gate::of(home);
    gate.node.forward_audit();
    // Nobody is there to take it: signing in is written down all the same, and does not wait.
    gate.sign_in(&TANAKA).await;
    let view = eventually("it is told that the collector is away", || async {
        let view = gate.get("/api/v1/audit/collector", &gate.operator).await.json();
        view["trouble"].is_string().then_some(view)
    })
    .await;
    assert!(view["waiting"].as_u64().unwrap() > 0, "{view}");
    collector.start();
    all_sent(&gate).await;
    gate.node.leave().await;
    let home = gate.close();
    let rows = home.store().audit_head().unwrap().seq;

    // Again after a restart: it goes on where it was.
    let gate = Gate::of(home);
    gate.node.forward_audit();
    gate.try_sign_in("tanaka", "wrong").await;
    gate.sign_in(&TANAKA).await;
    all_sent(&gate).await;
    eventually("rsyslog has written it", || async {
        (collector.received().len() as u64 >= rows + 2).then_some(())
    })
    .await;
    let received = collector.received();
    for (number, line) in received.iter().enumerate() {
        assert!(
            line.contains(" dokuei IHE+RFC-3881 ") && line.contains("<AuditMessage>"),
            "{number}: {line}"
        );
    }
    let failures: Vec<&String> = received
        .iter()
        .filter(|line| line.contains("EventOutcomeIndicator=\"4\""))
        .collect();
    assert_eq!(failures.len(), 1, "the wrong passphrase, once");
    assert!(
        failures[0].starts_with("84 ") && failures[0].contains("csd-code=\"110114\""),
        "{failures:?}"
    );
}

/// R17: the trail does not go to somebody whose certificate is not of the house.
#[tokio::test(flavor = "multi_thread")]
async fn r17_the_trail_does_not_go_to_a_collector_that_cannot_show_the_houses_certificate() {
    let mut collector = Collector::new();
    collector.start();
    let home = Home::with(&[TANAKA]);
    sent_to(&home, collector.settings("stranger"));
    let gate = Gate::of(home);
    gate.node.forward_audit();
    gate.sign_in(&TANAKA).await;
    let why = eventually("it is refused", || async {
        let view = gate.get("/api/v1/audit/collector", &gate.operator).await.json();
        view["trouble"].as_str().map(str::to_owned)
    })
    .await;
    // Before the collector listens the connection itself is refused; then the certificate is.
    assert!(why.contains("audit.syslog"), "{why}");
    assert_eq!(collector.received(), Vec::<String>::new());
}
