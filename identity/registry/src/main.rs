//! The registry operator's program: issues, renews and revokes credentials.

fn main() {}
