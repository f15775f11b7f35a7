//! Which font files the text is set in, looked up when the program runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::Font;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::DocumentError;

/// Where Debian puts Japanese fonts (`fonts-ipaexfont-gothic`, `fonts-ipafont-gothic`, `fonts-noto-cjk`).
const USUAL: &[&str] = &[
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
];
/// Where a program brings its own font along, seen from its folder.
const BESIDE: &str = "share/dokuei/fonts/ipaexg.ttf";
/// What stands for a character that no font has: the printers' mark for a missing type.
const GETA: char = '〓';

/// The fonts of a document: the first that has a character sets it.
#[derive(Clone)]
pub struct Fonts(Vec<Face>);

#[derive(Clone)]
struct Face {
    data: Arc<Vec<u8>>,
    font: Font,
}

impl Fonts {
    /// The font at `configured`, if given, followed by those of the usual places that exist, and the program's own.
    ///
    /// # Errors
    /// [`DocumentError::NoFont`] with the package to install; [`DocumentError::BadFont`] for the configured one.
    pub fn find(configured: Option<&Path>) -> Result<Self, DocumentError> {
        let mut faces: Vec<Face> = configured.map(load).transpose()?.into_iter().collect();
        // A broken font of the system is as good as none: another may do.
        faces.extend(
            USUAL
                .iter()
                .map(PathBuf::from)
                .chain(beside())
                .filter(|path| path.exists())
                .filter_map(|path| load(&path).ok()),
        );
        if faces.is_empty() {
            Err(DocumentError::NoFont)
        } else {
            Ok(Self(faces))
        }
    }

    /// Ready to look characters up.
    pub(crate) fn typesetter(&self) -> Typesetter<'_> {
        let faces = self.0.iter().filter_map(|face| {
            // The first font of a collection; in Noto's that is the Japanese one.
            let font = FontRef::from_index(&face.data, 0).ok()?;
            Some(FaceMetrics {
                charmap: font.charmap(),
                metrics: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
                units_per_em: face.font.units_per_em(),
            })
        });
        Typesetter {
            faces: faces.collect(),
        }
    }

    /// The font that [`Glyph::face`] names.
    pub(crate) fn font(&self, face: usize) -> &Font {
        &self.0[face].font
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({})", self.0.len())
    }
}

/// The font that came with the program: in an AppImage nothing of the system is certain to be there.
fn beside() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    Some(program.parent()?.parent()?.join(BESIDE))
}

fn load(path: &Path) -> Result<Face, DocumentError> {
    let bad = |why: String| DocumentError::BadFont {
        path: path.to_owned(),
        why,
    };
    let data = Arc::new(fs::read(path).map_err(|error| bad(error.to_string()))?);
    let font = Font::new(data.clone().into(), 0).ok_or_else(|| bad("not a font".to_owned()))?;
    let readable = FontRef::from_index(&data, 0).map_err(|error| bad(error.to_string()))?;
    match readable.charmap().map('診') {
        Some(_) => Ok(Face { data, font }),
        None => Err(bad("it has no Japanese characters".to_owned())),
    }
}

/// A character as it is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// Which font.
    pub(crate) face: usize,
    /// Which glyph of it.
    pub(crate) id: u32,
    /// Width, in ems.
    pub(crate) advance: f32,
}

struct FaceMetrics<'a> {
    charmap: Charmap<'a>,
    metrics: GlyphMetrics<'a>,
    units_per_em: f32,
}

/// Finds the glyph of a character. Japanese and Latin text needs no shaping beyond that.
pub(crate) struct Typesetter<'a> {
    faces: Vec<FaceMetrics<'a>>,
}

impl Typesetter<'_> {
    /// Whether some font can set the character. Private-use characters mean something else in every font, and PDF/A-2u
    /// does not allow them.
    pub(crate) fn has(&self, character: char) -> bool {
        !matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
            && self.faces.iter().any(|face| mapped(face, character).is_some())
    }

    /// The glyph of a character that [`cleaned`](Self::cleaned) left.
    pub(crate) fn glyph(&self, character: char) -> Option<Glyph> {
        self.faces.iter().enumerate().find_map(|(index, face)| {
            let id = mapped(face, character)?;
            let advance = face.metrics.advance_width(id)? / face.units_per_em;
            Some(Glyph {
                face: index,
                id: id.to_u32(),
                advance,
            })
        })
    }

    /// The text with what cannot be set replaced: control characters by a space, unknown ones by 〓.
    pub(crate) fn cleaned(&self, text: &str) -> String {
        let one = |character: char| match character {
            '\n' => '\n',
            _ if character.is_control() => ' ',
            _ if self.has(character) => character,
            _ if self.has(GETA) => GETA,
            _ => '?',
        };
        text.replace("\r\n", "\n")
            .replace('\r', "\n")
            .chars()
            .map(one)
            .collect()
    }

    /// Width of a text at `size` points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars()
            .filter_map(|character| self.glyph(character))
            .map(|glyph| glyph.advance * size)
            .sum()
    }
}

fn mapped(face: &FaceMetrics<'_>, character: char) -> Option<GlyphId> {
    face.charmap.map(character).filter(|id| *id != GlyphId::NOTDEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_wrong_font_is_named() {
        let error = Fonts::find(Some(Path::new("/nonexistent.ttf"))).unwrap_err();
        assert!(error.to_string().contains("/nonexistent.ttf"), "{error}");
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"no font").unwrap();
        assert!(matches!(
            Fonts::find(Some(file.path())),
            Err(DocumentError::BadFont { .. })
        ));
        assert!(
            DocumentError::NoFont
                .to_string()
                .contains("apt-get install fonts-ipaexfont-gothic")
        );
    }

    #[test]
    fn what_no_font_has_becomes_a_geta() {
        let Ok(fonts) = Fonts::find(None) else { return };
        let typesetter = fonts.typesetter();
        assert_eq!(
            typesetter.cleaned("歯\u{e000}科\t\u{0}A\r\nB\r"),
            "歯〓科  A\nB\n"
        );
        assert!((typesetter.width("歯科", 10.0) - 20.0).abs() < 0.01);
    }
}
