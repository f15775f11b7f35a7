//! Folders of plain files that lie there only while an image is made of them.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;

use super::super::Node;
use super::super::error::ServiceError;

/// The setting that names folders of plain files that are to go away again, as JSON.
const STAGES: &str = "export_stages";
/// How the names of such folders end.
pub(super) const STAGE_SUFFIX: &str = ".dokuei-files";

impl Node {
    /// Writes down that there are plain files at this place, before there are.
    pub(super) fn note_stage(&self, place: &Path) -> Result<(), ServiceError> {
        let place = place
            .to_str()
            .ok_or_else(|| ServiceError::field("path", "it is not Unicode"))?;
        let mut stages = self.stages()?;
        if !stages.iter().any(|one| one == place) {
            stages.push(place.to_owned());
        }
        Ok(self.store().set_setting(STAGES, &json!(stages).to_string())?)
    }

    fn stages(&self) -> Result<Vec<String>, ServiceError> {
        let kept = self.store().setting(STAGES)?;
        Ok(kept
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// Removes the plain files of exports that are over, or that a crash ended.
    pub(in crate::service) fn sweep_stages(&self) {
        let swept = self.stages().and_then(|stages| {
            if stages.is_empty() {
                return Ok(());
            }
            let left: Vec<String> = stages
                .into_iter()
                .filter(|one| !is_removed(Path::new(one)))
                .collect();
            match left.as_slice() {
                [] => self.store().remove_setting(STAGES)?,
                left => self.store().set_setting(STAGES, &json!(left).to_string())?,
            }
            Ok(())
        });
        if let Err(error) = swept {
            tracing::warn!(
                code = error.code(),
                "what exports left could not be looked through"
            );
        }
    }
}

/// Removes a stage; whether it is gone. On a medium that is not there now it is not.
fn is_removed(stage: &Path) -> bool {
    let name = stage.file_name().unwrap_or_default().to_string_lossy();
    if !name.starts_with('.') || !name.ends_with(STAGE_SUFFIX) {
        // Not one of ours.
        return true;
    }
    match fs::remove_dir_all(stage) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => stage.parent().is_some_and(Path::exists),
        Err(error) => {
            tracing::warn!(%error, "plain DICOM files of an export that was broken off could not be removed");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_plain_files_that_a_crash_left_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let stage = folder.path().join(".x.iso.dokuei-files");
        fs::create_dir_all(stage.join("disc")).unwrap();
        fs::write(stage.join("disc/IM00001"), "plain").unwrap();
        assert!(is_removed(&stage));
        assert!(!stage.exists());
        assert!(is_removed(&stage), "it is gone");
        assert!(
            !is_removed(&folder.path().join("medium/.x.iso.dokuei-files")),
            "its medium is not there"
        );
        let other = folder.path().join("mine");
        fs::create_dir(&other).unwrap();
        assert!(is_removed(&other));
        assert!(other.exists(), "a folder of somebody else's");
    }
}
