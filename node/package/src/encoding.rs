//! In which form images are sealed, and which form suits a line.
//!
//! A package is sealed once, so the form is chosen before, by what is known then: how fast images go to the reader, and
//! what this machine can do. What counts is the time from the beginning of sealing until the reader has all images
//! decoded; she decodes while they arrive. The costs are measured (`examples/throughput.rs`, docs/measurements.md) and
//! in nanoseconds of one core for a byte of the study: what matters is where one form becomes better than another, and
//! there they differ by little.

/// In which form instances with uncompressed samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are: for a link that is faster than the encoder.
    AsIs,
    /// Predicted and compressed, losslessly, each block where it pays.
    Predicted(Effort),
}

impl Default for Encoding {
    fn default() -> Self {
        Self::Predicted(Effort::Quick)
    }
}

/// How hard the compressor tries. What it gives opens alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// About as fast as the disks.
    Quick,
    /// Less than one part in a hundred shorter, for five times the time: for a line of a megabit or two.
    Thorough,
}

impl Effort {
    /// The level of Zstandard. Beyond the sixth, levels cost more than even the slowest line gives back.
    pub(crate) const fn level(self) -> i32 {
        match self {
            Self::Quick => 1,
            Self::Thorough => 6,
        }
    }
}

/// What a study consists of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Length of all instances, bytes.
    pub study: u64,
    /// Length of the uncompressed samples in them, bytes: what can become shorter.
    pub samples: u64,
}

/// The forms between which is chosen; of two that are equally good the first.
const FORMS: [Encoding; 3] = [
    Encoding::Predicted(Effort::Quick),
    Encoding::AsIs,
    Encoding::Predicted(Effort::Thorough),
];

/// Reading, hashing, encrypting and writing, on either side: one thread's work.
const PASSING: f64 = 3.3;

/// What a form costs and gives.
struct Cost {
    /// To encode, by as many threads as there are cores.
    encode: f64,
    /// To decode, likewise.
    decode: f64,
    /// What a byte of samples becomes.
    length: f64,
}

const fn cost(form: Encoding) -> Cost {
    match form {
        Encoding::AsIs => Cost {
            encode: 0.0,
            decode: 0.0,
            length: 1.0,
        },
        Encoding::Predicted(Effort::Quick) => Cost {
            encode: 6.7,
            decode: 5.0,
            length: 0.523,
        },
        Encoding::Predicted(Effort::Thorough) => Cost {
            encode: 40.0,
            decode: 5.0,
            length: 0.519,
        },
    }
}

/// The form in which a study is soonest decoded at the other end of a line of `rate` bytes in a second; of the other
/// machine it is supposed that it has as many `cores`.
#[must_use]
pub fn choose(rate: u64, cores: usize, sizes: Sizes) -> Encoding {
    if sizes.samples == 0 {
        return Encoding::AsIs;
    }
    let mut best = (f64::INFINITY, Encoding::default());
    for form in FORMS {
        let time = time_of(form, rate, cores, sizes);
        if time < best.0 {
            best = (time, form);
        }
    }
    best.1
}

/// Nanoseconds.
fn time_of(form: Encoding, rate: u64, cores: usize, sizes: Sizes) -> f64 {
    let Cost {
        encode,
        decode,
        length,
    } = cost(form);
    let (study, samples) = (sizes.study as f64, sizes.samples.min(sizes.study) as f64);
    let shared = |coding: f64| {
        let passing = study * PASSING;
        passing.max((passing + samples * coding) / cores.max(1) as f64)
    };
    let stored = study - samples + samples * length;
    let sent = stored * 1e9 / rate.max(1) as f64;
    shared(encode) + sent.max(shared(decode))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUICK: Encoding = Encoding::Predicted(Effort::Quick);
    const THOROUGH: Encoding = Encoding::Predicted(Effort::Thorough);
    /// Bytes in a second.
    const MBIT: u64 = 125_000;
    const CBCT: Sizes = Sizes {
        study: 490_000_000,
        samples: 489_000_000,
    };

    #[test]
    fn the_form_follows_the_line_and_the_machine() {
        for (mbit, cores, form, line) in [
            (1, 2, THOROUGH, "half of an island's line"),
            (2, 2, QUICK, "all of it"),
            (2, 4, THOROUGH, "all of it, from a better machine"),
            (10, 4, QUICK, "a clinic's line, upwards"),
            (50, 8, QUICK, "a better one"),
            (100, 1, QUICK, "fibre"),
            (1_000, 1, Encoding::AsIs, "a cable, and one core"),
            (1_000, 2, QUICK, "a cable"),
            (2_000, 2, Encoding::AsIs, "faster than two cores encode"),
            (10_000, 2, Encoding::AsIs, "the same machine"),
            (
                10_000,
                8,
                QUICK,
                "eight cores encode in the time of passing it on",
            ),
        ] {
            assert_eq!(choose(mbit * MBIT, cores, CBCT), form, "{line}: {mbit} Mbit/s");
        }
    }

    #[test]
    fn where_nothing_can_become_shorter_nothing_is_tried() {
        let jpegs = Sizes { samples: 0, ..CBCT };
        assert_eq!(choose(MBIT, 8, jpegs), Encoding::AsIs);
        assert_eq!(choose(MBIT, 8, Sizes::default()), Encoding::AsIs);
    }

    #[test]
    fn numbers_that_cannot_be_give_some_form_and_no_panic() {
        for rate in [0, 1, u64::MAX] {
            for cores in [0, 1, usize::MAX] {
                let sizes = Sizes {
                    study: 1,
                    samples: u64::MAX,
                };
                let _ = choose(rate, cores, sizes);
            }
        }
    }

    proptest! {
        /// The faster the line, the less is done for shortness.
        #[test]
        fn on_a_faster_line_nobody_tries_harder(rate in 1u64..1 << 40, more in 1u64..1 << 40, cores in 1usize..64) {
            let effort = |rate| match choose(rate, cores, CBCT) {
                Encoding::AsIs => 0,
                Encoding::Predicted(Effort::Quick) => 1,
                Encoding::Predicted(Effort::Thorough) => 2,
            };
            prop_assert!(effort(rate + more) <= effort(rate));
        }
    }
}
