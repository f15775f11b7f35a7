//! Lists from strangers: their length is looked at before anything is allocated.

use std::ops::Deref;

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// A list is longer than its place allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the list has {got} items, more than the {most} that are accepted")]
pub struct TooMany {
    /// How many it has.
    pub got: usize,
    /// The most.
    pub most: usize,
}

/// A list of at most `MAX` items.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Bounded<T, const MAX: usize>(#[n(0)] Vec<T>);

impl<T, const MAX: usize> Bounded<T, MAX> {
    /// Takes a list.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn new(items: Vec<T>) -> Result<Self, TooMany> {
        let got = items.len();
        if got > MAX {
            return Err(TooMany { got, most: MAX });
        }
        Ok(Self(items))
    }

    /// The list.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> Default for Bounded<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Deref for Bounded<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MAX> {
    type Error = TooMany;

    fn try_from(items: Vec<T>) -> Result<Self, TooMany> {
        Self::new(items)
    }
}

impl<'a, T, const MAX: usize> IntoIterator for &'a Bounded<T, MAX> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'b, C, T: Decode<'b, C>, const MAX: usize> Decode<'b, C> for Bounded<T, MAX> {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, DecodeError> {
        let told = decoder.array()?;
        let length = told
            .and_then(|length| usize::try_from(length).ok())
            .filter(|&length| length <= MAX)
            .ok_or_else(|| DecodeError::message(format!("the list has more than {MAX} items")))?;
        let mut items = Vec::with_capacity(length);
        for _ in 0..length {
            items.push(T::decode(decoder, context)?);
        }
        Ok(Self(items))
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Bounded<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
