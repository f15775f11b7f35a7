//! See `targets/zip.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    dokuei_dicom_fuzz::targets::run("zip", data);
});
