//! The registry's own keys and its operators over the API, as the console uses it; and its making in the console.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Child, Stdio};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::desk::{Desk, NODE, PASSPHRASE, SPECIALIST, Serving, read_json};

fn ask(api: &Serving, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let (status, said) = api.ask(method, &format!("/api/v1{path}"), &body.to_string());
    (status, serde_json::from_str(&said).unwrap_or(Value::Null))
}

/// Everything that a process wrote or keeps on the disk.
fn is_anywhere(desk: &Desk, secret: &str) -> bool {
    let mut folders = vec![desk.path("registry")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).contains(secret) {
                return true;
            }
        }
    }
    false
}

/// R3: the next issuing authority by file: its key is made here and stays, the root certifies it elsewhere.
#[test]
fn r3_an_issuing_authority_is_certified_where_the_root_is() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    std::fs::rename(desk.path("registry/root.key"), desk.path("root.key")).unwrap();
    let api = Serving::start(&desk);
    let (_, standing) = ask(&api, "GET", "/keys", &json!({}));
    assert_eq!(standing["name"], "Example Registry");
    assert_eq!(standing["roots"][0]["key_here"], Value::Null);
    assert_eq!(standing["authorities"][0]["certificates"], 1);
    assert_eq!(
        (&standing["request"], &standing["next_authority"]),
        (&Value::Null, &2.into())
    );
    let (status, said) = ask(
        &api,
        "POST",
        "/keys/authority/check",
        &json!({"certificate": desk.read("registry/root.pem")}),
    );
    assert_eq!((status, &said["code"]), (422, &"not_requested".into()), "{said}");

    let (status, said) = ask(&api, "POST", "/keys/authority/request", &json!({}));
    assert_eq!(status, 200, "{said}");
    let again = ask(&api, "POST", "/keys/authority/request", &json!({})).1;
    assert_eq!(said, again, "the request waits, and is the same");
    desk.write("next.csr", said["request"].as_str().unwrap());
    let sign = [
        "root",
        "authority",
        "--key",
        "root.key",
        "--cert",
        "registry/root.pem",
    ];
    let number = ["--request", "next.csr", "--number", "2", "--out", "carried"];
    desk.done(&[&sign[..], &number].concat());
    assert!(!desk.path("carried/issuing.key").exists(), "the key never left");
    let certificate = json!({"certificate": desk.read("carried/issuing.pem")});
    let (status, preview) = ask(&api, "POST", "/keys/authority/check", &certificate);
    assert_eq!(
        (status, &preview["subject"]),
        (200, &"Example Registry Issuing 2".into())
    );
    // For another request, or of another root, it is not taken.
    desk.done(&["root", "create", "--name", "Example Registry", "--out", "other"]);
    let foreign = [
        "root",
        "authority",
        "--key",
        "other/root.key",
        "--cert",
        "other/root.pem",
    ];
    let out = ["--request", "next.csr", "--out", "foreign"];
    desk.done(&[&foreign[..], &out].concat());
    let foreign = json!({"certificate": desk.read("foreign/issuing.pem")});
    let (status, said) = ask(&api, "POST", "/keys/authority", &foreign);
    assert_eq!(
        (status, &said["code"]),
        (422, &"foreign_authority".into()),
        "{said}"
    );

    let (status, taken) = ask(&api, "POST", "/keys/authority", &certificate);
    assert_eq!(
        (status, &taken["authority"]),
        (201, &preview["fingerprint"]),
        "{taken}"
    );
    let (_, standing) = ask(&api, "GET", "/keys", &json!({}));
    assert_eq!(standing["request"], Value::Null);
    assert_eq!(standing["authorities"][0]["signs_list"], true, "{standing}");
    assert_eq!(standing["authorities"][1]["current"], true);
    assert!(!desk.path("registry/authorities/next.key").exists());
    let rows = ask(&api, "GET", "/operator-log?limit=3", &json!({})).1;
    let acts: Vec<_> = rows["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["act"], &row["outcome"]))
        .collect();
    let [rotate, request] = ["authority_rotate", "authority_request"].map(Value::from);
    let [done, refused] = ["done", "refused"].map(Value::from);
    assert_eq!(acts, [(&rotate, &done), (&rotate, &refused), (&request, &done)]);
    drop(api);
    desk.done(&NODE);
    assert_ne!(
        desk.chain("node.pem").intermediates,
        desk.chain("tanaka.pem").intermediates
    );
    // The same by command.
    desk.done(&["authority", "request", "--out", "third.csr"]);
    let number = ["--request", "third.csr", "--number", "3", "--out", "third"];
    desk.done(&[&sign[..], &number].concat());
    desk.done(&["authority", "rotate", "--from", "third"]);
    desk.done(&["operator-log", "verify"]);
}

/// R3, R19: the root's key in hand, as its file, its shares or where it lies, does what only the root can do; a ceremony
/// makes the root that follows; what opens the key is nowhere afterwards.
#[test]
fn r19_the_root_in_hand_rolls_over_and_leaves_nothing_behind() {
    let desk = Desk::new();
    desk.done(&SPECIALIST);
    let pages = desk.json(&[
        "root",
        "split",
        "--shares",
        "3",
        "--threshold",
        "2",
        "--out",
        "pages",
    ]);
    let shares: Vec<String> = pages["pages"]
        .as_array()
        .unwrap()
        .iter()
        .take(2)
        .map(|page| share(&desk.read(page.as_str().unwrap())))
        .collect();
    let sealed = BASE64.encode(&std::fs::read(desk.path("registry/root.key")).unwrap());
    let api = Serving::start(&desk);
    let hand = json!({"passphrase": "not the right words 7"});
    let (status, said) = ask(&api, "POST", "/keys/authority", &json!({"root": hand}));
    assert_eq!(
        (status, &said["code"]),
        (401, &"wrong_passphrase".into()),
        "{said}"
    );
    let (status, said) = ask(
        &api,
        "POST",
        "/keys/authority",
        &json!({"root": {"passphrase": PASSPHRASE}}),
    );
    assert_eq!(status, 201, "{said}");
    std::fs::remove_file(desk.path("registry/root.key")).unwrap();
    let (status, said) = ask(
        &api,
        "POST",
        "/keys/authority",
        &json!({"root": {"shares": shares[..1]}}),
    );
    assert_eq!((status, &said["code"]), (422, &"share".into()), "{said}");
    let (status, said) = ask(
        &api,
        "POST",
        "/keys/authority",
        &json!({"root": {"shares": shares}}),
    );
    assert_eq!(status, 201, "{said}");
    let file = json!({"file": sealed, "passphrase": PASSPHRASE});
    // Whoever tries what opens the root's key leaves a trace, here as there.
    let guess = json!({"file": sealed, "passphrase": "not the right words 7"});
    let (status, said) = ask(&api, "POST", "/keys/register", &json!({"root": guess}));
    assert_eq!(
        (status, &said["code"]),
        (401, &"wrong_passphrase".into()),
        "{said}"
    );
    let row = &ask(&api, "GET", "/operator-log?limit=1", &json!({})).1["items"][0];
    assert_eq!(
        (&row["act"], &row["outcome"], &row["detail"]["code"]),
        (
            &"register_rekey".into(),
            &"refused".into(),
            &"wrong_passphrase".into()
        )
    );
    let (status, said) = ask(&api, "POST", "/keys/register", &json!({"root": file}));
    assert_eq!(status, 200, "{said}");

    assert_eq!(
        ask(&api, "POST", "/keys/root", &json!({"ceremony": file})).1["code"],
        "no_ceremony"
    );
    let (tried, next) = held(&api);
    assert_eq!(
        ask(&api, "POST", "/keys/root", &json!({"ceremony": file})).1["code"],
        "share"
    );
    assert_eq!(
        ask(&api, "POST", "/ceremony/share", &json!({"share": tried})).0,
        200
    );
    let (status, said) = ask(&api, "POST", "/keys/root", &json!({"ceremony": file}));
    assert_eq!((status, &said["root"]), (201, &next["fingerprint"]), "{said}");
    assert_eq!(
        ask(&api, "GET", "/ceremony", &json!({})).0,
        404,
        "its key is gone"
    );
    let standing = ask(&api, "GET", "/keys", &json!({})).1;
    assert_eq!(standing["roots"].as_array().unwrap().len(), 2);
    // The nobody in particular who acted goes on with the register's new key.
    assert_eq!(ask(&api, "GET", "/operator-log/verify", &json!({})).0, 200);
    drop(api);
    for secret in [
        PASSPHRASE,
        &sealed,
        tried.lines().next().unwrap(),
        shares[0].lines().next().unwrap(),
    ] {
        assert!(!is_anywhere(&desk, secret), "a secret is on the disk");
    }
    desk.done(&["operator-log", "verify"]);
}

/// Makes a root of three shares, two of which are needed; gives a share from its printed page, and what is held.
fn held(api: &Serving) -> (String, Value) {
    let plan = json!({"name": "Example Registry", "shares": 3, "threshold": 2, "passphrase": "a copy for the safe 4"});
    let easy = json!({"name": "Example Registry", "shares": 3, "threshold": 2, "passphrase": "easy"});
    assert_eq!(
        ask(api, "POST", "/ceremony", &easy).1["code"],
        "passphrase_too_short"
    );
    let (status, held) = ask(api, "POST", "/ceremony", &plan);
    assert_eq!((status, &held["tried"]), (201, &false.into()), "{held}");
    let (status, page) = api.ask("GET", "/api/v1/ceremony/pages/2", "");
    assert!(
        status == 200 && page.contains("Share 2 of 3") && page.contains("<svg"),
        "{page}"
    );
    let (_, whole) = api.whole(
        "GET",
        "/api/v1/ceremony/pages/1",
        &api.address,
        &format!("Authorization: Bearer {}\r\n", api.token),
        "",
    );
    assert!(
        whole.contains("content-security-policy: default-src 'none'; style-src 'unsafe-inline'"),
        "{whole}"
    );
    assert!(whole.contains("cache-control: no-store"), "{whole}");
    assert_eq!(api.ask("GET", "/api/v1/ceremony/pages/4", "").0, 422);
    assert_eq!(
        ask(api, "POST", "/ceremony/share", &json!({"share": "ABCD"})).1["code"],
        "share"
    );
    (share(&page), held)
}

/// The six lines of a page.
fn share(page: &str) -> String {
    let rest = page.split_once("<pre id=share>").unwrap().1;
    rest.split_once("</pre>").unwrap().0.to_owned()
}

/// R11: operators are named and let go in the console; who is let go is out at once, and the last one stays.
#[test]
fn r11_operators_come_and_go_in_the_console() {
    let desk = Desk::new();
    let api = Serving::start(&desk);
    let new = |name: &str| json!({"name": name, "passphrase": format!("{name} to issho ni 9 nen")});
    assert_eq!(
        ask(
            &api,
            "POST",
            "/operators",
            &json!({"name": "suzuki", "passphrase": "suzuki suzuki 1"})
        )
        .1["code"],
        "passphrase_easy_to_guess"
    );
    assert_eq!(
        ask(&api, "POST", "/operators", &new("Su/zuki")).1["code"],
        "usage"
    );
    assert_eq!(ask(&api, "POST", "/operators", &new("suzuki")).0, 201);
    // From the first one on, only operators act: whoever the token stands for is nobody any more.
    assert_eq!(ask(&api, "GET", "/operators", &json!({})).0, 401);
    let token = |name: &str, passphrase: &str| {
        let body = json!({"operator": name, "passphrase": passphrase}).to_string();
        let (status, said) = api.raw("POST", "/api/v1/session", &api.address, "", &body);
        let said: Value = serde_json::from_str(&said).unwrap();
        (status, said["token"].as_str().unwrap_or_default().to_owned())
    };
    let by = |token: &str, method: &str, path: &str, body: &Value| {
        let header = format!("Authorization: Bearer {token}\r\n");
        let path = format!("/api/v1{path}");
        let (status, said) = api.raw(method, &path, &api.address, &header, &body.to_string());
        (status, serde_json::from_str(&said).unwrap_or(Value::Null))
    };
    let suzuki = token("suzuki", "suzuki to issho ni 9 nen").1;
    let (status, said) = by(&suzuki, "DELETE", "/operators/suzuki", &json!({}));
    assert_eq!((status, &said["code"]), (409, &"last_operator".into()));
    assert_eq!(
        by(&suzuki, "POST", "/operators", &new("suzuki")).1["code"],
        "operator_exists"
    );
    assert_eq!(by(&suzuki, "POST", "/operators", &new("mori")).0, 201);
    let mori = token("mori", "mori to issho ni 9 nen").1;
    // The pages of a root that one operator makes are nobody else's to see.
    let plan = json!({"name": "Example Registry", "shares": 2, "threshold": 2, "passphrase": "a copy for the safe 4"});
    assert_eq!(by(&suzuki, "POST", "/ceremony", &plan).0, 201);
    assert_eq!(
        by(&mori, "GET", "/ceremony/pages/1", &json!({})).1["code"],
        "no_ceremony"
    );
    assert_eq!(by(&mori, "DELETE", "/ceremony", &json!({})).0, 204);
    // Nor can another one be put into its place behind her back.
    let (status, said) = by(&mori, "POST", "/ceremony", &plan);
    assert_eq!((status, &said["code"]), (409, &"ceremony_held".into()), "{said}");
    assert_eq!(by(&suzuki, "GET", "/ceremony", &json!({})).0, 200);
    let change = |own: &str| json!({"passphrase": own, "new_passphrase": "mori no atarashii kotoba 5"});
    assert_eq!(
        by(
            &mori,
            "POST",
            "/operators/passphrase",
            &change("wrong one by far 8")
        )
        .1["code"],
        "wrong_passphrase"
    );
    assert_eq!(
        by(
            &mori,
            "POST",
            "/operators/passphrase",
            &change("mori to issho ni 9 nen")
        )
        .0,
        200
    );
    assert_eq!(token("mori", "mori to issho ni 9 nen").0, 401);
    let again = token("mori", "mori no atarashii kotoba 5").1;
    assert_eq!(by(&suzuki, "DELETE", "/operators/mori", &json!({})).0, 200);
    for gone in [&mori, &again] {
        assert_eq!(
            by(gone, "GET", "/status", &json!({})).0,
            401,
            "she is out at once"
        );
    }
    // The same name again is another key: what she had is no good for it.
    assert_eq!(by(&suzuki, "POST", "/operators", &new("mori")).0, 201);
    assert_eq!(by(&mori, "GET", "/status", &json!({})).0, 401);
    assert_eq!(by(&suzuki, "GET", "/operator-log/verify", &json!({})).0, 200);
}

/// R17: whoever sits down at an operator's screen cannot try her passphrase there for ever; and when she changes it,
/// whoever else is signed in as her is signed out.
#[test]
fn r17_changing_a_passphrase_counts_tries_and_ends_other_sessions() {
    let desk = Desk::new();
    desk.write("mori", "mori to issho ni 9 nen\n");
    desk.done(&["operator", "add", "mori", "--new-passphrase-file", "mori"]);
    let arguments = ["--operator", "mori", "--passphrase-file", "mori", "serve"];
    let api = Serving::start_with(&desk, &arguments);
    let host = api.address.as_str();
    let sign_in = |passphrase: &str| {
        let body = json!({"operator": "mori", "passphrase": passphrase}).to_string();
        let (status, said) = api.raw("POST", "/api/v1/session", host, "", &body);
        let said: Value = serde_json::from_str(&said).unwrap();
        (status, said["token"].as_str().unwrap_or_default().to_owned())
    };
    let (hers, thiefs) = (
        sign_in("mori to issho ni 9 nen").1,
        sign_in("mori to issho ni 9 nen").1,
    );
    let works = |token: &str| {
        let header = format!("Authorization: Bearer {token}\r\n");
        api.raw("GET", "/api/v1/session", host, &header, "").0
    };
    assert_eq!((works(&hers), works(&thiefs)), (200, 200));
    let change = |token: &str, own: &str, new: &str| {
        let header = format!("Authorization: Bearer {token}\r\n");
        let body = json!({"passphrase": own, "new_passphrase": new}).to_string();
        api.raw("POST", "/api/v1/operators/passphrase", host, &header, &body)
    };
    let new = "mori no atarashii kotoba 5";
    let (status, said) = change(&hers, "mori to issho ni 9 nen", new);
    assert_eq!(status, 200, "{said}");
    assert_eq!(
        (works(&hers), works(&thiefs)),
        (200, 401),
        "the other session ends"
    );

    let tries = |_| change(&hers, "not the right words 7", "another good one, 31").0;
    let locked = (0..20).map(tries).any(|status| {
        assert!(status == 401 || status == 429, "{status}");
        status == 429
    });
    assert!(locked, "her passphrase can be tried for ever");
    let tried = read_json(&desk.path("registry/tries.json"));
    assert!(tried["mori"]["times"].as_u64().unwrap() >= 5, "{tried}");
}

/// `serve` in an empty directory, until its address is told.
fn set_up(desk: &Desk) -> Serving {
    std::fs::create_dir(desk.path("ui")).unwrap();
    desk.write("ui/index.html", "<!doctype html><title>console</title>");
    let mut command = desk.command(&["serve", "--ui-dir", "ui"]);
    let child: Child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = desk.path("registry/api.json");
    while !told.exists() {
        std::thread::sleep(core::time::Duration::from_millis(50));
    }
    let address = read_json(&told)["api"]
        .as_str()
        .unwrap()
        .trim_start_matches("http://")
        .to_owned();
    let token = desk.read("registry/api.token");
    Serving {
        child,
        address,
        token,
    }
}

/// R3, R19: an empty directory becomes a registry in the console, by a ceremony whose root key never reaches the disk; then
/// the same address is the registry's console.
#[test]
fn r19_the_console_makes_a_registry() {
    let desk = Desk::empty();
    let mut api = set_up(&desk);
    let (status, said) = api.raw("GET", "/api/v1/session", &api.address, "", "");
    assert!(status == 401 && said.contains("\"set_up\""), "{said}");
    let (status, said) = api.raw(
        "POST",
        "/api/v1/session",
        &api.address,
        "",
        r#"{"passphrase": "guess"}"#,
    );
    assert!(status == 401 && said.contains("wrong_code"), "{said}");
    let choice = json!({
        "origin": "ceremony", "passphrase": PASSPHRASE,
        "operator": "suzuki", "operator_passphrase": "suzuki to issho ni 9 nen",
    });
    assert_eq!(ask(&api, "POST", "/set-up", &choice).1["code"], "no_ceremony");
    let (tried, held) = held(&api);
    let (status, said) = ask(&api, "POST", "/set-up", &choice);
    assert_eq!((status, &said["code"]), (422, &"share".into()), "{said}");
    assert_eq!(
        ask(&api, "POST", "/ceremony/share", &json!({"share": tried})).0,
        200
    );
    let (status, certificate) = api.ask("GET", "/api/v1/ceremony/root.pem", "");
    assert!(
        status == 200 && certificate.contains("BEGIN CERTIFICATE"),
        "{certificate}"
    );
    assert!(
        !desk.path("registry/root.pem").exists(),
        "nothing is written before the end"
    );
    // Whoever sends half a request and waits does not keep the registry from being served.
    let mut half = TcpStream::connect(&api.address).unwrap();
    half.write_all(b"GET /api/v1/session HTTP/1.1\r\nHo").unwrap();
    let (status, made) = ask(&api, "POST", "/set-up", &choice);
    assert_eq!(
        (status, &made["fingerprint"]),
        (201, &held["fingerprint"]),
        "{made}"
    );

    // The socket is the same; the token is that of a registry that serves now.
    let old = api.token.clone();
    while desk.read("registry/api.token") == old || !desk.path("registry/api.json").exists() {
        std::thread::sleep(core::time::Duration::from_millis(50));
    }
    api.token = desk.read("registry/api.token");
    drop(half);
    let (status, session) = ask(&api, "GET", "/session", &json!({}));
    assert_eq!(
        (status, &session["operator"]),
        (200, &"suzuki".into()),
        "{session}"
    );
    assert!(!desk.path("registry/root.key").exists());
    let rows = ask(&api, "GET", "/operator-log", &json!({})).1;
    assert_eq!(rows["items"][1]["act"], "set_up", "{rows}");
    assert_eq!(rows["items"][1]["detail"]["threshold"], 2);
    drop(api);
    desk.write("suzuki", "suzuki to issho ni 9 nen\n");
    let by = ["--operator", "suzuki", "--passphrase-file", "suzuki"];
    desk.done(&[&by[..], &SPECIALIST].concat());
    desk.done(&["operator-log", "verify"]);
    assert!(!is_anywhere(&desk, tried.lines().next().unwrap()));
}

/// R3: a root and an issuing authority that were made elsewhere are taken over; what does not fit changes nothing.
#[test]
fn r3_the_console_takes_over_a_ceremony_from_elsewhere() {
    let desk = Desk::empty();
    for name in ["one", "two"] {
        desk.done(&["root", "create", "--name", "Example Registry", "--out", name]);
        let (key, certificate, out) = (
            format!("{name}/root.key"),
            format!("{name}/root.pem"),
            format!("{name}-carried"),
        );
        desk.done(&[
            "root",
            "authority",
            "--key",
            &key,
            "--cert",
            &certificate,
            "--out",
            &out,
        ]);
    }
    let api = set_up(&desk);
    let key = BASE64.encode(&std::fs::read(desk.path("one-carried/issuing.key")).unwrap());
    let choice = |root: &str| {
        json!({
            "origin": {"carried": {
                "root": desk.read(root), "issuing": desk.read("one-carried/issuing.pem"),
                "key": key, "passphrase": PASSPHRASE,
            }},
            "passphrase": "hibi no kagi no kotoba 3", "operator": "suzuki",
            "operator_passphrase": "suzuki to issho ni 9 nen",
        })
    };
    let (status, said) = ask(&api, "POST", "/set-up", &choice("two/root.pem"));
    assert_eq!(
        (status, &said["code"]),
        (422, &"foreign_authority".into()),
        "{said}"
    );
    assert!(!desk.path("registry/root.pem").exists());
    let (status, said) = ask(&api, "POST", "/set-up", &choice("one/root.pem"));
    assert_eq!(status, 201, "{said}");
    drop(api);
    desk.write("suzuki", "suzuki to issho ni 9 nen\n");
    let by = ["--operator", "suzuki", "--passphrase-file", "suzuki"];
    desk.done(&[&by[..], &SPECIALIST].concat());
}
