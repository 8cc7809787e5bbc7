//! The command line: `cfimg show`, `cfimg list` and the other subcommands.
//!
//! [`Arguments`] defines the syntax. [`run`] executes an [`Operation`]; each subcommand has a file. A command
//! reads images from its arguments and standard input (`image_args`), sends requests to an [`Account`],
//! several at a time (`concurrent`), and writes to a [`Console`]. Nothing here opens a socket or prints
//! except through the console.

mod account;
mod account_cache;
mod api_account;
mod arguments;
mod check;
pub mod complete;
mod concurrent;
mod config;
mod connect;
mod console;
mod copy;
pub mod demo;
pub mod doctor;
mod explain;
mod help;
mod image_args;
mod image_details;
mod interrupt;
mod list;
mod local_index;
pub mod login;
pub mod login_status;
pub mod logout;
pub mod man;
mod open;
mod picture_fetcher;
mod probe;
mod save;
mod shell;
mod show;
mod stores;
mod table;
mod token_check;
mod url;
mod url_builder;
mod usage;
mod variant_arg;
mod variants;
mod view;

pub use account::Account;
pub use api_account::ApiAccount;
pub use arguments::{
    Arguments, Color, Command, Common, Completions, Config, Demo, Link, List, Login, Man, Operation,
    ProgramOptions, View,
};
pub use config::{ConfigContext, config};
pub use connect::{client_config, owner};
pub use console::{Console, Errors, Paint, Stop};
pub use copy::Terminal;
pub use image_args::Input;
pub use local_index::Indexes;
pub use login::LoginContext;
pub use picture_fetcher::{PictureFetcher, Probed};
pub use shell::Shell;
pub use stores::{LocalStores, history, index, thumbnails};
pub use view::{COLOR_NEVER, Screen};

use crate::cloudflare::KeyRing;
use crate::desktop::Desktop;
use crate::domain::{Failure, Preferences};
use account_cache::AccountCache;
use url_builder::{UrlBuilder, UrlOptions};

/// What a command uses besides the account and the console.
pub struct CommandContext<'a> {
    /// Standard input, which is read if an IMAGE is `-`.
    pub input: Input,
    pub desktop: &'a dyn Desktop,
    /// The controlling terminal, which standard output may not be.
    pub terminal: Terminal<'a>,
    pub indexes: &'a dyn Indexes,
    pub preferences: &'a Preferences,
    /// Keys from the environment or the settings, which `explain` uses if there is no account.
    pub keys: &'a KeyRing,
    pub screen: Screen,
}

/// Executes a command and returns its exit code. `connect` is called once, after the arguments have been
/// checked.
pub async fn run<A: Account + PictureFetcher>(
    operation: Operation,
    connect: impl FnOnce() -> Result<A, Failure>,
    context: CommandContext<'_>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    match operation {
        Operation::Show(show) => {
            let args = image_args::all(&show.images, context.input)?;
            let account = image_args::connect(connect, show.images.first())?;
            show::print(show.json, show.probe, args, &account, console).await
        }
        Operation::Check(check) => {
            let form = check::Form::new(&check, context.screen.is_terminal);
            if check.all {
                return check::all(check.verify, form, &connect()?, console).await;
            }
            let args = image_args::all(&check.images, context.input)?;
            let account = image_args::connect(connect, check.images.first())?;
            check::images(args, check.verify, form, &account, console).await
        }
        Operation::Url(args) => {
            let form = url::form(args.form.as_deref(), context.preferences)?;
            let options = UrlOptions::new(&args.link, false, context.preferences, console)?;
            let image = &args.link.image;
            let images = image_args::one_or_lines(image, context.input)?;
            let account = image_args::connect(connect, Some(image))?;
            let cache = AccountCache::new(&account, console.errors);
            let url_builder = UrlBuilder::new(&cache, options, console);
            let size_resolver = url::SizeResolver::new(&cache, args.probe);
            url::print(images, &form, &url_builder, &size_resolver, console).await
        }
        Operation::Open(link) => {
            let options = UrlOptions::new(&link, true, context.preferences, console)?;
            let image = &link.image;
            let images = open::check_count(image_args::one_or_lines(image, context.input)?).await?;
            let account = image_args::connect(connect, Some(image))?;
            let cache = AccountCache::new(&account, console.errors);
            let url_builder = UrlBuilder::new(&cache, options, console);
            open::open(images, &url_builder, context.desktop, console).await
        }
        Operation::Copy(link) => {
            let options = UrlOptions::new(&link, true, context.preferences, console)?;
            let image = &link.image;
            let images = image_args::one_or_lines(image, context.input)?;
            let account = image_args::connect(connect, Some(image))?;
            let cache = AccountCache::new(&account, console.errors);
            let url_builder = UrlBuilder::new(&cache, options, console);
            copy::copy(images, &url_builder, context.desktop, context.terminal, console).await
        }
        Operation::Explain(args) => {
            explain::print(&args, context.input, connect, context.keys, console).await
        }
        Operation::View(args) => {
            view::view(&args, context.preferences, context.input, connect, context.screen, console).await
        }
        Operation::Save(args) => {
            save::save(&args, context.input, connect, context.screen.is_terminal, console).await
        }
        Operation::List(args) if args.cached => local_index::print(&args, context.indexes, console),
        Operation::Index(args) => local_index::index(&args, context.indexes, console),
        Operation::List(args) => {
            let plan = list::Plan::new(args, console.zone)?;
            list::print(plan, &connect()?, console).await
        }
        Operation::Variants(format) => variants::print(format.json, &connect()?, console).await,
        Operation::Usage(format) => usage::print(format.json, &connect()?, console).await,
    }
}
