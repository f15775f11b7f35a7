//! What lies on a page, before it becomes PDF: only then the number of pages is known.

/// A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);

/// A colour, red, green, blue.
pub(crate) type Colour = (u8, u8, u8);
/// Text.
pub(crate) const INK: Colour = (0, 0, 0);
/// Labels and small print.
pub(crate) const GREY: Colour = (90, 90, 90);
/// Bars and rules.
pub(crate) const ACCENT: Colour = (28, 78, 112);
/// Behind labels.
pub(crate) const TINT: Colour = (236, 241, 245);
/// Behind the text of what is not valid yet.
pub(crate) const PALE: Colour = (228, 222, 214);
/// What was drawn in a picture.
pub(crate) const DRAWN: Colour = (255, 214, 92);

/// One mark on a page; positions in points from the top left corner.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// One line of text; `y` is its baseline.
    Text {
        x: f32,
        y: f32,
        size: f32,
        colour: Colour,
        text: String,
    },
    /// A filled rectangle.
    Fill {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        colour: Colour,
    },
    /// A picture.
    Picture {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        image: krilla::image::Image,
    },
    /// A thin line through points.
    Line { points: Vec<(f32, f32)>, colour: Colour },
}

/// A page's marks, in the order in which they are drawn.
pub(crate) type Page = Vec<Mark>;
