//! Certificates and revocation lists that no honest authority would make: every field open, signed anew.

use der::asn1::{Any, BitString, Int, OctetString};
use der::{Decode, Encode, Sequence};
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;
use spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoOwned};
use x509_cert::certificate::Version;
use x509_cert::name::Name;
use x509_cert::time::Time;

/// The signed part of a certificate.
#[derive(Debug, Clone, Sequence)]
pub(crate) struct Body {
    #[asn1(context_specific = "0", default = "Default::default")]
    pub(crate) version: Version,
    pub(crate) serial: Int,
    pub(crate) signature: AlgorithmIdentifierOwned,
    pub(crate) issuer: Name,
    pub(crate) validity: Span,
    pub(crate) subject: Name,
    pub(crate) key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<RawExtension>>,
}

/// A validity whose times keep the form they are given.
#[derive(Debug, Clone, Sequence)]
pub(crate) struct Span {
    pub(crate) from: Time,
    pub(crate) to: Time,
}

/// An extension that can spell out its default.
#[derive(Debug, Clone, Sequence)]
pub(crate) struct RawExtension {
    pub(crate) id: ObjectIdentifier,
    pub(crate) critical: Option<bool>,
    pub(crate) value: OctetString,
}

/// The signed part of a revocation list.
#[derive(Debug, Clone, Sequence)]
pub(crate) struct ListBody {
    pub(crate) version: Option<Version>,
    pub(crate) signature: AlgorithmIdentifierOwned,
    pub(crate) issuer: Name,
    pub(crate) this_update: Time,
    pub(crate) next_update: Option<Time>,
    pub(crate) revoked: Option<Vec<RawEntry>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<RawExtension>>,
}

/// An entry of a list.
#[derive(Debug, Clone, Sequence)]
pub(crate) struct RawEntry {
    pub(crate) serial: Int,
    pub(crate) since: Time,
    pub(crate) extensions: Option<Vec<RawExtension>>,
}

#[derive(Debug, Clone, Sequence)]
struct Signed {
    body: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SUBJECT_KEY_ID: &str = "2.5.29.14";
pub(crate) const AUTHORITY_KEY_ID: &str = "2.5.29.35";
pub(crate) const POLICIES: &str = "2.5.29.32";
pub(crate) const DIRECTORY_ATTRIBUTES: &str = "2.5.29.9";
pub(crate) const LIST_ADDRESS: &str = "2.5.29.31";
pub(crate) const LICENCE_INFO: &str = "1.3.6.1.4.1.32473.1.1";
pub(crate) const DEVICE_INFO: &str = "1.3.6.1.4.1.32473.1.2";

pub(crate) fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(crate) fn extension(id: &str, critical: bool, value: Vec<u8>) -> RawExtension {
    RawExtension {
        id: oid(id),
        critical: critical.then_some(true),
        value: OctetString::new(value).unwrap(),
    }
}

impl Body {
    pub(crate) fn extensions(&mut self) -> &mut Vec<RawExtension> {
        self.extensions.as_mut().unwrap()
    }

    pub(crate) fn extension(&mut self, which: &str) -> &mut RawExtension {
        self.extensions()
            .iter_mut()
            .find(|extension| extension.id == oid(which))
            .unwrap()
    }

    pub(crate) fn put(&mut self, which: &str, value: Vec<u8>) {
        self.extension(which).value = OctetString::new(value).unwrap();
    }

    pub(crate) fn set(&mut self, which: &str, hex: &str) {
        self.put(which, hex::decode(hex).unwrap());
    }

    pub(crate) fn critical(&mut self, which: &str, critical: bool) {
        self.extension(which).critical = critical.then_some(true);
    }

    pub(crate) fn add(&mut self, id: &str, critical: bool, hex: &str) {
        let value = hex::decode(hex).unwrap();
        self.extensions().push(extension(id, critical, value));
    }

    pub(crate) fn remove(&mut self, which: &str) {
        self.extensions().retain(|extension| extension.id != oid(which));
    }
}

impl ListBody {
    pub(crate) fn extensions(&mut self) -> &mut Vec<RawExtension> {
        self.extensions.as_mut().unwrap()
    }

    pub(crate) fn entries(&mut self) -> &mut Vec<RawEntry> {
        self.revoked.as_mut().unwrap()
    }
}

/// Changes a certificate and signs it anew.
pub(crate) fn forge(der: &[u8], key: &SecretKey, defect: impl FnOnce(&mut Body)) -> Vec<u8> {
    forge_bytes(der, key, defect, |_| {})
}

/// The same, with a last change of the signed bytes themselves.
pub(crate) fn forge_bytes(
    der: &[u8],
    key: &SecretKey,
    defect: impl FnOnce(&mut Body),
    last: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let mut body: Body = Signed::from_der(der).unwrap().body.decode_as().unwrap();
    defect(&mut body);
    let algorithm = body.signature.to_der().unwrap();
    let mut body = body.to_der().unwrap();
    last(&mut body);
    assemble(&body, &algorithm, &key.sign(&body))
}

/// A certificate or list of these three parts, whatever they are.
pub(crate) fn assemble(body: &[u8], algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    let signature = tlv(0x03, &[&[0], signature].concat());
    tlv(0x30, &[body, algorithm, &signature].concat())
}

/// Changes a revocation list and signs it anew.
pub(crate) fn forge_list(der: &[u8], key: &SecretKey, defect: impl FnOnce(&mut ListBody)) -> Vec<u8> {
    let mut body: ListBody = Signed::from_der(der).unwrap().body.decode_as().unwrap();
    defect(&mut body);
    let algorithm = body.signature.to_der().unwrap();
    let body = body.to_der().unwrap();
    assemble(&body, &algorithm, &key.sign(&body))
}

/// One value in DER: tag, length, content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..=0x7f => out.push(u8::try_from(length).unwrap()),
        0x80..=0xff => out.extend([0x81, u8::try_from(length).unwrap()]),
        _ => {
            out.push(0x82);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    out.extend(content);
    out
}

/// A name of these attributes, in this order, as UTF8Strings (the country as a PrintableString).
pub(crate) fn name(parts: &[(&str, &str)]) -> Name {
    let parts: Vec<u8> = parts
        .iter()
        .flat_map(|(id, text)| {
            let tag = if *id == "2.5.4.6" { 0x13 } else { 0x0c };
            let id = oid(id).to_der().unwrap();
            tlv(0x31, &tlv(0x30, &[id, tlv(tag, text.as_bytes())].concat()))
        })
        .collect();
    Name::from_der(&tlv(0x30, &parts)).unwrap()
}

pub(crate) fn date(at: Timestamp) -> der::DateTime {
    der::DateTime::from_unix_duration(std::time::Duration::from_secs(at.0)).unwrap()
}

pub(crate) fn time(at: Timestamp) -> Time {
    Time::from(date(at))
}

pub(crate) fn span(from: Timestamp, to: Timestamp) -> Span {
    Span {
        from: time(from),
        to: time(to),
    }
}

/// `hcRole` of these actors: scheme and text each, wholly by hand.
pub(crate) fn hc_role(actors: &[(&str, &str)]) -> Vec<u8> {
    let actors: Vec<u8> = actors
        .iter()
        .flat_map(|(scheme, text)| {
            let scheme = tlv(0xa0, &oid(scheme).to_der().unwrap());
            let text = tlv(0xa2, &tlv(0x0c, text.as_bytes()));
            let coded = tlv(0x31, &[scheme, text].concat());
            tlv(0x30, &tlv(0xa0, &coded))
        })
        .collect();
    let id = oid("1.0.17090.0.1").to_der().unwrap();
    let values = tlv(0x31, &tlv(0x31, &actors));
    tlv(0x30, &tlv(0x30, &[id, values].concat()))
}

/// The ministry's coding scheme of national qualifications.
pub(crate) const HC_SCHEME: &str = "1.2.392.100495.1.6.1.1";

/// `licenceInfo` by hand.
#[derive(Debug, Clone)]
pub(crate) struct LicenceParts {
    pub(crate) jurisdiction: &'static str,
    pub(crate) kind: u8,
    pub(crate) number: &'static str,
    pub(crate) registered: Option<&'static str>,
    pub(crate) japanese: &'static str,
    pub(crate) latin: &'static str,
    pub(crate) specialties: Vec<(&'static str, &'static str, &'static str, Option<&'static str>)>,
}

impl LicenceParts {
    /// The specialist of [`crate::world::specialist`].
    pub(crate) fn of_specialist() -> Self {
        Self {
            jurisdiction: "JP",
            kind: 0,
            number: "123456",
            registered: Some("20010909014640Z"),
            japanese: "田中 花子",
            latin: "Hanako Tanaka",
            specialties: vec![("日本歯科放射線学会", "oral-radiology", "20271124000000Z", None)],
        }
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let text = |text: &str| tlv(0x0c, text.as_bytes());
        let specialties: Vec<u8> = self
            .specialties
            .iter()
            .flat_map(|(body, code, to, ground)| {
                let to = tlv(0x18, to.as_bytes());
                let ground = ground.map(text).unwrap_or_default();
                tlv(0x30, &[text(body), text(code), to, ground].concat())
            })
            .collect();
        let registered = self.registered.map(|day| tlv(0x18, day.as_bytes()));
        let parts = [
            tlv(0x13, self.jurisdiction.as_bytes()),
            tlv(0x0a, &[self.kind]),
            text(self.number),
            registered.unwrap_or_default(),
            text(self.japanese),
            text(self.latin),
            tlv(0x30, &specialties),
        ];
        tlv(0x30, &parts.concat())
    }
}
