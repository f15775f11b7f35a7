//! `dokuei init` and `dokuei identity`: a node comes into being, once, and only with a good passphrase.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::program::{Ran, dokuei, passphrase_file};
use crate::support::registry::{Registry, TANAKA};

fn init(data_dir: &Path, passphrase: &Path) -> Ran {
    dokuei(
        data_dir,
        &[
            "init",
            "--institution",
            "山田歯科医院",
            "--institution-code",
            "1312345678",
            "--passphrase-file",
            passphrase.to_str().unwrap(),
        ],
    )
}

#[test]
fn a_node_is_made_once_and_never_over_another() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let phrase = passphrase_file(place.path(), "quiet machine no. 5");
    let made = init(&data, &phrase);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.out.contains("12D3KooW"), "its PeerId is shown");
    let key = fs::read(data.join("node.key")).unwrap();

    let again = init(&data, &phrase);
    assert!(again.refused(1).contains("already"), "{again:?}");
    assert_eq!(
        fs::read(data.join("node.key")).unwrap(),
        key,
        "the key is as it was"
    );
}

#[test]
fn r19_only_the_owner_may_look_into_the_data_directory() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    init(&data, &passphrase_file(place.path(), "quiet machine no. 5"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("node.key")), 0o600);
}

#[test]
fn r6_a_passphrase_that_is_too_short_is_refused_and_nothing_is_made() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let refused = init(&data, &passphrase_file(place.path(), "short"));
    assert!(
        refused.refused(1).contains("at least 13 characters"),
        "{refused:?}"
    );
    assert!(!data.join("node.key").exists());
    let refused = init(&data, Path::new("/no/such/file"));
    assert!(refused.refused(1).contains("cannot be read"), "{refused:?}");
    assert!(!data.exists());
}

#[test]
fn without_terminal_and_file_the_passphrase_is_asked_for_in_words() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let refused = dokuei(&data, &["init", "--institution", "a", "--institution-code", "b"]);
    assert!(refused.refused(1).contains("--passphrase-file"), "{refused:?}");
}

#[test]
fn r20_a_wrong_node_passphrase_is_told_in_one_sentence() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    init(&data, &passphrase_file(place.path(), "quiet machine no. 5"));
    let wrong = passphrase_file(place.path(), "another passphrase");
    let wrong = wrong.to_str().unwrap();
    for command in [&["run"][..], &["identity", "request-node"]] {
        let arguments = [command, &["--passphrase-file", wrong]].concat();
        let refused = dokuei(&data, &arguments);
        let told = refused.refused(1);
        assert!(
            told.contains("cannot be unlocked") && told.contains("dokuei init"),
            "{told}"
        );
    }
    assert!(!data.join("api.json").exists());
}

#[test]
fn where_there_is_no_node_every_command_says_so() {
    let place = tempfile::tempdir().unwrap();
    let nothing = place.path().join("nothing");
    for command in [&["run"][..], &["identity", "show"], &["identity", "request-node"]] {
        let refused = dokuei(&nothing, command);
        assert!(refused.refused(1).contains("there is no node"), "{refused:?}");
    }
    assert!(!nothing.exists());
}

#[test]
fn r3_certificates_are_requested_installed_and_shown() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let phrase = passphrase_file(place.path(), "quiet machine no. 5");
    init(&data, &phrase);
    let registry = Registry::new();
    let node = dokuei(
        &data,
        &[
            "identity",
            "request-node",
            "--passphrase-file",
            phrase.to_str().unwrap(),
        ],
    );
    let own = passphrase_file(place.path(), TANAKA.passphrase);
    let names = [
        "--id",
        TANAKA.id,
        "--name-ja",
        TANAKA.japanese,
        "--name-latin",
        TANAKA.latin,
    ];
    let enrol = [
        &["identity", "request-practitioner"],
        &names[..],
        &["--passphrase-file", own.to_str().unwrap()],
    ]
    .concat();
    let person = dokuei(&data, &enrol);
    assert!(
        dokuei(&data, &enrol).refused(1).contains("already"),
        "one person, one key"
    );

    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let root = write("root.pem", &registry.root_pem());
    let node = write(
        "node.pem",
        &registry.node(&node.out, ("山田歯科医院", "1312345678"), 200),
    );
    let person = write(
        "person.pem",
        &registry.practitioner(&person.out, &TANAKA, "山田歯科医院"),
    );
    let install =
        |root: &str, chain: &str| dokuei(&data, &["identity", "install", "--root", root, "--chain", chain]);
    assert!(install(&root, &node).out.contains("certificate of this node"));
    assert!(install(&root, &person).out.contains("田中 花子 (tanaka)"));
    let shown = dokuei(&data, &["identity", "show", "--json"]).json();
    assert_eq!(shown["node"]["institution"], "山田歯科医院");
    assert_eq!(shown["practitioners"][0]["name_ja"], "田中 花子");

    // R17: a root from elsewhere is not swapped in, nor is anything that it vouches for accepted.
    let foreign = Registry::new();
    let csr = fs::read_to_string(&node).unwrap();
    let foreign = write("foreign.pem", &foreign.root_pem());
    assert!(
        install(&foreign, &node)
            .refused(1)
            .contains("another registry's root")
    );
    let garbage = write("garbage.pem", "hello");
    install(&root, &garbage).refused(1);
    assert_eq!(fs::read_to_string(&node).unwrap(), csr);
}

#[test]
fn r20_a_moved_node_runs_in_its_new_place_only() {
    let place = tempfile::tempdir().unwrap();
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    let phrase = passphrase_file(place.path(), "quiet machine no. 5");
    let way = passphrase_file(place.path(), "lantern 8 over the wet bridge");
    let (phrase, way) = (phrase.to_str().unwrap(), way.to_str().unwrap());
    init(&old, Path::new(phrase));
    let file = place.path().join("moved.dokuei");
    let file = file.to_str().unwrap();
    let with = ["--passphrase-file", phrase, "--move-passphrase-file", way];
    let out = dokuei(&old, &[&["move", "export", "--out", file], &with[..]].concat());
    assert_eq!(out.code, Some(0), "{out:?}");
    assert!(out.out.contains("revoke"), "{out:?}");
    let refused = dokuei(&old, &["run", "--passphrase-file", phrase]);
    assert!(
        refused.refused(1).contains("moved to another machine"),
        "{refused:?}"
    );

    let taken = dokuei(&new, &[&["--json", "move", "import", file], &with[..]].concat());
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let request = dokuei(&new, &["identity", "request-node", "--passphrase-file", phrase]);
    assert!(request.out.contains("CERTIFICATE REQUEST"), "{request:?}");
}

#[test]
fn r6_the_nodes_own_passphrase_is_changed() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let old = passphrase_file(place.path(), "quiet machine no. 5");
    let new = passphrase_file(place.path(), "lantern 8 over the wet bridge");
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    init(&data, Path::new(old));
    let change = [
        "passphrase",
        "change-node",
        "--passphrase-file",
        old,
        "--new-passphrase-file",
    ];
    let easy = passphrase_file(place.path(), "password12345!");
    let refused = dokuei(&data, &[&change[..], &[easy.to_str().unwrap()]].concat());
    assert!(refused.refused(1).contains("easy to guess"), "{refused:?}");
    let changed = dokuei(&data, &[&change[..], &[new]].concat());
    assert_eq!(changed.code, Some(0), "{changed:?}");
    let request = |file| dokuei(&data, &["identity", "request-node", "--passphrase-file", file]);
    assert_eq!(request(new).code, Some(0));
    assert!(request(old).refused(1).contains("passphrase"));
}
