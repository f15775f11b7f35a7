//! What happens in a live consult, and what follows from it.

use dokuei_identity::fingerprint::Fingerprint;
use thiserror::Error;

use crate::frame::{Frame, NodeKey};
use crate::look::Look;
use crate::value::Text;

/// Where somebody takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At this node.
    Here,
    /// At this other one.
    There(NodeKey),
}

/// Something that happens. Whether somebody may take part was asked before.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Somebody here shows herself, and what she looks at; the first time she joins.
    Shown {
        /// Who.
        who: Fingerprint,
        /// Whether others are to see it.
        sharing: bool,
        /// What; not taken unless it is shared.
        look: Option<Box<Look>>,
    },
    /// Somebody here leaves.
    Left {
        /// Who.
        who: Fingerprint,
    },
    /// Somebody here writes.
    Said {
        /// Who.
        who: Fingerprint,
        /// What.
        text: Text,
    },
    /// Another node says something of somebody who works there.
    Heard {
        /// Which node.
        from: NodeKey,
        /// What.
        frame: Frame,
    },
    /// A node is connected.
    Found {
        /// Which.
        node: NodeKey,
    },
    /// A node is not connected any more.
    Lost {
        /// Which.
        node: NodeKey,
    },
    /// Time passes.
    Tick,
}

/// To whom something goes, among the nodes of those who may take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Those at which somebody has joined.
    Joined,
    /// Those at which nobody has.
    Others,
    /// This one.
    Node(NodeKey),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Say this.
    Send {
        /// To whom.
        to: To,
        /// What.
        frame: Frame,
    },
    /// Somebody has joined.
    Joined {
        /// Who.
        who: Fingerprint,
        /// Where.
        place: Place,
    },
    /// Somebody has left.
    Left {
        /// Who.
        who: Fingerprint,
        /// Where she was.
        place: Place,
    },
    /// Something else is to be seen now.
    Changed,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Whoever writes takes part.
    #[error("only who has joined the live consult writes in it")]
    NotJoined,
    /// See [`crate::MAX_PEOPLE`].
    #[error("no more people can join this live consult")]
    Full,
}
