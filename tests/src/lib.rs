//! Whole-system tests: the built programs, driven from outside.
