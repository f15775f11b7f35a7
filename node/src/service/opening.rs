//! Opens what arrives for a signed-in specialist: the grant with her key, then the package with what the grant holds,
//! every instance checked against the signed manifest before it counts as stored. Images are opened while the rest is on
//! its way, so that she can look at them; a package counts as opened when all of it is here and nothing was wrong.

use std::collections::HashMap;
use std::fs::File;

use dokuei_consultation::body::Grant;
use dokuei_consultation::id::{CaseId, PackageId};
use dokuei_consultation::machine::Case;
use dokuei_identity::fingerprint::Fingerprint;
use dokuei_package::bitmap::Bitmap;
use dokuei_package::core::{UnverifiedCore, VerifiedCore};
use dokuei_package::grant::{Grant as SealedKey, GrantError, open_grant};
use dokuei_package::lanes::threads;
use dokuei_package::open::{OpenError, PackageReader};
use dokuei_package::schedule::{Cek, PackageKey};
use dokuei_package::tree::TreeError;
use dokuei_store::{Direction, LogKind, Origin, PackageRow, PackageState, StoreError};

use super::Node;
use super::error::ServiceError;
use super::events::EventKind;
use super::session::Session;

/// Whether all of it is here and it is to be opened when somebody can.
const fn is_waiting(state: PackageState) -> bool {
    matches!(state, PackageState::Complete | PackageState::AwaitingGrant)
}

/// Whether the package itself is bad, so that opening it again cannot help.
const fn is_senders_fault(error: &ServiceError) -> bool {
    match error {
        ServiceError::Open(OpenError::Tree(TreeError::Io(_))) => false,
        // A grant is one reader's: another session, of hers or of another reader, may open the package.
        ServiceError::Grant(_) => false,
        ServiceError::Open(_) | ServiceError::BadPackage(_) => true,
        ServiceError::Store(StoreError::InstanceConflict | StoreError::SeriesConflict) => true,
        _ => false,
    }
}

/// A package of which images are taken into the study, in the order in which they lie.
pub(super) struct Opening {
    pub(super) reader: PackageReader<File, File>,
    /// For a second thread, where there is a processor for it.
    pub(super) second: Option<PackageReader<File, File>>,
    pub(super) study: String,
    /// Whether images may be added to that study.
    pub(super) may_add: bool,
    /// The place of the first that is not taken yet.
    pub(super) next: usize,
    /// Whether the study is known to be this case's.
    named: bool,
}

impl Opening {
    /// Gives memory back until more of the package is here.
    fn rest(&mut self) {
        self.reader.rest();
        self.second.iter_mut().for_each(PackageReader::rest);
    }
}

/// Of more packages than this on their way, each gives its memory back between two looks: some 2 MiB.
const QUICK: usize = 4;

/// The packages that are being opened; `None`: not before it is complete, because something was wrong with it.
pub(super) type Openings = HashMap<[u8; 16], Option<Opening>>;

impl Node {
    /// Opens, in the background, every complete package that is granted to somebody who is signed in.
    pub(super) fn open_arrived(&self) {
        let node = self.clone();
        tokio::task::spawn_blocking(move || {
            for session in node.sessions().all(node.now()) {
                if let Err(error) = node.open_for(&session) {
                    tracing::error!(code = error.code(), %error, "a study that arrived could not be opened");
                }
            }
            node.prove_received();
        });
    }

    fn open_for(&self, session: &Session) -> Result<(), ServiceError> {
        for row in self.store().packages(None)? {
            let package = &row.package;
            if package.direction != Direction::Incoming || !is_waiting(row.state) {
                continue;
            }
            let Ok(case) = self.kept_case(CaseId::from_bytes(package.case_id)) else {
                continue;
            };
            if !self.is_granted_to(&case, &package.package_id, &self.me(session)) {
                continue;
            }
            match self.open_package(session, &case, &row) {
                Ok(()) => {}
                // The disk is at fault, not the package, and it would be for the next one too.
                Err(error @ ServiceError::Store(StoreError::NoSpace)) => return Err(error),
                Err(error) => {
                    tracing::error!(code = error.code(), %error, "a study that arrived could not be opened");
                    if is_senders_fault(&error) {
                        self.store()
                            .set_package_state(&package.package_id, PackageState::Refused)?;
                        self.events().publish(EventKind::Case, case.id());
                    }
                    self.audit(&session.id, "open", &case.id().to_string(), error.code())?;
                }
            }
        }
        Ok(())
    }

    fn open_package(&self, session: &Session, case: &Case, row: &PackageRow) -> Result<(), ServiceError> {
        let mut openings = self.openings();
        let package = &row.package;
        if !is_waiting(self.store().package(&package.package_id)?.state) {
            return Ok(());
        }
        let mut opening = match openings.remove(&package.package_id) {
            Some(Some(begun)) => begun,
            _ => match self.begin_opening(session, case, row) {
                Err(error @ ServiceError::Grant(_)) => {
                    // Replaced too long ago, or at another machine: the sender grants it again when she hears of it.
                    self.store()
                        .set_package_state(&package.package_id, PackageState::AwaitingGrant)?;
                    self.events().publish(EventKind::Case, case.id());
                    return Err(error);
                }
                begun => begun?,
            },
        };
        self.take_instances(&mut opening, case, |_| true)?;
        opening.reader.finish()?;
        self.name_study(&mut opening, case)?;
        self.store()
            .set_package_state(&package.package_id, PackageState::Opened)?;
        self.audit(&session.id, "open", &case.id().to_string(), "success")?;
        self.events().publish(EventKind::Case, case.id());
        self.events().publish(EventKind::Study, opening.study);
        Ok(())
    }

    /// Opens, for the specialist if she is signed in, what is here already of a package that is on its way. What is wrong
    /// with it is judged when all of it is here. Gives whether there is somebody for whom, and nothing was wrong.
    pub(super) fn open_arriving(&self, package: &[u8; 16], here: &Bitmap) -> bool {
        self.try_open_arriving(package, here).unwrap_or_else(|error| {
            tracing::info!(code = error.code(), %error, "a study on its way cannot be opened yet");
            self.openings().insert(*package, None);
            false
        })
    }

    fn try_open_arriving(&self, package: &[u8; 16], here: &Bitmap) -> Result<bool, ServiceError> {
        let row = self.store().package(package)?;
        let case = self.kept_case(CaseId::from_bytes(row.package.case_id))?;
        let sessions = self.sessions().all(self.now());
        let hers = sessions
            .iter()
            .find(|session| self.is_granted_to(&case, package, &self.me(session)));
        let Some(session) = hers else {
            return Ok(false);
        };
        let mut openings = self.openings();
        let on_its_way = [PackageState::Queued, PackageState::Transferring];
        if !on_its_way.contains(&self.store().package(package)?.state) {
            return Ok(false);
        }
        let mut opening = match openings.remove(package) {
            Some(Some(begun)) => begun,
            Some(None) => {
                openings.insert(*package, None);
                return Ok(false);
            }
            // Its list of contents is at its beginning: before that is here the key is of no use.
            None if !here.contains(0) => return Ok(true),
            None => match self.begin_opening(session, &case, &row) {
                // The list is longer than what is here of it: every time costs an opened grant and a wait for the disk.
                Err(ServiceError::Open(OpenError::Tree(TreeError::NotHeld { .. }))) => return Ok(false),
                begun => begun?,
            },
        };
        let before = opening.next;
        self.take_instances(&mut opening, &case, |range| {
            (range.start..range.end).all(|chunk| here.contains(chunk))
        })?;
        if opening.next > before {
            // Who may see it follows from the case; the first images make it known.
            self.name_study(&mut opening, &case)?;
            self.events().publish(EventKind::Study, &opening.study);
        }
        if openings.len() >= QUICK {
            opening.rest();
        }
        openings.insert(*package, Some(opening));
        Ok(true)
    }

    /// Notes once that the study is this case's.
    fn name_study(&self, opening: &mut Opening, case: &Case) -> Result<(), ServiceError> {
        if !opening.named {
            self.store()
                .set_study_case(&opening.study, case.id().as_bytes())?;
            opening.named = true;
        }
        Ok(())
    }

    fn begin_opening(
        &self,
        session: &Session,
        case: &Case,
        row: &PackageRow,
    ) -> Result<Opening, ServiceError> {
        let core = self.core_of(row)?;
        let key = self.key_of(session, case, &core)?;
        let reader = self.reader_of(&core, key)?;
        let second = match self.store().package_key(core.core().package.as_bytes())? {
            Some(kept) if threads(2) > 1 => {
                let key = PackageKey::derive(&Cek::from_bytes(kept), core.core())
                    .map_err(|error| ServiceError::BadPackage(error.to_string()))?;
                Some(self.reader_of(&core, key)?)
            }
            _ => None,
        };
        // A few bytes can be encoded to become many: what they become must have room before any of it is written.
        self.require_room(reader.manifest().original_length())?;
        let study = case
            .request()
            .map(|(_, request)| request.study_instance_uid.clone())
            .unwrap_or_default();
        Ok(Opening {
            may_add: self.may_add_to(&study, case)?,
            reader,
            second,
            study,
            next: 0,
            named: false,
        })
    }

    pub(super) fn reader_of(
        &self,
        core: &VerifiedCore,
        key: PackageKey,
    ) -> Result<PackageReader<File, File>, ServiceError> {
        let (payload, outboard) = self.store().package_files(core.core().package.as_bytes())?;
        let open = |path: &std::path::Path| File::open(path).map_err(ServiceError::file(path));
        Ok(PackageReader::open(core, key, open(&payload)?, open(&outboard)?)?)
    }

    /// Whether images may be added under this Study Instance UID, which is the sender's claim: to a study that is not
    /// here yet, or that came from the same sender for the same patient. To any other nothing is added; what is in it
    /// already may come again.
    fn may_add_to(&self, study: &str, case: &Case) -> Result<bool, ServiceError> {
        let here = match self.store().study(study) {
            Ok(here) => here.study,
            Err(StoreError::NotFound(_)) => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        let Some((_, request)) = case.request() else {
            return Ok(false);
        };
        if here.patient_id != request.patient.id {
            return Err(ServiceError::BadPackage(
                "a study of another patient has the same UID".to_owned(),
            ));
        }
        let Some(earlier) = here.case_id else {
            return Ok(here.origin == Origin::Received);
        };
        let earlier = self.case_log(CaseId::from_bytes(earlier))?;
        let sender = earlier
            .request()
            .map(|(_, request)| request.requester.practitioner);
        Ok(here.origin == Origin::Received && sender == Some(request.requester.practitioner))
    }

    pub(super) fn core_of(&self, row: &PackageRow) -> Result<VerifiedCore, ServiceError> {
        let bad = |error: &dyn std::fmt::Display| ServiceError::BadPackage(error.to_string());
        let parsed = UnverifiedCore::parse(&row.package.core).map_err(|error| bad(&error))?;
        let sender = self
            .people()
            .certificate(&parsed.signer())
            .ok_or_else(|| bad(&"its signer is not known"))?;
        parsed.verify(&sender.key).map_err(|error| bad(&error))
    }

    /// The package's key: from the local vault when it was opened before, else from the grant to this device. What the
    /// grant opened is wrapped anew for this node, so that the device key can be rotated and destroyed.
    pub(super) fn key_of(
        &self,
        session: &Session,
        case: &Case,
        core: &VerifiedCore,
    ) -> Result<PackageKey, ServiceError> {
        let package = core.core().package;
        let me = self.me(session);
        // Of several, one for a key that is still here: the present one, or an older one that is kept while grants to it may
        // be on their way. One that does not open leaves the others, and the package, as they are.
        let mut failed = GrantError::NoSuchKey;
        for grant in self.grants_here(case, &package, &me)? {
            let Ok(sealed) = SealedKey::from_bytes(&grant.sealed) else {
                failed = GrantError::DoesNotOpen;
                continue;
            };
            let Some(secret) = session.secrets.kem_of(&sealed.kid) else {
                continue;
            };
            // To whichever of her certificates it was sealed.
            match open_grant(&sealed, core, &sealed.recipient, |_| Some(&secret)) {
                Ok((cek, key)) => {
                    self.store().set_package_key(package.as_bytes(), cek.as_bytes())?;
                    return Ok(key);
                }
                Err(error) => failed = error,
            }
        }
        Err(failed.into())
    }

    /// Whether a key of the package was made for this practitioner at this node, and not taken back.
    fn is_granted_to(&self, case: &Case, package: &[u8; 16], who: &Fingerprint) -> bool {
        let grants = self.grants_here(case, &PackageId::from_bytes(*package), who);
        grants.is_ok_and(|grants| !grants.is_empty())
    }

    /// The keys of a package that were made for this practitioner at this node, or at one whose place it has taken.
    fn grants_here<'a>(
        &self,
        case: &'a Case,
        package: &PackageId,
        who: &Fingerprint,
    ) -> Result<Vec<&'a Grant>, ServiceError> {
        let (here, left) = (self.here()?, self.nodes_left_behind()?);
        let mut grants = case.grants_to(who, package);
        grants.retain(|grant| grant.node == here || left.contains(&grant.node));
        Ok(grants)
    }

    /// The package of a case, once its study is open here.
    pub(super) fn package_of(&self, case: &CaseId) -> Result<Option<PackageId>, ServiceError> {
        let packages = self.store().packages(Some(case.as_bytes()))?;
        let open = packages.iter().find(|row| row.state == PackageState::Opened);
        Ok(open.map(|row| PackageId::from_bytes(row.package.package_id)))
    }

    /// Whether any case log is here at all.
    pub(super) fn case_count(&self) -> Result<u32, ServiceError> {
        Ok(self.store().log_count(LogKind::Case)?)
    }
}
