//! From the journal to the published register.
//!
//! What is published follows from the journal's lines alone, so after a crash the register is simply brought up to
//! it: each line gives its entries, and those that the register has are skipped.

use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::{Act, Entry, key_id};
use dokuei_identity::serial::Serial;

use super::Registry;
use super::authorities::Authorities;
use crate::failure::Failure;
use crate::journal::{IssuedLine, Line, Register};

impl Registry {
    /// Enters what the journal has and the register has not.
    pub(super) fn publish(&mut self) -> Result<(), Failure> {
        let mut entries = Vec::new();
        for line in self.register.lines.get(self.published..).unwrap_or_default() {
            entries.extend(entries_of(line, &self.register, &self.authorities)?);
        }
        if !entries.is_empty() {
            self.log.append(&entries, super::now())?;
        }
        self.published = self.register.lines.len();
        Ok(())
    }

    /// After opening: finds how far the register has got, and enters the rest.
    pub(super) fn catch_up(&mut self) -> Result<(), Failure> {
        let mut entries = vec![Entry {
            at: self.authorities.first_validity().not_before,
            act: Act::IssuingAuthority {
                der: self.layout.first_authority()?,
            },
        }];
        let there = usize::try_from(self.log.head().size()).unwrap_or(usize::MAX);
        // How many entries the lines before gave.
        let mut given = entries.len();
        entries.drain(..there.min(given));
        for line in &self.register.lines {
            // Almost every line is a certificate, with one entry: one that is there already need not be made again.
            if given < there && matches!(line, Line::Issued(_)) {
                given += 1;
                continue;
            }
            let mut made = entries_of(line, &self.register, &self.authorities)?;
            let known = there.saturating_sub(given).min(made.len());
            given += made.len();
            entries.extend(made.drain(known..));
        }
        if given < there {
            return Err(Failure::Damaged(format!(
                "the published register has {there} entries, but the journal only gives {given}: the journal is older \
                 than the register; restore a newer backup of register.jsonl"
            )));
        }
        if !entries.is_empty() {
            self.log.append(&entries, super::now())?;
        }
        self.published = self.register.lines.len();
        Ok(())
    }
}

fn entries_of(line: &Line, register: &Register, authorities: &Authorities) -> Result<Vec<Entry>, Failure> {
    let damaged = |_| Failure::Damaged("the journal holds something that is not hexadecimal".to_owned());
    let acts = match line {
        Line::Issued(issued) => vec![issued_act(issued, authorities)?],
        Line::Suspended { serial, .. } => vec![Act::Suspended {
            fingerprint: fingerprint(register, serial)?,
        }],
        Line::Reinstated { serial, .. } => vec![Act::Reinstated {
            fingerprint: fingerprint(register, serial)?,
        }],
        Line::Revoked { serial, reason, .. } => vec![Act::Revoked {
            fingerprint: fingerprint(register, serial)?,
            reason: *reason,
        }],
        Line::List { number, lists, .. } => {
            let act = |list: &crate::journal::SignedList| {
                let member = authorities.named(&list.issuer)?;
                let sha256 = <[u8; 32]>::try_from(hex::decode(&list.sha256).ok()?).ok()?;
                Some(Act::RevocationList {
                    issuer: key_id(&member.authority.key().public()),
                    number: *number,
                    sha256,
                })
            };
            lists.iter().filter_map(act).collect()
        }
        Line::Authority { der, .. } => vec![Act::IssuingAuthority {
            der: hex::decode(der).map_err(damaged)?,
        }],
        Line::Root { der, cross, .. } => vec![Act::SuccessorRoot {
            der: hex::decode(der).map_err(damaged)?,
            cross: hex::decode(cross).map_err(damaged)?,
        }],
        Line::RegisterKey(line) => vec![Act::RegisterKey {
            statement: hex::decode(&line.statement).map_err(damaged)?,
        }],
        Line::Entry { entry, .. } => {
            let parsed = Entry::parse(&hex::decode(entry).map_err(damaged)?)
                .map_err(|error| Failure::Damaged(error.to_string()))?;
            vec![parsed.act]
        }
    };
    let at = line.at();
    Ok(acts.into_iter().map(|act| Entry { at, act }).collect())
}

fn issued_act(line: &IssuedLine, authorities: &Authorities) -> Result<Act, Failure> {
    let damaged = || {
        Failure::Damaged(format!(
            "the journal's certificate {} cannot be entered; restore the data directory from a backup",
            line.fingerprint
        ))
    };
    let issuer = match &line.issuer {
        Some(issuer) => authorities.named(issuer),
        None => authorities.all().first(),
    };
    let chain = Chain {
        end: hex::decode(&line.der).map_err(|_| damaged())?,
        intermediates: vec![issuer.ok_or_else(damaged)?.authority.certificate().to_vec()],
    };
    Ok(Act::Issued {
        chain,
        supersedes: line.replaces.map(|replaces| replaces.fingerprint),
    })
}

fn fingerprint(register: &Register, serial: &Serial) -> Result<Fingerprint, Failure> {
    register
        .find(&serial.to_string())
        .map(|credential| credential.fingerprint)
        .ok_or_else(|| Failure::Damaged(format!("the journal speaks of {serial}, which was never issued")))
}
