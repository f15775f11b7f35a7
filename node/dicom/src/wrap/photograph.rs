//! Pictures: VL Photographic Image (PS3.3 A.32.4) or Secondary Capture (A.8.1).

use std::collections::BTreeSet;
use std::io::Cursor;

use dicom_dictionary_std::{tags, uids};
use exif::{In, Tag as ExifTag, Value};
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, Limits, RgbaImage};

use super::object::Object;
use super::{About, Foreign, Note, PictureKind, WrapError, Wrapped};

/// Longest edge, pixels (rows and columns have 16 bits).
const MAX_EDGE: u32 = 32_768;
/// Most memory that decoding may take, bytes.
const MAX_MEMORY: u64 = 512 << 20;
const MAX_PIXELS: u64 = 100_000_000;

/// Pixels as they are written.
struct Pixels {
    rows: u16,
    columns: u16,
    samples: u16,
    bits: u16,
    photometric: &'static str,
    transfer_syntax: &'static str,
    /// The element, as it is written.
    element: Vec<u8>,
    /// Length of the samples, and of what was compressed with loss before.
    lossy: Option<(u64, u64)>,
}

/// What a camera wrote.
#[derive(Default)]
struct Camera {
    orientation: Option<Orientation>,
    /// DICOM's DT.
    taken: String,
    has_any: bool,
    has_place: bool,
}

pub(super) fn wrap(bytes: &[u8], kind: Foreign, about: &About) -> Result<Wrapped, WrapError> {
    let mut notes = BTreeSet::new();
    let camera = Camera::read(bytes);
    if camera.has_place {
        notes.insert(Note::PlaceDropped);
    }
    if camera.has_any {
        notes.insert(Note::MetadataDropped);
    }
    let turned = camera.orientation.filter(|one| *one != Orientation::NoTransforms);
    let as_it_is = if kind == Foreign::Jpeg && turned.is_none() {
        as_baseline(bytes)
    } else {
        None
    };
    let pixels = match as_it_is {
        Some(pixels) => pixels,
        None => decoded(bytes, kind, turned, about.kind, &mut notes)?,
    };
    Ok(object(bytes, about, &camera, &pixels, notes))
}

fn object(bytes: &[u8], about: &About, camera: &Camera, pixels: &Pixels, notes: BTreeSet<Note>) -> Wrapped {
    let (sop_class, modality, number) = match about.kind {
        PictureKind::Photograph => (uids::VL_PHOTOGRAPHIC_IMAGE_STORAGE, "XC", "9103"),
        PictureKind::Radiograph => (
            uids::SECONDARY_CAPTURE_IMAGE_STORAGE,
            match about.modality.as_str() {
                "" => "OT",
                given => given,
            },
            "9104",
        ),
    };
    let mut object = Object::new(
        about,
        sop_class,
        super::uids(bytes, about, modality),
        (modality, number),
    );
    let taken = if camera.taken.is_empty() {
        about.date.as_str()
    } else {
        camera.taken.as_str()
    };
    if !taken.is_empty() {
        object.text(tags::ACQUISITION_DATE_TIME, b"DT", taken);
    }
    if let (Some(day), Some(time)) = (taken.get(..8), taken.get(8..14)) {
        object.text(tags::CONTENT_DATE, b"DA", day);
        object.text(tags::CONTENT_TIME, b"TM", time);
    }
    object.text(tags::LATERALITY, b"CS", "");
    object.text(
        tags::IMAGE_TYPE,
        b"CS",
        if pixels.lossy.is_some() && !notes.contains(&Note::Turned) {
            "ORIGINAL\\PRIMARY"
        } else {
            "DERIVED\\PRIMARY"
        },
    );
    if about.kind == PictureKind::Radiograph {
        object.text(tags::CONVERSION_TYPE, b"CS", "DF");
    }
    object.text(tags::PATIENT_ORIENTATION, b"CS", "");
    object.item(tags::ACQUISITION_CONTEXT_SEQUENCE, None);
    object.us(tags::SAMPLES_PER_PIXEL, pixels.samples);
    object.text(tags::PHOTOMETRIC_INTERPRETATION, b"CS", pixels.photometric);
    if pixels.samples == 3 {
        object.us(tags::PLANAR_CONFIGURATION, 0);
    }
    object.us(tags::ROWS, pixels.rows);
    object.us(tags::COLUMNS, pixels.columns);
    object.us(tags::BITS_ALLOCATED, pixels.bits);
    object.us(tags::BITS_STORED, pixels.bits);
    object.us(tags::HIGH_BIT, pixels.bits - 1);
    object.us(tags::PIXEL_REPRESENTATION, 0);
    match pixels.lossy {
        None => object.text(tags::LOSSY_IMAGE_COMPRESSION, b"CS", "00"),
        Some((samples, compressed)) => {
            object.text(tags::LOSSY_IMAGE_COMPRESSION, b"CS", "01");
            let ratio = samples as f64 / compressed.max(1) as f64;
            object.text(tags::LOSSY_IMAGE_COMPRESSION_RATIO, b"DS", &format!("{ratio:.2}"));
            object.text(tags::LOSSY_IMAGE_COMPRESSION_METHOD, b"CS", "ISO_10918_1");
        }
    }
    let (file, sop_instance_uid) = object.write(pixels.transfer_syntax, &pixels.element);
    Wrapped {
        file,
        sop_instance_uid,
        notes,
    }
}

impl Camera {
    fn read(bytes: &[u8]) -> Self {
        let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
            return Self::default();
        };
        let first = |tag| exif.get_field(tag, In::PRIMARY);
        let number = |tag| first(tag).and_then(|field| field.value.get_uint(0));
        let taken = first(ExifTag::DateTimeOriginal).or_else(|| first(ExifTag::DateTime));
        let own = |tag: ExifTag| {
            // Of a TIFF its own description of the picture is no camera's word.
            tag.context() != exif::Context::Tiff
                || [ExifTag::Make, ExifTag::Model, ExifTag::Artist, ExifTag::DateTime].contains(&tag)
        };
        Self {
            orientation: number(ExifTag::Orientation)
                .and_then(|number| u8::try_from(number).ok())
                .and_then(Orientation::from_exif),
            taken: taken.map(|field| date_time(&field.value)).unwrap_or_default(),
            has_any: exif.fields().any(|field| own(field.tag)),
            has_place: exif
                .fields()
                .any(|field| field.tag.context() == exif::Context::Gps),
        }
    }
}

/// `2026:03:01 12:34:56` as DICOM's DT; empty when it is none.
fn date_time(value: &Value) -> String {
    let Value::Ascii(texts) = value else {
        return String::new();
    };
    let text: String = texts
        .first()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plausible = digits.len() == 14
        && jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", &digits).is_ok_and(|time| time.year() >= 1980);
    if plausible { digits } else { String::new() }
}

/// A baseline JPEG (PS3.5 A.4.1) as a frame of its own, without what its camera wrote; `None` for any other.
fn as_baseline(bytes: &[u8]) -> Option<Pixels> {
    let mut out = vec![0xff, 0xd8];
    let mut rest = bytes.get(2..)?;
    let (mut frame, mut jfif, mut adobe) = (None, false, None);
    loop {
        let [0xff, marker, tail @ ..] = rest else {
            return None;
        };
        if *marker == 0xff {
            rest = rest.get(1..)?;
            continue;
        }
        let length = usize::from(u16::from_be_bytes([*tail.first()?, *tail.get(1)?]));
        let segment = rest.get(..2 + length)?;
        let payload = segment.get(4..)?;
        match *marker {
            0xda => break,
            0xc0 => {
                frame = Some(payload);
                out.extend_from_slice(segment);
            }
            // Any other start of frame, or arithmetic coding.
            0xc1..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf => return None,
            0xe0 if payload.starts_with(b"JFIF\0") => {
                jfif = true;
                // Without its thumbnail.
                let head = payload.get(..12)?;
                out.extend_from_slice(&[0xff, 0xe0, 0, 16]);
                out.extend_from_slice(head);
                out.extend_from_slice(&[0, 0]);
            }
            0xee if payload.starts_with(b"Adobe") => {
                adobe = payload.get(11).copied();
                out.extend_from_slice(segment);
            }
            0xe0..=0xef | 0xfe => {}
            _ => out.extend_from_slice(segment),
        }
        rest = rest.get(2 + length..)?;
    }
    // Nothing behind the end of the image: phones append films and depth maps.
    let end = rest.windows(2).position(|pair| pair == [0xff, 0xd9])? + 2;
    let scan = rest.get(..end)?;
    out.extend_from_slice(scan);
    let frame = frame?;
    let (precision, rows, columns, components) = (
        *frame.first()?,
        u16::from_be_bytes([*frame.get(1)?, *frame.get(2)?]),
        u16::from_be_bytes([*frame.get(3)?, *frame.get(4)?]),
        *frame.get(5)?,
    );
    if precision != 8 || rows == 0 || columns == 0 {
        return None;
    }
    let photometric = match components {
        1 => "MONOCHROME2",
        3 if adobe == Some(0)
            || (adobe.is_none() && !jfif && [frame.get(6), frame.get(9)] == [Some(&b'R'), Some(&b'G')]) =>
        {
            return None;
        }
        // PS3.5 8.2.1: whether half the colour was left out, the stream tells.
        3 => "YBR_FULL_422",
        _ => return None,
    };
    // The stream must be one that can be shown.
    let decoded = image::load_from_memory_with_format(&out, ImageFormat::Jpeg).ok()?;
    if (decoded.width(), decoded.height()) != (columns.into(), rows.into()) {
        return None;
    }
    let compressed = out.len() as u64;
    if out.len() % 2 == 1 {
        out.push(0);
    }
    let length = u32::try_from(out.len()).ok()?;
    let mut element = vec![0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff];
    // The table of offsets, empty, and the one fragment.
    element.extend_from_slice(&[0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0]);
    element.extend_from_slice(&[0xfe, 0xff, 0, 0xe0]);
    element.extend_from_slice(&length.to_le_bytes());
    element.extend_from_slice(&out);
    element.extend_from_slice(&[0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    Some(Pixels {
        rows,
        columns,
        samples: components.into(),
        bits: 8,
        photometric,
        transfer_syntax: uids::JPEG_BASELINE8_BIT,
        element,
        lossy: Some((
            u64::from(rows) * u64::from(columns) * u64::from(components),
            compressed,
        )),
    })
}

fn decoded(
    bytes: &[u8],
    kind: Foreign,
    turned: Option<Orientation>,
    wanted: PictureKind,
    notes: &mut BTreeSet<Note>,
) -> Result<Pixels, WrapError> {
    let format = match kind {
        Foreign::Png => ImageFormat::Png,
        Foreign::Tiff => ImageFormat::Tiff,
        _ => ImageFormat::Jpeg,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_EDGE);
    limits.max_image_height = Some(MAX_EDGE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut picture = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => WrapError::TooLarge,
        _ => WrapError::Damaged,
    })?;
    if u64::from(picture.width()) * u64::from(picture.height()) > MAX_PIXELS {
        return Err(WrapError::TooLarge);
    }
    if let Some(orientation) = turned {
        picture.apply_orientation(orientation);
        notes.insert(Note::Turned);
    } else if format == ImageFormat::Jpeg {
        notes.insert(Note::Decoded);
    }
    let lossy = (format == ImageFormat::Jpeg).then(|| {
        let samples = u64::from(picture.width()) * u64::from(picture.height()) * 3;
        (samples, bytes.len() as u64)
    });
    let (bits, samples, data, (width, height)) = samples_of(picture, wanted, notes);
    let native = if bits == 8 { b"OB" } else { b"OW" };
    let mut element = vec![0xe0, 0x7f, 0x10, 0];
    element.extend_from_slice(native);
    element.extend_from_slice(&[0, 0]);
    let length = u32::try_from(data.len().next_multiple_of(2)).map_err(|_| WrapError::TooLarge)?;
    element.extend_from_slice(&length.to_le_bytes());
    element.extend_from_slice(&data);
    if data.len() % 2 == 1 {
        element.push(0);
    }
    let edge = |pixels: u32| u16::try_from(pixels).map_err(|_| WrapError::TooLarge);
    Ok(Pixels {
        rows: edge(height)?,
        columns: edge(width)?,
        samples,
        bits,
        photometric: if samples == 1 { "MONOCHROME2" } else { "RGB" },
        transfer_syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN,
        element,
        lossy,
    })
}

/// Bits and number of the samples, the samples, width and height.
fn samples_of(
    picture: DynamicImage,
    wanted: PictureKind,
    notes: &mut BTreeSet<Note>,
) -> (u16, u16, Vec<u8>, (u32, u32)) {
    let size = (picture.width(), picture.height());
    let has_alpha = picture.color().has_alpha();
    let sixteen = wanted == PictureKind::Radiograph && matches!(picture, DynamicImage::ImageLuma16(_));
    if sixteen {
        let samples = picture.into_luma16().into_raw();
        let data = samples.into_iter().flat_map(u16::to_le_bytes).collect();
        return (16, 1, data, size);
    }
    if picture.color().bytes_per_pixel() / picture.color().channel_count() > 1 {
        notes.insert(Note::Reduced);
    }
    let grey = !picture.color().has_color();
    let picture = if has_alpha {
        flatten(&picture.into_rgba8(), notes)
    } else {
        picture
    };
    if grey {
        (8, 1, picture.into_luma8().into_raw(), size)
    } else {
        (8, 3, picture.into_rgb8().into_raw(), size)
    }
}

/// On white.
fn flatten(picture: &RgbaImage, notes: &mut BTreeSet<Note>) -> DynamicImage {
    if picture.pixels().any(|pixel| pixel.0[3] < 255) {
        notes.insert(Note::Flattened);
    }
    let (width, height) = picture.dimensions();
    let flat = image::RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |value: u8| {
            let alpha = u16::from(alpha);
            ((u16::from(value) * alpha + 255 * (255 - alpha)) / 255) as u8
        };
        image::Rgb([over(red), over(green), over(blue)])
    });
    DynamicImage::ImageRgb8(flat)
}
