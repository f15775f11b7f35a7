//! `multipart/related` (RFC 2387, RFC 2046 5.1): written as it is sent, and read as it comes, from whoever.

use std::io::{self, Read};

use memchr::memmem::Finder;
use thiserror::Error;

use super::accept::split;

/// Longest boundary. RFC 2046 5.1.1 allows 70 characters; Orthanc writes 73.
const MAX_BOUNDARY: usize = 200;
/// Longest head of a part, bytes.
const MAX_HEAD: usize = 16 * 1024;
/// Bytes read at a time.
const BUFFER: usize = 64 * 1024;

/// How the parts of an answer are divided.
#[derive(Debug, Clone)]
pub(super) struct Divider(String);

impl Divider {
    /// By something that nobody can have foreseen, and so is in no part.
    pub(super) fn random() -> Self {
        Self(hex::encode(rand::random::<[u8; 16]>()))
    }

    /// The type of the whole.
    pub(super) fn content_type(&self, of_parts: &str) -> String {
        format!("multipart/related; type=\"{of_parts}\"; boundary={}", self.0)
    }

    /// What begins a part.
    pub(super) fn head(&self, content_type: &str, rest: &str) -> String {
        format!("\r\n--{}\r\nContent-Type: {content_type}\r\n{rest}\r\n", self.0)
    }

    /// What ends the last part.
    pub(super) fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.0)
    }
}

/// What comes is not in parts, or is broken.
#[derive(Debug, Error)]
pub(super) enum MultipartError {
    /// No content type of this kind, or without a boundary.
    #[error("it is not multipart/related with a boundary")]
    NotMultipart,
    /// A part has no head, or one that does not end.
    #[error("the head of a part is damaged or too long")]
    Head,
    /// The end is missing.
    #[error("it ends in the middle of a part")]
    Truncated,
    /// It does not come any more.
    #[error("it could not be read: {0}")]
    Io(#[from] io::Error),
}

/// The boundary of a content type `multipart/related`, and the type of the parts.
pub(super) fn boundary(content_type: &str) -> Result<(String, Option<String>), MultipartError> {
    let parts = split(content_type, ';');
    let (media, parameters) = parts.split_first().ok_or(MultipartError::NotMultipart)?;
    if !media.trim().eq_ignore_ascii_case("multipart/related") {
        return Err(MultipartError::NotMultipart);
    }
    let parameter = |wanted: &str| {
        let mut pairs = parameters
            .iter()
            .filter_map(|parameter| parameter.split_once('='));
        let found = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let boundary = parameter("boundary").filter(|text| (1..=MAX_BOUNDARY).contains(&text.len()));
    let of_parts = parameter("type").map(|media| media.to_ascii_lowercase());
    Ok((boundary.ok_or(MultipartError::NotMultipart)?, of_parts))
}

/// The parts of a body.
pub(super) struct Parts<R> {
    from: R,
    /// What was read and not taken yet.
    buffer: Vec<u8>,
    start: usize,
    at_end: bool,
    divider: Finder<'static>,
}

impl<R: Read> Parts<R> {
    pub(super) fn new(from: R, boundary: &str) -> Self {
        let divider = format!("\r\n--{boundary}");
        Self {
            from,
            // The first boundary may stand at the very beginning.
            buffer: b"\r\n".to_vec(),
            start: 0,
            at_end: false,
            divider: Finder::new(divider.as_bytes()).into_owned(),
        }
    }

    /// The next part; what was left of the one before is thrown away. `None` behind the last one.
    pub(super) fn next(&mut self) -> Result<Option<Part<'_, R>>, MultipartError> {
        // What stands before the first boundary is no part; neither is the rest of the last part.
        while self.piece(usize::MAX)?.is_some() {}
        self.start += self.divider.needle().len();
        self.fill(2)?;
        if self.rest().starts_with(b"--") {
            return Ok(None);
        }
        let media = self.head()?;
        Ok(Some(Part {
            parts: self,
            media,
            over: false,
        }))
    }

    /// The content type of the part whose head is next.
    fn head(&mut self) -> Result<String, MultipartError> {
        let length = loop {
            // A part without any line of a head begins with the empty line at once.
            let end = memchr::memmem::find(self.rest(), b"\r\n\r\n");
            if let Some(end) = end {
                break end;
            }
            if self.rest().len() > MAX_HEAD || !self.more()? {
                return Err(MultipartError::Head);
            }
        };
        if length > MAX_HEAD {
            return Err(MultipartError::Head);
        }
        let head = String::from_utf8_lossy(self.rest().get(..length).unwrap_or_default()).into_owned();
        // The line end before the boundary of an empty part is that of its head.
        self.start += length + 2;
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        let media = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"));
        let media = media.map(|(_, value)| value.split(';').next().unwrap_or_default());
        let media = media.unwrap_or_default().trim().to_ascii_lowercase();
        self.fill(self.divider.needle().len())?;
        if !self.rest().starts_with(self.divider.needle()) {
            self.start += 2;
        }
        Ok(media)
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Reads on; whether something came.
    fn more(&mut self) -> Result<bool, MultipartError> {
        if self.at_end {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + BUFFER, 0);
        let read = loop {
            match self.from.read(self.buffer.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(before + *read.as_ref().unwrap_or(&0));
        let read = read?;
        self.at_end = read == 0;
        Ok(read > 0)
    }

    /// Reads on until there are so many bytes, or no more come.
    fn fill(&mut self, length: usize) -> Result<(), MultipartError> {
        while self.rest().len() < length && self.more()? {}
        Ok(())
    }

    /// At most so many bytes that are before the next boundary; `None` when it is next.
    fn piece(&mut self, most: usize) -> Result<Option<Vec<u8>>, MultipartError> {
        let needle = self.divider.needle().len();
        loop {
            let rest = self.rest();
            let clear = match self.divider.find(rest) {
                Some(0) => return Ok(None),
                Some(at) => at,
                // The end of what was read may be the beginning of a boundary.
                None => rest.len().saturating_sub(needle - 1),
            };
            if clear > 0 {
                let length = clear.min(most);
                let piece = rest.get(..length).unwrap_or_default().to_vec();
                self.start += length;
                return Ok(Some(piece));
            }
            if !self.more()? {
                return Err(MultipartError::Truncated);
            }
        }
    }
}

/// One part, to be read.
pub(super) struct Part<'a, R> {
    parts: &'a mut Parts<R>,
    /// Its type in small letters, without parameters; empty when it has none.
    pub(super) media: String,
    over: bool,
}

impl<R: Read> Read for Part<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.over || buffer.is_empty() {
            return Ok(0);
        }
        match self.parts.piece(buffer.len()) {
            Ok(Some(piece)) => {
                buffer[..piece.len()].copy_from_slice(&piece);
                Ok(piece.len())
            }
            Ok(None) => {
                self.over = true;
                Ok(0)
            }
            Err(MultipartError::Io(error)) => Err(error),
            Err(error) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (now, later) = self.0.split_at(self.1.min(self.0.len()).min(buffer.len()));
            buffer[..now.len()].copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn parts(body: &[u8], at_a_time: usize) -> Result<Vec<(String, Vec<u8>)>, MultipartError> {
        let mut parts = Parts::new(Drops(body, at_a_time), "B");
        let mut all = Vec::new();
        while let Some(mut part) = parts.next()? {
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes)?;
            all.push((part.media.clone(), bytes));
        }
        Ok(all)
    }

    const BODY: &[u8] = b"before\r\n--B\r\nContent-Type: Application/DICOM; x=1\r\nContent-Length: 9\r\n\r\none\r\n--C\r\n--B\r\n\
        \r\n\r\n--two--\r\n--B\r\ncontent-type:a/b\r\n\r\n\r\n--B--\r\nafter";

    #[test]
    fn parts_are_what_they_were_however_they_come() {
        for at_a_time in [1, 2, 3, 5, 7, 64, 1000] {
            let found = parts(BODY, at_a_time).unwrap();
            assert_eq!(
                found,
                [
                    ("application/dicom".to_owned(), b"one\r\n--C".to_vec()),
                    (String::new(), b"\r\n--two--".to_vec()),
                    ("a/b".to_owned(), Vec::new()),
                ],
                "{at_a_time}"
            );
        }
    }

    #[test]
    fn what_was_not_read_of_a_part_is_skipped() {
        let mut parts = Parts::new(BODY, "B");
        drop(parts.next().unwrap().unwrap());
        assert_eq!(parts.next().unwrap().unwrap().media, "");
        assert_eq!(parts.next().unwrap().unwrap().media, "a/b");
        assert!(parts.next().unwrap().is_none());
    }

    #[test]
    fn r17_what_breaks_off_is_an_error_wherever() {
        let end = BODY.len() - b"--\r\nafter".len();
        for length in 0..end {
            assert!(parts(&BODY[..length], 64).is_err(), "{length}");
        }
        let endless = [b"--B\r\n".to_vec(), vec![b'a'; 2 * MAX_HEAD]].concat();
        assert!(matches!(parts(&endless, 4096), Err(MultipartError::Head)));
    }

    #[test]
    fn the_boundary_is_found_in_the_content_type() {
        let text = r#"Multipart/Related; type="application/dicom"; boundary="a b;c""#;
        let (found, of_parts) = boundary(text).unwrap();
        assert_eq!(
            (found.as_str(), of_parts.as_deref()),
            ("a b;c", Some("application/dicom"))
        );
        for text in [
            "application/dicom",
            "multipart/related",
            "multipart/related; boundary=",
        ] {
            assert!(boundary(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let divider = Divider::random();
        let content_type = divider.content_type("application/dicom");
        let body = format!(
            "{}one{}two{}",
            divider.head("application/dicom", ""),
            divider.head("application/dicom", "Content-Location: x\r\n"),
            divider.end()
        );
        let (found, _) = boundary(&content_type).unwrap();
        let mut parts = Parts::new(body.as_bytes(), &found);
        for expected in ["one", "two"] {
            let mut text = String::new();
            parts.next().unwrap().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
        assert!(parts.next().unwrap().is_none());
    }
}
