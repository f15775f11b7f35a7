//! How an audit message travels: as the message of RFC 5424, which IHE ITI-20 names `IHE+RFC-3881`, framed by its length
//! on a TLS connection (RFC 5425 §4.3).

use crate::message::{Audited, Node, plain};
use crate::vocabulary::{Outcome, outcome};

/// Facility `log audit` of RFC 5424, as ATNA has it: 10 is security/authorisation.
const FACILITY: u8 = 10;

/// What stands before the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Facility and severity.
    pub priority: u8,
    /// When, RFC 3339.
    pub time: String,
    /// Which machine.
    pub host: String,
    /// Which process.
    pub process: u32,
}

impl Header {
    /// The header of a row's message. What nobody has to look into is a notice, the rest a warning or an alert.
    #[must_use]
    pub fn of(row: &Audited, node: &Node) -> Self {
        let severity = match outcome(&row.action, &row.outcome) {
            Outcome::Success => 5,
            Outcome::Minor => 4,
            Outcome::Serious => 1,
        };
        Self {
            priority: FACILITY * 8 + severity,
            time: row.time(),
            host: token(&node.host, 255),
            process: node.process,
        }
    }
}

/// The syslog message that carries `xml`, which is UTF-8: that is said by a byte order mark (RFC 5424 §6.4).
#[must_use]
pub fn to_syslog(header: &Header, xml: &str) -> Vec<u8> {
    let Header {
        priority,
        time,
        host,
        process,
    } = header;
    let time = if time.is_empty() { "-" } else { time };
    format!("<{priority}>1 {time} {host} dokuei {process} IHE+RFC-3881 - \u{feff}{xml}").into_bytes()
}

/// The message as it goes on the wire: its length in bytes, a space, the message.
#[must_use]
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = format!("{} ", message.len()).into_bytes();
    framed.extend_from_slice(message);
    framed
}

/// A field of the header: printable ASCII without spaces; `-` when nothing is left.
fn token(text: &str, most: usize) -> String {
    let kept: String = plain(text)
        .chars()
        .filter(char::is_ascii_graphic)
        .take(most)
        .collect();
    if kept.is_empty() { "-".to_owned() } else { kept }
}
