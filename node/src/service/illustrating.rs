//! Key images and measurements of a report: looked at before they are signed, and found again among the images of this
//! institution when its study had gone under a pseudonym.

use std::collections::{BTreeMap, HashMap};

use dokuei_consultation::body::{
    Calibration, Illustrations, ImageReference, Measurement, Points, Quantity, QuantityKind, Report, Shape,
    Unit,
};
use dokuei_dicom::report::{
    Coordinates, EvidenceInstance, Illustrations as DicomIllustrations, ImageFacts,
    KeyImage as DicomKeyImage, Measurement as DicomMeasurement, Points as DicomPoints,
    Quantity as DicomQuantity, QuantityKind as DicomQuantityKind, Shape as DicomShape, ShownFrame,
};
use dokuei_dicom::{RenderRequest, Window};
use dokuei_document::Illustration;
use dokuei_store::{InstanceRecord, StoreError};

use super::Node;
use super::error::ServiceError;
use super::reported::uid;

/// Key images that a printed report shows; the others are listed.
const PRINTED: usize = 8;
/// The longest edge of a printed key image, pixels.
const PRINTED_SIZE: u32 = 900;

/// The images of a report by the names that it gives them: those that are here.
pub(super) struct Found(BTreeMap<ImageReference, InstanceRecord>);

impl Node {
    /// Refuses what is of no image of the study that was read.
    pub(super) fn require_images(
        &self,
        study: &str,
        illustrations: &Illustrations,
    ) -> Result<(), ServiceError> {
        for image in illustrations.images() {
            let there = match self.store().instance(&image.sop_instance_uid) {
                Ok(record) => record.study_instance_uid == study && image.frame <= record.frames.max(1),
                Err(StoreError::NotFound(_)) => false,
                Err(error) => return Err(error.into()),
            };
            if !there {
                let why =
                    "a key image or a measurement is of an image that is not in the study of the request";
                return Err(ServiceError::field("key_images", why));
            }
        }
        Ok(())
    }

    /// The images that a report on `study` names, as they are kept here.
    pub(super) fn found_images(&self, study: &str, report: &Report) -> Result<Found, ServiceError> {
        let Some(illustrations) = &report.illustrations else {
            return Ok(Found(BTreeMap::new()));
        };
        let real: Option<HashMap<String, InstanceRecord>> = self.given_instances(study)?;
        let mut found = BTreeMap::new();
        for image in illustrations.images() {
            let uid = &image.sop_instance_uid;
            let record = match &real {
                Some(real) => real.get(uid).cloned(),
                None => match self.store().instance(uid) {
                    Ok(record) => Some(record).filter(|record| record.study_instance_uid == study),
                    Err(StoreError::NotFound(_)) => None,
                    Err(error) => return Err(error.into()),
                },
            };
            if let Some(record) = record {
                found.insert(image.clone(), record);
            }
        }
        Ok(Found(found))
    }

    /// What DICOM objects show of it. What is of an image that is not here any more, or cannot be read, is left out: the
    /// words that were signed go all the same.
    pub(super) fn dicom_illustrations(&self, report: &Report, found: &Found) -> DicomIllustrations {
        let Some(illustrations) = &report.illustrations else {
            return DicomIllustrations::default();
        };
        let mut frames: BTreeMap<&ImageReference, ShownFrame> = BTreeMap::new();
        for (image, record) in &found.0 {
            match self.shown_frame(image, record) {
                Ok(frame) => drop(frames.insert(image, frame)),
                Err(error) => self.left_out(record, &error),
            }
        }
        let key_images = illustrations.key_images.iter().filter_map(|one| {
            let (code, meaning) = one.title.code();
            Some(DicomKeyImage {
                image: frames.get(&one.image)?.clone(),
                title: (code.to_owned(), meaning.to_owned()),
                words: one.words.clone(),
                window: one
                    .window
                    .map(|window| [window.center.to_string(), window.width.to_string()]),
            })
        });
        let measurements = illustrations.measurements.iter().enumerate();
        let measurements = measurements.filter_map(|(at, one)| {
            Some(DicomMeasurement {
                image: frames.get(&one.image)?.clone(),
                shape: shape(one.shape),
                points: points(&one.points),
                quantities: one.quantities.iter().map(quantity).collect(),
                tooth: one.tooth.map(dokuei_consultation::body::Tooth::number),
                words: line(at, one, found),
                label: label(one),
            })
        });
        DicomIllustrations {
            key_images: key_images.collect(),
            measurements: measurements.collect(),
        }
    }

    /// An image that a report shows cannot be read: its objects go without it, and who looks after the node reads which.
    fn left_out(&self, record: &InstanceRecord, error: &ServiceError) {
        tracing::warn!(
            code = error.code(),
            "an image that a report shows cannot be read, and is left out of its DICOM objects"
        );
        let image = &record.sop_instance_uid;
        if let Err(error) = self.audit("node", "report_sr", image, error.code()) {
            tracing::warn!(%error, "that could not be written into the audit log");
        }
    }

    fn shown_frame(
        &self,
        image: &ImageReference,
        record: &InstanceRecord,
    ) -> Result<ShownFrame, ServiceError> {
        let blob = self.store().blob_reader(&record.sop_instance_uid)?;
        Ok(ShownFrame {
            instance: EvidenceInstance {
                series_instance_uid: uid(&record.series_instance_uid)?,
                sop_class_uid: uid(&record.sop_class_uid)?,
                sop_instance_uid: uid(&record.sop_instance_uid)?,
            },
            frame: image.frame,
            facts: ImageFacts::read(blob, image.frame)?,
        })
    }

    /// Key images as a printed report has them: a picture with what was measured in it, and a caption. Where no picture can
    /// be made there is the caption alone.
    pub(super) fn printed_images(&self, report: &Report, found: &Found) -> Vec<Illustration> {
        let Some(illustrations) = &report.illustrations else {
            return Vec::new();
        };
        let all = illustrations.key_images.iter().enumerate();
        let printed = all.map(|(at, one)| {
            let mut caption = format!("{}. {}", at + 1, place(&one.image, found));
            if !one.words.trim().is_empty() {
                caption.push('：');
                caption.push_str(one.words.trim());
            }
            let window = one.window.map(|window| Window {
                center: window.center.to_f64(),
                width: window.width.to_f64(),
            });
            let request = RenderRequest {
                frame: one.image.frame - 1,
                window,
                max_width: PRINTED_SIZE,
                max_height: PRINTED_SIZE,
            };
            let record = found.0.get(&one.image).filter(|_| at < PRINTED);
            let picture = record.and_then(|record| self.rendered(record, &request).ok());
            if record.is_some() && picture.is_none() {
                caption.push_str("（画像を表示できません）");
            }
            let measured = illustrations.measurements.iter();
            let drawn = measured
                .filter(|measurement| measurement.image == one.image)
                .filter_map(|measurement| record.and_then(|record| outline(measurement, record)));
            Illustration {
                caption,
                picture,
                drawn: drawn.collect(),
            }
        });
        printed.collect()
    }
}

/// Measurements, each in a line for people.
pub(super) fn lines(report: &Report, found: &Found) -> Vec<String> {
    let measurements = report.illustrations.iter().flat_map(|all| &all.measurements);
    let numbered = measurements.enumerate();
    numbered.map(|(at, one)| line(at, one, found)).collect()
}

fn line(at: usize, one: &Measurement, found: &Found) -> String {
    let numbers: Vec<String> = one.quantities.iter().map(number).collect();
    let tooth = one
        .tooth
        .map_or_else(String::new, |tooth| format!("歯 {} ", tooth.number()));
    let calibration = match one.calibration {
        Calibration::Object => "実寸",
        Calibration::Corrected => "拡大率を補正した平面上",
        Calibration::Detector => "検出器面上、拡大率未補正",
        Calibration::None => "校正なし",
    };
    let mut line = format!(
        "計測{} {tooth}{}（{calibration}）{}",
        at + 1,
        numbers.join("、"),
        place(&one.image, found)
    );
    if !one.words.trim().is_empty() {
        line.push('：');
        line.push_str(one.words.trim());
    }
    line
}

/// An image by the number that its series gives it.
fn place(image: &ImageReference, found: &Found) -> String {
    let Some(record) = found.0.get(image) else {
        return "（画像はここにありません）".to_owned();
    };
    let number = record
        .number
        .map_or_else(|| "—".to_owned(), |number| number.to_string());
    if record.frames > 1 {
        format!("画像 {number} フレーム {}", image.frame)
    } else {
        format!("画像 {number}")
    }
}

/// What it says, the number as people read it, and its unit.
fn number(quantity: &Quantity) -> String {
    let name = match quantity.kind {
        QuantityKind::Length => "長さ",
        QuantityKind::Angle => "角度",
        QuantityKind::Area => "面積",
        QuantityKind::Mean => "平均",
        QuantityKind::StandardDeviation => "標準偏差",
        QuantityKind::Minimum => "最小",
        QuantityKind::Maximum => "最大",
        QuantityKind::Value => "値",
    };
    format!("{name} {}", short(quantity))
}

fn short(quantity: &Quantity) -> String {
    let digits = match quantity.kind {
        QuantityKind::Length | QuantityKind::Area => 2,
        _ => 1,
    };
    format!("{:.digits$}{}", quantity.value.to_f64(), quantity.unit.symbol())
}

/// What stands beside what was drawn: a magnified distance is told from a true one there too.
fn label(one: &Measurement) -> String {
    let numbers: Vec<String> = match one.quantities.as_slice() {
        [only] => vec![short(only)],
        several => several.iter().map(number).collect(),
    };
    let spatial = one
        .quantities
        .iter()
        .any(|one| matches!(one.unit, Unit::Millimetre | Unit::SquareMillimetre | Unit::Degree));
    let note = match one.calibration {
        Calibration::Detector if spatial => "（検出器面）",
        Calibration::Corrected if spatial => "（補正面）",
        _ => "",
    };
    format!("{}{note}", numbers.join(" "))
}

/// What was drawn, as shares of the picture's width and height.
fn outline(one: &Measurement, record: &InstanceRecord) -> Option<Vec<(f32, f32)>> {
    let Points::Image(points) = &one.points else {
        return None;
    };
    let (columns, rows) = (f64::from(record.columns), f64::from(record.rows));
    if columns < 1.0 || rows < 1.0 {
        return None;
    }
    let at = |column: f64, row: f64| ((column / columns) as f32, (row / rows) as f32);
    let corners: Vec<(f64, f64)> = points
        .iter()
        .map(|[column, row]| (column.to_f64(), row.to_f64()))
        .collect();
    let around = match (one.shape, corners.as_slice()) {
        (Shape::Ellipse, [a, b, c, d]) => ellipse([*a, *b, *c, *d]),
        (Shape::Rectangle, [first, ..]) => corners.iter().copied().chain([*first]).collect(),
        (Shape::Point, [(column, row)]) => vec![(column - 2.0, *row), (column + 2.0, *row)],
        _ => corners,
    };
    Some(around.into_iter().map(|(column, row)| at(column, row)).collect())
}

/// An ellipse of which the ends of both axes are given, as many short lines.
fn ellipse([a, b, c, d]: [(f64, f64); 4]) -> Vec<(f64, f64)> {
    let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
    let half = |from: (f64, f64), to: (f64, f64)| ((to.0 - from.0) / 2.0, (to.1 - from.1) / 2.0);
    let (long, short) = (half(a, b), half(c, d));
    let steps = 0..=36_u8;
    let around = steps.map(|step| {
        let (sine, cosine) = (f64::from(step) * std::f64::consts::TAU / 36.0).sin_cos();
        (
            middle.0 + cosine * long.0 + sine * short.0,
            middle.1 + cosine * long.1 + sine * short.1,
        )
    });
    around.collect()
}

const fn shape(shape: Shape) -> DicomShape {
    match shape {
        Shape::Line => DicomShape::Line,
        Shape::Angle => DicomShape::Angle,
        Shape::Ellipse => DicomShape::Ellipse,
        Shape::Rectangle => DicomShape::Rectangle,
        Shape::Point => DicomShape::Point,
    }
}

fn points(points: &Points) -> DicomPoints {
    let thousandths =
        |point: &[dokuei_consultation::body::Thousandths; 2]| point.map(|one| one.thousandths());
    match points {
        Points::Image(points) => DicomPoints::Image(points.iter().map(thousandths).collect()),
        Points::Space(points) => DicomPoints::Space(
            points
                .iter()
                .map(|point| point.map(|one| one.thousandths()))
                .collect(),
        ),
    }
}

fn quantity(quantity: &Quantity) -> DicomQuantity {
    DicomQuantity {
        kind: match quantity.kind {
            QuantityKind::Length => DicomQuantityKind::Length,
            QuantityKind::Angle => DicomQuantityKind::Angle,
            QuantityKind::Area => DicomQuantityKind::Area,
            QuantityKind::Mean => DicomQuantityKind::Mean,
            QuantityKind::StandardDeviation => DicomQuantityKind::StandardDeviation,
            QuantityKind::Minimum => DicomQuantityKind::Minimum,
            QuantityKind::Maximum => DicomQuantityKind::Maximum,
            QuantityKind::Value => DicomQuantityKind::Value,
        },
        value: quantity.value.to_string(),
        unit: quantity.unit.ucum().to_owned(),
    }
}

/// In which coordinates a report measured.
pub(super) fn measured_in(report: &Report) -> Option<Coordinates> {
    let measurements = &report.illustrations.as_ref()?.measurements;
    let space = |one: &Measurement| matches!(one.points, Points::Space(_));
    match measurements.as_slice() {
        [] => None,
        some if some.iter().any(space) => Some(Coordinates::Space),
        _ => Some(Coordinates::Image),
    }
}
