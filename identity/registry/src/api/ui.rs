//! The console's own files, for a browser.

use std::path::PathBuf;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::any;
use tower_http::services::{ServeDir, ServeFile};

/// Shown when no console is installed.
const NO_CONSOLE: &str = "<!doctype html><html lang=ja><meta charset=utf-8><title>Dokuei</title>\
    <p>登録機関のプログラムは動作中ですが、画面のファイルが見つかりません。<code>dokuei-registry serve --ui-dir DIR</code> で指定してください。</p>\
    <p lang=en>The registry is serving, but the console's files are not installed; name their folder with \
    <code>dokuei-registry serve --ui-dir DIR</code>.</p></html>";

/// Serves the files in `directory`; every other path gives its `index.html`, which routes by itself.
pub(super) fn files(directory: Option<PathBuf>) -> Router {
    match directory {
        Some(directory) => {
            let index = ServeFile::new(directory.join("index.html"));
            Router::new().fallback_service(ServeDir::new(directory).fallback(index))
        }
        None => Router::new().fallback(any(no_console)),
    }
}

async fn no_console() -> impl IntoResponse {
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        NO_CONSOLE,
    )
}
