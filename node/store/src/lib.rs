//! The encrypted database of a node and the vault of its sealed blobs.
//!
//! Everything a node keeps about patients lies here: rows in one SQLCipher file, images as sealed blobs beside it.
//! A copy of the directory without the [`StoreKey`] tells how much there is, and nothing else. Signed entries,
//! certificate chains and device lists are kept as the bytes that were received; this crate never interprets them.
//!
//! All calls block, and most end in an `fsync`: from async code use `spawn_blocking`. A [`Store`] is a cheap handle;
//! clones share one connection behind a lock.
//!
//! ```no_run
//! # fn main() -> Result<(), dokuei_store::StoreError> {
//! use dokuei_store::{Store, StoreKey};
//! let key = StoreKey::generate();
//! let store = Store::create(std::path::Path::new("/var/lib/dokuei"), &key)?;
//! assert!(store.studies()?.is_empty());
//! # Ok(())
//! # }
//! ```

mod append;
mod applications;
mod attestations;
mod audit;
mod damage;
mod database;
mod deadlines;
mod deletions;
mod directory;
mod dispatch;
mod drafts;
mod error;
mod files;
mod imaging;
mod indexing;
mod integrity;
mod key;
mod listing;
mod log;
mod migration;
mod notices;
mod outbox;
mod packages;
mod profiles;
mod proof;
mod pseudonyms;
mod query;
mod records;
mod register;
mod repeats;
mod scan;
mod series_previews;
mod settings;
mod store;
mod successors;
mod templates;
mod text;
mod vault;
mod work_list;

pub use append::Along;
pub use applications::{ApplicationRow, NewApplication};
pub use attestations::KeptAttestations;
pub use audit::{AuditEvent, AuditHead, AuditRow};
pub use deadlines::ToldDeadline;
pub use deletions::{Deleted, DeletionRow, Destruction, NewDeletion};
pub use directory::{ChainKind, DeviceListRow, NodeRow};
pub use dispatch::{
    Commitment, DispatchRow, DispatchState, Dispatched, DispatchedInstance, InstanceState, NewDispatch,
};
pub use drafts::DraftRow;
pub use error::StoreError;
pub use imaging::{Inserted, NewInstance};
pub use integrity::{AlteredRow, LogDamage, as_an_insider};
pub use key::StoreKey;
pub use log::{Appended, Fork, LogKind, LogRow, Queued, StoredEntry};
pub use notices::{NewNotice, NoticeRow, NoticeSettings, NoticeState};
pub use outbox::OutboxRow;
pub use packages::{Direction, NewPackage, PackageFile, PackageRow, PackageState};
pub use profiles::ProfileRow;
pub use proof::Unproven;
pub use pseudonyms::PseudonymRecord;
pub use query::{Field, FoundInstance, FoundSeries, FoundStudy, Level, Query, Test};
pub use records::{InstanceRecord, Origin, PersonName, SeriesRecord, StudyRecord, StudySummary};
pub use register::{IssuerId, RegisterStore};
pub use repeats::{KEPT, KeptAnswer, Known, MAX_ANSWER, Repeatable, asked, within};
pub use scan::{DamagedStudy, Read, ScanResult, ScanState, StoredImage};
pub use series_previews::{KeptPreview, KeptPreviewKind};
pub use settings::SignInFailures;
pub use store::Store;
pub use successors::Successor;
pub use vault::{BlobReader, BlobWriter, FindSamples, FinishedBlob};
pub use work_list::CaseHoldings;

/// A 16-byte identifier: of a log, a case, an agreement or a package.
pub type Id16 = [u8; 16];
/// A 32-byte identifier or hash.
pub type Id32 = [u8; 32];
