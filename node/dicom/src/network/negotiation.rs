//! The answer to the request of an association (PS3.8 7.1): whom we admit, and what may be said.

use std::collections::BTreeMap;
use std::net::IpAddr;

use dicom_dictionary_std::uids;
use dicom_ul::pdu::{
    AssociationAC, AssociationRJ, AssociationRJResult, AssociationRJServiceProviderASCEReason as ByAcse,
    AssociationRJServiceProviderPresentationReason as ByPresentation,
    AssociationRJServiceUserReason as ByUser, AssociationRJSource as Source, AssociationRQ,
    PresentationContextProposed, PresentationContextResult, PresentationContextResultReason as Outcome,
    UserVariableItem,
};

use super::syntaxes::{is_storage, plain, preferred};
use super::{AeTitle, Caller, MAX_PDU, Rejection, Settings};
use crate::uid::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION};

/// DICOM's application context (PS3.7 A.2.1).
pub(super) const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";

/// What may be said on a presentation context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) abstract_syntax: String,
    pub(super) transfer_syntax: String,
}

/// An association that was agreed on.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) caller: Caller,
    pub(super) contexts: BTreeMap<u8, Context>,
    pub(super) answer: AssociationAC,
}

/// Judges a request from `address`.
///
/// # Errors
/// [`Rejection`].
pub(super) fn agree(
    request: &AssociationRQ,
    settings: &Settings,
    address: IpAddr,
) -> Result<Agreed, Rejection> {
    // PS3.8 9.3.2: bit 0 says version 1, all others are not to be looked at.
    if request.protocol_version & 1 == 0 {
        return Err(Rejection::ProtocolVersion);
    }
    if trimmed(&request.application_context_name) != APPLICATION_CONTEXT {
        return Err(Rejection::ApplicationContext);
    }
    if request.called_ae_title.trim_matches(' ') != settings.aet.as_str() {
        return Err(Rejection::CalledAeTitle);
    }
    let calling: AeTitle = request
        .calling_ae_title
        .parse()
        .map_err(|_| Rejection::CallingAeTitle)?;
    let address = address.to_canonical();
    let known = settings.peers.iter().any(|peer| {
        let there = peer.address.is_none_or(|wanted| wanted.to_canonical() == address);
        peer.aet == calling && there
    });
    if !known {
        return Err(Rejection::CallingAeTitle);
    }
    let mut contexts = BTreeMap::new();
    let results = request
        .presentation_contexts
        .iter()
        .map(|proposed| judge(proposed, &mut contexts))
        .collect();
    let mut user_variables = vec![
        UserVariableItem::MaxLength(MAX_PDU),
        UserVariableItem::ImplementationClassUID(IMPLEMENTATION_CLASS_UID.to_owned()),
        UserVariableItem::ImplementationVersionName(IMPLEMENTATION_VERSION.to_owned()),
    ];
    // An archive that tells the outcome of a commitment is its provider, though it calls (PS3.7 D.3.3.4).
    let roles = request.user_variables.iter().find(|item| {
        matches!(item, UserVariableItem::ScuScpRoleSelectionSubItem(class, _)
            if trimmed(class) == uids::STORAGE_COMMITMENT_PUSH_MODEL)
    });
    user_variables.extend(roles.cloned());
    let answer = AssociationAC {
        protocol_version: 1,
        application_context_name: APPLICATION_CONTEXT.to_owned(),
        called_ae_title: request.called_ae_title.clone(),
        calling_ae_title: request.calling_ae_title.clone(),
        presentation_contexts: results,
        user_variables,
    };
    Ok(Agreed {
        caller: Caller {
            aet: calling,
            address,
        },
        contexts,
        answer,
    })
}

/// Judges one presentation context. An identifier that comes twice is what it was first.
fn judge(
    proposed: &PresentationContextProposed,
    contexts: &mut BTreeMap<u8, Context>,
) -> PresentationContextResult {
    let offered: Vec<String> = proposed
        .transfer_syntaxes
        .iter()
        .map(|one| trimmed(one).to_owned())
        .collect();
    let abstract_syntax = trimmed(&proposed.abstract_syntax);
    let chosen = if is_storage(abstract_syntax) {
        preferred(&offered).ok_or(Outcome::TransferSyntaxesNotSupported)
    } else if [uids::VERIFICATION, uids::STORAGE_COMMITMENT_PUSH_MODEL].contains(&abstract_syntax) {
        plain(&offered).ok_or(Outcome::TransferSyntaxesNotSupported)
    } else {
        Err(Outcome::AbstractSyntaxNotSupported)
    };
    let chosen = match chosen {
        // PS3.8 7.1.1.13: odd, and each once.
        Ok(_) if proposed.id.is_multiple_of(2) || contexts.contains_key(&proposed.id) => {
            Err(Outcome::UserRejection)
        }
        other => other,
    };
    let (reason, transfer_syntax) = match chosen {
        Ok(syntax) => {
            let context = Context {
                abstract_syntax: abstract_syntax.to_owned(),
                transfer_syntax: syntax.to_owned(),
            };
            contexts.insert(proposed.id, context);
            (Outcome::Acceptance, syntax)
        }
        // Not significant then, but it must be there.
        Err(reason) => (reason, uids::IMPLICIT_VR_LITTLE_ENDIAN),
    };
    PresentationContextResult {
        id: proposed.id,
        reason,
        transfer_syntax: transfer_syntax.to_owned(),
    }
}

/// A UID without the padding that some write here though they should not.
fn trimmed(uid: &str) -> &str {
    uid.trim_matches([' ', '\0'])
}

/// How a rejection is told (PS3.8 9.3.4).
pub(super) const fn rejection(why: Rejection) -> AssociationRJ {
    let (result, source) = match why {
        Rejection::CalledAeTitle => (
            AssociationRJResult::Permanent,
            Source::ServiceUser(ByUser::CalledAETitleNotRecognized),
        ),
        Rejection::CallingAeTitle => (
            AssociationRJResult::Permanent,
            Source::ServiceUser(ByUser::CallingAETitleNotRecognized),
        ),
        Rejection::ApplicationContext => (
            AssociationRJResult::Permanent,
            Source::ServiceUser(ByUser::ApplicationContextNameNotSupported),
        ),
        Rejection::ProtocolVersion => (
            AssociationRJResult::Permanent,
            Source::ServiceProviderASCE(ByAcse::ProtocolVersionNotSupported),
        ),
        Rejection::Busy => (
            AssociationRJResult::Transient,
            Source::ServiceProviderPresentation(ByPresentation::LocalLimitExceeded),
        ),
    };
    AssociationRJ { result, source }
}
