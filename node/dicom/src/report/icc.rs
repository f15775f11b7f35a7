//! The colour profile of a Color Softcopy Presentation State (PS3.3 C.11.15): sRGB, which is what cameras write when they
//! say nothing of colour.

/// Tag signature and data of an element of the profile.
type Tagged = ([u8; 4], Vec<u8>);

/// Bytes before the table of tags (ICC.1 7.2).
const HEADER: usize = 128;
/// The white to which all is adapted, D50, as s15Fixed16 numbers.
const D50: [u32; 3] = [0xf6d6, 0x1_0000, 0xd32d];

/// sRGB (IEC 61966-2-1) as an input profile of version 4.3 with a matrix and curves (ICC.1 8.3.3), adapted to D50 after
/// Bradford. The same bytes every time.
pub(super) fn srgb() -> Vec<u8> {
    let curve = curve();
    let tags: [Tagged; 10] = [
        (*b"desc", text("sRGB IEC61966-2.1")),
        (*b"cprt", text("No copyright, use freely")),
        (*b"wtpt", xyz(D50)),
        (
            *b"chad",
            numbers(
                *b"sf32",
                &[
                    0x0001_0c42,
                    0x0000_05de,
                    0xffff_f325,
                    0x0000_0793,
                    0x0000_fd90,
                    0xffff_fba1,
                    0xffff_fda2,
                    0x0000_03dc,
                    0x0000_c06e,
                ],
            ),
        ),
        (*b"rXYZ", xyz([0x6fa2, 0x38f5, 0x0390])),
        (*b"gXYZ", xyz([0x6299, 0xb785, 0x18da])),
        (*b"bXYZ", xyz([0x24a0, 0x0f84, 0xb6cf])),
        (*b"rTRC", curve.clone()),
        (*b"gTRC", curve.clone()),
        (*b"bTRC", curve),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let begins = HEADER + 4 + 12 * tags.len();
    for (signature, value) in &tags {
        table.extend_from_slice(signature);
        table.extend_from_slice(&((begins + data.len()) as u32).to_be_bytes());
        table.extend_from_slice(&(value.len() as u32).to_be_bytes());
        data.extend_from_slice(value);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = header((begins + data.len()) as u32);
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&data);
    profile
}

fn header(length: u32) -> Vec<u8> {
    let mut header = length.to_be_bytes().to_vec();
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&[4, 0x30, 0, 0]);
    header.extend_from_slice(b"scnrRGB XYZ ");
    // A date must stand there; this is the year of the standard.
    for part in [1999_u16, 1, 1, 0, 0, 0] {
        header.extend_from_slice(&part.to_be_bytes());
    }
    header.extend_from_slice(b"acsp");
    // Platform, flags, device, attributes, and the perceptual intent.
    header.resize(68, 0);
    for number in D50 {
        header.extend_from_slice(&number.to_be_bytes());
    }
    header.resize(HEADER, 0);
    header
}

/// A value of 32 bit numbers (ICC.1 10.22).
fn numbers(kind: [u8; 4], numbers: &[u32]) -> Vec<u8> {
    let mut value = kind.to_vec();
    value.extend_from_slice(&[0; 4]);
    value.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    value
}

fn xyz(coordinates: [u32; 3]) -> Vec<u8> {
    numbers(*b"XYZ ", &coordinates)
}

/// The curve of sRGB, parametric of type 3 (ICC.1 10.18): exponent 2.4, and a line near black.
fn curve() -> Vec<u8> {
    numbers(
        *b"para",
        &[
            0x0003_0000,
            0x0002_6666,
            0x0000_f2a7,
            0x0000_0d59,
            0x0000_13d0,
            0x0000_0a5b,
        ],
    )
}

/// A text in one language (ICC.1 10.15).
fn text(text: &str) -> Vec<u8> {
    let letters: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut value = numbers(*b"mluc", &[1, 12]);
    value.extend_from_slice(b"enUS");
    value.extend_from_slice(&(letters.len() as u32).to_be_bytes());
    value.extend_from_slice(&28_u32.to_be_bytes());
    value.extend_from_slice(&letters);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_of_the_profile_lies_within_it() {
        let profile = srgb();
        let number = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), profile.len());
        assert!(profile.len().is_multiple_of(4));
        assert_eq!(&profile[36..40], b"acsp");
        for tag in 0..number(HEADER) {
            let (at, length) = (number(HEADER + 8 + 12 * tag), number(HEADER + 12 + 12 * tag));
            assert!(at >= HEADER + 4 + 120 && at + length <= profile.len());
        }
    }
}
