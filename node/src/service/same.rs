//! Whether two files are the same instance: they are when their data sets are, bit for bit, whoever wrote the file meta
//! information before them. One that came by network and was then imported from a disc is here once.

use std::io::{self, BufReader, Read, Write};

use dokuei_dicom::network::data_set_of;
use dokuei_store::StoreError;
use sha2::{Digest, Sha256};

use super::Node;
use super::error::ServiceError;

/// Bytes read at a time.
const BUFFER: usize = 64 * 1024;

impl Node {
    /// Whether what is stored under this SOP Instance UID is encoded so and has a data set of this SHA-256.
    pub(super) fn has_same(
        &self,
        sop_instance_uid: &str,
        transfer_syntax: &str,
        data_set: &[u8; 32],
    ) -> Result<bool, ServiceError> {
        let stored = digest(self.store().blob_reader(sop_instance_uid)?)?;
        Ok(stored.0 == transfer_syntax && stored.1 == *data_set)
    }
}

/// Transfer syntax and SHA-256 of the data set of a Part 10 file.
pub(super) fn digest(file: impl Read) -> Result<(String, [u8; 32]), ServiceError> {
    let (syntax, mut data_set) = data_set_of(BufReader::with_capacity(BUFFER, file))?;
    let mut hash = Hashing(Sha256::new());
    io::copy(&mut data_set, &mut hash).map_err(StoreError::from)?;
    Ok((syntax, hash.0.finalize().into()))
}

/// Hashes what is written to it.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
