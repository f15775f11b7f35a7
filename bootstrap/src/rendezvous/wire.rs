//! The messages of `/rendezvous/1.0.0` (libp2p's specification, rendezvous): one question and one answer on each stream,
//! each a protobuf behind its length. Lengths are checked before anything is allocated.

use std::io;

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::StreamProtocol;
use libp2p_request_response::Codec;
use prost::Message as _;

use super::room::Held;

/// A record, at most: it has addresses of 8 KiB, a key, a signature, and the lengths and numbers of all these.
pub(super) const MAX_RECORD: usize = 9 << 10;

/// A question, at most: longer than a record may be, so that whoever registers too much is told, and kept out.
const MAX_QUESTION: usize = 16 << 10;

/// An answer, at most: what the clients of libp2p take is a megabyte.
pub(super) const MAX_ANSWER: usize = 1 << 20;

/// What is sent either way: exactly one of the parts, which the number tells again.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Message {
    #[prost(int32, optional, tag = "1")]
    pub(super) kind: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(super) register: Option<Register>,
    #[prost(message, optional, tag = "3")]
    pub(super) registered: Option<Registered>,
    #[prost(message, optional, tag = "4")]
    pub(super) unregister: Option<Unregister>,
    #[prost(message, optional, tag = "5")]
    pub(super) discover: Option<Discover>,
    #[prost(message, optional, tag = "6")]
    pub(super) discovered: Option<Discovered>,
}

/// `REGISTER`, and what a registration looks like to those who ask.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Register {
    #[prost(string, optional, tag = "1")]
    pub(super) namespace: Option<String>,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(super) signed_peer_record: Option<Vec<u8>>,
    /// Seconds.
    #[prost(uint64, optional, tag = "3")]
    pub(super) ttl: Option<u64>,
}

/// `REGISTER_RESPONSE`
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Registered {
    #[prost(int32, optional, tag = "1")]
    pub(super) status: Option<i32>,
    #[prost(uint64, optional, tag = "3")]
    pub(super) ttl: Option<u64>,
}

/// `UNREGISTER`, which is not answered.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Unregister {
    #[prost(string, optional, tag = "1")]
    pub(super) namespace: Option<String>,
}

/// `DISCOVER`
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Discover {
    #[prost(string, optional, tag = "1")]
    pub(super) namespace: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub(super) limit: Option<u64>,
    #[prost(bytes = "vec", optional, tag = "3")]
    pub(super) cookie: Option<Vec<u8>>,
}

/// `DISCOVER_RESPONSE`
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Discovered {
    #[prost(message, repeated, tag = "1")]
    pub(super) registrations: Vec<Register>,
    #[prost(bytes = "vec", optional, tag = "2")]
    pub(super) cookie: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "3")]
    pub(super) status: Option<i32>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok = 0,
    InvalidNamespace = 100,
    InvalidSignedPeerRecord = 101,
    InvalidTtl = 102,
    InvalidCookie = 103,
    NotAuthorized = 200,
    Unavailable = 400,
}

impl Message {
    /// The answer to a registration: for so many seconds, or why not.
    pub(super) fn registered(outcome: Result<u64, Status>) -> Self {
        Self {
            kind: Some(1),
            registered: Some(Registered {
                status: Some(outcome.err().unwrap_or(Status::Ok) as i32),
                ttl: outcome.ok(),
            }),
            ..Self::default()
        }
    }

    /// The answer to a question.
    pub(super) fn discovered(outcome: Result<(Vec<Register>, Vec<u8>), Status>) -> Self {
        let status = outcome.as_ref().err().copied().unwrap_or(Status::Ok);
        let (registrations, cookie) = outcome.ok().unzip();
        Self {
            kind: Some(4),
            discovered: Some(Discovered {
                registrations: registrations.unwrap_or_default(),
                cookie,
                status: Some(status as i32),
            }),
            ..Self::default()
        }
    }
}

/// An answer as it is sent, encoded once; the room that it takes is free again when it was sent, or nobody waits any more.
#[derive(Debug)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    _room: Option<Held>,
}

impl Answer {
    /// `room` takes the room for so many bytes.
    pub(super) fn new(message: &Message, room: impl FnOnce(usize) -> Held) -> Self {
        let bytes = message.encode_length_delimited_to_vec();
        Self {
            _room: Some(room(bytes.len())),
            bytes,
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Reads questions and writes answers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wire;

impl Codec for Wire {
    type Protocol = StreamProtocol;
    type Request = Message;
    type Response = Answer;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Message>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io, MAX_QUESTION).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Answer>
    where
        T: AsyncRead + Unpin + Send,
    {
        let message = read(io, MAX_ANSWER).await?;
        Ok(Answer {
            bytes: message.encode_length_delimited_to_vec(),
            _room: None,
        })
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, message: Message) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &message.encode_length_delimited_to_vec()).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, answer: Answer) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, &answer.bytes).await
    }
}

async fn read(io: &mut (impl AsyncRead + Unpin), limit: usize) -> io::Result<Message> {
    let mut length = 0;
    // Of three groups of seven bits: two megabytes, more than any limit.
    for group in 0..3 {
        let mut byte = [0];
        io.read_exact(&mut byte).await?;
        length |= usize::from(byte[0] & 0x7f) << (7 * group);
        if byte[0] & 0x80 == 0 {
            if length > limit {
                break;
            }
            let mut bytes = vec![0; length];
            io.read_exact(&mut bytes).await?;
            return Message::decode(bytes.as_slice()).map_err(io::Error::other);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "the message is too long",
    ))
}

async fn write(io: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    io.write_all(bytes).await?;
    io.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_now(bytes: &[u8]) -> io::Result<Message> {
        futures::executor::block_on(read(&mut &*bytes, MAX_QUESTION))
    }

    /// R24: what does not hold to the protocol is refused before anything is allocated for it.
    #[test]
    fn r24_questions_are_bounded() {
        let question = Message {
            kind: Some(3),
            discover: Some(Discover {
                namespace: Some("network".to_owned()),
                limit: Some(512),
                cookie: Some(vec![7; 15]),
            }),
            ..Message::default()
        };
        let mut bytes = Vec::new();
        futures::executor::block_on(Wire.write_request(
            &libp2p::rendezvous::PROTOCOL_NAME,
            &mut bytes,
            question.clone(),
        ))
        .unwrap();
        assert_eq!(read_now(&bytes).unwrap(), question);
        for bad in [
            &[][..],
            &[0x80, 0x80, 0x80, 0x01],
            &[0xff, 0xff, 0x7f],
            &[0x81, 0x80, 0x02],
            &[0x05, 0x0a],
            &[0x02, 0x2a, 0x7f],
        ] {
            assert!(read_now(bad).is_err(), "{bad:?}");
        }
        let end = bytes.len() - 1;
        assert!(read_now(&bytes[..end]).is_err(), "cut off");
    }

    /// The bytes are those of libp2p's own messages (rpc.proto).
    #[test]
    fn the_wire_is_the_specifications() {
        let bytes = |message: Message| hex::encode(message.encode_to_vec());
        assert_eq!(bytes(Message::registered(Ok(7200))), "08011a05080018a038");
        assert_eq!(
            bytes(Message::registered(Err(Status::InvalidTtl))),
            "08011a020866"
        );
        assert_eq!(
            bytes(Message::discovered(Err(Status::InvalidCookie))),
            "080432021867"
        );
        let one = Register {
            namespace: Some("n".to_owned()),
            signed_peer_record: Some(vec![1, 2]),
            ttl: Some(1),
        };
        let found = Message::discovered(Ok((vec![one], vec![9])));
        assert_eq!(
            bytes(found),
            "080432100a090a016e120201021801120109".to_owned() + "1800"
        );
    }
}
