use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn open(dir: &tempfile::TempDir, quota: u64) -> DropBox {
    DropBox::open(dir.path(), quota, 6).unwrap()
}

/// R17, R24: a deposit is on the disk before its receipt, survives a restart, and the same bytes are one deposit.
#[test]
fn r17_a_deposit_survives_a_restart_and_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let receipt = open(&dir, 1 << 20).deposit(b"sealed", NOW).unwrap();
    assert_eq!(receipt.digest, *Sha256::digest(b"sealed"));
    let again = open(&dir, 1 << 20);
    assert_eq!(again.deposit(b"sealed", NOW.plus(9)).unwrap(), receipt);
    assert_eq!(again.waiting(), (1, 6));
}

/// R17 (obstruct): neither too large nor too much is kept.
#[test]
fn r17_too_large_and_over_quota_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let drop_box = open(&dir, 10);
    assert_eq!(
        drop_box.deposit(&vec![0; MAX_DEPOSIT + 1], NOW),
        Err(Code::Malformed)
    );
    assert_eq!(drop_box.deposit(b"", NOW), Err(Code::Malformed));
    drop_box.deposit(b"12345678", NOW).unwrap();
    assert_eq!(drop_box.deposit(b"abc", NOW), Err(Code::Full));
    drop_box.forget(u64::MAX).unwrap();
    drop_box.deposit(b"abc", NOW).unwrap();
    assert_eq!(drop_box.waiting(), (1, 3));
}

/// What was collected is deleted only when the registry says so, and numbers are not given twice.
#[test]
fn r17_deposits_wait_until_they_are_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let drop_box = open(&dir, 1 << 20);
    for sealed in [b"one".as_slice(), b"two", b"three"] {
        drop_box.deposit(sealed, NOW).unwrap();
    }
    let (first, more) = drop_box.after(0, 7).unwrap();
    assert!(more && first.len() == 2);
    assert_eq!(drop_box.waiting().0, 3);
    let last = first[1].0;
    drop_box.forget(last).unwrap();
    let (rest, more) = open(&dir, 1 << 20).after(last, 1).unwrap();
    assert!(!more && rest.len() == 1 && rest[0].2 == b"three");
    assert!(rest[0].0 > last);
    let files = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(files, 1);
}
