//! What must hold of every replica at every moment, said without the machine's own means.

use dokuei_consultation::body::Body;
use dokuei_consultation::entry::VerifiedEntry;
use dokuei_consultation::machine::Case;
use dokuei_consultation::state::State;

type Kind = fn(&Body) -> bool;

const REQUEST: Kind = |body| matches!(body, Body::Request(_));
const ACCEPT: Kind = |body| matches!(body, Body::Accept(_));
const OFFER: Kind = |body| matches!(body, Body::PackageOffered(_));
const GRANT: Kind = |body| matches!(body, Body::Grant(_));
const RECEIVED: Kind = |body| matches!(body, Body::Received(_));
const REPORT: Kind = |body| matches!(body, Body::Report(_));
const ERASED: Kind = |body| matches!(body, Body::EraseNotice(_));
const READ: Kind = |body| matches!(body, Body::ReportRead(_));

/// Whether every entry follows those without which it may not be, and the entries bear out the state.
pub(crate) fn borne_out(case: &Case) -> bool {
    case.log()
        .ordered()
        .into_iter()
        .all(|entry| in_place(case, entry))
        && state_fits(case)
}

/// No entry has got in by an illegal transition: its author had seen all that must come before it.
fn in_place(case: &Case, entry: &VerifiedEntry) -> bool {
    let past = case.log().past(&entry.header().parents);
    let seen = |kind: &Kind| {
        past.iter()
            .filter_map(|id| case.log().get(id))
            .any(|entry| kind(entry.body()))
    };
    let needs: &[Kind] = match entry.body() {
        Body::Request(_) => &[],
        Body::Received(_) => &[REQUEST, ACCEPT, OFFER, GRANT],
        Body::Report(_) => &[REQUEST, ACCEPT, RECEIVED],
        Body::ReportRead(_) => &[REPORT],
        Body::Close(_) => &[REPORT, READ],
        Body::Grant(_) | Body::EraseNotice(_) => &[REQUEST, OFFER],
        _ => &[REQUEST],
    };
    needs.iter().all(seen)
}

fn state_fits(case: &Case) -> bool {
    let has = |wanted: Kind| case.log().ordered().iter().any(|entry| wanted(entry.body()));
    let (accepted, received) = (has(ACCEPT), has(RECEIVED));
    let (reported, read) = (has(REPORT), has(READ));
    match case.state() {
        State::AwaitingRequest => case.log().is_empty(),
        State::AwaitingAcceptance => !accepted,
        State::AwaitingPackage { .. } => accepted && (!received || has(ERASED)),
        State::AwaitingReport { .. } => accepted && received,
        State::AwaitingReading { .. } => received && reported,
        State::AwaitingClosing { .. } | State::Closed { .. } => received && reported && read,
        State::Declined { .. } => !accepted,
        State::Withdrawn { .. } => has(|body| matches!(body, Body::Withdraw(_))),
        _ => false,
    }
}
