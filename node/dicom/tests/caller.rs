//! The DICOM network, with archives of other people: what we send is at DCMTK's archive as it was here, and ours answers
//! as one.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod common;
mod dcmtk;

use std::io::Cursor;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dcmtk::{Judge, read_data_set};
use dokuei_dicom::convert;
use dokuei_dicom::header::read_instance;
use dokuei_dicom::network::{AeTitle, CallError, Calling, Plain, Role, Wanted};

fn titles() -> (AeTitle, AeTitle) {
    ("DOKUEI".parse().unwrap(), "PACS".parse().unwrap())
}

fn call(port: u16, wanted: &[Wanted]) -> Result<Calling<Plain>, CallError> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let (ours, theirs) = titles();
    let plain = Plain::new(stream).unwrap();
    Calling::open(
        plain,
        (&ours, &theirs),
        wanted,
        Role::User,
        Duration::from_secs(30),
    )
}

fn pydicom(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("DOKUEI_PYDICOM_FILES") else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return None;
    };
    let path = Path::new(&folder).join("test_files").join(name);
    assert!(path.is_file(), "{}", path.display());
    Some(path)
}

/// Sends a file in this transfer syntax.
fn send(port: u16, file: &[u8], syntax: &str) -> Result<u16, CallError> {
    let header = read_instance(file).unwrap();
    let class = header.sop_class_uid.as_str();
    let mut association = call(port, &[Wanted::new(class, syntax), Wanted::verification()])?;
    assert!(association.echo()?.is_success());
    let named = (&header.sop_class_uid, &header.sop_instance_uid);
    let answer = association.store(named, syntax, |into| {
        convert::write_data_set(file, syntax, into).map_err(std::io::Error::other)
    })?;
    association.release();
    Ok(answer.status)
}

/// R1, R15: every transfer syntax arrives bit for bit at DCMTK's archive, which keeps what it is given.
#[test]
fn r1_r15_what_is_sent_arrives_bit_for_bit() {
    let judge = Judge::start();
    for name in [
        "CT_small.dcm",
        "MR_small_implicit.dcm",
        "MR_small_bigendian.dcm",
        "image_dfl.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "JPEG-lossy.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_jp2klossless.dcm",
        "JPEG2000.dcm",
        "MR_small_RLE.dcm",
    ] {
        let Some(path) = pydicom(name) else { return };
        let file = std::fs::read(path).unwrap();
        let (syntax, mut data) = read_data_set(&file);
        data.resize(data.len().next_multiple_of(2), 0);
        let status = send(judge.port(), &file, &syntax);
        assert_eq!(status.map_err(|error| format!("{name}: {error}")), Ok(0));
        let (got, kept) = read_data_set(&judge.taken());
        assert_eq!(got, syntax, "{name}");
        assert!(kept == data, "{name} is not as it was sent");
    }
}

/// R1: what a reader does not take is given uncompressed, with the same samples: DCMTK's own decoders say so.
#[test]
fn r1_what_is_compressed_without_loss_is_given_uncompressed_with_the_same_samples() {
    for (name, program) in [
        ("MR_small_RLE.dcm", "dcmdrle"),
        ("SC_rgb_rle_2frame.dcm", "dcmdrle"),
        ("MR_small_jpeg_ls_lossless.dcm", "dcmdjpls"),
        ("SC_rgb_jpeg_gdcm.dcm", "dcmdjpeg"),
    ] {
        let Some(path) = pydicom(name) else { return };
        let folder = tempfile::tempdir().unwrap();
        let judged = folder.path().join("judged.dcm");
        let done = std::process::Command::new(Path::new("/usr/bin").join(program))
            .arg(&path)
            .arg(&judged)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        let mut ours = Vec::new();
        let file = std::fs::read(&path).unwrap();
        convert::write_data_set(file.as_slice(), "1.2.840.10008.1.2.1", &mut ours).unwrap();
        let pixels = |data: &[u8]| {
            let at = data
                .windows(4)
                .rposition(|one| one == [0xe0, 0x7f, 0x10, 0])
                .unwrap();
            data[at + 8..].to_vec()
        };
        let (_, theirs) = read_data_set(&std::fs::read(&judged).unwrap());
        assert!(pixels(&ours) == pixels(&theirs), "{name}: other samples");
    }
}

/// R1: colour that JPEG-LS has plane by plane is given pixel by pixel, as it was before.
#[test]
fn r1_jpeg_ls_by_plane_is_given_by_pixel() {
    let Some(path) = pydicom("SC_rgb_rle_2frame.dcm") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, args: &[&str], from: &Path, name: &str| {
        let to = folder.path().join(name);
        let done = std::process::Command::new(Path::new("/usr/bin").join(program))
            .args(args)
            .args([from, &to])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        to
    };
    let plain = run("dcmdrle", &[], &path, "plain");
    let (_, wanted) = read_data_set(&std::fs::read(&plain).unwrap());
    let pixels = |data: &[u8]| data[data.len() - 2 * 100 * 100 * 3..].to_vec();
    for interleave in ["+in", "+il", "+is"] {
        let compressed = run("dcmcjpls", &[interleave], &plain, interleave);
        let file = std::fs::read(compressed).unwrap();
        let mut ours = Vec::new();
        convert::write_data_set(file.as_slice(), "1.2.840.10008.1.2.1", &mut ours).unwrap();
        assert!(pixels(&ours) == pixels(&wanted), "{interleave}: other samples");
    }
}

/// R1: from one encoding of values into the other and back, nothing is another value; Japanese names least of all.
#[test]
fn r1_values_stay_as_they_are_in_another_encoding() {
    let explicit = common::slice();
    let (_, data) = read_data_set(&explicit);
    let (mut implicit, mut back) = (Vec::new(), Vec::new());
    convert::write_data_set(explicit.as_slice(), "1.2.840.10008.1.2", &mut implicit).unwrap();
    let mut file = common::part10("1.2.840.10008.1.2", &implicit);
    convert::write_data_set(Cursor::new(&mut file), "1.2.840.10008.1.2.1", &mut back).unwrap();
    assert!(
        back == data,
        "explicit, implicit, explicit: {} and {} bytes",
        data.len(),
        back.len()
    );
}

#[test]
fn what_lost_something_is_not_decompressed() {
    let Some(path) = pydicom("JPEG-lossy.dcm") else {
        return;
    };
    let file = std::fs::read(path).unwrap();
    let error = convert::write_data_set(file.as_slice(), "1.2.840.10008.1.2.1", &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("without loss"), "{error}");
    let mut nothing = Vec::new();
    convert::write_file(file.as_slice(), "1.2.840.10008.1.2.1", &mut nothing).unwrap_err();
    assert!(nothing.is_empty(), "something was written");
    assert!(convert::offers("1.2.840.10008.1.2.4.51").is_empty());
}

/// R17: a peer that is no DICOM, or goes away, is an error and not a hang.
#[test]
fn r17_what_is_no_archive_is_told() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let Err(error) = call(port, &[Wanted::verification()]) else {
        panic!("an association with a web server")
    };
    assert!(error.to_string().contains("not DICOM"), "{error}");
}
