//! The keys that studies are sealed to, and the device list that tells others of them.
//!
//! A key lives for 30 days. In its last ten days a sign-in makes the next one and publishes a list with the next
//! number. What was sealed to the old one still opens; when nothing can be on its way any more it is destroyed.

use std::collections::BTreeSet;

use dokuei_consultation::body::Body;
use dokuei_consultation::id::CaseId;
use dokuei_consultation::standing::Standing;
use dokuei_identity::certificate::PractitionerCertificate;
use dokuei_identity::device_list::{self, Device, DeviceList, ListedDevice, MAX_DEVICE_VALIDITY};
use dokuei_identity::time::Timestamp;
use dokuei_package::grant::Grant as SealedKey;
use dokuei_package::kem::Kid;
use dokuei_store::{Direction, PackageState};

use super::Node;
use super::error::ServiceError;
use super::session::Session;
use crate::practitioners::Unlocked;

impl Node {
    /// Makes the next key when the present one has lived its life, and destroys those that nothing needs any more.
    pub(super) fn turn_kem_keys(
        &self,
        id: &str,
        certificate: &PractitionerCertificate,
        unlocked: &mut Unlocked,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let _one = self.unlocking_lock();
        let now = self.at_least(now);
        let due = unlocked.secrets.kem_is_due(now) || self.is_listed_elsewhere(certificate, unlocked)?;
        let before = unlocked.secrets.retired.len();
        if !due && before == 0 {
            return Ok(());
        }
        // As it is now: another session of hers may have changed it since it was unlocked.
        unlocked.secrets = self.practitioner_files().reopen(id, &unlocked.key)?;
        let needed = self.kids_in_need(certificate)?;
        let destroyed = unlocked.secrets.destroy_old_kem(now, |kid| needed.contains(kid));
        let turn = due && {
            let still = unlocked.secrets.kem_is_due(now);
            still || self.is_listed_elsewhere(certificate, unlocked)?
        };
        if turn {
            unlocked.secrets.rotate_kem(now, &mut rand::rng());
        }
        if !turn && destroyed == 0 {
            return Ok(());
        }
        self.practitioner_files().keep(id, unlocked, &mut rand::rng())?;
        if turn {
            self.audit(id, "kem_key", id, "replaced")?;
        }
        if destroyed > 0 {
            self.audit(id, "kem_key", id, "destroyed")?;
        }
        Ok(())
    }

    /// Whether her present key stands in her list for another node: her keys were moved here, and no two nodes share a
    /// key.
    fn is_listed_elsewhere(
        &self,
        certificate: &PractitionerCertificate,
        unlocked: &Unlocked,
    ) -> Result<bool, ServiceError> {
        let here = self.here()?;
        let kid = unlocked.secrets.kem.key().public().kid();
        let list = self.people().device_list(certificate)?;
        Ok(list.is_some_and(|list| {
            let mut devices = list.list().devices.iter().map(|listed| &listed.device);
            devices.any(|device| device.kid == kid && device.node != here)
        }))
    }

    /// The keys to which packages are sealed that have not been opened here yet.
    fn kids_in_need(&self, certificate: &PractitionerCertificate) -> Result<BTreeSet<Kid>, ServiceError> {
        let (mut needed, me) = (BTreeSet::new(), self.people().person(&certificate.fingerprint));
        for row in self.store().packages(None)? {
            let opened = matches!(row.state, PackageState::Opened | PackageState::Refused);
            if row.package.direction != Direction::Incoming || opened {
                continue;
            }
            let Ok(case) = self.case_log(CaseId::from_bytes(row.package.case_id)) else {
                continue;
            };
            for entry in case.log().ordered() {
                let Body::Grant(grant) = entry.body() else {
                    continue;
                };
                let Ok(sealed) = SealedKey::from_bytes(&grant.sealed) else {
                    continue;
                };
                if self.people().person(&sealed.recipient) == me
                    && grant.package.as_bytes() == &row.package.package_id
                {
                    needed.insert(sealed.kid);
                }
            }
        }
        Ok(needed)
    }

    /// Now; or, when this clock is behind it, when the newest checkpoint of the register was signed. What is made then is
    /// not taken for older than it can be.
    fn at_least(&self, now: Timestamp) -> Timestamp {
        self.register().time().map_or(now, |signed| signed.max(now))
    }

    /// Puts this node with its present key into the practitioner's device list when it is not in it, and makes the list
    /// anew when its last one was made by a clock that was ahead: others refuse that one until its time has come, and
    /// take the next for its greater number.
    pub(super) fn publish_devices(&self, session: &Session, now: Timestamp) -> Result<(), ServiceError> {
        let (own, now) = (self.own()?, self.at_least(now));
        let node = &own.certificate;
        let half = &session.secrets.kem;
        let public = half.key().public();
        let kid = public.kid();
        let known = self.people().device_list(&session.certificate)?;
        let ahead = known.as_ref().is_some_and(|list| list.is_ahead_of(now));
        let left = self.nodes_left_behind()?;
        let listed = known.as_ref().and_then(|list| list.device_of(node, now));
        let leavers = known.as_ref().is_some_and(|list| {
            let mut devices = list.list().devices.iter();
            devices.any(|listed| left.contains(&listed.device.node))
        });
        if listed.is_some_and(|device| device.kid == kid) && !leavers && !ahead {
            return Ok(());
        }
        let device = Device {
            node: node.fingerprint,
            node_key: node.key,
            kem: public,
            kid,
            valid_until: half.valid_until(),
        };
        let consent = device_list::consent(&session.certificate.fingerprint, &device, &self.0.secrets.node);
        let others = known
            .as_ref()
            .map(|list| list.list().devices.as_slice())
            .unwrap_or_default();
        let mut devices: Vec<ListedDevice> = others
            .iter()
            .filter(|listed| {
                let other = &listed.device;
                // A node that was renewed has a new certificate and the same key.
                other.node != node.fingerprint
                    && other.node_key != node.key
                    && other.valid_until >= now
                    // Listed by a clock that was far ahead: it comes back when she signs in there.
                    && other.valid_until <= now.plus(MAX_DEVICE_VALIDITY)
                    && !left.contains(&other.node)
            })
            .cloned()
            .collect();
        devices.push(ListedDevice { device, consent });
        let list = DeviceList {
            practitioner: session.certificate.fingerprint,
            seq: known.as_ref().map_or(0, |list| list.list().seq) + 1,
            issued_at: now,
            devices,
        };
        let bytes = device_list::sign(&list, &session.secrets.signing);
        self.people()
            .learn_device_list(&session.certificate, &bytes, now)?;
        let met = self.met().clone();
        self.to_introduce().extend(met);
        Ok(())
    }
}
