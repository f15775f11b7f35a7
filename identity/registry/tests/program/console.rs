//! The loopback API as the console in the browser uses it.

use serde_json::Value;

use crate::desk::{Desk, SPECIALIST, Serving};

fn json(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

/// R11: the life of a credential by the API, searching, and the operator log.
#[test]
fn r11_the_api_does_the_whole_job() {
    let desk = Desk::new();
    let name = desk.json(&SPECIALIST)["fingerprint"].as_str().unwrap().to_owned();
    let api = Serving::start(&desk);
    let step = |step: &str, body: &str| {
        let (status, body) = api.ask("POST", &format!("/api/v1/credentials/{name}/{step}"), body);
        (status, json(&body))
    };
    let (status, said) = step("suspend", "");
    assert_eq!(
        (status, &said["credential"]["standing"]),
        (200, &"suspended".into())
    );
    let (status, said) = step("renew", "");
    assert_eq!((status, &said["code"]), (409, &"not_in_this_state".into()));
    assert_eq!(step("reinstate", "").0, 200);
    assert_eq!(step("renew", r#"{"days": 30}"#).0, 201);
    let request = std::fs::read_to_string(desk.path(&desk.request("new", 8))).unwrap();
    let (status, said) = step("rekey", &serde_json::json!({"request": request}).to_string());
    assert_eq!(status, 201, "{said}");
    assert_eq!(step("nonsense", "").0, 404);

    let search = |query: &str| {
        json(
            &api.ask("GET", &format!("/api/v1/credentials/search?{query}"), "")
                .1,
        )
    };
    assert_eq!(search("")["total"], 3);
    assert_eq!(search("standing=superseded")["total"], 1);
    assert_eq!(
        search("q=tanaka&standing=in_force&limit=1")["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(search("q=tanaka&standing=in_force&limit=1&offset=1")["total"], 2);
    assert_eq!(search("kind=node")["total"], 0);
    let one = json(&api.ask("GET", &format!("/api/v1/credentials/{name}"), "").1);
    assert_eq!(one["certificate"]["licence"]["number"], "123456");
    let log = json(&api.ask("GET", "/api/v1/operator-log?limit=2", "").1);
    assert_eq!(
        (&log["total"], &log["items"][0]["act"]),
        (&6.into(), &"rekey".into())
    );
    assert_eq!(api.ask("GET", "/api/v1/operator-log/verify", "").0, 200);
    let status = json(&api.ask("GET", "/api/v1/status", "").1);
    assert_eq!(
        (&status["in_force"], &status["four_eyes"]),
        (&2.into(), &false.into())
    );
    assert!(status["register"]["size"].as_u64().unwrap() > 5, "{status}");
    assert!(status["crl_age"].as_u64().unwrap() < 600, "{status}");
    assert!(
        api.ask("GET", "/api/v1/register/checkpoint", "")
            .1
            .contains("dokuei/register/")
    );
}

/// R17, R21: a browser signs in as an operator; her cookie, with the header of our own pages, acts as her.
#[test]
fn r17_a_browser_signs_in_and_acts_as_its_operator() {
    let desk = Desk::new();
    for name in ["suzuki", "mori"] {
        desk.write(name, &format!("{name} to issho ni 9 nen\n"));
    }
    desk.done(&["operator", "add", "suzuki", "--new-passphrase-file", "suzuki"]);
    let first = ["--operator", "suzuki", "--passphrase-file", "suzuki"];
    let add = ["operator", "add", "mori", "--new-passphrase-file", "mori"];
    desk.done(&[&first[..], &add].concat());
    desk.write("registry/registry.toml", "four_eyes = true\n");
    std::fs::create_dir(desk.path("ui")).unwrap();
    desk.write("ui/index.html", "<!doctype html><title>console</title>");
    let api = Serving::start_with(&desk, &[&first[..], &["serve", "--ui-dir", "ui"]].concat());
    let host = api.address.clone();
    let (status, page) = api.raw("GET", "/credentials", &host, "", "");
    assert!(status == 200 && page.contains("console"), "{page}");

    let sign_in = |name: &str, passphrase: &str| {
        let body = serde_json::json!({"operator": name, "passphrase": passphrase}).to_string();
        api.whole("POST", "/api/session", &host, "", &body)
    };
    assert_eq!(sign_in("suzuki", "mori to issho ni 9 nen").0, 401);
    // Neither the answer nor the lock tells a stranger which names there are, and made-up names lock nobody else out.
    for name in ["nobody", "someone", "root", "admin", "Mori"] {
        let (status, said) = sign_in(name, "mori to issho ni 9 nen");
        assert!(status == 401 && said.contains("wrong_passphrase"), "{said}");
    }
    let locked = (0..20).any(|number| sign_in(&format!("name-{number}"), "mori to issho ni 9 nen").0 == 429);
    assert!(locked, "made-up names can be tried for ever");
    let cookie = |name: &str| {
        let (status, answer) = sign_in(name, &format!("{name} to issho ni 9 nen"));
        assert_eq!(status, 201, "{answer}");
        let line = answer
            .lines()
            .find(|line| line.starts_with("set-cookie: "))
            .unwrap()
            .to_owned();
        assert!(line.contains("HttpOnly; SameSite=Strict"), "{line}");
        let value = line
            .trim_start_matches("set-cookie: ")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        format!("Cookie: {value}\r\n")
    };
    let (suzuki, mori) = (cookie("suzuki"), cookie("mori"));
    let shown = json(&api.raw("GET", "/api/v1/session", &host, &mori, "").1);
    assert_eq!(shown["operator"], "mori");

    let request = std::fs::read_to_string(desk.path("tanaka.csr")).unwrap();
    let order = serde_json::json!({
        "kind": "node", "request": request, "institution": "みなと歯科", "institution_code": "1312345",
        "device_class": "fixed", "owner": "institution",
    })
    .to_string();
    let issue = "/api/v1/credentials";
    assert_eq!(
        api.raw("POST", issue, &host, &suzuki, &order).0,
        403,
        "no X-Dokuei"
    );
    let foreign = format!("{suzuki}X-Dokuei: 1\r\nOrigin: http://evil.example\r\n");
    assert_eq!(api.raw("POST", issue, &host, &foreign, &order).0, 403);
    let meant = |cookie: &str| format!("{cookie}X-Dokuei: 1\r\nOrigin: http://{host}\r\n");
    let (status, said) = api.raw("POST", issue, &host, &meant(&suzuki), &order);
    assert_eq!(status, 202, "{said}");
    let approve = format!(
        "/api/v1/pending/{}/approve",
        json(&said)["pending"].as_str().unwrap()
    );
    let (status, said) = api.raw("POST", &approve, &host, &meant(&suzuki), "");
    assert_eq!((status, &json(&said)["code"]), (403, &"same_person".into()));
    assert_eq!(api.raw("POST", &approve, &host, &meant(&mori), "").0, 200);
    assert_eq!(api.raw("DELETE", "/api/session", &host, &meant(&mori), "").0, 204);
    assert_eq!(api.raw("GET", "/api/v1/status", &host, &mori, "").0, 401);

    // Who tried is on the disk: killed and started again it knows it still, and takes no right passphrase before its time.
    drop(api);
    let tried = desk.read("registry/tries.json");
    assert!(!tried.contains("name-") && !tried.contains("suzuki"), "{tried}");
    assert!(json(&tried)[""]["times"].as_u64().unwrap() >= 5, "{tried}");
    let many = serde_json::json!({"mori": {"times": 15, "last": crate::desk::now()}});
    desk.write("registry/tries.json", &many.to_string());
    let api = Serving::start_with(&desk, &[&first[..], &["serve"]].concat());
    let body = serde_json::json!({"operator": "mori", "passphrase": "mori to issho ni 9 nen"}).to_string();
    let (status, said) = api.whole("POST", "/api/session", &api.address, "", &body);
    assert!(status == 429 && said.contains("retry-after: "), "{status} {said}");
}
