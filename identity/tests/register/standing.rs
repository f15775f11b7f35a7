//! R17: what the register says about a certificate, whatever was entered in whatever order.

use dokuei_identity::chain::Chain;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_identity::register::{Act, Entry, Role, Standing, Standings, key_id};
use dokuei_identity::revocation::RevocationReason;
use proptest::prelude::*;

use crate::world::{NOW, Registry, issued};

fn fold(acts: impl IntoIterator<Item = Act>) -> Standings {
    let mut standings = Standings::default();
    for (second, act) in (0..).zip(acts) {
        standings.apply(&Entry {
            at: NOW.plus(second),
            act,
        });
    }
    standings
}

fn revoked(fingerprint: Fingerprint) -> Act {
    Act::Revoked {
        fingerprint,
        reason: RevocationReason::PrivilegeWithdrawn,
    }
}

#[test]
fn r17_a_certificate_that_was_not_entered_has_no_standing() {
    assert_eq!(fold([]).standing(&Fingerprint::of(b"unknown")), None);
}

#[test]
fn r17_suspension_ends_and_revocation_does_not() {
    let mut registry = Registry::new();
    let chain = registry.practitioner(1);
    let fingerprint = chain.fingerprint();
    let suspended = Act::Suspended { fingerprint };
    let reinstated = Act::Reinstated { fingerprint };
    let acts = [
        issued(chain),
        suspended.clone(),
        reinstated.clone(),
        revoked(fingerprint),
        reinstated,
        suspended,
    ];
    let after = |count: usize| fold(acts[..count].to_vec()).standing(&fingerprint).unwrap();
    assert_eq!(after(1), Standing::InForce);
    assert_eq!(after(2), Standing::Suspended { since: NOW.plus(1) });
    assert_eq!(after(3), Standing::InForce);
    let gone = Standing::Revoked {
        since: NOW.plus(3),
        reason: RevocationReason::PrivilegeWithdrawn,
    };
    for count in 4..=6 {
        assert_eq!(after(count), gone);
    }
}

#[test]
fn r17_a_renewal_takes_the_earlier_ones_place() {
    let mut registry = Registry::new();
    let (first, second) = (registry.practitioner(1), registry.practitioner(1));
    let renewal = Act::Issued {
        chain: second.clone(),
        supersedes: Some(first.fingerprint()),
    };
    let standings = fold([issued(first.clone()), renewal.clone()]);
    let superseded = Standing::Superseded {
        since: NOW.plus(1),
        by: second.fingerprint(),
    };
    assert_eq!(standings.standing(&first.fingerprint()), Some(superseded));
    let current: Vec<_> = standings
        .practitioners(NOW.plus(5))
        .map(|member| member.fingerprint)
        .collect();
    assert_eq!(current, [second.fingerprint()]);
    // Both are found by the key they were issued to, which is how an applicant learns of them.
    let key = standings.member(&second.fingerprint()).unwrap().key.unwrap();
    assert_eq!(standings.of_key(key).count(), 2);
    assert_eq!(standings.first_of(&second.fingerprint()), first.fingerprint());
    assert_eq!(standings.after(&first.fingerprint()), [second.fingerprint()]);
    let standings = fold([issued(first.clone()), revoked(first.fingerprint()), renewal]);
    assert!(matches!(
        standings.standing(&first.fingerprint()),
        Some(Standing::Revoked { .. })
    ));
    // Whoever may have stolen the key must not be taken for its owner.
    assert_eq!(standings.first_of(&second.fingerprint()), second.fingerprint());
}

/// R6, R17: who is the same person stays so when one of her certificates is revoked later; a certificate of another role, and one
/// that was never entered, is nobody's earlier one.
#[test]
fn r6_r17_a_line_of_certificates_stays_as_it_was_entered() {
    let mut registry = Registry::new();
    let (first, second, third) = (
        registry.practitioner(1),
        registry.practitioner(1),
        registry.practitioner(1),
    );
    let follows = |chain: &Chain, earlier: &Chain| Act::Issued {
        chain: chain.clone(),
        supersedes: Some(earlier.fingerprint()),
    };
    let standings = fold([
        issued(first.clone()),
        follows(&second, &first),
        follows(&third, &second),
        revoked(first.fingerprint()),
        revoked(second.fingerprint()),
    ]);
    for one in [&first, &second, &third] {
        assert_eq!(standings.first_of(&one.fingerprint()), first.fingerprint());
    }
    assert_eq!(
        standings.after(&first.fingerprint()),
        [second.fingerprint(), third.fingerprint()]
    );
    let node = registry.node(2);
    let standings = fold([
        issued(node.clone()),
        follows(&first, &node),
        follows(&third, &second),
    ]);
    assert_eq!(standings.first_of(&first.fingerprint()), first.fingerprint());
    assert_eq!(standings.first_of(&third.fingerprint()), third.fingerprint());
}

#[test]
fn r17_an_act_against_an_unknown_certificate_holds_when_it_is_entered() {
    let chain = Registry::new().practitioner(1);
    let standings = fold([revoked(chain.fingerprint()), issued(chain.clone())]);
    assert!(matches!(
        standings.standing(&chain.fingerprint()),
        Some(Standing::Revoked { .. })
    ));
    assert_eq!(standings.practitioners(NOW.plus(5)).count(), 0);
}

#[test]
fn r17_who_is_in_force_by_role_and_time() {
    let mut registry = Registry::new();
    let (practitioner, node) = (registry.practitioner(1), registry.node(2));
    let standings = fold([
        issued(practitioner.clone()),
        issued(node.clone()),
        issued(registry.chain.clone()),
    ]);
    let names = |role, now| -> Vec<Fingerprint> {
        standings
            .in_force(role, now)
            .map(|member| member.fingerprint)
            .collect()
    };
    assert_eq!(names(Role::Practitioner, NOW), [practitioner.fingerprint()]);
    assert_eq!(names(Role::Node, NOW), [node.fingerprint()]);
    assert_eq!(names(Role::Other, NOW), [registry.chain.fingerprint()]);
    assert!(
        names(Role::Practitioner, NOW.plus(366 * 86_400)).is_empty(),
        "expired"
    );
    assert!(names(Role::Node, NOW.minus(1)).is_empty(), "not yet valid");
}

#[test]
fn r17_authorities_roots_lists_and_the_application_key() {
    let registry = Registry::new();
    let issuer = key_id(&registry.issuing.key().public());
    let list = |number| Act::RevocationList {
        issuer,
        number,
        sha256: [u8::try_from(number).unwrap(); 32],
    };
    let authority = registry.issuing.certificate().to_vec();
    let key = |kid: u8| Act::ApplicationKey {
        kem: vec![kid; 1216],
        kid: [kid; 16],
    };
    let successor = Act::SuccessorRoot {
        der: vec![1; 10],
        cross: vec![2; 10],
    };
    let key_change = Act::RegisterKey {
        statement: vec![3; 10],
    };
    let entered = Act::IssuingAuthority {
        der: authority.clone(),
    };
    let acts = [
        entered.clone(),
        entered,
        list(7),
        list(5),
        key(1),
        key(2),
        successor.clone(),
        key_change.clone(),
        successor.clone(),
    ];
    let standings = fold(acts.clone());
    assert_eq!(
        standings.issuing_authorities().collect::<Vec<_>>(),
        [authority.as_slice()]
    );
    assert_eq!(
        standings.list(&issuer).unwrap().number,
        7,
        "a list's number never falls"
    );
    assert_eq!(standings.application_key().unwrap().kid, [2; 16]);
    let entered: Vec<Act> = standings
        .successions()
        .iter()
        .map(|entry| entry.act.clone())
        .collect();
    assert_eq!(entered, [successor, key_change], "each once, in order");
    let standings = fold(acts.into_iter().chain([revoked(Fingerprint::of(&authority))]));
    assert_eq!(standings.issuing_authorities().count(), 0);
}

fn any_act(subjects: u8) -> impl Strategy<Value = Act> {
    (0..subjects, 0..6_u8, 0..subjects).prop_map(|(who, what, other)| {
        let fingerprint = Fingerprint::of(&[who]);
        let chain = |who: u8| dokuei_identity::chain::Chain {
            end: vec![who],
            intermediates: Vec::new(),
        };
        match what {
            0 => Act::Suspended { fingerprint },
            1 => Act::Reinstated { fingerprint },
            2 => revoked(fingerprint),
            3 => Act::Issued {
                chain: chain(who),
                supersedes: Some(Fingerprint::of(&[other])),
            },
            4 => Act::Unknown {
                kind: 999,
                body: vec![who],
            },
            _ => issued(chain(who)),
        }
    })
}

proptest! {
    /// R17: whatever is entered later, a revoked certificate stays revoked, with its time and reason.
    #[test]
    fn r17_revoked_stays_revoked(acts in prop::collection::vec(any_act(4), 1..60)) {
        let mut standings = Standings::default();
        let mut gone = std::collections::BTreeMap::new();
        for (second, act) in (0..).zip(acts) {
            standings.apply(&Entry { at: NOW.plus(second), act });
            for (fingerprint, standing) in &gone {
                prop_assert_eq!(standings.standing(fingerprint), Some(*standing));
            }
            let revoked = standings
                .members()
                .filter(|member| matches!(member.standing, Standing::Revoked { .. }));
            gone.extend(revoked.map(|member| (member.fingerprint, member.standing)));
        }
    }
}
