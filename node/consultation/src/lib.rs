//! The consultation itself: a hash-linked case log and its pure state machine.
