//! How long what a consultation leaves is kept, and what may not be deleted although that is over.
//!
//! The law gives the least, the house's own rule (the years in its 運用管理規程) may be longer and is never shorter. A legal
//! hold stops every deletion of what belongs to a case until it is released, by a second person wherever there is one.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::attestation::RecordId;
use crate::day::Day;
use crate::ledger::{Ledger, Of};
use crate::text::Text;

/// A case, as its identifier is written.
pub type CaseName = Text<64>;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The signed log with its reports: part of the patient's record.
    Records,
    /// Images.
    Images,
}

/// Why something is kept so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The law: 歯科医師法23条2項 and 療担規則9条 for records, 療担規則9条 for images.
    Law,
    /// The house's own rule, which is longer.
    House,
}

/// Until when something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Until {
    /// The last day.
    pub day: Day,
    /// The years that count.
    pub years: u8,
    /// Why.
    pub because: Because,
}

impl Kept {
    /// The least by law, years from completion (歯科医師法23条2項: 5; 保険医療機関及び保険医療養担当規則9条: records 5, all
    /// else 3).
    #[must_use]
    pub const fn least(self) -> u8 {
        match self {
            Self::Records => 5,
            Self::Images => 3,
        }
    }

    /// Until when what was completed on a day is kept by a house that keeps it for `house` years.
    #[must_use]
    pub fn until(self, completed: Day, house: Option<u8>) -> Until {
        let least = self.least();
        let (years, because) = match house {
            Some(longer) if longer > least => (longer, Because::House),
            _ => (least, Because::Law),
        };
        Until {
            day: completed.years_later(years),
            years,
            because,
        }
    }
}

/// Nothing of a case is deleted: a claim, an inquiry or a court may need it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Which case.
    #[n(0)]
    pub case: CaseName,
    /// Why, without any patient's data.
    #[n(1)]
    pub why: Text<2_000, true>,
}

/// A hold is over.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(array)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The record of the hold.
    #[n(0)]
    pub hold: RecordId,
    /// Why, without any patient's data.
    #[n(1)]
    pub why: Text<2_000, true>,
}

impl Ledger {
    /// The holds that nobody has released.
    pub fn open_holds(&self) -> impl Iterator<Item = Of<'_, Hold>> {
        self.holds().filter(|one| !self.is_released(&one.record.id))
    }

    /// Whether a hold was released.
    #[must_use]
    pub fn is_released(&self, hold: &RecordId) -> bool {
        self.releases().any(|one| one.what.hold == *hold)
    }

    /// Whether anything holds a case.
    #[must_use]
    pub fn is_held(&self, case: &str) -> bool {
        self.open_holds().any(|one| one.what.case.as_str() == case)
    }

    /// How many years the house keeps something, by the newest of its 運用管理規程 that is in force, or was last.
    #[must_use]
    pub fn house_years(&self, kept: Kept, today: Day) -> Option<u8> {
        let begun = self
            .policies()
            .rev()
            .find(|one| one.what.kind == crate::policy::PolicyKind::Management && one.what.from <= today)?;
        match kept {
            Kept::Records => begun.what.facts.record_years,
            Kept::Images => begun.what.facts.image_years,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// R24: the law's years are the least, whatever the house says; a longer rule of the house counts.
    #[test]
    fn r24_the_law_is_the_least_and_the_house_may_keep_longer() {
        let completed = day("2026-11-30");
        for (kept, house, last, because) in [
            (Kept::Records, None, "2031-11-30", Because::Law),
            (Kept::Records, Some(1), "2031-11-30", Because::Law),
            (Kept::Records, Some(5), "2031-11-30", Because::Law),
            (Kept::Records, Some(10), "2036-11-30", Because::House),
            (Kept::Images, None, "2029-11-30", Because::Law),
            (Kept::Images, Some(2), "2029-11-30", Because::Law),
            (Kept::Images, Some(5), "2031-11-30", Because::House),
        ] {
            let until = kept.until(completed, house);
            assert_eq!(
                (until.day, until.because),
                (day(last), because),
                "{kept:?} {house:?}"
            );
        }
    }

    /// 民法143条2項: where the last month has no such day, its last day ends the period.
    #[test]
    fn a_period_from_a_leap_day_ends_with_february() {
        let leap = day("2028-02-29");
        assert_eq!(Kept::Images.until(leap, None).day, day("2031-02-28"));
        assert_eq!(Kept::Images.until(leap, Some(4)).day, day("2032-02-29"));
        assert_eq!(day("9998-05-01").years_later(5), day("9999-12-31"));
    }
}
