//! The recovery kit: a random key on paper that opens a second copy of a practitioner's secrets.
//!
//! 160 random bits, on one sheet or split over several (Shamir) of which some are enough. A sheet is 40 characters of
//! base32 in groups of five: threshold, number of the sheet, 20 bytes, and three bytes of a checksum, so that a slip of
//! the pen is told at once. The kit opens nothing without the file `<id>.recovery` of this node.

use std::fmt::Write as _;

use blahaj::{Share, Sharks};
use minicbor::{Decode, Encode};
use qrcode::QrCode;
use qrcode::render::svg;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use totp_rs::Secret;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of the key.
const KEY: usize = 20;
/// Bytes of the checksum.
const CHECKSUM: usize = 3;
/// The most sheets.
pub const MAX_SHEETS: u8 = 16;

/// Why a kit cannot be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KitError {
    /// Not so many sheets, or not that threshold.
    #[error("a kit is split into 2 to {MAX_SHEETS} sheets, of which at least 2 are needed and at most all")]
    Split,
    /// A sheet was not typed as it is printed.
    #[error("sheet {0} was not typed as it is printed: its check characters do not fit; compare each group")]
    Typed(usize),
    /// Sheets are missing.
    #[error("{needed} different sheets of the kit are needed, {got} were given")]
    TooFew {
        /// How many are needed.
        needed: u8,
        /// How many different ones were given.
        got: usize,
    },
    /// Sheets of different kits.
    #[error("the sheets do not belong to one kit")]
    Mixed,
}

/// What the kit says: 160 random bits.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(transparent)]
pub struct RecoveryKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; KEY],
);

impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKey(redacted)")
    }
}

/// How a kit is split: so many sheets are needed of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// How many are needed.
    pub needed: u8,
    /// How many there are.
    pub sheets: u8,
}

impl RecoveryKey {
    /// A fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; KEY];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key as the keystore takes it.
    pub(crate) fn as_passphrase(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0))
    }

    /// The sheets to print.
    ///
    /// # Errors
    /// [`KitError::Split`].
    pub fn sheets<R: CryptoRng>(
        &self,
        split: Option<Split>,
        rng: &mut R,
    ) -> Result<Vec<Zeroizing<String>>, KitError> {
        let Some(Split { needed, sheets }) = split else {
            return Ok(vec![sheet(1, 0, &self.0)]);
        };
        if needed < 2 || needed > sheets || sheets > MAX_SHEETS {
            return Err(KitError::Split);
        }
        Ok(Sharks(needed)
            .dealer_rng(&self.0, rng)
            .take(usize::from(sheets))
            .map(|share| {
                let bytes = Zeroizing::new(Vec::from(&share));
                sheet(needed, bytes[0], &bytes[1..])
            })
            .collect())
    }

    /// Reads the sheets that somebody typed or scanned.
    ///
    /// # Errors
    /// [`KitError`], naming the sheet.
    pub fn read<T: AsRef<str>>(typed: &[T]) -> Result<Self, KitError> {
        let mut sheets = Vec::new();
        for (index, text) in typed.iter().enumerate() {
            sheets.push(unsheet(text.as_ref()).ok_or(KitError::Typed(index + 1))?);
        }
        let Some(needed) = sheets.first().map(|sheet| sheet[0]) else {
            return Err(KitError::TooFew { needed: 1, got: 0 });
        };
        if sheets.iter().any(|sheet| sheet[0] != needed) {
            return Err(KitError::Mixed);
        }
        let mut key = Zeroizing::new([0; KEY]);
        if needed <= 1 {
            key.copy_from_slice(&sheets[0][2..]);
            return Ok(Self(*key));
        }
        sheets.sort_by_key(|sheet| sheet[1]);
        sheets.dedup_by_key(|sheet| sheet[1]);
        if sheets.len() < usize::from(needed) {
            return Err(KitError::TooFew {
                needed,
                got: sheets.len(),
            });
        }
        let shares: Vec<Share> = sheets
            .iter()
            .filter_map(|sheet| Share::try_from(&sheet[1..]).ok())
            .collect();
        let recovered = Zeroizing::new(Sharks(needed).recover(&shares).map_err(|_| KitError::Mixed)?);
        if recovered.len() != KEY {
            return Err(KitError::Mixed);
        }
        key.copy_from_slice(&recovered);
        Ok(Self(*key))
    }
}

type Sheet = Zeroizing<[u8; KEY + 2]>;

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::new()
        .chain_update(b"dokuei/recovery-kit/1")
        .chain_update(bytes)
        .finalize();
    [digest[0], digest[1], digest[2]]
}

fn sheet(needed: u8, number: u8, bytes: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new([&[needed, number], bytes].concat());
    let whole = Zeroizing::new([body.as_slice(), checksum(&body).as_slice()].concat());
    Zeroizing::new(Secret::from(whole.to_vec()).to_base32())
}

fn unsheet(typed: &str) -> Option<Sheet> {
    let text: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .filter(char::is_ascii_alphanumeric)
            // What base32 leaves out because it is mistaken for a letter.
            .map(|c| match c.to_ascii_uppercase() {
                '0' => 'O',
                '1' => 'I',
                '8' => 'B',
                other => other,
            })
            .take(64)
            .collect(),
    );
    let bytes = Secret::try_from_base32(text.as_str()).ok()?;
    let (body, check) = bytes.as_bytes().split_at_checked(KEY + 2)?;
    if check.len() != CHECKSUM || !bool::from(checksum(body).ct_eq(check)) {
        return None;
    }
    let mut sheet = Zeroizing::new([0; KEY + 2]);
    sheet.copy_from_slice(body);
    Some(sheet)
}

/// A sheet as people read it: groups of five.
#[must_use]
pub fn grouped(sheet: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for (index, c) in sheet.chars().enumerate() {
        if index > 0 && index % 5 == 0 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

/// A QR code as SVG, black on white.
#[must_use]
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    Some(
        code.render::<svg::Color<'_>>()
            .min_dimensions(220, 220)
            .quiet_zone(true)
            .build(),
    )
}

/// Whom a kit is for.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Her sign-in name.
    pub id: &'a str,
    /// Her name.
    pub name: &'a str,
    /// The institution of the node.
    pub institution: &'a str,
    /// The day, e.g. 2026-11-24.
    pub day: &'a str,
}

/// The page to print: one sheet of paper for each sheet, in both languages, without anything from elsewhere.
#[must_use]
pub fn page(owner: &Owner<'_>, sheets: &[Zeroizing<String>], needed: u8) -> Zeroizing<String> {
    let mut html = Zeroizing::new(String::from(
        "<!doctype html><html lang=\"ja\"><head><meta charset=\"utf-8\"><title>Dokuei 復旧キット / recovery kit</title><style>\
         body{font-family:sans-serif;margin:2cm;color:#000;background:#fff}section{break-after:page}\
         code{font:700 15pt/1.7 monospace;letter-spacing:.08em;word-break:break-word;display:block;border:1px solid #000;padding:.5cm;margin:.5cm 0}\
         svg{width:5cm;height:5cm}</style></head><body>",
    ));
    for (index, text) in sheets.iter().enumerate() {
        let _ = write!(
            html,
            "<section><h1>Dokuei 復旧キット <small>recovery kit</small></h1>\
             <p>{} ({}) — {} — {}</p><p>{} / {}（必要枚数 {needed} · needed {needed}）</p>{}<code>{}</code>\
             <p>パスフレーズや認証アプリを失ったときに使います。印刷後、このファイルは削除し、紙は封をして施錠できる場所に保管してください。\
             新しいキットを作ると、この紙は無効になります。</p>\
             <p>For when passphrase or authenticator are lost: <b>dokuei recovery restore --id {}</b>. Delete this file after \
             printing; keep the paper sealed and locked away. A newer kit makes this paper void.</p></section>",
            escaped(owner.name),
            escaped(owner.id),
            escaped(owner.institution),
            escaped(owner.day),
            index + 1,
            sheets.len(),
            qr_svg(text)
                .unwrap_or_default()
                .replacen("<?xml version=\"1.0\" standalone=\"yes\"?>", "", 1),
            *grouped(text),
            escaped(owner.id),
        );
    }
    html.push_str("</body></html>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_a_kit_is_read_as_it_was_printed_and_a_slip_is_told() {
        let mut rng = rand::rng();
        let key = RecoveryKey::generate(&mut rng);
        let sheets = key.sheets(None, &mut rng).unwrap();
        assert_eq!(sheets.len(), 1);
        assert_eq!(sheets[0].len(), 40);
        let typed = grouped(&sheets[0]).to_lowercase();
        assert_eq!(typed.matches('-').count(), 7);
        assert_eq!(RecoveryKey::read(&[&typed]), Ok(key));
        for at in 0..typed.len() {
            let mut slip: Vec<char> = typed.chars().collect();
            slip[at] = match slip[at] {
                '-' => continue,
                'c' => 'd',
                _ => 'c',
            };
            let slip: String = slip.into_iter().collect();
            assert_eq!(RecoveryKey::read(&[slip]), Err(KitError::Typed(1)), "{at}");
        }
    }

    #[test]
    fn r6_any_two_of_three_sheets_are_enough_and_one_is_not() {
        let mut rng = rand::rng();
        let key = RecoveryKey::generate(&mut rng);
        let split = Split { needed: 2, sheets: 3 };
        let sheets = key.sheets(Some(split), &mut rng).unwrap();
        for (a, b) in [(0, 1), (0, 2), (2, 1)] {
            assert_eq!(RecoveryKey::read(&[&*sheets[a], &*sheets[b]]), Ok(key.clone()));
        }
        let few = Err(KitError::TooFew { needed: 2, got: 1 });
        assert_eq!(RecoveryKey::read(&[&*sheets[0]]), few);
        assert_eq!(RecoveryKey::read(&[&*sheets[0], &*sheets[0]]), few);
        let other = RecoveryKey::generate(&mut rng)
            .sheets(Some(split), &mut rng)
            .unwrap();
        assert_ne!(RecoveryKey::read(&[&*sheets[0], &*other[1]]), Ok(key));
    }

    #[test]
    fn a_split_that_makes_no_sense_is_refused() {
        let mut rng = rand::rng();
        let key = RecoveryKey::generate(&mut rng);
        for (needed, sheets) in [(1, 3), (4, 3), (2, 17), (0, 0)] {
            let refused = key.sheets(Some(Split { needed, sheets }), &mut rng);
            assert_eq!(refused.err(), Some(KitError::Split));
        }
    }

    #[test]
    fn the_page_stands_alone_and_escapes_names() {
        let mut rng = rand::rng();
        let sheets = RecoveryKey::generate(&mut rng).sheets(None, &mut rng).unwrap();
        let owner = Owner {
            id: "tanaka",
            name: "<b>田中",
            institution: "山田歯科医院",
            day: "2026-11-24",
        };
        let html = page(&owner, &sheets, 1);
        assert!(html.contains("&lt;b&gt;田中") && !html.contains("<b>田中"));
        assert!(html.contains(grouped(&sheets[0]).as_str()));
        assert!(html.contains("<svg") && !html.contains("<?xml"));
        // The only address is the name of SVG itself.
        let addresses: Vec<&str> = html.split("http").skip(1).collect();
        assert!(
            addresses
                .iter()
                .all(|rest| rest.starts_with("://www.w3.org/2000/svg"))
        );
    }
}
