//! Acts that are confirmed in their own right: whoever signs a report, a new version of one, or beside another or for two, shows
//! anew that it is she, whatever session lies open before her (R4, R6). Urgent findings are not among them: they go out at once (R9).

use dokuei_consultation::body::Body;
use dokuei_consultation::machine::Case;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::Node;
use super::cases::asked_of_policy;
use super::error::ServiceError;
use super::session::Session;
use crate::second_factor::Answer;

/// By what somebody shows that it is she who signs.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct Confirmation {
    /// Her passphrase.
    pub passphrase: String,
    /// Of the second factor, or a recovery code. Left out, the refusal says what is asked, with a challenge where the
    /// factor answers one.
    #[serde(default)]
    pub second_factor: Option<Answer>,
}

impl Node {
    /// As [`Node::act`], after passphrase and second factor were given for this one entry.
    pub(super) fn act_confirmed(
        &self,
        session: &Session,
        id: &str,
        verb: &str,
        confirmation: Confirmation,
        body: impl Fn(&Case) -> Result<Body, ServiceError>,
    ) -> Result<Value, ServiceError> {
        self.confirm(session, id, verb, confirmation, |case| {
            let author = self.author(session)?;
            let draft = case.draft(&author, body(case)?, self.people(), self.now());
            Ok(draft.map(drop)?)
        })?;
        self.act(session, id, verb, body)
    }

    /// Whether it is she who signs, by passphrase and second factor. What the rules refuse anyway (`attempt` says so) is
    /// refused before: it costs nobody a code.
    pub(super) fn confirm(
        &self,
        session: &Session,
        id: &str,
        verb: &str,
        confirmation: Confirmation,
        attempt: impl FnOnce(&Case) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let passphrase = Zeroizing::new(confirmation.passphrase);
        let case = self.my_case(session, id)?;
        let (action, object) = asked_of_policy(verb);
        self.permit(session, action, object)?;
        if let Err(refusal) = attempt(&case) {
            self.audit(&session.id, verb, id, "refused")?;
            return Err(refusal);
        }
        drop(case);
        let answer = confirmation.second_factor.as_ref();
        drop(self.unlock(&session.id, &passphrase, answer)?);
        Ok(())
    }
}
