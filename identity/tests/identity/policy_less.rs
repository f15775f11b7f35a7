//! Less never allows more: whatever is taken from a credential, a machine or the view of the register, every action on
//! every object that was refused before is refused still.

use dokuei_identity::certificate::{DeviceClass, DeviceOwner, LicenceKind, QualificationCode};
use dokuei_identity::freshness::Freshness;
use dokuei_identity::policy::{Action, Data, Object, Relation, Start, may, may_have};
use dokuei_identity::time::Timestamp;
use proptest::prelude::*;

use crate::policy_people::{Kind, Someone, Word, qualification};
use crate::world::NOW;

fn objects() -> impl Iterator<Item = Object> {
    Data::ALL
        .into_iter()
        .flat_map(|data| Relation::ALL.map(|relation| Object::new(data, relation)))
}

/// Every action and object that is allowed to `less` is allowed to `more`.
fn allows_no_more(
    more: (&Someone, Timestamp, Freshness),
    less: (&Someone, Timestamp, Freshness),
) -> Result<(), TestCaseError> {
    let (more_subject, less_subject) = (more.0.subject(), less.0.subject());
    for action in Action::ALL {
        for object in objects() {
            if may(&less_subject, action, object, less.1, less.2).is_ok() {
                let before = may(&more_subject, action, object, more.1, more.2);
                prop_assert!(before.is_ok(), "{action:?} on {object:?} was refused: {before:?}");
            }
            if may_have(&less_subject, action, object, less.1).is_ok() {
                let before = may_have(&more_subject, action, object, more.1);
                prop_assert!(
                    before.is_ok(),
                    "{action:?} on {object:?} was refused then: {before:?}"
                );
            }
        }
    }
    Ok(())
}

fn of<T: Copy + std::fmt::Debug + 'static>(these: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(these)
}

const CLASSES: [DeviceClass; 3] = [
    DeviceClass::Fixed,
    DeviceClass::Portable,
    DeviceClass::VirtualDesktop,
];
const OWNERS: [DeviceOwner; 2] = [DeviceOwner::Institution, DeviceOwner::Private];
const STARTS: [Option<Start>; 3] = [None, Some(Start::Passphrase), Some(Start::Unattended)];
const KINDS: [Kind; 4] = [Kind::Practitioner, Kind::Practitioner, Kind::Staff, Kind::Machine];

prop_compose! {
    fn anybody()(
        kind in of(&KINDS),
        held in proptest::collection::vec((of(&QualificationCode::ALL), any::<bool>(), 0_u64..4), 0..4),
        licence in (of(&["JP", "JP", "US"]), of(&[LicenceKind::Dentist, LicenceKind::Physician])),
        provisional in any::<bool>(),
        words in (of(&Word::ALL), of(&Word::ALL)),
        machine in (any::<bool>(), of(&CLASSES), of(&OWNERS), of(&STARTS)),
        since in 0_u64..4,
    ) -> Someone {
        let held = held
            .into_iter()
            .map(|(code, ground, to)| qualification(code, ground, NOW.plus(to).minus(2)))
            .collect();
        let mut someone = Someone::specialist().kind(kind).licence(licence.0, licence.1).holding(held);
        if machine.0 || kind != Kind::Practitioner {
            someone = someone.at(machine.1, machine.2);
        }
        someone.start = machine.3;
        someone.provisional = provisional;
        (someone.word, someone.node_word) = words;
        someone.since = NOW.plus(since).minus(2);
        someone
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// R3, R6, R17: revoking, suspending, replacing or hiding a certificate from the register never allows more.
    #[test]
    fn r3_r6_r17_the_registers_word_never_allows_more(who in anybody(), word in of(&Word::ALL), freshness in of(&Freshness::ALL)) {
        let mut good = who.clone();
        good.word = Word::InForce;
        let mut worse = who.clone();
        worse.word = word;
        allows_no_more((&good, NOW, freshness), (&worse, NOW, freshness))?;
        good = who.clone();
        good.node_word = Word::InForce;
        worse = who;
        worse.node_word = word;
        allows_no_more((&good, NOW, freshness), (&worse, NOW, freshness))?;
    }

    /// R3: a qualification less never allows more.
    #[test]
    fn r3_fewer_qualifications_never_allow_more(who in anybody(), removed in 0_usize..4, freshness in of(&Freshness::ALL)) {
        let mut fewer = who.clone();
        if removed < fewer.practitioner.qualifications.len() {
            fewer.practitioner.qualifications.remove(removed);
        }
        allows_no_more((&who, NOW, freshness), (&fewer, NOW, freshness))?;
    }

    /// R4: another country's licence, and a provisional credential, never allow more.
    #[test]
    fn r4_a_foreign_or_provisional_credential_never_allows_more(who in anybody(), freshness in of(&Freshness::ALL)) {
        let mut japanese = who.clone();
        japanese.practitioner.licence.jurisdiction = "JP".to_owned();
        let mut foreign = who.clone();
        foreign.practitioner.licence.jurisdiction = "US".to_owned();
        allows_no_more((&japanese, NOW, freshness), (&foreign, NOW, freshness))?;
        let (mut full, mut provisional) = (who.clone(), who);
        full.provisional = false;
        provisional.provisional = true;
        allows_no_more((&full, NOW, freshness), (&provisional, NOW, freshness))?;
    }

    /// R17, R19: an older view of the register never allows more.
    #[test]
    fn r17_an_older_view_never_allows_more(who in anybody(), one in of(&Freshness::ALL), other in of(&Freshness::ALL)) {
        allows_no_more((&who, NOW, one.min(other)), (&who, NOW, one.max(other)))?;
    }

    /// R20: any other machine never allows more than a fixed one of the institution, started by a person.
    #[test]
    fn r20_another_machine_never_allows_more(
        who in anybody(), class in of(&CLASSES), owner in of(&OWNERS), start in of(&STARTS), freshness in of(&Freshness::ALL),
    ) {
        let fixed = who.clone().at(DeviceClass::Fixed, DeviceOwner::Institution);
        let mut other = who.at(class, owner);
        other.start = start;
        allows_no_more((&fixed, NOW, freshness), (&other, NOW, freshness))?;
        let mut unattended = other.clone();
        unattended.start = Some(Start::Unattended);
        allows_no_more((&other, NOW, freshness), (&unattended, NOW, freshness))?;
    }

    /// R20: a private owner never allows more than the institution, on any class of machine.
    #[test]
    fn r20_a_private_owner_never_allows_more(who in anybody(), class in of(&CLASSES), freshness in of(&Freshness::ALL)) {
        let theirs = who.clone().at(class, DeviceOwner::Institution);
        let own = who.at(class, DeviceOwner::Private);
        allows_no_more((&theirs, NOW, freshness), (&own, NOW, freshness))?;
    }

    /// R3, R6: time that passes beyond the beginning of validity never allows more.
    #[test]
    fn r3_time_never_allows_more(who in anybody(), passes in 0_u64..1_000_000_000, freshness in of(&Freshness::ALL)) {
        allows_no_more((&who, NOW, freshness), (&who, NOW.plus(passes), freshness))?;
    }

    /// R12, R24: a weaker relation never allows more.
    #[test]
    fn r24_a_weaker_relation_never_allows_more(who in anybody(), freshness in of(&Freshness::ALL)) {
        let subject = who.subject();
        for action in Action::ALL {
            for data in Data::ALL {
                let allowed = |relation| may(&subject, action, Object::new(data, relation), NOW, freshness).is_ok();
                prop_assert!(allowed(Relation::Own) || !allowed(Relation::Party));
                prop_assert!(allowed(Relation::Party) || !allowed(Relation::Outsider));
                prop_assert!(allowed(Relation::Local) || !allowed(Relation::Outsider));
            }
        }
    }
}
