//! The register: every certificate the registry issued, suspended or revoked, in one append-only log that everybody
//! holds and nobody can rewrite unnoticed.
//!
//! It is a transparency log in the form of C2SP: [`Checkpoint`]s are signed notes (`c2sp.org/signed-note`,
//! `c2sp.org/tlog-checkpoint`), hashes and entries lie in tiles (`c2sp.org/tlog-tiles`, [`layout`]), and the tree is
//! that of RFC 6962 with SHA-256. Every hash and proof of it is computed by the crate `tlog_tiles`; this module only
//! adapts it.
//!
//! - The registry appends [`Entry`]s and signs a checkpoint, at least hourly even when nothing happened.
//! - A node keeps a [`Replica`]: it [accepts](Replica::accept) an [`Answer`] only when what it has and what it was
//!   given have exactly the root that the registry signed, and nothing is stored before that.
//! - Two signed checkpoints that cannot both be of one append-only log are [`Evidence`] against the registry, which
//!   a third party can verify without having seen either log.
//! - The key that signs can change: [`KeySuccession`].
//! - [`Standings`] is what the entries amount to: which certificate is in force, and which is not and why.
//!
//! Like the whole crate this is pure: a [`HashStore`] does the keeping, and time comes in as a value.

mod answer;
mod checkpoint;
mod conviction;
mod entry;
mod evidence;
mod file;
mod hash;
pub mod layout;
mod note_keys;
mod proof;
mod replica;
mod signer;
mod standing;
mod store;
mod succession;
mod tiles;
mod wire;

pub use checkpoint::{
    CLOCK_TOLERANCE, Checkpoint, CheckpointError, MAX_NOTE, MAX_SIZE, VerifiedCheckpoint, origin,
    sign_checkpoint, verify_checkpoint,
};
pub use conviction::{Conviction, EvidenceFile, MAX_EVIDENCE_FILE};
pub use entry::{Act, Entry, EntryError, KeyId, MAX_ENTRY, key_id};
pub use evidence::{Charge, Evidence, EvidenceError, Prefix};
pub use file::{FILE_MAGIC, FileError, FileReader, write_file};
pub use hash::Hash;
pub use note_keys::{NoteKeys, note_key_id};
pub use proof::{
    MAX_PROOF, Proof, ProofError, Tree, check_consistency, check_inclusion, consistency_proof, entry_hash,
    extend, inclusion_proof, leaf_index, root_after, root_of,
};
pub use replica::{Accepted, Judgement, RegisterError, Replica};
pub use signer::Signed;
pub use standing::{ApplicationKey, ListNote, Member, Role, Standing, Standings};
pub use store::{Batch, HashSource, HashStore, Head, MemoryStore, StoreError};
pub use succession::{KeyFault, KeySchedule, KeySuccession, SuccessionError};
pub use tiles::{StaticFiles, StaticRegister, new_tiles};
pub use wire::{
    Answer, Ask, HeldList, Link, MAX_ANSWER, MAX_ASK, MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_SUCCESSIONS,
    WireError,
};
