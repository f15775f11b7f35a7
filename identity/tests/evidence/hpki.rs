//! Countersignatures by cards of another authority, made by OpenSSL.

use dokuei_identity::certificate::LicenceKind;
use dokuei_identity::hpki::{HpkiError, HpkiEvidence, HpkiTrust, verify};

use crate::authority::{CONTENT, DAY, authority};

fn check(signature: &[u8]) -> Result<HpkiEvidence, HpkiError> {
    let authority = authority();
    verify(
        signature,
        CONTENT,
        LicenceKind::Dentist,
        &authority.trust(),
        authority.start,
    )
}

fn refusal(signature: &[u8]) -> &'static str {
    check(signature).unwrap_err().code()
}

#[test]
fn r3_a_card_of_each_kind_is_evidence() {
    let authority = authority();
    for (holder, more, algorithm) in [
        ("rsa", "-md sha256", "rsa-pkcs1-sha256"),
        ("rsa", "-md sha384", "rsa-pkcs1-sha384"),
        ("rsa", "-md sha512 -nodetach", "rsa-pkcs1-sha512"),
        ("rsa", "-md sha256 -keyopt rsa_padding_mode:pss", "rsa-pss-sha256"),
        (
            "rsa",
            "-md sha384 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20",
            "rsa-pss-sha384",
        ),
        ("rsa", "-md sha512 -keyopt rsa_padding_mode:pss", "rsa-pss-sha512"),
        ("p256", "-md sha256", "ecdsa-sha256"),
        ("p256", "-md sha256 -cades", "ecdsa-sha256"),
        ("p256", "-md sha256 -keyid -nodetach", "ecdsa-sha256"),
        ("p256", "-md sha512", "ecdsa-sha512"),
        ("p384", "-md sha384", "ecdsa-sha384"),
        ("implicit", "-md sha256", "ecdsa-sha256"),
        ("rsa", "-md sha256 -outform PEM", "rsa-pkcs1-sha256"),
    ] {
        let found =
            check(&authority.sign(holder, more)).unwrap_or_else(|error| panic!("{holder} {more}: {error}"));
        assert_eq!(found.algorithm, algorithm, "{holder} {more}");
        assert_eq!(found.hc_role, LicenceKind::Dentist);
        assert_eq!(
            found.common_name.as_deref(),
            Some(&*format!("TANAKA Hanako {holder}"))
        );
        assert!(found.issuer.contains("issuing"), "{}", found.issuer);
        assert_eq!(found.serial, hex::encode(holder));
        assert_eq!(found.checked_at, authority.start);
        let list = found.revocation.expect("there is a list of this issuer");
        assert_eq!(list.number.as_deref(), Some("1f"));
        if holder != "implicit" {
            assert_eq!(found.policies, ["1.2.392.100495.1.5.1.1.0.1"]);
        }
    }
}

#[test]
fn r4_a_physicians_card_shows_a_physician_and_no_dentist() {
    let authority = authority();
    let signature = authority.sign("physician", "-md sha256");
    assert_eq!(
        check(&signature),
        Err(HpkiError::AnotherRole("Medical Doctor".to_owned()))
    );
    let found = verify(
        &signature,
        CONTENT,
        LicenceKind::Physician,
        &authority.trust(),
        authority.start,
    );
    assert_eq!(found.unwrap().hc_role, LicenceKind::Physician);
    assert_eq!(refusal(&authority.sign("roleless", "-md sha256")), "hpki-no-role");
}

#[test]
fn r17_a_signature_over_something_else_shows_nothing() {
    let authority = authority();
    assert_eq!(
        refusal(&authority.sign_file("other", "rsa", "-md sha256")),
        "hpki-another-content"
    );
    assert_eq!(
        refusal(&authority.sign_file("other", "p256", "-md sha256 -nodetach")),
        "hpki-another-content"
    );
    // The digest in the attributes is replaced by the right one: then the signature does not fit.
    let mut forged = authority.sign_file("other", "p256", "-md sha256");
    let place = find(&forged, &sha256(b"something else"));
    forged[place..place + 32].copy_from_slice(&sha256(CONTENT));
    assert_eq!(refusal(&forged), "hpki-signature");
}

#[test]
fn r17_certificates_that_do_not_stand_show_nothing() {
    let authority = authority();
    for (holder, code) in [
        ("revoked", "hpki-revoked"),
        ("foreign", "hpki-untrusted"),
        ("usurped", "hpki-untrusted"),
        ("sha1", "hpki-untrusted"),
        ("unusable", "hpki-certificate"),
        ("server", "hpki-certificate"),
        ("strange", "hpki-certificate"),
        ("weak", "hpki-algorithm"),
        ("p521", "hpki-algorithm"),
    ] {
        assert_eq!(refusal(&authority.sign(holder, "-md sha256")), code, "{holder}");
    }
    // A card holder is no authority, even when her certificate is sent along.
    let signature = authority.sign("usurped", "-md sha256 -certfile p384.pem");
    let trust = authority
        .trust()
        .with_intermediates(&authority.text("issuing.pem"))
        .unwrap();
    let usurped = verify(&signature, CONTENT, LicenceKind::Dentist, &trust, authority.start);
    assert_eq!(usurped.unwrap_err().code(), "hpki-certificate");
}

#[test]
fn r17_time_is_looked_at() {
    let authority = authority();
    let signature = authority.sign("rsa", "-md sha256");
    let at = |now| verify(&signature, CONTENT, LicenceKind::Dentist, &authority.trust(), now);
    let code = |now| at(now).unwrap_err().code();
    assert_eq!(code(authority.start.plus(731 * DAY)), "hpki-time");
    assert_eq!(code(authority.start.minus(DAY)), "hpki-time");
    // A list that is out of date is no list.
    assert_eq!(code(authority.start.plus(8 * DAY)), "hpki-stale-list");
}

#[test]
fn sha_1_is_accepted_nowhere() {
    let authority = authority();
    assert_eq!(refusal(&authority.sign("rsa", "-md sha1")), "hpki-algorithm");
    assert_eq!(refusal(&authority.sign("p256", "-md sha1")), "hpki-algorithm");
    let pss = "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha1";
    assert_eq!(refusal(&authority.sign("rsa", pss)), "hpki-algorithm");
}

#[test]
fn r17_attributes_must_be_there_once() {
    let authority = authority();
    assert_eq!(
        refusal(&authority.sign("rsa", "-md sha256 -noattr")),
        "hpki-attribute"
    );
    let good = authority.sign("p256", "-md sha256");
    // message-digest (1.2.840.113549.1.9.4) becomes another attribute; content-type (…9.3) too.
    for (last, name) in [(4, "message-digest"), (3, "content-type")] {
        let mut altered = good.clone();
        let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, last];
        let place = find(&altered, &oid);
        altered[place + 8] = 0x7f;
        assert_eq!(check(&altered), Err(HpkiError::Attribute(name)));
    }
    // CAdES names the signer's certificate by its hash.
    let mut altered = authority.sign("p256", "-md sha256 -cades");
    let der = pem(&authority.text("p256.pem"));
    let place = find(&altered, &sha256(&der));
    altered[place] ^= 1;
    assert_eq!(check(&altered), Err(HpkiError::AnotherCertificate));
}

#[test]
fn other_messages_are_refused() {
    let authority = authority();
    let good = authority.sign("p256", "-md sha256");
    assert_eq!(
        refusal(&authority.sign("p256", "-md sha256 -nocerts")),
        "hpki-no-certificate"
    );
    let two = authority.sign("p256", "-md sha256 -signer rsa.pem -inkey rsa.key");
    assert_eq!(check(&two), Err(HpkiError::Signers(2)));
    for bad in [
        &b""[..],
        b"-----BEGIN CERTIFICATE-----",
        &good[..good.len() - 1],
        &vec![0x30; 200_000],
    ] {
        assert_eq!(refusal(bad), "hpki-malformed");
    }
    assert_eq!(refusal(&[&good[..], b"x"].concat()), "hpki-malformed");
    // BER has more than one encoding of the same; card software writes DER.
    assert_eq!(
        refusal(&authority.sign("rsa", "-md sha256 -nodetach -stream -indef")),
        "hpki-malformed"
    );
    let no_roots = verify(
        &good,
        CONTENT,
        LicenceKind::Dentist,
        &HpkiTrust::default(),
        authority.start,
    );
    assert_eq!(no_roots, Err(HpkiError::NoRoots));
    let elsewhere = HpkiTrust::of_roots(&authority.text("elsewhere.pem")).unwrap();
    let untrusted = verify(&good, CONTENT, LicenceKind::Dentist, &elsewhere, authority.start);
    assert_eq!(untrusted.unwrap_err().code(), "hpki-untrusted");
}

/// R17: whatever byte of a signature is altered, it shows the same holder or nothing, and nothing panics.
#[test]
fn r17_an_altered_signature_never_shows_another_holder() {
    let authority = authority();
    let good = authority.sign("p256", "-md sha256");
    let expected = check(&good).unwrap();
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 0x01;
        if let Ok(found) = check(&altered) {
            assert_eq!(found, expected, "byte {place}");
        }
    }
}

#[test]
fn a_list_that_is_not_the_issuers_is_not_used_and_none_is_recorded() {
    let authority = authority();
    let roots = || HpkiTrust::of_roots(&authority.text("root.pem")).unwrap();
    let other = roots().with_list(&authority.read("other-list.pem")).unwrap();
    for trust in [roots(), other] {
        let signature = authority.sign("revoked", "-md sha256");
        let found = verify(&signature, CONTENT, LicenceKind::Dentist, &trust, authority.start).unwrap();
        assert_eq!(found.revocation, None);
    }
    // Without the authority's certificate in the signature, the configured one is used.
    let out = authority.sign("p256", "-md sha256");
    let trust = roots()
        .with_intermediates(&authority.text("issuing.pem"))
        .unwrap();
    assert!(verify(&out, CONTENT, LicenceKind::Dentist, &trust, authority.start).is_ok());
    for bad in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert_eq!(HpkiTrust::of_roots(bad).unwrap_err().code(), "hpki-configuration");
    }
    assert_eq!(
        roots().with_list(b"no list").unwrap_err().code(),
        "hpki-configuration"
    );
}

#[test]
fn what_is_kept_of_it_is_frozen() {
    let mut found = check(&authority().sign("p256", "-md sha256")).unwrap();
    // The authority and its list are new in each run.
    found.checked_at = dokuei_identity::time::Timestamp(3);
    found.not_after = dokuei_identity::time::Timestamp(4);
    found.root = dokuei_identity::fingerprint::Fingerprint::from_bytes([5; 32]);
    if let Some(list) = &mut found.revocation {
        list.this_update = dokuei_identity::time::Timestamp(1);
        list.next_update = dokuei_identity::time::Timestamp(2);
    }
    insta::assert_snapshot!(
        "hpki_evidence",
        hex::encode(dokuei_identity::cbor::encode(&found))
    );
    insta::assert_snapshot!(
        "hpki_evidence_shown",
        serde_json::to_string_pretty(&found).unwrap()
    );
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    *dokuei_identity::fingerprint::Fingerprint::of(bytes).as_bytes()
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes
        .windows(part.len())
        .rposition(|window| window == part)
        .unwrap()
}

fn pem(text: &str) -> Vec<u8> {
    dokuei_identity::chain::Chain::from_pem(text).unwrap().end
}

/// R3, R17: the countersignatures in `tests/vectors/hpki` are judged as they say; whoever implements this elsewhere has
/// them too.
#[test]
fn r3_r17_each_vector_is_judged_for_its_own_reason() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/hpki");
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let trust = HpkiTrust::of_roots(&read(&folder.join("root.crt")))
        .unwrap()
        .with_list(&std::fs::read(folder.join("list.crl")).unwrap())
        .unwrap();
    let at = dokuei_identity::time::Timestamp(1_800_000_000);
    let mut judged = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "pem") {
            continue;
        }
        let text = read(&path);
        let expected = text.lines().find_map(|line| line.strip_prefix("code: ")).unwrap();
        let found = verify(text.as_bytes(), CONTENT, LicenceKind::Dentist, &trust, at);
        let code = found.map_or_else(|error| error.code(), |_| "ok");
        assert_eq!(code, expected, "{}", path.display());
        judged += 1;
    }
    assert!(judged >= 9, "{judged} vectors only");
}
