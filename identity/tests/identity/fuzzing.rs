//! The bodies of the fuzz targets over their first inputs, so that neither rots between two runs of the fuzzer.

use std::collections::BTreeSet;

use crate::fuzz_targets::{ALL, run, seeds};

/// R17, R24: what must be good is good by its target, and no input makes one panic.
#[test]
fn r24_every_fuzz_target_takes_its_first_inputs() {
    let seeds = seeds::all();
    for seed in &seeds {
        let good = run(seed.target, &seed.bytes);
        assert!(good || !seed.good, "{}: {}", seed.target, seed.name);
    }
    let targets: BTreeSet<_> = ALL.iter().map(|(name, _)| *name).collect();
    let with_good: BTreeSet<_> = seeds
        .iter()
        .filter(|seed| seed.good)
        .map(|seed| seed.target)
        .collect();
    assert_eq!(targets, with_good, "a target has no good input to begin with");
}

/// R24: a little of what the fuzzer does: bits flipped and ends cut off.
#[test]
fn r24_no_fuzz_target_panics_on_what_is_cut_or_altered() {
    for seed in seeds::all()
        .iter()
        .filter(|seed| seed.good && seed.bytes.len() < 4096)
    {
        let step = seed.bytes.len().div_ceil(16).max(1);
        for place in (0..seed.bytes.len()).step_by(step) {
            let mut altered = seed.bytes.clone();
            altered[place] ^= 1 << (place % 8);
            run(seed.target, &altered);
            run(seed.target, &seed.bytes[..place]);
        }
    }
}
