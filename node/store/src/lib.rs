//! The encrypted database and the vault of sealed blobs.
