//! The app's own files, for a browser and for the desktop window.

use std::path::PathBuf;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::any;
use tower_http::services::{ServeDir, ServeFile};

/// Shown when no app is installed beside the program.
const NO_APP: &str = "<!doctype html><html lang=ja><meta charset=utf-8><title>Dokuei</title>\
    <p>ノードは動作中ですが、アプリのファイルが見つかりません。<code>dokuei run --ui-dir DIR</code> で指定してください。</p>\
    <p lang=en>The node is running, but the app's files are not installed; name their folder with \
    <code>dokuei run --ui-dir DIR</code>.</p></html>";

/// Serves the files in `directory`; every other path gives its `index.html`, which routes by itself.
pub(crate) fn files(directory: Option<PathBuf>) -> Router {
    match directory {
        Some(directory) => {
            let index = ServeFile::new(directory.join("index.html"));
            Router::new().fallback_service(ServeDir::new(directory).fallback(index))
        }
        None => Router::new().fallback(any(no_app)),
    }
}

async fn no_app() -> impl IntoResponse {
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        NO_APP,
    )
}
