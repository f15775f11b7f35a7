//! The OpenAPI document: as it is kept, as the router is, as the answers are.
//!
//! That answers are as it says is looked at wherever a test of this package calls the API: see `support/described.rs`.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::{Method, StatusCode};
use dokuei_node::gateway::{self, openapi};
use dokuei_node::service::codes::Code;
use dokuei_node::token::Token;
use serde_json::{Value, json};

use crate::support::described::{self, document};
use crate::support::files;
use crate::support::gate::Gate;
use crate::support::registry::TANAKA;

/// Methods and paths of the document, and each operation.
fn operations() -> impl Iterator<Item = (String, Method, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, operations)| {
        let operations = operations.as_object().unwrap().iter();
        operations
            .map(move |(method, operation)| (path.clone(), method.to_uppercase().parse().unwrap(), operation))
    })
}

/// `docs/openapi.json` is what this program says of itself; from it the app's types are made. `UPDATE=1` writes it.
#[test]
fn the_document_is_kept_as_the_handlers_have_it() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&kept, openapi::text()).unwrap();
    }
    let now = std::fs::read_to_string(&kept).unwrap_or_default();
    assert!(
        now == openapi::text(),
        "docs/openapi.json is not as the handlers are: UPDATE=1 cargo test -p dokuei-node described, then \
         npm run types in app/ui"
    );
}

/// No path is served that is not described, and none described that is not served.
#[tokio::test]
async fn the_router_serves_what_is_described() {
    let gate = Gate::with(&[TANAKA]);
    let router = gateway::router(gate.node.clone(), Token::generate(), None);
    let shown = format!("{router:?}");
    let quoted = shown.split('"').skip(1).step_by(2);
    let served: BTreeSet<String> = quoted
        .filter_map(|path| path.strip_prefix("/api/v1"))
        .filter(|path| !path.contains('*') && !path.is_empty() && *path != "/")
        .map(str::to_owned)
        .collect();
    let told: BTreeSet<String> = operations().map(|(path, ..)| path).collect();
    assert!(told.len() > 90, "{}", told.len());
    assert_eq!(served, told);
    for (at, _) in openapi::text().match_indices("#/components/") {
        let named = openapi::text()[at + 1..].split('"').next().unwrap();
        assert!(
            document().pointer(named).is_some(),
            "{named} is described nowhere"
        );
    }
    let names: BTreeSet<&str> = operations()
        .map(|(.., operation)| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(
        names.len(),
        operations().count(),
        "every operation has a name of its own"
    );
}

/// R17: without a token every operation refuses, but those of which the document says that they are open; and methods
/// that it does not name are refused as such.
#[tokio::test]
async fn r17_what_is_not_open_refuses_who_has_no_token() {
    let gate = Gate::with(&[TANAKA]);
    let mut open = BTreeSet::new();
    for (path, method, operation) in operations() {
        let below = format!(
            "/api/v1{}",
            path.replace("{index}", "0")
                .replace("{format}", "csv")
                .replace(['{', '}'], "")
        );
        let body = operation.get("requestBody").map(|_| json!({}));
        let answer = gate.call(method.clone(), &below, &[], body.as_ref()).await;
        if operation["security"] == json!([{}]) {
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            open.insert(format!("{method} {path}"));
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.problem(), "not_signed_in", "{method} {path}");
        }
        let answer = gate.call(Method::PATCH, &below, &[], None).await;
        assert_eq!(answer.problem(), "wrong_method", "{path}");
    }
    let told: Vec<&str> = open.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "DELETE /session",
            "DELETE /setup/owner",
            "GET /practitioners",
            "GET /setup",
            "POST /session",
            "POST /session/lock",
            "POST /setup/owner",
        ]
    );
}

/// Whoever is let in is given the document itself.
#[tokio::test]
async fn the_document_is_served() {
    let gate = Gate::with(&[TANAKA]);
    let answer = gate.get("/api/v1/openapi.json", &gate.operator).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), *document());
}

/// The comparison itself: it finds what is not as the document says.
#[test]
#[should_panic(expected = "has no \\\"certified\\\"")]
fn an_answer_that_lacks_something_is_found() {
    let body = json!({"trusted": true}).to_string();
    described::check(
        &Method::GET,
        "/api/v1/setup",
        StatusCode::OK,
        "application/json",
        body.as_bytes(),
    );
}

/// The table of codes in `docs/api.md` is that of the program. `UPDATE=1` writes it.
#[test]
fn the_documentation_lists_every_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("codes.rs -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- end of codes -->").unwrap();
    let words: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("`{}`", code.word()))
        .collect();
    let lines: Vec<String> = words.chunks(5).map(|line| line.join(", ")).collect();
    let written = format!("{}.\n", lines.join(",\n"));
    if std::env::var_os("UPDATE").is_some() {
        let whole = format!("{before}codes.rs -->\n{written}<!-- end of codes -->{after}");
        std::fs::write(&path, whole).unwrap();
        return;
    }
    assert!(
        table == written,
        "docs/api.md: UPDATE=1 cargo test -p dokuei-node described"
    );
}

/// Two shapes of one name would become one in the document, whichever comes last.
#[test]
fn every_shape_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = std::fs::read_to_string(&path).unwrap();
        let derived = source
            .split("#[derive(")
            .skip(1)
            .filter(|part| part.split(')').next().unwrap().contains("ToSchema"));
        for part in derived {
            let word = |line: &str| {
                let line = line.trim_start();
                let line = ["pub(crate) ", "pub(super) ", "pub "]
                    .iter()
                    .fold(line, |line, visible| line.trim_start_matches(visible));
                let name = line
                    .strip_prefix("struct ")
                    .or_else(|| line.strip_prefix("enum "))?;
                Some(name.to_owned())
            };
            let renamed = |line: &str| line.split_once("schema(as = ").map(|(_, name)| name.to_owned());
            let mut lines = part.lines();
            let name = lines
                .find_map(|line| renamed(line).or_else(|| word(line)))
                .unwrap();
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            assert!(
                names.insert(name.clone()),
                "{name} in {}: #[schema(as = …)] gives it another name",
                path.display()
            );
        }
    }
    assert!(names.len() > 150, "{}", names.len());
}
