//! What a person finds on a disc with plain DICOM files that is one of several. Nothing on it is sealed: it says so.

/// The name of the file: one that no DICOM file on a medium can have (PS3.10 8.5).
pub const README: &str = "README.TXT";

/// The text on disc `disc`, from 1, of `of`, on which so many DICOM files lie; with the line ends that every editor shows.
#[must_use]
pub fn text(disc: usize, of: usize, files: u64) -> String {
    let text = format!(
        "\
DICOM 画像 — {disc}/{of}

このディスクには DICOM 画像ファイルが {files} 件、暗号化されずに入っています。
1 件の検査が {of} 枚に分かれており、これはその {disc} 枚目です。
全体をご覧になるには、{of} 枚すべてをビューアに読み込んでください
(順番は問いません)。各ディスクの DICOMDIR は、そのディスクの分だけの目次です。
患者さんの氏名などが含まれます。施設の規程に従って保管・破棄してください。

----------------------------------------------------------------------

This disc holds {files} DICOM files, which are not encrypted. One study
lies on {of} discs, of which this is number {disc}. Load all of them into
the viewer, in any order: the DICOMDIR of each lists what lies on it.
The files name the patient. Keep or destroy the disc as the rules of
your institution say.
"
    );
    // Windows shows UTF-8 by its mark.
    format!("\u{feff}{}", text.replace('\n', "\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_of_a_plain_disc_is_for_people() {
        insta::assert_snapshot!(text(2, 3, 120).replace('\r', ""));
    }
}
