//! The one window: shows the bundled page until the node answers, then the node's own page, and nothing else.

use std::sync::{Arc, OnceLock};

use serde_json::json;
use tauri::webview::{DownloadEvent, NewWindowResponse};
use tauri::{App, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::address::NodeAddress;
use crate::error::StartError;
use crate::link::Link;

/// The node that the window may go to, once it is known.
pub(crate) type Destination = Arc<OnceLock<NodeAddress>>;

/// Opens the window on the bundled page. Unless it `may_be_captured`, the system leaves it out of screenshots and shared
/// screens where it can.
pub(crate) fn open(
    app: &App,
    destination: &Destination,
    may_be_captured: bool,
) -> tauri::Result<WebviewWindow> {
    let (navigation, download) = (Arc::clone(destination), Arc::clone(destination));
    WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title("Dokuei 読影")
        .inner_size(1280.0, 860.0)
        .min_inner_size(900.0, 600.0)
        .content_protected(!may_be_captured)
        // The page takes files that are dropped on it, as in a browser; the shell sees no path of them.
        .disable_drag_drop_handler()
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

/// Goes to the node's page, to the place that `link` names.
pub(crate) fn show_node(
    window: &WebviewWindow,
    destination: &Destination,
    node: NodeAddress,
    link: Option<&Link>,
) -> tauri::Result<()> {
    let page = destination.get_or_init(|| node).page();
    window.navigate(match link {
        Some(link) => link.on(page),
        None => page,
    })
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
        // What a file dropped beside the page's own field would open.
        assert!(!may("file:///etc/passwd"));
    }

    #[test]
    fn r17_no_page_may_call_the_shell_or_load_from_elsewhere() {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let conf = read(include_str!("../tauri.conf.json"));
        assert_eq!(conf["app"]["withGlobalTauri"], false);
        assert_eq!(conf["app"]["security"]["capabilities"], json!(["window"]));
        assert!(conf["plugins"].is_null());
        let csp = conf["app"]["security"]["csp"].as_str().unwrap();
        for directive in csp.split(';') {
            let (name, sources) = directive.trim().split_once(' ').unwrap();
            let expected = if name == "default-src" { "'none'" } else { "'self'" };
            assert_eq!(sources, expected, "{name}");
        }
        let capability = read(include_str!("../capabilities/window.json"));
        assert_eq!(capability["permissions"], json!([]));
        assert!(
            capability["remote"].is_null(),
            "a page of the network could call the shell"
        );
    }
}
