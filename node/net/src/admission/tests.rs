//! One honest side against an honest or hostile other, in memory.

use dokuei_identity::fingerprint::Fingerprint;
use futures::future::{BoxFuture, FutureExt as _};
use tokio::io::DuplexStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt as _};

use super::*;
use crate::frame::{read_frame, write_frame};
use crate::host::PackageSource;
use crate::peer_id_of;
use crate::wire::case::{CaseMessage, CaseReply};
use crate::wire::hello::CrlState;
use crate::wire::package::PackageId;

const NOW: Timestamp = Timestamp(1_800_000_000);

/// Its "chain" is its public key.
struct Node {
    key: SecretKey,
}

impl Node {
    fn new(seed: u8) -> Self {
        Self {
            key: SecretKey::from_seed(&[seed; 32]),
        }
    }

    fn peer(&self) -> PeerId {
        peer_id_of(&self.key.public())
    }

    async fn run(
        &self,
        role: Role,
        peer: PeerId,
        stream: &mut Compat<DuplexStream>,
    ) -> Result<[u8; 16], Denied> {
        let exchange = Exchange {
            role,
            me: self.peer(),
            peer,
            key: &self.key,
            instance: [9; 16],
            host: self,
        };
        exchange.run(stream, || true).await
    }
}

impl Host for Node {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>> {
        let node_chain = self.key.public().as_bytes().to_vec();
        let node = Fingerprint::of(&node_chain);
        let crl = CrlState {
            number: 0,
            hash: [0; 32],
        };
        async move {
            Some(OwnHello {
                node,
                node_chain,
                practitioners: vec![],
                crl,
                checkpoint: vec![],
            })
        }
        .boxed()
    }

    fn admit(&self, peer: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>> {
        let node = Fingerprint::of(&hello.node_chain);
        async move {
            Ok(Admitted {
                node,
                key: key_of_peer(&peer).unwrap(),
            })
        }
        .boxed()
    }

    fn on_admitted(&self, _: PeerId) {}

    fn on_gone(&self, _: PeerId) {}

    fn case_message(&self, _: PeerId, _: CaseMessage) -> BoxFuture<'_, CaseReply> {
        unreachable!("not asked here")
    }

    fn open_package(
        &self,
        _: PeerId,
        _: PackageId,
    ) -> BoxFuture<'_, Result<Box<dyn PackageSource>, Refusal>> {
        unreachable!("not asked here")
    }
}

fn streams() -> (Compat<DuplexStream>, Compat<DuplexStream>) {
    let (a, b) = tokio::io::duplex(1 << 20);
    (a.compat(), b.compat())
}

#[tokio::test]
async fn two_honest_nodes_admit_each_other() {
    let (a, b) = (Node::new(1), Node::new(2));
    let (mut near, mut far) = streams();
    let (first, second) = tokio::join!(
        a.run(Role::Initiator, b.peer(), &mut near),
        b.run(Role::Responder, a.peer(), &mut far),
    );
    assert_eq!((first.unwrap(), second.unwrap()), ([9; 16], [9; 16]));
}

/// Passes frames between two honest nodes and flips a bit of one of them.
async fn with_flipped(step: usize) -> Denied {
    let (a, b) = (Node::new(1), Node::new(2));
    let ((mut near, mut left), (mut right, mut far)) = (streams(), streams());
    let between = async {
        for index in 0..4 {
            let (from, to) = if index % 2 == 0 {
                (&mut left, &mut right)
            } else {
                (&mut right, &mut left)
            };
            let Ok(mut frame) = read_frame(from, MAX_ADMISSION_FRAME).await else {
                break;
            };
            if index == step {
                let last = frame.len() - 1;
                frame[last] ^= 1;
            }
            if write_frame(to, &frame).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        Err(denied) = a.run(Role::Initiator, b.peer(), &mut near) => denied,
        Err(denied) = b.run(Role::Responder, a.peer(), &mut far) => denied,
        () = between => unreachable!("pending"),
    }
}

/// R17 (tamper): a flipped bit in a hello or a signature refuses the admission.
#[tokio::test]
async fn r17_a_flipped_bit_in_any_step_is_refused() {
    for step in 0..4 {
        let denied = with_flipped(step).await;
        let Denied::ByUs(refusal) = denied else {
            panic!("step {step}: {denied:?}")
        };
        let expected = [RefusalCode::Proof, RefusalCode::Malformed];
        assert!(expected.contains(&refusal.code), "step {step}: {refusal}");
    }
    let Denied::ByUs(refusal) = with_flipped(2).await else {
        panic!("not refused")
    };
    assert_eq!(refusal.code, RefusalCode::Proof);
}

/// R17 (obstruct): a hello beyond 64 KiB is refused by its announced length.
#[tokio::test]
async fn r17_an_oversized_hello_is_refused() {
    let node = Node::new(2);
    let (mut near, mut far) = streams();
    let huge = Step::Hello {
        hello: vec![0; MAX_ADMISSION_FRAME],
    };
    let hostile = async {
        write_value(&mut near, &huge).await.unwrap();
        read_value::<_, Step>(&mut near, MAX_ADMISSION_FRAME)
            .await
            .unwrap()
    };
    let (refused, told) = tokio::join!(node.run(Role::Responder, Node::new(1).peer(), &mut far), hostile);
    assert!(
        matches!(
            refused,
            Err(Denied::ByUs(Refusal {
                code: RefusalCode::Malformed,
                ..
            }))
        ),
        "{refused:?}"
    );
    assert_eq!(
        told,
        Step::Verdict {
            code: RefusalCode::Malformed as u8
        }
    );
}

/// R17 (impersonate): our own proof, reflected, is not a proof of the peer.
#[tokio::test]
async fn r17_a_reflected_proof_is_refused() {
    let (node, peer) = (Node::new(2), Node::new(2).peer());
    let (mut near, mut far) = streams();
    let mirror = async {
        while let Ok(frame) = read_frame(&mut near, MAX_ADMISSION_FRAME).await {
            write_frame(&mut near, &frame).await.unwrap();
        }
    };
    let refused = tokio::select! {
        refused = node.run(Role::Initiator, peer, &mut far) => refused,
        () = mirror => panic!("the stream ended"),
    };
    assert!(
        matches!(
            refused,
            Err(Denied::ByUs(Refusal {
                code: RefusalCode::Proof,
                ..
            }))
        ),
        "{refused:?}"
    );
}

/// R17: a peer that says nothing is given up after ten seconds.
#[tokio::test]
async fn r17_a_silent_peer_is_given_up() {
    let node = Node::new(2);
    let (_near, mut far) = streams();
    let silent = node.run(Role::Responder, Node::new(1).peer(), &mut far).await;
    assert!(matches!(silent, Err(Denied::Lost(_))), "{silent:?}");
}

/// What is signed, byte for byte.
#[test]
fn the_statement_is_as_specified() {
    let (a, b) = (Node::new(1).peer(), Node::new(2).peer());
    let (initiator, responder) = (
        Side {
            peer: &a,
            hello: b"A",
        },
        Side {
            peer: &b,
            hello: b"B",
        },
    );
    insta::assert_snapshot!(hex::encode(statement(Role::Initiator, &initiator, &responder)));
    let other = statement(Role::Responder, &initiator, &responder);
    assert_eq!(other.len(), 14 + 1 + 38 + 38 + 32 + 32);
}
