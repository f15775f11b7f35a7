//! The API described by itself: an OpenAPI 3.1 document, written from the handlers.
//!
//! What stands at a handler is its own: path, parameters, body, answer. What holds for all of them is added here: how one
//! is let in, the refusals, a name and a group for each operation. The document is kept as `docs/openapi.json`, from which
//! the app's types are made; a test holds it to this program.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::auth::Operator;
use super::{routes, shapes};
use crate::service::audit::AuditFormat;
use crate::service::codes::Code;

/// The version of the API, as in its path: what this page of the documentation calls breaking makes another one.
const VERSION: &str = "1";

/// Refusals that any use case may answer with.
const ALWAYS: [u16; 8] = [403, 404, 409, 422, 429, 500, 503, 507];

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
});

#[derive(OpenApi)]
#[openapi(components(schemas(shapes::Problem, shapes::ProblemCode, AuditFormat)))]
struct Common;

/// The document, pretty-printed.
#[must_use]
pub fn text() -> &'static str {
    &DOCUMENT
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    responses((status = 200, description = "OpenAPI 3.1", body = Value))
)]
pub(crate) async fn show(_: Operator) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text())
}

fn document() -> Value {
    let mut described = routes::api().into_openapi();
    described.merge(Common::openapi());
    let mut document = serde_json::to_value(described).unwrap_or_default();
    document["openapi"] = "3.1.0".into();
    document["info"] = json!({
        "title": "Dokuei, the loopback API of a node",
        "description": "See docs/api.md. DICOMweb, below /dicomweb, is described by PS3.18 and docs/dicomweb.md.",
        "version": VERSION,
        "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
    });
    document["servers"] = json!([{"url": format!("/api/v{VERSION}")}]);
    document["security"] = json!([{"bearer": []}, {"cookie": []}]);
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, operations) in paths {
            for (method, operation) in operations.as_object_mut().into_iter().flatten() {
                complete(path, method, operation);
            }
        }
    }
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "A session's token, or that of whoever runs the node."},
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": "dokuei_session",
            "description": "The same for a browser: the name goes on with the node's mark, and a change needs X-Dokuei: 1.",
        },
    });
    document["components"]["responses"] = json!({"Refused": {
        "description": "A problem document (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }});
    document["components"]["schemas"]["ProblemCode"]["enum"] =
        Code::ALL.iter().map(|code| code.word()).collect();
    require_what_may_be_null(&mut document);
    widen(&mut document);
    document
}

/// Adds to an operation what follows from its path and method.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let words = path
        .split(['/', '-', '.', '{', '}'])
        .filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let group = words.first().copied().unwrap_or_default();
    operation["tags"] = json!([group]);
    operation["operationId"] = std::iter::once(method)
        .chain(words.iter().copied())
        .collect::<Vec<_>>()
        .join("_")
        .into();
    let mut refusals = BTreeSet::from(ALWAYS);
    let is_open = operation["security"] == json!([{}]);
    if !is_open {
        refusals.insert(401);
    }
    if operation.get("parameters").is_some() {
        refusals.insert(400);
    }
    if operation.get("requestBody").is_some() {
        refusals.extend([400, 413, 415]);
    }
    // Signing in refuses a wrong passphrase.
    if is_open && method == "post" {
        refusals.insert(401);
    }
    for status in refusals {
        operation["responses"][status.to_string()] = json!({"$ref": "#/components/responses/Refused"});
    }
}

/// Unsigned numbers of 64 bits are not those of the format `int64`: they reach further.
fn widen(value: &mut Value) {
    let wide = value["format"] == "int64" && value["minimum"] == 0;
    match value {
        Value::Object(fields) => {
            if wide {
                fields.remove("format");
            }
            fields.values_mut().for_each(widen);
        }
        Value::Array(items) => items.iter_mut().for_each(widen),
        _ => {}
    }
}

/// In what is answered a field that may be null is always there: the shapes say so for all of them at once.
fn require_what_may_be_null(document: &mut Value) {
    let asked = reachable(document, &requests(document));
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        if !asked.contains(name) {
            require(schema);
        }
    }
}

fn require(schema: &mut Value) {
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    parts.into_iter().flatten().for_each(require);
    let nullable: Vec<Value> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, property)| may_be_null(property))
        .map(|(name, _)| name.clone().into())
        .collect();
    if nullable.is_empty() {
        return;
    }
    let fields = schema
        .as_object_mut()
        .map(|fields| fields.entry("required").or_insert(json!([])));
    if let Some(Value::Array(required)) = fields {
        for name in nullable {
            if !required.contains(&name) {
                required.push(name);
            }
        }
    }
}

fn may_be_null(property: &Value) -> bool {
    let is_null = |one: &Value| one["type"] == "null";
    let listed = property["type"]
        .as_array()
        .is_some_and(|types| types.contains(&json!("null")));
    listed
        || ["oneOf", "anyOf"]
            .iter()
            .any(|of| property[*of].as_array().is_some_and(|of| of.iter().any(is_null)))
}

/// Everything that is sent: bodies and parameters.
fn requests(document: &Value) -> Vec<Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(_, operations)| operations.as_object().into_iter().flatten());
    operations
        .flat_map(|(_, operation)| [operation["requestBody"].clone(), operation["parameters"].clone()])
        .collect()
}

/// The names of all schemas that these name, and that those name.
fn reachable(document: &Value, from: &[Value]) -> BTreeSet<String> {
    let none = Map::new();
    let schemas = document["components"]["schemas"].as_object().unwrap_or(&none);
    let mut waiting: Vec<String> = from.iter().flat_map(named).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = schemas.get(&name)
            && found.insert(name)
        {
            waiting.extend(named(schema));
        }
    }
    found
}

fn named(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(to) if key == "$ref" => {
                    to.rsplit('/').next().map(str::to_owned).into_iter().collect()
                }
                _ => named(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}
