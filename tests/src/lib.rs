//! Whole-system tests of Dokuei: the built programs, driven from outside.
//!
//! Nothing here links a program's code. A [`lab::Lab`] starts the same binaries that a clinic would install, each as
//! a process of its own with a data directory of its own, and speaks to them by the two doors that a person has: the
//! command line and the loopback API. What is proven is therefore proven of the programs, not of a library under them.
//!
//! * [`programs`] finds the binaries, [`process`] starts and ends them, [`lab`] arranges them into a small world.
//! * [`registry`], [`bootstrap`] and [`node`] are one kind of process each; [`api`] is a node's loopback API.
//! * [`fixtures`] brings real DICOM files, [`foreign`] the programs of other people that judge our output.
//! * [`link`] puts hosts into namespaces and distance between them, [`internet`] a public host and routers.
//! * [`canary`] makes the byte patterns that must appear nowhere and looks for them; [`capture`] listens on loopback.

pub mod api;
pub mod bootstrap;
pub mod canary;
pub mod capture;
pub mod consult;
pub mod digest;
pub mod ending;
pub mod fixtures;
pub mod foreign;
pub mod internet;
pub mod lab;
pub mod link;
pub mod memory;
pub mod node;
pub mod pair;
pub mod pcap;
pub mod people;
pub mod process;
pub mod programs;
pub mod registry;
pub mod site;
pub mod tamper;
pub mod wait;
