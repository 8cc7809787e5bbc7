//! `cfimg list --cached` and `cfimg index`: the list as stored on disk.

use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::arguments::{IndexOf, List, Sort};
use super::console::{Console, Stop};
use super::list::{self, Form, Listed};
use crate::domain::account::{bytes, group_thousands};
use crate::domain::fuzzy::Finder;
use crate::domain::sanitize::json_line;
use crate::domain::time_format;
use crate::domain::{Failure, ImageSummary, sort_by_name};
use crate::storage::ThumbnailCache;
use crate::storage::index::{Index, IndexError, Stored};

/// Width of the label column.
const LABEL: usize = 9;

/// The indexes on this machine.
pub trait Indexes {
    /// The index of the connected account.
    fn of_account(&self) -> Result<Index, Failure>;

    /// The stored thumbnails of that account.
    fn thumbnails(&self) -> Result<ThumbnailCache, Failure>;

    /// Removes both, or with `all` those of all accounts. Returns the bytes that were freed.
    fn clear(&self, all: bool) -> Result<u64, Failure>;
}

/// Prints the stored images in the format of `cfimg list`.
pub(super) fn print(args: &List, indexes: &dyn Indexes, console: &mut Console<'_>) -> Result<u8, Stop> {
    let zone = (console.zone)();
    let filter = list::filter(args.filter.as_deref(), &zone)?;
    let mut finder = (!filter.is_empty()).then(|| Finder::new(filter));
    let stored = stored(indexes)?;
    let errors = console.errors;
    // In a pipe, the reader may draw on the terminal, as fzf does.
    if console.terminal && errors.is_terminal() {
        errors
            .note(&format!("Local index, updated {}.", time_text(stored.listed_at, (console.now)(), &zone)));
    }
    if !stored.whole {
        errors.warning(&format!(
            "The local index contains only the newest {} images. Run `cfimg` and press L to load the rest.",
            group_thousands(stored.images.len() as u64)
        ));
    }
    let mut images: Vec<_> = stored.images;
    match args.order() {
        Sort::Newest => {}
        Sort::Oldest => images.reverse(),
        Sort::Name => {
            images = sort_by_name(&images).into_iter().map(|place| images[place as usize].clone()).collect();
        }
    }
    let limit = args.limit.map_or(usize::MAX, std::num::NonZeroUsize::get);
    let matches = |image: &&std::sync::Arc<ImageSummary>| {
        args.creator.as_deref().is_none_or(|creator| image.creator().unwrap_or_default() == creator)
            && finder.as_mut().is_none_or(|finder| finder.matches(image))
    };
    let form = Form::from_flags(args.json, args.ids);
    let mut count = 0;
    for image in images.iter().filter(matches).take(limit) {
        let json = || json_line(&image.json(stored.listed_at));
        let (filename, uploaded) = (image.filename(), image.uploaded());
        let listed = Listed { id: image.id(), filename, uploaded, access: image.access(), draft: false };
        console.answer(&form.line(listed, json, &zone, console.aligned()))?;
        count += 1;
    }
    if count == 0 && !args.json {
        errors.note(list::NO_MATCHES);
    }
    Ok(0)
}

/// Prints facts about the index, or removes it.
pub(super) fn index(args: &IndexOf, indexes: &dyn Indexes, console: &mut Console<'_>) -> Result<u8, Stop> {
    if args.clear {
        let text = match indexes.clear(args.all)? {
            0 => "There was no local index.".to_owned(),
            freed => format!("Removed the local index and thumbnails ({}).", bytes(freed)),
        };
        console.answer(&format!("{text}\n"))?;
        return Ok(0);
    }
    let zone = (console.zone)();
    let index = indexes.of_account()?;
    let stored = stored(indexes)?;
    let thumbnails = indexes.thumbnails()?;
    let images = group_thousands(stored.images.len() as u64);
    let extent = if stored.whole { "all" } else { "only the newest" };
    let rows = [
        ("Images", format!("{images} ({extent})")),
        ("Updated", time_text(stored.listed_at, (console.now)(), &zone)),
        ("File", index.path().display().to_string()),
        ("Size", bytes(index.size())),
        ("Cache", format!("{} of thumbnails in {}", bytes(thumbnails.size()), thumbnails.folder().display())),
    ];
    for (label, value) in rows {
        console.labelled(LABEL, label, &value)?;
    }
    Ok(0)
}

fn stored(indexes: &dyn Indexes) -> Result<Stored, Failure> {
    indexes.of_account()?.read().map_err(|error| index_failure(&error))?.ok_or_else(|| {
        Failure::other(
            "There is no local index yet",
            "Run `cfimg` to create it, or `cfimg list` to load the list.",
        )
    })
}

/// The message for an index that could not be read or removed.
pub(super) fn index_failure(error: &IndexError) -> Failure {
    Failure::other(
        "Couldn't use the local index",
        format!("Cause: {error}. Try again, or load the list with `cfimg list`."),
    )
}

/// The message for thumbnails that could not be removed.
pub(super) fn thumbnails_failure(error: &io::Error) -> Failure {
    Failure::other("Couldn't remove the cached thumbnails", format!("System error: {error}."))
}

fn time_text(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    format!("{} ({})", time_format::local(at, zone), time_format::ago(at, now))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::commands::console::tests::Captured;
    use crate::commands::console::{Errors, Paint};
    use crate::domain::{Image, UrlTemplates};
    use crate::storage::index::Reached;

    struct TestIndexes(tempfile::TempDir);

    impl TestIndexes {
        fn index(&self) -> Index {
            Index::new(self.0.path(), "owner".to_owned())
        }

        fn with_images(raws: &[&str], whole: bool) -> Self {
            let indexes = Self(tempfile::tempdir().unwrap());
            let index = indexes.index();
            let mut url_templates = UrlTemplates::default();
            let images: Vec<_> = raws
                .iter()
                .map(|raw| Arc::new(url_templates.summarize(&Image::read(raw).unwrap())))
                .collect();
            let mut sync = index.start_sync(Timestamp::from_second(1_700_000_000).unwrap()).unwrap();
            sync.page(&images).unwrap();
            if whole {
                sync.finish(Reached::End).unwrap();
            }
            indexes
        }
    }

    impl Indexes for TestIndexes {
        fn of_account(&self) -> Result<Index, Failure> {
            Ok(self.index())
        }

        fn thumbnails(&self) -> Result<ThumbnailCache, Failure> {
            Ok(ThumbnailCache::new(self.0.path(), "owner".to_owned()))
        }

        fn clear(&self, _: bool) -> Result<u64, Failure> {
            Index::clear(self.0.path(), Some("owner")).map_err(|error| index_failure(&error))
        }
    }

    const LOGO: &str = r#"{"id":"logo","filename":"lo\u001bgo.png","creator":"me","uploaded":"2014-01-02T02:20:00.123Z",
        "requireSignedURLs":true,"meta":{"n":1.50,"big":12345678901234567890},"variants":["https://imagedelivery.net/H/logo/public"]}"#;
    const PLAIN: &str = r#"{"id":"plain","variants":[]}"#;

    fn print_with(indexes: &TestIndexes, args: &List) -> (String, String, Result<u8, i32>) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let code =
            print(args, indexes, &mut captured.console(&mut out, &errors)).map_err(|stop| match stop {
                Stop::Failed(failure) => i32::from(failure.kind.exit_code()),
                Stop::Closed => -1,
            });
        (String::from_utf8(out).unwrap(), captured.text(), code)
    }

    fn args(change: impl FnOnce(&mut List)) -> List {
        let mut args = List::default();
        change(&mut args);
        args
    }

    #[test]
    fn cached_list_applies_order_limit_and_filter() {
        let indexes = TestIndexes::with_images(&[LOGO, PLAIN], true);
        let (out, _, code) = print_with(&indexes, &List::default());
        assert_eq!(code, Ok(0));
        assert_eq!(out, "2014-01-02\tsigned\tlogo\tlo␛go.png\n\tunknown\tplain\t\n");
        for (args, ids) in [
            (args(|args| args.oldest_first = true), "plain logo"),
            (args(|args| args.sort = Sort::Oldest), "plain logo"),
            (args(|args| args.sort = Sort::Name), "logo plain"),
            (args(|args| args.limit = std::num::NonZeroUsize::new(1)), "logo"),
            (args(|args| args.creator = Some("me".to_owned())), "logo"),
            (args(|args| args.creator = Some(String::new())), "plain"),
            (args(|args| args.filter = Some("signed: logo".to_owned())), "logo"),
        ] {
            let (out, ..) = print_with(&indexes, &args);
            let lines: Vec<&str> = out.lines().filter_map(|line| line.split('\t').nth(2)).collect();
            assert_eq!(lines.join(" "), ids, "{args:?}");
        }
    }

    #[test]
    fn ids_option_prints_one_id_per_line() {
        let indexes = TestIndexes::with_images(&[LOGO, PLAIN], true);
        assert_eq!(print_with(&indexes, &args(|args| args.ids = true)).0, "logo\nplain\n");
    }

    #[test]
    fn json_keeps_api_numbers_and_adds_listed_at() {
        let indexes = TestIndexes::with_images(&[LOGO, PLAIN], true);
        let (out, ..) = print_with(&indexes, &args(|args| args.json = true));
        assert_eq!(
            out,
            r#"{"id":"logo","filename":"lo\u001bgo.png","creator":"me","uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"meta":{"n":1.50,"big":12345678901234567890},"variants":["https://imagedelivery.net/H/logo/public"],"cfimg":{"listed_at":"2023-11-14T22:13:20Z"}}
{"id":"plain","filename":null,"variants":[],"cfimg":{"listed_at":"2023-11-14T22:13:20Z"}}
"#
        );
    }

    #[test]
    fn age_is_shown_only_between_terminals() {
        let indexes = TestIndexes::with_images(&[PLAIN], true);
        for terminal in [true, false] {
            let captured = Captured::default();
            let errors = Errors::new(Box::new(captured.clone()), Paint::default(), true);
            let mut out = Vec::new();
            let mut console = Console { terminal, ..captured.console(&mut out, &errors) };
            print(&List::default(), &indexes, &mut console).map_err(|_| ()).unwrap();
            assert_eq!(!captured.text().is_empty(), terminal, "{}", captured.text());
        }
    }

    #[test]
    fn partial_index_warns_and_missing_index_fails() {
        let part = TestIndexes::with_images(&[PLAIN], false);
        let errors = print_with(&part, &List::default()).1;
        assert!(errors.starts_with("cfimg: warning: ") && errors.contains(" 1 "), "{errors}");
        let none = TestIndexes(tempfile::tempdir().unwrap());
        let (out, _, code) = print_with(&none, &List::default());
        assert_eq!((out.as_str(), code), ("", Err(1)));
        let (_, _, code) = print_with(&part, &args(|args| args.filter = Some("before:soon".to_owned())));
        assert_eq!(code, Err(2));
    }

    #[test]
    fn index_command_describes_and_clears() {
        let indexes = TestIndexes::with_images(&[LOGO, PLAIN], true);
        let run = |clear| {
            let (captured, errors) = Captured::new();
            let mut out = Vec::new();
            let args = IndexOf { clear, all: false };
            let done = index(&args, &indexes, &mut captured.console(&mut out, &errors)).is_ok();
            (String::from_utf8(out).unwrap(), done)
        };
        let (out, done) = run(false);
        let path = indexes.index().path().display().to_string();
        assert!(done && out.contains("\t2 (") && out.contains(&path) && out.lines().count() == 5, "{out}");
        let (out, done) = run(true);
        assert!(done && !indexes.index().path().exists(), "{out}");
        let (out_again, done) = run(true);
        assert!(done && out_again != out, "{out_again}");
        assert!(!run(false).1);
    }
}
