/** The curved reformat of a dental volume: panoramic picture, sections, and what is planned in them. */
export const curvedJa = {
  mode: "パノラマ断面",
  refused: {
    volume: "画像の位置と向きが揃っていないため、パノラマ断面は作れません。",
    notAxial:
      "軸位断のシリーズではないため、パノラマ断面は作れません。軸位断のシリーズを選んでください。",
    large: "ボリュームが大きすぎるため、パノラマ断面は作れません。MPRで観察してください。",
  },
  coarse:
    "読み込み中は、まだ届かない断面を近くの断面で補っています。計測は完了後に行ってください。",
  meaning:
    "パノラマ画像の距離は、曲面に沿うもので平面上の長さではありません。計測は「弧長」（曲面に沿った長さ）と「直線距離」を並べて示します。",
  lengths: "弧長 {{arc}} ／ 直線距離 {{straight}}",
  inReport: "パノラマ断面で計測（弧長 {{arc}}、直線距離 {{straight}}）",
  view: {
    axial: "軸位断と歯列弓",
    arch: "パノラマ（曲面再構成）",
    section: "歯列直交断面 {{along}} mm",
  },
  along: "{{along}} mm",
  cheek: "頬側",
  tongue: "舌側",
  control: "歯列弓の点 {{number}} / {{count}}：矢印キーで動かし、Deleteキーで消します",
  arch: {
    label: "歯列弓",
    find: "自動で探す",
    draw: "点を打って描く",
    clear: "消す",
    looking: "歯列弓を探しています…",
    found: "歯列弓を自動で見つけました。軸位断の点を動かして直せます。",
    drawn: "歯列弓：手描き",
    none: "歯列弓を自動で見つけられませんでした。「点を打って描く」を選び、軸位断で歯列に沿って点を打ってください。",
    few: "軸位断で歯列に沿って点を打ってください（2点以上）。",
    note: "歯列弓を変えると、パノラマと直交断面の計測は消えます。",
  },
  projected: "軸位断を最大値投影（MIP）で表示",
  slab: "厚さ",
  thin: "1断面",
  blend: { label: "重ね方", mean: "平均", max: "最大値（MIP）" },
  low: "下端",
  high: "上端",
  mm: "{{mm}} mm",
  position: "歯列上の位置",
  sections: { label: "直交断面", count: "枚数", distance: "間隔", width: "幅" },
  planning: {
    label: "計画",
    nothing: "描かない",
    canal: "神経管をなぞる",
    implant: "インプラントを置く",
    session: "神経管とインプラントはこの画面だけのもので、報告書や症例には保存されません。",
    kept: "神経管とインプラントは、署名するまで報告書の下書きに保存されます。",
    insert: "報告書に書き込む",
    insertHelp:
      "神経管・インプラントと距離を所見の末尾に書き、それらを通る断面をキー画像にします。もう一度押すと書き直します。",
    inserted: "所見に書き込みました。",
    canalHelp: "直交断面かパノラマで、神経管の中心を順に押してください。",
    implantHelp:
      "直交断面で、インプラント上端の中心を押してください。点を動かすと位置と傾きが変わります。",
  },
  planned: {
    heading: "パノラマ断面での計画（大きさは特定の製品のものではありません）：",
    line: "・{{line}}",
    canal: "神経管 {{number}}：{{length}} にわたり描出（太さ {{diameter}}）",
    implant: "インプラント {{number}}：直径 {{diameter}}、長さ {{length}}",
    and: "、",
    canalHere: "神経管の走行",
  },
  canal: {
    name: "神経管 {{number}}",
    points: "{{count}} 点",
    from: "神経管 {{number}} まで {{distance}}",
    more: "新しい神経管",
    continue: "続けてなぞる",
    diameter: "太さ",
    remove: "神経管 {{number}} を消す",
  },
  implant: {
    name: "インプラント {{number}}",
    head: "インプラント {{number}} の上端：矢印キーで動かします",
    apex: "インプラント {{number}} の先端：矢印キーで傾けます",
    diameter: "直径",
    length: "長さ",
    remove: "インプラント {{number}} を消す",
    clearance: "神経管 {{number}} まで {{distance}}",
    near: "神経管 {{number}} まで {{distance}}（2 mm 未満）",
    meets: "神経管 {{number}} と重なっています",
    sizes: "大きさは特定の製品のものではありません。",
  },
};

/** The shape that every language has. */
export type CurvedTexts = typeof curvedJa;
