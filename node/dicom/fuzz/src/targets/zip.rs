//! A ZIP archive: no entry becomes more than it declares, and none leads elsewhere.

use std::io::{Cursor, Read as _};

use dokuei_dicom::zipped::{ZipLimits, Zipped};

pub(super) fn run(data: &[u8]) -> bool {
    let limits = ZipLimits {
        entries: 64,
        bytes: 1 << 24,
        ratio: 100,
        small: 1 << 20,
    };
    let Ok(mut archive) = Zipped::of(Cursor::new(data), data.len() as u64, &limits) else {
        return false;
    };
    let mut read = false;
    let entries = std::mem::take(&mut archive.entries);
    assert!(entries.iter().map(|entry| entry.size).sum::<u64>() <= limits.bytes);
    for entry in &entries {
        assert!(!entry.name.starts_with('/') && entry.name.split('/').all(|part| part != ".."));
        let Ok(reader) = archive.read(entry) else { continue };
        let mut bytes = Vec::new();
        let whole = reader.take(entry.size + 1).read_to_end(&mut bytes);
        assert!(bytes.len() as u64 <= entry.size);
        read |= whole.is_ok();
    }
    read
}

/// An archive of one file that is stored as it is.
pub fn first_input() -> Vec<u8> {
    let (name, content) = (b"a/b.dcm", b"DICM");
    // Method, time, date, CRC, both lengths, length of the name, of more.
    let mut common = vec![0; 6];
    common.extend_from_slice(&0x994087d2_u32.to_le_bytes());
    common.extend_from_slice(&[4, 0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0]);
    let local = [&b"PK\x03\x04\x14\0\0\0"[..], &common, name, content].concat();
    let central = [&b"PK\x01\x02\x14\0\x14\0\0\0"[..], &common, &[0; 14], name].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend_from_slice(&(central.len() as u32).to_le_bytes());
    end.extend_from_slice(&(local.len() as u32).to_le_bytes());
    end.extend_from_slice(&[0, 0]);
    [local, central, end].concat()
}
