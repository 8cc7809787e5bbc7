//! State of the user's own commands.

use crate::app::message::RequestId;

#[derive(Debug, Clone, Default)]
pub struct CommandState {
    /// The command that is being prepared, or has the terminal.
    pub job: Option<CommandJob>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandJob {
    pub request: RequestId,
    /// The command's name.
    pub name: String,
}

impl CommandState {
    /// Whether this command may still start.
    pub fn awaits(&self, request: RequestId) -> bool {
        self.job.as_ref().is_some_and(|job| job.request == request)
    }
}
