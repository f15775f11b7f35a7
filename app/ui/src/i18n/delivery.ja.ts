/** Delivery: how far images and entries are on their way, why they stand still, cancelling. */
export const deliveryJa = {
  amount: "{{done}} / {{total}}（{{percent}} %）",
  rate: "毎秒 {{rate}}",
  left: {
    seconds: "残り約 {{count}} 秒",
    minutes: "残り約 {{count}} 分",
    hours: "残り約 {{count}} 時間",
  },
  since: "{{at}} から",
  nextTry: "次の試行 {{at}}",
  waiting: "未送信の署名済み記録：{{count}} 件",
  state: {
    queued: "送信待ち",
    connecting: "接続中",
    sending: "送信中",
    delivered: "配達済み",
    opened: "相手が確認済み",
    refused: "相手が受け取りを拒否",
  },
  reason: {
    no_network: "この端末はネットワークに接続していません。",
    unknown_address: "相手の端末の所在がまだ分かりません。",
    unreachable: "相手の端末の電源が切れているか、経路がありません。",
    we_refuse: "この端末が相手を受け入れていません。証明書と登録簿を確認してください。",
    we_ban: "相手の端末が規約に反したため、しばらく接続を断っています。管理者に連絡してください。",
    peer_refuses: "相手の端末がこの端末を受け入れていません。証明書と登録簿を確認してください。",
    not_taken_yet: "相手の端末がまだ受け取れません。自動的に再送します。",
    peer_refuses_entry: "相手の端末が受け取りません。相手に電話で確認してください。",
    peer_misbehaves: "相手の端末が規約に反しました。管理者に連絡してください。",
    no_answer: "相手の端末から時間内に応答がありません。",
    interrupted: "接続が切れました。自動的に再開します。",
    stalled: "しばらく何も届いていません。自動的に再試行します。",
    holder_refuses: "相手の端末がまだ画像を渡しません。自動的に再試行します。",
    bad_slice: "署名されたものと異なる内容が届いたため、破棄しました。",
    storage_failed: "この端末のディスクに保存できません。管理者に連絡してください。",
    disk_full: "ディスクに空きがありません。空きを作ると自動的に再開します。",
    not_accepted: "依頼の受諾を待っています。",
    erased_here:
      "辞退を受けてこの端末で消去した後に、別の端末で受諾されました。転送を取り消してから送り直してください。",
    other: "止まっています（{{code}}）。",
  },
  cancel: {
    button: "転送を取り消す",
    title: "転送を取り消して消去しますか？",
    text: "この転送の鍵と、届いた分の画像を双方の端末から消去します。元の画像は依頼側に残り、送り直すことができます。",
    reason: "理由",
    keep: "転送を続ける",
  },
  again: {
    button: "画像を送り直す",
    title: "画像を送り直しますか？",
    text: "改めて暗号化し、同じ読影医に送ります。",
  },
};

export type DeliveryTexts = typeof deliveryJa;
