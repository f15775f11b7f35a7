//! The node of a clinic or a specialist: use cases, loopback gateway, command line.

fn main() {}
