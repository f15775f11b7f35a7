//! PKCS#10.

use dokuei_identity::key::SecretKey;
use dokuei_identity::request::{self, RequestError};

#[test]
fn a_request_carries_key_and_name() {
    let key = SecretKey::from_seed(&[7; 32]);
    let request = request::read(&request::make(&key, "田中 花子").unwrap()).unwrap();
    assert_eq!(request.key, key.public());
    assert_eq!(request.common_name.as_deref(), Some("田中 花子"));
}

/// R6: nobody can have a key certified without holding it.
#[test]
fn r6_a_request_that_was_altered_is_refused() {
    let pem = request::make(&SecretKey::from_seed(&[7; 32]), "tanaka").unwrap();
    let (_, der) = der::pem::decode_vec(pem.as_bytes()).unwrap();
    for bit in 0..der.len() * 8 {
        let mut altered = der.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let text =
            der::pem::encode_string("CERTIFICATE REQUEST", der::pem::LineEnding::LF, &altered).unwrap();
        assert!(request::read(&text).is_err(), "bit {bit}");
    }
}

#[test]
fn other_texts_are_refused() {
    assert!(matches!(request::read("hello"), Err(RequestError::Pem(_))));
    let large =
        der::pem::encode_string("CERTIFICATE REQUEST", der::pem::LineEnding::LF, &vec![0; 20_000]).unwrap();
    assert_eq!(request::read(&large), Err(RequestError::TooLarge { got: 20_000 }));
}
