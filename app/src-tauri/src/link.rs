//! Links into the app, `dokuei://case/ID`: what a mail, a web page or another program asks the window to open.
//!
//! Whoever made the link is a stranger. It names a place and nothing else: no address, no query, no command; what it
//! names is shown after sign-in only, and only if it is here.

use tauri::Url;

/// Hexadecimal digits of a consultation's identifier: 16 bytes.
const DIGITS: usize = 32;

/// A place in the app that a link names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    case: String,
}

impl Link {
    /// Reads a link. `None` for whatever is not exactly one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let case = text.strip_prefix("dokuei://case/")?;
        // Browsers put a slash behind what they hand over.
        let case = case.strip_suffix('/').unwrap_or(case);
        let is_id = case.len() == DIGITS && case.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self {
            case: case.to_owned(),
        })
    }

    /// The page of the node that shows it.
    pub(crate) fn on(&self, mut page: Url) -> Url {
        page.set_fragment(Some(&format!("/cases/{}", self.case)));
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn a_link_names_a_case_of_this_node() {
        let page = Url::parse("http://127.0.0.1:4123/").unwrap();
        for link in [format!("dokuei://case/{CASE}"), format!("dokuei://case/{CASE}/")] {
            let shown = Link::parse(&link).unwrap().on(page.clone());
            assert_eq!(shown.as_str(), format!("http://127.0.0.1:4123/#/cases/{CASE}"));
        }
    }

    #[test]
    fn r17_what_is_not_exactly_a_link_is_none() {
        for text in [
            "dokuei://case/".to_owned(),
            "dokuei://case/1".to_owned(),
            format!("dokuei://case/{CASE}0"),
            format!("dokuei://case/{}", CASE.to_uppercase()),
            format!("dokuei://case/{CASE}?next=http://evil.example/"),
            format!("dokuei://case/{CASE}#/security"),
            format!("dokuei://case/{CASE}//"),
            format!("dokuei://case/../{CASE}"),
            format!("dokuei://evil.example/{CASE}"),
            format!("dokuei://user@case/{CASE}"),
            format!("DOKUEI://case/{CASE}"),
            format!("http://127.0.0.1:4123/#/cases/{CASE}"),
            format!(" dokuei://case/{CASE}"),
            "--data-dir=/tmp".to_owned(),
        ] {
            assert_eq!(Link::parse(&text), None, "{text}");
        }
    }
}
