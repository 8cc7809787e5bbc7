//! The values that arguments can have.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::sync::Arc;

use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::candidate::is_unprintable;
use super::request::Request;
use crate::commands::arguments::Arguments;
use crate::commands::stores;
use crate::domain::copy_as::CopyAs;
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;
use crate::domain::{PictureChoice, ThemeChoice};
use crate::settings;
use crate::storage::Index;

/// The most images that are offered.
const MAX_IMAGES: usize = 200;

/// The most columns of a description.
const DESCRIPTION: usize = 50;

/// The tag of images that match by their file name.
pub(super) const BY_NAME: &str = "by name";

/// The tag of the candidate that stands for a path.
pub(super) const FILES: &str = "files";

/// Signed URLs are valid this long, for example.
const LIFETIMES: [&str; 5] = ["15m", "1h", "1d", "7d", "never"];

/// What the candidates depend on besides the word.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Source {
    is_escaped: bool,
    /// Whether no command and no text is typed yet.
    is_bare: bool,
    has_grid: bool,
    completes_files: bool,
    templates: Vec<String>,
    profiles: Vec<String>,
    themes: Vec<String>,
    index: Option<Index>,
}

impl Source {
    pub(super) fn new(request: &Request, env: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let settings = settings::load(env, settings::Options::default()).ok();
        let themes = settings::config_path(env).map(|(path, _)| settings::theme_names(&path));
        let profiles = settings.as_ref().and_then(|settings| settings::profiles(settings).ok());
        let index = settings
            .as_ref()
            .filter(|settings| settings.index && !request.has_option("--no-index"))
            .and_then(|settings| settings::profile(env, request.value_of("--profile"), settings).ok())
            .and_then(|profile| stores::index_without_requests(&profile));
        let templates = settings.map(|settings| settings.preferences.templates).unwrap_or_default();
        Self {
            is_escaped: request.is_escaped(),
            is_bare: request.word.is_empty(),
            has_grid: request.has_option("--grid"),
            completes_files: !request.word.starts_with("--"),
            templates: templates.into_iter().map(|(name, _)| name).collect(),
            profiles: profiles.unwrap_or_default().into_iter().map(|profile| profile.name).collect(),
            themes: themes.unwrap_or_default(),
            index,
        }
    }

    /// The arguments, with their values.
    pub(super) fn command(self) -> Command {
        let source = Arc::new(self);
        let attach = |command: Command| {
            let (name, source) = (command.get_name().to_owned(), Arc::clone(&source));
            command.mut_args(|arg| source.attach(&name, arg))
        };
        attach(Arguments::command()).mut_subcommands(attach)
    }

    fn attach(self: &Arc<Self>, command: &str, arg: Arg) -> Arg {
        let source = Arc::clone(self);
        match arg.get_id().as_str() {
            // The first word can also be a command.
            "image" if command == "cfimg" => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                if source.is_bare && !source.is_escaped { Vec::new() } else { source.images(word) }
            })),
            // The demo has images of its own.
            "image" if command == "demo" => arg,
            "image" | "images" => arg.add(ArgValueCompleter::new(move |word: &OsStr| source.images(word))),
            "rest" if self.has_grid => {
                arg.add(ArgValueCompleter::new(move |word: &OsStr| source.images(word)))
            }
            "variant" | "rest" => arg.add(ArgValueCompleter::new(move |word: &OsStr| source.variants(word))),
            "form" => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                let mut forms = matching(word, CopyAs::NAMED.iter().map(CopyAs::name));
                forms.extend(matching(word, source.templates.iter().map(String::as_str)));
                forms
            })),
            "picture" => values(arg, PictureChoice::ALL.iter().map(|(name, _)| *name)),
            "theme" => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                matching(word, source.themes.iter().map(String::as_str).filter(|name| !name.starts_with('-')))
            })),
            "theme_file" => values(arg, ThemeChoice::ALL.iter().map(|(name, _)| *name)),
            "sign" => values(arg, LIFETIMES.into_iter()),
            "profile" => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
                matching(word, source.profiles.iter().map(String::as_str))
            })),
            "log" | "output" if self.completes_files => arg.add(ArgValueCompleter::new(|_: &OsStr| {
                vec![CompletionCandidate::new(FILES).tag(Some(FILES.into()))]
            })),
            "log" | "output" => arg.value_hint(ValueHint::AnyPath),
            _ => arg,
        }
    }

    /// The images whose ID starts with the word, and those whose file name does, newest first.
    fn images(&self, word: &OsStr) -> Vec<CompletionCandidate> {
        let (Some(word), Some(index)) = (word.to_str(), &self.index) else { return Vec::new() };
        let mut seen = HashSet::new();
        let (mut by_id, mut by_name) = (Vec::new(), Vec::new());
        _ = index.each_image(|id, filename| {
            let matches_id = id.starts_with(word);
            let is_new = || !seen.contains(id);
            if (matches_id || (by_name.len() < MAX_IMAGES && starts_with(filename, word)))
                && is_new()
                && self.can_be_typed(id)
            {
                seen.insert(id.to_owned());
                let name = description(filename);
                let candidate = CompletionCandidate::new(id).help((!name.is_empty()).then(|| name.into()));
                if matches_id {
                    by_id.push(candidate);
                } else {
                    by_name.push(candidate.tag(Some(BY_NAME.into())));
                }
            }
            if by_id.len() < MAX_IMAGES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        by_name.truncate(MAX_IMAGES - by_id.len());
        by_id.append(&mut by_name);
        // The engine sorts candidates without an order.
        by_id.into_iter().enumerate().map(|(at, candidate)| candidate.display_order(Some(at))).collect()
    }

    /// Whether an ID is an argument as it stands, in every shell.
    fn can_be_typed(&self, id: &str) -> bool {
        (self.is_escaped || !id.starts_with('-')) && !id.chars().any(is_unprintable)
    }

    fn variants(&self, word: &OsStr) -> Vec<CompletionCandidate> {
        let names = self.index.as_ref().and_then(Index::variants).unwrap_or_default();
        matching(word, names.iter().map(String::as_str).filter(|name| !name.starts_with('-')))
    }
}

fn values(arg: Arg, names: impl Iterator<Item = &'static str>) -> Arg {
    let names: Vec<_> = names.collect();
    arg.add(ArgValueCompleter::new(move |word: &OsStr| matching(word, names.iter().copied())))
}

fn matching<'a>(word: &OsStr, names: impl Iterator<Item = &'a str>) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else { return Vec::new() };
    names.filter(|name| name.starts_with(word)).map(CompletionCandidate::new).collect()
}

/// Whether a file name starts with the word, in any case of ASCII letters.
fn starts_with(filename: &str, word: &str) -> bool {
    filename.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// A description as a terminal may show it.
pub(super) fn description(text: &str) -> String {
    let text = sanitize(text);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut_end(text.trim(), DESCRIPTION).into_owned()
}
