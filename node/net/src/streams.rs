//! Opening and accepting application streams around libp2p-stream, which drops inbound streams when it is busy: the
//! acceptor's first byte says that the stream is really there, and an opener who does not see it tries again.

use std::time::Duration;

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, OpenStreamError};
use tokio::time::{sleep, timeout};

use crate::gate::{Gate, Pass};
use crate::host::RefusalCode;

/// Spacing that cured dropped streams in measurement; a random part keeps 64 openers from knocking in step.
const SPACING: Duration = Duration::from_millis(50);

/// How often a stream is tried.
const ATTEMPTS: u32 = 40;

/// How long the accept byte may take.
const ACCEPT: Duration = Duration::from_secs(5);

/// First byte on an accepted stream; any other is a [`RefusalCode`].
const ACCEPTED: u8 = 0;

/// The protocols of one network. The network's name is part of each, so that networks never mix.
#[derive(Debug, Clone)]
pub(crate) struct Protocols {
    pub(crate) admission: StreamProtocol,
    pub(crate) case: StreamProtocol,
    pub(crate) package: StreamProtocol,
    pub(crate) live: StreamProtocol,
    pub(crate) register: StreamProtocol,
    pub(crate) drop_box: StreamProtocol,
    pub(crate) answers: StreamProtocol,
    pub(crate) kademlia: StreamProtocol,
}

impl Protocols {
    pub(crate) fn of(network: &str) -> Option<Self> {
        let named = |path: &str| StreamProtocol::try_from_owned(format!("{path}/{network}")).ok();
        Some(Self {
            admission: named("/dokuei/admission/1")?,
            case: named("/dokuei/case/1")?,
            package: named("/dokuei/package/1")?,
            live: named("/dokuei/live/1")?,
            register: named("/dokuei/register/1")?,
            drop_box: named("/dokuei/drop-box/1")?,
            answers: named("/dokuei/drop-box-answer/1")?,
            // Bootstraps serve every network with one table.
            kademlia: StreamProtocol::new("/dokuei/kad/1"),
        })
    }
}

/// Why no stream could be had.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// The other side said so.
    Refused(RefusalCode),
    /// The connection failed, or the other side does not speak this.
    Lost(String),
}

/// Opens a stream under a pass of the gate. When the admission ends meanwhile, the attempts end with it.
pub(crate) async fn open_admitted(
    control: &Control,
    peer: PeerId,
    protocol: &StreamProtocol,
    pass: &Pass,
) -> Result<Stream, OpenError> {
    let ended = OpenError::Refused(RefusalCode::NotAdmitted);
    open_while(control, peer, protocol, || pass.is_of(None), ended).await
}

/// Opens a stream to whoever is connected and waits until the other side has accepted it. The attempts end with the
/// connection: what begins with the next one is begun for it.
pub(crate) async fn open(
    control: &Control,
    gate: &Gate,
    peer: PeerId,
    protocol: &StreamProtocol,
) -> Result<Stream, OpenError> {
    let ended = OpenError::Lost("the connection has ended".to_owned());
    open_while(control, peer, protocol, || gate.is_connected(&peer), ended).await
}

async fn open_while(
    control: &Control,
    peer: PeerId,
    protocol: &StreamProtocol,
    may: impl Fn() -> bool,
    ended: OpenError,
) -> Result<Stream, OpenError> {
    let mut last = OpenError::Lost("no attempt succeeded".to_owned());
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            sleep(SPACING + Duration::from_millis(rand::random_range(0..50))).await;
        }
        if !may() {
            return Err(ended);
        }
        let mut control = control.clone();
        let mut stream = match timeout(ACCEPT, control.open_stream(peer, protocol.clone())).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(OpenStreamError::UnsupportedProtocol(_))) => {
                return Err(OpenError::Lost(format!("the peer does not speak {protocol}")));
            }
            Ok(Err(error)) => {
                last = OpenError::Lost(error.to_string());
                continue;
            }
            Err(_) => {
                last = OpenError::Lost("no stream was opened in time".to_owned());
                continue;
            }
        };
        let mut byte = [0];
        match timeout(ACCEPT, stream.read_exact(&mut byte)).await {
            Ok(Ok(())) if byte[0] == ACCEPTED && may() => return Ok(stream),
            Ok(Ok(())) if byte[0] == ACCEPTED => return Err(ended),
            Ok(Ok(())) => match RefusalCode::from_byte(byte[0]) {
                RefusalCode::Busy => last = OpenError::Refused(RefusalCode::Busy),
                code => return Err(OpenError::Refused(code)),
            },
            Ok(Err(error)) => last = OpenError::Lost(error.to_string()),
            Err(_) => last = OpenError::Lost("the stream was not accepted in time".to_owned()),
        }
    }
    Err(last)
}

/// Tells the opener that its stream is accepted.
pub(crate) async fn accept(stream: &mut Stream) -> std::io::Result<()> {
    stream.write_all(&[ACCEPTED]).await?;
    stream.flush().await
}

/// Tells the opener why it gets no stream, and closes it.
pub(crate) async fn refuse(mut stream: Stream, code: RefusalCode) {
    let said = async {
        stream.write_all(&[code as u8]).await?;
        stream.close().await
    };
    // A peer that does not even listen to its refusal has nothing to lose.
    let _ = timeout(ACCEPT, said).await;
}
