//! What may be done to a credential in which state.

use crate::failure::Failure;
use crate::journal::{Credential, State};

/// What can be done to a credential that was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Renew,
    Rekey,
    Suspend,
    Reinstate,
    Revoke,
}

impl Step {
    const fn word(self) -> &'static str {
        match self {
            Self::Renew => "renewed",
            Self::Rekey => "given a new key",
            Self::Suspend => "suspended",
            Self::Reinstate => "reinstated",
            Self::Revoke => "revoked",
        }
    }

    /// Refuses what the state does not allow, by its name.
    pub(crate) fn check(self, credential: &Credential, state: State) -> Result<(), Failure> {
        let next = match (self, state) {
            (Self::Renew | Self::Rekey | Self::Suspend | Self::Revoke, State::InForce)
            | (Self::Reinstate | Self::Revoke, State::Suspended)
            | (Self::Revoke, State::Expired) => return Ok(()),
            (Self::Revoke, State::Revoked | State::Superseded) => {
                return Err(Failure::AlreadyRevoked(credential.fingerprint.to_string()));
            }
            (Self::Renew | Self::Rekey, State::Suspended) => "reinstate it first",
            (Self::Renew | Self::Rekey, _) => "issue a new one for a new request",
            (Self::Suspend, State::Suspended) => "it stays suspended until it is reinstated or revoked",
            (Self::Suspend, _) => "it does not hold any more",
            (Self::Reinstate, State::InForce) => "it holds already",
            (Self::Reinstate, _) => "only a suspension can be ended",
        };
        Err(Failure::NotInThisState {
            fingerprint: credential.fingerprint.to_string(),
            state,
            step: self.word(),
            next,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{IssuedLine, Kind};
    use dokuei_identity::certificate::Validity;
    use dokuei_identity::fingerprint::Fingerprint;
    use dokuei_identity::serial::Serial;
    use dokuei_identity::time::Timestamp;

    fn credential() -> Credential {
        Credential::of(IssuedLine {
            at: Timestamp(0),
            kind: Kind::Node,
            fingerprint: Fingerprint::of(b"certificate"),
            serial: Serial::from_bytes(&[1]).unwrap(),
            subject: String::new(),
            validity: Validity::days_from(Timestamp(0), 1),
            der: String::new(),
            issuer: None,
            replaces: None,
            application: None,
            by: String::new(),
        })
        .unwrap()
    }

    /// R6: the whole table, so that a change of a rule is seen.
    #[test]
    fn r6_what_a_state_allows() {
        const STATES: [State; 5] = [
            State::InForce,
            State::Suspended,
            State::Superseded,
            State::Revoked,
            State::Expired,
        ];
        let table = [
            (Step::Renew, [true, false, false, false, false]),
            (Step::Rekey, [true, false, false, false, false]),
            (Step::Suspend, [true, false, false, false, false]),
            (Step::Reinstate, [false, true, false, false, false]),
            (Step::Revoke, [true, true, false, false, true]),
        ];
        for (step, allowed) in table {
            for (state, allowed) in STATES.into_iter().zip(allowed) {
                let answer = step.check(&credential(), state);
                assert_eq!(answer.is_ok(), allowed, "{step:?} in {state:?}: {answer:?}");
            }
        }
    }
}
