/** The audit trail. */
export const auditJa = {
  title: "監査ログ",
  short: "監査ログ",
  explain:
    "このノードで、だれが、いつ、どの患者の情報に何をしたかの記録です。あなたが関わる症例と、患者に関わらない記録が表示されます。",
  nothing: "この条件に合う記録はありません。",
  older: "さらに古い記録を表示",
  at: "日時",
  who: "操作した人",
  what: "内容",
  whose: "患者",
  outcome: "結果",
  good: "成功",
  filter: {
    since: "開始日",
    until: "終了日",
    actor: "操作した人（サインイン名）",
    patient: "患者 ID",
    event: "操作の種類（例：view、110103）",
    failures: "失敗・拒否だけを表示",
    look: "表示する",
  },
  export: {
    csv: "CSV で書き出す",
    fhir: "FHIR で書き出す",
    atna: "DICOM 監査メッセージで書き出す",
  },
  disclosed: {
    title: "患者への開示記録",
    explain: "患者から求められたとき、その人の情報をだれが閲覧し、だれに渡したかを示します。",
    look: "開示記録を作る",
    made: "{{at}} に {{by}} が作成",
    none: "開示の記録はありません。",
    print: "印刷",
    pdf: "患者に渡す PDF を保存",
  },
};

export type AuditTexts = typeof auditJa;
