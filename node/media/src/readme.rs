//! What a person finds on the medium who opens it without a node. It names the sending institution and no patient.

/// What stands in it.
#[derive(Debug, Clone, Copy)]
pub struct Readme<'a> {
    /// The institution that sends, as its certificate has it.
    pub institution: &'a str,
    /// When, RFC 3339.
    pub written_at: &'a str,
    /// The folder of the set.
    pub set: &'a str,
    /// Which disc, from 1.
    pub disc: usize,
    /// Of how many.
    pub of: usize,
}

/// The text, with the line ends that every editor shows.
#[must_use]
pub fn text(readme: &Readme<'_>) -> String {
    let Readme {
        institution,
        written_at,
        set,
        disc,
        of,
    } = readme;
    let institution: String = institution
        .chars()
        .filter(|letter| !letter.is_control())
        .collect();
    let text = format!(
        "\
Dokuei 読影 — {disc}/{of}

この媒体には、歯科遠隔画像診断のための資料が暗号化されて入っています。
宛先の先生のノード以外では開けません。患者さんの名前は平文では含まれません。

  発送元    {institution}
  書込日時  {written_at}
  番号      {set}
  枚数      {of} 枚のうち {disc} 枚目

宛先の先生へ: この媒体を入れて、次のように読み込んでください。
  dokuei media read <この媒体のフォルダまたは ISO ファイル>
複数枚のときは、どの順でも、何回に分けても読み込めます。
開き方が分からない、または心当たりのないときは、発送元へお知らせください。
媒体は施設の規程に従って返却または破棄してください。

----------------------------------------------------------------------

This medium holds sealed documents for a dental radiology consultation.
Only the node of the practitioner it is addressed to can open them. No
patient is named on it in the clear.

  from      {institution}
  written   {written_at}
  number    {set}
  volume    {disc} of {of}

If it is addressed to you, insert it and run
  dokuei media read <the folder of this medium, or the ISO file>
Several volumes are read in any order, and in as many turns as you like.
If you cannot open it, or do not expect it, tell the sender.
Return or destroy the medium as your institution's rules say.
"
    );
    // Windows shows UTF-8 by its mark.
    format!("\u{feff}{}", text.replace('\n', "\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_is_for_people() {
        insta::assert_snapshot!(
            text(&Readme {
                institution: "さくら歯科\u{7}クリニック",
                written_at: "2026-11-29T03:00:00Z",
                set: "3FA9C01B",
                disc: 2,
                of: 3,
            })
            .replace('\r', "")
        );
    }
}
