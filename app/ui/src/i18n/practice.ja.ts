/** Texts for whoever begins, and to practise. English has the same keys. */
export const practiceJa = {
  mark: "練習",
  nobody: "実在しない患者の画像です。どこにも送信されず、患者の記録にも数えられません。",
  title: "練習用の検査",
  request: "依頼を練習する",
  requestAgain: "もう一度 依頼を練習する",
  delete: "練習用の検査を削除する",
  deleteText: "練習用の検査と、練習で書いた依頼を削除します。あとから作り直せます。",
  written: "{{by}}さんが {{at}} に練習の依頼を書きました。送信はされていません。",
  make: "見本の症例で練習する",
  making: "練習用の検査を作成しています…",
  welcome: "はじめに",
  apply: "資格証明書をまだお持ちでないので、最初に申請します。",
  applied: "申請は登録機関で審査中です。証明書は発行されると自動的に入ります。",
  beginApply: "申請を始める",
  lookApplied: "申請の状況を見る",
  firstRequest: "準備ができました。最初の読影を依頼できます。",
  firstStudy: "準備ができました。名簿で相手を探すか、見本の症例で操作を練習できます。",
  writeRequest: "読影を依頼する",
  lookAround: "名簿を見る",
  partner: "練習のため、相手は選びません。依頼はこのノードにだけ残り、誰にも送信されません。",
  keep: "練習の依頼を書き終える",
};

export type PracticeTexts = typeof practiceJa;
