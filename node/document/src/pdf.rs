//! Pages of marks as PDF/A-2u, checked by krilla's own validator.

use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use crate::DocumentError;
use crate::draw::{Colour, Mark, PAGE, Page};
use crate::fonts::{Fonts, Typesetter};

/// What the file says about itself.
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) id: String,
    pub(crate) created: DateTime,
}

/// Writes the pages.
pub(crate) fn write(pages: &[Page], about: About, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let refused = |error: &dyn std::fmt::Debug| DocumentError::Pdf(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|e| refused(&e))?;
    let settings = SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    document.set_metadata(
        Metadata::new()
            .title(about.title)
            .authors(vec![about.author])
            .language("ja".to_owned())
            .creator("Dokuei".to_owned())
            .producer("Dokuei".to_owned())
            .document_id(about.id)
            .creation_date(about.created),
    );
    let typesetter = fonts.typesetter();
    for marks in pages {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1).expect("A4 has a size");
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, fonts, &typesetter);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| refused(&error))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts, typesetter: &Typesetter<'_>) {
    match mark {
        Mark::Text {
            x,
            y,
            size,
            colour,
            text,
        } => {
            surface.set_fill(Some(fill(*colour)));
            text_runs(surface, (*x, *y), *size, text, fonts, typesetter);
        }
        Mark::Fill {
            x,
            y,
            width,
            height,
            colour,
        } => {
            surface.set_fill(Some(fill(*colour)));
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Picture {
            x,
            y,
            width,
            height,
            image,
        } => {
            if let Some(size) = Size::from_wh(*width, *height) {
                surface.push_transform(&Transform::from_translate(*x, *y));
                surface.draw_image(image.clone(), size);
                surface.pop();
            }
        }
        Mark::Line { points, colour } => {
            let mut path = PathBuilder::new();
            for (at, (x, y)) in points.iter().enumerate() {
                if at == 0 {
                    path.move_to(*x, *y);
                } else {
                    path.line_to(*x, *y);
                }
            }
            if let Some(path) = path.finish() {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke(*colour)));
                surface.draw_path(&path);
                surface.set_stroke(None);
            }
        }
    }
}

/// Draws a line as runs, each in one font.
fn text_runs(
    surface: &mut Surface<'_>,
    (mut x, y): (f32, f32),
    size: f32,
    text: &str,
    fonts: &Fonts,
    typesetter: &Typesetter<'_>,
) {
    let mut run: Vec<KrillaGlyph> = Vec::new();
    let (mut face, mut width) = (0, 0.0);
    for (at, character) in text.char_indices() {
        let Some(glyph) = typesetter.glyph(character) else {
            continue;
        };
        if glyph.face != face {
            if !run.is_empty() {
                surface.draw_glyphs(
                    Point::from_xy(x, y),
                    &run,
                    fonts.font(face).clone(),
                    text,
                    size,
                    false,
                );
            }
            x += width;
            width = 0.0;
            run.clear();
            face = glyph.face;
        }
        let range = at..at + character.len_utf8();
        run.push(KrillaGlyph::new(
            GlyphId::new(glyph.id),
            glyph.advance,
            0.0,
            0.0,
            0.0,
            range,
            None,
        ));
        width += glyph.advance * size;
    }
    if !run.is_empty() {
        surface.draw_glyphs(
            Point::from_xy(x, y),
            &run,
            fonts.font(face).clone(),
            text,
            size,
            false,
        );
    }
}

fn stroke((red, green, blue): Colour) -> Stroke {
    Stroke {
        paint: rgb::Color::new(red, green, blue).into(),
        width: 1.0,
        ..Stroke::default()
    }
}

fn fill((red, green, blue): Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}
