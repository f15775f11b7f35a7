//! Checkpoints, and what nodes ask and answer about the register.
#![no_main]

use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Answer, Ask, Checkpoint, Evidence};
use dokuei_identity_fuzz::{NOW, WORLD};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let network = NetworkName::of(&WORLD.anchor);
    let keys = [WORLD.issuing.key().public()];
    if let Ok(checkpoint) = Checkpoint::parse(data) {
        let (size, time) = (checkpoint.size(), checkpoint.time());
        if let Ok(verified) = checkpoint.verify(&keys, &network) {
            assert_eq!((verified.size(), verified.time()), (size, time));
            assert_eq!(verified.note(), data);
            let _ = verified.check_clock(NOW);
        }
    }
    if let Ok(ask) = Ask::parse(data) {
        assert_eq!(ask.to_bytes(), data);
    }
    if let Ok(answer) = Answer::parse(data) {
        assert_eq!(answer.to_bytes(), data);
        let _ = answer.parse_checkpoint();
    }
    if let Ok(evidence) = Evidence::parse(data) {
        assert_eq!(evidence.to_bytes(), data);
        let _ = evidence.verify(&keys, &network);
    }
});
