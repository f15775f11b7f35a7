//! `serve` in a directory without a registry: the console makes one, and then goes on as the console of that registry.
//!
//! Whoever sets it up has the code that was printed at the start, and lies in `api.token`. Below `/api/v1`:
//!
//! ```text
//! POST   /session    {passphrase: the code} → 201 and the cookie
//! GET    /session    {operator, named: false, set_up: open}; 401 set_up
//!        /ceremony…  as in the console of a registry
//! POST   /set-up     {origin: "ceremony" or {carried: {root, issuing, key, passphrase}}, passphrase,
//!                     operator, operator_passphrase} → 201 {network, fingerprint, operator}
//! ```

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64;
use dokuei_identity::chain::{Chain, TrustAnchor};
use dokuei_identity::issue::CertificateAuthority;
use dokuei_identity::network::NetworkName;
use dokuei_identity::passphrase::{self, Rule};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use zeroize::Zeroize;

use super::problem::problem;
use super::{MAX_BODY, aside, guard, nothing_here, secret, stopping::until_stopped, ui};
use crate::ceremony::make;
use crate::ceremony::routes::{self, Ceremony};
use crate::failure::Failure;
use crate::files;
use crate::operators::log::{Draft, Outcome};
use crate::operators::{Actor, member, naming};
use crate::registry::init::{self, Origin};
use crate::registry::keys::{self, ISSUING_PURPOSE};
use crate::registry::layout::make_private;
use crate::registry::{Layout, Registry, Rules};

/// The cookie's name.
const COOKIE: &str = "dokuei_registry_set_up";

struct SetUp {
    layout: Layout,
    rules: Rules,
    code: String,
    ceremony: Ceremony,
    made: Mutex<Option<(Registry, Actor)>>,
    finished: Notify,
}

/// Serves the set-up until the registry is made, or until it is stopped: then there is none.
pub(crate) fn run(
    layout: &Layout,
    rules: Rules,
    listener: TcpListener,
    ui_dir: PathBuf,
    json: bool,
) -> Result<Option<(Registry, Actor)>, Failure> {
    make_private(&layout.dir)?;
    let code = hex::encode(rand::random::<[u8; 16]>());
    files::write(&layout.token(), code.as_bytes(), true)?;
    let set_up = Arc::new(SetUp {
        layout: layout.clone(),
        rules,
        code,
        ceremony: Ceremony::default(),
        made: Mutex::default(),
        finished: Notify::new(),
    });
    let failed = |source| Failure::storage("served", &layout.dir, source);
    let runtime = tokio::runtime::Runtime::new().map_err(failed)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let stop = until_stopped().map_err(failed)?;
        let address = super::announce(layout, &listener)?;
        if !json {
            let _ = writeln!(
                std::io::stderr(),
                "There is no registry in {} yet. To make one, open http://{address}/ in a browser of this computer and \
                 enter this code: {}",
                layout.dir.display(),
                set_up.code
            );
        }
        let here = Arc::clone(&set_up);
        let stop = async move {
            tokio::select! {
                () = stop => {}
                () = here.finished.notified() => {}
            }
        };
        super::serve(listener, router(Arc::clone(&set_up), ui_dir), stop)
            .await
            .map_err(failed)
    })?;
    let _ = std::fs::remove_file(layout.api());
    Ok(set_up.made.lock().unwrap_or_else(PoisonError::into_inner).take())
}

fn router(set_up: Arc<SetUp>, ui_dir: PathBuf) -> Router {
    let inside = Router::new()
        .route("/session", get(show))
        .route("/set-up", post(finish))
        .merge(routes::routes(set_up.ceremony.clone()))
        .fallback(|| async { nothing_here() })
        .layer(middleware::from_fn_with_state(Arc::clone(&set_up), authenticate));
    let all = Router::new().route("/session", post(enter)).merge(inside);
    Router::new()
        .nest("/api/v1", all)
        .with_state(set_up)
        .fallback_service(ui::files(Some(ui_dir)))
        .layer(middleware::from_fn(guard::guard))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn authenticate(State(set_up): State<Arc<SetUp>>, request: Request, next: Next) -> Response {
    if set_up.knows(&guard::given(request.headers(), COOKIE).unwrap_or_default()) {
        return next.run(request).await;
    }
    let detail = "there is no registry yet; the code that the program printed makes one";
    problem(StatusCode::UNAUTHORIZED, "set_up", detail, None)
}

#[derive(Deserialize)]
struct Code {
    passphrase: String,
}

/// `POST /session`: the code has 128 bits, so it need not be counted how often it is tried.
async fn enter(State(set_up): State<Arc<SetUp>>, content: Bytes) -> Response {
    let Code { passphrase: code } = match secret(content, "{\"passphrase\"}") {
        Ok(code) => code,
        Err(refused) => return refused,
    };
    if !set_up.knows(code.trim()) {
        let detail = "this is not the code that the program printed when it was started";
        return problem(StatusCode::UNAUTHORIZED, "wrong_code", detail, None);
    }
    let cookie = format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/", set_up.code);
    (
        StatusCode::CREATED,
        [(header::SET_COOKIE, cookie)],
        Json(SetUp::session()),
    )
        .into_response()
}

/// `GET /session`
async fn show() -> Json<Value> {
    Json(SetUp::session())
}

/// What makes the registry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    origin: From,
    /// Seals the keys of daily work.
    passphrase: String,
    /// The first operator.
    operator: String,
    operator_passphrase: String,
}

/// Where root and issuing authority come from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum From {
    /// The root that is held here.
    Ceremony,
    /// A folder that `root authority` made.
    Carried {
        /// PEM.
        root: String,
        /// PEM.
        issuing: String,
        /// The sealed key, base64.
        key: String,
        /// Opens it.
        passphrase: String,
    },
}

impl Drop for Choice {
    fn drop(&mut self) {
        self.passphrase.zeroize();
        self.operator_passphrase.zeroize();
        if let From::Carried { passphrase, .. } = &mut self.origin {
            passphrase.zeroize();
        }
    }
}

/// `POST /set-up`
async fn finish(State(set_up): State<Arc<SetUp>>, content: Bytes) -> Response {
    let choice: Choice = match secret(
        content,
        "{\"origin\", \"passphrase\", \"operator\", \"operator_passphrase\"}",
    ) {
        Ok(choice) => choice,
        Err(refused) => return refused,
    };
    let here = Arc::clone(&set_up);
    match aside(move || here.make(&choice)).await {
        Ok(made) => {
            set_up.finished.notify_one();
            (StatusCode::CREATED, Json(made)).into_response()
        }
        Err(refused) => refused,
    }
}

impl SetUp {
    fn session() -> Value {
        json!({"operator": "registry", "named": false, "set_up": "open"})
    }

    fn knows(&self, code: &str) -> bool {
        code.as_bytes().ct_eq(self.code.as_bytes()).into()
    }

    fn make(&self, choice: &Choice) -> Result<Value, Failure> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.is_some() {
            return Err(Failure::Exists(self.layout.dir.display().to_string()));
        }
        let name = choice.operator.trim();
        // Everything that can be refused is refused before anything is written.
        member::check_name(name)?;
        passphrase::check(&choice.operator_passphrase, Rule::Alone, &[name])?;
        let (root, issuing, told) = self.origin(&choice.origin)?;
        let registry_name = make::registry_name(&root);
        passphrase::check(&choice.passphrase, Rule::Alone, &[&registry_name])?;
        let origin = Origin::Carried {
            root: Box::new(root),
            issuing: Box::new(issuing),
        };
        let mut registry = init::make(
            self.layout.clone(),
            origin,
            &choice.passphrase,
            self.rules.clone(),
        )?;
        let actor = registry.unnamed();
        let fingerprint = registry.anchor().fingerprint();
        let draft = Draft {
            act: "set_up",
            about: Some(fingerprint.to_string()),
            detail: told,
            outcome: Outcome::Done,
            journal: registry.register().lines.len() as u64,
        };
        registry.note(&actor, vec![draft])?;
        let act = naming::act(&registry, name, &choice.operator_passphrase)?;
        registry.submit(&actor, act)?;
        let (operator, _) = member::open(&self.layout, name, &choice.operator_passphrase)?;
        self.ceremony.end();
        let network = NetworkName::of(registry.anchor());
        *made = Some((registry, operator));
        Ok(json!({"network": network, "fingerprint": fingerprint, "operator": name}))
    }

    /// Root and issuing authority, and what the operator log says of how they came.
    fn origin(&self, from: &From) -> Result<(TrustAnchor, CertificateAuthority, Value), Failure> {
        match from {
            From::Ceremony => self.ceremony.with("", |held| {
                let issuing = make::new_issuing(held.root()?, 1)?;
                Ok((held.anchor().clone(), issuing, held.told()))
            }),
            From::Carried {
                root,
                issuing,
                key,
                passphrase,
            } => {
                let root = TrustAnchor::from_pem(root)?;
                let sealed = BASE64.decode(key.as_bytes()).map_err(|_| {
                    Failure::Usage("issuing.key did not arrive whole; choose it again".to_owned())
                })?;
                let key = keys::open_sealed(&sealed, "issuing.key", passphrase, ISSUING_PURPOSE)?;
                let issuing = CertificateAuthority::load(key, Chain::from_pem(issuing)?.end)?;
                Ok((root, issuing, json!({"carried": true})))
            }
        }
    }
}
