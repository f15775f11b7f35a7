//! See `targets/request.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    dokuei_identity_fuzz::targets::run("request", data);
});
