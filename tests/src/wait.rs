//! Waiting for something that another process does, with a deadline and a sentence that says what did not happen.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long to sleep between two looks: short beside what is waited for, long beside what a look costs.
const STEP: Duration = Duration::from_millis(50);

/// Looks until `look` gives a value or `limit` has passed.
///
/// # Errors
/// `look`'s own error at once; after `limit`, a sentence that names `what`.
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if start.elapsed() >= limit {
            bail!("waited {} s for {what}, which did not come", limit.as_secs());
        }
        std::thread::sleep(STEP);
    }
}

/// Like [`until`], but an error of `look` counts as "not yet"; the last one is part of the final sentence.
///
/// # Errors
/// After `limit`, a sentence that names `what` and the last error.
pub fn until_ok<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(error) if start.elapsed() >= limit => {
                return Err(error.context(format!("waited {} s for {what}", limit.as_secs())));
            }
            Err(_) => std::thread::sleep(STEP),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_value_as_soon_as_it_is_there() {
        let mut left = 3;
        let found = until("three looks", Duration::from_secs(5), || {
            left -= 1;
            Ok((left == 0).then_some("here"))
        });
        assert_eq!(found.unwrap(), "here");
    }

    #[test]
    fn the_sentence_names_what_did_not_come() {
        let none: Result<()> = until("a letter", Duration::ZERO, || Ok(None));
        assert_eq!(
            none.unwrap_err().to_string(),
            "waited 0 s for a letter, which did not come"
        );
    }

    #[test]
    fn an_error_of_the_look_ends_the_waiting() {
        let error: Result<()> = until("a letter", Duration::from_secs(60), || bail!("the door is shut"));
        assert_eq!(error.unwrap_err().to_string(), "the door is shut");
    }

    #[test]
    fn until_ok_keeps_the_last_error() {
        let error: Result<()> = until_ok("a letter", Duration::ZERO, || bail!("the door is shut"));
        assert_eq!(
            format!("{:#}", error.unwrap_err()),
            "waited 0 s for a letter: the door is shut"
        );
    }
}
