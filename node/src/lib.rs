//! The node of a clinic or a specialist: use cases, loopback gateway, command line.
//!
//! [`service`] joins store, network, DICOM, packages and the domain; [`gateway`] shows it on loopback; [`cli`] is the
//! program `dokuei`. Files of the data directory are read and written by [`data_dir`], [`config`], [`keys`],
//! [`practitioners`] and [`credentials`].

pub mod cli;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod data_dir;
pub mod draft_seal;
pub mod gateway;
pub mod keys;
pub mod practitioner_keys;
pub mod practitioners;
pub mod rates;
pub mod recovery;
pub mod relocation;
pub mod second_factor;
pub mod service;
pub mod token;
pub mod wipe;
