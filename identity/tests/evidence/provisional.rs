//! Credentials of narrower scope, until the evidence is complete.

use dokuei_identity::certificate::{Scope, Validity};
use dokuei_identity::chain::verify_practitioner;
use dokuei_identity::issue::{IssueError, LONGEST_PROVISIONAL};
use dokuei_identity::key::SecretKey;
use dokuei_identity::policy::{Action, entitled};

use crate::world::{NOW, World, request, specialist};

#[test]
fn r3_a_provisional_credential_says_so_and_a_full_one_is_as_before() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[7; 32]);
    let validity = Validity::days_from(NOW, 120);
    let issued = world
        .issuing
        .issue_provisional(&request(&key), &specialist(), validity, &mut world.rng)
        .unwrap();
    let chain = world.issuing.chain(&issued);
    let provisional = verify_practitioner(&chain, &world.anchor, NOW, None).unwrap();
    assert_eq!(provisional.scope, Scope::Provisional);
    assert_eq!(serde_json::json!(provisional)["scope"], "provisional");
    assert_eq!(provisional.validity.seconds(), LONGEST_PROVISIONAL);
    // The policy takes the scope from the certificate.
    assert!(entitled(&provisional, Action::Request, NOW).is_ok());
    let denied = entitled(&provisional, Action::SignFinal, NOW).unwrap_err();
    assert_eq!(denied.id(), "provisional-signs-not-alone");
    let full = world.practitioner(&key);
    assert!(entitled(&full, Action::SignFinal, NOW).is_ok());
    assert_eq!(full.scope, Scope::Full);
    // What is full looks as it did before there were scopes.
    assert!(serde_json::json!(full).get("scope").is_none());
}

#[test]
fn r3_a_provisional_credential_does_not_last() {
    let mut world = World::new();
    let key = SecretKey::from_seed(&[7; 32]);
    let refused = world.issuing.issue_provisional(
        &request(&key),
        &specialist(),
        Validity::days_from(NOW, 121),
        &mut world.rng,
    );
    assert!(
        matches!(
            refused,
            Err(IssueError::Field {
                field: "validity",
                ..
            })
        ),
        "{refused:?}"
    );
}
