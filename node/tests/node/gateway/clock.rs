//! A clock that was wrong while people worked, and is right again.

use axum::http::{Method, StatusCode};
use dokuei_node::config::Config;
use dokuei_node::service::status::Meeting;
use serde_json::json;

use crate::support::eventually;
use crate::support::gate::Gate;
use crate::support::home::Home;
use crate::support::pair::address_of;
use crate::support::registry::{SATO, SUZUKI, TANAKA};
use crate::support::turned::Turned;

const DAY: i64 = 86_400;

/// R11, R19: a dentist who signed in while the clock was far ahead signs in again when it is right, and is known to others
/// from then on; until then her colleague is not held up by her list, nor is the node.
#[tokio::test(flavor = "multi_thread")]
async fn r11_r19_what_was_signed_by_a_clock_that_was_ahead_is_signed_anew_at_the_next_sign_in() {
    let home = Home::with(&[TANAKA, SUZUKI]);
    let other = home.of_another("関東歯科大学病院", "1398765432", &[SATO]);
    let mut config = Config::read(&home.dir).unwrap();
    (config.register.full_hours, config.register.running_hours) = (9000, 9000);
    config.write(&home.dir).unwrap();
    let clock = Turned::now();
    let clinic = Gate::by(home, clock.clock());
    // Further than a device may stand in a list.
    clock.turn(100 * DAY);
    let tanaka = clinic.sign_in(&TANAKA).await;
    let (bearer, about) = (format!("Bearer {tanaka}"), json!({"about": {"regions": ["13"]}}));
    let headers = [("authorization", bearer.as_str())];
    let said = clinic
        .call(Method::PUT, "/api/v1/me/profile", &headers, Some(&about))
        .await;
    assert_eq!(said.status, StatusCode::OK, "{:?}", said.body);
    clock.turn(-100 * DAY);
    clinic.sign_in(&SUZUKI).await;

    let hospital = Gate::of(other);
    let sato = hospital.sign_in(&SATO).await;
    let listen = Meeting {
        listen: vec!["/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()],
        ..Meeting::default()
    };
    clinic.node.join(listen.clone()).await.unwrap();
    let peers = vec![address_of(&clinic).await.parse().unwrap()];
    hospital.node.join(Meeting { peers, ..listen }).await.unwrap();
    let knows = |name: &'static str| {
        let (hospital, sato) = (&hospital, &sato);
        async move {
            let people = hospital.get("/api/v1/directory", sato).await.json();
            let mut people = people.as_array()?.iter();
            people
                .find(|one| one["name_ja"] == name && one["online"] == true)
                .map(drop)
        }
    };
    eventually("her colleague is known", || knows(SUZUKI.japanese)).await;
    assert!(
        knows(TANAKA.japanese).await.is_none(),
        "by a list from the future"
    );

    let tanaka = clinic.sign_in(&TANAKA).await;
    eventually("she is known", || knows(TANAKA.japanese)).await;
    assert_eq!(
        clinic.get("/api/v1/directory", &tanaka).await.status,
        StatusCode::OK
    );
    let chain = clinic.home.practitioner_chain(&TANAKA);
    clinic.node.leave().await;
    let (store, whose) = (clinic.close().store(), chain.fingerprint());
    let list = store.device_list(&whose).unwrap().unwrap();
    let profile = store.profile_seq(&whose).unwrap();
    assert_eq!(
        (list.seq, profile),
        (2, Some(2)),
        "the next numbers, whatever the times"
    );
}
