//! A register that lies in static files (see [`super::layout`]): read with every hash authenticated to the signed
//! root, and written tile by tile.

use tlog_tiles::{HashReader, Tile, TileHashReader, TileReader};

use super::answer::{Source, compose};
use super::checkpoint::VerifiedCheckpoint;
use super::hash::Hash;
use super::layout::{SUCCESSIONS, TILE_HEIGHT, TILE_WIDTH, bundle_path, bundles, decode_bundle, tile_path};
use super::proof::{ProofError, Reader};
use super::replica::RegisterError;
use super::store::{HashSource, StoreError};
use super::wire::{Answer, Ask};
use crate::chain::Chain;
use crate::revocation::RevocationList;

/// The length of a hash, bytes.
const HASH: usize = 32;

/// Where the files are: a folder, or a mirror's copies.
pub trait StaticFiles {
    /// The whole file at a path of [`super::layout`]; `None` when there is none. An implementation refuses files
    /// larger than [`super::layout::MAX_BUNDLE`].
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;
}

/// A register in static files, at a verified checkpoint.
#[derive(Debug, Clone)]
pub struct StaticRegister<F> {
    files: F,
    checkpoint: VerifiedCheckpoint,
}

impl<F: StaticFiles> StaticRegister<F> {
    /// The register in `files` at `checkpoint`.
    pub const fn new(files: F, checkpoint: VerifiedCheckpoint) -> Self {
        Self { files, checkpoint }
    }

    /// The checkpoint.
    pub const fn checkpoint(&self) -> &VerifiedCheckpoint {
        &self.checkpoint
    }

    /// Up to `count` entries from number `from` on, fewer only at the end of a bundle; not yet authenticated.
    ///
    /// # Errors
    /// [`RegisterError::Store`], or [`RegisterError::Damaged`] when a bundle is missing or not whole.
    pub fn entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, RegisterError> {
        let damaged = RegisterError::Damaged("a bundle of entries is missing or not whole");
        let Some((bundle, width)) = bundles(from, self.checkpoint.size()).next() else {
            return Ok(Vec::new());
        };
        let path = |width| bundle_path(bundle, width).unwrap_or_default();
        let read = self
            .read_either(&path(width), &path(TILE_WIDTH))
            .map_err(RegisterError::Store)?;
        let entries = read.and_then(|bytes| decode_bundle(&bytes).ok());
        let mut entries = entries
            .filter(|entries| entries.len() as u64 >= width)
            .ok_or(damaged)?;
        entries.truncate(usize::try_from(width).unwrap_or(usize::MAX));
        let skip = usize::try_from(from - bundle * TILE_WIDTH).unwrap_or(usize::MAX);
        Ok(entries.into_iter().skip(skip).take(count).collect())
    }

    /// Answers a question, as [`super::Replica::answer`].
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub fn answer(
        &self,
        ask: &Ask,
        registry: &Chain,
        lists: &[RevocationList],
    ) -> Result<Answer, RegisterError> {
        compose(self, &self.checkpoint, ask, registry, lists)
    }

    /// A partial file may have been taken away when the full one came.
    fn read_either(&self, partial: &str, full: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self.files.read(partial)? {
            None if partial != full => self.files.read(full),
            read => Ok(read),
        }
    }

    fn read_tile(&self, tile: &Tile) -> Result<Vec<u8>, StoreError> {
        let full = Tile::new(
            TILE_HEIGHT,
            tile.level(),
            tile.level_index(),
            1 << TILE_HEIGHT,
            false,
        );
        let read = self.read_either(&tile_path(tile), &tile_path(&full))?;
        let mut read = read.ok_or_else(|| format!("the tile {} is missing", tile_path(tile)))?;
        read.truncate(usize::try_from(tile.width())? * HASH);
        Ok(read)
    }
}

impl<F: StaticFiles> StaticRegister<F> {
    /// Authenticates every full tile against its parent. The reader of `tlog_tiles` 0.2 means to, but begins too late
    /// in the list when several subtrees of the root lie in one tile; the partial tiles it does check by the root.
    fn check_tiles(&self, tiles: &[Tile], data: &[Vec<u8>]) -> Result<(), tlog_tiles::Error> {
        for (tile, content) in tiles.iter().zip(data) {
            if content.len() != tile.width() as usize * HASH {
                return Err(tlog_tiles::Error::InvalidTile);
            }
            if u64::from(tile.width()) < TILE_WIDTH {
                continue;
            }
            let parent = tile.parent(1, self.checkpoint.size());
            let found = parent.and_then(|parent| {
                let at = tiles.iter().position(|tile| *tile == parent)?;
                Some((parent, data.get(at)?))
            });
            let (parent, above) = found.ok_or(tlog_tiles::Error::InconsistentTile)?;
            let index = tlog_tiles::stored_hash_index(parent.level() * TILE_HEIGHT, tile.level_index());
            if parent.hash_at_index(above, index)? != Tile::subtree_hash(content) {
                return Err(tlog_tiles::Error::InconsistentTile);
            }
        }
        Ok(())
    }
}

impl<F: StaticFiles> Source for StaticRegister<F> {
    fn hashes(&self) -> &dyn HashSource {
        self
    }

    fn read_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>, RegisterError> {
        self.entries(from, count)
    }

    fn successions(&self) -> Result<Vec<Vec<u8>>, RegisterError> {
        let read = self.files.read(SUCCESSIONS).map_err(RegisterError::Store)?;
        read.map_or(Ok(Vec::new()), |bundle| decode_bundle(&bundle))
            .map_err(|_| RegisterError::Damaged("the file of successions is not whole"))
    }
}

impl<F: StaticFiles> HashSource for StaticRegister<F> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, StoreError> {
        // The crate's reader is not made for no hashes.
        if indexes.is_empty() {
            return Ok(Vec::new());
        }
        if self.checkpoint.size() == 0 {
            return Err("the register is empty".into());
        }
        let root = self.checkpoint.root().inner();
        let reader = TileHashReader::new(self.checkpoint.size(), root, self);
        let hashes = reader.read_hashes(indexes).map_err(|error| error.to_string())?;
        Ok(hashes.into_iter().map(Hash::from).collect())
    }
}

impl<F: StaticFiles> TileReader for StaticRegister<F> {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile| {
            self.read_tile(tile)
                .map_err(|error| tlog_tiles::Error::InvalidInput(error.to_string()))
        };
        let data: Vec<Vec<u8>> = tiles.iter().map(read).collect::<Result<_, _>>()?;
        self.check_tiles(tiles, &data)?;
        Ok(data)
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// The tiles to be written when the register grows from `size` to `total` entries: paths and contents. `added` are
/// the new hashes ([`super::extend`]).
///
/// # Errors
/// [`ProofError::Store`] when the hashes before them cannot be read.
pub fn new_tiles(
    source: &dyn HashSource,
    size: u64,
    added: &[Hash],
    total: u64,
) -> Result<Vec<(String, Vec<u8>)>, ProofError> {
    let reader = Reader::over(source, size, added);
    let read = |tile: Tile| {
        let data = tile.read_data(&reader).map_err(|error| reader.explain(&error))?;
        Ok((tile_path(&tile), data))
    };
    Tile::new_tiles(TILE_HEIGHT, size, total)
        .into_iter()
        .map(read)
        .collect()
}
