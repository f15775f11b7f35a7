//! What a peer can do wrong, and how much each weighs.

use std::fmt;

/// Something that no honest node does, or does only by accident and seldom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Misdeed {
    /// Bytes that are not of the protocol.
    Garbage,
    /// A length above the bound.
    Oversized,
    /// A step that was not due, or a stream before the admission.
    WrongOrder,
    /// A proof that was made for another meeting.
    Replay,
    /// A signature or a certificate that is not its own, or bytes that their proof does not cover.
    Forged,
    /// Only suites that are not allowed.
    Downgrade,
    /// More than its share, for a whole second.
    Flood,
    /// Took or sent nothing until the time was over.
    Slow,
    /// Two entries of its own for one place in a log.
    Fork,
}

impl Misdeed {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Garbage,
        Self::Oversized,
        Self::WrongOrder,
        Self::Replay,
        Self::Forged,
        Self::Downgrade,
        Self::Flood,
        Self::Slow,
        Self::Fork,
    ];

    /// A hundred is a ban. What an honest node does when a line breaks, a clock is wrong or a program is old weighs so
    /// little that it never adds up: it fades faster than it can be repeated.
    pub(crate) const fn points(self) -> u32 {
        match self {
            Self::Forged | Self::Replay | Self::Fork => 50,
            Self::Garbage | Self::Oversized => 25,
            Self::Slow => 20,
            Self::WrongOrder | Self::Flood | Self::Downgrade => 10,
        }
    }

    /// Whether many at once are one: a line that breaks stops every stream on it, and a burst is many requests.
    pub(crate) const fn counts_once_a_second(self) -> bool {
        matches!(self, Self::WrongOrder | Self::Flood | Self::Slow)
    }

    /// Its name in the audit log and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::Oversized => "oversized",
            Self::WrongOrder => "wrong_order",
            Self::Replay => "replay",
            Self::Forged => "forged",
            Self::Downgrade => "downgrade",
            Self::Flood => "flood",
            Self::Slow => "slow",
            Self::Fork => "fork",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl fmt::Display for Misdeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
