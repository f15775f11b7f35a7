//! Writes the first inputs: `seeds FOLDER [PYDICOM_DATA]` makes a folder for each target in it, of pydicom's files where
//! their folder is named.

use std::fs;
use std::path::{Path, PathBuf};

use dokuei_dicom_fuzz::targets;

/// Longer ones make a fuzzer slow.
const MOST: u64 = 48 * 1024;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().unwrap_or_else(|| "corpus".into());
    for target in ["dataset", "dicomdir", "multipart", "pdu", "zip"] {
        fs::create_dir_all(folder.join(target))?;
    }
    fs::write(folder.join("pdu/store"), targets::pdu::first_input())?;
    let parts = b"multipart/related; type=\"application/dicom\"; boundary=abc\n--abc\r\nContent-Type: application/dicom\
        \r\n\r\nDICM\r\n--abc\r\nContent-Type: application/dicom\r\n\r\nmore\r\n--abc--\r\n";
    fs::write(folder.join("multipart/two"), parts)?;
    fs::write(folder.join("zip/stored"), targets::zip::first_input())?;
    let Some(data) = arguments.next() else {
        return Ok(());
    };
    let mut files = Vec::new();
    walk(&data, &mut files)?;
    for (number, file) in files.iter().enumerate() {
        let bytes = fs::read(file)?;
        if bytes.starts_with(b"PK\x03\x04") {
            fs::write(folder.join(format!("zip/{number}")), &bytes)?;
        } else if file.to_string_lossy().contains("DICOMDIR") {
            fs::write(folder.join(format!("dicomdir/{number}")), &bytes)?;
        } else {
            fs::write(folder.join(format!("dataset/{number}")), &bytes)?;
        }
    }
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else if entry.metadata()?.len() <= MOST {
            files.push(entry.path());
        }
    }
    Ok(())
}
