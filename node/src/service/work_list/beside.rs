//! What cases are found by and their logs do not say: how the other side is named, and whose study it is that was sent under a
//! pseudonym. Certificates come, and studies are corrected, erased and imported again, while a log stays as it is: so this is
//! asked for whenever something is looked for.

use std::collections::HashMap;
use std::sync::Arc;

use dokuei_directory::names;
use dokuei_identity::fingerprint::Fingerprint;

use super::super::Node;
use super::super::requesting::patient_of;
use super::gist::Row;
use super::wanted::Letters;

/// What was asked for while one list is searched: hundreds of cases have the same other side.
pub(super) struct Beside<'a> {
    node: &'a Node,
    others: HashMap<Fingerprint, Arc<Letters>>,
}

impl<'a> Beside<'a> {
    pub(super) fn new(node: &'a Node) -> Self {
        Self {
            node,
            others: HashMap::new(),
        }
    }

    /// What else this case is found by, as it is now.
    pub(super) fn of(&mut self, row: &Row) -> Vec<Arc<Letters>> {
        let node = self.node;
        let other = self.others.entry(row.other);
        let mut all = vec![Arc::clone(
            other.or_insert_with(|| Arc::new(side(node, &row.other))),
        )];
        all.extend(real_patient(node, &row.study).map(Arc::new));
        all
    }
}

/// A practitioner and her institution.
fn side(node: &Node, who: &Fingerprint) -> Letters {
    let certificate = node.people().certificate(who);
    certificate.map_or_else(Letters::default, |one| {
        let names = names::keys(&[&one.name.japanese, &one.name.latin]);
        Letters::new(names, &[one.institution.as_deref().unwrap_or_default()])
    })
}

/// The patient of a study that was sent under a pseudonym of this node's, and the pseudonym; `None` for other studies.
fn real_patient(node: &Node, study: &str) -> Option<Letters> {
    let record = node.pseudonym_of(study)?;
    let patient = patient_of(&node.store().study(&record.original_uid).ok()?);
    let name = &patient.name;
    let names = names::keys(&[&name.alphabetic, &name.ideographic, &name.phonetic]);
    Some(Letters::new(names, &[&patient.id, &record.code]))
}
