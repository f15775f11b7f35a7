//! What travels, each type with its bounds: deterministic CBOR arrays in length-prefixed frames.

pub mod case;
pub mod hello;
pub mod live;
pub mod package;
pub mod register;
