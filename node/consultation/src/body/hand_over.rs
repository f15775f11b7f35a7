//! A practice passes to a new owner: who is requester in a case hands it over, and whoever takes it over answers for it from
//! then on (R5). Nobody becomes responsible without her own signature, and what was signed before stays as it was.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::limits::{Incomplete, MAX_LINE, MAX_LIST, MAX_NAME, Problem, form, required};
use super::release::Loss;
use super::request::AgreementReference;
use crate::id::EntryId;

/// The requester offers the case to whoever is to answer for it after her. Until it is taken over she goes on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct HandOver {
    /// The certificate of the new owner.
    #[n(0)]
    pub to: Fingerprint,
    /// Her name, as the one who hands over knows it.
    #[n(1)]
    pub name: String,
    /// Why, in words that name no patient.
    #[n(2)]
    pub reason: String,
}

/// By what right somebody takes a case over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(tag = "ground", rename_all = "snake_case")]
pub enum Ground {
    /// It was offered to her.
    #[n(0)]
    HandedOver {
        /// The offer.
        #[n(0)]
        hand_over: EntryId,
    },
    /// The requester has lost her credential for good, and can offer it to nobody.
    #[n(1)]
    Lost {
        /// What became of her certificate.
        #[n(0)]
        loss: Loss,
        /// Since when.
        #[n(1)]
        since: Timestamp,
    },
}

/// The agreement under which a reader goes on: that of the new owner with her. A party's signature cannot be assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct Succeeding {
    /// The request or forward by which the reader was asked.
    #[n(0)]
    pub request: EntryId,
    /// The agreement of the new owner with her (R8).
    #[n(1)]
    pub agreement: AgreementReference,
}

/// The new owner takes the case over: from here on she is the requester.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
pub struct TakeOver {
    /// The certificate of the requester whose place she takes.
    #[n(0)]
    pub from: Fingerprint,
    /// By what right.
    #[n(1)]
    pub ground: Ground,
    /// Her name, as her certificate has it.
    #[n(2)]
    pub name: String,
    /// Her institution, as her certificate has it.
    #[n(3)]
    pub institution: String,
    /// For every reader whose report is awaited.
    #[n(4)]
    pub agreements: Vec<Succeeding>,
}

impl HandOver {
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good.
    pub fn validate(&self) -> Result<(), Incomplete> {
        required("name", &self.name, MAX_NAME)?;
        required("reason", &self.reason, MAX_LINE)
    }
}

impl TakeOver {
    /// # Errors
    /// [`Incomplete`], naming the first field that is not good; a suspension may be lifted and is no ground.
    pub fn validate(&self) -> Result<(), Incomplete> {
        if let Ground::Lost { loss, since } = self.ground {
            form("ground", loss != Loss::Suspended)?;
            form("since", since.0 > 0)?;
        }
        required("name", &self.name, MAX_NAME)?;
        required("institution", &self.institution, MAX_NAME)?;
        if self.agreements.len() > MAX_LIST {
            return Err(Incomplete {
                field: "agreements",
                problem: Problem::TooLong { limit: MAX_LIST },
            });
        }
        // In one order, each reader once: the same is always said in the same bytes.
        let ascending = |pair: &[Succeeding]| pair[0].request < pair[1].request;
        form("agreements", self.agreements.windows(2).all(ascending))
    }
}
