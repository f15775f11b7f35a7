//! The health page: one table for whoever runs this host, in Japanese and English. It loads nothing and needs no script.

use std::fmt::Write as _;

use crate::state::State;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f}\
    h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
    th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}\
    .ok{color:#17663a}.ill{color:#a61b1b;font-weight:bold}code{overflow-wrap:anywhere}";

/// The page. `now` is in seconds since 1970.
pub(super) fn html(state: &State, now: u64) -> String {
    let (title, class) = if state.is_healthy() {
        ("正常に動作しています / Working", "ok")
    } else {
        ("問題があります / Something needs attention", "ill")
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"30\"><title>dokuei-bootstrap</title>\
         <style>{STYLE}</style></head><body><h1>dokuei-bootstrap {}</h1><p class=\"{class}\">{title}</p><table>",
        escape(state.version)
    );
    for check in &state.checks {
        let (mark, class) = if check.ok { ("✓", "ok") } else { ("✗", "ill") };
        row(
            &mut page,
            label(check.name),
            &format!("{mark} {}", check.says),
            class,
        );
    }
    page.push_str("</table><h2>現在の状況 / Now</h2><table>");
    for (name, value) in numbers(state, now) {
        row(&mut page, name, &value, "");
    }
    page.push_str("</table><h2>拒否した回数 / Refused since the start</h2><table>");
    for (reason, count) in state.refused.iter().filter(|(_, count)| **count > 0) {
        row(&mut page, reason, &count.to_string(), "");
    }
    page.push_str("</table><h2>ノードに設定するアドレス / Addresses for nodes</h2>");
    for address in &state.addresses {
        let _ = write!(page, "<p><code>{}</code></p>", escape(address));
    }
    page.push_str("</body></html>\n");
    page
}

fn label(check: &'static str) -> &'static str {
    match check {
        "listening" => "待ち受け / Listening",
        "memory" => "メモリ / Memory",
        "connections" => "接続 / Connections",
        "register" => "登録簿 / Register",
        "drop_box" => "申請の預かり / Drop box",
        other => other,
    }
}

fn numbers(state: &State, now: u64) -> Vec<(&'static str, String)> {
    let mut numbers = vec![
        ("稼働時間 / Up for", span(now.saturating_sub(state.started_at))),
        ("接続中のノード / Peers", state.peers.to_string()),
        ("登録中のノード / Registered", state.registered.to_string()),
        (
            "中継回線 / Circuits",
            format!("{} (計 / in all {})", state.circuits_open, state.circuits_total),
        ),
        ("中継量 / Relayed", format!("{} MiB", state.relayed_bytes >> 20)),
    ];
    if let Some(register) = &state.register {
        let age = register.signed_at.map(|at| span(now.saturating_sub(at)));
        let age = age.unwrap_or_else(|| "–".to_owned());
        numbers.push(("登録簿の件数 / Entries", register.entries.to_string()));
        numbers.push(("署名からの経過 / Signed before", age));
        numbers.push(("登録簿の先頭 / Head", register.head.clone().unwrap_or_default()));
    }
    numbers
}

fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    format!("{days} d {hours} h {minutes} min")
}

fn row(page: &mut String, name: &str, value: &str, class: &str) {
    let (name, value) = (escape(name), escape(value));
    let _ = write!(page, "<tr><th>{name}</th><td class=\"{class}\">{value}</td></tr>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Check;

    #[test]
    fn the_page_says_in_both_languages_what_is_wrong_and_nothing_is_markup() {
        let mut state = State {
            checks: vec![Check {
                name: "register",
                ok: true,
                says: "7 entries".to_owned(),
            }],
            ..State::default()
        };
        assert!(html(&state, 0).contains("正常に動作しています / Working"));
        state.checks[0].ok = false;
        state.checks[0].says = "<script>".to_owned();
        let page = html(&state, 0);
        assert!(page.contains("問題があります") && page.contains("登録簿 / Register"));
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
    }
}
