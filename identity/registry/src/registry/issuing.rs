//! Issuing: makes certificates, and the journal's lines for them.

use dokuei_identity::certificate::{NodeCertificate, PractitionerCertificate, Scope, Validity};
use dokuei_identity::chain::{Chain, verify_node, verify_practitioner};
use dokuei_identity::issue::{Issued, NodeSubject, PractitionerSubject};
use dokuei_identity::request::Request;
use dokuei_identity::time::Timestamp;

use super::{BACKDATE, Registry};
use crate::failure::Failure;
use crate::journal::{Credential, IssuedLine, Kind, Line, Replaces};

/// What a command issued.
pub(crate) struct Delivery {
    pub(crate) issued: Issued,
    pub(crate) chain: Chain,
}

/// Why a certificate is issued, for the journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reason {
    pub(crate) by: String,
    pub(crate) replaces: Option<Replaces>,
    pub(crate) application: Option<String>,
}

impl Registry {
    /// Makes a practitioner's certificate. It is issued only when the line has been entered.
    pub(crate) fn make_practitioner(
        &self,
        request: &Request,
        subject: &PractitionerSubject,
        (days, scope): (u64, Scope),
        reason: &Reason,
        now: Timestamp,
    ) -> Result<(Line, Delivery, PractitionerCertificate), Failure> {
        let authority = &self.authorities.current().authority;
        let (validity, mut rng) = (validity(days, now), rand::rng());
        let issued = match scope {
            Scope::Full => authority.issue_practitioner(request, subject, validity, &mut rng)?,
            Scope::Provisional => authority.issue_provisional(request, subject, validity, &mut rng)?,
        };
        let chain = authority.chain(&issued);
        let certificate = verify_practitioner(&chain, &self.anchors, now, None)?;
        let name = format!("{} ({})", subject.name.japanese, subject.name.latin);
        let line = self.line(Kind::Practitioner, &issued, name, reason, now);
        Ok((line, Delivery { issued, chain }, certificate))
    }

    /// Makes a node's certificate, likewise.
    pub(crate) fn make_node(
        &self,
        request: &Request,
        subject: &NodeSubject,
        days: u64,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<(Line, Delivery, NodeCertificate), Failure> {
        let authority = &self.authorities.current().authority;
        let issued = authority.issue_node(request, subject, validity(days, now), &mut rand::rng())?;
        let chain = authority.chain(&issued);
        let certificate = verify_node(&chain, &self.anchors, now, None)?;
        let name = format!("{} [{}]", subject.institution, subject.institution_code);
        let line = self.line(Kind::Node, &issued, name, reason, now);
        Ok((line, Delivery { issued, chain }, certificate))
    }

    /// What a practitioner's credential says, for issuing it again.
    pub(crate) fn read_practitioner(
        &self,
        credential: &Credential,
    ) -> Result<PractitionerCertificate, Failure> {
        let chain = self.authorities.chain(credential)?;
        Ok(verify_practitioner(
            &chain,
            &self.anchors,
            credential.issued_at,
            None,
        )?)
    }

    /// What a node's credential says.
    pub(crate) fn read_node(&self, credential: &Credential) -> Result<NodeCertificate, Failure> {
        let chain = self.authorities.chain(credential)?;
        Ok(verify_node(&chain, &self.anchors, credential.issued_at, None)?)
    }

    fn line(&self, kind: Kind, issued: &Issued, subject: String, reason: &Reason, now: Timestamp) -> Line {
        Line::Issued(Box::new(IssuedLine {
            at: now,
            kind,
            fingerprint: issued.fingerprint,
            serial: issued.serial.clone(),
            subject,
            validity: issued.validity,
            der: hex::encode(&issued.der),
            issuer: Some(self.authorities.current().fingerprint),
            replaces: reason.replaces,
            application: reason.application.clone(),
            by: reason.by.clone(),
        }))
    }
}

fn validity(days: u64, now: Timestamp) -> Validity {
    Validity::days_from(now.minus(BACKDATE), days)
}
