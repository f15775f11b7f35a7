//! OpenSSH's scp with ChaCha20-Poly1305, and rsync with compression over the same.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use dokuei_tests::process::{Process, output};

use super::{Peer, Run, Scene, await_port, free_port};
use crate::bench::transfer::measure;

/// The cipher that both use.
const CIPHER: &str = "chacha20-poly1305@openssh.com";

/// scp or rsync.
pub(super) struct Ssh {
    pub(super) rsync: bool,
}

impl Peer for Ssh {
    fn name(&self) -> &'static str {
        if self.rsync { "rsync-z" } else { "scp" }
    }

    fn what(&self) -> &'static str {
        if self.rsync {
            "rsync -az over ssh; compresses; nothing made durable"
        } else {
            "scp -r, chacha20-poly1305; nothing made durable"
        }
    }

    fn transfer(&self, scene: &Scene) -> Result<Run> {
        let folder = scene.fresh()?;
        let (into, key) = (folder.join("into"), folder.join("key"));
        std::fs::create_dir_all(&into)?;
        let port = free_port(&scene.far)?;
        let mut server = serve(scene, &folder, &key, port)?;
        await_port(&scene.far, port, &mut server)?;
        let user = output(&mut Command::new("whoami"))?;
        let user = String::from_utf8_lossy(user.trim_ascii()).into_owned();
        let to = format!("{user}@{}:{}", scene.far.address(), into.display());
        let options = [
            format!("Ciphers={CIPHER}"),
            "StrictHostKeyChecking=no".to_owned(),
            "UserKnownHostsFile=/dev/null".to_owned(),
            "LogLevel=ERROR".to_owned(),
            "BatchMode=yes".to_owned(),
            format!("IdentityFile={}", key.display()),
            format!("Port={port}"),
        ];
        let options = options
            .iter()
            .flat_map(|option| ["-o".to_owned(), option.clone()]);
        let mut command;
        if self.rsync {
            command = scene.near.command("rsync");
            let shell: Vec<String> = std::iter::once("ssh".to_owned()).chain(options).collect();
            command.args(["-az", "-e", &shell.join(" ")]);
            command.arg(format!("{}/", scene.study.folder.display()));
        } else {
            command = scene.near.command("scp");
            command.args(["-q", "-r"]).args(options).arg(&scene.study.folder);
        }
        command.arg(&to);
        let run = measure::send(command, server.id(), &folder, scene.patience)?;
        scene.check_arrived(&into)?;
        Ok(run)
    }
}

/// A server of our own, with a key of its own and no other settings of the machine.
fn serve(scene: &Scene, folder: &Path, key: &Path, port: u16) -> Result<Process> {
    let host = folder.join("host");
    for file in [key, &host] {
        let mut keygen = Command::new("ssh-keygen");
        output(keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file))?;
    }
    let config = folder.join("sshd_config");
    let text = format!(
        "Port {port}\nListenAddress {}\nHostKey {}\nAuthorizedKeysFile {}.pub\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n\
         Subsystem sftp internal-sftp\nCiphers {CIPHER}\n",
        scene.far.address(),
        host.display(),
        key.display()
    );
    std::fs::write(&config, text)?;
    // What Debian's service makes before it starts one; a user's own server needs none.
    let _ = std::fs::create_dir_all("/run/sshd");
    let mut sshd = scene.far.command("/usr/sbin/sshd");
    sshd.args(["-D", "-e", "-f"]).arg(&config);
    Process::start("sshd", sshd, &folder.join("sshd.log"))
        .context("scp and rsync need Debian's openssh-server")
}
