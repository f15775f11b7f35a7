//! What was found, with a stable word and a sentence in both languages.

use std::fmt;

use serde::{Serialize, Serializer};

/// What is compared of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatientField {
    /// (0010,0010).
    Name,
    /// (0010,0020).
    Id,
    /// (0010,0030).
    BirthDate,
    /// (0010,0040).
    Sex,
}

impl PatientField {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("name", "氏名"),
            Self::Id => ("ID", "患者ID"),
            Self::BirthDate => ("birth date", "生年月日"),
            Self::Sex => ("sex", "性別"),
        }
    }
}

/// Something to look at before a study is sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// Images of the study differ in this.
    PatientsDiffer(PatientField),
    /// Another study of the same patient ID differs in this.
    DiffersFromEarlier(PatientField),
    /// A patient of the same name and birth date has another ID here.
    SecondId,
    /// A patient of the same name has another ID and another birth date here.
    Namesake,
    /// The patient that the request is about differs in this from the images.
    DiffersFromRequest(PatientField),
    /// A number that is no tooth (ISO 3950).
    NoSuchTooth(String),
    /// The request names a tooth and another side.
    SideOfTooth(u8),
    /// The request names a tooth and the other jaw.
    JawOfTooth(u8),
    /// Region and question name different sides.
    SidesDiffer,
    /// The images say that they are of the other side.
    LateralityOfImages,
    /// A deciduous tooth of somebody who is grown up.
    DeciduousTooth(u8),
    /// Slices are missing: how many at least, in the series of this description or number.
    MissingSlices(String, u32),
    /// Slices lie at the same place.
    SlicesTwice(String, u32),
    /// The distance from slice to slice changes.
    UnevenSlices(String),
    /// Slices of one stack differ in size or pixel spacing.
    MixedSlices(String),
    /// Instance numbers are missing, where there are no positions to go by.
    MissingNumbers(String, u32),
    /// The patient's name or number stands in the request, though it is to go under a pseudonym.
    NamedInText,
    /// The image has writing in it, which may name the patient, though it is to go under a pseudonym.
    BurnedIn,
    /// Images of this kind often have writing in them, and nothing is said about it.
    PerhapsBurnedIn,
    /// The face can be recognised or made of the volume, though it is to go under a pseudonym.
    Face,
    /// Reports and drawings go under a pseudonym, whose text nobody has read.
    FreeText,
    /// Documents can't go under a pseudonym and stay here: how many.
    DocumentsStay(u32),
}

impl Finding {
    /// The stable word by which it is acknowledged.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PatientsDiffer(_) => "patients_differ",
            Self::DiffersFromEarlier(_) => "differs_from_earlier",
            Self::SecondId => "second_id",
            Self::Namesake => "namesake",
            Self::DiffersFromRequest(_) => "differs_from_request",
            Self::NoSuchTooth(_) => "no_such_tooth",
            Self::SideOfTooth(_) => "side_of_tooth",
            Self::JawOfTooth(_) => "jaw_of_tooth",
            Self::SidesDiffer => "sides_differ",
            Self::LateralityOfImages => "laterality_of_images",
            Self::DeciduousTooth(_) => "deciduous_tooth",
            Self::MissingSlices(..) => "missing_slices",
            Self::SlicesTwice(..) => "slices_twice",
            Self::UnevenSlices(_) => "uneven_slices",
            Self::MixedSlices(_) => "mixed_slices",
            Self::MissingNumbers(..) => "missing_numbers",
            Self::NamedInText => "named_in_text",
            Self::BurnedIn => "burned_in",
            Self::PerhapsBurnedIn => "perhaps_burned_in",
            Self::Face => "face",
            Self::FreeText => "free_text",
            Self::DocumentsStay(_) => "documents_stay",
        }
    }

    /// Whether it must not be sent at all: images of two patients in one case.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::PatientsDiffer(PatientField::Id))
    }

    /// For people, in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::PatientsDiffer(field) => {
                format!("この検査の中に{}の異なる画像が混在しています。別の患者の画像でないか確認してください。", field.words().1)
            }
            Self::DiffersFromEarlier(field) => {
                format!("同じ患者IDの以前の検査と{}が異なります。患者の取り違えがないか確認してください。", field.words().1)
            }
            Self::SecondId => "氏名と生年月日が同じ患者が別の患者IDで登録されています。どちらが正しいか確認してください。".to_owned(),
            Self::Namesake => "同姓同名で生年月日の異なる患者がいます。患者の取り違えがないか確認してください。".to_owned(),
            Self::DiffersFromRequest(field) => {
                format!("依頼に記入された{}が画像のものと異なります。検査と患者を確認してください。", field.words().1)
            }
            Self::NoSuchTooth(text) => format!("「{text}」という歯はありません（FDI方式）。部位を確認してください。"),
            Self::SideOfTooth(tooth) => format!("{tooth}番の歯と、記入された左右が一致しません。部位を確認してください。"),
            Self::JawOfTooth(tooth) => format!("{tooth}番の歯と、記入された上下顎が一致しません。部位を確認してください。"),
            Self::SidesDiffer => "部位と質問で左右が異なります。確認してください。".to_owned(),
            Self::LateralityOfImages => "画像に記録された左右が、依頼の左右と異なります。確認してください。".to_owned(),
            Self::DeciduousTooth(tooth) => format!("{tooth}は乳歯の番号ですが、患者は成人です。部位を確認してください。"),
            Self::MissingSlices(series, count) => format!("シリーズ「{series}」でスライスが少なくとも{count}枚欠けています。もう一度取り込んでください。"),
            Self::SlicesTwice(series, count) => format!("シリーズ「{series}」で同じ位置のスライスが{count}枚重なっています。"),
            Self::UnevenSlices(series) => format!("シリーズ「{series}」のスライス間隔が一定ではありません。計測が不正確になることがあります。"),
            Self::MixedSlices(series) => format!("シリーズ「{series}」に大きさや画素間隔の異なるスライスが混在しています。"),
            Self::MissingNumbers(series, count) => format!("シリーズ「{series}」で画像番号が{count}個欠けています。すべて取り込まれているか確認してください。"),
            Self::PerhapsBurnedIn => "この種類の画像には、氏名などの文字が焼き込まれていることがあります。仮名で送る前に画像を確認してください。".to_owned(),
            Self::NamedInText => "仮名で送りますが、依頼の文章に患者の氏名か番号が書かれています。".to_owned(),
            Self::BurnedIn => "画像に文字が焼き込まれています。仮名で送っても氏名が読めることがあります。画像を確認してください。".to_owned(),
            Self::Face => "CTやMR、顔写真からは本人の顔が分かることがあります。仮名で送っても個人が特定され得ます。".to_owned(),
            Self::FreeText => "仮名で送るレポートや画像上の書き込みには自由記載の文章が含まれます。ファイルに記録された氏名と番号は消しましたが、ほかに個人が分かる記載がないか確認してください。".to_owned(),
            Self::DocumentsStay(count) => format!("文書・レポート{count}件は仮名にできないため送られません。"),
        }
    }

    /// For people, in English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::PatientsDiffer(field) => format!("images of this study differ in the patient's {}: are they all of one patient?", field.words().0),
            Self::DiffersFromEarlier(field) => format!("an earlier study of this patient ID has another {}: is it the same patient?", field.words().0),
            Self::SecondId => "a patient of this name and birth date has another patient ID here: which one is right?".to_owned(),
            Self::Namesake => "there is another patient of the same name with another birth date: is it the right one?".to_owned(),
            Self::DiffersFromRequest(field) => format!("the {} given with the request is not that of the images: is it the right study?", field.words().0),
            Self::NoSuchTooth(text) => format!("there is no tooth {text} (FDI): check the region"),
            Self::SideOfTooth(tooth) => format!("tooth {tooth} is not on the side that the request names: check the region"),
            Self::JawOfTooth(tooth) => format!("tooth {tooth} is not in the jaw that the request names: check the region"),
            Self::SidesDiffer => "region and question name different sides: check both".to_owned(),
            Self::LateralityOfImages => "the images say that they are of the other side: check the region".to_owned(),
            Self::DeciduousTooth(tooth) => format!("{tooth} is a deciduous tooth, and the patient is grown up: check the region"),
            Self::MissingSlices(series, count) => format!("at least {count} slices are missing in series {series}: import the study again"),
            Self::SlicesTwice(series, count) => format!("{count} slices of series {series} lie where another lies"),
            Self::UnevenSlices(series) => format!("the slices of series {series} are not evenly spaced: measurements may be wrong"),
            Self::MixedSlices(series) => format!("slices of series {series} differ in size or pixel spacing"),
            Self::MissingNumbers(series, count) => format!("{count} image numbers are missing in series {series}: is all of it here?"),
            Self::PerhapsBurnedIn => "images of this kind often have writing in them, which may name the patient though it goes under a pseudonym: look at it".to_owned(),
            Self::NamedInText => "the patient's name or number stands in the text of the request, though it goes under a pseudonym".to_owned(),
            Self::BurnedIn => "there is writing in the image itself, which may name the patient though it goes under a pseudonym: look at it".to_owned(),
            Self::Face => "a face can be recognised in the image or made of the volume, though it goes under a pseudonym".to_owned(),
            Self::FreeText => "reports or drawings that go under a pseudonym have free text: names and numbers that the files know were taken out, look whether they say who she is otherwise".to_owned(),
            Self::DocumentsStay(count) => format!("{count} documents or reports can't go under a pseudonym and stay here"),
        }
    }
}

/// Only its word: the rest may speak of a patient.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = out.serialize_struct("Finding", 4)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("final", &self.is_final())?;
        fields.serialize_field("detail", &self.en())?;
        fields.serialize_field("detail_ja", &self.ja())?;
        fields.end()
    }
}
