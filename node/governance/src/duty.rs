//! Who has which duty at a node (note 3, organisation): roles, and what may be done by whoever has them.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::text::{List, Text};

/// A sign-in name.
pub type SignInName = Text<64>;
/// A person's name as it is printed.
pub type Name = Text<80>;

/// A person at this node.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Her sign-in name; nothing for staff who cannot sign in. It stays when her certificate is renewed.
    #[n(0)]
    #[serde(default)]
    pub id: Option<SignInName>,
    /// Her name.
    #[n(1)]
    pub name: Name,
}

impl Person {
    /// What tells her from others: the sign-in name, else the name.
    #[must_use]
    pub fn key(&self) -> &str {
        self.id.as_ref().map_or(self.name.as_str(), Text::as_str)
    }
}

/// What somebody is at this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers for the node: has every duty and gives them to others.
    #[n(0)]
    Administrator,
    /// Asks for readings, or gives them.
    #[n(1)]
    Practitioner,
    /// Helps, and has no certificate.
    #[n(2)]
    Staff,
    /// Works here no more.
    #[n(3)]
    Left,
}

/// Something that may be done only by whoever has the duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Gives and takes roles and duties.
    #[n(0)]
    Roles,
    /// Signs the documents of the house.
    #[n(1)]
    Policies,
    /// Changes how the node works: bandwidth, bans, the register from a file.
    #[n(2)]
    Operation,
    /// Reads and exports the audit trail.
    #[n(3)]
    Trail,
    /// Takes evidence of a consultation out of the node.
    #[n(4)]
    Evidence,
    /// Answers patients who ask what became of their data.
    #[n(5)]
    Privacy,
    /// Keeps the records of training and of pledges on paper.
    #[n(6)]
    Training,
    /// Inspects, remedies and reviews.
    #[n(7)]
    Inspection,
    /// Registers displays and measures their constancy.
    #[n(8)]
    Displays,
    /// Leads the response to an incident, and ends it.
    #[n(9)]
    Incidents,
}

impl Duty {
    /// All.
    pub const ALL: [Self; 10] = [
        Self::Roles,
        Self::Policies,
        Self::Operation,
        Self::Trail,
        Self::Evidence,
        Self::Privacy,
        Self::Training,
        Self::Inspection,
        Self::Displays,
        Self::Incidents,
    ];

    /// In English and Japanese.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Roles => ("roles and duties", "役割と職務の割り当て"),
            Self::Policies => ("documents of the house", "規程の承認"),
            Self::Operation => ("operation of the node", "ノードの運用設定"),
            Self::Trail => ("audit trail", "監査ログの閲覧・出力"),
            Self::Evidence => ("evidence", "証拠の持ち出し"),
            Self::Privacy => ("privacy", "個人情報への対応"),
            Self::Training => ("training records", "研修・誓約の記録"),
            Self::Inspection => ("self-inspection", "自己点検"),
            Self::Displays => ("displays", "モニタの管理"),
            Self::Incidents => ("incidents", "インシデント対応"),
        }
    }
}

impl Role {
    /// The matrix: which duties come with a role by itself.
    #[must_use]
    pub const fn duties(self) -> &'static [Duty] {
        match self {
            Self::Administrator => &Duty::ALL,
            Self::Practitioner => &[Duty::Evidence],
            Self::Staff | Self::Left => &[],
        }
    }
}

/// Gives a person a role, and single duties besides. It takes the place of what she had.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Whom.
    #[n(0)]
    pub person: Person,
    /// Her role.
    #[n(1)]
    pub role: Role,
    /// Duties besides those of the role.
    #[n(2)]
    #[serde(default)]
    pub duties: List<Duty, 10>,
    /// The last day of it; without one until it is taken back.
    #[n(3)]
    #[serde(default)]
    pub until: Option<Day>,
}

impl Assignment {
    /// Whether it holds on this day.
    #[must_use]
    pub fn holds(&self, today: Day) -> bool {
        self.role != Role::Left && self.until.is_none_or(|until| today <= until)
    }

    /// Whether the duty comes with it.
    #[must_use]
    pub fn has(&self, duty: Duty) -> bool {
        self.role.duties().contains(&duty) || (self.role != Role::Left && self.duties.contains(&duty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R22, R24: the matrix of roles and duties, whole.
    #[test]
    fn r22_the_matrix_of_roles_and_duties() {
        for duty in Duty::ALL {
            assert!(Role::Administrator.duties().contains(&duty), "{duty:?}");
            assert_eq!(
                Role::Practitioner.duties().contains(&duty),
                duty == Duty::Evidence,
                "{duty:?}"
            );
            assert!(!Role::Staff.duties().contains(&duty), "{duty:?}");
            assert!(!Role::Left.duties().contains(&duty), "{duty:?}");
        }
    }

    #[test]
    fn r22_whoever_left_has_no_duty_that_was_given_besides() {
        let mut one = Assignment {
            person: Person {
                id: None,
                name: Name::new("鈴木").unwrap(),
            },
            role: Role::Staff,
            duties: List::new(vec![Duty::Displays]).unwrap(),
            until: Some("2026-11-30".parse().unwrap()),
        };
        assert!(one.has(Duty::Displays) && !one.has(Duty::Trail));
        assert!(one.holds("2026-11-30".parse().unwrap()) && !one.holds("2026-12-01".parse().unwrap()));
        one.role = Role::Left;
        assert!(!one.has(Duty::Displays));
    }
}
