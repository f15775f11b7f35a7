//! The registry is killed in the middle of its acts, again and again, at points that chance chooses.
//!
//! After each kill an outsider reads the published register as it lies there, then the operator goes on working. What
//! was acknowledged is there, what was not is there wholly or not at all, and nothing that anybody has seen changes.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use dokuei_identity::certificate::RegistryCertificate;
use dokuei_identity::chain::{Chain, verify_registry};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Act, Checkpoint, Entry, Hash, StaticFiles, StaticRegister, StoreError, Tree,
};
use dokuei_identity::revocation::RevocationList;

use crate::desk::{Desk, SPECIALIST, now};

/// As long as another round is begun; each takes less than a second on a machine with nothing else to do.
const BUDGET: Duration = Duration::from_secs(10);
/// Rounds at least, however slow the machine is (each act comes twice), and at most.
const ROUNDS: std::ops::Range<u32> = 10..60;

/// The published folder, read by somebody who has nothing but it.
struct Published<'a>(&'a Desk);

impl StaticFiles for Published<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(self.0.path("registry/register").join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What an outsider remembers: every size that was ever published, with its root.
#[derive(Default)]
struct Outsider {
    seen: Vec<(u64, Hash)>,
}

impl Outsider {
    /// Reads all of the register, and compares it with its checkpoint and with whatever was seen before.
    fn read(&mut self, desk: &Desk) -> Vec<Act> {
        let files = Published(desk);
        let file = |name: &str| files.read(name).unwrap().unwrap();
        let chain = Chain::from_pem(&String::from_utf8(file("registry.pem")).unwrap()).unwrap();
        let signer: RegistryCertificate = verify_registry(&chain, &desk.anchor(), now(), None).unwrap();
        let checkpoint = Checkpoint::parse(&file("checkpoint"))
            .and_then(|checkpoint| checkpoint.verify(&[signer.key], &NetworkName::of(&desk.anchor())))
            .unwrap();
        let (size, root) = (checkpoint.size(), checkpoint.root());
        self.seen.push((size, root));
        let register = StaticRegister::new(files, checkpoint);
        let mut entries = Vec::new();
        while (entries.len() as u64) < size {
            entries.extend(register.entries(entries.len() as u64, 256).unwrap());
        }
        for (seen, root) in &self.seen {
            let mut tree = Tree::default();
            tree.grow(&entries[..usize::try_from(*seen).unwrap()]).unwrap();
            assert_eq!(
                tree.root().unwrap(),
                *root,
                "the register at {seen} entries is another now"
            );
        }
        entries
            .iter()
            .map(|entry| Entry::parse(entry).unwrap().act)
            .collect()
    }
}

/// One act, as it is typed, and how to see in the register whether it was done.
struct Trial {
    arguments: Vec<String>,
    name: String,
}

/// Starts an act and kills it: after a time, or a moment after the journal has grown (everything before is reading keys
/// and thinking). Gives whether it was quicker and said that it had succeeded.
fn killed(desk: &Desk, trial: &Trial, usual: Duration, round: u32) -> bool {
    let arguments: Vec<&str> = trial.arguments.iter().map(String::as_str).collect();
    let journal = desk.path("registry/register.jsonl");
    let length = || fs::metadata(&journal).map_or(0, |file| file.len());
    let before = length();
    let mut child = desk
        .command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let chance = f64::from(rand::random::<u16>()) / f64::from(u16::MAX);
    let since = Instant::now();
    if round.is_multiple_of(3) {
        wait(&mut child, since, usual.mul_f64(1.1 * chance));
    } else {
        while length() == before && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(200));
        }
        wait(&mut child, Instant::now(), usual.mul_f64(0.25 * chance * chance));
    }
    // SIGKILL; an error says that it has ended.
    let _ = child.kill();
    child.wait().unwrap().success()
}

fn wait(child: &mut Child, since: Instant, time: Duration) {
    while since.elapsed() < time && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_micros(200));
    }
}

fn issue(desk: &Desk, number: u32) -> Trial {
    let name = format!("Applicant Number{number}");
    let request = desk.request(&format!("applicant-{number}"), u8::try_from(number + 20).unwrap());
    let mut arguments = SPECIALIST.map(str::to_owned).to_vec();
    arguments[3] = request;
    arguments[7].clone_from(&name);
    arguments[15] = format!("applicant-{number}.pem");
    Trial { arguments, name }
}

fn act(words: &[&str], name: &str) -> Trial {
    Trial {
        arguments: words.iter().map(|word| (*word).to_owned()).collect(),
        name: name.to_owned(),
    }
}

/// The credential whose subject has this name, as `list` tells it: fingerprint and standing.
fn listed(desk: &Desk, name: &str) -> Option<(String, String)> {
    let all = desk.json(&["list"]);
    let mut all = all.as_array().unwrap().iter();
    let one = all.find(|one| one["subject"].as_str().unwrap().contains(name))?;
    let text = |field: &str| one[field].as_str().unwrap().to_owned();
    Some((text("fingerprint"), text("standing")))
}

/// What the register says of a certificate: how often it was issued, and its last act.
fn entered(acts: &[Act], fingerprint: &Fingerprint) -> (usize, &'static str) {
    let (mut issued, mut standing) = (0, "none");
    for act in acts {
        match act {
            Act::Issued { chain, .. } if chain.fingerprint() == *fingerprint => {
                issued += 1;
                standing = "in_force";
            }
            Act::Suspended { fingerprint: of } if of == fingerprint => standing = "suspended",
            Act::Reinstated { fingerprint: of } if of == fingerprint => standing = "in_force",
            Act::Revoked { fingerprint: of, .. } if of == fingerprint => standing = "revoked",
            _ => {}
        }
    }
    (issued, standing)
}

/// R17, R24: nothing acknowledged is lost and nothing is half done, wherever the power fails.
#[test]
fn r17_r24_killed_at_any_point_the_registry_has_done_an_act_wholly_or_not_at_all() {
    let desk = Desk::new();
    let mut outsider = Outsider::default();
    let started = Instant::now();
    let first = Instant::now();
    desk.done(
        &issue(&desk, 0)
            .arguments
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    let usual = first.elapsed();
    let mut subject = "Applicant Number0".to_owned();
    let (mut rounds, mut acknowledged, mut undone) = (0, 0, 0);
    while rounds < ROUNDS.end && (rounds < ROUNDS.start || started.elapsed() < BUDGET) {
        let of = listed(&desk, &subject).map(|(fingerprint, _)| fingerprint);
        let trial = match (rounds % 5, &of) {
            (0, Some(of)) => act(&["suspend", of], &subject),
            (1, Some(of)) if listed(&desk, &subject).unwrap().1 == "suspended" => {
                act(&["reinstate", of], &subject)
            }
            (2, Some(of)) => act(&["revoke", of, "--reason", "keyCompromise"], &subject),
            (3, _) => act(&["crl", "--out", "list.pem"], &subject),
            _ => issue(&desk, rounds + 1),
        };
        let before = listed(&desk, &trial.name);
        let done = killed(&desk, &trial, usual, rounds);
        outsider.read(&desk);

        // The operator goes on: what was cut off is brought to its end or taken back.
        desk.done(&["crl", "--out", "list.pem"]);
        let acts = outsider.read(&desk);
        let after = listed(&desk, &trial.name);
        let verb = trial.arguments[0].as_str();
        let changed = after != before;
        assert!(
            changed || !done || verb == "crl",
            "{verb} was acknowledged and is not there"
        );
        (acknowledged, undone) = (acknowledged + u32::from(done), undone + u32::from(!changed));
        if let Some((fingerprint, standing)) = after {
            let of: Fingerprint = fingerprint.parse().unwrap();
            assert_eq!(
                entered(&acts, &of),
                (1, standing.as_str()),
                "{verb} is half done in the register"
            );
            let list = fs::read_to_string(desk.path("list.pem")).unwrap();
            let chain = desk.chain("applicant-0.pem");
            let list = RevocationList::verify_pem(&list, &chain, &desk.anchor(), now()).unwrap();
            let all = desk.json(&["list"]);
            let out = all.as_array().unwrap().iter();
            let out = out.filter(|one| matches!(one["standing"].as_str(), Some("revoked" | "suspended")));
            assert_eq!(
                list.revoked().len(),
                out.count(),
                "the list and the journal differ"
            );
            subject = trial.name;
        }
        desk.done(&["operator-log", "verify"]);
        rounds += 1;
    }
    println!(
        "{rounds} kills in {:.1} s: {acknowledged} acts were acknowledged, {undone} left no trace",
        started.elapsed().as_secs_f64()
    );
    assert!(undone < rounds, "no act was ever begun: the kills came too soon");
}
