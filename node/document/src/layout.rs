//! Fills pages from top to bottom.

use krilla::image::Image;

use crate::draw::{ACCENT, Colour, DRAWN, GREY, INK, Mark, PAGE, PALE, Page, TINT};
use crate::fonts::Typesetter;
use crate::lines::wrap;

/// Space left free at either side.
const MARGIN: f32 = 56.0;
/// Where the text of a page begins and ends.
const TOP: f32 = 64.0;
const BOTTOM: f32 = PAGE.1 - 72.0;
const LEADING: f32 = 1.55;
/// Body text, points.
pub(crate) const BODY: f32 = 10.5;
const SMALL: f32 = 8.0;
/// Of a watermark, points.
const PALE_SIZE: f32 = 56.0;
const LABEL: f32 = 92.0;
/// The largest picture, points: two stand on a page.
const PICTURE: (f32, f32) = (360.0, 270.0);

/// Sets blocks one below the other and turns the page when it is full.
pub(crate) struct Layout<'a> {
    typesetter: Typesetter<'a>,
    pages: Vec<Page>,
    watermark: Option<String>,
    y: f32,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(typesetter: Typesetter<'a>) -> Self {
        Self {
            typesetter,
            pages: vec![Page::new()],
            watermark: None,
            y: TOP,
        }
    }

    /// What stands large and pale behind the text of every page.
    pub(crate) fn watermark(&mut self, text: &str) {
        self.watermark = Some(self.typesetter.cleaned(text));
    }

    /// A centred line, as of a title.
    pub(crate) fn title(&mut self, text: &str, size: f32, colour: Colour) {
        let text = self.typesetter.cleaned(text);
        for line in wrap(&self.typesetter, &text, size, width()) {
            let x = (PAGE.0 - self.typesetter.width(&line, size)) / 2.0;
            self.line(x, size, colour, line);
        }
    }

    /// A heading, kept with the first lines of what follows.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap(10.0);
        self.keep_together(4.0 * BODY * LEADING);
        let bar = Mark::Fill {
            x: MARGIN,
            y: self.y,
            width: 3.0,
            height: 15.0,
            colour: ACCENT,
        };
        self.put(bar);
        self.y -= 2.0;
        let text = self.typesetter.cleaned(text);
        self.line(MARGIN + 10.0, 11.5, ACCENT, text);
        self.gap(2.0);
    }

    /// Running text.
    pub(crate) fn paragraph(&mut self, text: &str, size: f32, colour: Colour) {
        let text = self.typesetter.cleaned(text);
        for line in wrap(&self.typesetter, &text, size, width()) {
            self.line(MARGIN, size, colour, line);
        }
    }

    /// A picture (PNG) with what is drawn in it, in shares of its width and height, and room for a caption below. False,
    /// and nothing, when it cannot be read.
    pub(crate) fn picture(&mut self, png: &[u8], drawn: &[Vec<(f32, f32)>]) -> bool {
        let Ok(image) = Image::from_png(png.to_vec().into(), false) else {
            return false;
        };
        let (columns, rows) = image.size();
        if columns == 0 || rows == 0 {
            return false;
        }
        let scale = (PICTURE.0 / columns as f32).min(PICTURE.1 / rows as f32);
        let (width, height) = (columns as f32 * scale, rows as f32 * scale);
        self.keep_together(height + 3.0 * BODY * LEADING);
        let (x, y) = (MARGIN, self.y);
        self.put(Mark::Picture {
            x,
            y,
            width,
            height,
            image,
        });
        for points in drawn {
            let inside = |share: f32| share.clamp(0.0, 1.0);
            let points = points
                .iter()
                .map(|(across, down)| (x + inside(*across) * width, y + inside(*down) * height));
            self.put(Mark::Line {
                points: points.collect(),
                colour: DRAWN,
            });
        }
        self.y += height + 3.0;
        true
    }

    /// Rows of one or two pairs of label and value, with rules between them.
    pub(crate) fn table(&mut self, rows: &[Vec<(&str, String)>]) {
        for row in rows {
            let cell = width() / row.len().max(1) as f32;
            let columns: Vec<(Vec<String>, Vec<String>)> = row
                .iter()
                .map(|(label, value)| {
                    let value = self.typesetter.cleaned(value);
                    let label = wrap(&self.typesetter, label, SMALL, LABEL - 10.0);
                    (label, wrap(&self.typesetter, &value, BODY, cell - LABEL - 12.0))
                })
                .collect();
            let lines = columns
                .iter()
                .map(|(label, value)| value.len().max(label.len()))
                .max()
                .unwrap_or(1)
                .max(1);
            let height = lines as f32 * BODY * LEADING + 5.0;
            self.keep_together(height);
            for (column, (label, value)) in columns.into_iter().enumerate() {
                self.cell(MARGIN + column as f32 * cell, height, label, value);
            }
            self.y += height;
            self.rule();
        }
    }

    fn cell(&mut self, x: f32, height: f32, label: Vec<String>, value: Vec<String>) {
        let y = self.y;
        self.put(Mark::Fill {
            x,
            y,
            width: LABEL,
            height,
            colour: TINT,
        });
        for (row, text) in label.into_iter().enumerate() {
            let y = y + 14.0 + row as f32 * SMALL * LEADING;
            self.put(Mark::Text {
                x: x + 5.0,
                y,
                size: SMALL,
                colour: GREY,
                text,
            });
        }
        for (row, text) in value.into_iter().enumerate() {
            let y = y + 14.0 + row as f32 * BODY * LEADING;
            self.put(Mark::Text {
                x: x + LABEL + 7.0,
                y,
                size: BODY,
                colour: INK,
                text,
            });
        }
    }

    /// A thin line across the page.
    pub(crate) fn rule(&mut self) {
        let y = self.y;
        self.put(Mark::Fill {
            x: MARGIN,
            y,
            width: width(),
            height: 0.5,
            colour: ACCENT,
        });
    }

    /// Empty space; none at the top of a page.
    pub(crate) fn gap(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    /// Turns the page unless `height` points are left on it.
    pub(crate) fn keep_together(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.pages.push(Page::new());
            self.y = TOP;
        }
    }

    /// The pages, each with what stands on all: at the foot `footer` and the page's number, and from the second on
    /// `header` at the head.
    pub(crate) fn finish(mut self, header: &str, footer: &[String]) -> Vec<Page> {
        let of = self.pages.len();
        let header = self.typesetter.cleaned(header);
        let footer: Vec<String> = footer.iter().map(|line| self.typesetter.cleaned(line)).collect();
        let behind = self.behind();
        for (index, page) in self.pages.iter_mut().enumerate() {
            page.splice(0..0, behind.iter().cloned());
            let small = |x, y, text: &str| Mark::Text {
                x,
                y,
                size: SMALL,
                colour: GREY,
                text: text.to_owned(),
            };
            if index > 0 {
                // Too long a name is cut rather than printed over the edge.
                let shown = wrap(&self.typesetter, &header, SMALL, width());
                page.extend(shown.first().map(|line| small(MARGIN, 44.0, line)));
            }
            let number = format!("{} / {of}", index + 1);
            let x = PAGE.0 - MARGIN - self.typesetter.width(&number, SMALL);
            page.push(small(x, BOTTOM + 38.0, &number));
            let y = BOTTOM + 12.0;
            page.push(Mark::Fill {
                x: MARGIN,
                y,
                width: width(),
                height: 0.5,
                colour: GREY,
            });
            for (row, line) in footer.iter().enumerate() {
                page.push(small(MARGIN, BOTTOM + 25.0 + row as f32 * 13.0, line));
            }
        }
        self.pages
    }

    /// The marks of the watermark: three times on a page, so that no part that is cut out of it goes without.
    fn behind(&self) -> Vec<Mark> {
        let Some(text) = &self.watermark else {
            return Vec::new();
        };
        let x = (PAGE.0 - self.typesetter.width(text, PALE_SIZE)) / 2.0;
        let line = |part: f32| Mark::Text {
            x,
            y: PAGE.1 * part,
            size: PALE_SIZE,
            colour: PALE,
            text: text.clone(),
        };
        [0.25, 0.5, 0.75].map(line).to_vec()
    }

    fn line(&mut self, x: f32, size: f32, colour: Colour, text: String) {
        let height = size * LEADING;
        self.keep_together(height);
        // The ascent of Japanese fonts is about 0.88 em; the rest of the leading is below.
        let y = self.y + size * 1.12;
        self.put(Mark::Text {
            x,
            y,
            size,
            colour,
            text,
        });
        self.y += height;
    }

    fn put(&mut self, mark: Mark) {
        // There is always a page: `new` made the first.
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

fn width() -> f32 {
    PAGE.0 - 2.0 * MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fonts;

    #[test]
    fn nothing_is_set_outside_the_page_and_every_page_is_numbered() {
        let Ok(fonts) = Fonts::find(None) else { return };
        let mut layout = Layout::new(fonts.typesetter());
        layout.table(&[vec![("氏名", "山".repeat(90)), ("ID", "X".repeat(300))]]);
        layout.heading("所見");
        layout.paragraph(&"根尖部に透過像を認める。".repeat(300), BODY, INK);
        let pages = layout.finish(&"山".repeat(500), &["footer".to_owned()]);
        assert!(pages.len() > 2);
        for (index, page) in pages.iter().enumerate() {
            let number = format!("{} / {}", index + 1, pages.len());
            assert!(
                page.iter()
                    .any(|mark| matches!(mark, Mark::Text { text, .. } if *text == number))
            );
            for mark in page {
                let Mark::Text { x, y, size, text, .. } = mark else {
                    continue;
                };
                let end = x + fonts.typesetter().width(text, *size);
                assert!(
                    *x >= MARGIN && end <= PAGE.0 - MARGIN + 1.0 && *y < PAGE.1 - 20.0,
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn a_heading_is_not_left_alone_at_the_foot_of_a_page() {
        let Ok(fonts) = Fonts::find(None) else { return };
        let mut layout = Layout::new(fonts.typesetter());
        layout.y = BOTTOM - 30.0;
        layout.heading("所見");
        layout.paragraph("本文", BODY, INK);
        assert_eq!(layout.pages.len(), 2);
        assert!(layout.pages[0].is_empty());
    }
}
