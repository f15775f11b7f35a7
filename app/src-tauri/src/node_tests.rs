use super::*;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;

/// A stand-in for `dokuei` that does what `script` says.
fn stand_in(dir: &Path, script: &str) -> PathBuf {
    let path = dir.join("dokuei");
    // Another process writes it: were it open for writing here while another test starts a program, that one would
    // inherit it, and Linux starts no file that somebody may write (ETXTBSY).
    let mut writer = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod 700 \"$0\""])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    write!(input, "#!/bin/sh\n{script}\n").unwrap();
    drop(input);
    assert!(writer.wait().unwrap().success());
    path
}

fn options(dir: &Path) -> Options {
    Options {
        data_dir: dir.to_owned(),
        run_arguments: vec!["--listen".into()],
        link: None,
        may_be_captured: false,
    }
}

#[test]
fn the_program_lies_beside_this_one_unless_named() {
    let this = Path::new("/opt/dokuei/dokuei-app");
    assert_eq!(program(None, this), Path::new("/opt/dokuei/dokuei"));
    assert_eq!(
        program(Some("/usr/bin/dokuei".into()), this),
        Path::new("/usr/bin/dokuei")
    );
}

#[test]
fn a_missing_program_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("dokuei");
    let error = NodeProcess::start(&missing, &options(dir.path())).unwrap_err();
    assert!(matches!(error, StartError::NodeMissing(path) if path == missing));
}

#[test]
fn a_running_node_is_found_and_a_stale_file_is_not() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(running(dir.path()).unwrap(), None);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = format!(r#"{{"api":"http://{}","pid":1}}"#, listener.local_addr().unwrap());
    fs::write(dir.path().join("api.json"), api).unwrap();
    assert!(running(dir.path()).unwrap().is_some());
    drop(listener);
    // A program that another test starts at this moment holds its copy until it is executed.
    let gone = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        running(dir.path()).unwrap().is_none()
    });
    assert!(gone, "nobody listens there any more");
}

#[test]
fn what_the_node_said_before_it_stopped_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let program = stand_in(
        dir.path(),
        "echo starting >&2; echo 'the passphrase is wrong' >&2; exit 1",
    );
    let error = start_and_wait(&OwnNode::default(), &program, &options(dir.path())).unwrap_err();
    assert_eq!(error.said(), "starting\nthe passphrase is wrong");
}

#[test]
fn the_childs_own_address_is_taken_and_the_child_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // A file of an earlier process, though its port is alive, must not be mistaken for the child's.
    fs::write(
        dir.path().join("api.json"),
        format!(r#"{{"api":"http://{address}","pid":1}}"#),
    )
    .unwrap();
    let script = format!(
        r#"[ "$1 $2 $4" = "run --data-dir --listen" ] || exit 2
trap 'echo ended > "$3/ended"; exit 0' TERM
sleep 0.3
printf '{{"api":"http://{address}","pid":%d}}' $$ > "$3/api.json"
while :; do sleep 0.05; done"#
    );
    let program = stand_in(dir.path(), &script);
    let own = OwnNode::default();
    let found = start_and_wait(&own, &program, &options(dir.path())).unwrap();
    assert_eq!(found.page().as_str(), format!("http://{address}/"));
    assert_ne!(ApiFile::read(dir.path()).unwrap().unwrap().pid, 1);
    stop(&own);
    assert!(
        dir.path().join("ended").is_file(),
        "the child ended by itself, in order"
    );
}

#[test]
fn only_the_last_lines_are_kept() {
    let text: String = (0..20).map(|n| format!("line {n}\n")).collect();
    let kept = last_lines(text.as_bytes());
    assert_eq!(kept.lines().count(), LINES);
    assert!(kept.ends_with("line 19"));
}
