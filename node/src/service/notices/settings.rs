//! What somebody wants to be told: shown and set by herself. What her webhook's messages are signed with is shown once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use dokuei_notice::{Channel, Group, Language, Matter, Settings, sentence};
use dokuei_store::{NoticeRow, NoticeSettings};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Node;
use super::super::error::ServiceError;
use super::super::session::Session;
use crate::clock;

/// Notices that are shown with the settings.
const SHOWN: u32 = 50;
/// Bytes of a webhook's secret.
const SECRET: usize = 32;

/// What somebody wants to be told, as the app sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSettings {
    /// What is stored.
    #[schema(value_type = crate::gateway::shapes::notices::NoticeChoice)]
    pub settings: Settings,
    /// Whether messages to the webhook are to be signed with a new secret from now on. The first is made by itself.
    #[serde(default)]
    pub new_secret: bool,
}

impl Node {
    /// What somebody chose, or what holds until she does; and her webhook's secret.
    pub(super) fn chosen(&self, who: &str) -> Result<(Settings, Option<String>), ServiceError> {
        let Some(kept) = self.store().notice_settings(who)? else {
            return Ok((Settings::default(), None));
        };
        match serde_json::from_str::<Settings>(&kept.form) {
            Ok(settings) => Ok((settings, kept.webhook_secret)),
            Err(error) => {
                // Of a newer version of this program: told in the app until it is chosen anew.
                tracing::error!(%error, "what somebody wants to be told is not understood");
                Ok((Settings::default(), None))
            }
        }
    }

    /// What the signed-in practitioner wants to be told, by which ways she can be, and what she was told lately.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn notice_settings(&self, session: &Session) -> Result<Value, ServiceError> {
        let (settings, secret) = self.chosen(&session.id)?;
        let recent = self.store().notices_of(&session.id, SHOWN)?;
        let recent: Vec<Value> = recent.iter().map(|row| view(row, settings.language)).collect();
        Ok(json!({
            "settings": settings,
            "groups": Group::ALL,
            "has_secret": secret.is_some(),
            "can_mail": self.outlets()?.smtp.is_some(),
            "recent": recent,
            "secret": null,
        }))
    }

    /// Sets what the signed-in practitioner wants to be told. A secret that was made for it is in the answer, and never again.
    ///
    /// # Errors
    /// [`ServiceError::Field`] when something in it is not acceptable, [`ServiceError::NoMailServer`] when a mailbox is named
    /// and this node has no server.
    pub fn set_notice_settings(&self, session: &Session, new: NewSettings) -> Result<Value, ServiceError> {
        let settings = new.settings;
        settings
            .check()
            .map_err(|error| ServiceError::field(error.field(), error))?;
        if settings.email.is_some() && self.outlets()?.smtp.is_none() {
            return Err(ServiceError::NoMailServer);
        }
        let (_, kept) = self.chosen(&session.id)?;
        let fresh = settings.webhook.is_some() && (new.new_secret || kept.is_none());
        let secret = match (&settings.webhook, fresh) {
            (None, _) => None,
            (Some(_), false) => kept,
            (Some(_), true) => Some(BASE64.encode(rand::random::<[u8; SECRET]>())),
        };
        let form =
            serde_json::to_string(&settings).map_err(|error| ServiceError::field("settings", error))?;
        let stored = NoticeSettings {
            form,
            webhook_secret: secret.clone(),
        };
        self.store().set_notice_settings(&session.id, &stored)?;
        self.audit(&session.id, "notice_settings", "node", "success")?;
        let mut view = self.notice_settings(session)?;
        view["secret"] = json!(secret.filter(|_| fresh));
        Ok(view)
    }

    /// Sends a test to the signed-in practitioner at once, by e-mail or webhook.
    ///
    /// # Errors
    /// [`ServiceError::TestedLately`] within a minute of the last that was taken, [`ServiceError::NoticeNotSent`] with what the
    /// other side said, [`ServiceError::Field`] for a way that is not set up.
    pub fn test_notice(&self, session: &Session, channel: &str) -> Result<(), ServiceError> {
        let channel = Channel::named(channel)
            .filter(|channel| *channel != Channel::Desktop)
            .ok_or_else(|| ServiceError::field("channel", "a test goes by email or webhook"))?;
        let row = NoticeRow {
            id: 0,
            practitioner: session.id.clone(),
            channel: channel.name().to_owned(),
            matter: Matter::Test.name().to_owned(),
            case_id: None,
            urgent: false,
            state: dokuei_store::NoticeState::Waiting,
            attempts: 0,
            next_try: self.now(),
            reason: None,
            queued_at: self.now(),
            changed_at: self.now(),
        };
        if !self.0.notices.may_test(&session.id) {
            return Err(ServiceError::TestedLately);
        }
        let outcome = self.send_message(&session.id, channel, &[row]);
        if outcome.is_err() {
            // Whoever corrects the address tries at once.
            self.0.notices.forget_test(&session.id);
        }
        let word = if outcome.is_ok() { "sent" } else { "not sent" };
        self.audit(
            &session.id,
            "notice",
            "node",
            &format!("{} test: {word}", channel.name()),
        )?;
        outcome.map_err(ServiceError::NoticeNotSent)
    }
}

/// A notice as it is shown.
pub(super) fn view(row: &NoticeRow, language: Language) -> Value {
    let matter = Matter::named(&row.matter);
    json!({
        "id": row.id,
        "channel": row.channel,
        "matter": row.matter,
        "group": matter.map(Matter::group),
        "urgent": row.urgent,
        "text": matter.map(|matter| sentence(matter, language)),
        "case_id": row.case_id.map(hex::encode),
        "state": row.state.as_str(),
        "attempts": row.attempts,
        "why": row.reason,
        "queued": clock::rfc3339(row.queued_at),
        "changed": clock::rfc3339(row.changed_at),
        "next_try": clock::rfc3339(row.next_try),
    })
}
