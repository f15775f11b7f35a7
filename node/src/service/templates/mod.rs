//! Templates of reports: those that come with the program, and those that a reader made for herself.

mod model;

pub use model::{Part, Section, Template, Words};

use serde_json::{Value, json};

use super::Node;
use super::error::ServiceError;
use super::session::Session;

/// The most templates of one person.
const MAX_OWN: u32 = 100;

/// Those that come with the program, in the order in which they are offered.
const BUILT_IN: [&str; 8] = [
    include_str!("panoramic.json"),
    include_str!("implant.json"),
    include_str!("third_molar.json"),
    include_str!("cyst_tumour.json"),
    include_str!("tmj.json"),
    include_str!("sinus.json"),
    include_str!("endodontic.json"),
    include_str!("orthodontic.json"),
];

impl Node {
    /// All templates that a reader may use: `built_in`, and her `own`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn report_templates(&self, session: &Session) -> Result<Value, ServiceError> {
        Ok(json!({"built_in": built_in(), "own": self.own_templates(session)?}))
    }

    /// One template, as it is given to somebody else.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn report_template(&self, session: &Session, id: &str) -> Result<Template, ServiceError> {
        let mut all = self.own_templates(session)?;
        all.extend(built_in());
        all.into_iter()
            .find(|one| one.id == id)
            .ok_or(ServiceError::Unknown("template"))
    }

    /// Keeps a template of a reader's own, new or in the place of the one of the same name.
    ///
    /// # Errors
    /// [`ServiceError::Field`], naming what is not good.
    pub fn save_template(
        &self,
        session: &Session,
        id: &str,
        template: Template,
    ) -> Result<Template, ServiceError> {
        template.validate()?;
        if template.id != id {
            return Err(ServiceError::field("id", "it is not the name in the path"));
        }
        if built_in().iter().any(|one| one.id == id) {
            return Err(ServiceError::field(
                "id",
                "a template that comes with the program has this name; choose another one",
            ));
        }
        let text = serde_json::to_string(&template)
            .map_err(|_| ServiceError::field("sections", "it cannot be written"))?;
        let me = &self.me(session);
        if !self.store().save_template(me, (id, &text), MAX_OWN, self.now())? {
            return Err(ServiceError::field(
                "id",
                "there are 100 templates of yours already; remove one first",
            ));
        }
        Ok(template)
    }

    /// Removes a template of a reader's own.
    ///
    /// # Errors
    /// [`ServiceError::Unknown`].
    pub fn remove_template(&self, session: &Session, id: &str) -> Result<(), ServiceError> {
        let me = &self.me(session);
        if self.store().remove_template(me, id)? {
            Ok(())
        } else {
            Err(ServiceError::Unknown("template"))
        }
    }

    fn own_templates(&self, session: &Session) -> Result<Vec<Template>, ServiceError> {
        let kept = self.store().templates_of(&self.me(session))?;
        // One that a later version wrote is left out, not taken for damage.
        Ok(kept
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect())
    }
}

/// A test reads them all.
fn built_in() -> Vec<Template> {
    BUILT_IN
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// R15: every template that comes with the program is one, says all of it in both languages, and has something for
    /// each part of a report.
    #[test]
    fn r15_the_templates_of_the_program_are_whole() {
        let all = built_in();
        assert_eq!(all.len(), BUILT_IN.len());
        let names: BTreeSet<_> = all.iter().map(|one| &one.id).collect();
        assert_eq!(names.len(), all.len());
        let both = |words: &Words| !words.ja.trim().is_empty() && !words.en.trim().is_empty();
        for template in &all {
            template.validate().unwrap();
            assert!(both(&template.name), "{}", template.id);
            for part in [
                Part::Technique,
                Part::Findings,
                Part::Impression,
                Part::Recommendations,
            ] {
                let mut of_part = template.sections.iter().filter(|one| one.part == part);
                assert!(
                    of_part.any(|one| !one.phrases.is_empty()),
                    "{} {part:?}",
                    template.id
                );
            }
            for section in &template.sections {
                assert!(both(&section.title), "{}", template.id);
                assert_eq!(section.text.ja.is_empty(), section.text.en.is_empty());
                assert!(
                    section.phrases.iter().all(both),
                    "{} {}",
                    template.id,
                    section.title.en
                );
            }
        }
    }

    /// A change that spoils what is good, and the field that is then named.
    type Spoiling = (&'static str, fn(&mut Template));

    /// R24: a template from outside is read within bounds.
    #[test]
    fn r24_a_template_that_is_none_is_refused() {
        let good = built_in().remove(0);
        let spoilt: [Spoiling; 8] = [
            ("format", |one| one.format = 2),
            ("id", |one| one.id = "a b".to_owned()),
            ("id", |one| one.id = "x".repeat(65)),
            ("name", |one| one.name = Words::default()),
            ("modalities", |one| one.modalities = vec!["CT".to_owned(); 17]),
            ("sections", |one| one.sections.clear()),
            ("sections.text", |one| {
                one.sections[0].text.ja = "あ".repeat(4_001)
            }),
            ("sections.phrases", |one| {
                one.sections[0].phrases = vec![Words::default()];
            }),
        ];
        for (field, spoil) in spoilt {
            let mut one = good.clone();
            spoil(&mut one);
            let refused = one.validate().unwrap_err();
            assert!(
                matches!(&refused, ServiceError::Field { field: named, .. } if *named == field),
                "{field}: {refused}"
            );
        }
        assert!(serde_json::from_str::<Template>(r#"{"format":1,"id":"x","more":1}"#).is_err());
    }
}
