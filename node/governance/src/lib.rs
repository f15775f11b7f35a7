//! How a house runs its node: what the guideline asks of people and rooms, and no program can measure (5-3(2), 6(1),
//! 6(3), 7, note 3).
//!
//! Each record is an [`attestation::Attestation`]: a statement that a person signed with the key of her certificate,
//! numbered and linked to the one before. None is ever altered; a newer one takes the place of an older, which stays
//! readable. They say what people declare. Nothing here, and nothing that is made of it, calls any of it verified: that
//! a training was good, a room is locked or a luminance meter was right is known to whoever signed, and to nobody else.
//!
//! [`ledger::Ledger`] reads the chain and says what is in force, [`rules`] who may sign what, and [`due`] what is
//! missing, overdue or soon to be. The crate is pure: no I/O, no clock, no randomness.

pub mod attestation;
pub mod checklist;
pub mod day;
pub mod deletion;
pub mod display;
pub mod due;
pub mod duty;
pub mod incident;
pub mod inspection;
pub mod ledger;
pub mod policy;
pub mod retention;
pub mod rules;
pub mod statement;
pub mod table;
pub mod template;
pub mod text;
