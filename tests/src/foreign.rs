//! Other people's programs, which judge our output: DCMTK, OpenSSL, poppler, tcpdump, GNU time.
//!
//! They are started by their full path in `/usr`: a Python environment may put namesakes of DCMTK's programs first in
//! the search path.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// The system's own program of this name.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
    folders
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file())
}

/// A command for the system's own program of this name.
///
/// # Errors
/// When it is not installed: names the Debian package.
pub fn command(name: &str) -> Result<Command> {
    let path = find(name).with_context(|| {
        format!(
            "{name} is not installed: `apt-get install {}` brings it",
            package_of(name)
        )
    })?;
    Ok(Command::new(path))
}

fn package_of(name: &str) -> &str {
    match name {
        "dcmdump" | "dsrdump" | "echoscu" | "storescu" | "storescp" | "dciodvfy" => "dcmtk",
        "Orthanc" => "orthanc",
        "pdftotext" | "pdfinfo" | "pdftoppm" => "poppler-utils",
        other => other,
    }
}

/// `openssl verify` of an end certificate through the others in its chain file to `root`, all PEM.
///
/// # Errors
/// When OpenSSL does not accept the chain, with its words.
pub fn openssl_verify(root: &Path, chain: &Path) -> Result<String> {
    // The profile's critical extension licenceInfo is unknown to OpenSSL, which would refuse what it cannot judge.
    let mut verify = command("openssl")?;
    verify
        .args(["verify", "-x509_strict", "-ignore_critical", "-CAfile"])
        .arg(root);
    verify.arg("-untrusted").arg(chain).arg(chain);
    text(&mut verify)
}

/// `openssl x509 -text` of the first certificate in a PEM file.
///
/// # Errors
/// When OpenSSL cannot parse it.
pub fn openssl_text(certificate: &Path) -> Result<String> {
    let mut print = command("openssl")?;
    print
        .args([
            "x509",
            "-noout",
            "-text",
            "-nameopt",
            "utf8,-esc_msb,sep_comma_plus",
            "-in",
        ])
        .arg(certificate);
    text(&mut print)
}

/// The text of a PDF, as poppler reads it.
///
/// # Errors
/// When it is no PDF.
pub fn pdf_text(pdf: &Path) -> Result<String> {
    text(
        command("pdftotext")?
            .args(["-enc", "UTF-8", "-layout"])
            .arg(pdf)
            .arg("-"),
    )
}

/// DCMTK's dump of a DICOM file, without truncating long values.
///
/// # Errors
/// When DCMTK cannot read the file.
pub fn dcm_dump(file: &Path) -> Result<String> {
    text(command("dcmdump")?.args(["+L"]).arg(file))
}

/// DCMTK's reading of a structured report, checked against its SOP class's template of content relations.
///
/// # Errors
/// When DCMTK refuses the document.
pub fn sr_dump(file: &Path) -> Result<String> {
    text(command("dsrdump")?.args(["+Pl", "+U8"]).arg(file))
}

/// What a command says on its standard output.
///
/// # Errors
/// When it fails, with its words.
pub fn text(command: &mut Command) -> Result<String> {
    Ok(String::from_utf8_lossy(&process::output(command)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named_with_its_package() {
        assert_eq!(package_of("dsrdump"), "dcmtk");
        let error = command("no-such-program").unwrap_err().to_string();
        assert_eq!(
            error,
            "no-such-program is not installed: `apt-get install no-such-program` brings it"
        );
    }
}
