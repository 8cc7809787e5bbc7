//! The command line: arguments in, an answer on a writer out.
//!
//! [`Arguments`] says what may be typed. [`run`] answers a [`Question`], a file a subcommand: it reads images from
//! arguments and standard input (`references`), asks for many at once (`many`) of an [`Account`], and writes on a
//! [`Console`]. Nothing here knows a socket, and nothing prints past the console.

mod account;
mod arguments;
mod cached;
mod check;
mod chosen;
mod console;
mod copy;
pub mod demo;
mod explain;
mod help;
mod interrupt;
mod kept;
mod list;
mod live;
mod many;
mod open;
mod probe;
mod references;
mod save;
mod show;
mod signing;
mod source;
mod table;
mod target;
mod url;
mod usage;
mod variants;
mod view;

pub use account::Account;
pub use arguments::{Arguments, Color, Command, Common, Demo, Link, List, Question, View};
pub use cached::Indexes;
pub use console::{Console, Errors, Paint, Stop};
pub use copy::Terminal;
pub use kept::{Kept, history, index};
pub use live::Live;
pub use references::Input;
pub use signing::Signs;
pub use source::{Pictures, Source};
pub use view::{NEVER, Screen};

use crate::cloudflare::KeyRing;
use crate::desktop::Hands;
use crate::domain::{Failure, Preferences};
use references::Asked;
use target::{Linker, Wanted};

/// What commands touch besides the account and the console.
pub struct World<'a> {
    /// Standard input, read where an IMAGE is `-`.
    pub input: Input,
    /// The clipboard and the browser.
    pub desktop: &'a dyn Hands,
    /// The terminal that a person sits at.
    pub terminal: Terminal<'a>,
    /// What the program has kept of lists.
    pub indexes: &'a dyn Indexes,
    /// How the person wants things done.
    pub preferences: &'a Preferences,
    /// Keys that need no account, to check signatures with.
    pub keys: &'a KeyRing,
    /// What standard output is.
    pub screen: Screen,
}

/// Answers a question; the number is the exit code. `connect` is called once, when the arguments are known to be good.
pub async fn run<A: Account + Signs + Pictures>(
    question: Question,
    connect: impl FnOnce() -> Result<A, Failure>,
    world: World<'_>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    match question {
        Question::Show(show) => {
            let first = show.images.images.first().cloned();
            let asked = references::all(show.images.images, world.input)?;
            let account = connected(connect, first)?;
            if show.probe {
                probe::print(show.json, asked, &account, console).await
            } else if show.json {
                show::json(asked, &account, console).await
            } else {
                show::text(asked, &account, console).await
            }
        }
        Question::Check(check) => {
            let form = check::Form::new(&check, world.screen.is_terminal);
            if check.all {
                return check::all(check.verify, form, &connect()?, console).await;
            }
            let first = check.images.first().cloned();
            let asked = references::all(check.images, world.input)?;
            let account = connected(connect, first)?;
            check::access(asked, check.verify, form, &account, console).await
        }
        Question::Url(asked) => {
            let form = url::form(asked.form.as_deref(), world.preferences)?;
            let wanted = Wanted::new(&asked.link, false, world.preferences, console)?;
            let first = asked.link.target.image;
            let images = references::one_or_lines(first.clone(), world.input)?;
            let account = connected(connect, Some(first))?;
            let sizes = url::Sizes::new(&account, asked.probe, console);
            url::print(images, &form, &Linker::new(&account, wanted, console), &sizes, console).await
        }
        Question::Open(link) => {
            let wanted = Wanted::new(&link, true, world.preferences, console)?;
            let first = link.target.image;
            let images = open::not_too_many(references::one_or_lines(first.clone(), world.input)?).await?;
            let account = connected(connect, Some(first))?;
            open::open(images, &Linker::new(&account, wanted, console), world.desktop, console).await
        }
        Question::Copy(link) => {
            let wanted = Wanted::new(&link, true, world.preferences, console)?;
            let first = link.target.image;
            let images = references::one_or_lines(first.clone(), world.input)?;
            let account = connected(connect, Some(first))?;
            let linker = Linker::new(&account, wanted, console);
            copy::copy(images, &linker, world.desktop, world.terminal, console).await
        }
        Question::Explain(asked) => explain::print(&asked, world.input, connect, world.keys, console).await,
        Question::View(asked) => {
            view::view(&asked, world.preferences, world.input, connect, world.screen, console).await
        }
        Question::Save(asked) => {
            save::save(&asked, world.input, connect, world.screen.is_terminal, console).await
        }
        Question::List(asked) if asked.cached => cached::print(&asked, world.indexes, console),
        Question::Index(asked) => cached::index(&asked, world.indexes, console),
        Question::List(asked) => {
            let plan = list::Plan::new(asked, console.zone)?;
            list::print(plan, &connect()?, console).await
        }
        Question::Variants(format) => variants::print(format.json, &connect()?, console).await,
        Question::Usage(format) => usage::print(format.json, &connect()?, console).await,
    }
}

/// The account, to be asked about these images. Where it cannot be had, a first image that cannot be one is told instead:
/// the exit code is that of the first failure in argument order.
fn connected<A>(connect: impl FnOnce() -> Result<A, Failure>, first: Option<String>) -> Result<A, Failure> {
    connect().map_err(|failure| match first {
        Some(first) if first != "-" => Asked::read(&first).reference.err().unwrap_or(failure),
        _ => failure,
    })
}
