//! The arch of the sample is known: what is found must lie on it.

use super::arch::Arch;
use super::{PreviewError, VolumeBuilder, WARNING};
use crate::phantom::{PhantomOptions, write_cbct};

fn sample(slices: u32, size: u16) -> VolumeBuilder {
    let dir = tempfile::tempdir().unwrap();
    let options = PhantomOptions {
        slices,
        rows: size,
        columns: size,
        voxel_mm: 80.0 / f64::from(size),
        ..PhantomOptions::default()
    };
    let phantom = write_cbct(dir.path(), &options).unwrap();
    let mut builder = VolumeBuilder::new(slices as usize).unwrap();
    for file in &phantom.files {
        builder.add(&std::fs::read(file).unwrap()).unwrap();
    }
    builder
}

/// The sample's teeth stand on an ellipse: centre and half axes in fractions of its 80 mm.
fn off_the_ellipse(x: f32, y: f32) -> f32 {
    let (u, v) = ((x / 80.0 - 0.5) / 0.26, (y / 80.0 - 0.62) / 0.36);
    (u.hypot(v) - 1.0).abs() * 0.26 * 80.0
}

#[test]
fn the_arch_of_the_sample_is_found_where_its_teeth_stand() {
    let volume = sample(100, 200).volume().unwrap();
    let arch = Arch::find(&volume).unwrap();
    let teeth = &arch.stations[arch.teeth.clone()];
    let worst = teeth
        .iter()
        .map(|station| off_the_ellipse(station.x, station.y))
        .fold(0.0, f32::max);
    assert!(worst < 3.0, "{worst} mm beside the arch");
    assert!(
        teeth.first().unwrap().x < teeth.last().unwrap().x,
        "from the patient's right to the left"
    );
    let front = teeth[teeth.len() / 2];
    assert!(front.outward[1] < -0.9, "outward of the front teeth is the front");
}

#[test]
fn previews_are_small_pictures_that_say_what_they_are_not_for() {
    let previews = sample(64, 300).finish().unwrap();
    assert_eq!(previews.cross_sections.len(), super::CROSS_SECTIONS);
    let panoramic = previews.panoramic.unwrap();
    let mut all = vec![previews.axial_mip, panoramic];
    all.extend(previews.cross_sections);
    for png in &all {
        let picture = image::load_from_memory(png).unwrap();
        assert!(
            picture.width() >= 16 && picture.height() >= 16,
            "{} × {}",
            picture.width(),
            picture.height()
        );
        assert!(png.windows(WARNING.len()).any(|part| part == WARNING.as_bytes()));
    }
    assert!(all.iter().map(Vec::len).sum::<usize>() < 400_000);
}

#[test]
fn slices_that_come_from_head_to_feet_give_the_same_pictures() {
    let dir = tempfile::tempdir().unwrap();
    let options = PhantomOptions {
        slices: 40,
        rows: 120,
        columns: 120,
        voxel_mm: 0.6,
        ..PhantomOptions::default()
    };
    let files: Vec<_> = write_cbct(dir.path(), &options)
        .unwrap()
        .files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect();
    let previews = |files: &mut dyn Iterator<Item = &Vec<u8>>| {
        let mut builder = VolumeBuilder::new(40).unwrap();
        files.for_each(|file| builder.add(file).unwrap());
        builder.finish().unwrap()
    };
    assert_eq!(previews(&mut files.iter()), previews(&mut files.iter().rev()));
}

#[test]
fn what_is_no_volume_has_no_preview() {
    assert!(VolumeBuilder::new(2).is_err());
    assert!(VolumeBuilder::new(257).is_err());
    let mut builder = VolumeBuilder::new(20).unwrap();
    assert!(builder.add(b"not DICOM").is_err());
    assert!(matches!(builder.finish(), Err(PreviewError::NotAVolume(_))));
}
