//! A PKCS#10 request, as PEM or as the DER in it, as it comes and signed anew with the key of a practitioner.

use der::pem::{LineEnding, encode_string};
use dokuei_identity::request::{self, RequestError};

use super::anew;
use super::setting::SETTING;

pub(crate) fn run(data: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(data)
        && text.contains("-----BEGIN")
    {
        return read(text).is_ok();
    }
    let as_it_comes = der(data);
    let anew = anew::der(data, &SETTING.person_key).map(|signed| der(&signed));
    if matches!(anew, Some(Ok(()))) {
        return true;
    }
    as_it_comes.is_ok()
}

fn der(der: &[u8]) -> Result<(), RequestError> {
    let text = encode_string("CERTIFICATE REQUEST", LineEnding::LF, der).expect("there is room");
    read(&text)
}

fn read(text: &str) -> Result<(), RequestError> {
    let request = request::read(text)?;
    if let Some(name) = &request.common_name {
        assert!(!name.is_empty());
    }
    Ok(())
}
