//! The sealed study package: one study for one case, encrypted, committed and verifiable by range.
