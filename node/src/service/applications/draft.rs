//! What somebody is filling in, kept by the node: a page that is loaded anew goes on where it was, and identity documents
//! rest in no browser. A passphrase is never part of it.

use dokuei_store::StoreError;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::Node;
use crate::service::error::ServiceError;

const FIELDS: &str = "application_draft.fields";
const EVIDENCE: &str = "application_draft.evidence";
const SENT: &str = "application_draft.sent";

/// A change of what is kept. What is left out stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftChange {
    /// What was typed and chosen, in the page's own form.
    #[serde(default)]
    fields: Option<Value>,
    /// The attachments, in the page's own form.
    #[serde(default)]
    evidence: Option<Value>,
    /// Whether applications were made from it: then it goes when all of them are issued.
    #[serde(default)]
    sent: bool,
}

impl Node {
    /// What is kept; `null` for what is not there.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn application_draft(&self) -> Result<Value, ServiceError> {
        let part = |name| -> Result<Value, ServiceError> {
            let text = self.store().setting(name)?;
            Ok(text
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default())
        };
        Ok(json!({"fields": part(FIELDS)?, "evidence": part(EVIDENCE)?, "sent": self.draft_was_sent()?}))
    }

    /// Keeps a change.
    ///
    /// # Errors
    /// [`ServiceError::Store`], for example when the disk is full.
    pub fn keep_application_draft(&self, change: &DraftChange) -> Result<(), ServiceError> {
        for (name, part) in [(FIELDS, &change.fields), (EVIDENCE, &change.evidence)] {
            if let Some(part) = part {
                let text = part.to_string();
                self.require_room(text.len() as u64)?;
                self.store().set_setting(name, &text)?;
            }
        }
        if change.sent {
            self.store().set_setting(SENT, "yes")?;
        } else {
            self.store().remove_setting(SENT)?;
        }
        Ok(())
    }

    /// Removes all of it.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn drop_application_draft(&self) -> Result<(), ServiceError> {
        let remove = |name| -> Result<(), StoreError> { self.store().remove_setting(name) };
        Ok([FIELDS, EVIDENCE, SENT].into_iter().try_for_each(remove)?)
    }

    /// Whether applications were made from it.
    pub(super) fn draft_was_sent(&self) -> Result<bool, ServiceError> {
        Ok(self.store().setting(SENT)?.is_some())
    }
}
