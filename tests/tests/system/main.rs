//! The whole system, seen from outside: the built programs as processes, on real sockets and disks.
//!
//! One program with many files, so that tests which wait for what they started run beside each other.

mod admission;
mod application;
mod at_rest;
mod bad_input;
mod blind_bootstrap;
mod bootstrap_host;
mod consultation;
mod crash;
mod delivery;
mod described;
mod dicom_foreign;
mod dicomweb;
mod dropping_out;
mod handing_over;
mod identity;
mod interruptions;
mod live;
mod media;
mod moving;
mod notices;
mod reaching;
mod register;
mod register_changes;
mod renewed;
mod two_readings;
