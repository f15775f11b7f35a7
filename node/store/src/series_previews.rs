//! Previews of a series: made once, when it came, so that nobody waits for them when it is sent.

use rusqlite::named_params;

use crate::text::{signed, stored_as_text, unsigned};
use crate::{Store, StoreError};

/// What a kept preview shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptPreviewKind {
    /// Nothing: of this series none can be made.
    None,
    /// The largest value of every column of voxels, seen from above.
    AxialMip,
    /// The jaws unrolled along the dental arch.
    Panoramic,
    /// A section across the dental arch.
    CrossSection,
}
stored_as_text!(KeptPreviewKind {
    None => "none",
    AxialMip => "axial_mip",
    Panoramic => "panoramic",
    CrossSection => "cross_section",
});

/// A preview that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPreview {
    /// What it shows.
    pub kind: KeptPreviewKind,
    /// PNG.
    pub png: Vec<u8>,
}

impl Store {
    /// Keeps the previews that were made of the `instances` instances of a series, in the place of earlier ones.
    ///
    /// # Errors
    /// When the database refuses, as for a series that is not stored here.
    pub fn keep_previews(
        &self,
        series_instance_uid: &str,
        instances: u64,
        previews: &[KeptPreview],
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("DELETE FROM series_previews WHERE series_instance_uid = ?1")?
                .execute([series_instance_uid])?;
            let nothing = KeptPreview {
                kind: KeptPreviewKind::None,
                png: Vec::new(),
            };
            let all = if previews.is_empty() {
                std::slice::from_ref(&nothing)
            } else {
                previews
            };
            for (place, preview) in (0_i64..).zip(all) {
                transaction
                    .prepare_cached(
                        "INSERT INTO series_previews (series_instance_uid, place, instances, kind, png)
                         VALUES (:series, :place, :instances, :kind, :png)",
                    )?
                    .execute(named_params! {
                        ":series": series_instance_uid,
                        ":place": place,
                        ":instances": signed(instances),
                        ":kind": preview.kind,
                        ":png": preview.png,
                    })?;
            }
            Ok(())
        })
    }

    /// The previews of a series, as they were made of as many instances as it has now; `None` when they are still to be
    /// made, or some came after.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn kept_previews(
        &self,
        series_instance_uid: &str,
        instances: u64,
    ) -> Result<Option<Vec<KeptPreview>>, StoreError> {
        let rows: Vec<(u64, KeptPreview)> = self.read(|connection| {
            let sql = "SELECT instances, kind, png FROM series_previews WHERE series_instance_uid = ?1 ORDER BY place";
            Ok(connection
                .prepare_cached(sql)?
                .query_map([series_instance_uid], |row| {
                    let kept = KeptPreview {
                        kind: row.get("kind")?,
                        png: row.get("png")?,
                    };
                    Ok((unsigned(row, "instances")?, kept))
                })?
                .collect::<Result<_, _>>()?)
        })?;
        if rows.is_empty() || rows.iter().any(|(of, _)| *of != instances) {
            return Ok(None);
        }
        let shown = rows.into_iter().map(|(_, kept)| kept);
        Ok(Some(
            shown.filter(|kept| kept.kind != KeptPreviewKind::None).collect(),
        ))
    }
}
