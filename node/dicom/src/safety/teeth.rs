//! Sides and teeth of which a request speaks (ISO 3950, the FDI's two digits), in Japanese and English.

use super::finding::Finding;

/// What the checks must know of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The region: a number of two digits in it is a tooth.
    pub region: &'a str,
    /// The question: a number is a tooth when it is called one.
    pub question: &'a str,
    /// Sides of which the images say to be, `L` or `R`.
    pub lateralities: &'a [String],
    /// The patient's age in years when they were made.
    pub age: Option<u32>,
}

/// From this age on nobody is asked about deciduous teeth by mistake: persistent ones are told so.
const GROWN_UP: u32 = 16;

/// What of it contradicts itself, or the images.
#[must_use]
pub fn speech(asked: &Asked<'_>) -> Vec<Finding> {
    let (region, question) = (plain(asked.region), plain(asked.question));
    let mut found = Vec::new();
    let (region_sides, question_sides) = (Sides::of(&region), Sides::of(&question));
    let jaws = Jaws::of(&region);
    let mut all = Teeth::default();
    all.read(&region, true);
    all.read(&question, false);
    found.extend(all.unknown.into_iter().map(Finding::NoSuchTooth));
    let mut of_teeth = Sides::default();
    for tooth in &all.in_region {
        of_teeth.add(tooth.is_right());
    }
    for tooth in all.in_region.iter().chain(&all.in_question) {
        if region_sides.excludes(tooth.is_right()) {
            found.push(Finding::SideOfTooth(tooth.0));
        }
        if jaws.excludes(tooth.is_upper()) {
            found.push(Finding::JawOfTooth(tooth.0));
        }
        if tooth.is_deciduous() && asked.age.is_some_and(|age| age >= GROWN_UP) {
            found.push(Finding::DeciduousTooth(tooth.0));
        }
    }
    let meant = if region_sides.is_one() {
        region_sides
    } else {
        of_teeth
    };
    if meant.is_one() && question_sides.is_one() && meant != question_sides {
        found.push(Finding::SidesDiffer);
    }
    let mut images = Sides::default();
    for side in asked.lateralities {
        match side.as_str() {
            "R" => images.add(true),
            "L" => images.add(false),
            _ => {}
        }
    }
    let asked_side = if meant.is_one() { meant } else { question_sides };
    if images.is_one() && asked_side.is_one() && images != asked_side {
        found.push(Finding::LateralityOfImages);
    }
    found.sort();
    found.dedup();
    found
}

/// Lower case, digits and marks of full width made narrow.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '　' => ' ',
        c => c,
    };
    text.chars().map(narrow).collect::<String>().to_lowercase()
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sides {
    right: bool,
    left: bool,
}

impl Sides {
    fn of(text: &str) -> Self {
        let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let both = text.contains("両側")
            || text.contains("左右")
            || words.contains(&"bilateral")
            || words.contains(&"both");
        let has = |word: &str| words.contains(&word);
        Self {
            right: both || text.contains('右') || has("right") || has("rt"),
            left: both || text.contains('左') || has("left") || has("lt"),
        }
    }

    const fn add(&mut self, right: bool) {
        if right {
            self.right = true;
        } else {
            self.left = true;
        }
    }

    const fn is_one(self) -> bool {
        self.right != self.left
    }

    const fn excludes(self, right: bool) -> bool {
        self.is_one() && self.right != right
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Jaws {
    upper: bool,
    lower: bool,
}

impl Jaws {
    fn of(text: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        Self {
            upper: has(&["上顎", "右上", "左上", "上の歯", "maxill", "upper"]),
            lower: has(&["下顎", "右下", "左下", "下の歯", "mandib", "lower"]),
        }
    }

    const fn excludes(self, upper: bool) -> bool {
        self.upper != self.lower && self.upper != upper
    }
}

/// A tooth by its two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tooth(u8);

impl Tooth {
    fn of(number: u8) -> Option<Self> {
        let (quadrant, position) = (number / 10, number % 10);
        let most = match quadrant {
            1..=4 => 8,
            5..=8 => 5,
            _ => 0,
        };
        (1..=most).contains(&position).then_some(Self(number))
    }

    const fn is_right(self) -> bool {
        matches!(self.0 / 10, 1 | 4 | 5 | 8)
    }

    const fn is_upper(self) -> bool {
        matches!(self.0 / 10, 1 | 2 | 5 | 6)
    }

    const fn is_deciduous(self) -> bool {
        self.0 / 10 > 4
    }
}

#[derive(Debug, Default)]
struct Teeth {
    in_region: Vec<Tooth>,
    in_question: Vec<Tooth>,
    unknown: Vec<String>,
}

impl Teeth {
    /// Finds numbers of two digits; outside of the region only those that are called a tooth.
    fn read(&mut self, text: &str, region: bool) {
        let characters: Vec<char> = text.chars().collect();
        let at = |index: usize| characters.get(index).copied();
        let mut index = 0;
        while let Some(first) = at(index) {
            if !first.is_ascii_digit() {
                index += 1;
                continue;
            }
            let length = characters[index..]
                .iter()
                .take_while(|c| c.is_ascii_digit())
                .count();
            let (start, end) = (index, index + length);
            index = end;
            let before = start.checked_sub(1).and_then(at);
            let rest: String = characters[end..].iter().take(8).collect();
            let lead: String = characters[start.saturating_sub(8)..start].iter().collect();
            let called = before == Some('#')
                || rest.starts_with('番')
                || rest.starts_with('歯')
                || rest.starts_with("部")
                || lead.trim_end().ends_with("tooth")
                || lead.trim_end().ends_with("teeth");
            if !(region || called) || length != 2 || is_measure(before, &rest) {
                continue;
            }
            let number = characters[start..end].iter().fold(0_u8, |number, digit| {
                number * 10 + digit.to_digit(10).unwrap_or(0) as u8
            });
            match Tooth::of(number) {
                Some(tooth) if region => self.in_region.push(tooth),
                Some(tooth) => self.in_question.push(tooth),
                None => self.unknown.push(format!("{number:02}")),
            }
        }
    }
}

/// Whether the number counts or measures something.
fn is_measure(before: Option<char>, after: &str) -> bool {
    const UNITS: [&str; 19] = [
        "mm", "cm", "ml", "ma", "kv", "%", "°", "度", "歳", "才", "年", "月", "日", "時", "分", "か月",
        "ヶ月", "years", "year",
    ];
    let after = after.trim_start();
    before == Some('.')
        || before == Some('/')
        || after.starts_with(['.', '/']) && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
        || UNITS.iter().any(|unit| after.starts_with(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(region: &str, question: &str) -> Vec<&'static str> {
        let asked = Asked {
            region,
            question,
            lateralities: &[],
            age: Some(40),
        };
        speech(&asked).iter().map(Finding::code).collect()
    }

    #[test]
    fn r7_a_tooth_of_the_other_side_or_jaw_is_told() {
        for good in [
            ("38", "左下智歯と下顎管の関係"),
            ("右下第三大臼歯 48", "48番の抜歯"),
            ("mandible-left", "relation to the canal?"),
            ("３６、３７", "根尖病変の範囲"),
            ("36-38", "12 mm の透過像、50歳"),
            ("上顎洞 両側", "左右差"),
            ("maxilla, 16 and 26", "sinus lift"),
        ] {
            assert_eq!(check(good.0, good.1), [""; 0], "{good:?}");
        }
        assert_eq!(check("右下 38", ""), ["side_of_tooth"]);
        assert_eq!(check("上顎 36", ""), ["jaw_of_tooth"]);
        assert_eq!(check("left mandible", "tooth 48 impacted?"), ["side_of_tooth"]);
        assert_eq!(check("48", "左下智歯の位置は"), ["sides_differ"]);
        assert_eq!(check("49", ""), ["no_such_tooth"]);
        assert_eq!(check("", "＃９１の状態"), ["no_such_tooth"]);
        assert_eq!(check("75", ""), ["deciduous_tooth"]);
    }

    #[test]
    fn r7_images_of_the_other_side_are_told() {
        let sides = ["R".to_owned()];
        let asked = |region| Asked {
            region,
            question: "",
            lateralities: &sides,
            age: None,
        };
        assert_eq!(speech(&asked("左顎関節")), [Finding::LateralityOfImages]);
        assert_eq!(speech(&asked("36")), [Finding::LateralityOfImages]);
        assert_eq!(speech(&asked("右顎関節")), []);
        assert_eq!(
            speech(&asked("75")),
            [Finding::LateralityOfImages],
            "no age is known"
        );
    }
}
