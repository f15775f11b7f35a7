//! Who works at which node, told and heard: at an admission, and afterwards when somebody begins to work here, or a log that
//! is shared has signers whom the other side has never met.

use dokuei_identity::cbor;
use dokuei_identity::chain::Chain;
use dokuei_net::wire::case::CaseReply;
use dokuei_net::wire::hello::{MAX_PRACTITIONERS, PractitionerCard};
use dokuei_net::{Refusal, RefusalCode};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::host::{decoded, internal, not_standing, refused};

impl Node {
    /// Those who work here and have a device list.
    pub(super) fn own_cards(&self) -> Result<Vec<PractitionerCard>, ServiceError> {
        let (held, now) = (self.trust()?, self.now());
        let mut cards = Vec::new();
        for person in self.practitioners()? {
            let Some(chain) = self.practitioner_files().chain(&person.id)? else {
                continue;
            };
            let Ok(certificate) = held.practitioner(&chain, now) else {
                continue;
            };
            let Some(list) = self.people().device_list(&certificate)? else {
                continue;
            };
            if list.is_ahead_of(now) {
                // Nobody would take it; when she signs in the next time she makes another.
                tracing::info!(
                    id = person.id,
                    "her device list was made by a clock that was ahead: not told"
                );
                continue;
            }
            cards.push(PractitionerCard {
                chain: cbor::encode(&chain),
                device_list: list.bytes().to_vec(),
            });
        }
        Ok(cards)
    }

    /// Takes practitioners whom an admitted node introduces.
    pub(super) fn note_practitioners(&self, cards: &[PractitionerCard]) -> CaseReply {
        if cards.len() > MAX_PRACTITIONERS {
            return refused(RefusalCode::Malformed);
        }
        self.learn_practitioners(cards);
        self.events().publish(EventKind::Peer, "directory");
        CaseReply::Noted
    }

    /// Takes the cards that stand. A card that does not costs only its practitioner: the node is admitted on its own
    /// certificate, and her colleagues' cases go on.
    pub(super) fn learn_practitioners(&self, cards: &[PractitionerCard]) {
        for card in cards {
            // Without a list of devices it is a device itself: a node that has signed receipts in a shared log.
            let learned = if card.device_list.is_empty() {
                self.learn_node(card)
            } else {
                self.learn_practitioner(card)
            };
            if let Err(refusal) = learned {
                tracing::warn!(%refusal, "a practitioner's card was not taken");
            }
        }
    }

    /// Verifies a node that somebody else has met, and remembers its certificate.
    fn learn_node(&self, card: &PractitionerCard) -> Result<(), Refusal> {
        let not_enrolled = |_| Refusal::new(RefusalCode::NotEnrolled, "no certificate installed");
        let (held, now) = (self.trust().map_err(not_enrolled)?, self.now());
        let chain: Chain = decoded(&card.chain)?;
        let node = held.node(&chain, now).map_err(|error| not_standing(&error))?;
        self.people()
            .remember_node(&chain, &node, now)
            .map_err(|error| internal(&error))?;
        self.0.heads.look_again(&[node.fingerprint]);
        self.ring();
        Ok(())
    }

    /// Verifies a practitioner and her device list, and remembers both.
    fn learn_practitioner(&self, card: &PractitionerCard) -> Result<(), Refusal> {
        let not_enrolled = |_| Refusal::new(RefusalCode::NotEnrolled, "no certificate installed");
        let (held, now) = (self.trust().map_err(not_enrolled)?, self.now());
        let chain: Chain = decoded(&card.chain)?;
        let person = held
            .practitioner(&chain, now)
            .map_err(|error| not_standing(&error))?;
        self.people()
            .remember_practitioner(&chain, &person, now)
            .map_err(|error| internal(&error))?;
        let change = self
            .people()
            .learn_device_list(&person, &card.device_list, now)
            .map_err(|error| Refusal::new(RefusalCode::DeviceList, error.to_string()))?;
        if let Some(change) = change {
            let joined: Vec<_> = change.joined.iter().map(|device| device.node).collect();
            self.0.heads.look_again(&joined);
            self.ring();
            self.follow_devices(person.fingerprint, change);
        }
        Ok(())
    }
}
