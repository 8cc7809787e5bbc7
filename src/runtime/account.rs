//! The change to another account, in the same terminal: that of another profile, or the demo's.

use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc::UnboundedReceiver;

use super::arrival::Arrival;
use super::effects::EffectRunner;
use crate::app::{Model, ProfileName};
use crate::demo::Server;
use crate::domain::Failure;
use crate::domain::child_process::RunInTerminal;

/// What the event loop runs for an account.
pub struct Account {
    pub model: Model,
    pub effect_runner: EffectRunner,
    /// The results of its effects. The results of other accounts have channels of their own, so that late ones change
    /// nothing.
    pub results: UnboundedReceiver<Arrival>,
    /// The image to look up first.
    pub image: Option<String>,
    /// The embedded Cloudflare, if the account is on it. Runs until it is dropped.
    pub server: Option<Server>,
}

/// Starts with the account of a profile, whose `token_command` gets the terminal if it is lent. Fails if its credentials
/// can't be read, or if the demo can't start.
pub type StartAccount =
    Box<dyn Fn(ProfileName, Option<RunInTerminal>) -> LocalBoxFuture<'static, Result<Account, Failure>>>;
