//! Parts of a report as the app sends them: what is left out is told from what is sent empty.

use dokuei_consultation::body::{Illustrations, KeyImage, Measurement, Report, Structure, ToothFinding};
use serde::Deserialize;

/// The template that is followed, and findings by tooth.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct GivenStructure {
    /// None when nothing is said of it.
    pub template: Option<String>,
    /// None when nothing is said of teeth; empty when there is nothing to say.
    pub teeth: Option<Vec<ToothFinding>>,
}

/// Key images and measurements.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct GivenIllustrations {
    /// None when nothing is said of them; empty when none are shown.
    pub key_images: Option<Vec<KeyImage>>,
    /// None when nothing is said of them; empty when there are none.
    pub measurements: Option<Vec<Measurement>>,
}

impl GivenStructure {
    /// What is left out is as it was in `before`.
    pub(super) fn or_as_in(&mut self, before: &Report) {
        let Some(before) = &before.structure else { return };
        let template = self.template.take();
        self.template = template.or_else(|| before.template.clone());
        self.teeth.get_or_insert_with(|| before.teeth.clone());
    }

    /// What is signed: nothing where nothing was said.
    pub(super) fn signed(self) -> Option<Structure> {
        let Self { template, teeth } = self;
        let teeth = teeth.unwrap_or_default();
        Some(Structure { template, teeth }).filter(|said| !said.is_empty())
    }
}

impl GivenIllustrations {
    /// What is left out is as it was in `before`.
    pub(super) fn or_as_in(&mut self, before: &Report) {
        let Some(before) = &before.illustrations else {
            return;
        };
        self.key_images.get_or_insert_with(|| before.key_images.clone());
        self.measurements
            .get_or_insert_with(|| before.measurements.clone());
    }

    /// What is signed: nothing where nothing was said.
    pub(super) fn signed(self) -> Illustrations {
        Illustrations {
            key_images: self.key_images.unwrap_or_default(),
            measurements: self.measurements.unwrap_or_default(),
        }
    }
}
