//! The memory of a running process, searched through `/proc`: all of it that can be read, its heap, its stacks, its
//! buffers, and what it has of files.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::process::Command;

use anyhow::{Context, Result};

use crate::canary::{Found, Searcher};
use crate::process::output;

/// What the kernel lends to every process; it cannot be read by others.
const KERNELS: [&str; 3] = ["[vvar]", "[vvar_vclock]", "[vsyscall]"];

/// A mapping of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapping {
    start: u64,
    length: u64,
    name: String,
}

/// The canaries in the memory of a process, which stands still meanwhile, and the number of bytes that were searched.
///
/// # Errors
/// When it is gone, or when this user may not look into it.
pub fn search(searcher: &Searcher, process: u32) -> Result<(Vec<Found>, u64)> {
    let _still = Still::hold(process)?;
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))
        .with_context(|| format!("the process {process} is gone"))?;
    let path = format!("/proc/{process}/mem");
    let mut memory = File::open(&path).with_context(|| format!("cannot look into {path}"))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for mapping in maps.lines().filter_map(readable) {
        memory.seek(SeekFrom::Start(mapping.start))?;
        let place = format!("memory at {:x} ({})", mapping.start, mapping.name);
        let mut part = Part {
            memory: (&mut memory).take(mapping.length),
            read: 0,
        };
        found.extend(searcher.in_stream(&place, &mut part)?);
        bytes += part.read;
    }
    Ok((found, bytes))
}

fn readable(line: &str) -> Option<Mapping> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let start = u64::from_str_radix(start, 16).ok()?;
    let end = u64::from_str_radix(end, 16).ok()?;
    let may_read = words.next()?.starts_with('r');
    let name = words.nth(3).unwrap_or("anonymous").to_owned();
    (may_read && !KERNELS.contains(&name.as_str())).then_some(Mapping {
        start,
        length: end - start,
        name,
    })
}

/// A mapping as it is read. Pages that nothing lies behind (of a file that became shorter) are its end.
struct Part<'a> {
    memory: std::io::Take<&'a mut File>,
    read: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.memory.read(into).unwrap_or(0);
        self.read += bytes as u64;
        Ok(bytes)
    }
}

/// A process that stands still.
struct Still(u32);

impl Still {
    fn hold(process: u32) -> Result<Self> {
        output(Command::new("kill").args(["-STOP", &process.to_string()]))?;
        Ok(Self(process))
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        let _ = output(Command::new("kill").args(["-CONT", &self.0.to_string()]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::Canaries;
    use crate::process::Process;
    use crate::wait;

    /// R16: what a program holds is found, in its heap and on its stack, and what it does not hold is not.
    #[test]
    fn r16_what_a_program_holds_is_found() {
        let dir = tempfile::tempdir().unwrap();
        // Made when it runs, so that neither its code nor its arguments hold it.
        let code = "import time\nheld = '-'.join(['canary'] * 3)\nprint('up', flush=True)\ntime.sleep(300)";
        let mut command = Command::new("python3");
        command.args(["-c", code]);
        let process = Process::start("holder", command, &dir.path().join("log")).unwrap();
        wait::until("the program", std::time::Duration::from_secs(20), || {
            Ok((process.last_lines(1) == "up").then_some(()))
        })
        .unwrap();
        let search_for = |what: &[u8]| {
            let mut canaries = Canaries::new();
            canaries.bytes("it", what);
            let searcher = canaries.searcher().unwrap();
            search(&searcher, process.id()).unwrap()
        };
        let (found, bytes) = search_for(b"canary-canary-canary");
        assert!(!found.is_empty() && bytes > 1 << 20, "{found:?} in {bytes} bytes");
        assert!(search_for(b"canary+canary+canary").0.is_empty());
    }

    #[test]
    fn mappings_are_read_as_the_kernel_writes_them() {
        let heap = "55e0a000-55e0b000 rw-p 00000000 00:00 0                          [heap]";
        assert_eq!(readable(heap).unwrap().length, 0x1000);
        assert_eq!(readable(heap).unwrap().name, "[heap]");
        assert_eq!(readable("7f00-7f10 ---p 00000000 00:00 0 "), None);
        assert_eq!(readable("7f00-7f10 r--p 00000000 00:00 0 [vvar]"), None);
    }
}
