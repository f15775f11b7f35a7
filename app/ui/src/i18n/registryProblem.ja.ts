/** What the registry refuses, by its stable codes. `{{said}}` is its own sentence, in English. */
export const registryProblemJa = {
  node_unreachable: {
    detail: "登録機関のプログラムが応答しません。",
    next: "`dokuei-registry serve` が動いているか確かめ、もう一度試してください。",
  },
  unauthorized: {
    detail: "サインインの有効期限が切れました。",
    next: "もう一度サインインしてください。",
  },
  unknown_operator: {
    detail: "この名前の担当者はいません。",
    next: "担当者名のつづりを確かめてください。追加は「担当者」の画面で行います。",
  },
  operator_needed: {
    detail: "担当者名が必要です。",
    next: "担当者名を入力してサインインしてください。",
  },
  operator_exists: {
    detail: "同じ名前の担当者がいます。",
    next: "別の名前にするか、その担当者を外してから追加してください。",
  },
  last_operator: {
    detail: "最後の担当者は外せません。",
    next: "先に別の担当者を追加してください。",
  },
  in_service: {
    detail: "この証明書はすでに使われています。",
    next: "何も変更していません。新しく作ったものを選んでください。",
  },
  not_requested: {
    detail: "ここで待っている証明書要求に対する証明書ではありません。",
    next: "証明書要求を保存し直し、ルートのあるコンピューターでその要求に署名してください。",
  },
  foreign_authority: {
    detail: "この登録機関のルートの下にある発行認証局ではありません。",
    next: "ルートと証明書の組み合わせを確かめてください（{{said}}）。",
  },
  no_ceremony: {
    detail: "作りかけのルートはありません。",
    next: "2 時間を過ぎると破棄されます。ルートを作るところからやり直してください。",
  },
  ceremony_held: {
    detail: "別の担当者がルートを作っています。",
    next: "その担当者に終えるか、やり直すかを頼んでください。2 時間を過ぎると自動的に破棄されます。",
  },
  share: {
    detail: "分割片を使えません。",
    next: "紙と見比べ、打ち間違いを直してください（{{said}}）。",
  },
  root_key: {
    detail: "ルートの鍵を使えません。",
    next: "今のルートの鍵か確かめてください（{{said}}）。",
  },
  keystore: {
    detail: "鍵のファイルを開けません。",
    next: "正しいファイルか、壊れていないか確かめてください（{{said}}）。",
  },
  chain: {
    detail: "証明書として確かめられません。",
    next: "ファイルの選び間違いがないか、次のルートを今のルートが認証しているか確かめてください（{{said}}）。",
  },
  exists: {
    detail: "登録機関はすでにあります。",
    next: "ページを読み込み直してください。",
  },
  set_up: {
    detail: "登録機関を作る画面の有効期限が切れました。",
    next: "ページを読み込み直し、起動時に表示されたコードを入力してください。",
  },
  wrong_code: {
    detail: "コードが違います。",
    next: "いちばん新しく起動したときに表示されたコードを、そのまま入力してください。",
  },
  same_person: {
    detail: "ご自身の提案は承認できません。",
    next: "別の担当者に承認を依頼してください。",
  },
  nothing_pending: {
    detail: "この承認待ちはもうありません。",
    next: "別の担当者が承認または却下しました。一覧を確かめてください。",
  },
  unknown_certificate: {
    detail: "この資格証明書はここでは発行されていません。",
    next: "一覧から選び直してください。",
  },
  already_revoked: {
    detail: "この資格証明書はすでに失効しています。",
    next: "何も変更していません。",
  },
  not_in_this_state: {
    detail: "いまの状態ではこの操作はできません。",
    next: "状態を確かめてください（{{said}}）。",
  },
  same_key: {
    detail: "証明書要求の鍵が、いまの証明書の鍵と同じです。",
    next: "同じ鍵のままなら「更新する」を、鍵を替えるなら新しい鍵の証明書要求を使ってください。",
  },
  bad_request_file: {
    detail: "証明書要求（PKCS#10）として読めません。",
    next: "`dokuei identity request-…` が作ったファイルを選んでください（{{said}}）。",
  },
  forbidden_by_policy: {
    detail: "資格の規則により、この内容では発行できません。",
    next: "免許と資格の内容を確かめてください（{{said}}）。",
  },
  not_issued: {
    detail: "この内容では発行できません。",
    next: "内容を直してからもう一度試してください（{{said}}）。",
  },
  unknown_application: {
    detail: "この申請はここにはありません。",
    next: "一覧から選び直してください。",
  },
  application_decided: {
    detail: "この申請はすでに処理されています。",
    next: "何も変更していません。今の状態を確かめてください。",
  },
  not_approvable: {
    detail: "確認の結果、このままでは承認できません。",
    next: "「できません」の項目を確かめ、申請者に再提出を依頼するか、理由を書いて却下してください。",
  },
  other_network: {
    detail: "別のネットワークの登録機関にあてた申請です。",
    next: "申請者に、この登録機関のルート証明書で作り直してもらってください。",
  },
  inbox_full: {
    detail: "保管できる申請の数の上限に達しました。",
    next: "データフォルダーの `applications` を保管用に移してから、もう一度試してください。",
  },
  bootstrap: {
    detail: "ブートストラップに問い合わせできませんでした。",
    next: "アドレスと、相手が動いていることを確かめてください（{{said}}）。",
  },
  unknown_import: {
    detail: "この一括発行はここにはありません。",
    next: "CSV ファイルをもう一度選んでください。",
  },
  import_runs: {
    detail: "別の一括発行が進行中です。",
    next: "終わるのを待つか、止めてからもう一度試してください。",
  },
  too_large: {
    detail: "ファイルが大きすぎます。",
    next: "正しいファイルか確かめてください。",
  },
  "application-too-large": {
    detail: "申請が大きすぎます。",
    next: "申請者に、添付を小さくして作り直してもらってください。",
  },
  "application-form": {
    detail: "申請書として読めません。",
    next: "申請者に、作り直して送ってもらってください。",
  },
  "application-format": {
    detail: "このプログラムより新しい形式の申請書です。",
    next: "このプログラムを新しい版にしてから、もう一度試してください。",
  },
  "application-signature": {
    detail: "申請書の署名が正しくありません。",
    next: "取り込みませんでした。申請者に直接確かめてください。",
  },
  "application-evidence-altered": {
    detail: "添付が、申請者の署名したものと異なります。",
    next: "取り込みませんでした。申請者に直接確かめてください。",
  },
  "sealed-malformed": {
    detail: "封をした申請ファイルではありません。",
    next: "`dokuei identity apply` が作ったファイルを選んでください。",
  },
  "sealed-too-large": {
    detail: "申請ファイルとしては大きすぎます。",
    next: "正しいファイルか確かめてください。",
  },
  "sealed-no-such-key": {
    detail: "別の登録機関の鍵で封をした申請です。",
    next: "申請者に、この登録機関あてに封をし直してもらってください。",
  },
  "sealed-does-not-open": {
    detail: "封を開けられません。途中で書き換えられたか、別の登録機関あてです。",
    next: "取り込みませんでした。申請者にもう一度送ってもらってください。",
  },
  usage: {
    detail: "入力内容を受け付けられませんでした。",
    next: "内容を直してください（{{said}}）。",
  },
  body: {
    detail: "画面とプログラムの版が合っていません。",
    next: "ページを読み込み直してください（{{said}}）。",
  },
  storage: {
    detail: "データフォルダーの読み書きに失敗しました。",
    next: "空き容量と権限を確かめてください（{{said}}）。",
  },
  damaged: {
    detail: "データフォルダーのファイルが壊れています。",
    next: "バックアップから戻してください（{{said}}）。",
  },
  operator_log: {
    detail: "操作記録が書き換えられています。",
    next: "操作を止め、責任者に知らせ、バックアップと比べてください（{{said}}）。",
  },
  busy: {
    detail: "別のプログラムがこのデータフォルダーで作業中です。",
    next: "終わるのを待つか、開いている登録機関の画面で操作してください。",
  },
  revocation: {
    detail: "失効リストを作れないか、確かめられません。",
    next: "データフォルダーの失効リストと発行認証局を確かめてください（{{said}}）。",
  },
  internal: {
    detail: "処理が途中で止まりました。",
    next: "一覧と操作記録で今の状態を確かめてから、もう一度試してください。",
  },
  no_registry: {
    detail: "このデータフォルダーには登録機関がありません。",
    next: "データフォルダーを確かめて、プログラムを起動し直してください（{{said}}）。",
  },
  no_evidence: {
    detail: "この証拠では誰の不正も示せません。",
    next: "証拠のファイルと、ルートの組み合わせを確かめてください（{{said}}）。",
  },
  not_all: {
    detail: "発行できなかった行があります。",
    next: "報告書で行と理由を確かめ、直してからもう一度試してください（{{said}}）。",
  },
  host: {
    detail: "登録機関の画面は、このコンピューターの中からだけ使えます。",
    next: "アドレスを 127.0.0.1 か localhost にして開き直してください。",
  },
  foreign_origin: {
    detail: "別のページからの操作のため、受け付けませんでした。",
    next: "この画面を開き直して、もう一度試してください。",
  },
  intent_missing: {
    detail: "この画面からの操作と確かめられないため、受け付けませんでした。",
    next: "この画面を開き直して、もう一度試してください。",
  },
  unknown_word: {
    detail: "知らない語が使われています。",
    next: "内容を直してください（{{said}}）。",
  },
};

export type RegistryProblemTexts = typeof registryProblemJa;
