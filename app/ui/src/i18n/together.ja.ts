/** Two readings of one case: side by side, the opinion of both, second signatures. */
export const togetherJa = {
  title: "二人の読影",
  compared: {
    caption: "{{first}} と {{second}} の報告書の対照",
    of: "項目",
    agreement: "一致",
    tooth: "歯 {{number}}",
    supernumerary: "歯 {{number}} の過剰歯",
    nothing: "記載なし",
    note: "言葉を比べています。同じ意味でも言い方が違えば「相違」と示します。",
    of_lines: "{{lines}} 項目のうち {{agree}} 項目が一致",
  },
  agreement: {
    agree: "一致",
    differ: "相違",
    only_first: "一方のみ",
    only_second: "一方のみ",
  },
  reconcile: {
    begin: "統合見解を書く",
    title: "統合見解",
    help: "二つの報告書から、両者としての見解を書きます。相手が連署すると、両者の見解になります。どちらの報告書も変わりません。",
    opinion: "両者としての見解",
    recommendations: "両者としての推奨",
    sign: "署名して相手に送る",
    signTitle: "この統合見解に署名しますか？",
    signText: "署名した見解は取り消せません。{{name}} の連署を待ちます。",
  },
  opinion: {
    title: "統合見解",
    by: "{{author}} が {{at}} に署名（相手：{{other}}）",
    standing: {
      proposed: "相手の連署待ち",
      agreed: "両者署名",
      dissented: "不一致",
      outdated: "以前の版についての見解",
    },
    forYou: "あなたの連署を待っています。",
    pdf: "統合見解を PDF で保存",
    sr: "統合見解を DICOM SR で保存",
  },
  coSign: {
    begin: "連署する",
    report: "{{name}} の報告書に連署する",
    dissent: "異見を述べる",
    title: "連署しますか？",
    dissentTitle: "連署せず、異見を述べますか？",
    text: "{{name}} が署名した内容について、あなたも責任を負います。",
    dissentText:
      "{{name}} が署名した内容に同意しない理由を書きます。理由は記録に残り、取り消せません。",
    words: "添える言葉",
    why: "同意しない理由",
    done: "連署：{{name}}（{{at}}）",
    dissented: "異見：{{name}}（{{at}}）",
    ofReport: "報告書への連署と異見",
  },
  confirm: {
    why: "署名するのがご本人であることを、もう一度確かめます。",
    passphrase: "パスフレーズ",
    code: "確認コード",
  },
};

export type TogetherTexts = typeof togetherJa;
