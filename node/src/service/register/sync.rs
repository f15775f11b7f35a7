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
        let Some(network) = self.network().cloned() else {
            return;
        };
        let node = self.clone();
        tokio::spawn(async move { node.catch_up(&network, first).await });
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
            Ok(Some((_, Judgement::Same))) => Meeting::Even,
            Ok(Some((_, Judgement::Behind))) => Meeting::PeerIsBehind,
            // Without the signer's key only fetching tells.
            Ok(Some((_, Judgement::Ahead)) | None) => Meeting::WeAreBehind,
            Ok(Some((_, Judgement::SplitView(evidence)))) => {
                if let Err(error) = self.keep_evidence(&evidence) {
                    tracing::error!(%error, "evidence against the registry could not be kept");
                }
                let why = "the registry showed this peer another register";
                Meeting::Refused(Refusal::new(RefusalCode::Policy, why))
            }
            Err(error) => Meeting::Refused(Refusal::new(RefusalCode::Malformed, error.to_string())),
        }
    }

    /// Judges a checkpoint that came by gossip.
    pub(in crate::service) fn hear_checkpoint(&self, checkpoint: &[u8]) -> Verdict {
        let network = self
            .trust()
            .map(|held| NetworkName::of(held.credentials.anchors.first()));
        let verified = network.map(|network| self.register().verify(checkpoint, &network));
        if matches!(verified, Ok(Err(CheckpointError::Signature))) {
            return Verdict::Reject;
        }
        match self.judged(checkpoint) {
            Ok(Some((verified, judgement))) => match judgement {
                Judgement::Ahead => Verdict::Accept,
                Judgement::Same if self.register().time() < Some(verified.time()) => Verdict::Accept,
                Judgement::SplitView(evidence) => {
                    if let Err(error) = self.keep_evidence(&evidence) {
                        tracing::error!(%error, "evidence against the registry could not be kept");
                    }
                    // Others are to see it too: it is what convicts the registry.
                    Verdict::Accept
                }
                _ => Verdict::Ignore,
            },
            Ok(None) | Err(ServiceError::Register(RegisterError::Store(_))) => Verdict::Ignore,
            Err(_) => Verdict::Reject,
        }
    }

    /// Verifies and judges; `None` while the registry's key is not known, or is not the one that signed.
    fn judged(&self, checkpoint: &[u8]) -> Result<Option<(VerifiedCheckpoint, Judgement)>, ServiceError> {
        let network = NetworkName::of(self.trust()?.credentials.anchors.first());
        let register = self.register();
        let verified = match register.verify(checkpoint, &network) {
            Ok(verified) => verified,
            // The registry may have a newer key, which an answer will show; a forger gains nothing by it.
            Err(CheckpointError::Signature) => {
                Checkpoint::parse(checkpoint).map_err(RegisterError::from)?;
                None
            }
            Err(error) => return Err(RegisterError::from(error).into()),
        };
        let Some(verified) = verified else {
            return Ok(None);
        };
        verified.check_clock(self.now()).map_err(RegisterError::from)?;
        let judgement = register.judge(&verified)?;
        Ok(Some((verified, judgement)))
    }
}
