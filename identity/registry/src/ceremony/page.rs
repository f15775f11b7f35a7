//! A share on a page to be printed: for the person who keeps it, in Japanese and English.

use dokuei_identity::chain::TrustAnchor;
use qrcode::QrCode;
use qrcode::render::svg;
use zeroize::Zeroizing;

use super::share::RootShare;
use crate::failure::Failure;

/// Prints like a page of A4; loads nothing.
const STYLE: &str = "@page{size:A4;margin:18mm}body{font:11pt/1.6 'Noto Sans CJK JP','Hiragino Sans',sans-serif;\
    max-width:170mm;margin:auto;color:#000;background:#fff}h1{font-size:18pt;margin:0}h2{font-size:12pt}\
    .share{display:flex;gap:10mm;align-items:center;border:2px solid #000;padding:6mm;margin:6mm 0}\
    .share svg{width:52mm;height:52mm;flex:none}pre{font:15pt/1.8 monospace;margin:0}\
    table{border-collapse:collapse;width:100%}th,td{border:1px solid #000;padding:1.5mm 3mm;text-align:left}\
    th{white-space:nowrap;font-weight:normal}.sign td{height:10mm}";

/// What the page may do in a browser: be drawn, and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The page of one share of this root's key.
pub(super) fn print(share: &RootShare, root: &TrustAnchor) -> Result<Zeroizing<String>, Failure> {
    let lines = share.to_lines();
    let code = Zeroizing::new(lines.trim_end().replace('\n', "-"));
    let failed = |error| Failure::Share(format!("the share cannot be drawn: {error}"));
    let code = QrCode::new(code.as_bytes()).map_err(failed)?;
    let drawing = Zeroizing::new(code.render::<svg::Color<'_>>().min_dimensions(200, 200).build());
    // Only the drawing itself: the XML declaration has no place inside a page.
    let drawing = drawing.find("<svg").map_or("", |start| &drawing[start..]);
    let (number, total, threshold) = (share.number, share.total, share.threshold);
    let (set, name) = (share.set_name(), escape(&root.common_name()));
    let fingerprint = root.fingerprint();
    Ok(Zeroizing::new(format!(
        "<!doctype html><html lang=ja><meta charset=utf-8><title>{set}-{number}</title><style>{STYLE}</style>\n\
        <h1>ルート鍵の分割片 {number} / {total}</h1>\n\
        <p lang=en>Share {number} of {total} of the root key</p>\n\
        <table><tr><th>登録機関 Registry<td>{name}<tr><th>組 Set<td>{set}\
        <tr><th>番号 Number<td>{number} / {total}<tr><th>復元に必要な数 Needed<td>{threshold}\
        <tr><th>ルート証明書の指紋 Root fingerprint<td style='font-family:monospace;word-break:break-all'>{fingerprint}\
        </table>\n\
        <div class=share>{drawing}<pre id=share>{lines}</pre></div>\n\
        <h2>保管される方へ</h2><ul>\
        <li>この紙と、ほかの{others}枚を合わせると、ルート鍵が復元されます。1枚だけでは何も分かりません。\
        <li>封筒に入れて封をし、署名し、ほかの分割片とは別の場所の耐火金庫に保管してください。\
        <li>写真を撮らず、複写せず、電子的に送らないでください。\
        <li>紛失・盗難・開封の跡に気づいたら、直ちに登録機関の責任者に知らせてください。鍵を作り直します。\
        <li>復元: <code>dokuei-registry root recover</code>。6行を打ち込みます(OとI、Lは使いません。行ごとに誤りが分かります)。\
        </ul>\n\
        <div lang=en><h2>To the person who keeps this</h2><ul>\
        <li>This page together with {others} more gives the root key back. Alone it tells nothing.\
        <li>Seal it in an envelope, sign across the flap, and keep it in a fire-proof safe, apart from the other shares.\
        <li>Take no photograph, make no copy, send it by no electronic means.\
        <li>If it is lost, stolen, or seems to have been opened, tell whoever answers for the registry at once: the \
        key will be replaced.\
        <li>To recover: <code>dokuei-registry root recover</code>, and type the six lines (there are no letters I, L \
        and O; an error is found on its line).\
        </ul></div>\n\
        <table class=sign><tr><th>保管者 Keeper<td><th>日付 Date<td><tr><th>立会人 Witness<td><th>署名 Signature<td></table>\n\
        </html>\n",
        lines = *lines,
        others = threshold.saturating_sub(1),
    )))
}

/// The share in a page that was printed, when the text is one.
pub(super) fn read(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<pre id=share>")?;
    Some(rest.split_once("</pre>")?.0)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
