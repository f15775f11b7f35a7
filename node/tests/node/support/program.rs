//! The program `dokuei`, run as a user runs it.
