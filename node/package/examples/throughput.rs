//! How fast a study is sealed, served, verified and opened, and how much memory that takes: one line of JSON.
//!
//! `cargo run -p dokuei-package --example throughput [MEGABYTES] [INSTANCES] [DIRECTORY]`: by default 512 MB in 600
//! instances under the temporary directory. Everything goes through files, as in a node; nothing is synchronised.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use dokuei_consultation::id::{CaseId, EntryId, PackageId};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use dokuei_package::core::{Label, Purpose, VerifiedCore};
use dokuei_package::open::PackageReader;
use dokuei_package::schedule::PackageKey;
use dokuei_package::seal::{Sealed, Source, seal_package};
use dokuei_package::stream::{OpeningReader, SealingWriter, StreamKey};
use dokuei_package::tree::Holding;
use dokuei_package::verifier::Verifier;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let megabytes: u64 = arguments.next().map_or(Ok(512), |text| text.parse())?;
    let instances: u64 = arguments.next().map_or(Ok(600), |text| text.parse())?;
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = tempfile::tempdir_in(parent)?;
    let bytes = megabytes * 1_000_000;
    let sources = write_study(directory.path(), bytes / instances, instances)?;

    let started = Instant::now();
    let (core, sealed) = seal(directory.path(), &sources)?;
    let seal = started.elapsed();

    let started = Instant::now();
    transfer(directory.path(), &core, &sealed)?;
    let verify = started.elapsed();

    let started = Instant::now();
    let data = File::open(directory.path().join("received"))?;
    let outboard = File::open(directory.path().join("received.outboard"))?;
    let key = PackageKey::derive(&sealed.cek, core.core())?;
    PackageReader::open(&core, key, data, outboard)?.verify_all()?;
    let open = started.elapsed();

    let started = Instant::now();
    blob(directory.path())?;
    let vault = started.elapsed();

    let rate = |time: std::time::Duration| (bytes as f64 / 1e6 / time.as_secs_f64()).round();
    println!(
        "{{\"megabytes\":{megabytes},\"instances\":{instances},\"seal_mb_s\":{},\"serve_verify_write_mb_s\":{},\
         \"open_mb_s\":{},\"vault_write_read_mb_s\":{},\"peak_rss_kib\":{}}}",
        rate(seal),
        rate(verify),
        rate(open),
        rate(vault),
        peak_rss()?
    );
    Ok(())
}

fn write_study(directory: &Path, length: u64, instances: u64) -> Outcome<Vec<Source>> {
    let mut sources = Vec::new();
    let mut state = 1_u64;
    for index in 0..instances {
        let mut file = Vec::with_capacity(length as usize);
        while file.len() < length as usize {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            file.extend_from_slice(&state.to_le_bytes());
        }
        file.truncate(length as usize);
        fs::write(directory.join(format!("1.2.{index}")), &file)?;
        sources.push(Source {
            sop_instance_uid: format!("1.2.{index}"),
            series_instance_uid: "1.2".into(),
            length,
            blake3: *blake3::hash(&file).as_bytes(),
        });
    }
    Ok(sources)
}

fn seal(directory: &Path, sources: &[Source]) -> Outcome<(VerifiedCore, Sealed)> {
    let label = Label {
        package: PackageId::from_bytes([1; 16]),
        case: CaseId::from_bytes([2; 16]),
        request: EntryId::from_bytes([3; 32]),
        sender: Fingerprint::of(b"sender"),
        purpose: Purpose::Consultation,
        expires_at: Timestamp(u64::MAX),
    };
    let payload = File::create(directory.join("payload"))?;
    let open = |_: usize, source: &Source| File::open(directory.join(&source.sop_instance_uid));
    let sealed = seal_package(&label, sources, open, payload, &mut rand::rng(), |_| {
        ControlFlow::Continue(())
    })?;
    fs::write(directory.join("outboard"), &sealed.outboard)?;
    Ok((sealed.core.sign(&SecretKey::from_seed(&[7; 32])), sealed))
}

/// The holder extracts every slice, the receiver verifies and writes it.
fn transfer(directory: &Path, core: &VerifiedCore, sealed: &Sealed) -> Outcome<()> {
    let id = core.core().tree();
    let holding = Holding::new(id, File::open(directory.join("payload"))?, &sealed.outboard);
    let create = |name: &str| {
        File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(directory.join(name))
    };
    let (mut data, mut outboard) = (create("received")?, create("received.outboard")?);
    let mut verifier = Verifier::new(id).ok_or("no payload has this length")?;
    let mut from = 0;
    while let Some(range) = verifier.next_missing(from) {
        verifier.accept(range, &holding.extract(range)?, &mut data, &mut outboard)?;
        from = range.end;
    }
    if verifier.is_complete() {
        Ok(())
    } else {
        Err("not all chunks arrived".into())
    }
}

/// Writes the payload as a blob of the vault and reads it back.
fn blob(directory: &Path) -> Outcome<()> {
    let key = StreamKey::generate(&mut rand::rng());
    let file = File::create(directory.join("blob"))?;
    let mut writer = SealingWriter::new(file, &key, b"bench", &mut rand::rng())?;
    io::copy(
        &mut BufReader::with_capacity(1 << 18, File::open(directory.join("payload"))?),
        &mut writer,
    )?;
    writer.finish()?.flush()?;
    let mut reader = OpeningReader::open(File::open(directory.join("blob"))?, &key, b"bench")?;
    let mut buffer = vec![0; 1 << 18];
    while reader.read(&mut buffer)? > 0 {}
    Ok(())
}

fn peak_rss() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
