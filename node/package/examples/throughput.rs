//! How fast a study is sealed, served, verified and opened in either stored form, how long it becomes, and how much
//! memory that takes: a line of JSON each.
//!
//! `cargo run -p dokuei-package --example throughput [MEGABYTES] [INSTANCES] [DIRECTORY]`: by default 512 MB in 600
//! slices of 16-bit samples, smooth with noise as of a cone-beam CT, under the temporary directory. Everything goes
//! through files, as in a node; nothing is synchronised.

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
use dokuei_package::encoding::{Effort, Encoding};
use dokuei_package::open::PackageReader;
use dokuei_package::samples::{Sample, Samples};
use dokuei_package::schedule::PackageKey;
use dokuei_package::seal::{Contents, Opened, Sealed, Source, seal_package};
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

    for encoding in [
        Encoding::AsIs,
        Encoding::Predicted(Effort::Quick),
        Encoding::Predicted(Effort::Thorough),
    ] {
        measure(directory.path(), &sources, encoding)?;
    }
    Ok(())
}

fn measure(directory: &Path, sources: &[Source], encoding: Encoding) -> Outcome<()> {
    let bytes: u64 = sources.iter().map(|source| source.length).sum();
    let started = Instant::now();
    let (core, sealed) = seal(directory, sources, encoding)?;
    let seal = started.elapsed();

    let started = Instant::now();
    transfer(directory, &core, &sealed)?;
    let verify = started.elapsed();

    let started = Instant::now();
    let data = File::open(directory.join("received"))?;
    let outboard = File::open(directory.join("received.outboard"))?;
    let key = PackageKey::derive(&sealed.cek, core.core())?;
    PackageReader::open(&core, key, data, outboard)?.verify_all()?;
    let open = started.elapsed();

    let started = Instant::now();
    blob(directory)?;
    let vault = started.elapsed();

    let rate = |time: std::time::Duration| (bytes as f64 / 1e6 / time.as_secs_f64()).round();
    println!(
        "{{\"encoding\":\"{encoding:?}\",\"megabytes\":{},\"instances\":{},\"ratio\":{:.3},\"seal_mb_s\":{},\
         \"serve_verify_write_mb_s\":{},\"open_mb_s\":{},\"vault_write_read_mb_s\":{},\"peak_rss_kib\":{}}}",
        bytes / 1_000_000,
        sources.len(),
        bytes as f64 / core.core().ciphertext_length as f64,
        rate(seal),
        rate(verify),
        rate(open),
        rate(vault),
        peak_rss()?
    );
    Ok(())
}

/// Slices of 800 bytes a row after a header of 1 KiB.
fn write_study(directory: &Path, length: u64, instances: u64) -> Outcome<Vec<Source>> {
    const ROW: u32 = 800;
    let mut sources = Vec::new();
    let mut state = 1_u64;
    let rows = (length.saturating_sub(1024) / u64::from(ROW)).max(1);
    for index in 0..instances {
        let mut file = vec![0x20; 1024];
        for y in 0..rows {
            for x in 0..u64::from(ROW / 2) {
                state ^= state >> 12;
                state ^= state << 25;
                state ^= state >> 27;
                let bits = state.wrapping_mul(0x2545_f491_4f6c_dd1d);
                // The sum of four uniform numbers is about normal: a standard deviation of 45.
                let noise: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
                let value =
                    1000.0 + 300.0 * ((x + y) as f64 / 90.0).sin() + (noise as f64 - 131_070.0) / 841.0;
                file.extend((value.clamp(0.0, 4095.0) as u16).to_le_bytes());
            }
        }
        fs::write(directory.join(format!("1.2.{index}")), &file)?;
        sources.push(Source {
            sop_instance_uid: format!("1.2.{index}"),
            series_instance_uid: "1.2".into(),
            length: file.len() as u64,
            blake3: *blake3::hash(&file).as_bytes(),
            samples: Some(Samples {
                at: 1024,
                length: rows * u64::from(ROW),
                row: ROW,
                sample: Sample::Unsigned16,
            }),
        });
    }
    Ok(sources)
}

fn seal(directory: &Path, sources: &[Source], encoding: Encoding) -> Outcome<(VerifiedCore, Sealed)> {
    let label = Label {
        package: PackageId::from_bytes([1; 16]),
        case: CaseId::from_bytes([2; 16]),
        request: EntryId::from_bytes([3; 32]),
        sender: Fingerprint::of(b"sender"),
        purpose: Purpose::Consultation,
        expires_at: Timestamp(u64::MAX),
    };
    let payload = File::create(directory.join("payload"))?;
    let open =
        |_: usize, source: &Source| File::open(directory.join(&source.sop_instance_uid)).map(Opened::File);
    let contents = Contents {
        instances: sources,
        encoding,
        ..Contents::default()
    };
    let sealed = seal_package(&label, &contents, open, payload, &mut rand::rng(), |_| {
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
            .create(true)
            .truncate(true)
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
