//! Our own certificate extensions, and the ones of HPKI that we fill in.
//!
//! The object identifiers lie under 1.3.6.1.4.1.32473, which RFC 5612 keeps for documentation, until the registry's
//! operator has an enterprise number. They are not HPKI's, and the certificate policy is not HPKI's either: this
//! registry attests, it does not stand for the ministry.
//!
//! ```text
//! LicenceInfo ::= SEQUENCE {                        -- critical, 1.3.6.1.4.1.32473.1.1
//!     jurisdiction   PrintableString,               -- ISO 3166-1 alpha-2
//!     type           ENUMERATED { dentist(0), physician(1) },
//!     number         UTF8String,
//!     registeredOn   GeneralizedTime OPTIONAL,      -- absent: the registry was not told
//!     japaneseName   UTF8String,
//!     latinName      UTF8String,                    -- also the subject's common name
//!     specialties    SEQUENCE OF Specialty,
//!     scope          [0] ENUMERATED { provisional(1) } OPTIONAL }  -- absent: full
//! Specialty ::= SEQUENCE {
//!     body     UTF8String,
//!     code     UTF8String,
//!     validTo  GeneralizedTime,
//!     ground   UTF8String OPTIONAL }
//! DeviceInfo ::= SEQUENCE {                         -- critical, 1.3.6.1.4.1.32473.1.2
//!     institutionCode  UTF8String,
//!     deviceClass      ENUMERATED { fixed(0), portable(1), virtualDesktop(2) },
//!     owner            ENUMERATED { institution(0), private(1) } }
//! ```

use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Any, ContextSpecific, GeneralizedTime, PrintableString, SetOfVec, Utf8StringRef};
use der::{DateTime, Decode, Encode, Enumerated, Sequence, TagMode, TagNumber};
use x509_cert::attr::Attribute;

use crate::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, Qualification, QualificationCode, Scope,
};
use crate::day::Day;
use crate::fault::{DeviceFault, LicenceFault};
use crate::time::Timestamp;

/// Our arc.
pub(crate) const LICENCE_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.1");
/// The device of a node.
pub(crate) const DEVICE_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.2");
/// The policy under which practitioners are certified.
pub(crate) const PRACTITIONER_POLICY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.2.1");
/// The policy under which nodes are certified.
pub(crate) const NODE_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.2.2");
/// The policy under which a registry is certified to sign its register.
pub(crate) const REGISTRY_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.2.3");
/// `subjectDirectoryAttributes` (RFC 5280 §4.2.1.8).
pub(crate) const DIRECTORY_ATTRIBUTES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.9");
/// `hcRole` (ISO 17090-2).
pub(crate) const HC_ROLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.0.17090.0.1");
/// The ministry's coding scheme of national qualifications.
pub(crate) const HC_ROLE_SCHEME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.392.100495.1.6.1.1");

/// The most specialties in one certificate.
pub(crate) const MAX_SPECIALTIES: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated)]
#[repr(u8)]
enum DerLicenceKind {
    Dentist = 0,
    Physician = 1,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct DerSpecialty {
    body: String,
    code: String,
    valid_to: GeneralizedTime,
    ground: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct DerLicenceInfo {
    jurisdiction: PrintableString,
    kind: DerLicenceKind,
    number: String,
    registered_on: Option<Day>,
    japanese_name: String,
    latin_name: String,
    specialties: Vec<DerSpecialty>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    scope: Option<DerScope>,
}

/// A full scope has no encoding of its own: certificates of before there were scopes have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated)]
#[repr(u8)]
enum DerScope {
    Provisional = 1,
}

impl AssociatedOid for DerLicenceInfo {
    const OID: ObjectIdentifier = LICENCE_INFO;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated)]
#[repr(u8)]
enum DerDeviceClass {
    Fixed = 0,
    Portable = 1,
    VirtualDesktop = 2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated)]
#[repr(u8)]
enum DerDeviceOwner {
    Institution = 0,
    Private = 1,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct DerDeviceInfo {
    institution_code: String,
    device_class: DerDeviceClass,
    owner: DerDeviceOwner,
}

/// What the licence extension says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LicenceInfo {
    pub(crate) name: PersonName,
    pub(crate) licence: Licence,
    pub(crate) qualifications: Vec<Qualification>,
    pub(crate) scope: Scope,
}

/// What the device extension says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceInfo {
    pub(crate) institution_code: String,
    pub(crate) device_class: DeviceClass,
    pub(crate) owner: DeviceOwner,
}

impl LicenceInfo {
    pub(crate) fn to_der(&self) -> der::Result<Vec<u8>> {
        let specialties = self
            .qualifications
            .iter()
            .map(specialty_to_der)
            .collect::<der::Result<_>>()?;
        DerLicenceInfo {
            jurisdiction: PrintableString::new(&self.licence.jurisdiction)?,
            kind: match self.licence.kind {
                LicenceKind::Dentist => DerLicenceKind::Dentist,
                LicenceKind::Physician => DerLicenceKind::Physician,
            },
            number: self.licence.number.clone(),
            registered_on: self.licence.registered_on,
            japanese_name: self.name.japanese.clone(),
            latin_name: self.name.latin.clone(),
            specialties,
            scope: match self.scope {
                Scope::Full => None,
                Scope::Provisional => Some(DerScope::Provisional),
            },
        }
        .to_der()
    }

    /// `Err` says which part is not acceptable.
    pub(crate) fn from_der(bytes: &[u8]) -> Result<Self, LicenceFault> {
        let info = DerLicenceInfo::from_der(bytes).map_err(|_| LicenceFault::Form)?;
        let jurisdiction = info.jurisdiction.as_str();
        if jurisdiction.len() != 2 || !jurisdiction.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Err(LicenceFault::Jurisdiction);
        }
        if info.number.trim().is_empty() {
            return Err(LicenceFault::Number);
        }
        if info.japanese_name.trim().is_empty() || info.latin_name.trim().is_empty() {
            return Err(LicenceFault::Name);
        }
        if info.specialties.len() > MAX_SPECIALTIES {
            return Err(LicenceFault::TooMany);
        }
        if !info.specialties.is_empty() && jurisdiction != "JP" {
            return Err(LicenceFault::Foreign);
        }
        let qualifications = info
            .specialties
            .into_iter()
            .map(specialty_from_der)
            .collect::<Result<Vec<_>, _>>()?;
        let twice = |(index, held): (usize, &Qualification)| {
            qualifications[..index]
                .iter()
                .any(|earlier| earlier.code == held.code)
        };
        if qualifications.iter().enumerate().any(twice) {
            return Err(LicenceFault::Twice);
        }
        Ok(Self {
            licence: Licence {
                jurisdiction: jurisdiction.to_owned(),
                kind: match info.kind {
                    DerLicenceKind::Dentist => LicenceKind::Dentist,
                    DerLicenceKind::Physician => LicenceKind::Physician,
                },
                number: info.number,
                registered_on: info.registered_on,
            },
            name: PersonName {
                japanese: info.japanese_name,
                latin: info.latin_name,
            },
            qualifications,
            scope: match info.scope {
                None => Scope::Full,
                Some(DerScope::Provisional) => Scope::Provisional,
            },
        })
    }
}

fn specialty_to_der(held: &Qualification) -> der::Result<DerSpecialty> {
    Ok(DerSpecialty {
        body: held.body.clone(),
        code: held.code.as_str().to_owned(),
        valid_to: generalized(held.valid_to)?,
        ground: held.ground.clone(),
    })
}

fn specialty_from_der(specialty: DerSpecialty) -> Result<Qualification, LicenceFault> {
    // The extension is critical: RFC 5280 §4.2 has us reject what we cannot process, so no code is skipped over.
    let code: QualificationCode = specialty.code.parse().map_err(|_| LicenceFault::Unknown)?;
    let grounded = specialty
        .ground
        .as_ref()
        .is_some_and(|ground| !ground.trim().is_empty());
    if code == QualificationCode::Equivalent && !grounded {
        return Err(LicenceFault::NoGround);
    }
    let valid_to = from_generalized(&specialty.valid_to);
    Ok(Qualification {
        code,
        body: specialty.body,
        valid_to,
        ground: specialty.ground,
    })
}

impl DeviceInfo {
    pub(crate) fn to_der(&self) -> der::Result<Vec<u8>> {
        DerDeviceInfo {
            institution_code: self.institution_code.clone(),
            device_class: match self.device_class {
                DeviceClass::Fixed => DerDeviceClass::Fixed,
                DeviceClass::Portable => DerDeviceClass::Portable,
                DeviceClass::VirtualDesktop => DerDeviceClass::VirtualDesktop,
            },
            owner: match self.owner {
                DeviceOwner::Institution => DerDeviceOwner::Institution,
                DeviceOwner::Private => DerDeviceOwner::Private,
            },
        }
        .to_der()
    }

    /// `Err` says which part is not acceptable.
    pub(crate) fn from_der(bytes: &[u8]) -> Result<Self, DeviceFault> {
        let info = DerDeviceInfo::from_der(bytes).map_err(|_| DeviceFault::Form)?;
        if info.institution_code.trim().is_empty() {
            return Err(DeviceFault::Code);
        }
        if info.owner == DerDeviceOwner::Private && info.device_class != DerDeviceClass::VirtualDesktop {
            return Err(DeviceFault::Private);
        }
        Ok(Self {
            institution_code: info.institution_code,
            device_class: match info.device_class {
                DerDeviceClass::Fixed => DeviceClass::Fixed,
                DerDeviceClass::Portable => DeviceClass::Portable,
                DerDeviceClass::VirtualDesktop => DeviceClass::VirtualDesktop,
            },
            owner: match info.owner {
                DerDeviceOwner::Institution => DeviceOwner::Institution,
                DerDeviceOwner::Private => DeviceOwner::Private,
            },
        })
    }
}

/// `subjectDirectoryAttributes` with one `hcRole`, as HPKI writes it:
///
/// ```text
/// hcRole values  SET OF HCActorData
/// HCActorData ::= SET OF HCActor
/// HCActor     ::= SEQUENCE { codedData [0] CodedData, regionalHCActorData [1] ... OPTIONAL }
/// CodedData   ::= SET { codingSchemeReference [0] OBJECT IDENTIFIER,
///                       codeDataValue [1] ... OPTIONAL, codeDataFreeText [2] DirectoryString }
/// ```
///
/// What is known, and how surely:
/// - The structure is that of ISO/TS 17090-2, which the ministry's certificate policy for HPKI quotes; that policy
///   leaves `regionalHCActorData` and `codeDataValue` out. The standard itself was not at hand.
/// - All tags are **explicit**, `CodedData` is a SET and the text a UTF8String: read off a test certificate that an
///   HPKI authority (MEDIS, signing CA 2, 2022) issued and that is published with an open verifier; a test compares
///   our bytes with it. Sure for this authority and the text `Medical Doctor`; other authorities follow the same
///   policy but were not seen.
/// - `Dentist` is the ministry's English word in the same list of names (policy of 2004, table of 7.1); no
///   dentist's certificate was seen.
/// - HPKI marks its `certificatePolicies` critical; we claim no policy of HPKI and follow RFC 5280 §4.2.1.4.
pub(crate) fn hc_role_to_der(kind: LicenceKind) -> der::Result<Vec<u8>> {
    let scheme = tagged(0, HC_ROLE_SCHEME)?;
    let text = tagged(2, Utf8StringRef::new(kind.hc_role())?)?;
    let coded = Any::encode_from(&SetOfVec::try_from(vec![scheme, text])?)?;
    let actor = Any::encode_from(&vec![tagged(0, coded)?])?;
    let role = Attribute {
        oid: HC_ROLE,
        values: SetOfVec::try_from([Any::encode_from(&SetOfVec::try_from([actor])?)?])?,
    };
    vec![role].to_der()
}

fn tagged<T: der::EncodeValue + der::Tagged>(number: u32, value: T) -> der::Result<Any> {
    let field = ContextSpecific {
        tag_number: TagNumber(number),
        tag_mode: TagMode::Explicit,
        value,
    };
    Any::from_der(&field.to_der()?)
}

fn generalized(at: Timestamp) -> der::Result<GeneralizedTime> {
    let date = DateTime::from_unix_duration(std::time::Duration::from_secs(at.0))?;
    Ok(GeneralizedTime::from_date_time(date))
}

fn from_generalized(time: &GeneralizedTime) -> Timestamp {
    Timestamp(time.to_unix_duration().as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The extension's value in a published test certificate of an HPKI authority: MEDIS, `HPKI-01-MedisSignCA2`.
    const MEDIS: &str = "3034303206062881854200013128312630\
        24a0223120a00c060a2a830886910f01060101a2100c0e4d65646963616c20446f63746f72";

    /// R3: a physician's hcRole is byte for byte as an HPKI authority writes it.
    #[test]
    fn r3_hc_role_is_what_an_hpki_authority_writes() {
        let ours = hc_role_to_der(LicenceKind::Physician).unwrap();
        assert_eq!(hex::encode(ours), MEDIS.replace(char::is_whitespace, ""));
    }
}
