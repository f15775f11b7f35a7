//! The journal's file.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{Line, Register};
use crate::failure::Failure;

/// Reads the whole file.
pub(crate) fn read(path: &Path) -> Result<Register, Failure> {
    let text = fs::read_to_string(path).map_err(|source| Failure::storage("read", path, source))?;
    // A line without its end was never acknowledged: the crash came before the flush.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut register = Register::default();
    for (index, line) in whole.lines().enumerate() {
        let applied = serde_json::from_str(line)
            .map_err(|error| error.to_string())
            .and_then(|line| register.apply(line).map_err(|failure| failure.to_string()));
        applied.map_err(|error| {
            let place = format!("line {} of {}", index + 1, path.display());
            Failure::Damaged(format!(
                "{place} is damaged ({error}); restore the register from a backup"
            ))
        })?;
    }
    Ok(register)
}

/// Makes lines durable: one write and one flush for all of them.
pub(crate) fn append(path: &Path, lines: &[Line]) -> Result<(), Failure> {
    let mut text = String::new();
    for line in lines {
        let line = serde_json::to_string(line)
            .map_err(|error| Failure::Damaged(format!("the register's line cannot be written: {error}")))?;
        text.push_str(&line);
        text.push('\n');
    }
    let failed = |source| Failure::storage("written", path, source);
    let mut file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    let end = end_of_whole_lines(&mut file).map_err(failed)?;
    // A torn last line would swallow the next one.
    file.set_len(end).map_err(failed)?;
    file.seek(SeekFrom::Start(end)).map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

/// Where the last whole line ends, looked for from the file's end.
fn end_of_whole_lines(file: &mut File) -> std::io::Result<u64> {
    const STEP: u64 = 4096;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut buffer = [0; STEP as usize];
    while end > 0 {
        let start = end.saturating_sub(STEP);
        let part = &mut buffer[..usize::try_from(end - start).unwrap_or_default()];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(index) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + index as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
