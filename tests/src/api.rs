//! A node's loopback API, as far as the tests use it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::site::Site;
use crate::wait;

/// How long one answer may take: sealing and import run as jobs, so every call is short.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client with one bearer token.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: String,
    passphrase: Option<String>,
    site: Site,
}

/// What the node answers when it refuses (RFC 9457).
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable name of the reason.
    pub code: String,
    /// One sentence for the person.
    pub detail: String,
    /// What to do next.
    #[serde(default)]
    pub next: Option<String>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({}): {}", self.status, self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

/// The state of a long task.
#[derive(Debug, Clone, Deserialize)]
pub struct Job {
    /// `running`, `done` or `failed`.
    pub state: String,
    /// What is done, in the task's own unit.
    pub done: u64,
    /// What there is to do.
    pub total: u64,
    /// Bytes that went through it.
    #[serde(default)]
    pub bytes: u64,
    /// What it gave.
    #[serde(default)]
    pub result: Value,
    /// Why it failed: a sentence, or a problem.
    #[serde(default)]
    pub error: Value,
}

impl Client {
    /// A client of the node at `base` (`http://127.0.0.1:PORT`).
    #[must_use]
    pub fn new(base: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT));
        Self {
            agent: config.build().into(),
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            passphrase: None,
            site: Site::default(),
        }
    }

    /// The same node, which runs at `site` and is to be reached there.
    #[must_use]
    pub fn at(self, site: &Site) -> Self {
        Self {
            site: site.clone(),
            ..self
        }
    }

    /// The same node with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            passphrase: None,
            ..self.clone()
        }
    }

    /// What is signed, with the passphrase of whoever signed in: that it is she.
    #[must_use]
    pub fn confirmed(&self, mut body: Value) -> Value {
        body["passphrase"] = self.passphrase.clone().into();
        body
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The bearer token, for another program.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// GET below `/api/v1`.
    ///
    /// # Errors
    /// [`Problem`] when the node refuses.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer());
        let answer: Value = self.site.within(|| read(path, request.call()))??;
        serde_json::from_value(answer).with_context(|| format!("{path} answered what was not expected"))
    }

    /// The bytes of a GET; a path beginning with `/dicomweb` is taken from the root.
    ///
    /// # Errors
    /// [`Problem`] when the node refuses.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        let request = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer());
        let (status, bytes) = self.site.within(|| {
            let mut response = request
                .call()
                .with_context(|| format!("no answer to GET {path}"))?;
            let status = response.status().as_u16();
            let bytes = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
            anyhow::Ok((status, bytes))
        })??;
        if status < 300 {
            Ok(bytes)
        } else {
            Err(problem(path, status, &bytes))
        }
    }

    /// POST below `/api/v1`.
    ///
    /// # Errors
    /// [`Problem`] when the node refuses.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let body = serde_json::to_vec(body)?;
        let request = self
            .agent
            .post(self.url(path))
            .header("Content-Type", "application/json")
            .header("Authorization", self.bearer());
        let answer: Value = self.site.within(|| read(path, request.send(&body[..])))??;
        serde_json::from_value(answer).with_context(|| format!("{path} answered what was not expected"))
    }

    /// POST below `/api/v1` with an idempotency key: sent again it is not done again.
    ///
    /// # Errors
    /// [`Problem`] when the node refuses.
    pub fn post_once<T: DeserializeOwned>(&self, path: &str, key: &str, body: &impl Serialize) -> Result<T> {
        let body = serde_json::to_vec(body)?;
        let request = self
            .agent
            .post(self.url(path))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .header("Authorization", self.bearer());
        let answer: Value = self.site.within(|| read(path, request.send(&body[..])))??;
        serde_json::from_value(answer).with_context(|| format!("{path} answered what was not expected"))
    }

    /// PUT below `/api/v1`.
    ///
    /// # Errors
    /// [`Problem`] when the node refuses.
    pub fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        let body = serde_json::to_vec(body)?;
        let request = self
            .agent
            .put(self.url(path))
            .header("Content-Type", "application/json")
            .header("Authorization", self.bearer());
        let answer: Value = self.site.within(|| read(path, request.send(&body[..])))??;
        serde_json::from_value(answer).with_context(|| format!("{path} answered what was not expected"))
    }

    /// DELETE below `/api/v1`.
    ///
    /// # Errors
    /// [`Problem`] when the node refuses.
    pub fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = self
            .agent
            .delete(self.url(path))
            .header("Authorization", self.bearer());
        let answer: Value = self.site.within(|| read(path, request.call()))??;
        serde_json::from_value(answer).with_context(|| format!("{path} answered what was not expected"))
    }

    /// A POST that must be refused: gives the refusal.
    ///
    /// # Errors
    /// When the node did not refuse, or failed in another way.
    pub fn refused(&self, path: &str, body: &impl Serialize) -> Result<Problem> {
        match self.post::<Value>(path, body) {
            Ok(answer) => bail!("POST {path} was to be refused, but the node answered {answer}"),
            Err(error) => error.downcast::<Problem>(),
        }
    }

    /// Signs a practitioner in and gives the client of her session.
    ///
    /// # Errors
    /// [`Problem`] when id or passphrase are wrong.
    pub fn sign_in(&self, id: &str, passphrase: &str) -> Result<Self> {
        let session: Value = self.post(
            "/session",
            &serde_json::json!({"id": id, "passphrase": passphrase}),
        )?;
        let token = session["token"].as_str().context("the session has no token")?;
        Ok(Self {
            passphrase: Some(passphrase.to_owned()),
            ..self.with_token(token)
        })
    }

    /// Follows a job to its end; `progress` hears what is done and the total.
    ///
    /// # Errors
    /// When the job failed, with its sentence, or is not done after `limit`.
    pub fn job(&self, answer: &Value, limit: Duration, mut progress: impl FnMut(&Job)) -> Result<Job> {
        let id = match &answer["job"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            other => bail!("the answer names no job, but {other}"),
        };
        wait::until(&format!("job {id}"), limit, || {
            let job: Job = self.get(&format!("/jobs/{id}"))?;
            progress(&job);
            match job.state.as_str() {
                "done" => Ok(Some(job)),
                "failed" => bail!("the job failed: {}", sentence(&job.error)),
                _ => Ok(None),
            }
        })
    }

    fn url(&self, path: &str) -> String {
        let prefix = if path.starts_with("/dicomweb") {
            ""
        } else {
            "/api/v1"
        };
        format!("{}{prefix}{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

fn sentence(error: &Value) -> String {
    let detail = error.get("detail").unwrap_or(error);
    detail.as_str().map_or_else(|| error.to_string(), str::to_owned)
}

fn read<T: DeserializeOwned>(
    path: &str,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<T> {
    let mut response = answer.with_context(|| format!("no answer to {path}"))?;
    let status = response.status().as_u16();
    let bytes = response.body_mut().with_config().limit(64 << 20).read_to_vec()?;
    if status >= 300 {
        return Err(problem(path, status, &bytes));
    }
    let bytes = if bytes.is_empty() { b"null".to_vec() } else { bytes };
    serde_json::from_slice(&bytes).with_context(|| {
        format!(
            "{path} answered what was not expected: {}",
            String::from_utf8_lossy(&bytes)
        )
    })
}

fn problem(path: &str, status: u16, bytes: &[u8]) -> anyhow::Error {
    match serde_json::from_slice::<Problem>(bytes) {
        Ok(problem) => problem.into(),
        Err(_) => anyhow::anyhow!("{path} answered {status}: {}", String::from_utf8_lossy(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_code_and_sentence() {
        let body =
            br#"{"type":"about:blank","title":"x","status":403,"detail":"No.","code":"not_qualified"}"#;
        let error = problem("/cases", 403, body).downcast::<Problem>().unwrap();
        assert_eq!(error.to_string(), "403 (not_qualified): No.");
        assert_eq!(error.next, None);
    }

    #[test]
    fn an_answer_that_is_no_problem_is_shown_as_it_is() {
        assert_eq!(
            problem("/cases", 502, b"gone").to_string(),
            "/cases answered 502: gone"
        );
    }

    #[test]
    fn dicomweb_lies_beside_the_api() {
        let client = Client::new("http://127.0.0.1:9/", "t");
        assert_eq!(client.url("/status"), "http://127.0.0.1:9/api/v1/status");
        assert_eq!(
            client.url("/dicomweb/studies/1"),
            "http://127.0.0.1:9/dicomweb/studies/1"
        );
        assert_eq!(client.with_token("u").bearer(), "Bearer u");
    }

    #[test]
    fn a_failed_jobs_sentence_is_found_in_both_shapes() {
        assert_eq!(sentence(&serde_json::json!("No disk.")), "No disk.");
        assert_eq!(sentence(&serde_json::json!({"detail": "No disk."})), "No disk.");
    }
}
