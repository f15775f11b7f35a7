//! A PKCS#10 request as PEM.
#![no_main]

use dokuei_identity::request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(request) = request::read(text) {
        assert!(request.common_name.is_none_or(|name| !name.is_empty()));
    }
});
