//! Sealed secrets.

use dokuei_identity::keystore::{KdfParams, KeystoreError, check_passphrase, open, params_of, seal, unlock};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn sealed() -> Vec<u8> {
    seal(
        b"secret",
        "correct horse",
        KdfParams::LEAST,
        "node-key",
        &mut StdRng::seed_from_u64(1),
    )
    .unwrap()
}

/// R19: the secret comes back with the right passphrase, and nothing else opens it.
#[test]
fn r19_only_the_right_passphrase_and_purpose_open() {
    let file = sealed();
    assert_eq!(
        open(&file, "correct horse", "node-key").unwrap().as_slice(),
        b"secret"
    );
    assert_eq!(
        open(&file, "correct horsf", "node-key"),
        Err(KeystoreError::WrongPassphrase)
    );
    assert_eq!(
        open(&file, "correct horse", "practitioner-key"),
        Err(KeystoreError::Altered)
    );
    assert!(!file.windows(6).any(|window| window == b"secret"));
}

/// R19: every altered byte is noticed.
#[test]
fn r19_every_altered_byte_is_refused() {
    let file = sealed();
    for index in 0..file.len() {
        let mut altered = file.clone();
        altered[index] ^= 1;
        assert!(
            open(&altered, "correct horse", "node-key").is_err(),
            "byte {index}"
        );
    }
    assert!(open(&file[..file.len() - 1], "correct horse", "node-key").is_err());
}

#[test]
fn an_altered_ciphertext_is_not_called_a_wrong_passphrase() {
    let mut file = sealed();
    *file.last_mut().unwrap() ^= 1;
    assert_eq!(
        open(&file, "correct horse", "node-key"),
        Err(KeystoreError::Altered)
    );
}

/// A file that asks for 4 TiB is refused before any memory is taken.
#[test]
fn parameters_out_of_bounds_are_refused_before_use() {
    for params in [
        KdfParams {
            memory_kib: u32::MAX,
            passes: 3,
            lanes: 4,
        },
        KdfParams {
            memory_kib: 65_536,
            passes: 1_000_000,
            lanes: 4,
        },
        KdfParams {
            memory_kib: 65_536,
            passes: 3,
            lanes: 4096,
        },
        KdfParams {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        },
    ] {
        let refused = seal(
            b"secret",
            "correct horse",
            params,
            "x",
            &mut StdRng::seed_from_u64(1),
        );
        assert_eq!(refused, Err(KeystoreError::Parameters));
    }
    // The same from a file: its memory of 8192 KiB (19 2000) becomes 2^32-1.
    let mut file = sealed();
    assert_eq!(file[3..6], [0x19, 0x20, 0x00]);
    file.splice(3..6, [0x1a, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(
        open(&file, "correct horse", "node-key"),
        Err(KeystoreError::Parameters)
    );
}

/// R6: the least length of a passphrase counts characters, so Japanese ones are not favoured.
#[test]
fn r6_short_passphrases_are_refused() {
    assert_eq!(check_passphrase("1234567"), Err(KeystoreError::PassphraseLength));
    assert_eq!(
        check_passphrase("合言葉合言葉合"),
        Err(KeystoreError::PassphraseLength)
    );
    assert_eq!(check_passphrase("合言葉合言葉合言"), Ok(()));
    assert_eq!(
        check_passphrase(&"x".repeat(1025)),
        Err(KeystoreError::PassphraseLength)
    );
}

#[test]
fn other_files_are_refused_by_name() {
    assert!(matches!(
        open(b"hello", "correct horse", "x"),
        Err(KeystoreError::Malformed(_))
    ));
    let mut newer = sealed();
    newer[1] = 2;
    assert_eq!(
        open(&newer, "correct horse", "node-key"),
        Err(KeystoreError::UnknownFormat(2))
    );
}

/// R19: a changed secret is sealed again without the passphrase, and opens with it; another file's key opens nothing.
#[test]
fn r19_a_secret_is_sealed_again_with_the_key_of_its_file() {
    let mut rng = StdRng::seed_from_u64(7);
    let file = sealed();
    let (secret, key) = unlock(&file, "correct horse", "node-key").unwrap();
    let again = key.seal(b"changed", "node-key", &mut rng).unwrap();
    assert_ne!(*secret, b"changed");
    assert_eq!(*open(&again, "correct horse", "node-key").unwrap(), b"changed");
    assert_eq!(*key.open(&again, "node-key").unwrap(), b"changed");
    let other = seal(b"x", "correct horse", KdfParams::LEAST, "node-key", &mut rng).unwrap();
    assert_eq!(key.open(&other, "node-key"), Err(KeystoreError::WrongPassphrase));
    assert_eq!(key.open(&again, "practitioner-key"), Err(KeystoreError::Altered));
    assert!(!format!("{key:?}").contains("salt"));
}

/// R6: what is chosen at set-up is never below the second recommended option of RFC 9106 section 4, and is in the file.
#[test]
fn r6_the_parameters_are_in_the_file() {
    assert_eq!(params_of(&sealed()).unwrap(), KdfParams::LEAST);
    let recommended = KdfParams::default();
    assert_eq!(
        (recommended.memory_kib, recommended.passes, recommended.lanes),
        (65_536, 3, 4)
    );
    assert!(params_of(b"nothing").is_err());
}
