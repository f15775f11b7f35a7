//! Asking others about the register, and answering them.

use std::time::Duration;

use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{
    Answer, Ask, Checkpoint, CheckpointError, HeldList, Judgement, RegisterError, VerifiedCheckpoint,
};
use dokuei_net::{Meeting, Network, PeerId, Refusal, RefusalCode, Verdict};

use crate::service::Node;
use crate::service::delivery::blocking;
use crate::service::error::ServiceError;

/// How many answers are fetched in a row before something must be wrong.
const ROUNDS: usize = 4096;
/// How often the register is asked for although nobody told of a newer one.
pub(in crate::service) const ASK_EVERY: Duration = Duration::from_secs(600);

impl Node {
    /// Fetches what is missing, from `first` or else from whoever is there. Whether anything was learnt.
    pub(in crate::service) async fn catch_up(&self, network: &Network, first: Option<PeerId>) -> bool {
        let _one = self.register().catching_up.lock().await;
        let others = network.register_sources();
        let sources = first
            .into_iter()
            .chain(others.into_iter().filter(|peer| Some(*peer) != first));
        for peer in sources {
            match self.fetch_from(network, peer).await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(error) => {
                    tracing::info!(%peer, code = error.code(), %error, "the register could not be fetched");
                }
            }
        }
        false
    }

    /// Fetches what is missing in the background.
    pub(in crate::service) fn catch_up_soon(&self, first: Option<PeerId>) {
        self.catch_up_in(Duration::ZERO, first);
    }

    fn catch_up_in(&self, wait: Duration, first: Option<PeerId>) {
        let Some(network) = self.network().cloned() else {
            return;
        };
        let node = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            node.catch_up(&network, first).await
        });
    }

    /// Asks one peer until nothing is missing. Whether something newer came.
    async fn fetch_from(&self, network: &Network, peer: PeerId) -> Result<bool, ServiceError> {
        let mut learnt = false;
        for _ in 0..ROUNDS {
            let node = self.clone();
            let ask = blocking(move || node.register_question()).await?;
            let bytes = match network.ask_register(peer, ask.to_bytes()).await {
                Ok(bytes) => bytes,
                Err(error) => {
                    tracing::debug!(%peer, %error, "no answer about the register");
                    return Ok(learnt);
                }
            };
            if bytes.is_empty() {
                return Ok(learnt);
            }
            let node = self.clone();
            let accepted = blocking(move || {
                let answer =
                    Answer::parse(&bytes).map_err(|error| ServiceError::BadRegister(error.to_string()))?;
                node.take_register(&answer)
            })
            .await?;
            learnt |= accepted.newer || !accepted.entries.is_empty();
            if accepted.complete {
                return Ok(learnt);
            }
        }
        Ok(learnt)
    }

    fn register_question(&self) -> Result<Ask, ServiceError> {
        let held = self.trust()?;
        let lists = held.credentials.lists.iter().map(|list| HeldList {
            issuer: list.issuer_key_id(),
            number: list.number(),
        });
        Ok(self.register().replica().ask(Some(lists.collect())))
    }

    /// Answers a question about the public register.
    pub(in crate::service) fn answer_register(&self, ask: &[u8]) -> Result<Vec<u8>, RefusalCode> {
        let ask = Ask::parse(ask).map_err(|_| RefusalCode::Malformed)?;
        let held = self.trust().map_err(|_| RefusalCode::NotEnrolled)?;
        let register = self.register();
        let Some(signer) = register.signer().clone() else {
            return Ok(Vec::new());
        };
        let lists: Vec<_> = held.credentials.lists.iter().cloned().collect();
        let answer = register.replica().answer(&ask, &signer.chain, &lists);
        match answer {
            Ok(answer) => Ok(answer.map_or_else(Vec::new, |answer| answer.to_bytes())),
            Err(error) => {
                tracing::error!(%error, "a question about the register could not be answered");
                Err(RefusalCode::Internal)
            }
        }
    }

    /// Compares the checkpoint that a peer shows when it meets us with our own.
    pub(in crate::service) fn judge_register(&self, checkpoint: &[u8]) -> Meeting {
        let register = self.register();
        match (register.checkpoint().is_empty(), checkpoint.is_empty()) {
            (true, true) => return Meeting::Even,
            (true, false) => return Meeting::WeAreBehind,
            (false, true) => return Meeting::PeerIsBehind,
            (false, false) => {}
        }
        match self.judged(checkpoint) {
            Ok((_, Judgement::Same)) => Meeting::Even,
            Ok((_, Judgement::Behind)) => Meeting::PeerIsBehind,
            Ok((_, Judgement::Ahead)) => Meeting::WeAreBehind,
            Err(ServiceError::Register(RegisterError::Checkpoint(CheckpointError::UnknownKey))) => {
                self.meet_unknown_key(checkpoint)
            }
            Ok((_, Judgement::SplitView(evidence))) => {
                if let Err(error) = self.keep_evidence(&evidence, None) {
                    tracing::error!(%error, "evidence against the registry could not be kept");
                }
                let why = "the registry showed this peer another register";
                Meeting::Refused(Refusal::new(RefusalCode::Policy, why))
            }
            Err(error) => Meeting::Refused(Refusal::new(RefusalCode::Malformed, error.to_string())),
        }
    }

    /// A peer shows a checkpoint by a key that is not known here: the registry has another key since, or had it before
    /// and the peer was led on by whoever stole it. Only one of the two can show the root's word for its key.
    fn meet_unknown_key(&self, checkpoint: &[u8]) -> Meeting {
        let held = self.trust();
        let replaced = held.is_ok_and(|held| {
            let (anchors, register) = (&held.credentials.anchors, self.register());
            let network = NetworkName::of(anchors.first());
            let schedule = register.replica().schedule(anchors);
            let by = |key| {
                Checkpoint::parse(checkpoint)
                    .and_then(|it| it.verify(&[key], &network))
                    .is_ok()
            };
            schedule
                .successions()
                .iter()
                .any(|succession| by(succession.previous))
        });
        if replaced {
            Meeting::PeerIsBehind
        } else {
            Meeting::WeAreBehind
        }
    }

    /// Judges a checkpoint that came by gossip from `from`.
    pub(in crate::service) fn hear_checkpoint(&self, checkpoint: &[u8], from: PeerId) -> Verdict {
        match self.judged(checkpoint) {
            Ok((verified, judgement)) => match judgement {
                Judgement::Ahead => Verdict::Accept,
                Judgement::Same if self.register().time() < Some(verified.time()) => Verdict::Accept,
                Judgement::SplitView(evidence) => {
                    if let Err(error) = self.keep_evidence(&evidence, None) {
                        tracing::error!(%error, "evidence against the registry could not be kept");
                    }
                    // Others are to see it too: it is what convicts the registry.
                    Verdict::Accept
                }
                _ => Verdict::Ignore,
            },
            // The registry may have another key since; whoever sent this may show it.
            Err(ServiceError::Register(RegisterError::Checkpoint(CheckpointError::UnknownKey))) => {
                if let Some(wait) = self.register().ask_about_key_in(checkpoint, self.now()) {
                    self.catch_up_in(Duration::from_secs(wait), Some(from));
                }
                Verdict::Ignore
            }
            Err(ServiceError::Register(RegisterError::Store(_))) => Verdict::Ignore,
            Err(_) => Verdict::Reject,
        }
    }

    /// Verifies and judges.
    fn judged(&self, checkpoint: &[u8]) -> Result<(VerifiedCheckpoint, Judgement), ServiceError> {
        let (held, register) = (self.trust()?, self.register());
        let verified = register
            .verify(checkpoint, &held.credentials.anchors)
            .map_err(RegisterError::from)?;
        verified.check_clock(self.now()).map_err(RegisterError::from)?;
        let judgement = register.judge(&verified)?;
        Ok((verified, judgement))
    }
}
