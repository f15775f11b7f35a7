//! Images that were found damaged: remembered by whoever reads one, for whoever can have it sent again.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use dokuei_package::stream::StreamError;

use crate::Id16;

/// So many are remembered at once; the others are found again when they are read again.
const MOST: usize = 10_000;

/// SOP Instance UIDs of images that could not be read as they were stored, and the blobs that they had then.
#[derive(Debug, Clone, Default)]
pub(crate) struct Damaged(Arc<Mutex<BTreeMap<String, Id16>>>);

impl Damaged {
    /// Remembers one.
    pub(crate) fn note(&self, sop_instance_uid: &str, blob: Id16) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < MOST {
            noted.insert(sop_instance_uid.to_owned(), blob);
        }
    }

    pub(crate) fn take(&self) -> BTreeMap<String, Id16> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the system says of a sector that the disk cannot read any more (POSIX EIO).
const UNREADABLE: i32 = 5;

/// Whether what could not be read is not what was sealed: altered, cut, in another place, or lost to the disk.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    error.raw_os_error() == Some(UNREADABLE) || error.get_ref().is_some_and(|why| why.is::<StreamError>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_and_given_once() {
        let damaged = Damaged::default();
        for number in 0..=MOST {
            damaged.note(&format!("1.{number}"), [0; 16]);
        }
        assert_eq!(damaged.take().len(), MOST);
        assert!(damaged.take().is_empty());
    }

    #[test]
    fn what_the_disk_has_lost_is_damage_and_what_it_refuses_is_not() {
        assert!(is_damage(&io::Error::new(
            io::ErrorKind::InvalidData,
            StreamError::Damaged
        )));
        assert!(is_damage(&io::Error::from_raw_os_error(UNREADABLE)));
        assert!(!is_damage(&io::Error::from(io::ErrorKind::PermissionDenied)));
    }
}
