//! `cfimg doctor`: what works, what doesn't, and what to do about it.
//!
//! Each group of checks has a file: its facts, which are read from the system or the network, and a list of checks, which
//! turn facts into findings without I/O.

mod account;
mod desktop;
mod files;
mod images;
mod network;
mod online;
mod program;
mod report;
mod settings;
mod setup;
mod terminal;
#[cfg(test)]
mod tests;
mod tmux;

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::timeout;

use super::console::{Console, Stop};
use crate::desktop::SystemDesktop;
use crate::domain::PictureChoice;
use crate::terminal::{TerminalEnv, TmuxOptions};
use online::Online;
use report::{Check, Report, lines};
pub use setup::Setup;

/// How long tmux may take to respond.
const TMUX: Duration = Duration::from_secs(2);

/// What `doctor` uses of the terminal and the desktop.
pub struct Surroundings {
    pub env: TerminalEnv,
    pub choice: PictureChoice,
    /// The option or variable that turns colours off.
    pub no_color_by: Option<&'static str>,
    pub desktop: SystemDesktop,
    pub is_ssh: bool,
}

/// The groups and their checks, in the order of the output.
pub fn checks() -> Vec<(&'static str, Vec<&'static str>)> {
    fn names<Facts>(checks: &[Check<Facts>]) -> Vec<&'static str> {
        checks.iter().map(|check| check.name).collect()
    }
    vec![
        (settings::GROUP, names(settings::CHECKS)),
        (account::GROUP, names(account::CHECKS)),
        (network::GROUP, names(network::CHECKS)),
        (images::GROUP, names(images::CHECKS)),
        (terminal::GROUP, names(terminal::CHECKS)),
        (tmux::GROUP, names(tmux::CHECKS)),
        (desktop::GROUP, names(desktop::CHECKS)),
        (files::GROUP, names(files::CHECKS)),
        (program::GROUP, names(program::CHECKS)),
    ]
}

/// Runs all checks and prints them group by group. Returns the exit code of the first error.
pub async fn run(
    json: bool,
    setup: Setup,
    surroundings: Surroundings,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let Surroundings { env, choice, no_color_by, desktop, is_ssh } = surroundings;
    let (setup, is_tmux) = (Rc::new(setup), env.tmux);
    let terminal =
        terminal::Facts { is_terminal: console.terminal, env, no_color_by, choice, ..Default::default() };
    let width = checks().iter().flat_map(|(_, names)| names).map(|name| name.len()).max().unwrap_or_default();
    let mut report = Report::new(json, width);
    let errors = console.errors;
    let print_settings = |report: &mut Report, console: &mut Console<'_>| {
        let printed = report.print(&lines(settings::GROUP, settings::CHECKS, &*setup), console);
        errors.status("Checking the account and the network …");
        printed
    };
    // The terminal must have responded before anything is printed.
    let online = pin!(Online::read(Rc::clone(&setup), console.now));
    let (terminal, online) = match select(pin!(terminal.query()), online).await {
        Either::Left((terminal, online)) => {
            print_settings(&mut report, console)?;
            (terminal, online.await)
        }
        Either::Right((online, terminal)) => {
            let terminal = terminal.await;
            print_settings(&mut report, console)?;
            (terminal, online)
        }
    };
    errors.clear();
    report.print(&lines(account::GROUP, account::CHECKS, &online), console)?;
    report.print(&lines(network::GROUP, network::CHECKS, &online), console)?;
    report.print(&lines(images::GROUP, images::CHECKS, &online), console)?;
    report.print(&lines(terminal::GROUP, terminal::CHECKS, &terminal), console)?;
    if is_tmux {
        let options = timeout(TMUX, tokio::task::spawn_blocking(TmuxOptions::query)).await;
        let options = options.ok().and_then(Result::ok).flatten();
        let facts = tmux::Facts { options, protocol: terminal.protocol() };
        report.print(&lines(tmux::GROUP, tmux::CHECKS, &facts), console)?;
    }
    let facts = desktop::Facts::read(&desktop, is_ssh);
    report.print(&lines(desktop::GROUP, desktop::CHECKS, &facts), console)?;
    let facts = files::Facts::read(&setup, (console.now)());
    report.print(&lines(files::GROUP, files::CHECKS, &facts), console)?;
    report.print(&lines(program::GROUP, program::CHECKS, &()), console)?;
    report.finish(console)
}
