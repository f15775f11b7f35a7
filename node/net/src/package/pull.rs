//! One lot from one holder: asks for it on a stream of its own and reads slices, bounded and watched.

use std::time::Duration;

use futures::AsyncReadExt as _;
use libp2p::Stream;
use tokio::time::timeout;

use super::memory::{PackageMemory, SliceMemory, Taken};
use super::throttle::Throttle;
use crate::error::PullError;
use crate::frame::{FrameError, read_value, write_value};
use crate::host::RefusalCode;
use crate::wire::package::{
    ChunkRange, MAX_PROOF_BYTES, MAX_SLICE_BYTES, MAX_SLICE_CHUNKS, MAX_SLICE_HEADER, PackageRequest, Slice,
    SliceHeader,
};

/// Read at once while there is a limit.
const PIECE: usize = 16 * 1024;

/// A stream on which a holder sends what it was asked for.
pub(crate) struct Pulling {
    stream: Stream,
    stall: Duration,
    down: Throttle,
}

impl Pulling {
    /// Asks on an accepted stream.
    pub(crate) async fn ask(
        mut stream: Stream,
        request: &PackageRequest,
        stall: Duration,
        down: Throttle,
    ) -> Result<Self, PullError> {
        timeout(stall, write_value(&mut stream, request))
            .await
            .map_err(|_| PullError::Stalled)?
            .map_err(lost)?;
        let mut pulling = Self { stream, stall, down };
        let mut code = [0];
        pulling.fill(&mut code).await?;
        if code[0] != 0 {
            return Err(PullError::Refused(RefusalCode::from_byte(code[0])));
        }
        Ok(pulling)
    }

    /// Reads the next slice, which must begin where `due` begins; it may reach beyond its end when others have taken
    /// over what was asked for here.
    /// It comes with its room in memory, which is free again when that is dropped.
    pub(crate) async fn slice(
        &mut self,
        due: ChunkRange,
        memory: &PackageMemory,
    ) -> Result<(Slice, Taken), PullError> {
        let header = timeout(
            self.stall,
            read_value::<_, SliceHeader>(&mut self.stream, MAX_SLICE_HEADER),
        );
        let SliceHeader { range, bytes, proof } = match header.await.map_err(|_| PullError::Stalled)? {
            Ok(header) => header,
            Err(FrameError::Io(error)) => return Err(lost(error)),
            Err(error) => return Err(PullError::Misbehaved(error.to_string())),
        };
        if range.first != due.first || range.count == 0 || range.count > MAX_SLICE_CHUNKS {
            return Err(PullError::Misbehaved(format!(
                "slice {range:?} came where {due:?} was due"
            )));
        }
        if bytes as usize > MAX_SLICE_BYTES || proof as usize > MAX_PROOF_BYTES {
            return Err(PullError::Misbehaved(format!(
                "a slice of {bytes} bytes with a proof of {proof} is too large"
            )));
        }
        let taken = memory.take(bytes as usize).await;
        let longest = self.stall + Duration::from_secs(SliceMemory::longest(u64::from(bytes)));
        // Room for both: whoever checks the slice has it in one piece without copying it.
        let mut buffer = vec![0; bytes as usize + proof as usize];
        buffer.truncate(bytes as usize);
        let mut slice = Slice {
            range,
            bytes: buffer,
            proof: vec![0; proof as usize],
        };
        let limited = self.down.is_limited();
        let come = async {
            self.fill(&mut slice.bytes).await?;
            self.fill(&mut slice.proof).await
        };
        if limited {
            // It is we who are slow.
            come.await?;
        } else {
            timeout(longest, come).await.map_err(|_| PullError::Stalled)??;
        }
        Ok((slice, taken))
    }

    /// Fills `buffer`; the watchdog counts from the last bytes that came, so that a slow link is not a stalled one, and
    /// stands still while we wait for our own limit.
    async fn fill(&mut self, mut buffer: &mut [u8]) -> Result<(), PullError> {
        while !buffer.is_empty() {
            let most = if self.down.is_limited() {
                buffer.len().min(PIECE)
            } else {
                buffer.len()
            };
            let (piece, _) = buffer.split_at_mut(most);
            let read = timeout(self.stall, self.stream.read(piece))
                .await
                .map_err(|_| PullError::Stalled)?
                .map_err(lost)?;
            if read == 0 {
                return Err(PullError::Lost("the holder ended the stream early".to_owned()));
            }
            self.down.pass(read).await;
            buffer = &mut buffer[read..];
        }
        Ok(())
    }
}

fn lost(error: std::io::Error) -> PullError {
    PullError::Lost(error.to_string())
}
