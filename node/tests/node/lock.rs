//! Sessions are locked when nobody uses them.

use dokuei_identity::chain::{self, Chain, TrustAnchor};
use dokuei_identity::time::Timestamp;
use dokuei_node::clock;
use dokuei_node::practitioners::Practitioners;
use dokuei_node::service::session::{Session, Sessions};

use crate::support::home::Home;
use crate::support::registry::TANAKA;

const LOCK: u64 = 900;

fn session(home: &Home, now: Timestamp) -> Session {
    let people = Practitioners::of(home.dir.clone());
    let chain: Chain = people.chain(TANAKA.id).unwrap().unwrap();
    let root = std::fs::read_to_string(home.dir.root_certificate()).unwrap();
    let anchor = TrustAnchor::from_pem(&root).unwrap();
    let unlocked = people.unlock(TANAKA.id, TANAKA.passphrase).unwrap();
    Session {
        id: TANAKA.id.to_owned(),
        certificate: chain::verify_practitioner(&chain, &anchor, now, None).unwrap(),
        secrets: unlocked.secrets,
        key: unlocked.key,
    }
}

#[test]
fn r20_a_session_is_locked_when_it_was_not_used_for_the_time_that_was_set() {
    let home = Home::with(&[TANAKA]);
    let now = clock::now();
    let sessions = Sessions::new(LOCK);
    let (token, _) = sessions.open(session(&home, now), now);

    assert_eq!(sessions.expiry(now), now.plus(LOCK));
    assert!(
        sessions.find(token.expose(), now.plus(LOCK)).is_some(),
        "used in time"
    );
    assert!(
        sessions.find(token.expose(), now.plus(2 * LOCK)).is_some(),
        "use prolongs"
    );
    assert!(
        sessions.find(token.expose(), now.plus(3 * LOCK + 1)).is_none(),
        "too late"
    );
    assert!(
        sessions.find(token.expose(), now).is_none(),
        "it does not come back"
    );
}

#[test]
fn r20_locking_forgets_the_unlocked_keys() {
    let home = Home::with(&[TANAKA]);
    let now = clock::now();
    let sessions = Sessions::new(LOCK);
    let (token, held) = sessions.open(session(&home, now), now);
    let keys = std::sync::Arc::downgrade(&held);
    drop(held);
    assert!(keys.upgrade().is_some());
    // Anything that asks for the sessions sweeps first; nobody needs to present the old token.
    assert!(sessions.all(now.plus(LOCK + 1)).is_empty());
    assert!(keys.upgrade().is_none(), "the keys are still in memory");
    assert!(sessions.find(token.expose(), now).is_none());
}

#[test]
fn r20_what_a_page_does_by_itself_is_not_use() {
    let home = Home::with(&[TANAKA]);
    let now = clock::now();
    let sessions = Sessions::new(LOCK);
    let (token, _) = sessions.open(session(&home, now), now);
    for minute in 0..15 {
        assert!(sessions.peek(token.expose(), now.plus(minute * 60)).is_some());
    }
    assert!(sessions.peek(token.expose(), now.plus(LOCK + 1)).is_none());
    assert_eq!(
        sessions.sweep(now.plus(LOCK + 1)),
        ["tanaka"],
        "told once, to be audited"
    );
    assert!(sessions.sweep(now.plus(LOCK + 1)).is_empty());
}

#[test]
fn r20_two_people_are_locked_each_in_her_own_time() {
    let home = Home::with(&[TANAKA]);
    let now = clock::now();
    let sessions = Sessions::new(LOCK);
    let (first, _) = sessions.open(session(&home, now), now);
    let (second, _) = sessions.open(session(&home, now), now.plus(600));
    assert!(sessions.find(second.expose(), now.plus(800)).is_some());
    let later = now.plus(LOCK + 1);
    assert!(sessions.find(first.expose(), later).is_none());
    assert!(sessions.find(second.expose(), later).is_some());
}

#[test]
fn r6_every_session_has_a_token_of_its_own() {
    let home = Home::with(&[TANAKA]);
    let now = clock::now();
    let sessions = Sessions::new(LOCK);
    let (first, _) = sessions.open(session(&home, now), now);
    let (second, _) = sessions.open(session(&home, now), now);
    sessions.close(first.expose(), now);
    assert!(sessions.find(first.expose(), now).is_none());
    assert!(sessions.find(second.expose(), now).is_some());
    let half = &second.expose()[..20];
    assert!(sessions.find(half, now).is_none(), "half a token is none");
}
