/** Texts of writing a study as plain files. English has the same keys. */
export const exportJa = {
  title: "検査の書き出し",
  button: "書き出す",
  buttonOf: "{{patient}} の画像を書き出す",
  intro:
    "書き出した画像は暗号化されず、患者情報が読める状態になります。渡し終えたら消すか、鍵のかかる場所に保管してください。書き出したことは監査ログに残ります。パスは、ノードが動いているコンピュータのものです。",
  form: "書き出し方",
  kind: {
    legend: "形式",
    medium: "他院や患者に渡す媒体（DICOMDIR 付き。一般のビューアで読めます）",
    files: "DICOM ファイルをそのまま（受け取ったときと 1 ビットも変えません）",
  },
  path: "書き出し先",
  pathOfMedium:
    "新しいフォルダか空のフォルダ（例：/media/usb/ct）、または .iso で終わるファイルのパス",
  pathOfFiles: "新しいフォルダか空のフォルダのパス（例：/media/usb/ct）",
  capacity: "媒体 1 枚の容量",
  whole: "分けない",
  start: "書き出す",
  done: "{{count}} 個のファイルを書き出しました。",
  discs:
    "{{count}} 枚に分かれています。すべて揃えて渡してください。各ディスクに README があります。",
  profiles: "この媒体が満たす規格（DICOM PS3.11）：{{profiles}}",
  compressed:
    "{{count}} 個は、画質を損なわずには展開できないため圧縮されたままです。読めないビューアもあります。",
  completed:
    "{{count}} 枚の X 線写真に、歯科の規格（STD-DEN-CD）が求める項目を空欄で加えました。ほかは変えていません。",
  unconverted:
    "{{count}} 個は展開できず、取り込んだときのままです。渡す前に、開けるかどうか確かめてください。",
  unlisted: "{{count}} 個は媒体に入っていますが、目次（DICOMDIR）に載せられませんでした。",
};

export type ExportTexts = typeof exportJa;
