//! Real DICOM files: those that pydicom ships for its own tests, fetched from PyPI once.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::output;

/// Rows and columns of a slice of the usual cone-beam CT.
pub const SIZE: u16 = 400;

/// The version whose files the tests know.
pub const PYDICOM: &str = "3.0.2";
/// The version with which pseudonyms are compared.
const ANONYMIZER: &str = "2.1.0";
/// The decoders with which samples are compared, and what they need.
const DECODERS: [&str; 6] = [
    "numpy==2.4.6",
    "pillow==13.0.0",
    "pyjpegls==1.5.1",
    "pylibjpeg==2.1.0",
    "pylibjpeg-libjpeg==2.5.0",
    "pylibjpeg-openjpeg==2.6.0",
];
/// The version that judges key images and measurements.
const HIGHDICOM: &str = "highdicom==0.28.2";
/// The version that judges what we write as FHIR.
const FHIR_RESOURCES: &str = "fhir.resources==8.3.0";
/// The version of pynetdicom that the node's tests speak DICOM with.
const PYNETDICOM: &str = "pynetdicom==3.0.4";
/// The version of dicomweb-client that speaks with our DICOMweb.
pub const DICOMWEB_CLIENT: &str = "0.61.2";
/// The version of schemathesis that asks the API what its description permits.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// The version of the mail server that takes our notices.
const AIOSMTPD: &str = "aiosmtpd==1.4.6";
/// The environment variable that names pydicom's data folder (`test_files` and `charset_files` are in it) for tests of
/// other packages.
pub const PYDICOM_FILES: &str = "DOKUEI_PYDICOM_FILES";
/// Where the files of examinations are in that folder.
const TEST_FILES: &str = "test_files";

/// Files of real examinations that belong together: path below pydicom's files.
///
/// Five studies: an MR with three series (Doe^Peter), three CR (Doe^Archibald), five secondary captures of one study
/// in four transfer syntaxes (Lestrade^G: JPEG baseline, JPEG lossless SV1, JPEG 2000, uncompressed), a CT and an MR
/// in RLE. All have different SOP Instance UIDs.
pub const REAL_FILES: [&str; 21] = [
    "dicomdirtests/98892003/MR1/5641",
    "dicomdirtests/98892003/MR2/6273",
    "dicomdirtests/98892003/MR2/6605",
    "dicomdirtests/98892003/MR2/6935",
    "dicomdirtests/98892003/MR700/4467",
    "dicomdirtests/98892003/MR700/4528",
    "dicomdirtests/98892003/MR700/4558",
    "dicomdirtests/98892003/MR700/4588",
    "dicomdirtests/98892003/MR700/4618",
    "dicomdirtests/98892003/MR700/4648",
    "dicomdirtests/98892003/MR700/4678",
    "dicomdirtests/77654033/CR1/6154",
    "dicomdirtests/77654033/CR2/6247",
    "dicomdirtests/77654033/CR3/6278",
    "SC_rgb_dcmtk_+eb+cr.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_small_odd.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "CT_small.dcm",
    "MR_small_RLE.dcm",
];

/// The folder for what is fetched and built: `CARGO_TARGET_DIR`, or `target/` of the workspace.
#[must_use]
pub fn target_dir() -> PathBuf {
    let default = || {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .map(|root| root.join("target"))
    };
    std::env::var_os("CARGO_TARGET_DIR")
        .map(PathBuf::from)
        .or_else(default)
        .unwrap_or_else(|| "target".into())
}

/// The folder of pydicom's test files; installs pydicom into `target/venv` when it is not there yet.
///
/// # Errors
/// When Python or PyPI cannot be used.
pub fn pydicom_files() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os(PYDICOM_FILES) {
        return Ok(PathBuf::from(given).join(TEST_FILES));
    }
    let pydicom = format!("pydicom=={PYDICOM}");
    let anonymizer = format!("dicom-anonymizer=={ANONYMIZER}");
    // The others judge pseudonyms and samples: dokuei-dicom's tests look for them beside the files.
    let wanted = [
        &[
            pydicom.as_str(),
            anonymizer.as_str(),
            HIGHDICOM,
            PYNETDICOM,
            FHIR_RESOURCES,
        ][..],
        &DECODERS,
    ]
    .concat();
    let venv = environment("venv", &wanted, |venv| {
        let beside = |files: PathBuf| {
            let packages = files.ancestors().nth(3)?;
            let judges = [
                "dicomanonymizer",
                "highdicom",
                "fhir",
                "pynetdicom",
                "openjpeg",
                "jpeg_ls",
                "libjpeg",
                "PIL",
            ];
            Some(judges.iter().all(|judge| packages.join(judge).is_dir()))
        };
        installed(venv).and_then(beside).unwrap_or(false)
    })?;
    installed(&venv)
        .context("pydicom is installed, but its test files are not where they were in this version")
}

/// The Python of an environment with dicomweb-client and pydicom; made below `target/` when it is not there yet.
///
/// # Errors
/// When Python or PyPI cannot be used.
pub fn dicomweb_client() -> Result<PathBuf> {
    let wanted = [
        format!("pydicom=={PYDICOM}"),
        format!("dicomweb-client=={DICOMWEB_CLIENT}"),
    ];
    let venv = environment("venv-dicomweb", &wanted.each_ref().map(String::as_str), |venv| {
        venv.join("complete").is_file()
    })?;
    std::fs::write(venv.join("complete"), "")?;
    Ok(venv.join("bin/python"))
}

/// The program schemathesis, of an environment of its own; made below `target/` when it is not there yet.
///
/// # Errors
/// When Python or PyPI cannot be used.
pub fn schemathesis() -> Result<PathBuf> {
    let program = |venv: &Path| venv.join("bin/schemathesis");
    let venv = environment("venv-schemathesis", &[SCHEMATHESIS], |venv| {
        program(venv).is_file()
    })?;
    Ok(program(&venv))
}

/// The Python of an environment with aiosmtpd, a mail server; made below `target/` when it is not there yet.
///
/// # Errors
/// When Python or PyPI cannot be used.
pub fn aiosmtpd() -> Result<PathBuf> {
    let venv = environment("venv-mail", &[AIOSMTPD], |venv| venv.join("complete").is_file())?;
    std::fs::write(venv.join("complete"), "")?;
    Ok(venv.join("bin/python"))
}

/// A Python environment of this name below `target/`, with these packages; made when it is not `complete` yet.
fn environment(name: &str, packages: &[&str], complete: impl Fn(&Path) -> bool) -> Result<PathBuf> {
    let target = target_dir();
    std::fs::create_dir_all(&target)?;
    // Several tests may come here at the same time.
    let lock = File::create(target.join(format!("{name}.lock")))?;
    lock.lock()
        .context("cannot wait for another test that installs Python packages")?;
    let venv = target.join(name);
    if complete(&venv) {
        return Ok(venv);
    }
    output(Command::new("python3").args(["-m", "venv"]).arg(&venv))
        .context("cannot make a Python environment: `apt-get install python3-venv` brings what it needs")?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ];
    output(Command::new(venv.join("bin/python")).args(pip).args(packages))
        .with_context(|| format!("cannot install {} from PyPI", packages.join(", ")))?;
    Ok(venv)
}

fn installed(venv: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(venv.join("lib")).ok()?;
    let folders = versions.filter_map(Result::ok);
    let mut files = folders.map(|entry| entry.path().join("site-packages/pydicom/data/test_files"));
    files.find(|files| files.join("CT_small.dcm").is_file())
}

/// Copies [`REAL_FILES`] below `folder`.
///
/// # Errors
/// When pydicom's files cannot be had or not be copied.
pub fn real_studies(folder: &Path) -> Result<()> {
    let source = pydicom_files()?;
    for name in REAL_FILES {
        let to = folder.join(name);
        std::fs::create_dir_all(to.parent().unwrap_or(folder))?;
        std::fs::copy(source.join(name), &to)
            .with_context(|| format!("pydicom {PYDICOM} has no file {name}"))?;
    }
    Ok(())
}

/// Writes the generated cone-beam CT with a Japanese patient name below `folder`, by the node's own program; always the
/// same one.
///
/// # Errors
/// When the program fails, or writes another number of files.
pub fn phantom(node: &crate::node::Node, folder: &Path, slices: u32) -> Result<()> {
    phantom_of(node, folder, slices, SIZE)
}

/// The same with slices of `size` rows and columns.
///
/// # Errors
/// As [`phantom`].
pub fn phantom_of(node: &crate::node::Node, folder: &Path, slices: u32, size: u16) -> Result<()> {
    let (out, count, size) = (folder.display().to_string(), slices.to_string(), size.to_string());
    node.cli(&[
        "study", "sample", "--out", &out, "--slices", &count, "--size", &size, "--seed", "1",
    ])?;
    let written = crate::digest::files_below(folder).len();
    if written != slices as usize {
        bail!("`dokuei study sample` wrote {written} files instead of {slices}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_studies_are_complete() {
        let dir = tempfile::tempdir().unwrap();
        real_studies(dir.path()).unwrap();
        let files = crate::digest::files_below(dir.path());
        assert_eq!(files.len(), REAL_FILES.len());
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            assert_eq!(&bytes[128..132], b"DICM", "{}", file.display());
        }
    }
}
