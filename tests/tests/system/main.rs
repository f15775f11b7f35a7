//! The whole system, seen from outside: the built programs as processes, on real sockets and disks.
//!
//! One program with many files, so that tests which wait for what they started run beside each other.

mod admission;
mod application;
mod at_rest;
mod bad_input;
mod consultation;
mod crash;
mod dicom_foreign;
mod identity;
mod moving;
mod register;
