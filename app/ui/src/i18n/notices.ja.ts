export const noticesJa = {
  title: "通知の設定",
  short: "通知",
  explain:
    "画面を見ていないときの知らせ方を選びます。通知には患者さんの情報は一切入りません。内容はDokueiを開いて確認してください。",
  which: "知らせてほしいこと",
  group: {
    urgent: "緊急所見",
    overdue: "期限（未確認・未回答など）",
    request: "新しい依頼・同意のお願い",
    report: "読影報告書・偶発所見",
    query: "疑義照会と回答",
    transfer: "画像の到着・取消し",
    progress: "そのほかの経過（受諾・辞退・終了など）",
    credential: "証明書の期限",
  },
  desktop: {
    title: "デスクトップ通知",
    granted: "Dokueiを開いている間、このパソコンの画面に表示します。",
    denied: "ブラウザーで通知が禁止されています。アドレス欄の鍵の印から許可すると表示できます。",
    default: "Dokueiを開いている間、このパソコンの画面に表示できます。はじめに許可が必要です。",
    unsupported:
      "このウィンドウではデスクトップ通知を表示できません。ブラウザーで開くか、メールをお使いください。",
    allow: "通知を許可する",
  },
  email: {
    title: "メール",
    explain: "医院のメールサーバーから、暗号化された接続で送ります。",
    noServer:
      "このノードにはメールサーバーが設定されていません。管理者が `dokuei notices server set` で設定すると使えます。",
    use: "メールで知らせる",
    address: "メールアドレス",
  },
  webhook: {
    title: "Webhook",
    explain: "院内のほかのシステムに、署名を付けてHTTPSで知らせます。",
    use: "Webhookで知らせる",
    address: "送り先のURL（https://）",
    newSecret: "署名の鍵を作り直して保存",
    secret: "署名を確かめるための鍵です。今だけ表示されます。受け取る側に登録してください:",
  },
  quiet: {
    title: "知らせない時間",
    explain: "この時間は緊急所見だけを知らせ、ほかは時間が明けてからまとめて知らせます。",
    use: "知らせない時間を決める",
    from: "開始",
    until: "終了",
    days: "終日知らせない曜日",
  },
  day: { mon: "月", tue: "火", wed: "水", thu: "木", fri: "金", sat: "土", sun: "日" },
  save: "保存する",
  saved: "保存しました。",
  test: "試しに送る",
  saveFirst: "保存してから試せます。",
  tested: "送りました。届いているか確かめてください。",
  many: "{{count}}件の新しいお知らせがあります。",
  recent: {
    title: "最近の通知",
    none: "まだありません。",
    when: "日時",
    way: "方法",
    what: "内容",
    state: "状態",
  },
  state: { waiting: "送信待ち", sent: "送信済み", failed: "送れませんでした" },
};

export type NoticesTexts = typeof noticesJa;
