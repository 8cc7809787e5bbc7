//! The command line: arguments in, an answer on a writer out.
//!
//! [`Arguments`] says what may be typed. [`run`] answers a [`Operation`], a file a subcommand: it reads images from
//! arguments and standard input (`image_args`), asks for many at once (`concurrent`) of an [`Account`], and writes on a
//! [`Console`]. Nothing here knows a socket, and nothing prints past the console.

mod account;
mod api_account;
mod arguments;
mod check;
mod concurrent;
mod console;
mod copy;
pub mod demo;
mod explain;
mod help;
mod image_args;
mod interrupt;
mod list;
mod local_index;
mod open;
mod picture_source;
mod probe;
mod save;
mod show;
mod signing;
mod stores;
mod table;
mod url;
mod url_builder;
mod usage;
mod variant_arg;
mod variants;
mod view;

pub use account::Account;
pub use api_account::ApiAccount;
pub use arguments::{Arguments, Color, Command, Common, Demo, Link, List, Operation, View};
pub use console::{Console, Errors, Paint, Stop};
pub use copy::Terminal;
pub use image_args::Input;
pub use local_index::Indexes;
pub use picture_source::{PictureFetcher, Source};
pub use signing::UrlSigner;
pub use stores::{LocalStores, history, index};
pub use view::{NEVER, Screen};

use crate::cloudflare::KeyRing;
use crate::desktop::Desktop;
use crate::domain::{Failure, Preferences};
use image_args::ImageArg;
use url_builder::{UrlBuilder, UrlOptions};

/// What commands touch besides the account and the console.
pub struct CommandContext<'a> {
    /// Standard input, read where an IMAGE is `-`.
    pub input: Input,
    /// The clipboard and the browser.
    pub desktop: &'a dyn Desktop,
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
pub async fn run<A: Account + UrlSigner + PictureFetcher>(
    operation: Operation,
    connect: impl FnOnce() -> Result<A, Failure>,
    world: CommandContext<'_>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    match operation {
        Operation::Show(show) => {
            let first = show.images.images.first().cloned();
            let args = image_args::all(show.images.images, world.input)?;
            let account = connected(connect, first)?;
            if show.probe {
                probe::print(show.json, args, &account, console).await
            } else if show.json {
                show::json(args, &account, console).await
            } else {
                show::text(args, &account, console).await
            }
        }
        Operation::Check(check) => {
            let form = check::Form::new(&check, world.screen.is_terminal);
            if check.all {
                return check::all(check.verify, form, &connect()?, console).await;
            }
            let first = check.images.first().cloned();
            let args = image_args::all(check.images, world.input)?;
            let account = connected(connect, first)?;
            check::access(args, check.verify, form, &account, console).await
        }
        Operation::Url(args) => {
            let form = url::form(args.form.as_deref(), world.preferences)?;
            let wanted = UrlOptions::new(&args.link, false, world.preferences, console)?;
            let first = args.link.target.image;
            let images = image_args::one_or_lines(first.clone(), world.input)?;
            let account = connected(connect, Some(first))?;
            let size_resolver = url::SizeResolver::new(&account, args.probe, console);
            url::print(images, &form, &UrlBuilder::new(&account, wanted, console), &size_resolver, console)
                .await
        }
        Operation::Open(link) => {
            let wanted = UrlOptions::new(&link, true, world.preferences, console)?;
            let first = link.target.image;
            let images = open::not_too_many(image_args::one_or_lines(first.clone(), world.input)?).await?;
            let account = connected(connect, Some(first))?;
            open::open(images, &UrlBuilder::new(&account, wanted, console), world.desktop, console).await
        }
        Operation::Copy(link) => {
            let wanted = UrlOptions::new(&link, true, world.preferences, console)?;
            let first = link.target.image;
            let images = image_args::one_or_lines(first.clone(), world.input)?;
            let account = connected(connect, Some(first))?;
            let url_builder = UrlBuilder::new(&account, wanted, console);
            copy::copy(images, &url_builder, world.desktop, world.terminal, console).await
        }
        Operation::Explain(args) => explain::print(&args, world.input, connect, world.keys, console).await,
        Operation::View(args) => {
            view::view(&args, world.preferences, world.input, connect, world.screen, console).await
        }
        Operation::Save(args) => {
            save::save(&args, world.input, connect, world.screen.is_terminal, console).await
        }
        Operation::List(args) if args.cached => local_index::print(&args, world.indexes, console),
        Operation::Index(args) => local_index::index(&args, world.indexes, console),
        Operation::List(args) => {
            let plan = list::Plan::new(args, console.zone)?;
            list::print(plan, &connect()?, console).await
        }
        Operation::Variants(format) => variants::print(format.json, &connect()?, console).await,
        Operation::Usage(format) => usage::print(format.json, &connect()?, console).await,
    }
}

/// The account, to be asked about these images. Where it cannot be had, a first image that cannot be one is told instead:
/// the exit code is that of the first failure in argument order.
fn connected<A>(connect: impl FnOnce() -> Result<A, Failure>, first: Option<String>) -> Result<A, Failure> {
    connect().map_err(|failure| match first {
        Some(first) if first != "-" => ImageArg::read(&first).reference.err().unwrap_or(failure),
        _ => failure,
    })
}
