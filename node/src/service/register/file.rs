//! The register from a file, for a node that no network brings it to: verified exactly as what others answer.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use dokuei_identity::network::NetworkName;
use dokuei_identity::register::{Answer, FileReader, Judgement, RegisterError, Tree, VerifiedCheckpoint};
use serde_json::{Value, json};

use crate::clock;
use crate::service::Node;
use crate::service::error::ServiceError;

impl Node {
    /// Takes the register from a file that `dokuei-registry register export` wrote. Gives how many entries came, and how
    /// many there are now.
    ///
    /// # Errors
    /// [`ServiceError::RegisterFile`] when it is no such file, [`ServiceError::OlderRegister`] or
    /// [`ServiceError::RegisterGap`] when it does not go on from what is here, and what [`Self::take_register`] refuses.
    pub fn import_register(&self, path: &Path) -> Result<Value, ServiceError> {
        let open = || -> Result<_, ServiceError> {
            let file = File::open(path).map_err(ServiceError::file(path))?;
            Ok(FileReader::open(BufReader::new(file))?)
        };
        let mut file = open()?;
        let first = file.part()?.ok_or(dokuei_identity::register::FileError::CutOff)?;
        let before = self.register().size();
        let checkpoint = self.goes_on(&first)?;
        if first.from == 0 {
            self.compare_whole(open()?, &first, &checkpoint)?;
        }
        let mut part = Some(first);
        while let Some(answer) = part {
            self.take_register(&answer)?;
            part = file.part()?;
        }
        self.audit("registry", "import", "register", "success")?;
        let now = self.register().size();
        Ok(json!({
            "entries": now,
            "new": now.saturating_sub(before),
            "signed_at": clock::rfc3339(checkpoint.time()),
        }))
    }

    /// Whether a file that begins with this part brings anything that can follow what is here; gives its checkpoint.
    fn goes_on(&self, first: &Answer) -> Result<VerifiedCheckpoint, ServiceError> {
        let (held, register) = (self.trust()?, self.register());
        let network = NetworkName::of(held.credentials.anchors.first());
        let listed = held.credentials.lists.of(&first.registry);
        let mut replica = register.replica();
        let signed = replica.verify(first, &held.credentials.anchors, listed, &network, self.now())?;
        if signed.void && first.from > 0 {
            // What is here is a thief's and counts for nothing, but it is forgotten only for something better.
            return Err(ServiceError::RegisterGap {
                from: first.from,
                have: 0,
            });
        }
        if signed.void {
            drop(replica);
            self.begin_register_anew()?;
            replica = register.replica();
        }
        let checkpoint = signed.checkpoint;
        let have = replica.size();
        let known = replica.checkpoint().cloned();
        let judgement = replica.judge(&checkpoint)?;
        drop(replica);
        match judgement {
            Judgement::SplitView(evidence) => {
                self.keep_evidence(&evidence, Some(&first.registry))?;
                Err(RegisterError::SplitView(evidence).into())
            }
            Judgement::Behind | Judgement::Same
                if known.as_ref().is_some_and(|known| {
                    (checkpoint.size(), checkpoint.time()) <= (known.size(), known.time())
                }) =>
            {
                Err(ServiceError::OlderRegister {
                    got: checkpoint.size(),
                    signed: checkpoint.time(),
                    have,
                })
            }
            _ if first.from > have => Err(ServiceError::RegisterGap {
                from: first.from,
                have,
            }),
            _ => Ok(checkpoint),
        }
    }

    /// A file with every entry shows by itself whether it goes on from what the registry signed before; when not, that
    /// is evidence and is kept.
    fn compare_whole(
        &self,
        mut file: FileReader<BufReader<File>>,
        first: &Answer,
        checkpoint: &VerifiedCheckpoint,
    ) -> Result<(), ServiceError> {
        let mut tree = Tree::default();
        while let Some(part) = file.part()? {
            if part.from != tree.size() {
                return Err(RegisterError::NotSigned.into());
            }
            tree.grow(&part.entries).map_err(RegisterError::from)?;
        }
        let evidence = self.register().replica().compare(checkpoint, &tree)?;
        match evidence {
            None => Ok(()),
            Some(evidence) => {
                self.keep_evidence(&evidence, Some(&first.registry))?;
                Err(RegisterError::SplitView(Box::new(evidence)).into())
            }
        }
    }
}
