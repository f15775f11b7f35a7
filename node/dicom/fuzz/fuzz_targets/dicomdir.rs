//! See `targets/dicomdir.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    dokuei_dicom_fuzz::targets::run("dicomdir", data);
});
