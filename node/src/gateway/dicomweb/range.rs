//! Parts of what is one piece (RFC 9110 14): a range of bytes.

use axum::http::{HeaderMap, header};

/// What of a whole is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// From the first of these bytes to before the second.
    Range(u64, u64),
    /// Nothing that there is.
    Nothing,
}

/// What a client wants of so many bytes. Several ranges at once are answered with the whole, which is allowed.
pub(super) fn wanted(headers: &HeaderMap, length: u64) -> Wanted {
    let text = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((from, to)) = text
        .and_then(|text| text.trim().strip_prefix("bytes="))
        .filter(|ranges| !ranges.contains(','))
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Wanted::Whole;
    };
    let (start, end) = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => (from, to.saturating_add(1).min(length)),
        (Ok(from), Err(_)) if to.is_empty() => (from, length),
        (Err(_), Ok(last)) if from.is_empty() => (length.saturating_sub(last), length),
        _ => return Wanted::Whole,
    };
    if start < end {
        Wanted::Range(start, end)
    } else {
        Wanted::Nothing
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of_ten(range: &'static str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        wanted(&headers, 10)
    }

    #[test]
    fn a_range_is_read_as_the_rfc_writes_it() {
        assert_eq!(of_ten("bytes=0-3"), Wanted::Range(0, 4));
        assert_eq!(of_ten("bytes=4-"), Wanted::Range(4, 10));
        assert_eq!(of_ten("bytes=-3"), Wanted::Range(7, 10));
        assert_eq!(of_ten("bytes=8-100"), Wanted::Range(8, 10));
        for nothing in ["bytes=10-", "bytes=20-30", "bytes=-0"] {
            assert_eq!(of_ten(nothing), Wanted::Nothing, "{nothing}");
        }
        for whole in ["bytes=0-1,3-4", "bytes=5-2", "items=0-1", "bytes=a-b", "bytes=-"] {
            assert_eq!(of_ten(whole), Wanted::Whole, "{whole}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 10), Wanted::Whole);
    }
}
