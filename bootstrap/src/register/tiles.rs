//! The mirror as plain files, for whoever prefers a web server (`c2sp.org/tlog-tiles`): made from the copy on demand.

use dokuei_identity::register::{HashSource, HashStore, layout};
use tlog_tiles::{HashReader, Tile};

/// Levels of hashes that a register of the largest size has, and some.
const MAX_LEVEL: u8 = 5;

/// Tiles of a level that a register of the largest size has.
const MAX_TILE: u64 = 1 << 32;

/// A tile of hashes or a bundle of entries of a register of `size` entries, or nothing when it has none of this name.
pub(super) fn read<S: HashStore>(store: &S, size: u64, path: &str) -> Option<Vec<u8>> {
    let rest = path.strip_prefix("tile/")?;
    let (level, rest) = rest.split_once('/')?;
    let (number, width) = parse(rest)?;
    if level == "entries" {
        let bundle = layout::bundle_path(number, width)?;
        let first = number.checked_mul(layout::TILE_WIDTH)?;
        if bundle != path || first.checked_add(width)? > size {
            return None;
        }
        let entries = store.read_entries(first, usize::try_from(width).ok()?).ok()?;
        let whole = entries.len() as u64 == width;
        return whole.then(|| layout::encode_bundle(&entries).ok())?;
    }
    let level: u8 = level.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
    let tile = Tile::new(
        layout::TILE_HEIGHT,
        level,
        number,
        u32::try_from(width).ok()?,
        false,
    );
    let nodes = size >> (u32::from(level) * u32::from(layout::TILE_HEIGHT));
    if layout::tile_path(&tile) != path || number * layout::TILE_WIDTH + width > nodes {
        return None;
    }
    tile.read_data(&Reader(store)).ok()
}

/// `x001/x234/067.p/8` is number 1234067, 8 wide. (The parser of tlog_tiles panics at what strangers may write.)
fn parse(path: &str) -> Option<(u64, u64)> {
    let (numbers, width) = match path.split_once(".p/") {
        Some((numbers, width)) => (
            numbers,
            width.parse().ok().filter(|width| (1..256).contains(width))?,
        ),
        None => (path, layout::TILE_WIDTH),
    };
    let mut number = 0u64;
    for part in numbers.split('/') {
        let part: u64 = part.trim_start_matches('x').parse().ok()?;
        number = number.checked_mul(1000)?.checked_add(part)?;
    }
    (number < MAX_TILE).then_some((number, width))
}

struct Reader<'a, S>(&'a S);

impl<S: HashSource> HashReader for Reader<'_, S> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let hashes = self.0.read_hashes(indexes);
        let hashes = hashes.map_err(|_| tlog_tiles::Error::IndexesNotInTree)?;
        Ok(hashes
            .iter()
            .map(|hash| tlog_tiles::Hash(*hash.as_bytes()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!(parse("067"), Some((67, 256)));
        assert_eq!(parse("x001/x234/067.p/8"), Some((1_234_067, 8)));
    }

    /// R17 (obstruct): names that would make the library panic, or mean nothing, are nothing.
    #[test]
    fn r17_hostile_names_are_nothing() {
        let store = dokuei_identity::register::MemoryStore::default();
        for path in [
            "tile/64/000",
            "tile/255/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/../../etc/passwd",
            "tile/entries/000",
            "tile/entries/4294967295",
            "tile//",
            "tile/0/",
        ] {
            assert_eq!(read(&store, 0, path), None, "{path}");
            assert_eq!(read(&store, u64::MAX, path), None, "{path}");
        }
    }
}
