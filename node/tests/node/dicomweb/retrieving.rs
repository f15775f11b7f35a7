//! WADO-RS.

use std::fs;

use axum::http::StatusCode;
use serde_json::Value;

use super::{get, parts, store};
use crate::support::gate::Gate;
use crate::support::registry::TANAKA;
use crate::support::{files, sample_study};

const DICOM_PARTS: &str = r#"multipart/related; type="application/dicom"; transfer-syntax=*"#;
const OCTET_PARTS: &str = r#"multipart/related; type="application/octet-stream"; transfer-syntax=*"#;

/// A node with a sample study; the token of the dentist, the files, and the path of the instance of each.
struct Scene {
    gate: Gate,
    token: String,
    study: String,
    slices: Vec<(String, Vec<u8>)>,
}

async fn scene(slices: u32) -> Scene {
    let gate = Gate::with(&[TANAKA]);
    let folder = gate.home.beside("cbct");
    let study = sample_study(&folder, slices);
    gate.import(&folder).await;
    let token = gate.sign_in(&TANAKA).await;
    let found = gate
        .get(&format!("/dicomweb/studies/{study}/instances"), &token)
        .await
        .json();
    let mut files: Vec<Vec<u8>> = files(&folder)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let slices = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let uid = |tag: &str| one[tag]["Value"][0].as_str().unwrap().to_owned();
            let instance = uid("00080018");
            let path = format!(
                "/dicomweb/studies/{study}/series/{}/instances/{instance}",
                uid("0020000E")
            );
            let holds = |file: &Vec<u8>| {
                let text = instance.as_bytes();
                let after = |at: usize| {
                    file.get(at + text.len())
                        .is_none_or(|byte| !byte.is_ascii_digit())
                };
                (0..file.len()).any(|at| file[at..].starts_with(text) && after(at))
            };
            let place = files.iter().position(holds).unwrap();
            (path, files.swap_remove(place))
        })
        .collect();
    Scene {
        gate,
        token,
        study,
        slices,
    }
}

/// The pixels of a slice of 48 rows and columns.
fn pixels(file: &[u8]) -> &[u8] {
    &file[file.len() - 48 * 48 * 2..]
}

#[tokio::test]
async fn r1_instances_come_as_the_files_that_they_are() {
    let scene = scene(3).await;
    let (gate, token) = (&scene.gate, &scene.token);
    let (path, file) = &scene.slices[1];
    let single = get(gate, path, token, "application/dicom", &[]).await;
    assert_eq!((single.status, &single.body[..]), (StatusCode::OK, &file[..]));
    assert!(
        single
            .header("content-type")
            .starts_with("application/dicom; transfer-syntax=1.2.840")
    );
    let in_parts = get(gate, path, token, DICOM_PARTS, &[]).await;
    assert_eq!(parts(&in_parts)[0].1, *file);
    let series = path.split("/instances").next().unwrap();
    let study = format!("/dicomweb/studies/{}", scene.study);
    for whole in [series, &study] {
        for accept in ["", "*/*", DICOM_PARTS] {
            let found = parts(&get(gate, whole, token, accept, &[]).await);
            let (heads, bodies): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            let expected: Vec<_> = scene.slices.iter().map(|(_, file)| file.clone()).collect();
            assert_eq!(bodies, expected, "{whole} as {accept}");
            assert!(heads[0].contains("Content-Location: http://"), "{}", heads[0]);
        }
    }

    for (range, expected) in [
        ("bytes=0-131", &file[..132]),
        ("bytes=-10", &file[file.len() - 10..]),
    ] {
        let answer = get(gate, path, token, "application/dicom", &[("range", range)]).await;
        assert_eq!(
            (answer.status, &answer.body[..]),
            (StatusCode::PARTIAL_CONTENT, expected)
        );
        assert!(
            answer
                .header("content-range")
                .ends_with(&format!("/{}", file.len()))
        );
    }
    let beyond = get(
        gate,
        path,
        token,
        "application/dicom",
        &[("range", "bytes=99999999-")],
    )
    .await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);

    for accept in [
        "image/png",
        "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.80",
        "text/html",
    ] {
        let answer = get(gate, path, token, accept, &[]).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::NOT_ACCEPTABLE, "media_type".to_owned())
        );
    }
    let home = scene.gate.close();
    let rows = home.store().audit_rows(1, 100).unwrap();
    let retrieved = rows.iter().filter(|row| row.event.action == "retrieve").count();
    assert!(retrieved >= 8, "each retrieval has a row: {retrieved}");
}

#[tokio::test]
async fn r13_frames_metadata_and_bulk_data_fit_together() {
    let scene = scene(2).await;
    let (gate, token) = (&scene.gate, &scene.token);
    let (path, file) = &scene.slices[0];
    let answer = get(
        gate,
        &format!("{path}/metadata"),
        token,
        "application/dicom+json",
        &[],
    )
    .await;
    let all = answer.json();
    let metadata = &all[0];
    assert_eq!(metadata["00100010"]["Value"][0]["Phonetic"], "やまだ^たろう");
    assert_eq!(metadata["00280010"]["Value"][0], 48);
    assert_eq!(metadata["7FE00010"]["vr"], "OW");
    let uri = metadata["7FE00010"]["BulkDataURI"].as_str().unwrap();
    let bulk = uri.split("127.0.0.1:4680").nth(1).unwrap();
    let plain = get(gate, bulk, token, "application/octet-stream", &[]).await;
    assert_eq!(&plain.body[..], pixels(file));
    let first = get(
        gate,
        bulk,
        token,
        "application/octet-stream",
        &[("range", "bytes=0-9")],
    )
    .await;
    assert_eq!(
        (first.status, &first.body[..]),
        (StatusCode::PARTIAL_CONTENT, &pixels(file)[..10])
    );
    assert_eq!(
        parts(&get(gate, bulk, token, "*/*", &[]).await)[0].1,
        pixels(file)
    );
    let whole: Value = gate
        .get(&format!("/dicomweb/studies/{}/metadata", scene.study), token)
        .await
        .json();
    assert_eq!(whole.as_array().unwrap().len(), 2);

    for accept in [
        "",
        OCTET_PARTS,
        r#"multipart/related; type="application/octet-stream""#,
    ] {
        let answer = get(gate, &format!("{path}/frames/1"), token, accept, &[]).await;
        let found = parts(&answer);
        assert_eq!(found[0].1, pixels(file), "{accept}");
        assert!(
            found[0].0.contains("transfer-syntax=1.2.840.10008.1.2.1"),
            "{}",
            found[0].0
        );
    }
    let single = get(
        gate,
        &format!("{path}/frames/1"),
        token,
        "application/octet-stream",
        &[],
    )
    .await;
    assert_eq!(&single.body[..], pixels(file));
    let beyond = get(gate, &format!("{path}/frames/1,2"), token, OCTET_PARTS, &[]).await;
    assert!(beyond.status.is_client_error() && beyond.problem() == "not_rendered");
    let compressed = get(gate, &format!("{path}/frames/1"), token, "image/jls", &[]).await;
    assert_eq!(compressed.status, StatusCode::NOT_ACCEPTABLE);
    let nothing = get(gate, &format!("{path}/bulkdata/00420011"), token, "*/*", &[]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);

    // Looking is one row, however many frames there were.
    let home = scene.gate.close();
    let rows = home.store().audit_rows(1, 100).unwrap();
    let looks = rows
        .iter()
        .filter(|row| row.event.action == "view" && row.event.object == scene.study);
    assert_eq!(looks.count(), 1);
}

#[tokio::test]
async fn pictures_are_made_in_the_form_that_is_accepted() {
    let scene = scene(3).await;
    let (gate, token) = (&scene.gate, &scene.token);
    let (path, _) = &scene.slices[1];
    let size = |body: &[u8]| {
        let image = image::load_from_memory(body).unwrap();
        (image.width(), image.height())
    };
    let png = get(
        gate,
        &format!("{path}/frames/1/rendered"),
        token,
        "image/png",
        &[],
    )
    .await;
    assert_eq!(
        (png.header("content-type"), size(&png.body)),
        ("image/png", (48, 48))
    );
    let jpeg = get(
        gate,
        &format!("{path}/rendered?quality=80"),
        token,
        "image/jpeg",
        &[],
    )
    .await;
    assert_eq!(
        (jpeg.header("content-type"), &jpeg.body[..2]),
        ("image/jpeg", &[0xff, 0xd8][..])
    );
    let by_parameter = get(
        gate,
        &format!("{path}/rendered?accept=image/jpeg"),
        token,
        "",
        &[],
    )
    .await;
    assert_eq!(by_parameter.header("content-type"), "image/jpeg");
    let series = path.split("/instances").next().unwrap();
    let study = format!("/dicomweb/studies/{}", scene.study);
    for resource in [path, series, &study] {
        let small = get(
            gate,
            &format!("{resource}/thumbnail?viewport=16,16"),
            token,
            "",
            &[],
        )
        .await;
        assert_eq!(size(&small.body), (16, 16), "{resource}");
    }
    let neither = get(gate, &format!("{path}/rendered"), token, "video/mp4", &[]).await;
    assert_eq!(neither.status, StatusCode::NOT_ACCEPTABLE);
}

/// Real files of other makers (pydicom's), where they are: frames in every transfer syntax as they are stored, and
/// uncompressed.
#[tokio::test]
async fn r1_frames_of_compressed_images_come_as_they_are_and_uncompressed() {
    let Some(folder) = std::env::var_os("DOKUEI_PYDICOM_FILES") else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return;
    };
    let folder = std::path::PathBuf::from(folder).join("test_files");
    for (name, media, frames, bytes) in [
        ("MR_small_RLE.dcm", "image/dicom-rle", 1, 64 * 64 * 2),
        ("MR_small_jpeg_ls_lossless.dcm", "image/jls", 1, 64 * 64 * 2),
        ("JPEG2000.dcm", "image/jp2", 1, 1024 * 256 * 2),
        ("SC_rgb_jpeg_gdcm.dcm", "image/jpeg", 1, 100 * 100 * 3),
        ("SC_rgb_rle_2frame.dcm", "image/dicom-rle", 2, 100 * 100 * 3),
        // Decoded it would be in another colour space than its metadata say: only as it is.
        ("examples_ybr_color.dcm", "image/jpeg", 30, 0),
        (
            "MR_small_bigendian.dcm",
            "application/octet-stream",
            1,
            64 * 64 * 2,
        ),
    ] {
        // Some of them are the same instance in another form: each has a node of its own.
        let gate = Gate::with(&[TANAKA]);
        let token = gate.sign_in(&TANAKA).await;
        let file = fs::read(folder.join(name)).unwrap();
        let stored = store(&gate, &token, "/dicomweb/studies", &[file]).await;
        assert_eq!(
            stored.status,
            StatusCode::OK,
            "{name}: {:?} {}",
            stored.body,
            stored.header("warning")
        );
        let item = &stored.json()["00081199"]["Value"][0];
        let instance = item["00081155"]["Value"][0].as_str().unwrap().to_owned();
        let found = gate
            .get(&format!("/dicomweb/instances?SOPInstanceUID={instance}"), &token)
            .await
            .json();
        let uri = found[0]["00081190"]["Value"][0].as_str().unwrap();
        let path = uri.split("127.0.0.1:4680").nth(1).unwrap();
        assert_eq!(found[0]["00280008"]["Value"][0], frames, "{name}");
        let last = format!("{path}/frames/{frames}");
        let as_it_is = get(&gate, &last, &token, OCTET_PARTS, &[]).await;
        assert_eq!(as_it_is.status, StatusCode::OK, "{name}: {:?}", as_it_is.body);
        assert!(
            parts(&as_it_is)[0].0.contains(media),
            "{name}: {}",
            parts(&as_it_is)[0].0
        );
        let plain = get(&gate, &last, &token, "application/octet-stream", &[]).await;
        if bytes == 0 {
            assert_eq!(plain.status, StatusCode::NOT_ACCEPTABLE, "{name}");
        } else {
            assert_eq!(
                (plain.status, plain.body.len()),
                (StatusCode::OK, bytes),
                "{name}"
            );
        }
        let list = (1..=frames)
            .map(|frame| frame.to_string())
            .collect::<Vec<_>>()
            .join(",");
        let all = get(&gate, &format!("{path}/frames/{list}"), &token, OCTET_PARTS, &[]).await;
        let all = parts(&all);
        assert_eq!(all.len(), frames, "{name}");
        assert_eq!(all.last().unwrap().1, parts(&as_it_is)[0].1, "{name}");
    }
}
