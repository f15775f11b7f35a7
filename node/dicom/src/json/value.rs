//! The value of an element by its VR (PS3.18 F.2.2 to F.2.4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dicom_core::VR;
use serde_json::{Value, json};

use super::name_value;
use crate::charset::CharacterSet;

/// Padding at either end of a value.
const PADDING: [char; 2] = [' ', '\0'];

/// The attribute: its VR with its values.
pub(super) fn values(vr: VR, bytes: &[u8], big_endian: bool, charset: &CharacterSet) -> Value {
    let name = vr.to_string();
    if bytes.iter().all(|byte| [0, b' '].contains(byte)) && (bytes.is_empty() || is_text(vr)) {
        return json!({"vr": name});
    }
    let values: Vec<Value> = match vr {
        VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::UN => {
            let inline = STANDARD.encode(little_endian(vr, bytes, big_endian));
            return json!({"vr": name, "InlineBinary": inline});
        }
        VR::PN => charset
            .names(bytes)
            .value
            .iter()
            .map(|name| name_value(name).unwrap_or(Value::Null))
            .collect(),
        VR::SH | VR::LO | VR::UC => charset.values(bytes).value.into_iter().map(text).collect(),
        VR::LT | VR::ST | VR::UT => vec![Value::from(charset.text(bytes).value)],
        VR::UR => vec![Value::from(ascii(bytes).trim_end_matches(PADDING))],
        VR::IS | VR::DS => each(bytes).map(|one| number(vr, &one)).collect(),
        VR::AT => bytes
            .chunks_exact(4)
            .map(|tag| {
                let half = |bytes: &[u8]| integer(bytes, big_endian) as u16;
                Value::from(format!("{:04X}{:04X}", half(&tag[..2]), half(&tag[2..])))
            })
            .collect(),
        VR::US => binary(bytes, 2, |bytes| json!(integer(bytes, big_endian) as u16)),
        VR::SS => binary(bytes, 2, |bytes| json!(integer(bytes, big_endian) as u16 as i16)),
        VR::UL => binary(bytes, 4, |bytes| json!(integer(bytes, big_endian) as u32)),
        VR::SL => binary(bytes, 4, |bytes| json!(integer(bytes, big_endian) as u32 as i32)),
        // Beyond what every reader of JSON holds exactly, as text (F.2.3).
        VR::UV => binary(bytes, 8, |bytes| json!(integer(bytes, big_endian).to_string())),
        VR::SV => binary(bytes, 8, |bytes| {
            json!((integer(bytes, big_endian) as i64).to_string())
        }),
        VR::FL => binary(bytes, 4, |bytes| {
            float(f32::from_bits(integer(bytes, big_endian) as u32).into())
        }),
        VR::FD => binary(bytes, 8, |bytes| {
            float(f64::from_bits(integer(bytes, big_endian)))
        }),
        _ => each(bytes).map(text).collect(),
    };
    if values == [Value::Null] {
        return json!({"vr": name});
    }
    json!({"vr": name, "Value": values})
}

fn is_text(vr: VR) -> bool {
    !matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::UN
            | VR::AT
            | VR::US
            | VR::SS
            | VR::UL
            | VR::SL
            | VR::UV
            | VR::SV
            | VR::FL
            | VR::FD
    )
}

fn ascii(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The values of text that is ASCII by its VR.
fn each(bytes: &[u8]) -> impl Iterator<Item = String> {
    let text = ascii(bytes);
    let values: Vec<String> = text
        .split('\\')
        .map(|one| one.trim_matches(PADDING).to_owned())
        .collect();
    values.into_iter()
}

/// An empty value among others is null (F.2.5).
fn text(value: String) -> Value {
    if value.is_empty() {
        Value::Null
    } else {
        value.into()
    }
}

/// A number where it is one; what is not stays the text that it is (F.2.2 allows both).
fn number(vr: VR, value: &str) -> Value {
    let plain = value.strip_prefix('+').unwrap_or(value);
    if let (VR::IS, Ok(number)) = (vr, plain.parse::<i64>()) {
        return number.into();
    }
    let number = plain
        .parse::<f64>()
        .ok()
        .filter(|number| vr == VR::DS && number.is_finite());
    number.map_or_else(|| text(value.to_owned()), Value::from)
}

fn float(value: f64) -> Value {
    match value {
        value if value.is_finite() => value.into(),
        value if value.is_nan() => "NaN".into(),
        value if value > 0.0 => "inf".into(),
        _ => "-inf".into(),
    }
}

fn binary(bytes: &[u8], width: usize, one: impl Fn(&[u8]) -> Value) -> Vec<Value> {
    bytes.chunks_exact(width).map(one).collect()
}

/// Up to eight bytes as a number.
fn integer(bytes: &[u8], big_endian: bool) -> u64 {
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if big_endian {
        bytes.iter().fold(0, add)
    } else {
        bytes.iter().rev().fold(0, add)
    }
}

/// Binary values are given in little endian (F.2.7).
pub(super) fn little_endian(vr: VR, bytes: &[u8], big_endian: bool) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if big_endian {
        bytes.chunks_exact_mut(width(vr)).for_each(<[u8]>::reverse);
    }
    bytes
}

/// How many bytes of a value of this VR are one number.
pub(super) fn width(vr: VR) -> usize {
    match vr {
        VR::AT | VR::OW | VR::SS | VR::US => 2,
        VR::FL | VR::OF | VR::OL | VR::SL | VR::UL => 4,
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => 8,
        _ => 1,
    }
}
