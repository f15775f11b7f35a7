//! What other people's programs say of a bootstrap host: of its metrics, and of the unit that runs it.

#![allow(clippy::unwrap_used, reason = "the helpers of a test fail it by unwrap too")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use dokuei_tests::foreign;
use dokuei_tests::lab::Lab;
use dokuei_tests::process::output;
use dokuei_tests::wait;

/// The packaged files of the bootstrap.
fn packaged(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../bootstrap/packaging")
        .join(name)
}

/// R11: Prometheus' own parser reads every metric, and no label names anybody.
#[test]
fn r11_prometheus_reads_the_metrics_and_they_name_nobody() {
    let lab = Lab::new().unwrap();
    let registry = lab.registry().unwrap();
    let port = dokuei_tests::capture::free_ports(1).unwrap()[0];
    let options = ["--metrics", "127.0.0.1:0"];
    let bootstrap = lab
        .bootstrap_with("bootstrap", port, &registry, &options)
        .unwrap();
    let told = std::fs::read(bootstrap.data_dir().join("addresses.json")).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let url = format!("{}/metrics", told["metrics"].as_str().unwrap());
    // A source is told of once it was looked at.
    let text = wait::until("all metrics", Duration::from_secs(60), || {
        let text = ureq::get(&url).call()?.body_mut().read_to_string()?;
        Ok(text.contains("register_source_up{").then_some(text))
    })
    .unwrap();
    let file = lab.folder().join("metrics.txt");
    std::fs::write(&file, &text).unwrap();
    let read = "import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
for family in families(open(sys.argv[1]).read()):
    assert family.documentation, family
    for sample in family.samples: print(sample.name, float(sample.value), *sample.labels)";
    let mut python = foreign::command("python3").unwrap();
    let said = output(python.args(["-c", read]).arg(&file)).unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("dokuei_bootstrap_relayed_bytes_total 0.0"),
        "{said}"
    );
    assert!(
        said.contains("dokuei_bootstrap_register_source_up 1.0 source"),
        "{said}"
    );
    for line in said.lines() {
        let labels: Vec<_> = line.split(' ').skip(2).collect();
        assert!(
            labels
                .iter()
                .all(|label| ["reason", "of", "source", "version"].contains(label)),
            "{line}"
        );
    }
    assert!(
        !text.contains("12D3KooW") && !text.contains("127.0.0.1"),
        "{text}"
    );
}

/// R17 (intrude): systemd takes the packaged units as they are, and finds little that the programs could do besides their
/// duties.
#[test]
fn r17_systemd_knows_every_line_of_the_units_and_calls_them_safe() {
    let node = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/packaging/dokuei.service");
    for (unit, program) in [
        (
            packaged("dokuei-bootstrap.service"),
            "/usr/local/bin/dokuei-bootstrap",
        ),
        (node, "/usr/bin/dokuei"),
    ] {
        let text = std::fs::read_to_string(&unit).unwrap();
        assert!(text.contains(&format!("ExecStart={program} ")));
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(unit.file_name().unwrap());
        std::fs::write(&file, text.replace(program, "/bin/true")).unwrap();
        let judge = |words: &[&str]| {
            let mut command = foreign::command("systemd-analyze").unwrap();
            output(command.args(words).arg(&file)).unwrap()
        };
        assert!(judge(&["verify", "--man=no"]).is_empty());
        // In tenths: 0 is safe, 10 is without any protection.
        judge(&["security", "--offline=yes", "--threshold=20"]);
    }
}

/// R11: the example is usable as it is, and a mistake in it is told with what to do.
#[test]
fn r11_settings_are_checked_before_they_are_used() {
    let lab = Lab::new().unwrap();
    let program = &lab.programs().bootstrap;
    let example = output(std::process::Command::new(program).args(["config", "example"])).unwrap();
    assert_eq!(example, std::fs::read(packaged("config.example.toml")).unwrap());
    let file = lab.folder().join("config.toml");
    std::fs::write(&file, &example).unwrap();
    let check = || {
        let mut command = std::process::Command::new(program);
        command.args(["config", "check", "--data-dir"]).arg(lab.folder());
        command.arg("--config").arg(&file).output().unwrap()
    };
    let said = check();
    assert!(said.status.success(), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stdout).contains("64 circuits of at most 2048 MiB"));
    std::fs::write(&file, "connections_per_adress = 3\n").unwrap();
    let said = check();
    assert_eq!(said.status.code(), Some(1));
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        error.contains("connections_per_adress") && error.contains("is not usable"),
        "{error}"
    );
}
