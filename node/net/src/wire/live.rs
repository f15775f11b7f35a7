//! `/dokuei/live/1`: frames that one node sends to another while people look at a case together. One stream per direction,
//! nothing is answered, nothing is kept. What a frame says is not known here.

/// The largest frame, bytes.
pub const MAX_LIVE_FRAME: usize = 40 * 1024;

/// Frames that an honest node sends in a second, at most.
pub const FRAMES_PER_SECOND: u32 = 20;
