//! The `[programs]` and `[streams]` of the configuration file.

use doorward_gateway::GatewayLimits;

use super::document::{Programs, Streams};

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
    }
}
