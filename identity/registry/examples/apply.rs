//! Makes a sealed application as an applicant's node does, to try the operator's console with. What it says is
//! invented.
//!
//! ```sh
//! cargo run -p dokuei-registry --example apply -- root.pem APPLICATION-KEY out.sealed dentist|specialist|node [FILE…]
//! ```

use std::error::Error;
use std::fs;
use std::path::Path;

use dokuei_identity::application::{
    ApplicationKey, ClaimedQualification, Claims, Contact, Draft, Evidence, EvidenceKind, NodeClaims,
    PractitionerClaims, SignedApplication, seal,
};
use dokuei_identity::certificate::{
    DeviceClass, DeviceOwner, Licence, LicenceKind, PersonName, QualificationCode,
};
use dokuei_identity::chain::TrustAnchor;
use dokuei_identity::day::Day;
use dokuei_identity::kem::KemPublicKey;
use dokuei_identity::key::SecretKey;
use dokuei_identity::time::Timestamp;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [root, key, out, who, files @ ..] = words.as_slice() else {
        return Err("give ROOT.pem, the application key's file, the file to write, and who applies".into());
    };
    let root = TrustAnchor::from_pem(&fs::read_to_string(root)?)?.fingerprint();
    let kem = hex::decode(fs::read_to_string(key)?.trim())?;
    let kem = kem
        .try_into()
        .map_err(|_| "the application key has another length")?;
    let to = ApplicationKey::new(KemPublicKey::from_bytes(kem))?;
    let now = u64::try_from(jiff::Timestamp::now().as_second())?;
    let draft = Draft {
        root,
        made_at: Timestamp(now),
        claims: claims(who, now)?,
        contact: Contact {
            email: Some("suzuki@example.jp".to_owned()),
            telephone: Some("03-1234-5678".to_owned()),
            note: Some(
                "4月から大学病院の読影を担当します。\n平日 10 時から 17 時に電話に出られます。".to_owned(),
            ),
        },
        evidence: files.iter().map(|file| attach(file)).collect::<Result<_, _>>()?,
        reply: None,
    };
    let made = SignedApplication::make(&SecretKey::generate(&mut rand::rng()), draft)?;
    fs::write(out, seal(&made.to_bytes(), &to, &root, &mut rand::rng())?)?;
    println!("{}", made.id());
    Ok(())
}

fn claims(who: &str, now: u64) -> Result<Claims, Box<dyn Error>> {
    let (japanese, latin, number) = match who {
        "specialist" => ("鈴木 一郎", "Suzuki Ichiro", "234567"),
        "dentist" => ("佐藤 美咲", "Sato Misaki", "345678"),
        "node" => {
            return Ok(Claims::Node(NodeClaims {
                institution: "さくら歯科クリニック".to_owned(),
                institution_code: "1312345".to_owned(),
                device_class: DeviceClass::Portable,
                owner: DeviceOwner::Institution,
            }));
        }
        _ => return Err("a dentist, a specialist or a node applies".into()),
    };
    let qualification = |code, number: Option<&str>, ground: Option<&str>| ClaimedQualification {
        code,
        number: number.map(str::to_owned),
        valid_to: Some(Timestamp(now + 400 * 86_400)),
        ground: ground.map(str::to_owned),
    };
    Ok(Claims::Practitioner(PractitionerClaims {
        name: PersonName {
            japanese: japanese.to_owned(),
            latin: latin.to_owned(),
        },
        licence: Licence {
            jurisdiction: "JP".to_owned(),
            kind: LicenceKind::Dentist,
            number: number.to_owned(),
            registered_on: Some(Day(1_082_419_200)),
        },
        qualifications: if who == "specialist" {
            vec![qualification(
                QualificationCode::OralRadiology,
                Some("第77号"),
                None,
            )]
        } else {
            vec![
                qualification(QualificationCode::OralRadiology, Some("第88号"), None),
                qualification(
                    QualificationCode::Equivalent,
                    None,
                    Some("大学病院で 12 年間、歯科放射線科に勤務。論文 14 編。"),
                ),
            ]
        },
        institution: Some("みなと大学病院 歯科放射線科".to_owned()),
    }))
}

/// `KIND=FILE`.
fn attach(words: &str) -> Result<Evidence, Box<dyn Error>> {
    let (kind, file) = words.split_once('=').ok_or("an attachment is KIND=FILE")?;
    let name = Path::new(file).file_name().ok_or("an attachment is a file")?;
    Ok(Evidence {
        kind: kind.parse::<EvidenceKind>()?,
        name: name.to_string_lossy().into_owned(),
        content: fs::read(file)?,
    })
}
