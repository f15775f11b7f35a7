//! A peer that holds a good certificate and does not keep to the rules: it speaks the real protocol over a real
//! connection and says whatever a test puts into its mouth.

use std::sync::{Arc, Mutex};

use dokuei_consultation::body::{
    Agreement, AgreementReference, Body, Consent, PackageOffered, Party, Patient, PersonName, Request,
    Requester, Sex, Urgency,
};
use dokuei_consultation::entry::{EntryHeader, EntryType, SignedEntry, commitment};
use dokuei_consultation::id::{CaseId, LogId, PackageId as PackageName, Sha256Hash};
use dokuei_consultation::template;
use dokuei_identity::cbor;
use dokuei_identity::chain::Chain;
use dokuei_identity::device_list::{self, Device, DeviceList, ListedDevice};
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::time::Timestamp;
use dokuei_net::wire::case::{CaseMessage, CaseReply, EntryBytes, LogHeads};
use dokuei_net::wire::hello::{CrlState, Hello, PractitionerCard};
use dokuei_net::wire::package::PackageId;
use dokuei_net::{
    Admitted, Host, Multiaddr, Network, NetworkConfig, OwnHello, PackageSource, PeerId, Refusal, RefusalCode,
    key_of_peer,
};
use dokuei_node::clock;
use dokuei_node::practitioner_keys::PractitionerSecrets;
use dokuei_package::chunk::CHUNK;
use dokuei_package::core::{Core, Purpose, Suite};
use futures::future::BoxFuture;

use super::home::Home;
use super::registry::Person;

/// What the peer says of itself, and how the others judged it.
struct Mouth {
    hello: OwnHello,
    refused: Mutex<Vec<RefusalCode>>,
    heads: Mutex<Vec<LogHeads>>,
}

impl Host for Mouth {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    fn hello(&self) -> BoxFuture<'_, Option<OwnHello>> {
        Box::pin(async { Some(self.hello.clone()) })
    }

    fn admit(&self, peer: PeerId, hello: Hello) -> BoxFuture<'_, Result<Admitted, Refusal>> {
        Box::pin(async move {
            let chain: Chain = cbor::decode(&hello.node_chain).unwrap();
            Ok(Admitted {
                node: chain.fingerprint(),
                key: key_of_peer(&peer).unwrap(),
            })
        })
    }

    fn on_admitted(&self, _: PeerId) {}

    fn on_gone(&self, _: PeerId) {}

    fn on_refused(&self, _: PeerId, refusal: Refusal, _: bool) {
        self.refused.lock().unwrap().push(refusal.code);
    }

    fn case_message(&self, _: PeerId, message: CaseMessage) -> BoxFuture<'_, CaseReply> {
        if let CaseMessage::Heads { logs } = message {
            self.heads.lock().unwrap().extend(logs);
        }
        Box::pin(async { CaseReply::Noted })
    }

    fn open_package(
        &self,
        _: PeerId,
        _: PackageId,
    ) -> BoxFuture<'_, Result<Box<dyn PackageSource>, Refusal>> {
        Box::pin(async { Err(Refusal::new(RefusalCode::NotFound, "nothing is served here")) })
    }
}

/// The hostile peer with one practitioner of its own.
pub(crate) struct Hostile {
    pub(crate) home: Home,
    pub(crate) network: Network,
    mouth: Arc<Mouth>,
    practitioner: PractitionerSecrets,
    pub(crate) fingerprint: Fingerprint,
    node: Fingerprint,
    institution: &'static str,
}

/// What differs from an honest hello.
#[derive(Default)]
pub(crate) struct Lie {
    /// Another node's chain in place of the own one.
    pub(crate) chain: Option<Chain>,
    /// Cards before the practitioner's own.
    pub(crate) cards: Vec<PractitionerCard>,
    /// Whether the practitioner's own card is left out.
    pub(crate) silent: bool,
}

impl Hostile {
    /// Joins with `person` working there, and keeps trying to reach `victim`.
    pub(crate) async fn join(home: Home, person: &Person, victim: (PeerId, Multiaddr), lie: Lie) -> Self {
        let own: Chain = home.node_chain();
        let practitioner = home.secrets_of(person);
        let chain = home.practitioner_chain(person);
        let mut hostile_cards = lie.cards;
        let node = own.fingerprint();
        let card = card(&home, &chain, &practitioner, node);
        if !lie.silent {
            hostile_cards.push(card);
        }
        let mouth = Arc::new(Mouth {
            hello: OwnHello {
                node: lie.chain.as_ref().map_or(node, Chain::fingerprint),
                node_chain: cbor::encode(&lie.chain.unwrap_or(own)),
                practitioners: hostile_cards,
                crl: CrlState {
                    number: 0,
                    hash: [0; 32],
                },
                checkpoint: Vec::new(),
            },
            refused: Mutex::default(),
            heads: Mutex::default(),
        });
        let mut config = NetworkConfig::new(home.node_key(), home.network());
        config.listen = vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()];
        config.discovery = false;
        let network = Network::start(config, Arc::clone(&mouth) as Arc<dyn Host>)
            .await
            .unwrap();
        network.want(victim.0, vec![victim.1]).await.unwrap();
        Self {
            fingerprint: chain.fingerprint(),
            institution: "うその歯科",
            home,
            network,
            mouth,
            practitioner,
            node,
        }
    }

    /// The codes with which others have refused it, or it them.
    pub(crate) fn refusals(&self) -> Vec<RefusalCode> {
        self.mouth.refused.lock().unwrap().clone()
    }

    /// The heads of logs that it was told.
    pub(crate) fn heads_told(&self) -> Vec<LogHeads> {
        self.mouth.heads.lock().unwrap().clone()
    }

    /// The card of its practitioner.
    pub(crate) fn card(&self, person: &Person) -> PractitionerCard {
        card(
            &self.home,
            &self.home.practitioner_chain(person),
            &self.practitioner,
            self.node,
        )
    }

    /// Its practitioner.
    pub(crate) fn party(&self) -> Party {
        Party {
            practitioner: self.fingerprint,
            name: "悪井 太郎".to_owned(),
            institution: self.institution.to_owned(),
        }
    }

    /// A proposal to `other`, in the log that the test chooses.
    pub(crate) fn proposal(&self, log: [u8; 16], other: Party) -> SignedEntry {
        self.proposal_with(log, other, "電話 03-0000-0000")
    }

    /// The same with this way to be reached.
    pub(crate) fn proposal_with(&self, log: [u8; 16], other: Party, contact: &str) -> SignedEntry {
        let now = clock::now();
        let agreement: Agreement =
            template::standard(self.party(), other, contact.to_owned(), now, now.plus(86_400));
        self.entry(log, Body::Agreement(Box::new(agreement)))
    }

    /// Signs a body as the first entry of a log, without asking any rule.
    pub(crate) fn entry(&self, log: [u8; 16], body: Body) -> SignedEntry {
        let (salt, bytes) = ([7; 32], body.encode());
        let header = EntryHeader {
            log: LogId::from_bytes(log),
            entry_type: body.entry_type(),
            signer: self.fingerprint,
            device: self.node,
            seq: 1,
            prev_self: None,
            parents: Vec::new(),
            lamport: 1,
            time: clock::now(),
            crl_number: 0,
            body_commit: commitment(&salt, &bytes),
        };
        SignedEntry::sign(&header, bytes, salt, &self.practitioner.signing)
    }

    /// Signs the entry after `before`, one of its own, without asking any rule.
    pub(crate) fn after(&self, before: &SignedEntry, body: Body) -> SignedEntry {
        let (salt, bytes) = ([7; 32], body.encode());
        let last = before.unverified_header().unwrap();
        let header = EntryHeader {
            entry_type: body.entry_type(),
            seq: last.seq + 1,
            prev_self: Some(before.id()),
            parents: vec![before.id()],
            lamport: last.lamport + 1,
            time: clock::now(),
            body_commit: commitment(&salt, &bytes),
            ..last
        };
        SignedEntry::sign(&header, bytes, salt, &self.practitioner.signing)
    }

    /// A request to `reader` under an agreement with her.
    pub(crate) fn request(&self, reader: Fingerprint, agreement: AgreementReference) -> Request {
        let now = clock::now();
        Request {
            agreement,
            requester: Requester {
                practitioner: self.fingerprint,
                name: "悪井 太郎".to_owned(),
                institution: self.institution.to_owned(),
            },
            consultant: reader,
            patient: Patient {
                name: PersonName {
                    alphabetic: "Yamada^Taro".to_owned(),
                    ideographic: "山田^太郎".to_owned(),
                    phonetic: String::new(),
                },
                id: "P-1".to_owned(),
                birth_date: None,
                sex: Sex::Unknown,
            },
            study_instance_uid: "1.2.3.4".to_owned(),
            modalities: vec!["CT".to_owned()],
            region: "46".to_owned(),
            question: "透過像の評価".to_owned(),
            history: String::new(),
            urgency: Urgency::Routine,
            due: None,
            justification: "二次元画像で判断できない".to_owned(),
            consent: Consent {
                explained_by: "悪井 太郎".to_owned(),
                explained_at: now.minus(3600),
                scope: "画像診断の依頼と画像の送付".to_owned(),
            },
        }
    }

    /// An offer of a package that it may call as it likes; `mark` tells one payload from another.
    pub(crate) fn offer_of(&self, package: PackageName, request: &SignedEntry, mark: u8) -> PackageOffered {
        let length = CHUNK as u64;
        let core = Core {
            suite: Suite::V1,
            package,
            case: CaseId::from_bytes(*request.unverified_header().unwrap().log.as_bytes()),
            request: request.id(),
            sender: self.fingerprint,
            purpose: Purpose::Consultation,
            expires_at: clock::now().plus(86_400),
            salt: [mark; 24],
            plaintext_length: length - 16,
            ciphertext_length: length,
            root: [mark; 32],
            commitment: [mark; 32],
        };
        PackageOffered {
            package,
            root: core.root,
            length,
            core: core.sign(&self.practitioner.signing).bytes().to_vec(),
            instances: 1,
            original_bytes: length,
        }
    }

    /// An entry whose body is of no interest: it is to be refused for its place alone.
    pub(crate) fn stray(&self, log: [u8; 16], entry_type: EntryType) -> SignedEntry {
        let header = EntryHeader {
            log: LogId::from_bytes(log),
            entry_type,
            signer: self.fingerprint,
            device: self.node,
            seq: 1,
            prev_self: None,
            parents: Vec::new(),
            lamport: 1,
            time: clock::now(),
            crl_number: 0,
            body_commit: Sha256Hash::of(b"anything"),
        };
        SignedEntry::sign(&header, vec![0x80], [0; 32], &self.practitioner.signing)
    }

    /// Offers an entry; gives the code with which it is refused, none when it was stored.
    pub(crate) async fn offer(&self, to: PeerId, entry: &SignedEntry) -> Option<RefusalCode> {
        let message = CaseMessage::Entries {
            entries: vec![EntryBytes(cbor::encode(entry))],
        };
        match self.network.call_case(to, message).await.unwrap() {
            CaseReply::Stored { refused, stored, .. } => {
                assert_eq!(refused.len() + stored.len(), 1, "{refused:?} {stored:?}");
                refused.first().map(|one| RefusalCode::from_byte(one.code))
            }
            other => panic!("not an answer to entries: {other:?}"),
        }
    }
}

/// What an honest node says of its practitioner.
fn card(home: &Home, chain: &Chain, secrets: &PractitionerSecrets, node: Fingerprint) -> PractitionerCard {
    let now = clock::now();
    let kem = secrets.kem.key();
    let device = Device {
        node,
        node_key: home.node_key().public(),
        kid: kem.public().kid(),
        kem: kem.public(),
        valid_until: now.plus(86_400),
    };
    let practitioner = chain.fingerprint();
    let consent = device_list::consent(&practitioner, &device, &home.node_key());
    let list = DeviceList {
        practitioner,
        seq: 1,
        issued_at: now,
        devices: vec![ListedDevice { device, consent }],
    };
    PractitionerCard {
        chain: cbor::encode(chain),
        device_list: device_list::sign(&list, &secrets.signing),
    }
}
