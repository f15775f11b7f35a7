//! Answers, compared with the OpenAPI document that the node gives of itself.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use dokuei_node::gateway::openapi;
use serde_json::Value;

/// Where the described paths begin.
const API: &str = "/api/v1";

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(openapi::text()).unwrap());

/// The document.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// Fails when this answer is not one that the document tells of. Paths that are no part of the JSON API are let pass.
pub(crate) fn check(method: &Method, path: &str, status: StatusCode, kind: &str, body: &[u8]) {
    let path = path.split('?').next().unwrap();
    let Some(operation) = path.strip_prefix(API).and_then(|path| operation(method, path)) else {
        return;
    };
    let told = &operation["responses"][status.as_str()];
    // Only a path that does not exist, a foreign page and a wrong method are refused before an operation is chosen.
    assert!(
        told.is_object(),
        "{method} {path} answers {status}, of which the document knows nothing"
    );
    let told = resolve(told);
    let Some(contents) = told["content"].as_object() else {
        assert!(body.is_empty(), "{method} {path} {status} has a body");
        return;
    };
    let plain = |kind: &str| kind.split(';').next().unwrap().to_owned();
    let kind = plain(kind);
    let content = contents.iter().find(|(one, _)| {
        plain(one) == kind
            || one
                .strip_suffix('*')
                .is_some_and(|family| kind.starts_with(family))
    });
    let (_, content) = content.unwrap_or_else(|| panic!("{method} {path} {status} answers {kind}"));
    if kind.ends_with("json") && kind != "application/fhir+ndjson" {
        let value: Value = serde_json::from_slice(body).unwrap();
        let mut wrong = Vec::new();
        compare(&content["schema"], &value, "", &mut wrong);
        assert!(wrong.is_empty(), "{method} {path} {status}: {wrong:#?}");
    }
}

/// The operation of a path; a word of a path comes before a parameter.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let words: Vec<&str> = path.split('/').collect();
    let fits = |template: &&str| {
        let parts: Vec<&str> = template.split('/').collect();
        let mut pairs = parts.iter().zip(&words);
        parts.len() == words.len() && pairs.all(|(part, word)| part.starts_with('{') || part == word)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let templates = paths.keys().map(String::as_str);
    let best = templates
        .filter(fits)
        .min_by_key(|template| template.matches('{').count())?;
    paths[best].get(method.as_str().to_lowercase())
}

fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// What of JSON Schema the document uses.
fn compare(schema: &'static Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = resolve(schema);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |one: &Value| one == kind || (one == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is),
        one => is(one),
    };
    if !fits {
        wrong.push(format!("{at} is {kind} and not {}", schema["type"]));
        return;
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        wrong.push(format!("{at} is {value}, none of {words:?}"));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        compare(part, value, at, wrong);
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let mut reasons = Vec::new();
        let fits = choices.iter().any(|choice| {
            let mut here = Vec::new();
            compare(choice, value, at, &mut here);
            let fits = here.is_empty();
            reasons.extend(here);
            fits
        });
        if !fits {
            wrong.extend(reasons);
        }
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            wrong.push(format!("{at} has no {name}"));
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            compare(property, value, &format!("{at}/{name}"), wrong);
        }
    }
    if let Some(items) = schema.get("items") {
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            compare(items, value, &format!("{at}/{index}"), wrong);
        }
    }
}
