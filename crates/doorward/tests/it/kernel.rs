//! A kernel that lacks something: one system call fails for a program and all that it starts.

use std::process::Command;

/// A system call that a kernel, or the runtime of a container, answers with an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lacking {
    call: u32,
    errno: u32,
}

/// Built without Landlock.
pub(crate) const NO_LANDLOCK: Lacking = Lacking {
    call: 444,
    errno: 38,
};

/// With Landlock, but not switched on.
pub(crate) const LANDLOCK_OFF: Lacking = Lacking {
    call: 444,
    errno: 95,
};

/// Within a container that does not know the call.
pub(crate) const LANDLOCK_KEPT_AWAY: Lacking = Lacking {
    call: 444,
    errno: 1,
};

/// Within something that refuses filters of calls.
pub(crate) const NO_FILTERS: Lacking = Lacking {
    call: if cfg!(target_arch = "aarch64") {
        277
    } else {
        317
    },
    errno: 1,
};

/// The binary, on such a kernel; its arguments come next.
pub(crate) fn doorward_on(kernel: Lacking) -> Command {
    let mut command = Command::new("/usr/bin/python3");
    command
        .args(["-c", SCRIPT])
        .arg(kernel.call.to_string())
        .arg(kernel.errno.to_string())
        .arg(env!("CARGO_BIN_EXE_doorward"));
    command
}

/// Filters the one call (load its number, compare, answer with the error or allow), then becomes
/// the program.
const SCRIPT: &str = r#"
import ctypes, os, struct, sys
call, errno = int(sys.argv[1]), int(sys.argv[2])
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, call), (6, 0, 0, 0x50000 | errno), (6, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(program))) == 0
os.execv(sys.argv[3], sys.argv[3:])
"#;
