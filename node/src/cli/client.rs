//! The command line's side of the loopback API: finds the running node, carries the token, reads problems.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

use super::error::{CliError, Failure, Outcome};
use crate::data_dir::DataDir;

/// What `api.json` says.
#[derive(Debug, Deserialize)]
struct ApiAddress {
    api: String,
}

/// A problem as RFC 9457 and our gateway write it.
#[derive(Debug, Deserialize)]
struct Problem {
    code: String,
    detail: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    second_factor: Option<Box<Value>>,
}

/// A connection to the running node.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    token: String,
}

impl Client {
    /// Connects with the session of the signed-in practitioner, or as the node's operator when nobody is signed in.
    ///
    /// # Errors
    /// When the node is not running.
    pub(crate) fn connect(dir: &DataDir) -> Outcome<Self> {
        let operator = read_token(&dir.api_token()).ok_or_else(|| not_running(dir))?;
        let token = read_token(&dir.session_token()).unwrap_or(operator);
        Self::with_token(dir, token)
    }

    /// Connects as the user who runs the node.
    ///
    /// # Errors
    /// When the node is not running.
    pub(crate) fn as_operator(dir: &DataDir) -> Outcome<Self> {
        let token = read_token(&dir.api_token()).ok_or_else(|| not_running(dir))?;
        Self::with_token(dir, token)
    }

    fn with_token(dir: &DataDir, token: String) -> Outcome<Self> {
        let text = fs::read_to_string(dir.api_address()).map_err(|_| not_running(dir))?;
        let address: ApiAddress = serde_json::from_str(&text).map_err(|_| not_running(dir))?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(5)))
            .build()
            .new_agent();
        Ok(Self {
            agent,
            base: address.api,
            token,
        })
    }

    /// `GET path`, a JSON document.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn get(&self, path: &str) -> Outcome<Value> {
        let sent = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer())
            .call();
        read_json(sent)
    }

    /// `GET path?name=value&…`, a JSON document.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn get_with(&self, path: &str, parameters: &[(&'static str, String)]) -> Outcome<Value> {
        let mut request = self.agent.get(self.url(path));
        for (name, value) in parameters {
            request = request.query(*name, value);
        }
        read_json(request.header("Authorization", self.bearer()).call())
    }

    /// `GET path?name=value&…`, bytes.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn get_bytes_with(
        &self,
        path: &str,
        parameters: &[(&'static str, String)],
    ) -> Outcome<Vec<u8>> {
        let mut request = self.agent.get(self.url(path));
        for (name, value) in parameters {
            request = request.query(*name, value);
        }
        read_bytes(request.header("Authorization", self.bearer()).call())
    }

    /// `GET path`, bytes (a PDF or a DICOM object).
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn get_bytes(&self, path: &str) -> Outcome<Vec<u8>> {
        let sent = self
            .agent
            .get(self.url(path))
            .header("Authorization", self.bearer())
            .call();
        read_bytes(sent)
    }

    /// `POST path` with a JSON document, for bytes.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn post_for_bytes(&self, path: &str, body: &Value) -> Outcome<Vec<u8>> {
        let sent = self
            .agent
            .post(self.url(path))
            .header("Authorization", self.bearer())
            .send_json(body);
        read_bytes(sent)
    }

    /// `POST path` with a JSON document.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let sent = self
            .agent
            .post(self.url(path))
            .header("Authorization", self.bearer())
            .send_json(body);
        read_json(sent)
    }

    /// `PUT path` with a JSON document.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn put(&self, path: &str, body: &Value) -> Outcome<Value> {
        let sent = self
            .agent
            .put(self.url(path))
            .header("Authorization", self.bearer())
            .send_json(body);
        read_json(sent)
    }

    /// `DELETE path`.
    ///
    /// # Errors
    /// The node's refusal, or that it is not running.
    pub(crate) fn delete(&self, path: &str) -> Outcome {
        let sent = self
            .agent
            .delete(self.url(path))
            .header("Authorization", self.bearer())
            .call();
        accept(sent).map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

/// Where the running node shows the app.
pub(crate) fn app_address(dir: &DataDir) -> Option<String> {
    let text = fs::read_to_string(dir.api_address()).ok()?;
    serde_json::from_str::<ApiAddress>(&text)
        .ok()
        .map(|address| address.api)
}

fn read_token(path: &Path) -> Option<String> {
    fs::read_to_string(path)
        .ok()
        .map(|text| text.trim().to_owned())
        .filter(|token| !token.is_empty())
}

fn not_running(dir: &DataDir) -> CliError {
    CliError::new(
        Failure::NotRunning,
        "not_running",
        format!("the node in {} is not running", dir.root().display()),
        "start it with `dokuei run`, or name another node with --data-dir",
    )
}

fn broken(error: &dyn std::fmt::Display) -> CliError {
    CliError::refused(
        "connection_broken",
        format!("the node's answer broke off: {error}"),
        "try again",
    )
}

type Sent = Result<Response<ureq::Body>, ureq::Error>;

fn read_bytes(sent: Sent) -> Outcome<Vec<u8>> {
    let mut response = accept(sent)?;
    let mut bytes = Vec::new();
    response
        .body_mut()
        .as_reader()
        .read_to_end(&mut bytes)
        .map_err(|error| broken(&error))?;
    Ok(bytes)
}

fn read_json(sent: Sent) -> Outcome<Value> {
    let mut response = accept(sent)?;
    let text = response
        .body_mut()
        .read_to_string()
        .map_err(|error| broken(&error))?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| broken(&error))
}

fn accept(sent: Sent) -> Outcome<Response<ureq::Body>> {
    let mut response = sent.map_err(|error| {
        CliError::new(
            Failure::NotRunning,
            "not_running",
            format!("the node does not answer: {error}"),
            "see whether `dokuei run` is still there; start it again when not",
        )
    })?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let problem: Problem = serde_json::from_str(&text).unwrap_or_else(|_| Problem {
        code: "unexpected_answer".to_owned(),
        detail: format!("the node answered with HTTP status {status}"),
        next: String::new(),
        second_factor: None,
    });
    let failure = match (status.as_u16(), problem.code.as_str()) {
        (401, _) => Failure::NotSignedIn,
        (507, _) | (_, "storage_failed") => Failure::Storage,
        _ => Failure::Refused,
    };
    Err(CliError {
        failure,
        code: problem.code,
        message: problem.detail,
        next: problem.next,
        second_factor: problem.second_factor,
    })
}
