//! How the command line fails: one line that names the cause and the fix.

use std::{fmt, process::ExitCode};

/// Why a command was refused or failed, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    cause: String,
    fix: Option<String>,
    usage: bool,
}

impl Failure {
    /// Something was refused or failed; there is nothing that helps in general.
    pub(crate) fn new(cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            fix: None,
            usage: false,
        }
    }

    /// The command line itself is wrong.
    pub(crate) fn usage(cause: impl Into<String>) -> Self {
        Self {
            usage: true,
            ..Self::new(cause)
        }
    }

    /// Says what helps.
    #[must_use]
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// 1 refused or failed, 2 wrong usage.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)?;
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}

impl From<doorward_store::StoreError> for Failure {
    fn from(error: doorward_store::StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(|source| format!(": {source}"));
        Self::new(format!("{error}{}", cause.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_with_cause_and_fix() {
        let failure = Failure::new("port 80 is taken").fix("choose another with --listen");
        assert_eq!(
            failure.to_string(),
            "port 80 is taken; choose another with --listen"
        );
    }
}
