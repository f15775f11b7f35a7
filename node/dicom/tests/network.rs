//! The DICOM network, used by DCMTK: what its programs send arrives as they sent it, and what is refused is told so that
//! they understand.
#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod dcmtk;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dcmtk::{Certificates, Judge, echo, read_data_set, store};
use dokuei_dicom::header::read_instance;
use dokuei_dicom::network::{
    CallError, Caller, Calling, CommitmentRequest, CommitmentResult, Committing, Failure, FailureReason,
    Peer, Plain, Received, Reception, Reference, Refused, Rejection, Role, Settings, Stored, TlsClient,
    TlsClientFiles, TlsFiles, TlsServer, TlsVersion, Transport, Wanted, serve,
};

/// What came, in the order in which it came.
#[derive(Default)]
struct Shelf {
    files: Mutex<Vec<Vec<u8>>>,
    told: Mutex<Vec<CommitmentResult>>,
    ended: Mutex<Vec<String>>,
}

impl Reception for &Shelf {
    fn opened(&self, _: &Caller) -> bool {
        true
    }

    fn rejected(&self, _: std::net::IpAddr, _: &str, _: Rejection) {}

    fn store(&self, _: &Caller, instance: &mut Received<'_>) -> Result<Stored, Refused> {
        let mut file = Vec::new();
        let cannot = |error: &dyn std::error::Error| Refused::new(Failure::CannotUnderstand, error);
        instance.read_to_end(&mut file).map_err(|error| cannot(&error))?;
        let header = read_instance(file.as_slice()).map_err(|error| cannot(&error))?;
        assert_eq!(header.transfer_syntax_uid, instance.transfer_syntax_uid);
        assert_eq!(header.study_instance_uid, instance.study_instance_uid);
        self.files.lock().unwrap().push(file);
        Ok(Stored::New)
    }

    fn commit(&self, _: &Caller, request: &CommitmentRequest) -> Result<Committing, Refused> {
        let here = |one: &Reference| {
            let files = self.files.lock().unwrap();
            let mut headers = files.iter().map(|file| read_instance(file.as_slice()).unwrap());
            headers.any(|header| header.sop_instance_uid == one.sop_instance_uid)
        };
        let (safe, lost): (Vec<_>, Vec<_>) = request.instances.iter().cloned().partition(here);
        let failed = lost.into_iter().map(|one| (one, FailureReason::NO_SUCH_INSTANCE));
        Ok(Committing::Now(CommitmentResult {
            transaction_uid: request.transaction_uid.clone(),
            safe,
            failed: failed.collect(),
        }))
    }

    fn committed(&self, _: &Caller, result: &CommitmentResult) -> Result<(), Refused> {
        self.told.lock().unwrap().push(result.clone());
        Ok(())
    }

    fn refused(&self, _: &Caller, refused: &Refused) {
        println!("refused: {}", refused.comment);
    }
}

/// A provider at a free port, until the test ends.
struct Provider {
    port: u16,
    shelf: Arc<Shelf>,
}

impl Provider {
    fn start(tls: Option<TlsServer>) -> Self {
        let settings = Settings {
            aet: "DOKUEI".parse().unwrap(),
            peers: vec![Peer {
                aet: "CBCT1".parse().unwrap(),
                address: None,
            }],
            max_object: 64 << 20,
            idle: Duration::from_secs(30),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shelf = Arc::new(Shelf::default());
        let ours = Arc::clone(&shelf);
        std::thread::spawn(move || {
            while let Ok((stream, from)) = listener.accept() {
                let (settings, shelf, tls) = (settings.clone(), Arc::clone(&ours), tls.clone());
                std::thread::spawn(move || {
                    let plain = Plain::new(stream).unwrap();
                    let ended = match tls {
                        Some(tls) => serve(tls.accept(plain).unwrap(), from.ip(), &settings, &&*shelf),
                        None => serve(plain, from.ip(), &settings, &&*shelf),
                    };
                    println!("{ended}");
                    shelf.ended.lock().unwrap().push(ended.to_string());
                });
            }
        });
        Self { port, shelf }
    }

    fn files(&self) -> Vec<Vec<u8>> {
        self.shelf.files.lock().unwrap().clone()
    }
}

fn pydicom(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("DOKUEI_PYDICOM_FILES") else {
        println!("skipped: DOKUEI_PYDICOM_FILES does not name pydicom's data folder");
        return None;
    };
    let path = Path::new(&folder).join("test_files").join(name);
    assert!(path.is_file(), "{}", path.display());
    Some(path)
}

#[test]
fn r13_an_echo_is_answered_and_strangers_are_told_why_they_are_not() {
    let provider = Provider::start(None);
    assert!(echo(provider.port, &["-aec", "DOKUEI", "-aet", "CBCT1"]).ok);
    let wrong = echo(provider.port, &["-aec", "ORTHANC", "-aet", "CBCT1"]);
    assert!(
        !wrong.ok && wrong.said.contains("Called AE Title Not Recognized"),
        "{}",
        wrong.said
    );
    let stranger = echo(provider.port, &["-aec", "DOKUEI", "-aet", "CBCT2"]);
    assert!(
        !stranger.ok && stranger.said.contains("Calling AE Title Not Recognized"),
        "{}",
        stranger.said
    );
}

/// R1, R13: what goes over the wire stays as it is, bit for bit: DCMTK's own provider, told to preserve bits, is given
/// the same by the same program.
#[test]
fn r1_r13_every_transfer_syntax_is_kept_bit_for_bit() {
    let provider = Provider::start(None);
    let judge = Judge::start();
    for (name, proposed, syntax) in [
        ("CT_small.dcm", "-xe", "1.2.840.10008.1.2.1"),
        ("MR_small_implicit.dcm", "-xi", "1.2.840.10008.1.2"),
        ("MR_small_bigendian.dcm", "-xb", "1.2.840.10008.1.2.2"),
        ("image_dfl.dcm", "-xd", "1.2.840.10008.1.2.1.99"),
        ("SC_rgb_jpeg_dcmtk.dcm", "-xy", "1.2.840.10008.1.2.4.50"),
        ("JPEG-lossy.dcm", "-xx", "1.2.840.10008.1.2.4.51"),
        ("SC_rgb_jpeg_gdcm.dcm", "-xs", "1.2.840.10008.1.2.4.70"),
        ("MR_small_jpeg_ls_lossless.dcm", "-xt", "1.2.840.10008.1.2.4.80"),
        ("MR_small_jp2klossless.dcm", "-xv", "1.2.840.10008.1.2.4.90"),
        ("JPEG2000.dcm", "-xw", "1.2.840.10008.1.2.4.91"),
        ("MR_small_RLE.dcm", "-xr", "1.2.840.10008.1.2.5"),
    ] {
        let Some(path) = pydicom(name) else { return };
        let before = provider.files().len();
        let sent = store(
            provider.port,
            &[proposed, "-aec", "DOKUEI", "-aet", "CBCT1"],
            &[&path],
        );
        assert!(sent.ok, "{name}: {}", sent.said);
        let judged = judge.given(proposed, &path);
        let files = provider.files();
        assert_eq!(files.len(), before + 1, "{name}");
        let (got, data) = read_data_set(files.last().unwrap());
        assert_eq!(got, syntax, "{name}");
        assert!(data == read_data_set(&judged).1, "{name} is not as it was sent");
    }
}

#[test]
fn r13_several_associations_are_served_at_once() {
    let provider = Provider::start(None);
    let Some(path) = pydicom("CT_small.dcm") else {
        return;
    };
    let port = provider.port;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let sent = store(
                    port,
                    &["-aec", "DOKUEI", "-aet", "CBCT1", "--repeat", "20"],
                    &[&path],
                );
                assert!(sent.ok, "{}", sent.said);
            });
        }
    });
    let files = provider.files();
    assert_eq!(files.len(), 80);
    assert!(
        files.iter().all(|file| *file == files[0]),
        "the same, sent again, is another file"
    );
}

#[test]
fn r17_somebody_who_says_nothing_or_leaves_in_the_middle_disturbs_nobody() {
    let provider = Provider::start(None);
    let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, provider.port)).unwrap();
    let Some(path) = pydicom("CT_small.dcm") else {
        return;
    };
    let aborted = store(
        provider.port,
        &["-aec", "DOKUEI", "-aet", "CBCT1", "--abort"],
        &[&path],
    );
    assert!(aborted.ok, "{}", aborted.said);
    assert!(echo(provider.port, &["-aec", "DOKUEI", "-aet", "CBCT1"]).ok);
    assert_eq!(provider.files().len(), 1);
    drop(silent);
}

/// R16: inside TLS 1.3, and only for those who show a certificate of the house.
#[test]
fn r16_tls_with_certificates_of_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let house = Certificates::make(&folder.path().join("house"));
    let others = Certificates::make(&folder.path().join("others"));
    let tls = TlsServer::open(&TlsFiles {
        certificate: house.server.0.clone(),
        key: house.server.1.clone(),
        clients: Some(house.root.clone()),
        oldest: TlsVersion::V1_3,
    });
    let provider = Provider::start(Some(tls.unwrap()));
    let by = |certificates: &Certificates| {
        let (certificate, key) = &certificates.client;
        [
            "+tls",
            key.to_str().unwrap(),
            certificate.to_str().unwrap(),
            "+cf",
            house.root.to_str().unwrap(),
        ]
        .map(ToOwned::to_owned)
    };
    let titles = ["-aec", "DOKUEI", "-aet", "CBCT1"].map(ToOwned::to_owned);
    let with = |tls: &[String]| [tls, &titles].concat();
    let as_words = |words: &[String]| {
        words
            .iter()
            .map(|word| word.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let run = |words: Vec<String>| {
        echo(
            provider.port,
            &words.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    let known = run(as_words(&with(&by(&house))));
    assert!(known.ok, "{}", known.said);
    // What the administrator is told of each.
    let told = |words: &str| {
        let begun = std::time::Instant::now();
        loop {
            let last = provider.shelf.ended.lock().unwrap().last().cloned();
            if last.as_ref().is_some_and(|last| last.contains(words)) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{words}: {last:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    assert!(!run(with(&by(&others))).ok, "a certificate of another house");
    told("issued by somebody who is not trusted here");
    let anonymous = ["+tla", "+cf", house.root.to_str().unwrap()].map(ToOwned::to_owned);
    assert!(!run(with(&anonymous)).ok, "no certificate");
    assert!(!run(titles.to_vec()).ok, "no TLS");
    told("does not speak TLS");
    drop(TcpStream::connect((Ipv4Addr::LOCALHOST, provider.port)).unwrap());
    told("before anything came");
    assert!(run(with(&by(&house))).ok);
    let Some(path) = pydicom("CT_small.dcm") else {
        return;
    };
    let words = with(&by(&house));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let sent = store(provider.port, &words, &[&path]);
    assert!(sent.ok, "{}", sent.said);
    assert_eq!(provider.files().len(), 1);
}

/// An association with the provider, over TLS where there are certificates.
fn call(
    port: u16,
    wanted: &[Wanted],
    role: Role,
    tls: Option<&TlsClient>,
) -> Result<Calling<Box<dyn Transport>>, CallError> {
    let plain = Plain::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap()).unwrap();
    let transport: Box<dyn Transport> = match tls {
        Some(tls) => Box::new(tls.connect("localhost", plain).unwrap()),
        None => Box::new(plain),
    };
    let titles = ("CBCT1".parse().unwrap(), "DOKUEI".parse().unwrap());
    Calling::open(
        transport,
        (&titles.0, &titles.1),
        wanted,
        role,
        Duration::from_secs(30),
    )
}

/// R13: who stored is told what is safe, and who asked is told the outcome, each over the association that fits.
#[test]
fn r13_a_commitment_is_asked_and_its_outcome_told() {
    let provider = Provider::start(None);
    let Some(path) = pydicom("CT_small.dcm") else {
        return;
    };
    let sent = store(provider.port, &["-aec", "DOKUEI", "-aet", "CBCT1"], &[&path]);
    assert!(sent.ok, "{}", sent.said);
    let here = read_instance(provider.files()[0].as_slice()).unwrap();
    let reference = |instance: &str| Reference {
        sop_class_uid: here.sop_class_uid.clone(),
        sop_instance_uid: instance.parse().unwrap(),
    };
    let request = CommitmentRequest {
        transaction_uid: "2.25.7".parse().unwrap(),
        instances: vec![reference(here.sop_instance_uid.as_str()), reference("1.2.3.4")],
    };
    let wanted = [Wanted::commitment()];
    let mut asking = call(provider.port, &wanted, Role::User, None).unwrap();
    assert!(asking.ask_commitment(&request).unwrap().is_success());
    let mut told = None;
    let keep = |result: &CommitmentResult| {
        told = Some(result.clone());
        Ok(())
    };
    assert!(asking.await_commitment(Duration::from_secs(30), keep).unwrap());
    let result = told.unwrap();
    assert_eq!(result.safe, request.instances[..1]);
    assert_eq!(result.failed[0].0, request.instances[1]);
    assert_eq!(result.failed[0].1.words(), "no such object instance");
    asking.release();

    let mut telling = call(provider.port, &wanted, Role::Provider, None).unwrap();
    assert!(telling.tell_commitment(&result).unwrap().is_success());
    telling.release();
    assert_eq!(*provider.shelf.told.lock().unwrap(), [result]);
}

/// R16: an archive inside TLS is one whose certificate the house issued, and it sees ours.
#[test]
fn r16_an_archive_is_called_inside_tls_with_certificates_of_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let house = Certificates::make(&folder.path().join("house"));
    let others = Certificates::make(&folder.path().join("others"));
    let tls = TlsServer::open(&TlsFiles {
        certificate: house.server.0.clone(),
        key: house.server.1.clone(),
        clients: Some(house.root.clone()),
        oldest: TlsVersion::V1_3,
    });
    let provider = Provider::start(Some(tls.unwrap()));
    let client = |trusted: &Certificates, own: &Certificates| {
        TlsClient::open(&TlsClientFiles {
            authorities: trusted.root.clone(),
            own: own.client.clone(),
            oldest: TlsVersion::V1_3,
        })
        .unwrap()
    };
    let echo = |tls: &TlsClient| {
        let mut calling = call(provider.port, &[Wanted::verification()], Role::User, Some(tls))?;
        calling.echo()
    };
    assert!(echo(&client(&house, &house)).unwrap().is_success());
    assert!(echo(&client(&others, &house)).is_err(), "another house's archive");
    assert!(echo(&client(&house, &others)).is_err(), "it does not know us");
}

/// R20: a device that knows TLS 1.2 only is let in where the settings say so, and nowhere else; so is an archive.
#[test]
fn r20_tls_1_2_is_spoken_only_where_it_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let house = Certificates::make(&folder.path().join("house"));
    let files = |oldest| TlsFiles {
        certificate: house.server.0.clone(),
        key: house.server.1.clone(),
        clients: Some(house.root.clone()),
        oldest,
    };
    let old_device = |oldest| {
        let provider = Provider::start(Some(TlsServer::open(&files(oldest)).unwrap()));
        let output = Command::new("/usr/bin/openssl")
            .args([
                "s_client",
                "-tls1_2",
                "-connect",
                &format!("127.0.0.1:{}", provider.port),
            ])
            .arg("-CAfile")
            .arg(&house.root)
            .arg("-cert")
            .arg(&house.client.0)
            .arg("-key")
            .arg(&house.client.1)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let refused = old_device(TlsVersion::V1_3);
    assert!(refused.contains("Cipher is (NONE)"), "{refused}");
    let allowed = old_device(TlsVersion::V1_2);
    assert!(allowed.contains("Cipher is ECDHE-"), "{allowed}");
    assert!(
        allowed.contains("GCM") || allowed.contains("CHACHA20"),
        "{allowed}"
    );

    let old_archive = |oldest| {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut archive = Command::new("/usr/bin/openssl")
            .args([
                "s_server",
                "-tls1_2",
                "-quiet",
                "-naccept",
                "1",
                "-accept",
                &port.to_string(),
            ])
            .arg("-cert")
            .arg(&house.server.0)
            .arg("-key")
            .arg(&house.server.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stream = (0..600).find_map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()
        });
        let tls = TlsClient::open(&TlsClientFiles {
            authorities: house.root.clone(),
            own: house.client.clone(),
            oldest,
        });
        let mut transport = tls
            .unwrap()
            .connect("localhost", Plain::new(stream.unwrap()).unwrap())
            .unwrap();
        let spoken = transport.write_all(b"spoken").and_then(|()| transport.flush());
        drop(transport);
        let mut said = Vec::new();
        archive.stdout.take().unwrap().read_to_end(&mut said).unwrap();
        let _ = archive.wait();
        spoken.is_ok() && said == b"spoken"
    };
    assert!(!old_archive(TlsVersion::V1_3));
    assert!(old_archive(TlsVersion::V1_2));
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles {
        certificate: folder.path().join("none.pem"),
        key: folder.path().join("none.key"),
        clients: None,
        oldest: TlsVersion::default(),
    };
    let error = TlsServer::open(&files).unwrap_err().to_string();
    assert!(error.contains("none.pem"), "{error}");
    std::fs::write(&files.certificate, "not a certificate").unwrap();
    let error = TlsServer::open(&files).unwrap_err().to_string();
    assert!(error.contains("no certificate in PEM form"), "{error}");
}
