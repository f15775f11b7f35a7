//! Which paths the JSON API has. A path, its method and what goes in and comes out stand at its handler
//! (`#[utoipa::path]`), so that the router and its description cannot differ.

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::{
    Gateway, applications, archives, audit, bans, cases, directory, duties, erasures, events, evidence,
    governance, handing_over, live, media, notices, openapi, practice, reconciling, register, reports,
    retention, security, session, setup, status, studies, succession, transfer,
};

type Routes = OpenApiRouter<Gateway>;

/// Every `POST` that changes nothing that is kept: it takes no idempotency key, and what it answers is not kept either.
pub(super) const CHANGES_NOTHING: [&str; 6] = [
    "/archives/{aet}/echo",
    "/archives/{aet}/find",
    "/cases/check",
    "/cases/{id}/live/messages",
    "/cases/{id}/report/preview",
    "/governance/drafts/{kind}",
];

/// Everything below `/api/v1`.
pub(super) fn api() -> Routes {
    Routes::new()
        .merge(node())
        .merge(people())
        .merge(keys())
        .merge(setting_up())
        .merge(applying())
        .merge(of_studies())
        .merge(of_archives())
        .merge(consultations())
        .merge(accompanying())
        .merge(looking_together())
        .merge(trail())
        .merge(house())
        .merge(writing())
        .merge(telling())
}

/// Reports that are being written.
fn writing() -> Routes {
    Routes::new()
        .routes(routes!(
            reports::draft,
            reports::save_draft,
            reports::discard_draft
        ))
        .routes(routes!(
            reconciling::draft_of_opinion,
            reconciling::save_opinion_draft,
            reconciling::discard_opinion_draft
        ))
        .routes(routes!(reports::left_drafts))
        .routes(routes!(reports::preview))
        .routes(routes!(reports::templates))
        .routes(routes!(
            reports::template,
            reports::save_template,
            reports::remove_template
        ))
}

/// What people are told outside the app.
fn telling() -> Routes {
    Routes::new()
        .routes(routes!(notices::show, notices::set))
        .routes(routes!(notices::test))
        .routes(routes!(notices::fresh))
        .routes(routes!(notices::shown))
        .routes(routes!(notices::outlets, notices::set_outlets))
}

/// How the house runs the node.
fn house() -> Routes {
    Routes::new()
        .routes(routes!(governance::show))
        .routes(routes!(governance::mine))
        .routes(routes!(governance::roles))
        .routes(routes!(governance::checklist))
        .routes(routes!(governance::draft))
        .routes(routes!(governance::records, governance::attest))
        .routes(routes!(governance::retention))
        .routes(routes!(retention::show))
        .routes(routes!(retention::past))
        .routes(routes!(retention::delete))
        .routes(routes!(retention::certificate))
        .routes(routes!(retention::readmit))
        .routes(routes!(governance::paper))
        .routes(routes!(governance::table))
}

/// The node itself.
fn node() -> Routes {
    Routes::new()
        .routes(routes!(openapi::show))
        .routes(routes!(status::status))
        .routes(routes!(status::job))
        .routes(routes!(events::stream))
        .routes(routes!(register::show))
        .routes(routes!(register::import))
        .routes(routes!(register::evidence))
        .routes(routes!(transfer::outbox))
        .routes(routes!(
            transfer::bandwidth,
            transfer::set_bandwidth,
            transfer::reset_bandwidth
        ))
        .routes(routes!(bans::list))
        .routes(routes!(bans::forgive))
}

/// Who is here, and whom one may ask.
fn people() -> Routes {
    Routes::new()
        .routes(routes!(session::practitioners))
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(session::lock))
        .routes(routes!(directory::search))
        .routes(routes!(directory::show))
        .routes(routes!(directory::photo))
        .routes(routes!(directory::own, directory::set_own))
}

/// What somebody does about her own keys.
fn keys() -> Routes {
    Routes::new()
        .routes(routes!(security::show))
        .routes(routes!(security::passphrase))
        .routes(routes!(retention::prove))
        .routes(routes!(security::enrol))
        .routes(routes!(security::confirm))
        .routes(routes!(security::remove))
        .routes(routes!(security::make_kit))
        .routes(routes!(security::restore))
}

/// Setting up, before anybody can sign in.
fn setting_up() -> Routes {
    Routes::new()
        .routes(routes!(setup::progress))
        .routes(routes!(setup::show))
        .routes(routes!(setup::open, setup::close))
        .routes(routes!(setup::trust))
        .routes(routes!(setup::look))
        .routes(routes!(setup::judge))
}

/// Applying for certificates.
fn applying() -> Routes {
    let form = DefaultBodyLimit::max(applications::MAX_FORM);
    Routes::new()
        .routes(routes!(applications::list, applications::apply).layer(form))
        .routes(
            routes!(
                applications::draft,
                applications::keep_draft,
                applications::drop_draft
            )
            .layer(form),
        )
        .routes(routes!(applications::answer))
        .routes(routes!(applications::look))
        .routes(routes!(applications::show, applications::forget))
        .routes(routes!(applications::statement))
        .routes(routes!(applications::countersign))
        .routes(routes!(applications::write))
        .routes(routes!(applications::deposit))
}

/// Studies that are here.
fn of_studies() -> Routes {
    Routes::new()
        .routes(routes!(studies::list))
        .routes(routes!(studies::import))
        .routes(routes!(studies::attach))
        .routes(routes!(studies::show))
        .routes(routes!(studies::export))
        .routes(routes!(studies::pseudonymise))
        .routes(routes!(practice::show, practice::make, practice::delete))
        .routes(routes!(practice::request))
}

/// The archives of the house, and media.
fn of_archives() -> Routes {
    Routes::new()
        .routes(routes!(archives::list))
        .routes(routes!(archives::echo))
        .routes(routes!(archives::find))
        .routes(routes!(archives::fetch))
        .routes(routes!(archives::cancel_fetch))
        .routes(routes!(archives::send_study))
        .routes(routes!(archives::send_report))
        .routes(routes!(archives::dispatches))
        .routes(routes!(archives::dispatch))
        .routes(routes!(archives::cancel))
        .routes(routes!(archives::again))
        .routes(routes!(media::write))
        .routes(routes!(media::read))
}

/// Agreements, requests and reports.
fn consultations() -> Routes {
    Routes::new()
        .routes(routes!(cases::agreements, cases::propose))
        .routes(routes!(cases::countersign))
        .routes(routes!(cases::agreement_paper))
        .routes(routes!(cases::consent_form))
        .routes(routes!(cases::list, cases::request))
        .routes(routes!(cases::check))
        .routes(routes!(cases::show))
        .routes(routes!(cases::accept))
        .routes(routes!(cases::decline))
        .routes(routes!(cases::report))
        .routes(routes!(cases::read))
        .routes(routes!(cases::close))
        .routes(routes!(cases::previews))
        .routes(routes!(cases::preview))
        .routes(routes!(cases::report_pdf))
        .routes(routes!(cases::report_sr))
        .routes(routes!(cases::report_object))
        .routes(routes!(transfer::cancel))
        .routes(routes!(transfer::send_again))
}

/// What accompanies request and report.
fn accompanying() -> Routes {
    Routes::new()
        .routes(routes!(duties::urgent))
        .routes(routes!(duties::duties))
        .routes(routes!(duties::tell_urgent))
        .routes(routes!(duties::acknowledge))
        .routes(routes!(duties::tell_incidental))
        .routes(routes!(duties::resolve))
        .routes(routes!(duties::query))
        .routes(routes!(duties::answer))
        .routes(routes!(duties::informed))
        .routes(routes!(duties::amend))
        .routes(routes!(duties::reconcile))
        .routes(routes!(duties::co_sign))
        .routes(routes!(reconciling::opinion_pdf))
        .routes(routes!(reconciling::opinion_sr))
        .routes(routes!(duties::withdraw))
        .routes(routes!(duties::forward))
        .routes(routes!(duties::consent))
        .routes(routes!(duties::end_forward))
        .routes(routes!(succession::set))
        .routes(routes!(succession::release))
        .routes(routes!(erasures::ask))
        .routes(routes!(erasures::answer))
        .routes(routes!(erasures::certificate))
        .routes(routes!(succession::lapses))
        .routes(routes!(handing_over::view, handing_over::offer))
        .routes(routes!(handing_over::take))
        .routes(routes!(handing_over::end))
}

/// The live consult.
fn looking_together() -> Routes {
    Routes::new()
        .routes(routes!(live::state, live::show, live::leave))
        .routes(routes!(live::write))
        .routes(routes!(live::events))
}

/// What was done here, and evidence of it.
fn trail() -> Routes {
    Routes::new()
        .routes(routes!(audit::search))
        .routes(routes!(audit::export))
        .routes(routes!(audit::disclosures))
        .routes(routes!(audit::disclosures_pdf))
        .routes(routes!(audit::collector))
        .routes(routes!(audit::integrity))
        .routes(routes!(evidence::export))
        .routes(routes!(evidence::fhir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_nothing_is_a_post_of_this_api() {
        let (_, described) = api().split_for_parts();
        for path in CHANGES_NOTHING {
            let item = described.paths.paths.get(path);
            assert!(item.is_some_and(|item| item.post.is_some()), "{path}");
        }
    }
}
