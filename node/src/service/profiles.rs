//! How profiles travel: two nodes that meet tell each other which they have, newest first, and are sent those that they
//! lack. A profile is signed by the practitioner whom it describes, so it may come from anybody.

use dokuei_consultation::standing::Standing;
use dokuei_directory::profile::{self, MAX_PROFILE, Profile};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::signed;
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{CaseMessage, CaseReply, MAX_PROFILES, ProfileOffer};
use dokuei_net::{CallError, Network, PeerId, RefusalCode};

use super::Node;
use super::delivery::blocking;
use super::error::ServiceError;
use super::events::EventKind;
use super::session::Session;

/// The most profiles that are asked for at one meeting: the rest comes at the next.
const MAX_WANTED: usize = 64;

impl Node {
    /// Offers a peer the profiles that are known here and brings those that it lacks.
    pub(super) async fn bring_profiles(&self, network: &Network, peer: PeerId) -> Result<(), CallError> {
        let node = self.clone();
        let offers = blocking(move || node.known_profiles()).await.unwrap_or_default();
        if offers.is_empty() {
            return Ok(());
        }
        let reply = network
            .call_case(peer, CaseMessage::OfferProfiles { offers })
            .await?;
        let CaseReply::WantProfiles { practitioners } = reply else {
            return Ok(());
        };
        for practitioner in practitioners.into_iter().take(MAX_WANTED) {
            let node = self.clone();
            let row = blocking(move || Ok(node.store().profile(&practitioner)?)).await;
            let Ok(Some(row)) = row else { continue };
            let message = CaseMessage::Profile { profile: row.profile };
            match network.call_case(peer, message).await {
                Ok(_) => {}
                // Its own reasons; the others may still be welcome.
                Err(CallError::Refused(code)) => tracing::info!(%peer, %code, "a profile was not taken"),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Signs her profile anew when it was made by a clock that was ahead: others refuse that one until its time has come; and
    /// when she has renewed her certificate since: others list her under the new one.
    pub(super) fn renew_profile(&self, session: &Session, now: Timestamp) -> Result<(), ServiceError> {
        let _one = self.write_lock();
        let fingerprint = session.certificate.fingerprint;
        let mut known = None;
        for one in self.people().line(&fingerprint).iter().rev() {
            if known.is_none() {
                known = self.people().profile(one)?;
            }
        }
        let Some(known) = known else {
            return Ok(());
        };
        if known.profile().practitioner == fingerprint && !known.is_ahead_of(now) {
            return Ok(());
        }
        let next = Profile {
            practitioner: fingerprint,
            seq: known.profile().seq + 1,
            issued_at: now,
            ..known.profile().clone()
        };
        let refused = |error| ServiceError::field("profile", error);
        let bytes = profile::sign(&next, &session.secrets.signing).map_err(refused)?;
        self.people().learn_profile(&session.certificate, &bytes, now)
    }

    fn known_profiles(&self) -> Result<Vec<ProfileOffer>, ServiceError> {
        let known = self.store().profile_numbers(MAX_PROFILES)?;
        let offers = known
            .into_iter()
            .map(|(practitioner, seq)| ProfileOffer { practitioner, seq });
        Ok(offers.collect())
    }

    /// Which of the offered profiles are new here. Nobody is asked for whose certificate is not known: her profile
    /// could not be verified.
    pub(super) fn want_profiles(&self, offers: &[ProfileOffer]) -> Result<CaseReply, ServiceError> {
        if offers.len() > MAX_PROFILES {
            return Ok(refused(RefusalCode::Malformed));
        }
        let mut practitioners: Vec<Fingerprint> = Vec::new();
        for offer in offers {
            let known = self.store().profile_seq(&offer.practitioner)?.unwrap_or(0);
            let is_new = offer.seq > known && !practitioners.contains(&offer.practitioner);
            if is_new && self.people().certificate(&offer.practitioner).is_some() {
                practitioners.push(offer.practitioner);
            }
            if practitioners.len() == MAX_WANTED {
                break;
            }
        }
        Ok(CaseReply::WantProfiles { practitioners })
    }

    /// Takes a profile that a peer brings.
    pub(super) fn take_profile(&self, bytes: &[u8]) -> Result<CaseReply, ServiceError> {
        if bytes.len() > MAX_PROFILE {
            return Ok(refused(RefusalCode::Malformed));
        }
        let Ok(signer) = signed::parse(bytes).map(|document| document.signer()) else {
            return Ok(refused(RefusalCode::Malformed));
        };
        let Some(person) = self.people().certificate(&signer) else {
            return Ok(refused(RefusalCode::Stale));
        };
        if self.people().revoked(&signer) {
            return Ok(refused(RefusalCode::Revoked));
        }
        match self.people().learn_profile(&person, bytes, self.now()) {
            Ok(()) => {
                self.events().publish(EventKind::Peer, "directory");
                Ok(CaseReply::Noted)
            }
            Err(ServiceError::Field { why, .. }) => {
                tracing::warn!(practitioner = %signer, why, "a profile was refused");
                self.audit("peer", "profile", &signer.to_string(), "refused")?;
                Ok(refused(RefusalCode::Policy))
            }
            Err(error) => Err(error),
        }
    }
}

const fn refused(code: RefusalCode) -> CaseReply {
    CaseReply::Refused { code: code as u8 }
}
