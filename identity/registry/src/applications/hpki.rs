//! The operator's trust in HPKI: `hpki/roots.pem`, `hpki/intermediates.pem` and `hpki/*.crl` in the data directory.

use std::fs;

use dokuei_identity::application::{Claims, SignedApplication};
use dokuei_identity::hpki::{HpkiError, HpkiEvidence, HpkiTrust, MAX_LIST, verify};
use dokuei_identity::time::Timestamp;

use crate::failure::Failure;
use crate::files;
use crate::registry::layout::Layout;

/// What a countersignature shows now; `None` when there is none.
pub(super) fn check(
    layout: &Layout,
    application: &SignedApplication,
    now: Timestamp,
) -> Result<Option<Result<HpkiEvidence, HpkiError>>, Failure> {
    let Some(cms) = application.countersignature() else {
        return Ok(None);
    };
    let Claims::Practitioner(claims) = &application.application().claims else {
        return Ok(Some(Err(HpkiError::NoRole)));
    };
    let trust = match trust(layout)? {
        Ok(trust) => trust,
        Err(error) => return Ok(Some(Err(error))),
    };
    Ok(Some(verify(
        cms,
        application.bytes_to_sign(),
        claims.licence.kind,
        &trust,
        now,
    )))
}

fn trust(layout: &Layout) -> Result<Result<HpkiTrust, HpkiError>, Failure> {
    let dir = layout.hpki();
    let roots = dir.join("roots.pem");
    if !roots.exists() {
        return Ok(Ok(HpkiTrust::default()));
    }
    let mut trust = HpkiTrust::of_roots(&files::read_text(&roots)?);
    let intermediates = dir.join("intermediates.pem");
    if intermediates.exists() {
        let text = files::read_text(&intermediates)?;
        trust = trust.and_then(|trust| trust.with_intermediates(&text));
    }
    let failed = |source| Failure::storage("read", &dir, source);
    for entry in fs::read_dir(&dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "crl") {
            let list = files::read_large(&path, MAX_LIST as u64)?;
            trust = trust.and_then(|trust| trust.with_list(&list));
        }
    }
    Ok(trust)
}
