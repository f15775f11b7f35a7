export const mediaJa = {
  title: "媒体での受け渡し",
  short: "媒体",
  intro:
    "ネットワークでつながらないとき、USB メモリや CD で症例を受け渡します。中身は宛先の方のノードだけが開けます。パスは、ノードが動いているコンピュータのものです。",
  required: "選んでください。",
  running: "実行しています…",
  amount: "{{done}} / {{total}}",
  write: {
    title: "媒体に書き出す",
    case: "症例",
    path: "書き出し先",
    pathHint: "フォルダ（例：/media/usb）または .iso で終わるファイルのパス",
    capacity: "媒体 1 枚の容量",
    whole: "分けない",
    start: "書き出して検証する",
    done: "{{name}} 先生（{{institution}}）宛てに症例を書き出し、読み返して確かめました。",
    doneWithStudy:
      "{{name}} 先生（{{institution}}）宛てに症例と画像を書き出し、読み返して確かめました。",
  },
  read: {
    title: "媒体から取り込む",
    paths: "媒体の場所",
    pathsHint: "1 行に 1 つ。フォルダ、ISO イメージ、またはドライブのパス",
    start: "取り込む",
    open: "症例を開く",
    entries: "新しい記録 {{count}} 件。",
    study: {
      none: "取り込む画像はありません。",
      accept_first: "依頼を受諾してから、もう一度取り込むと画像が入ります。",
      complete: "画像はすべて検証され、受領に署名しました。",
      here: "画像はすでにここにあります。",
      on_its_way: "画像はいまネットワークで届いています。",
      incomplete: "画像の {{percent}} % が届きました。残りのディスク：{{discs}}",
    },
  },
};

export type MediaTexts = typeof mediaJa;
