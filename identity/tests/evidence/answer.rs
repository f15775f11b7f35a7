//! What the registry answers, and who can read it.

use dokuei_identity::application::{
    Answer, AnswerError, ApplicationSecretKey, Collect, CollectError, Decision, Draft, LONGEST_REASON,
    LeftAnswer, MAX_ANSWERS, MAX_COLLECT_REQUEST, SealError, SignedApplication, collect_request, open,
    open_answer, read_collect_request, seal_answer,
};
use dokuei_identity::chain::{Chain, ChainError};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::key::SecretKey;
use rand::SeedableRng;
use rand::rngs::StdRng;
use zeroize::Zeroizing;

use crate::application::{draft, key};
use crate::world::{NOW, World, specialist};

fn reply(seed: u8) -> ApplicationSecretKey {
    ApplicationSecretKey::from_seed(Zeroizing::new([seed; 32]))
}

fn refusal(reason: &str) -> Answer {
    let draft = Draft {
        reply: Some(reply(3).public().kem().clone()),
        ..draft()
    };
    Answer {
        application: SignedApplication::make(&key(), draft).unwrap().id(),
        at: NOW,
        decision: Decision::Refused {
            reason: reason.to_owned(),
        },
    }
}

struct Asked {
    world: World,
    key: SecretKey,
    chain: Chain,
}

fn asked() -> Asked {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[5; 32]);
    let chain = world.registry(&key);
    Asked { world, key, chain }
}

impl Asked {
    fn sealed(&self, answer: &Answer, by: (&SecretKey, &Chain)) -> Vec<u8> {
        let (to, root) = (reply(3).public(), self.world.anchor.fingerprint());
        seal_answer(answer, by, to.kem(), &root, &mut StdRng::seed_from_u64(1)).unwrap()
    }

    fn open(&self, sealed: &[u8], seed: u8) -> Result<Answer, AnswerError> {
        let root = self.world.anchor.fingerprint();
        open_answer(
            sealed,
            &reply(seed),
            &root,
            &self.world.anchor,
            NOW.plus(9),
            |_| None,
        )
    }
}

#[test]
fn r17_the_applicant_reads_why_she_was_refused() {
    let asked = asked();
    let answer = refusal("免許証の写しが読めません");
    let sealed = asked.sealed(&answer, (&asked.key, &asked.chain));
    assert_eq!(asked.open(&sealed, 3), Ok(answer));
}

/// R17: whoever keeps an answer learns nothing from it, and the longest reason fits.
#[test]
fn r17_every_answer_has_the_same_length() {
    let asked = asked();
    let length = |reason: &str| asked.sealed(&refusal(reason), (&asked.key, &asked.chain)).len();
    assert_eq!(length("x"), length(&"読".repeat(LONGEST_REASON)));
}

#[test]
fn r17_nobody_else_answers_and_nobody_else_reads() {
    let Asked {
        mut world,
        key,
        chain,
    } = asked();
    let practitioner = SecretKey::from_seed(&[7; 32]);
    let (_, hers) = world.issue(&specialist(), &practitioner);
    let asked = Asked { world, key, chain };
    let answer = refusal("no");
    let sealed = asked.sealed(&answer, (&asked.key, &asked.chain));
    assert!(matches!(
        asked.open(&sealed, 4),
        Err(AnswerError::Seal(SealError::NoSuchKey))
    ));
    let elsewhere = Fingerprint::of(b"another network");
    let opened = open_answer(&sealed, &reply(3), &elsewhere, &asked.world.anchor, NOW, |_| None);
    assert!(matches!(opened, Err(AnswerError::Seal(SealError::DoesNotOpen))));
    // An answer is no application, although both are sealed the same way.
    let ours = reply(3);
    let taken = open(&sealed, &asked.world.anchor.fingerprint(), |_| Some(&ours));
    assert_eq!(taken, Err(SealError::DoesNotOpen));
    // The registry's chain, and another key; a practitioner of the network, who is not its registry.
    let thief = SecretKey::from_seed(&[6; 32]);
    let forged = asked.sealed(&answer, (&thief, &asked.chain));
    assert!(matches!(asked.open(&forged, 3), Err(AnswerError::Signature(_))));
    let forged = asked.sealed(&answer, (&practitioner, &hers));
    assert!(matches!(
        asked.open(&forged, 3),
        Err(AnswerError::Chain(ChainError::Refused { .. }))
    ));
    for reason in ["", " ", &"x".repeat(LONGEST_REASON + 1)] {
        let empty = asked.sealed(&refusal(reason), (&asked.key, &asked.chain));
        assert_eq!(asked.open(&empty, 3), Err(AnswerError::Reason));
    }
}

/// R17: what the registry leaves with its question is bounded, and the largest fits.
#[test]
fn r17_answers_are_left_with_the_question() {
    let asked = asked();
    let sealed = asked.sealed(&refusal(&"読".repeat(LONGEST_REASON)), (&asked.key, &asked.chain));
    let question = |many: usize| {
        let left = LeftAnswer {
            deposit: [1; 32],
            sealed: sealed.clone(),
        };
        let question = Collect {
            bootstrap: b"me".to_vec(),
            at: NOW,
            after: 0,
            answers: vec![left; many],
        };
        collect_request(&question, &asked.key, &asked.chain)
    };
    let read = |bytes: &[u8]| read_collect_request(bytes, b"me", &asked.world.anchor, NOW, None);
    let most = question(MAX_ANSWERS);
    assert!(most.len() <= MAX_COLLECT_REQUEST, "{}", most.len());
    assert_eq!(read(&most).unwrap().0.answers.len(), MAX_ANSWERS);
    assert!(matches!(
        read(&question(MAX_ANSWERS + 1)),
        Err(CollectError::TooLarge | CollectError::Form(_))
    ));
}
