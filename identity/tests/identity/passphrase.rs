//! Which passphrases may be chosen (R6: "ID and password managed"; MHLW guideline 6.0).

use dokuei_identity::passphrase::{PassphraseError, Rule, check};

const KNOWN: &[&str] = &["tanaka", "田中 花子", "Tanaka Hanako", "山田歯科医院"];

fn alone(passphrase: &str) -> Result<(), PassphraseError> {
    check(passphrase, Rule::Alone, KNOWN)
}

#[test]
fn r6_thirteen_mixed_characters_or_eight_beside_a_second_factor() {
    assert_eq!(alone("kiri 7 umi?"), Err(PassphraseError::TooShort { least: 13 }));
    assert_eq!(check("kiri 7 umi?", Rule::WithSecondFactor, KNOWN), Ok(()));
    assert_eq!(
        check("k7 umi?", Rule::WithSecondFactor, KNOWN),
        Err(PassphraseError::TooShort { least: 8 })
    );
    assert_eq!(alone("hare nochi kumori 7 sai"), Ok(()));
    // Characters are counted, not bytes: thirteen kana are thirty-nine bytes.
    assert_eq!(
        alone("みかん、りんご"),
        Err(PassphraseError::TooShort { least: 13 })
    );
    assert_eq!(alone("みかん7つ、りんごの木が庭に"), Ok(()));
    assert_eq!(alone(&"a1 ".repeat(400)), Err(PassphraseError::TooLong));
}

#[test]
fn r6_letters_digits_and_symbols_are_mixed() {
    for one_is_missing in ["hare nochi kumori", "harenochikumori7", "2026 1124 1825 7"] {
        assert_eq!(
            alone(one_is_missing),
            Err(PassphraseError::NotMixed),
            "{one_is_missing}"
        );
    }
}

#[test]
fn r6_what_is_guessed_first_is_refused_however_long() {
    for easy in [
        "password12345!",
        "qwertyuiop123!",
        "aaaaaaaaaaaa1!",
        "Tanaka Hanako 1",
    ] {
        assert_eq!(alone(easy), Err(PassphraseError::EasyToGuess), "{easy}");
    }
    // What is hers is easy for her, not for another.
    let own = "tanaka hanako 7";
    assert!(alone(own).is_err());
    assert_eq!(check(own, Rule::Alone, &["sato"]), Ok(()));
}

#[test]
fn every_refusal_says_what_to_do_in_both_languages() {
    for error in [
        PassphraseError::TooShort { least: 13 },
        PassphraseError::TooLong,
        PassphraseError::NotMixed,
        PassphraseError::EasyToGuess,
    ] {
        let english = error.to_string();
        assert!(
            english.contains("choose") || english.contains("use "),
            "{english}"
        );
        assert!(error.japanese().contains("ください"), "{error:?}");
        assert!(error.code().starts_with("passphrase_"));
    }
}
