//! The images: offered, granted, received, taken back.

use super::Place;
use crate::body::{EraseNotice, Grant, GrantRevoke, PackageOffered, Received};
use crate::refusal::Refusal;

impl Place<'_> {
    pub(super) fn offered(&self, offer: &PackageOffered) -> Result<(), Refusal> {
        self.by_requester()?;
        self.while_open()?;
        let again = self.facts.offers.contains_key(&offer.package);
        if again {
            Err(Refusal::UnknownReference)
        } else {
            Ok(())
        }
    }

    /// The requester grants to every reader whom she has let in; a reader who holds all of the package grants to the
    /// further reader whom she has brought in, so that the images need not be sent again.
    pub(super) fn grant(&self, grant: &Grant) -> Result<(), Refusal> {
        let signer = self.author;
        let recipients = self.facts.readers.iter();
        let mut recipients = recipients.filter(|reader| reader.who == grant.recipient);
        if signer == self.requester() {
            self.while_open()?;
            let let_in = recipients.any(|reader| {
                reader.consented && (reader.leads() || reader.declined.is_none()) && reader.released.is_none()
            });
            let good = self.facts.offers.contains_key(&grant.package) && let_in;
            return if good {
                Ok(())
            } else {
                Err(Refusal::UnknownReference)
            };
        }
        let brought_in = |reader: &&crate::reader::Reader<'_>| {
            reader.by == signer && reader.consented && reader.is_asked()
        };
        if !recipients.any(|reader| brought_in(&reader)) {
            return Err(Refusal::NotTheRequester(self.header.entry_type));
        }
        self.while_open()?;
        let mut own = self.facts.readers.iter().filter(|reader| reader.who == signer);
        let holds = own.any(|reader| self.facts.has_received(reader, &grant.package));
        self.only_if(holds && !self.facts.is_erased(&grant.package))
    }

    /// A grant is taken back by whoever gave it, or by the requester, whose images they are.
    pub(super) fn revoke(&self, revoke: &GrantRevoke) -> Result<(), Refusal> {
        let mut grants = self.facts.grants.iter();
        let granted = grants
            .find(|granted| granted.id == revoke.grant)
            .ok_or(Refusal::UnknownReference)?;
        if granted.by != self.author {
            self.by_requester()?;
        }
        self.only_if(!granted.revoked)
    }

    /// Either party ends a transfer, until a report or a finding rests on the images: then they belong to the record.
    pub(super) fn erase(&self, notice: &EraseNotice) -> Result<(), Refusal> {
        let signer = self.author;
        let mut leading = self.facts.leading();
        let reads = leading
            .any(|reader| reader.who == signer && (reader.forward.is_none() || reader.accepted.is_some()));
        if signer != self.requester() && !reads {
            return Err(Refusal::NotAParty);
        }
        if !self.facts.offers.contains_key(&notice.package) {
            return Err(Refusal::UnknownReference);
        }
        if self.facts.is_relied_on(&notice.package) {
            return Err(Refusal::Kept);
        }
        if self.facts.erased.contains_key(&notice.package) {
            return self.not_now();
        }
        self.while_open()
    }

    pub(super) fn received(&self, receipt: &Received) -> Result<(), Refusal> {
        let Some((_, offer)) = self.facts.offers.get(&receipt.package) else {
            return Err(Refusal::UnknownReference);
        };
        let node = self.header.signer;
        let here = |granted: &&crate::facts::Granted<'_>| {
            granted.grant.package == receipt.package && granted.grant.node == node && !granted.revoked
        };
        let grants: Vec<_> = self.facts.grants.iter().filter(here).collect();
        if grants.is_empty() {
            return Err(Refusal::NotGranted);
        }
        if receipt.root != offer.root || receipt.length != offer.length {
            return Err(Refusal::OtherPackage);
        }
        let mut received = self.facts.received.iter();
        let again = received.any(|(package, to, _)| *package == receipt.package && *to == node);
        let accepted = grants
            .iter()
            .any(|granted| self.facts.has_accepted(&granted.grant.recipient));
        self.only_if(accepted && !again && !self.facts.is_erased(&receipt.package))
    }
}
