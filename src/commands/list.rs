//! `cfimg list`: prints the images of the account while the pages load.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use futures_util::future;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::account::Account;
use super::arguments::{List, Sort};
use super::console::{Aligned, Console, Stop, excerpt};
use crate::domain::account::group_thousands;
use crate::domain::filter::{Expected, InvalidTerm, Query};
use crate::domain::fuzzy::Finder;
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::width::{columns as columns_of, cut_middle, pad};
use crate::domain::{
    Access, Continuation, Failure, FailureKind, Image, ListQuery, Page, Refusal, UrlTemplates, Usage,
    name_key, time_format,
};

/// IDs that are remembered so that no image is printed twice: those of ten pages. The bound keeps memory
/// constant.
const REMEMBERED: usize = 10_000;

/// Lines that are written at a time. Between two chunks, the request for the next page can make progress.
const AT_A_TIME: usize = 50;

/// If writing blocked for this long, the next page's request may have timed out, because nothing read its
/// response; then it is sent again.
const MAX_RESUME_DELAY: Duration = Duration::from_secs(5);

/// The most bytes of lines that are sorted in memory.
const MAX_SORTED: usize = 1 << 29;

/// Width of the ID column: that of a UUID. A longer ID moves the rest of its own line.
pub(super) const ID_WIDTH: usize = 36;

/// The least columns of a file name that is cut at the terminal's right edge.
const MIN_NAME: usize = 12;

pub(super) const NO_IMAGES: &str = "The account has no images.";

pub(super) const NO_MATCHES: &str = "No images match.";

/// What to list, and how to print it.
pub(super) struct Plan {
    query: ListQuery,
    /// Matches the filter; `None` without one.
    finder: Option<Finder>,
    /// How many more images may be printed.
    remaining: usize,
    /// The lines so far, if they are sorted before printing.
    sorted: Option<Sorted>,
    form: Form,
    zone: TimeZone,
    resume_delay: Duration,
}

impl Plan {
    /// Checks the arguments, before any request.
    pub(super) fn new(args: List, zone: fn() -> TimeZone) -> Result<Self, Failure> {
        if args.meta.len() > ListQuery::MAX_META {
            return Err(Failure::usage(
                format!(
                    "Too many --meta conditions ({}; the API accepts {})",
                    args.meta.len(),
                    ListQuery::MAX_META
                ),
                "Use --filter for the others, as meta.KEY:VALUE.",
            ));
        }
        // Values become part of the request's URL, where a secret must not be.
        let values = args.meta.iter().flat_map(|(key, value)| [key, value]).chain(&args.creator);
        if let Some(refusal) = values.into_iter().find_map(|value| Refusal::of_value(value)) {
            return Err(Failure::usage("No request was sent", refusal.to_string()));
        }
        let zone = if args.json && args.filter.is_none() { TimeZone::UTC } else { zone() };
        let filter = filter(args.filter.as_deref(), &zone)?;
        let limit = args.limit.map(std::num::NonZeroUsize::get);
        let sort_by_name = args.order() == Sort::Name;
        let max = *ListQuery::PER_PAGE.end();
        let per_page = match limit {
            Some(limit) if filter.is_empty() && !sort_by_name => u16::try_from(limit).unwrap_or(max),
            _ => max,
        };
        let query = ListQuery {
            newest_first: args.order() != Sort::Oldest,
            creator: args.creator,
            meta: args.meta,
            first: None,
            per_page,
        };
        let finder = (!filter.is_empty()).then(|| Finder::new(filter));
        Ok(Self {
            query,
            finder,
            remaining: if sort_by_name { usize::MAX } else { limit.unwrap_or(usize::MAX) },
            sorted: sort_by_name.then(|| Sorted::new(limit.unwrap_or(usize::MAX))),
            form: Form::from_flags(args.json, args.ids),
            zone,
            resume_delay: MAX_RESUME_DELAY,
        })
    }

    /// Whether the request asks for all images of the account.
    fn is_unfiltered(&self) -> bool {
        self.query.creator.is_none() && self.query.meta.is_empty()
    }
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Ids,
    Json,
}

/// What a line prints of an image.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) id: &'a str,
    pub(super) filename: Option<&'a str>,
    pub(super) uploaded: Option<Timestamp>,
    pub(super) access: Access,
    pub(super) draft: bool,
}

impl Form {
    pub(super) fn from_flags(json: bool, ids: bool) -> Self {
        match (json, ids) {
            (true, _) => Self::Json,
            (_, true) => Self::Ids,
            _ => Self::Table,
        }
    }

    /// One image: its JSON, its ID, or date, access, ID and file name. `aligned` is `None` if standard output is not a
    /// terminal; then there are tabs instead of aligned columns, and an ID is exactly as other commands accept it (it
    /// contains no control characters).
    pub(super) fn line(
        self,
        image: Listed<'_>,
        json: impl FnOnce() -> String,
        zone: &TimeZone,
        aligned: Option<Aligned>,
    ) -> String {
        match (self, aligned) {
            (Self::Json, _) => json() + "\n",
            (Self::Ids, Some(_)) => format!("{}\n", sanitize(image.id)),
            (Self::Ids, None) => format!("{}\n", image.id),
            (Self::Table, _) => columns(image, zone, aligned) + "\n",
        }
    }
}

/// Lines sorted by name. With a limit, only the first ones are kept.
struct Sorted {
    lines: Vec<(String, String)>,
    bytes: usize,
    max: usize,
}

impl Sorted {
    fn new(max: usize) -> Self {
        Self { lines: vec![], bytes: 0, max }
    }

    fn add(&mut self, name: &str, line: String) -> Result<(), Failure> {
        let key = name_key(name);
        self.bytes += key.len() + line.len();
        self.lines.push((key, line));
        if self.lines.len() >= self.max.saturating_mul(2).saturating_add(1000) {
            self.sort();
        }
        if self.bytes <= MAX_SORTED {
            return Ok(());
        }
        Err(Failure::other(
            "The list is too long to sort by name",
            "Use --limit, so that fewer lines are kept in memory.",
        ))
    }

    /// Sorts the lines, stably, and drops those beyond the limit.
    fn sort(&mut self) {
        self.lines.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.lines.truncate(self.max);
        self.bytes = self.lines.iter().map(|(key, line)| key.len() + line.len()).sum();
    }

    fn into_lines(mut self) -> Vec<String> {
        self.sort();
        self.lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// Parses a filter. An invalid value is an error here; in the terminal program, where a filter is typed
/// letter by letter, it is ignored.
pub(super) fn filter(text: Option<&str>, zone: &TimeZone) -> Result<Query, Failure> {
    let filter = Query::parse(text.unwrap_or_default(), zone);
    let Some(InvalidTerm { word, expected }) = filter.unread().first() else { return Ok(filter) };
    let word = excerpt(word);
    Err(match expected {
        Expected::Date => Failure::usage(
            format!("“{word}” contains no date"),
            "Use 2026, 2026-01 or 2026-01-31 after the colon.",
        ),
        Expected::YesOrNo => Failure::usage(
            format!("“{word}” is neither true nor false"),
            "Use `signed:`, `signed:true` or `signed:false`. To search for this text, put it in double quotes.",
        ),
    })
}

/// Prints one line or JSON object per image. While a page is printed, the next one is being loaded, but no
/// more than that one.
pub(super) async fn print(
    mut plan: Plan,
    account: &impl Account,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let mut tally = Tally::default();
    let mut ended = pages(&mut plan, account, console, &mut tally).await;
    if ended.is_ok()
        && let Some(sorted) = plan.sorted.take()
    {
        ended = write(&sorted.into_lines(), None, console).await.map(|_| ());
    }
    errors.clear();
    if tally.skipped > 0 {
        errors.warning(&skipped(tally.skipped));
    }
    match &ended {
        Err(_) if tally.page_failed && tally.seen > 0 => {
            errors.warning(&incomplete(tally.seen));
        }
        Ok(()) if tally.matches == 0 && plan.form != Form::Json => {
            let lists_all = plan.finder.is_none() && plan.is_unfiltered();
            errors.note(if lists_all { NO_IMAGES } else { NO_MATCHES });
        }
        _ => {}
    }
    ended.map(|()| 0)
}

/// Counts of the images so far.
#[derive(Debug, Default)]
struct Tally {
    seen: u64,
    matches: u64,
    skipped: u64,
    /// Whether the list ended early because a page could not be loaded.
    page_failed: bool,
}

async fn pages(
    plan: &mut Plan,
    account: &impl Account,
    console: &mut Console<'_>,
    tally: &mut Tally,
) -> Result<(), Stop> {
    let errors = console.errors;
    let mut recent = Recent::default();
    let usage = async {
        // The API's count is of all images, whatever the query.
        if errors.is_terminal() && plan.is_unfiltered() { account.usage().await.ok() } else { None }
    };
    let (first, usage) = future::join(account.page(&plan.query, None), usage).await;
    let mut page = first?;
    loop {
        tally.seen += page.images.len() as u64;
        tally.skipped += page.skipped as u64;
        let (lines, next) = lines(plan, page, &mut recent, tally, console.aligned())?;
        let next = next.filter(|_| plan.remaining > 0);
        let next_page = async {
            Ok(match &next {
                Some(next) => Some(account.page(&plan.query, Some(next)).await),
                None => None,
            })
        };
        let status = next.as_ref().map(|_| describe(plan, tally, usage));
        let (next_page, write_time) = future::try_join(next_page, write(&lines, status, console)).await?;
        let loaded = match next_page {
            None => return Ok(()),
            Some(Err(failure)) if failure.kind == FailureKind::Network && write_time >= plan.resume_delay => {
                account.page(&plan.query, next.as_ref()).await
            }
            Some(loaded) => loaded,
        };
        tally.page_failed = loaded.is_err();
        page = loaded?;
    }
}

/// Turns a page into lines, and returns the next page's position. The images are dropped: only lines wait for
/// a slow reader.
fn lines(
    plan: &mut Plan,
    page: Page,
    recent: &mut Recent,
    tally: &mut Tally,
    aligned: Option<Aligned>,
) -> Result<(Vec<String>, Option<Continuation>), Failure> {
    // Of this page only: an account with endless variant names would fill the memory.
    let mut url_templates = UrlTemplates::default();
    let mut lines = Vec::new();
    for image in &page.images {
        if plan.remaining == 0 {
            break;
        }
        let matches =
            plan.finder.as_mut().is_none_or(|finder| finder.matches(&url_templates.summarize(image)));
        if matches && recent.is_new(image.id.as_str()) {
            plan.remaining -= 1;
            tally.matches += 1;
            let Image { id, filename, uploaded, .. } = image;
            let (id, filename) = (id.as_str(), filename.as_deref());
            // A draft's flag means nothing yet.
            let access = if image.draft { Access::Unknown } else { image.access };
            let listed = Listed { id, filename, uploaded: *uploaded, access, draft: image.draft };
            let line = plan.form.line(listed, || json_line(&image.raw), &plan.zone, aligned);
            match &mut plan.sorted {
                Some(sorted) => sorted.add(filename.filter(|name| !name.is_empty()).unwrap_or(id), line)?,
                None => lines.push(line),
            }
        }
    }
    Ok((lines, page.next))
}

/// Writes lines, shows the status line, and returns how long that took.
async fn write(
    lines: &[String],
    status: Option<String>,
    console: &mut Console<'_>,
) -> Result<Duration, Stop> {
    let started = Instant::now();
    for chunk in lines.chunks(AT_A_TIME) {
        console.errors.clear();
        console.answer(&chunk.concat())?;
        tokio::task::yield_now().await;
    }
    if let Some(status) = status {
        console.errors.status(&status);
    }
    Ok(started.elapsed())
}

fn columns(image: Listed<'_>, zone: &TimeZone, aligned: Option<Aligned>) -> String {
    let day = image.uploaded.map(|at| time_format::day(at, zone));
    let id = sanitize(image.id);
    let name = sanitize(image.filename.unwrap_or_default());
    let access = image.access;
    let Some(Aligned { paint, width }) = aligned else {
        return format!("{}\t{}\t{id}\t{name}", day.unwrap_or_default(), access.word());
    };
    let day = paint.dim(&pad(day.as_deref().unwrap_or("–"), 10));
    let access = paint.access_cell((!image.draft).then_some(access));
    format!("{day}  {access}  {}", id_and_name(&id, &name, width, 23))
}

/// The end of a line: ID and file name. `before` are the columns before them.
pub(super) fn id_and_name(id: &str, name: &str, width: Option<u16>, before: usize) -> String {
    if name.is_empty() {
        return id.to_owned();
    }
    let id = pad(id, ID_WIDTH) + "  ";
    let room = width.map(|width| usize::from(width).saturating_sub(before + columns_of(&id)));
    let name = cut_middle(name, room.unwrap_or(usize::MAX).max(MIN_NAME));
    format!("{id}{name}")
}

/// The warning for entries of a list that are no images.
pub(super) fn skipped(count: u64) -> String {
    let entries = if count == 1 { "entry" } else { "entries" };
    format!("Skipped {} invalid {entries} in the list.", group_thousands(count))
}

/// The warning for a list that ends early.
pub(super) fn incomplete(seen: u64) -> String {
    let images = if seen == 1 { "image" } else { "images" };
    format!("The list is incomplete: it ends after {} {images}.", group_thousands(seen))
}

/// `12 found in 1,204 of 8,113 images…`
fn describe(plan: &Plan, tally: &Tally, usage: Option<Usage>) -> String {
    let total = usage.and_then(|usage| usage.current);
    if plan.finder.is_some() {
        return format!("{} found in {}", group_thousands(tally.matches), progress(tally.seen, total));
    }
    progress(tally.seen, total.map(|total| total.min(tally.seen.saturating_add(plan.remaining as u64))))
}

/// `1,204 of 8,113 images…`
pub(super) fn progress(seen: u64, total: Option<u64>) -> String {
    // Images may have been added since.
    let of = total.filter(|total| *total >= seen).map(|total| format!(" of {}", group_thousands(total)));
    format!("{}{} images…", group_thousands(seen), of.unwrap_or_default())
}

/// Hashes of the last images' IDs.
#[derive(Debug, Default)]
struct Recent {
    order: VecDeque<u64>,
    hashes: HashSet<u64>,
}

impl Recent {
    /// Remembers an ID; false if it was remembered already.
    fn is_new(&mut self, id: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let hash = hasher.finish();
        if !self.hashes.insert(hash) {
            return false;
        }
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        self.order.push_back(hash);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::console::{Errors, Paint};

    const LOGO: &str = r#"{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"logo\u001b.png",
        "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"n":1.50}"#;

    /// A page with these images; another follows unless it is `last`.
    fn page(images: &[&str], last: bool) -> Page {
        let next = Continuation::after_page(None, "more".to_owned(), 1000, &mut Vec::new());
        Page {
            images: images.iter().map(|raw| Image::read(raw).unwrap()).collect(),
            skipped: 0,
            next: (!last).then_some(next),
        }
    }

    fn account(pages: impl IntoIterator<Item = Page>) -> Scripted {
        account_with_errors(pages.into_iter().map(Ok))
    }

    fn account_with_errors(pages: impl IntoIterator<Item = Result<Page, Failure>>) -> Scripted {
        Scripted { pages: std::cell::RefCell::new(pages.into_iter().collect()), ..Scripted::default() }
    }

    fn plan(args: List) -> Plan {
        Plan::new(args, || TimeZone::UTC).unwrap()
    }

    fn connection_cut() -> Failure {
        Failure::new(FailureKind::Network, "Cut", "Try again.")
    }

    struct Printed {
        out: String,
        errors: String,
        ended: Result<u8, Stop>,
    }

    fn printed(plan: Plan, account: &Scripted) -> Printed {
        printed_on(plan, account, false)
    }

    fn printed_on_terminal(plan: Plan, account: &Scripted) -> Printed {
        printed_on(plan, account, true)
    }

    fn printed_on(plan: Plan, account: &Scripted, terminal: bool) -> Printed {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let console = captured.console(&mut out, &errors);
        let ended = run(print(plan, account, &mut Console { terminal, ..console }));
        Printed { out: String::from_utf8(out).unwrap(), errors: captured.text(), ended }
    }

    #[test]
    fn table_is_aligned_on_terminal_and_tabs_elsewhere() {
        let long = format!(r#"{{"id":"{}","filename":"x"}}"#, "i".repeat(40));
        let bare = r#"{"id":"bare\u202e","filename":"","requireSignedURLs":false}"#;
        let all = printed_on_terminal(
            plan(List::default()),
            &account([page(&[LOGO, bare], false), page(&[&long], true)]),
        );
        assert_eq!(
            all.out,
            format!(
                "2014-01-02  ● signed   107b9558-dd06-4bbd-5fef-9c2c16bb7900  logo␛.png\n\
                 –           ○ public   bare⟨U+202E⟩\n\
                 –           ? unknown  {}  x\n",
                "i".repeat(40)
            )
        );
        assert_eq!((all.errors.as_str(), all.ended.unwrap()), ("", 0));
        let tabs = printed(plan(List::default()), &account([page(&[LOGO, bare], true)]));
        assert_eq!(
            tabs.out,
            "2014-01-02\tsigned\t107b9558-dd06-4bbd-5fef-9c2c16bb7900\tlogo␛.png\n\tpublic\tbare⟨U+202E⟩\t\n"
        );
        let ids = || List { ids: true, ..List::default() };
        assert_eq!(printed(plan(ids()), &account([page(&[bare], true)])).out, "bare\u{202e}\n");
        assert_eq!(printed_on_terminal(plan(ids()), &account([page(&[bare], true)])).out, "bare⟨U+202E⟩\n");
    }

    #[test]
    fn draft_has_no_access_in_list() {
        let draft = r#"{"id":"a","requireSignedURLs":true,"draft":true}"#;
        let all = printed(plan(List::default()), &account([page(&[draft], true)]));
        assert_eq!(all.out, "\tunknown\ta\t\n");
        let all = printed_on_terminal(plan(List::default()), &account([page(&[draft], true)]));
        assert_eq!(all.out, "–             draft    a\n", "nothing is wrong with it");
    }

    #[test]
    fn long_name_is_cut_at_the_terminals_edge() {
        let id = "107b9558-dd06-4bbd-5fef-9c2c16bb7900";
        assert_eq!(
            id_and_name(id, "a-very-long-file-name.png", Some(80), 23),
            format!("{id}  a-very-lo…-name.png")
        );
        assert_eq!(
            id_and_name(id, "logo.png", Some(20), 23),
            format!("{id}  logo.png"),
            "some of it is shown"
        );
        assert_eq!(
            id_and_name(id, "a-very-long-file-name.png", None, 23),
            format!("{id}  a-very-long-file-name.png")
        );
    }

    #[test]
    fn json_is_the_apis_own() {
        let args = List { json: true, ..List::default() };
        let all = printed(plan(args), &account([page(&[LOGO], true)]));
        let json = r#"{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"logo\u001b.png","uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"n":1.50}"#;
        assert_eq!(all.out, format!("{json}\n"));
    }

    #[test]
    fn repeated_image_is_printed_once() {
        let (a, b, c) = (r#"{"id":"a"}"#, r#"{"id":"b"}"#, r#"{"id":"c"}"#);
        let all = printed(
            plan(List { json: true, ..List::default() }),
            &account([page(&[a, b, a], false), page(&[], false), page(&[b, c], true)]),
        );
        assert_eq!(all.out, format!("{a}\n{b}\n{c}\n"));
        let mut recent = Recent::default();
        assert!((0..3 * REMEMBERED).all(|n| recent.is_new(&n.to_string())));
        assert!(!recent.is_new(&(2 * REMEMBERED).to_string()) && recent.is_new("0"));
        assert_eq!((recent.order.len(), recent.hashes.len()), (REMEMBERED, REMEMBERED), "memory is constant");
    }

    #[test]
    fn limit_sets_page_size_and_stops_requests() {
        let limit = |n| List { limit: std::num::NonZeroUsize::new(n), ..List::default() };
        assert_eq!(plan(limit(7)).query.per_page, 7);
        assert_eq!(plan(List { filter: Some("x".to_owned()), ..limit(7) }).query.per_page, 1000);
        let pages = account([page(&[r#"{"id":"a"}"#, r#"{"id":"b"}"#], false), page(&[LOGO], true)]);
        let two = printed(plan(limit(2)), &pages);
        assert_eq!((two.out.lines().count(), pages.requests.get()), (2, 1));
    }

    #[test]
    fn filter_selects_images_and_reports_no_match() {
        let filter = |text: &str| plan(List { filter: Some(text.to_owned()), ..List::default() });
        let pages = || account([page(&[r#"{"id":"other"}"#], false), page(&[LOGO], true)]);
        assert!(printed(filter("signed: logo"), &pages()).out.contains("logo"));
        assert!(printed(filter("signed"), &pages()).out.contains("logo"));
        assert_eq!(printed(filter("lgo"), &pages()).out, "", "the filter is never fuzzy");
        let capital = printed(filter("Logo"), &pages());
        assert_eq!(capital.out, "", "a capital in the filter makes it case-sensitive");
        let none = printed(filter("signed: xyz"), &pages());
        assert_eq!((none.out.as_str(), none.errors.lines().count()), ("", 1), "{}", none.errors);
        assert_eq!(none.ended.unwrap(), 0);
        let empty = printed(plan(List::default()), &account([]));
        assert_eq!(empty.errors.lines().count(), 1, "{}", empty.errors);
        assert_ne!(empty.errors, none.errors);
        for unreadable in ["before:soon", "signed:perhaps"] {
            let args = List { filter: Some(unreadable.to_owned()), ..List::default() };
            let refused = Plan::new(args, || TimeZone::UTC).err().unwrap();
            assert_eq!(refused.kind, FailureKind::Usage, "{unreadable}");
        }
        let args = List { meta: vec![("a".to_owned(), "b".to_owned()); 6], ..List::default() };
        assert_eq!(Plan::new(args, || TimeZone::UTC).err().unwrap().kind, FailureKind::Usage);
    }

    #[test]
    fn secrets_are_not_sent_as_values() {
        let signature = "72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";
        let token = "cfut_0123456789abcdefghijklmnopqrstuvwxyzABCD";
        let pair = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
        for secret in [
            token.to_owned(),
            format!("Bearer {token}"),
            format!("https://imagedelivery.net/H/a/public?exp=1&sig={signature}"),
            format!("https%3A%2F%2Fimagedelivery.net%2FH%2Fa%2Fpublic%3Fexp%3D1%26sig%3D{signature}"),
        ] {
            for args in [
                List { creator: Some(secret.clone()), ..List::default() },
                List { meta: pair("key", &secret), ..List::default() },
                List { meta: pair(&secret, "value"), ..List::default() },
                List { filter: Some(format!("before:{secret}")), ..List::default() },
            ] {
                let failure = Plan::new(args, || TimeZone::UTC).err().unwrap();
                assert_eq!(failure.kind, FailureKind::Usage, "{secret}");
                let text = failure.to_string();
                assert!(!text.contains(token) && !text.contains(signature), "{text}");
            }
        }
        let honest = List { creator: Some("sig-team@example.com".to_owned()), ..List::default() };
        assert!(Plan::new(honest, || TimeZone::UTC).is_ok());
    }

    #[test]
    fn sort_by_name_applies_limit_after_sorting() {
        let image = |id: &str, name: &str| format!(r#"{{"id":"{id}","filename":"{name}"}}"#);
        let raws = [
            image("c", "b.png"),
            image("b", ""),
            image("d", "A.png"),
            image("a", "ä.png"),
            image("e", "a.png"),
        ];
        let pages =
            || account([page(&[&raws[0], &raws[1], &raws[2]], false), page(&[&raws[3], &raws[4]], true)]);
        let sort_by_name = |limit| List {
            ids: true,
            sort: Sort::Name,
            limit: std::num::NonZeroUsize::new(limit),
            ..List::default()
        };
        assert_eq!(printed(plan(sort_by_name(0)), &pages()).out, "d\ne\nb\nc\na\n");
        assert_eq!(printed(plan(sort_by_name(2)), &pages()).out, "d\ne\n");
        assert_eq!(plan(sort_by_name(2)).query.per_page, 1000);
        let broken = account_with_errors([Ok(page(&[&raws[0]], false)), Err(connection_cut())]);
        let broken = printed(plan(sort_by_name(0)), &broken);
        assert!(
            broken.out.is_empty() && broken.ended.is_err(),
            "an incomplete list must not be printed sorted"
        );
        let mut sorted = Sorted::new(3);
        (0..5000).rev().try_for_each(|n| sorted.add(&format!("{n:04}"), n.to_string())).unwrap();
        assert!(sorted.lines.len() < 1100);
        assert_eq!(sorted.into_lines(), ["0", "1", "2"]);
        let mut full = Sorted::new(usize::MAX);
        assert!(full.add("a", "x".repeat(MAX_SORTED)).is_err());
    }

    #[test]
    fn failed_page_ends_list_after_earlier_pages() {
        let broken = printed(
            plan(List::default()),
            &account_with_errors([Ok(page(&[LOGO], false)), Err(connection_cut())]),
        );
        assert!(broken.out.contains("logo"));
        assert!(
            broken.errors.starts_with("cfimg: warning: ") && broken.errors.contains(" 1 "),
            "{}",
            broken.errors
        );
        assert_eq!(broken.errors.lines().count(), 1, "{}", broken.errors);
        assert!(matches!(broken.ended, Err(Stop::Failed(failure)) if failure == connection_cut()));
        let first = printed(plan(List::default()), &account_with_errors([Err(connection_cut())]));
        assert_eq!((first.out.as_str(), first.errors.as_str()), ("", ""), "the failure is printed by `main`");
    }

    #[test]
    fn page_is_requested_again_after_slow_reader() {
        let pages = || {
            account_with_errors([
                Ok(page(&[LOGO], false)),
                Err(connection_cut()),
                Ok(page(&[r#"{"id":"b"}"#], true)),
            ])
        };
        let printed_again = printed(Plan { resume_delay: Duration::ZERO, ..plan(List::default()) }, &pages());
        assert_eq!((printed_again.out.lines().count(), printed_again.ended.unwrap()), (2, 0));
        let refused = Failure::new(FailureKind::Credentials, "No", "Ask.");
        let pages = account_with_errors([Ok(page(&[LOGO], false)), Err(refused), Ok(page(&[], true))]);
        assert!(
            printed(Plan { resume_delay: Duration::ZERO, ..plan(List::default()) }, &pages).ended.is_err()
        );
    }

    #[test]
    fn skipped_entries_are_counted_in_a_warning() {
        let page = Page { skipped: 2, ..page(&[LOGO], true) };
        let all = printed(plan(List::default()), &account([page]));
        assert!(all.errors.starts_with("cfimg: warning: ") && all.errors.contains(" 2 "), "{}", all.errors);
        assert_eq!(all.errors.lines().count(), 1, "{}", all.errors);
        assert_eq!((all.out.lines().count(), all.ended.unwrap()), (1, 0));
    }

    #[test]
    fn messages_of_list() {
        let page = Page { skipped: 2, ..page(&[LOGO], false) };
        let broken = printed(plan(List::default()), &account_with_errors([Ok(page), Err(connection_cut())]));
        let filter = |text: &str| {
            let args = List { filter: Some(text.to_owned()), ..List::default() };
            describe(&plan(args), &Tally { seen: 1204, matches: 12, ..Tally::default() }, None)
        };
        insta::assert_snapshot!("messages", broken.errors + &filter("") + "\n" + &filter("x") + "\n");
    }

    #[test]
    fn status_line_counts_images_on_terminal() {
        let captured = Captured::default();
        let errors = Errors::new(Box::new(captured.clone()), Paint::default(), true);
        let mut out = Vec::new();
        let pages = account([page(&[LOGO], false), page(&[r#"{"id":"b"}"#], true)]);
        run(print(plan(List::default()), &pages, &mut captured.console(&mut out, &errors))).unwrap();
        let text = captured.text();
        assert!(text.starts_with("1 of 8,113 ") && text.ends_with("\r\x1b[K"), "{text:?}");
        assert_eq!(text.matches('\r').count(), 1, "{text:?}");
        let (captured, args) =
            (Captured::default(), List { filter: Some("b".to_owned()), ..List::default() });
        let errors = Errors::new(Box::new(captured.clone()), Paint::default(), true);
        let pages = account([page(&[r#"{"id":"b"}"#, r#"{"id":"c"}"#], false), page(&[LOGO], true)]);
        let mut out = Vec::new();
        run(print(plan(args), &pages, &mut captured.console(&mut out, &errors))).unwrap();
        let text = captured.text();
        assert!(text.starts_with("1 ") && text.contains(" 2 of 8,113 "), "{text:?}");
    }
}
