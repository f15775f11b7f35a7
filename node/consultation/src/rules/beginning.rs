//! How a case begins.

use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;

use crate::body::{AgreementReference, Body, Request};
use crate::entry::{EntryHeader, EntryType};
use crate::log::Log;
use crate::refusal::Refusal;
use crate::standing::{Act, Standing};

/// The first entry must be a request, complete (R7), between two facilities, under an agreement in force (R8), by
/// someone who may ask and to someone who may read (R3, R4).
pub(super) fn judge(
    log: &Log,
    header: &EntryHeader,
    body: &Body,
    standing: &dyn Standing,
) -> Result<(), Refusal> {
    let Body::Request(request) = body else {
        return Err(match body {
            Body::Agreement(_) => Refusal::WrongKind(EntryType::Agreement),
            _ => Refusal::Beginning(header.entry_type),
        });
    };
    if !log.is_empty() {
        return Err(Refusal::Beginning(EntryType::Request));
    }
    let author = standing.person(&header.signer);
    if request.requester.practitioner != author {
        return Err(Refusal::NotTheRequester(EntryType::Request));
    }
    check_reader(request, &author, &request.consultant, standing)?;
    check_agreement(
        &request.agreement,
        (&author, &request.consultant),
        header.time,
        standing,
    )?;
    standing
        .may(&header.signer, Act::Request, header.time)
        .map_err(Refusal::Denied)?;
    standing
        .person_may(&request.consultant, Act::Consult, header.time)
        .map_err(Refusal::Denied)
}

/// R8: the agreement of the one who signs and this reader, in force when the entry is written, at `at`.
pub(super) fn check_agreement(
    reference: &AgreementReference,
    (author, reader): (&Fingerprint, &Fingerprint),
    at: Timestamp,
    standing: &dyn Standing,
) -> Result<(), Refusal> {
    let agreement = standing.agreement(&reference.id).ok_or(Refusal::NoAgreement)?;
    if !agreement.is(reference) || !agreement.between(author, reader) {
        return Err(Refusal::OtherAgreement);
    }
    if agreement.covers(at) {
        Ok(())
    } else {
        Err(Refusal::AgreementNotInForce)
    }
}

/// The guideline is about consultation *between* facilities: a reader is another person, of another facility.
pub(super) fn check_reader(
    request: &Request,
    requester: &Fingerprint,
    reader: &Fingerprint,
    standing: &dyn Standing,
) -> Result<(), Refusal> {
    let institution = |person| {
        standing
            .practitioner(person)
            .and_then(|person| person.institution)
    };
    let of_reader = institution(reader);
    let same = of_reader.is_some()
        && (of_reader == institution(requester)
            || of_reader.as_deref() == Some(request.requester.institution.as_str()));
    if same || requester == reader || request.requester.practitioner == *reader {
        Err(Refusal::SameFacility)
    } else {
        Ok(())
    }
}
