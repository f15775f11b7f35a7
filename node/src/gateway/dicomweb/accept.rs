//! What a client accepts (RFC 9110 12.5.1, PS3.18 8.7): media types, single or in parts, with their transfer syntaxes.

use axum::http::{HeaderMap, header};

/// Most types that are looked at.
const MOST: usize = 32;

/// One type that is accepted, the most wanted first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accepted {
    /// In parts, `multipart/related`.
    pub(super) multipart: bool,
    /// The type, or that of the parts, in small letters; `*/*` for any.
    pub(super) media: String,
    /// The parameter `transfer-syntax`; `*` for any.
    pub(super) transfer_syntax: Option<String>,
}

impl Accepted {
    /// Whether it is this type or one of those that it stands for.
    pub(super) fn takes(&self, media: &str) -> bool {
        let of_kind = |kind: &str| media.split('/').next() == Some(kind);
        self.media == "*/*" || self.media == media || self.media.strip_suffix("/*").is_some_and(of_kind)
    }

    /// Whether it is any type at all.
    pub(super) fn is_any(&self) -> bool {
        self.media == "*/*"
    }

    /// Whether what is stored in this transfer syntax may be sent so. One that is not named is any: what is kept is sent
    /// as it is kept, and says how.
    pub(super) fn takes_syntax(&self, transfer_syntax: &str) -> bool {
        self.transfer_syntax
            .as_deref()
            .is_none_or(|wanted| wanted == "*" || wanted == transfer_syntax)
    }
}

/// What is accepted, by the parameter `accept` (PS3.18 8.3.3.1) or else by the header; nothing said is anything.
pub(super) fn accepted(headers: &HeaderMap, parameter: Option<&str>) -> Vec<Accepted> {
    let from_header = || {
        let values = headers.get_all(header::ACCEPT).iter();
        let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        values.join(",")
    };
    let text = parameter.map_or_else(from_header, str::to_owned);
    let mut all: Vec<(f32, Accepted)> = split(&text, ',')
        .into_iter()
        .take(MOST)
        .filter_map(parse)
        .collect();
    if text.trim().is_empty() {
        all.push((
            1.0,
            Accepted {
                multipart: false,
                media: "*/*".to_owned(),
                transfer_syntax: None,
            },
        ));
    }
    all.retain(|(weight, _)| *weight > 0.0);
    // Stable: of equal ones the first is wanted most.
    all.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    all.into_iter().map(|(_, accepted)| accepted).collect()
}

fn parse(text: &str) -> Option<(f32, Accepted)> {
    let parts = split(text, ';');
    let (media, parameters) = parts.split_first()?;
    let mut accepted = Accepted {
        multipart: false,
        media: media.trim().to_ascii_lowercase(),
        transfer_syntax: None,
    };
    let mut weight = 1.0;
    let mut of_parts = None;
    for (name, value) in parameters
        .iter()
        .filter_map(|parameter| parameter.split_once('='))
    {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "type" => of_parts = Some(value.to_ascii_lowercase()),
            "transfer-syntax" => accepted.transfer_syntax = Some(value.to_owned()),
            "q" => weight = value.parse().unwrap_or(0.0),
            _ => {}
        }
    }
    if accepted.media == "multipart/related" {
        accepted.multipart = true;
        accepted.media = of_parts.unwrap_or_else(|| "*/*".to_owned());
    }
    accepted.media.contains('/').then_some((weight, accepted))
}

/// Divides a header's value where no quotes are open.
pub(super) fn split(text: &str, at: char) -> Vec<&str> {
    let mut quoted = false;
    let divides = |c: char| {
        quoted ^= c == '"';
        c == at && !quoted
    };
    text.split(divides).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn all(text: &'static str) -> Vec<Accepted> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(text));
        accepted(&headers, None)
    }

    #[test]
    fn types_are_read_as_clients_write_them() {
        let found = all(
            r#"multipart/related; type="application/octet-stream"; transfer-syntax=*, multipart/related;type=image/jls;transfer-syntax=1.2.840.10008.1.2.4.80"#,
        );
        assert_eq!(found.len(), 2);
        assert!(found[0].multipart && found[0].takes("application/octet-stream"));
        assert!(found[0].takes_syntax("1.2.3"));
        assert!(found[1].takes("image/jls") && !found[1].takes("image/jpeg"));
        assert!(found[1].takes_syntax("1.2.840.10008.1.2.4.80") && !found[1].takes_syntax("1.2.3"));
        assert!(all("image/*")[0].takes("image/png") && !all("image/*")[0].takes("video/mp4"));
    }

    #[test]
    fn what_is_wanted_most_comes_first_and_what_is_not_wanted_not_at_all() {
        let found = all("image/jpeg;q=0.5, image/png, image/gif;q=0");
        assert_eq!(
            found.iter().map(|one| one.media.as_str()).collect::<Vec<_>>(),
            ["image/png", "image/jpeg"]
        );
    }

    #[test]
    fn nothing_said_is_anything_and_nonsense_is_nothing() {
        assert!(accepted(&HeaderMap::new(), None)[0].is_any());
        assert!(all("nonsense").is_empty());
        assert_eq!(
            accepted(&HeaderMap::new(), Some("image/jpeg"))[0].media,
            "image/jpeg"
        );
    }

    #[test]
    fn a_comma_in_quotes_divides_nothing() {
        assert_eq!(split(r#"a;b="c,d",e"#, ','), [r#"a;b="c,d""#, "e"]);
    }
}
