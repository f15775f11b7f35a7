//! Who works here while the API serves: whoever was let go is out at once, and so is nobody in particular from the first
//! operator on.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::Api;
use super::problem::problem;
use crate::operators::{Actor, member};
use crate::registry::Registry;

/// The operators, and the registry itself, which acts as long as there are none.
pub(super) struct Staff(RwLock<Known>);

struct Known {
    /// Ed25519, hexadecimal.
    keys: HashSet<String>,
    unnamed: Actor,
}

impl Staff {
    pub(super) fn of(registry: &Registry) -> Self {
        Self(RwLock::new(Known::of(registry)))
    }

    /// Looks who works here now.
    pub(super) fn know(&self, registry: &Registry) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Known::of(registry);
    }

    /// The same actor, if she still works here. The registry's own key may have changed since she signed in.
    fn admit(&self, actor: &Actor) -> Option<Actor> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if actor.named() {
            let key = hex::encode(actor.key.public().as_bytes());
            return known.keys.contains(&key).then(|| actor.clone());
        }
        known.keys.is_empty().then(|| known.unnamed.clone())
    }
}

impl Known {
    fn of(registry: &Registry) -> Self {
        let members = member::list(registry.operator_log().rows());
        Self {
            keys: members.into_iter().map(|member| member.key).collect(),
            unnamed: registry.unnamed(),
        }
    }
}

/// Lets pass who works here.
pub(super) async fn works_here(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let actor = request.extensions().get::<Actor>();
    let Some(actor) = actor.and_then(|actor| api.staff.admit(actor)) else {
        return problem(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "this operator does not work here any more",
            Some("sign in as an operator who does"),
        );
    };
    request.extensions_mut().insert(actor);
    next.run(request).await
}
