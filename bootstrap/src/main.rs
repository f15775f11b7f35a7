//! Helps peers to find and reach each other; holds no image and can read or forge nothing.

fn main() {}
