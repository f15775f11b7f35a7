//! Breaks text into lines: the Unicode line breaking algorithm (UAX #14), which knows that 「、」 does not begin a line.

use unicode_linebreak::linebreaks;

use crate::fonts::Typesetter;

/// The lines of `text` (cleaned) at `size`, none wider than `width`, both in points. An empty line stays.
pub(crate) fn wrap(typesetter: &Typesetter<'_>, text: &str, size: f32, width: f32) -> Vec<String> {
    text.lines()
        .flat_map(|paragraph| wrap_paragraph(typesetter, paragraph, size, width))
        .collect()
}

fn wrap_paragraph(typesetter: &Typesetter<'_>, paragraph: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut start = 0;
    for (end, _) in linebreaks(paragraph) {
        let piece = &paragraph[start..end];
        start = end;
        // Spaces at the end of a line hang over the edge.
        let wider = typesetter.width(&line, size) + typesetter.width(piece.trim_end(), size);
        if wider > width && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(piece);
        break_long(typesetter, &mut line, &mut lines, size, width);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A word wider than a whole line is broken anywhere.
fn break_long(
    typesetter: &Typesetter<'_>,
    line: &mut String,
    lines: &mut Vec<String>,
    size: f32,
    width: f32,
) {
    while typesetter.width(line.trim_end(), size) > width {
        let mut fits = 0.0;
        let cut = line.char_indices().find(|(_, character)| {
            fits += typesetter.width(character.encode_utf8(&mut [0; 4]), size);
            fits > width
        });
        match cut {
            Some((at, _)) if at > 0 => {
                let rest = line.split_off(at);
                lines.push(std::mem::replace(line, rest));
            }
            // Not even one character fits: nothing to gain.
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fonts;

    fn wrapped(text: &str, ems: f32) -> Option<Vec<String>> {
        let fonts = Fonts::find(None).ok()?;
        Some(wrap(&fonts.typesetter(), text, 10.0, ems * 10.0 + 0.01))
    }

    /// The rules of 禁則処理 that a reader notices.
    #[test]
    fn no_line_begins_with_what_must_not_begin_one() {
        let text = "下顎左側第一大臼歯の根尖部に、境界明瞭な透過像（直径約５ｍｍ）を認める。ちょっとした「所見」ー。";
        for ems in 4..20_u8 {
            let Some(lines) = wrapped(text, f32::from(ems)) else {
                return;
            };
            assert_eq!(lines.concat(), text);
            for line in &lines {
                let (first, last) = (line.chars().next().unwrap(), line.chars().last().unwrap());
                assert!(!"、。）」ょっー".contains(first), "{ems}: {line}");
                assert!(!"（「".contains(last), "{ems}: {line}");
            }
        }
    }

    #[test]
    fn words_stay_whole_unless_wider_than_the_line() {
        let Some(lines) = wrapped("periapical radiolucency", 8.0) else {
            return;
        };
        assert_eq!(lines, ["periapical", "radiolucency"]);
        let lines = wrapped("AAAAAAAAAAAAAAAAAAAAAAAA", 4.0).unwrap();
        assert!(
            lines.len() > 2 && lines.iter().all(|line| line.len() < 10),
            "{lines:?}"
        );
    }

    #[test]
    fn empty_lines_stay() {
        let Some(lines) = wrapped("一\n\n二", 10.0) else {
            return;
        };
        assert_eq!(lines, ["一", "", "二"]);
    }

    #[test]
    fn a_line_narrower_than_a_character_still_ends() {
        let Some(lines) = wrapped("歯科", 0.5) else {
            return;
        };
        assert_eq!(lines.concat(), "歯科");
    }
}
