//! The one window: shows the bundled page until the node answers, then the node's own page, and nothing else.

use std::sync::{Arc, OnceLock};

use serde_json::json;
use tauri::webview::{DownloadEvent, NewWindowResponse};
use tauri::{App, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::address::NodeAddress;
use crate::error::StartError;

/// The node that the window may go to, once it is known.
pub(crate) type Destination = Arc<OnceLock<NodeAddress>>;

/// Opens the window on the bundled page.
pub(crate) fn open(app: &App, destination: &Destination) -> tauri::Result<WebviewWindow> {
    let (navigation, download) = (Arc::clone(destination), Arc::clone(destination));
    WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title("Dokuei 読影")
        .inner_size(1280.0, 860.0)
        .min_inner_size(900.0, 600.0)
        .devtools(cfg!(debug_assertions))
        .on_navigation(move |url| may_show(url, navigation.get()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        // Reports (PDF, DICOM SR) are saved where the platform saves downloads.
        .on_download(move |_, event| match event {
            DownloadEvent::Requested { url, .. } => download.get().is_some_and(|node| node.serves(&url)),
            _ => true,
        })
        .build()
}

/// Goes to the node's page.
pub(crate) fn show_node(
    window: &WebviewWindow,
    destination: &Destination,
    node: NodeAddress,
) -> tauri::Result<()> {
    window.navigate(destination.get_or_init(|| node).page())
}

/// Shows on the bundled page why there is no node. The fragment carries it: no script is evaluated for this.
pub(crate) fn show_error(window: &WebviewWindow, error: &StartError) -> tauri::Result<()> {
    let mut page = window.url()?;
    let failure = json!({"ja": error.japanese(), "en": error.to_string(), "said": error.said()});
    // The page undoes percent-encoding, which `set_fragment` does not apply to a percent sign itself.
    page.set_fragment(Some(&failure.to_string().replace('%', "%25")));
    window.navigate(page)
}

fn may_show(url: &Url, node: Option<&NodeAddress>) -> bool {
    is_bundled(url) || node.is_some_and(|node| node.serves(url))
}

/// The page inside the program: `tauri://localhost`, on Windows `http://tauri.localhost`.
fn is_bundled(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r17_before_the_node_answers_only_the_bundled_page_is_shown() {
        let may = |url: &str| may_show(&Url::parse(url).unwrap(), None);
        assert!(may("tauri://localhost/index.html#%7B%7D"));
        assert!(!may("tauri://elsewhere/"));
        assert!(!may("http://127.0.0.1:80/"));
        assert!(!may("https://example.com/"));
        assert!(!may("about:blank"));
    }
}
