/** Looking at the images of a case together. */
export const liveJa = {
  title: "いっしょに見る",
  help: "相手と同じ断面を見ながら話します。画像は送られず、それぞれの手元の画像を表示します。",
  explain:
    "参加している人と、表示中の断面・濃度・拡大、矢印と線を共有します。画像そのものは送られません。記録には、参加した人と時刻だけが残ります。",
  locked: "画面がロックされたため、「いっしょに見る」を終わりました。",
  join: "参加する",
  leave: "退出する",
  looking: "{{names}} さんがいま画像を見ています",
  noImages: "この端末に画像が届くと、いっしょに見られます。",
  and: "・",
  me: "自分",
  you: "{{name}}（自分）",
  people: "参加している人",
  lost: "接続が切れています",
  shares: "表示を共有中",
  sharesNot: "表示を共有していません",
  share: "自分の表示と矢印を共有する",
  follow: "{{name}} さんの表示に合わせる",
  follows: "{{name}} さんの表示に合わせています。自分で動かすと解除されます。",
  paused: "自分で動かしたため、{{name}} さんの表示に合わせるのを止めています。",
  alone: "自分の表示を見ています。",
  again: "ふたたび合わせる",
  reachable: {
    named: "{{name}} さんの端末は接続中です。この症例のページに、見ていることが表示されます。",
    some: "ほかの担当者の端末が接続中です。この症例のページに、見ていることが表示されます。",
    none: "いま接続中の相手はいません。相手が接続すると、見ていることが表示されます。",
  },
  lines: {
    label: "画像に描く線（一時的）",
    draw: "線を描く",
    clear: "線を消す",
  },
  chat: {
    title: "メッセージ",
    notKept: "ここでのやりとりは保存されません。残すことは照会か報告書に書いてください。",
    text: "メッセージを書く",
    send: "送る",
    gone: "退出した人",
  },
};

/** The shape that every language has. */
export type LiveTexts = typeof liveJa;
