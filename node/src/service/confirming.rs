//! Acts that are confirmed in their own right: whoever signs beside another, or for two, shows anew that it is she, whatever
//! session lies open before her (R4, R6).

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
    /// As [`Node::act`], after passphrase and second factor were given for this one entry. What the rules refuse anyway is
    /// refused before: it costs nobody a code.
    pub(super) fn act_confirmed(
        &self,
        session: &Session,
        id: &str,
        verb: &str,
        confirmation: Confirmation,
        body: impl Fn(&Case) -> Result<Body, ServiceError>,
    ) -> Result<Value, ServiceError> {
        let passphrase = Zeroizing::new(confirmation.passphrase);
        let case = self.my_case(session, id)?;
        let (action, object) = asked_of_policy(verb);
        self.permit(session, action, object)?;
        let tried = body(&case).and_then(|body| {
            let author = self.author(session)?;
            Ok(case.draft(&author, body, self.people(), self.now()).map(drop)?)
        });
        if let Err(refusal) = tried {
            self.audit(&session.id, verb, id, "refused")?;
            return Err(refusal);
        }
        drop(case);
        let answer = confirmation.second_factor.as_ref();
        drop(self.unlock(&session.id, &passphrase, answer)?);
        self.act(session, id, verb, body)
    }
}
