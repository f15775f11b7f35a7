//! Files of other makers: pydicom's test data, where DOKUEI_PYDICOM_FILES names its folder.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

#[path = "../fuzz/src/targets.rs"]
#[allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "as in the fuzz package"
)]
mod fuzz_targets;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use dokuei_dicom::files::{Limits, find};
use dokuei_dicom::frames::{FrameIndex, samples};
use dokuei_dicom::{HeaderError, RenderError, RenderRequest, read_header_file, render_png};

/// The Part 10 files of the folder; `None`, and a word about it, when it isn't named.
fn files() -> Option<Vec<PathBuf>> {
    let Some(dir) = std::env::var_os("DOKUEI_PYDICOM_FILES") else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return None;
    };
    Some(find(&[dir.into()], Limits::default()).unwrap().files)
}

#[test]
fn r1_names_in_every_character_set_read_without_replacement() {
    let Some(files) = files() else { return };
    let mut shown = String::new();
    for path in files
        .iter()
        .filter(|path| path.iter().any(|part| part == "charset_files"))
    {
        let file = path.file_name().unwrap().to_string_lossy();
        let line = match read_header_file(path) {
            Ok(header) => {
                let charset = |note: &_| matches!(note, dokuei_dicom::header::HeaderNote::Charset(_));
                let notes: Vec<_> = header.notes.iter().filter(|note| charset(note)).collect();
                format!("{file}: {} {notes:?}", header.patient.name.to_groups())
            }
            Err(error) => format!("{file}: {error}"),
        };
        assert!(!line.contains('\u{fffd}'), "{line}");
        shown += &line;
        shown.push('\n');
    }
    insta::assert_snapshot!("pydicom_names", shown);
}

#[test]
fn r1_r24_every_file_is_read_or_refused_with_a_reason() {
    let Some(files) = files() else { return };
    let (mut read, mut rendered) = (0, 0);
    for path in &files {
        match read_header_file(path) {
            Ok(_) => read += 1,
            Err(error) => {
                println!("{}: {error}", path.display());
                assert!(!matches!(error, HeaderError::Io(_)), "{error}");
                continue;
            }
        }
        match render_png(&std::fs::read(path).unwrap(), &RenderRequest::default()) {
            Ok(_) => rendered += 1,
            Err(RenderError::NoPixels) => {}
            Err(error) => println!("{}: {error}", path.display()),
        }
    }
    println!("{read} of {} read, {rendered} rendered", files.len());
    assert!(
        read * 10 >= files.len() * 8,
        "only {read} of {} were read",
        files.len()
    );
}

#[test]
fn r1_pictures_are_shown_in_these_transfer_syntaxes_and_refused_by_name_in_others() {
    let Some(files) = files() else { return };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in &files {
        let Ok(header) = read_header_file(path) else {
            continue;
        };
        let outcome = match render_png(&std::fs::read(path).unwrap(), &RenderRequest::default()) {
            Ok(_) => "shown".to_owned(),
            Err(RenderError::NoPixels) => continue,
            Err(error) => error.to_string(),
        };
        let (bits, kind) = (
            header.bits_allocated.unwrap_or(0),
            &header.photometric_interpretation,
        );
        let what = if outcome == "shown" {
            String::new()
        } else {
            format!(" ({bits} bits, {kind})")
        };
        *counts
            .entry(format!("{}: {outcome}{what}", header.transfer_syntax_uid))
            .or_default() += 1;
    }
    let lines: Vec<String> = counts
        .iter()
        .map(|(line, count)| format!("{count:3} {line}"))
        .collect();
    insta::assert_snapshot!("pydicom_shown", lines.join("\n"));
}

#[test]
fn r1_one_picture_looks_the_same_in_every_lossless_encoding() {
    let Some(files) = files() else { return };
    let encodings = [
        "",
        "_implicit",
        "_bigendian",
        "_expb",
        "_RLE",
        "_jp2klossless",
        "_jpeg_ls_lossless",
    ];
    let render = |encoding: &str| {
        let name = format!("MR_small{encoding}.dcm");
        let path = files
            .iter()
            .find(|path| path.file_name().is_some_and(|file| *file == *name))?;
        Some(render_png(&std::fs::read(path).unwrap(), &RenderRequest::default()).unwrap())
    };
    let plain = render("").unwrap();
    let same = encodings
        .into_iter()
        .filter_map(|encoding| Some((encoding, render(encoding)?)));
    let seen = same
        .inspect(|(encoding, png)| assert_eq!(*png, plain, "{encoding}"))
        .count();
    assert!(seen >= 5, "only {seen} encodings were there");
}

#[test]
fn r24_changed_bytes_of_compressed_pictures_never_panic_and_never_take_long() {
    let Some(files) = files() else { return };
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for path in files {
        let file = std::fs::read(&path).unwrap();
        let compressed =
            read_header_file(&path).is_ok_and(|header| header.transfer_syntax_uid.as_str().len() > 19);
        if !compressed || file.len() > 60_000 {
            continue;
        }
        for _ in 0..10 {
            let mut changed = file.clone();
            for _ in 0..3 {
                // The later two thirds are pixels.
                let at = file.len() / 3 + random(file.len() - file.len() / 3);
                changed[at] = random(256) as u8;
            }
            let begun = Instant::now();
            let _ = render_png(&changed, &RenderRequest::default());
            assert!(begun.elapsed() < Duration::from_secs(10), "{}", path.display());
        }
    }
}

/// The samples of all frames of a file and the picture of its first, written into `folder`; a line that names them.
fn decoded(path: &Path, folder: &Path, number: usize) -> Result<Option<String>, RenderError> {
    let file = std::fs::read(path).unwrap();
    let picture = match render_png(&file, &RenderRequest::default()) {
        Err(RenderError::NoPixels | RenderError::Header(_)) => return Ok(None),
        made => image::load_from_memory(&made?).unwrap().into_bytes(),
    };
    // Of a deflated file, the frames are not found without inflating it; there is one.
    let frames = FrameIndex::read(&mut std::io::Cursor::new(&file)).map_or(1, |index| index.frames());
    let (mut bytes, mut photometric) = (Vec::new(), String::new());
    for index in 0..frames {
        let frame = samples(&file, index)?;
        bytes.extend(frame.bytes);
        photometric = frame.photometric_interpretation;
    }
    let (of_samples, of_picture) = (
        folder.join(format!("{number}.samples")),
        folder.join(format!("{number}.picture")),
    );
    std::fs::write(&of_samples, bytes).unwrap();
    std::fs::write(&of_picture, picture).unwrap();
    Ok(Some(format!(
        "{photometric}\t{}\t{}",
        of_samples.display(),
        of_picture.display()
    )))
}

/// Python with pydicom's decoders, where they are installed beside its files.
fn python(data: &Path) -> Option<PathBuf> {
    let there = data.parent()?.parent()?.join("pylibjpeg").is_dir();
    if !there {
        println!("skipped: pydicom's decoders are not installed beside it");
        return None;
    }
    let venv = data
        .ancestors()
        .find(|folder| folder.join("bin/python").exists())?;
    Some(venv.join("bin/python"))
}

/// R1: samples are the same as pydicom's (of lossy JPEG and JPEG 2000 within 1), pictures within 1 of 255.
#[test]
fn r1_samples_and_pictures_are_those_of_pydicom() {
    let Some(files) = files() else { return };
    let data = PathBuf::from(std::env::var_os("DOKUEI_PYDICOM_FILES").unwrap());
    let Some(python) = python(&data) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = String::new();
    for (number, path) in files.iter().enumerate() {
        let line = match decoded(path, folder.path(), number) {
            Ok(None) => continue,
            Ok(Some(line)) => line,
            Err(error) => format!("-\t{error}"),
        };
        manifest += &format!("{}\t{line}\n", path.display());
    }
    let list = folder.path().join("manifest");
    std::fs::write(&list, manifest).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compare_pixels.py");
    let output = Command::new(python).arg(script).arg(list).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// R1: all text, names in their three groups before all, is what pydicom decodes: of every file that can be read at all, in
/// sequences too, whatever the character set.
#[test]
fn r1_text_and_names_in_all_three_groups_are_those_of_pydicom() {
    let Some(files) = files() else { return };
    let data = PathBuf::from(std::env::var_os("DOKUEI_PYDICOM_FILES").unwrap());
    let Some(python) = python(&data) else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = String::new();
    let mut of_charsets = 0;
    for (number, path) in files.iter().enumerate() {
        let file = std::fs::File::open(path).unwrap();
        let Ok(attributes) = dokuei_dicom::json::metadata(std::io::BufReader::new(file), "bulk") else {
            continue;
        };
        of_charsets += usize::from(path.iter().any(|part| part == "charset_files"));
        let written = folder.path().join(format!("{number}.json"));
        std::fs::write(&written, serde_json::Value::from(attributes).to_string()).unwrap();
        manifest += &format!("{}\t{}\n", path.display(), written.display());
    }
    assert!(of_charsets >= 17, "only {of_charsets} of the character sets");
    let list = folder.path().join("manifest");
    std::fs::write(&list, manifest).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compare_text.py");
    let output = Command::new(python).arg(script).arg(list).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{complained}");
}

/// R24: the bodies of the fuzz targets over files of other makers, so that neither rots between two runs of the fuzzer.
#[test]
fn r24_no_fuzz_target_panics_on_files_of_other_makers_cut_or_altered() {
    assert!(fuzz_targets::run("pdu", &fuzz_targets::pdu::first_input()));
    assert!(fuzz_targets::run("zip", &fuzz_targets::zip::first_input()));
    let Some(files) = files() else { return };
    let mut good = BTreeMap::new();
    for path in &files {
        let file = std::fs::read(path).unwrap();
        if file.len() > 16 * 1024 {
            continue;
        }
        for (name, body) in fuzz_targets::ALL {
            *good.entry(name).or_insert(0) += usize::from(body(&file));
            body(&file[..file.len() * 2 / 3]);
        }
    }
    assert!(good["dataset"] > 30, "{good:?}");
}
