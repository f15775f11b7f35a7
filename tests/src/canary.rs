//! Canaries: byte patterns of a patient that may appear in no file and on no wire, and the search for them.
//!
//! A name is searched in every encoding that a leak could take: the ones of DICOM's Japanese character sets
//! (ISO 2022 IR 87, Shift_JIS and EUC-JP for careless software), UTF-8 and UTF-16 in both orders. A pattern shorter
//! than [`SHORTEST`] bytes would be found by chance in sealed data, so a two-kanji family name counts only together
//! with its given name or its escape sequences.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result};
use serde_json::Value;

use crate::api::Client;
use crate::{consult, digest};

/// The least length of a pattern, in bytes: in 1 GiB of random bytes one of six is found with 0.0004 % chance.
pub const SHORTEST: usize = 6;
/// The bytes read at a time.
const WINDOW: usize = 4 << 20;

/// The patterns of one or more patients.
#[derive(Debug, Clone, Default)]
pub struct Canaries {
    patterns: BTreeMap<Vec<u8>, String>,
}

/// One place where a canary was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file, or what else was searched.
    pub place: String,
    /// What was found, in words.
    pub what: String,
    /// The offset in bytes.
    pub offset: u64,
}

impl Canaries {
    /// No patterns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of patterns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Whether there is nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Adds a person's name as DICOM writes it (`family^given`), its parts and joined forms, in all encodings.
    pub fn name(&mut self, name: &str) {
        let parts: Vec<&str> = name
            .split('^')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        let mut forms: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        for glue in ["^", " ", "\u{3000}", ""] {
            forms.push(parts.join(glue));
        }
        for form in forms {
            for (encoding, bytes) in encodings(&form) {
                self.add(bytes, format!("the name {form} in {encoding}"));
            }
        }
    }

    /// Adds an identifier (a UID, a patient ID) as ASCII and UTF-16.
    pub fn identifier(&mut self, kind: &str, value: &str) {
        self.add(value.as_bytes().to_vec(), format!("{kind} {value}"));
        self.add(
            utf16(value, u16::to_le_bytes),
            format!("{kind} {value} in UTF-16"),
        );
    }

    /// Adds bytes as they are.
    pub fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.add(bytes.to_vec(), what.to_owned());
    }

    /// Adds a run of pixel bytes.
    pub fn pixels(&mut self, of: &str, run: &[u8]) {
        self.add(run.to_vec(), format!("{} bytes of pixels of {of}", run.len()));
    }

    /// Adds the longest-spread runs of `length` bytes from a DICOM file's second half, where the pixels lie: those
    /// with at least a quarter of their bytes different, so that a run of air is not a canary.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pixels_of(&mut self, file: &Path, runs: usize, length: usize) -> Result<()> {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let half = bytes.len() / 2;
        let step = ((bytes.len() - half) / (runs * 4).max(1)).max(length);
        let varied = bytes[half..]
            .chunks(step)
            .filter_map(|part| part.get(..length))
            .filter(|run| is_varied(run));
        for run in varied.take(runs) {
            self.pixels(&name, run);
        }
        Ok(())
    }

    fn add(&mut self, bytes: Vec<u8>, what: String) {
        if bytes.len() >= SHORTEST {
            self.patterns.entry(bytes).or_insert(what);
        }
    }

    /// The names, UIDs and pixels of the patients whose studies `clinic` imported from `source`.
    ///
    /// # Errors
    /// When the node refuses, or a file cannot be read.
    pub fn of_studies(clinic: &Client, source: &Path) -> Result<Self> {
        let mut canaries = Self::new();
        for study in clinic.get::<Vec<Value>>("/studies")? {
            for group in ["alphabetic", "ideographic", "phonetic"] {
                canaries.name(study["patient"]["name"][group].as_str().unwrap_or_default());
            }
            let uid = study["study_instance_uid"]
                .as_str()
                .context("a study without a UID")?;
            canaries.identifier("study", uid);
            for instance in consult::hashes(clinic, uid)?.keys() {
                canaries.identifier("instance", instance);
            }
        }
        for file in digest::files_below(source).iter().step_by(4) {
            canaries.pixels_of(file, 2, 48)?;
        }
        Ok(canaries)
    }

    /// Prepares the search.
    ///
    /// # Errors
    /// When there are too many patterns for the automaton.
    pub fn searcher(&self) -> Result<Searcher> {
        let automaton = AhoCorasick::new(self.patterns.keys()).context("too many patterns to search for")?;
        let longest = self.patterns.keys().map(Vec::len).max().unwrap_or(1);
        Ok(Searcher {
            automaton,
            longest,
            what: self.patterns.values().cloned().collect(),
        })
    }
}

/// All patterns, ready to be looked for.
#[derive(Debug)]
pub struct Searcher {
    automaton: AhoCorasick,
    longest: usize,
    what: Vec<String>,
}

impl Searcher {
    /// The canaries in one stream, at most 20; each pattern is reported at its first place only.
    ///
    /// # Errors
    /// When reading fails.
    pub fn in_stream(&self, place: &str, mut source: impl Read) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = Vec::new();
        let (mut window, mut start) = (Vec::with_capacity(WINDOW + self.longest), 0_u64);
        loop {
            let read = source.by_ref().take(WINDOW as u64).read_to_end(&mut window)?;
            if read == 0 {
                return Ok(found);
            }
            for hit in self.automaton.find_iter(&window) {
                let what = &self.what[hit.pattern().as_usize()];
                if found.len() < 20 && !found.iter().any(|earlier| earlier.what == *what) {
                    let offset = start + hit.start() as u64;
                    found.push(Found {
                        place: place.to_owned(),
                        what: what.clone(),
                        offset,
                    });
                }
            }
            // What could be the beginning of a pattern stays for the next window.
            let gone = window.len().saturating_sub(self.longest - 1);
            window.drain(..gone);
            start += gone as u64;
        }
    }

    /// The canaries in one file, and in its name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn in_file(&self, path: &Path) -> Result<Vec<Found>> {
        let place = path.display().to_string();
        let mut found = self.in_stream(&format!("the name of {place}"), place.as_bytes())?;
        let file = File::open(path).with_context(|| format!("cannot open {place}"))?;
        found.extend(self.in_stream(&place, file)?);
        Ok(found)
    }

    /// The canaries in all files below `folder`, and the number of bytes that were searched.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn in_folder(&self, folder: &Path) -> Result<(Vec<Found>, u64)> {
        let (mut found, mut bytes) = (Vec::new(), 0);
        for path in crate::digest::files_below(folder) {
            bytes += path.metadata().map(|data| data.len()).unwrap_or(0);
            found.extend(self.in_file(&path)?);
        }
        Ok((found, bytes))
    }
}

fn is_varied(run: &[u8]) -> bool {
    let mut seen = [false; 256];
    run.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count() * 4 >= run.len()
}

fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16 LE", utf16(text, u16::to_le_bytes)),
        ("UTF-16 BE", utf16(text, u16::to_be_bytes)),
    ];
    for encoding in [
        encoding_rs::ISO_2022_JP,
        encoding_rs::SHIFT_JIS,
        encoding_rs::EUC_JP,
    ] {
        let (bytes, _, unmappable) = encoding.encode(text);
        if !unmappable {
            all.push((encoding.name(), bytes.into_owned()));
        }
    }
    all
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yamada() -> Searcher {
        let mut canaries = Canaries::new();
        canaries.name("山田^太郎");
        canaries.identifier("study", "1.2.392.200036.9999.1");
        canaries.searcher().unwrap()
    }

    fn finds(searcher: &Searcher, bytes: &[u8]) -> Vec<String> {
        searcher
            .in_stream("bytes", bytes)
            .unwrap()
            .into_iter()
            .map(|found| found.what)
            .collect()
    }

    /// R16: the name of PS3.5 H.3.1 is found in the bytes that DICOM gives for it (ISO 2022 IR 87).
    #[test]
    fn r16_finds_the_dicom_bytes_of_a_japanese_name() {
        let ps3_5_h_3_1 = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=";
        assert_eq!(
            finds(&yamada(), ps3_5_h_3_1),
            [
                "the name 山田 in ISO-2022-JP".to_owned(),
                "the name 太郎 in ISO-2022-JP".to_owned()
            ]
        );
    }

    #[test]
    fn r16_finds_shift_jis_utf_8_and_utf_16() {
        let searcher = yamada();
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode("山田　太郎");
        for bytes in [
            sjis.into_owned(),
            "…山田太郎…".into(),
            utf16("山田^太郎", u16::to_be_bytes),
        ] {
            assert!(!finds(&searcher, &bytes).is_empty(), "{bytes:x?}");
        }
    }

    #[test]
    fn two_kanji_alone_are_no_canary_in_two_byte_encodings() {
        assert!(finds(&yamada(), b";3ED").is_empty());
        assert!(finds(&yamada(), &utf16("山田", u16::to_le_bytes)).is_empty());
    }

    /// A pattern that lies across two windows is found, once, at its true offset.
    #[test]
    fn a_canary_across_two_windows_is_found() {
        let mut bytes = vec![0; WINDOW - 7];
        bytes.extend_from_slice(b"1.2.392.200036.9999.1");
        bytes.resize(WINDOW * 2, 0);
        let found = yamada().in_stream("bytes", &bytes[..]).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].offset, WINDOW as u64 - 7);
    }

    #[test]
    fn pixel_runs_are_taken_where_pixels_vary() {
        let dir = tempfile::tempdir().unwrap();
        let mut bytes = vec![0; 4096];
        bytes.extend((0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8));
        std::fs::write(dir.path().join("a.dcm"), &bytes).unwrap();
        let mut canaries = Canaries::new();
        canaries.pixels_of(&dir.path().join("a.dcm"), 3, 48).unwrap();
        assert_eq!(canaries.len(), 3);
        std::fs::write(dir.path().join("air.dcm"), vec![0; 8192]).unwrap();
        canaries.pixels_of(&dir.path().join("air.dcm"), 3, 48).unwrap();
        assert_eq!(canaries.len(), 3);
    }

    #[test]
    fn a_folder_is_searched_with_its_file_names() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("1.2.392.200036.9999.1"), b"").unwrap();
        std::fs::write(dir.path().join("other"), b"a 1.2.392.200036.9999.1").unwrap();
        let (found, bytes) = yamada().in_folder(dir.path()).unwrap();
        assert_eq!((found.len(), bytes), (2, 23));
    }
}
