//! Media for other people's viewers that take more than one disc.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::gate::Gate;
use crate::support::registry::TANAKA;
use crate::support::{files, hashes, sample_study};

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    said
}

/// What the DICOMDIR of a disc lists, as DCMTK reads it.
fn listed(disc: &Path) -> BTreeSet<String> {
    let table = disc.join("DICOMDIR");
    let said = run("/usr/bin/dcmdump", &["+P", "0004,1500", table.to_str().unwrap()]);
    let values = said
        .lines()
        .filter_map(|line| line.split_once('[')?.1.split_once(']'));
    values.map(|(value, _)| value.trim().replace('\\', "/")).collect()
}

/// R12, R23: a study that one disc has no room for lies on several, each of which is a medium of its own and says which one
/// it is; together they hold every image, bit for bit. What is too small for one image is told before anything is burnt.
#[tokio::test(flavor = "multi_thread")]
async fn r12_r23_a_study_too_large_for_one_disc_lies_on_several() {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let uid = sample_study(&folder, 5);
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;
    let export = format!("/api/v1/studies/{uid}/export");
    let slice = files(&folder)[0].metadata().unwrap().len();
    // Two slices fit beside what the file system and the reserve take, three do not.
    let capacity = (2 << 20) + 256 * 1024 + 8 * 1024 + 2 * (64 * 1024 + slice) + 32 * 1024;

    let out = gate.home.beside("discs");
    let wanted = json!({"path": out, "dicomdir": true, "capacity": capacity.to_string()});
    let job = gate.job(&gate.post(&export, &token, &wanted).await).await;
    assert_eq!(job["result"]["discs"], 3, "{job}");
    assert_eq!(job["result"]["profiles"], json!(["STD-GEN-CD"]), "{job}");
    let mut all = BTreeSet::new();
    for number in 1..=3 {
        let disc = out.join(format!("DISC{number}"));
        let there = files(&disc.join("SE00001")).into_iter();
        let there: BTreeSet<String> = there
            .map(|path| path.strip_prefix(&disc).unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(listed(&disc), there, "disc {number}");
        assert_eq!(there.len(), if number == 3 { 1 } else { 2 });
        all.extend(there);
        let readme = fs::read_to_string(disc.join("README.TXT")).unwrap();
        assert!(readme.contains(&format!("{number}/3")), "{readme}");
        let name = format!("[DOKUEI_{number}_OF_3]");
        let table = disc.join("DICOMDIR");
        assert!(run("/usr/bin/dcmdump", &[table.to_str().unwrap()]).contains(&name));
        for name in ["README.TXT", "DICOMDIR"] {
            fs::remove_file(disc.join(name)).unwrap();
        }
    }
    assert_eq!(all.len(), 5);
    assert_eq!(hashes(&out), hashes(&folder), "bit for bit");

    let image = gate.home.beside("study.iso");
    let wanted = json!({"path": image, "dicomdir": true, "capacity": capacity.to_string()});
    let job = gate.job(&gate.post(&export, &token, &wanted).await).await;
    let images: Vec<_> = (1..=3)
        .map(|number| gate.home.beside(&format!("study-{number}.iso")))
        .collect();
    assert_eq!(job["result"]["images"], json!(images), "{job}");
    assert!(!image.exists());
    for (number, image) in (1..).zip(&images) {
        let length = image.metadata().unwrap().len();
        assert!(length <= capacity, "{length} bytes on a disc of {capacity}");
        let said = run("/usr/bin/xorriso", &["-indev", image.to_str().unwrap(), "-toc"]);
        assert!(said.contains(&format!("DOKUEI_{number}_OF_3")), "{said}");
    }

    let out = gate.home.beside("tiny");
    let wanted = json!({"path": out, "dicomdir": true, "capacity": "1M"});
    let job = gate.job(&gate.post(&export, &token, &wanted).await).await;
    assert_eq!(job["state"], "failed", "{job}");
    assert!(job.to_string().contains("medium_too_small"), "{job}");
    assert!(
        files(&out).iter().all(|path| !path.ends_with("DICOMDIR")),
        "nothing passes for a medium"
    );
    for refused in [
        json!({"path": out, "capacity": "650M"}),
        json!({"path": out, "dicomdir": true, "capacity": "much"}),
    ] {
        let answer = gate.post(&export, &token, &refused).await;
        assert_eq!(answer.problem(), "bad_field");
    }
    gate.node.leave().await;
    let rows = format!("{:?}", gate.close().store().audit_rows(1, 200).unwrap());
    assert!(rows.contains("3 ISO images were made of it"), "{rows}");
    assert!(rows.contains("medium_too_small"), "{rows}");
}
