//! Taking over a changed configuration file while serving.
//!
//! A signal or a new modification time makes the file read again. It takes
//! effect as a whole or not at all: a broken one is reported and the old
//! configuration stays.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

use super::front::Front;
use crate::{
    config::{self, Configuration},
    wire::{House, launcher},
};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A file and what it was when somebody last looked.
pub(crate) struct Watched {
    path: PathBuf,
    seen: Option<SystemTime>,
}

impl Watched {
    /// Looks at `path`. To be done before the file is read: what changes after that is
    /// noticed, however soon it changes.
    pub(crate) fn from_now_on(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            seen: modified(path),
        }
    }
}

/// Watches a file for as long as the process lives.
pub(super) async fn watch(
    file: Watched,
    current: Configuration,
    house: House,
    fronts: Vec<Arc<Front>>,
) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let Watched { path, mut seen } = file;
    let mut current = current;
    loop {
        let asked = tokio::select! {
            received = hangup.recv() => received.is_some(),
            _ = ticks.tick() => false,
        };
        let now = modified(&path);
        // A file that is away for a moment is being replaced.
        if asked || (now.is_some() && now != seen) {
            seen = now;
            if let Some(next) = take_over(&path, &current, &house, &fronts) {
                launcher::warn_of_commands(&next);
                tokio::spawn(house.clone().look_at_servers(next.servers.clone()));
                current = next;
            }
        }
    }
}

fn take_over(
    path: &Path,
    current: &Configuration,
    house: &House,
    fronts: &[Arc<Front>],
) -> Option<Configuration> {
    let read = config::read_apart(path, house.folder()).and_then(|next| {
        let waiting = current.needs_restart(&next);
        let vouching_ends =
            current.client_certificates.is_some() && next.client_certificates.is_none();
        let next = current.with_changes_of(next);
        house.reconfigure(&next)?;
        for front in fronts {
            front.trust(&next);
        }
        if vouching_ends {
            tracing::warn!(
                "without client_certificates no authority vouches for a client any more; \
                 asking for certificates ends at a restart"
            );
        }
        Ok((next, waiting))
    });
    match read {
        Err(failure) => {
            tracing::error!("{failure}; the configuration from before stays in effect");
            None
        }
        Ok((next, waiting)) => {
            if waiting.is_empty() {
                tracing::info!("configuration reloaded");
            } else {
                let keys = waiting.join(", ");
                tracing::warn!(
                    "configuration reloaded, but {keys} takes effect only after a restart"
                );
            }
            Some(next)
        }
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path)
        .and_then(|file| file.modified())
        .ok()
}
