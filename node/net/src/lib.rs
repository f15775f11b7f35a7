//! The network: find and reach peers, admit them, move case entries and packages.
