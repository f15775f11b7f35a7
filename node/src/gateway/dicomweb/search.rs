//! Searching (QIDO-RS, PS3.18 10.6): studies, series and instances by their attributes.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dokuei_dicom::PersonName;
use dokuei_dicom::json::Attributes;
use dokuei_store::{Field, InstanceRecord, Level, SeriesRecord, StudyRecord, Test};
use serde_json::Value;

use super::accept::accepted;
use super::metadata::{JSON, require_json};
use super::query::Asked;
use super::uri;
use crate::gateway::auth::SignedIn;
use crate::gateway::problem::Problem;
use crate::gateway::{Gateway, blocking};
use crate::service::dicomweb::{Found, Resource, Search};

/// The parameters of a search, in order; an attribute may stand among them more than once.
type Pairs = Query<Vec<(String, String)>>;

/// `GET /studies`
pub(super) async fn studies(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    search(gateway, signed_in, Level::Study, &pairs, &[], headers).await
}

/// `GET /series`
pub(super) async fn series(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    search(gateway, signed_in, Level::Series, &pairs, &[], headers).await
}

/// `GET /instances`
pub(super) async fn instances(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    search(gateway, signed_in, Level::Instance, &pairs, &[], headers).await
}

/// `GET /studies/{study}/series`
pub(super) async fn series_of_study(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(study): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let within = [(Field::StudyInstanceUid, study)];
    search(gateway, signed_in, Level::Series, &pairs, &within, headers).await
}

/// `GET /studies/{study}/instances`
pub(super) async fn instances_of_study(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path(study): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let within = [(Field::StudyInstanceUid, study)];
    search(gateway, signed_in, Level::Instance, &pairs, &within, headers).await
}

/// `GET /studies/{study}/series/{series}/instances`
pub(super) async fn instances_of_series(
    State(gateway): State<Gateway>,
    signed_in: SignedIn,
    Path([study, series]): Path<[String; 2]>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let within = [
        (Field::StudyInstanceUid, study),
        (Field::SeriesInstanceUid, series),
    ];
    search(gateway, signed_in, Level::Instance, &pairs, &within, headers).await
}

async fn search(
    gateway: Gateway,
    SignedIn(session): SignedIn,
    level: Level,
    pairs: &[(String, String)],
    within: &[(Field, String)],
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let parameter = pairs.iter().find(|(name, _)| name == "accept");
    require_json(&accepted(&headers, parameter.map(|(_, value)| value.as_str())))?;
    let asked = Asked::read(pairs, level)?;
    let within = within
        .iter()
        .map(|(field, uid)| (*field, Test::AnyOf(vec![uid.clone()])));
    let search = Search {
        level,
        tests: within.chain(asked.tests.clone()).collect(),
        // One more, to know whether there are more.
        limit: asked.limit.saturating_add(1),
        offset: asked.offset,
    };
    let limit = asked.limit as usize;
    let (answer, more) = blocking(move || {
        let mut found = gateway.node.search(&session, search)?;
        let more = found.len() > limit;
        found.truncate(limit);
        Ok((written(&found, &asked, &headers), more))
    })
    .await?;
    let mut response = if answer.is_empty() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        ([(header::CONTENT_TYPE, JSON)], Value::from(answer).to_string()).into_response()
    };
    if more {
        // PS3.18 8.3.4.4.
        let told =
            "299 dokuei \"There are more results than were asked for. Ask for the next ones with offset.\"";
        response
            .headers_mut()
            .insert(header::WARNING, header::HeaderValue::from_static(told));
    }
    Ok(response)
}

fn written(found: &Found, asked: &Asked, headers: &HeaderMap) -> Vec<Value> {
    let whole = |attributes: Attributes| Value::from(attributes);
    match found {
        Found::Studies(found) => found
            .iter()
            .map(|found| {
                let mut attributes = Attributes::new();
                study(&mut attributes, &found.study, asked);
                attributes.texts(0x0008_0061, "CS", &found.modalities);
                attributes.number(0x0020_1206, "IS", found.series);
                attributes.number(0x0020_1208, "IS", found.instances);
                let resource = Resource::Study(found.study.study_instance_uid.clone());
                attributes.text(0x0008_1190, "UR", &uri(headers, &resource));
                whole(attributes)
            })
            .collect(),
        Found::Series(found) => found
            .iter()
            .map(|found| {
                let mut attributes = Attributes::new();
                study(&mut attributes, &found.study, asked);
                series_in(&mut attributes, &found.series, asked);
                attributes.number(0x0020_1209, "IS", found.instances);
                let series = &found.series;
                let path = [
                    series.study_instance_uid.clone(),
                    series.series_instance_uid.clone(),
                ];
                attributes.text(0x0008_1190, "UR", &uri(headers, &Resource::Series(path)));
                whole(attributes)
            })
            .collect(),
        Found::Instances(found) => found
            .iter()
            .map(|found| {
                let mut attributes = Attributes::new();
                study(&mut attributes, &found.study, asked);
                series_in(&mut attributes, &found.series, asked);
                instance(&mut attributes, &found.instance, asked);
                let record = &found.instance;
                let path = [
                    record.study_instance_uid.clone(),
                    record.series_instance_uid.clone(),
                    record.sop_instance_uid.clone(),
                ];
                attributes.text(0x0008_1190, "UR", &uri(headers, &Resource::Instance(path)));
                whole(attributes)
            })
            .collect(),
    }
}

/// PS3.18 table 10.6.3-3, and what is asked for beyond it.
fn study(attributes: &mut Attributes, study: &StudyRecord, asked: &Asked) {
    let name = &study.patient_name;
    let name = PersonName {
        alphabetic: name.alphabetic.clone(),
        ideographic: name.ideographic.clone(),
        phonetic: name.phonetic.clone(),
    };
    attributes.text(0x0008_0020, "DA", &study.study_date);
    attributes.text(0x0008_0030, "TM", &study.study_time);
    attributes.text(0x0008_0050, "SH", &study.accession_number);
    attributes.text(0x0008_0056, "CS", "ONLINE");
    let referring = PersonName::from_groups(&study.referring_physician);
    attributes.name(0x0008_0090, &referring);
    attributes.name(0x0010_0010, &name);
    attributes.text(0x0010_0020, "LO", &study.patient_id);
    attributes.text(0x0010_0030, "DA", &study.birth_date);
    attributes.text(0x0010_0040, "CS", &study.sex);
    attributes.text(0x0020_000d, "UI", &study.study_instance_uid);
    attributes.text(0x0020_0010, "SH", &study.study_id);
    for (tag, vr, value) in [
        (0x0008_1030, "LO", &study.description),
        (0x0008_0080, "LO", &study.institution),
        (0x0010_0021, "LO", &study.id_issuer),
    ] {
        if asked.includes(tag) {
            attributes.text(tag, vr, value);
        }
    }
}

/// PS3.18 table 10.6.3-4.
fn series_in(attributes: &mut Attributes, series: &SeriesRecord, asked: &Asked) {
    attributes.text(0x0008_0060, "CS", &series.modality);
    attributes.text(0x0008_103e, "LO", &series.description);
    attributes.text(0x0020_000e, "UI", &series.series_instance_uid);
    if let Some(number) = series.number {
        attributes.number(0x0020_0011, "IS", number);
    }
    if asked.includes(0x0018_0015) {
        attributes.text(0x0018_0015, "CS", &series.body_part);
    }
}

/// PS3.18 table 10.6.3-5.
fn instance(attributes: &mut Attributes, instance: &InstanceRecord, asked: &Asked) {
    attributes.text(0x0008_0016, "UI", &instance.sop_class_uid);
    attributes.text(0x0008_0018, "UI", &instance.sop_instance_uid);
    if let Some(number) = instance.number {
        attributes.number(0x0020_0013, "IS", number);
    }
    if instance.rows > 0 {
        attributes.number(0x0028_0010, "US", instance.rows);
        attributes.number(0x0028_0011, "US", instance.columns);
        attributes.number(0x0028_0008, "IS", instance.frames);
    }
    if instance.bits_allocated > 0 {
        attributes.number(0x0028_0100, "US", instance.bits_allocated);
    }
    if asked.includes(0x0008_3002) {
        attributes.text(0x0008_3002, "UI", &instance.transfer_syntax_uid);
    }
}
