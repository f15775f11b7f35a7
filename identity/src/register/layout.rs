//! Where a register's parts lie as plain files, after `c2sp.org/tlog-tiles`: any static web server, or a folder,
//! is a mirror of the registry.
//!
//! ```text
//! checkpoint                    the newest signed checkpoint
//! tile/<L>/<N>[.p/<W>]          hashes of level 8·L, 256 in a full tile, W in a partial one
//! tile/entries/<N>[.p/<W>]      256 entries, each with its length before it (two bytes, big-endian)
//! registry.pem                  the registry's certificate, whose key signs the checkpoints, and its issuer's
//! successions                   the entries by which a root or the register's key followed another, as a bundle;
//!                               absent while there are none
//! crl/<key identifier>.crl      the newest revocation list of each issuing authority, DER
//! ```

use thiserror::Error;
use tlog_tiles::Tile;

use super::entry::{KeyId, MAX_ENTRY};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// The height of a tile: [`TILE_WIDTH`] is 2 to this power.
pub const TILE_HEIGHT: u8 = 8;
/// The largest bundle of entries, bytes.
pub const MAX_BUNDLE: usize = 256 * (MAX_ENTRY + 2);
/// The file of the newest checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The file of the registry's chain, PEM.
pub const REGISTRY: &str = "registry.pem";
/// The file of the entries by which a root or the register's key followed another.
pub const SUCCESSIONS: &str = "successions";

/// Why a bundle was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// Cut off, too long, or an entry in it is too large.
    #[error("this is not a bundle of register entries")]
    Bundle,
}

/// The path of a tile of hashes.
#[must_use]
pub fn tile_path(tile: &Tile) -> String {
    // The crate writes the height into the path, C2SP does not: it is always 8.
    tile.path().replacen("tile/8/", "tile/", 1)
}

/// The path of the bundle of entries with number `bundle` that has `width` of them (1 to [`TILE_WIDTH`]); `None` when
/// there is no such width.
#[must_use]
pub fn bundle_path(bundle: u64, width: u64) -> Option<String> {
    let width = u32::try_from(width)
        .ok()
        .filter(|width| (1..=256).contains(width))?;
    let path = Tile::new(TILE_HEIGHT, 0, bundle, width, true).path();
    Some(path.replacen("tile/8/data/", "tile/entries/", 1))
}

/// The path of an issuing authority's newest revocation list.
#[must_use]
pub fn list_path(issuer: &KeyId) -> String {
    format!("crl/{}.crl", hex::encode(issuer))
}

/// The bundles that hold the entries of a register of `size` entries from number `from` on: their numbers and widths.
pub fn bundles(from: u64, size: u64) -> impl Iterator<Item = (u64, u64)> {
    let numbers = from / TILE_WIDTH..size.div_ceil(TILE_WIDTH);
    let width = move |number: u64| (size - number * TILE_WIDTH).min(TILE_WIDTH);
    numbers.map(move |number| (number, width(number)))
}

/// The folders of partial files that a register of `size` entries has, when it grows to `total`: of each, the widths
/// that are still needed (of the sizes before and after), or `None` when the full file took its place.
#[must_use]
pub fn partials(size: u64, total: u64) -> Vec<(String, Option<[u64; 2]>)> {
    let folder = |path: String| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let mut folders = Vec::new();
    let (mut level, mut old, mut new) = (0, size, total);
    while old > 0 {
        let (number, width) = (old / TILE_WIDTH, old % TILE_WIDTH);
        let keep = (new / TILE_WIDTH == number).then_some([width, new % TILE_WIDTH]);
        if let Ok(w) = u32::try_from(width)
            && w > 0
        {
            let tile = Tile::new(TILE_HEIGHT, level, number, w, false);
            folders.push((folder(tile_path(&tile)), keep));
            if level == 0 {
                folders.push((folder(bundle_path(number, width).unwrap_or_default()), keep));
            }
        }
        (level, old, new) = (level + 1, old / TILE_WIDTH, new / TILE_WIDTH);
    }
    folders
}

/// Puts entries into a bundle.
///
/// # Errors
/// [`LayoutError::Bundle`] when there are too many, or one is too large.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, LayoutError> {
    if entries.len() as u64 > TILE_WIDTH {
        return Err(LayoutError::Bundle);
    }
    let mut bundle = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| LayoutError::Bundle)?;
        if entry.len() > MAX_ENTRY {
            return Err(LayoutError::Bundle);
        }
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Ok(bundle)
}

/// Takes the entries out of a bundle.
///
/// # Errors
/// [`LayoutError::Bundle`] when it is cut off, or has too many or too large entries.
pub fn decode_bundle(mut bundle: &[u8]) -> Result<Vec<Vec<u8>>, LayoutError> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        if length > MAX_ENTRY || entries.len() as u64 == TILE_WIDTH {
            return Err(LayoutError::Bundle);
        }
        let (entry, rest) = rest.split_at_checked(length).ok_or(LayoutError::Bundle)?;
        entries.push(entry.to_vec());
        bundle = rest;
    }
    if bundle.is_empty() {
        Ok(entries)
    } else {
        Err(LayoutError::Bundle)
    }
}
