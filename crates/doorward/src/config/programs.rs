//! The `[programs]` and `[streams]` of the configuration file.

use std::path::{Path, PathBuf};

use doorward_gateway::GatewayLimits;

use super::{
    confine,
    document::{Programs, Streams},
};

/// What the gateway is told to keep to.
pub(super) fn check(programs: &Programs, streams: &Streams) -> Result<GatewayLimits, String> {
    let (keep_alive, unread) = (streams.keep_alive.duration(), streams.unread.duration());
    for (name, duration) in [("keep_alive", keep_alive), ("unread", unread)] {
        if duration.is_zero() {
            return Err(format!("streams.{name} is 0s; it must be at least 1s"));
        }
    }
    let process_idle = programs.idle.duration();
    if process_idle.is_zero() {
        return Err("programs.idle is 0s; it must be at least 1s".to_owned());
    }
    let (processes, per_user) = (programs.processes.get(), programs.processes_per_user.get());
    if per_user > processes {
        return Err(format!(
            "programs.processes_per_user is {per_user}, more than programs.processes, which is {processes}"
        ));
    }
    Ok(GatewayLimits {
        streams: size(streams.per_user.get()),
        keep_alive,
        unread,
        process_idle,
        processes: size(processes),
        processes_per_user: size(per_user),
        sessions_per_user: size(programs.sessions_per_user.get()),
        ..GatewayLimits::default()
    })
}

/// Where programs are to have their temporary files.
pub(super) fn scratch(programs: &Programs, base: &Path) -> Result<Option<PathBuf>, String> {
    let named = programs.scratch.as_deref();
    let named = named.map(|text| confine::from(base, text)).transpose();
    named.map_err(|cause| format!("programs.scratch: {cause}"))
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_what_the_gateway_does_by_itself() {
        let limits = check(&Programs::default(), &Streams::default());
        assert_eq!(limits, Ok(GatewayLimits::default()));
        assert_eq!(scratch(&Programs::default(), Path::new("/etc")), Ok(None));
    }

    #[test]
    fn the_folder_for_temporary_files_is_relative_to_the_file() {
        let programs = Programs {
            scratch: Some("tmp".to_owned()),
            ..Programs::default()
        };
        let folder = scratch(&programs, Path::new("/etc/doorward"));
        assert_eq!(folder, Ok(Some("/etc/doorward/tmp".into())));
    }
}
