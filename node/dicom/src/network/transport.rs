//! The connection below an association: bytes both ways, with a time by which they must have come.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes both ways.
pub trait Transport: Read + Write {
    /// By when everything that is read from now on must have come; later reads fail with [`io::ErrorKind::TimedOut`].
    fn read_until(&mut self, deadline: Instant);
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn read_until(&mut self, deadline: Instant) {
        (**self).read_until(deadline);
    }
}

/// How long a peer may take to take what we send.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// A TCP connection without protection.
#[derive(Debug)]
pub struct Plain {
    stream: TcpStream,
    deadline: Instant,
}

impl Plain {
    /// Over this connection, which must block.
    ///
    /// # Errors
    /// When the system does not allow to set its options.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        // Each command waits for its answer: without this every instance costs a delayed acknowledgement.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        Ok(Self {
            stream,
            deadline: Instant::now() + super::REQUEST_TIMEOUT,
        })
    }
}

impl Transport for Plain {
    fn read_until(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer).map_err(|error| match error.kind() {
            // What the system says of a time that is over differs.
            io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
            _ => error,
        })
    }
}

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
