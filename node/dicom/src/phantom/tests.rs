use super::*;
use crate::{RenderRequest, read_header_file, render_png};

fn small(seed: u64) -> PhantomOptions {
    PhantomOptions {
        slices: 5,
        rows: 64,
        columns: 80,
        seed,
        ..PhantomOptions::default()
    }
}

#[test]
fn r1_every_slice_is_a_readable_ct_image_with_a_japanese_name() {
    let dir = tempfile::tempdir().unwrap();
    let phantom = write_cbct(dir.path(), &small(1)).unwrap();
    assert_eq!(phantom.files.len(), 5);
    for (index, file) in phantom.files.iter().enumerate() {
        let header = read_header_file(file).unwrap();
        assert_eq!(
            header.patient.name,
            PersonName::from_groups("YAMADA^TARO=山田^太郎=やまだ^たろう")
        );
        assert_eq!(header.study_description, "Dokuei sample / 練習用");
        assert_eq!(header.study_instance_uid, phantom.study_instance_uid);
        assert_eq!(header.instance_number, Some(index as i32 + 1));
        assert_eq!(
            (header.rows, header.columns, header.frames),
            (Some(64), Some(80), Some(1))
        );
        assert_eq!(header.notes, []);
        render_png(&fs::read(file).unwrap(), &RenderRequest::default()).unwrap();
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, seed| {
        let phantom = write_cbct(&dir.path().join(name), &small(seed)).unwrap();
        (phantom.study_instance_uid, fs::read(&phantom.files[2]).unwrap())
    };
    let (first, again, other) = (write("a", 1), write("b", 1), write("c", 2));
    assert_eq!(first, again);
    assert_ne!(first.0, other.0);
    assert_ne!(first.1, other.1);
}

#[test]
fn what_can_not_be_written_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |options| write_cbct(dir.path(), &options).unwrap_err().to_string();
    insta::assert_snapshot!(refused(PhantomOptions { slices: 0, ..small(1) }), @"the sample's number of slices is out of bounds");
    let patient = Patient {
        name: PersonName::alphabetic("🦷"),
        ..small(1).patient
    };
    insta::assert_snapshot!(refused(PhantomOptions { patient, ..small(1) }), @"the sample patient's name can't be written in JIS X 0208");
}
