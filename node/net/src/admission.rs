//! `/dokuei/admission/1`: two nodes prove to each other who they are.
//!
//! ```text
//! initiator                      responder
//!   Hello A            ──►
//!                      ◄──         Hello B
//!   Proof              ──►                      signs statement(initiator, A, B, H(Hello A), H(Hello B))
//!                      ◄──         Proof        signs statement(responder, …)
//!   Verdict            ──►
//!                      ◄──         Verdict      the responder's gate is open before it says so
//!   Verdict            ──►                      the initiator's gate is open too: both may be told
//! ```
//!
//! libp2p gives no access to a TLS exporter; the authenticated PeerIds and both fresh nonces bind the exchange to this
//! meeting. A refusal is a verdict other than 0, may come instead of any step, and ends the exchange. Every step is at
//! most 64 KiB and the whole takes at most 10 s.

use std::time::Duration;

use dokuei_identity::cbor;
use dokuei_identity::key::SecretKey;
use dokuei_identity::signed::{self, Kind};
use dokuei_identity::time::Timestamp;
use futures::{AsyncRead, AsyncWrite};
use libp2p::PeerId;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use crate::conduct::Misdeed;
use crate::frame::{FrameError, read_value, write_value};
use crate::host::{Admitted, Host, Meeting, OwnHello, Refusal, RefusalCode};
use crate::key_of_peer;
use crate::wire::hello::{Hello, MAX_ADMISSION_FRAME, MAX_PRACTITIONERS, SUITE, Step};
use crate::wire::register::MAX_CHECKPOINT;

/// How long an admission may take.
pub const ADMISSION_TIME: Duration = Duration::from_secs(10);

/// How far two clocks may be apart, seconds.
pub const CLOCK_TOLERANCE: u64 = 300;

/// Which side one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// Dialled the connection and speaks first.
    Initiator = 0,
    /// Was dialled.
    Responder = 1,
}

impl Role {
    const fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

/// What the signer in `role` signs: `"dokuei/admit/1" ‖ role ‖ PeerId A ‖ PeerId B ‖ SHA-256(Hello A) ‖
/// SHA-256(Hello B)`, where A initiates. Every part has a fixed length (PeerIds of Ed25519 keys have 38 bytes).
#[must_use]
pub fn statement(role: Role, initiator: &Side<'_>, responder: &Side<'_>) -> Vec<u8> {
    let mut bytes = b"dokuei/admit/1".to_vec();
    bytes.push(role as u8);
    bytes.extend(initiator.peer.to_bytes());
    bytes.extend(responder.peer.to_bytes());
    bytes.extend(Sha256::digest(initiator.hello));
    bytes.extend(Sha256::digest(responder.hello));
    bytes
}

/// A side of an exchange, as the statement names it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Who.
    pub peer: &'a PeerId,
    /// The encoded hello as sent.
    pub hello: &'a [u8],
}

/// How an exchange ended without admission.
#[derive(Debug)]
pub(crate) enum Denied {
    /// We refuse.
    ByUs(Refusal),
    /// The peer refuses.
    ByPeer(RefusalCode),
    /// The stream ended or time ran out: nobody is to blame for sure.
    Lost(String),
}

/// One side of one exchange.
pub(crate) struct Exchange<'a> {
    pub(crate) role: Role,
    pub(crate) me: PeerId,
    pub(crate) peer: PeerId,
    pub(crate) key: &'a SecretKey,
    pub(crate) instance: [u8; 16],
    pub(crate) host: &'a dyn Host,
}

impl Exchange<'_> {
    /// Runs the exchange; `open_gate` is called when both have agreed and says whether the connection still stands.
    /// Gives the peer's instance.
    pub(crate) async fn run<S>(
        &self,
        stream: &mut S,
        open_gate: impl Fn() -> bool,
    ) -> Result<[u8; 16], Denied>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let outcome = match timeout(ADMISSION_TIME, self.steps(stream, open_gate)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Denied::Lost("the admission took too long".to_owned())),
        };
        if let Err(Denied::ByUs(refusal)) = &outcome {
            let verdict = Step::Verdict {
                code: refusal.code as u8,
            };
            // Courtesy only: the peer is disconnected whether it hears the reason or not.
            let _ = timeout(Duration::from_secs(2), write_value(stream, &verdict)).await;
        }
        outcome
    }

    async fn steps<S>(&self, stream: &mut S, open_gate: impl Fn() -> bool) -> Result<[u8; 16], Denied>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(own) = self.host.hello().await else {
            return refuse(RefusalCode::NotEnrolled, "this node has no certificate yet");
        };
        let mine = cbor::encode(&self.own_hello(&own));
        if mine.len() + 64 > MAX_ADMISSION_FRAME {
            return refuse(
                RefusalCode::Internal,
                "our own hello is too large: too many practitioners",
            );
        }
        let initiating = self.role == Role::Initiator;
        if initiating {
            send(stream, &Step::Hello { hello: mine.clone() }).await?;
        }
        let theirs = receive_hello(stream).await?;
        let hello = check_hello(&theirs, self.host.now())?;
        if !initiating {
            send(stream, &Step::Hello { hello: mine.clone() }).await?;
        }
        let my_proof = || {
            let statement = self.statement_of(self.role, &mine, &theirs);
            Step::Proof {
                proof: signed::sign(Kind::Admission, self.key, &own.node, statement),
            }
        };
        if initiating {
            send(stream, &my_proof()).await?;
        }
        let admitted = self.check_proof(&receive_proof(stream).await?, &mine, &theirs)?;
        if !initiating {
            send(stream, &my_proof()).await?;
        }
        self.judge_register(&hello).await?;
        let instance = hello.instance;
        let found = self.host.admit(self.peer, hello).await.map_err(Denied::ByUs)?;
        if found != admitted {
            return refuse(
                RefusalCode::Key,
                "the node certificate is not that of the connection",
            );
        }
        self.conclude(stream, open_gate).await?;
        Ok(instance)
    }

    /// Nobody is admitted while one of the two knows less of the register than the other.
    async fn judge_register(&self, hello: &Hello) -> Result<(), Denied> {
        match self
            .host
            .judge_register(self.peer, hello.checkpoint.clone())
            .await
        {
            Meeting::Even => Ok(()),
            Meeting::PeerIsBehind => refuse(RefusalCode::Behind, "the peer's register is older than ours"),
            Meeting::WeAreBehind => refuse(RefusalCode::CatchingUp, "our register is older than the peer's"),
            Meeting::Refused(refusal) => Err(Denied::ByUs(refusal)),
        }
    }

    /// The verdicts. Whoever may be sent streams has opened its gate before.
    async fn conclude<S>(&self, stream: &mut S, open_gate: impl Fn() -> bool) -> Result<(), Denied>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let gone = || Denied::Lost("the connection ended during the admission".to_owned());
        let yes = Step::Verdict { code: 0 };
        if self.role == Role::Initiator {
            send(stream, &yes).await?;
            receive_verdict(stream).await?;
            open_gate().then_some(()).ok_or_else(gone)?;
            send(stream, &yes).await
        } else {
            receive_verdict(stream).await?;
            open_gate().then_some(()).ok_or_else(gone)?;
            send(stream, &yes).await?;
            receive_verdict(stream).await
        }
    }

    fn own_hello(&self, own: &OwnHello) -> Hello {
        Hello {
            suites: vec![SUITE],
            nonce: rand::random(),
            at: self.host.now(),
            instance: self.instance,
            node_chain: own.node_chain.clone(),
            practitioners: own.practitioners.clone(),
            crl: own.crl,
            checkpoint: own.checkpoint.clone(),
        }
    }

    fn statement_of(&self, signer: Role, mine: &[u8], theirs: &[u8]) -> Vec<u8> {
        let me = Side {
            peer: &self.me,
            hello: mine,
        };
        let peer = Side {
            peer: &self.peer,
            hello: theirs,
        };
        match self.role {
            Role::Initiator => statement(signer, &me, &peer),
            Role::Responder => statement(signer, &peer, &me),
        }
    }

    /// Checks the peer's proof against the key of the connection; names the certificate it claims to hold.
    fn check_proof(&self, proof: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Admitted, Denied> {
        let Some(key) = key_of_peer(&self.peer) else {
            return refuse(RefusalCode::Key, "the PeerId is not an Ed25519 key");
        };
        let bad =
            |error: signed::SignedError| Denied::ByUs(Refusal::new(RefusalCode::Proof, error.to_string()));
        let document = signed::parse(proof).map_err(bad)?;
        let node = document.signer();
        let said = document.verify(Kind::Admission, &key).map_err(bad)?;
        if said != self.statement_of(self.role.other(), mine, theirs) {
            return blame(
                Misdeed::Replay,
                RefusalCode::Proof,
                "the proof is of another meeting or role",
            );
        }
        Ok(Admitted { node, key })
    }
}

/// What can be judged without knowing certificates: form, number, suite, clock.
fn check_hello(bytes: &[u8], now: Timestamp) -> Result<Hello, Denied> {
    let hello: Hello = cbor::decode(bytes)
        .map_err(|error| Denied::ByUs(Refusal::new(RefusalCode::Malformed, error.to_string())))?;
    if hello.practitioners.len() > MAX_PRACTITIONERS {
        return refuse(RefusalCode::Malformed, "the hello names too many practitioners");
    }
    if hello.checkpoint.len() > MAX_CHECKPOINT {
        return refuse(RefusalCode::Malformed, "the checkpoint is too large to be one");
    }
    if !hello.suites.contains(&SUITE) {
        return refuse(RefusalCode::Suite, "the peer does not speak suite 1");
    }
    let apart = now.since(hello.at).max(hello.at.since(now));
    if apart > CLOCK_TOLERANCE {
        return refuse(
            RefusalCode::Clock,
            format!("the peer's clock differs from ours by {apart} s"),
        );
    }
    Ok(hello)
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, step: &Step) -> Result<(), Denied> {
    write_value(stream, step)
        .await
        .map_err(|error| Denied::Lost(error.to_string()))
}

async fn receive<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Step, Denied> {
    match read_value(stream, MAX_ADMISSION_FRAME).await {
        Ok(Step::Verdict { code }) if code != 0 => Err(Denied::ByPeer(RefusalCode::from_byte(code))),
        Ok(step) => Ok(step),
        Err(FrameError::Io(error)) => Err(Denied::Lost(error.to_string())),
        Err(error) => blame(error.misdeed(), RefusalCode::Malformed, error.to_string()),
    }
}

async fn receive_hello<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, Denied> {
    match receive(stream).await? {
        Step::Hello { hello } => Ok(hello),
        _ => blame(
            Misdeed::WrongOrder,
            RefusalCode::Malformed,
            "a hello was expected",
        ),
    }
}

async fn receive_proof<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, Denied> {
    match receive(stream).await? {
        Step::Proof { proof } => Ok(proof),
        _ => blame(
            Misdeed::WrongOrder,
            RefusalCode::Malformed,
            "a proof was expected",
        ),
    }
}

async fn receive_verdict<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(), Denied> {
    match receive(stream).await? {
        Step::Verdict { .. } => Ok(()),
        _ => blame(
            Misdeed::WrongOrder,
            RefusalCode::Malformed,
            "a verdict was expected",
        ),
    }
}

fn refuse<T>(code: RefusalCode, detail: impl Into<String>) -> Result<T, Denied> {
    Err(Denied::ByUs(Refusal::new(code, detail)))
}

fn blame<T>(misdeed: Misdeed, code: RefusalCode, detail: impl Into<String>) -> Result<T, Denied> {
    Err(Denied::ByUs(Refusal::new(code, detail).being(misdeed)))
}

#[cfg(test)]
mod tests;
