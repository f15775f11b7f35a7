//! SIGTERM and Ctrl-C: heard from before an address is told until the program has ended.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokio::signal::unix::{SignalKind, signal};

/// Whether the program was asked to stop at any time. A set-up and the service after it have a runtime each, and what comes
/// between them is heard by neither.
static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Ends when the program is asked to stop, or was already; to be called before anybody is told where it listens, for whoever
/// is told may stop it at once.
///
/// # Errors
/// When the system lets no signal be heard.
pub(super) fn until_stopped() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let asked = asked()?;
    Ok(async move {
        if asked.load(Ordering::SeqCst) {
            return;
        }
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The flag that both signals set from the first call on.
fn asked() -> io::Result<&'static AtomicBool> {
    if let Some(asked) = ASKED.get() {
        return Ok(asked);
    }
    let asked = ASKED.get_or_init(Arc::default);
    flag::register(SIGTERM, Arc::clone(asked))?;
    flag::register(SIGINT, Arc::clone(asked))?;
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn r24_a_signal_between_two_services_stops_the_second_one() {
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
        };
        // A set-up that has just ended by itself: it heard signals, and nobody reads any more what it heard.
        runtime().block_on(async { drop(until_stopped().unwrap()) });
        signal_hook::low_level::raise(SIGTERM).unwrap();
        let stopped = runtime().block_on(async {
            let stop = until_stopped().unwrap();
            tokio::time::timeout(Duration::from_secs(20), stop).await
        });
        stopped.unwrap();
    }
}
