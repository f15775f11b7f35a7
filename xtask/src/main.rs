//! cargo xtask demo|test|bench|check.

fn main() {}
