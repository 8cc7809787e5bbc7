//! `cfimg list`: every image of the account, while its pages come.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use futures_util::future;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::account::Account;
use super::arguments::{List, Sort};
use super::console::{Console, Paint, Stop};
use crate::domain::account::grouped;
use crate::domain::filter::{Expected, Findable, Query, Unread};
use crate::domain::fuzzy::Finder;
use crate::domain::safe_text::{json_line, visible};
use crate::domain::secret::redacted;
use crate::domain::{
    Access, Continuation, Failure, FailureKind, Image, ListQuery, Page, Refusal, Shapes, Usage, name_key,
    when, width,
};

/// IDs that are remembered, to print no image twice: those of ten pages. More would be no constant memory.
const REMEMBERED: usize = 10_000;

/// Lines that are written at a time. Between two, the next page may come.
const AT_A_TIME: usize = 50;

/// When writing has held us for so long, the answer that came meanwhile may have been given up: nobody read it.
const HELD: Duration = Duration::from_secs(5);

/// Bytes of lines that are held to sort them.
const MAX_SORTED: usize = 1 << 29;

/// The columns of a UUID. A longer ID pushes its own line aside.
pub(super) const ID_WIDTH: usize = 36;

/// What is listed, and how it is printed.
pub(super) struct Plan {
    query: ListQuery,
    /// Finds what the filter asks for, where there is one.
    finder: Option<Finder>,
    shapes: Shapes,
    /// Images that may still be printed.
    left: usize,
    /// The lines so far, where they are sorted before they are printed.
    sorted: Option<Sorted>,
    form: Form,
    zone: TimeZone,
    held: Duration,
}

impl Plan {
    /// Checks what is asked, before anything is sent.
    pub(super) fn new(asked: List, zone: fn() -> TimeZone) -> Result<Self, Failure> {
        if asked.meta.len() > ListQuery::MAX_META {
            return Err(Failure::new(
                FailureKind::Usage,
                format!("There are {} conditions on metadata", asked.meta.len()),
                "The API takes five: leave some to --filter, as meta.KEY:VALUE.",
            ));
        }
        // Sent as a value, a secret would stand in a URL.
        let values = asked.meta.iter().flat_map(|(key, value)| [key, value]).chain(&asked.creator);
        if let Some(refusal) = values.into_iter().find_map(|value| Refusal::of_value(value)) {
            return Err(Failure::new(FailureKind::Usage, "Nothing was sent", refusal.to_string()));
        }
        let zone = if asked.json && asked.filter.is_none() { TimeZone::UTC } else { zone() };
        let filter = filter(asked.filter.as_deref(), &zone)?;
        let limit = asked.limit.map(std::num::NonZeroUsize::get);
        let by_name = asked.order() == Sort::Name;
        let most = *ListQuery::PER_PAGE.end();
        let per_page = match limit {
            Some(limit) if filter.is_empty() && !by_name => u16::try_from(limit).unwrap_or(most),
            _ => most,
        };
        let query = ListQuery {
            newest_first: asked.order() != Sort::Oldest,
            creator: asked.creator,
            meta: asked.meta,
            first: None,
            per_page,
        };
        let finder = (!filter.is_empty()).then(|| Finder::new(filter));
        let shapes = Shapes::default();
        Ok(Self {
            query,
            finder,
            shapes,
            left: if by_name { usize::MAX } else { limit.unwrap_or(usize::MAX) },
            sorted: by_name.then(|| Sorted::new(limit.unwrap_or(usize::MAX))),
            form: Form::of(asked.json, asked.ids),
            zone,
            held: HELD,
        })
    }

    /// Whether all images of the account are looked at.
    fn is_of_all(&self) -> bool {
        self.query.creator.is_none() && self.query.meta.is_empty()
    }

    fn line(&self, image: &Image, style: Style) -> String {
        match self.form {
            Form::Json => json_line(&image.raw) + "\n",
            Form::Ids => id_line(image.id.as_str(), style) + "\n",
            Form::Table => line(image, &self.zone, style) + "\n",
        }
    }
}

/// How an image is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Ids,
    Json,
}

impl Form {
    pub(super) fn of(json: bool, ids: bool) -> Self {
        match (json, ids) {
            (true, _) => Self::Json,
            (_, true) => Self::Ids,
            _ => Self::Table,
        }
    }
}

/// Where lines are printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) paint: Paint,
    pub(super) terminal: bool,
}

impl Style {
    pub(super) fn of(console: &Console) -> Self {
        Self { paint: console.paint, terminal: console.terminal }
    }
}

/// Lines by name: the first ones, if no more are wanted.
struct Sorted {
    lines: Vec<(String, String)>,
    bytes: usize,
    most: usize,
}

impl Sorted {
    fn new(most: usize) -> Self {
        Self { lines: vec![], bytes: 0, most }
    }

    fn add(&mut self, name: &str, line: String) -> Result<(), Failure> {
        let key = name_key(name);
        self.bytes += key.len() + line.len();
        self.lines.push((key, line));
        if self.lines.len() >= self.most.saturating_mul(2).saturating_add(1000) {
            self.sort();
        }
        if self.bytes <= MAX_SORTED {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Other,
            "The list is too long to be sorted by name",
            "Give a --limit: only so many lines are held then.",
        ))
    }

    /// Sorts the lines, equal names as they came, and drops those beyond the limit.
    fn sort(&mut self) {
        self.lines.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.lines.truncate(self.most);
        self.bytes = self.lines.iter().map(|(key, line)| key.len() + line.len()).sum();
    }

    fn into_lines(mut self) -> Vec<String> {
        self.sort();
        self.lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// Reads a filter. Where a person types it, a value that cannot be read narrows nothing; here it is refused.
pub(super) fn filter(text: Option<&str>, zone: &TimeZone) -> Result<Query, Failure> {
    let filter = Query::parse(text.unwrap_or_default(), zone);
    let Some(Unread { word, expected }) = filter.unread().first() else { return Ok(filter) };
    let word = redacted(word);
    let word = visible(&word);
    let word = width::cut_end(&word, 60);
    Err(match expected {
        Expected::Date => Failure::new(
            FailureKind::Usage,
            format!("“{word}” names no date"),
            "Write a year, a month or a day after the colon: 2026, 2026-01 or 2026-01-31.",
        ),
        Expected::YesOrNo => Failure::new(
            FailureKind::Usage,
            format!("“{word}” is neither yes nor no"),
            "Write `signed:` alone, `signed:true` or `signed:false`; to search for the text, put it in double quotes.",
        ),
    })
}

/// Prints a line an image, or its JSON. While a page is printed, the next is on its way, and no other.
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
        errors.warning(&format!("Left out, as they are no images: {} of the list.", grouped(tally.skipped)));
    }
    match &ended {
        Err(_) if tally.page_failed && tally.seen > 0 => {
            errors.warning(&format!("The list breaks off before image {}.", grouped(tally.seen + 1)));
        }
        Ok(()) if tally.found == 0 && plan.form != Form::Json => {
            let all = plan.finder.is_none() && plan.is_of_all();
            errors.note(if all { "The account has no images." } else { "No image is like that." });
        }
        _ => {}
    }
    ended.map(|()| 0)
}

/// What has come so far.
#[derive(Debug, Default)]
struct Tally {
    seen: u64,
    found: u64,
    skipped: u64,
    /// Whether the list ended because a page could not be loaded.
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
        // The API counts all images, and no others.
        if errors.watched() && plan.is_of_all() { account.usage().await.ok() } else { None }
    };
    let (first, usage) = future::join(account.page(&plan.query, None), usage).await;
    let mut page = first?;
    loop {
        tally.seen += page.images.len() as u64;
        tally.skipped += page.skipped as u64;
        let (lines, next) = lines(plan, page, &mut recent, tally, Style::of(console))?;
        let next = next.filter(|_| plan.left > 0);
        let ahead = async {
            Ok(match &next {
                Some(next) => Some(account.page(&plan.query, Some(next)).await),
                None => None,
            })
        };
        let so_far = next.as_ref().map(|_| progress(plan, tally, usage));
        let (ahead, took) = future::try_join(ahead, write(&lines, so_far, console)).await?;
        let loaded = match ahead {
            None => return Ok(()),
            Some(Err(failure)) if failure.kind == FailureKind::Network && took >= plan.held => {
                account.page(&plan.query, next.as_ref()).await
            }
            Some(loaded) => loaded,
        };
        tally.page_failed = loaded.is_err();
        page = loaded?;
    }
}

/// A page's lines, and where the list goes on. The images are gone then: only their lines wait for a slow reader.
fn lines(
    plan: &mut Plan,
    page: Page,
    recent: &mut Recent,
    tally: &mut Tally,
    style: Style,
) -> Result<(Vec<String>, Option<Continuation>), Failure> {
    let mut lines = Vec::new();
    for image in &page.images {
        if plan.left == 0 {
            break;
        }
        let Plan { finder, shapes, .. } = plan;
        let found = finder.as_mut().is_none_or(|finder| finder.finds(&shapes.listed(image)));
        if found && recent.is_new(image.id.as_str()) {
            plan.left -= 1;
            tally.found += 1;
            let line = plan.line(image, style);
            match &mut plan.sorted {
                Some(sorted) => {
                    let name = image.filename.as_deref().filter(|name| !name.is_empty());
                    sorted.add(name.unwrap_or(image.id.as_str()), line)?;
                }
                None => lines.push(line),
            }
        }
    }
    Ok((lines, page.next))
}

/// Writes lines, says how far it is, and gives back how long that took.
async fn write(
    lines: &[String],
    so_far: Option<String>,
    console: &mut Console<'_>,
) -> Result<Duration, Stop> {
    let started = Instant::now();
    for some in lines.chunks(AT_A_TIME) {
        console.errors.clear();
        console.answer(&some.concat())?;
        tokio::task::yield_now().await;
    }
    if let Some(so_far) = so_far {
        console.errors.passing(&so_far);
    }
    Ok(started.elapsed())
}

/// An image in a line: day, access, ID, file name. In columns on a terminal, else with tabs between them.
pub(super) fn line(image: &impl Findable, zone: &TimeZone, style: Style) -> String {
    let day = image.uploaded().map(|at| when::day(at, zone));
    let id = visible(image.id());
    let name = visible(image.filename().unwrap_or_default());
    let access = image.access();
    if !style.terminal {
        return format!("{}\t{}\t{id}\t{name}", day.unwrap_or_default(), access.word());
    }
    let paint = style.paint;
    let day = paint.dim(&format!("{:<10}", day.as_deref().unwrap_or("–")));
    let mark = format!("{:<7}", access.word());
    let mark = match access {
        Access::Public => paint.green(&mark),
        Access::Signed => paint.yellow(&mark),
        Access::Unknown => paint.bold(&mark),
    };
    if name.is_empty() {
        return format!("{day}  {mark}  {id}");
    }
    let gap = " ".repeat(ID_WIDTH.saturating_sub(width::columns(&id)));
    format!("{day}  {mark}  {id}{gap}  {name}")
}

/// An ID in a line: exactly as other commands take it, unless a terminal would show it. It holds no control character.
pub(super) fn id_line(id: &str, style: Style) -> String {
    if style.terminal { visible(id).into_owned() } else { id.to_owned() }
}

/// `12 found in 1,204 of 8,113 images…`
fn progress(plan: &Plan, tally: &Tally, usage: Option<Usage>) -> String {
    let found = match plan.finder {
        Some(_) => format!("{} found in ", grouped(tally.found)),
        None => String::new(),
    };
    let total = usage.and_then(|usage| usage.current).map(|current| match plan.finder {
        Some(_) => current,
        None => current.min(tally.seen.saturating_add(plan.left as u64)),
    });
    // The account may grow meanwhile.
    let of = total
        .filter(|total| *total >= tally.seen)
        .map_or(String::new(), |total| format!(" of {}", grouped(total)));
    format!("{found}{}{of} images…", grouped(tally.seen))
}

/// The IDs of the last images, as hashes.
#[derive(Debug, Default)]
struct Recent {
    order: VecDeque<u64>,
    hashes: HashSet<u64>,
}

impl Recent {
    /// Remembers an ID; false where it was remembered already.
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
    use crate::commands::console::Errors;
    use crate::commands::console::tests::{Heard, run};

    const LOGO: &str = r#"{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"logo\u001b.png",
        "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"n":1.50}"#;

    /// A page of these images, which leads to another unless it is the last.
    fn page(images: &[&str], last: bool) -> Page {
        let next = Continuation::after_page(None, "more".to_owned(), 1000, &mut Vec::new());
        Page {
            images: images.iter().map(|raw| Image::read(raw).unwrap()).collect(),
            skipped: 0,
            next: (!last).then_some(next),
        }
    }

    fn account(pages: impl IntoIterator<Item = Page>) -> Scripted {
        failing(pages.into_iter().map(Ok))
    }

    fn failing(pages: impl IntoIterator<Item = Result<Page, Failure>>) -> Scripted {
        Scripted { pages: std::cell::RefCell::new(pages.into_iter().collect()), ..Scripted::default() }
    }

    fn plan(asked: List) -> Plan {
        Plan::new(asked, || TimeZone::UTC).unwrap()
    }

    fn cut() -> Failure {
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
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let console = heard.console(&mut out, &errors);
        let ended = run(print(plan, account, &mut Console { terminal, ..console }));
        Printed { out: String::from_utf8(out).unwrap(), errors: heard.text(), ended }
    }

    #[test]
    fn a_line_an_image_for_people() {
        let long = format!(r#"{{"id":"{}","filename":"x"}}"#, "i".repeat(40));
        let bare = r#"{"id":"bare\u202e","filename":"","requireSignedURLs":false}"#;
        let all = printed_on_terminal(
            plan(List::default()),
            &account([page(&[LOGO, bare], false), page(&[&long], true)]),
        );
        assert_eq!(
            all.out,
            format!(
                "2014-01-02  signed   107b9558-dd06-4bbd-5fef-9c2c16bb7900  logo␛.png\n\
                 –           public   bare⟨U+202E⟩\n\
                 –           unknown  {}  x\n",
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
    fn programs_read_the_apis_words() {
        let asked = List { json: true, ..List::default() };
        let all = printed(plan(asked), &account([page(&[LOGO], true)]));
        let json = r#"{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"logo\u001b.png","uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"n":1.50}"#;
        assert_eq!(all.out, format!("{json}\n"));
    }

    #[test]
    fn what_came_twice_is_printed_once() {
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
    fn a_limit_asks_for_no_more_than_it_needs() {
        let limit = |n| List { limit: std::num::NonZeroUsize::new(n), ..List::default() };
        assert_eq!(plan(limit(7)).query.per_page, 7);
        assert_eq!(plan(List { filter: Some("x".to_owned()), ..limit(7) }).query.per_page, 1000);
        let pages = account([page(&[r#"{"id":"a"}"#, r#"{"id":"b"}"#], false), page(&[LOGO], true)]);
        let two = printed(plan(limit(2)), &pages);
        assert_eq!((two.out.lines().count(), pages.asked.get()), (2, 1));
    }

    #[test]
    fn a_filter_finds_and_tells_where_there_is_nothing() {
        let filter = |text: &str| plan(List { filter: Some(text.to_owned()), ..List::default() });
        let pages = || account([page(&[r#"{"id":"other"}"#], false), page(&[LOGO], true)]);
        assert!(printed(filter("signed: logo"), &pages()).out.contains("logo"));
        assert!(printed(filter("signed"), &pages()).out.contains("logo"));
        assert_eq!(printed(filter("lgo"), &pages()).out, "", "never fuzzy");
        let capital = printed(filter("Logo"), &pages());
        assert_eq!(capital.out, "", "as in the program, capitals count where they are typed");
        let none = printed(filter("signed: xyz"), &pages());
        assert_eq!((none.out.as_str(), none.errors.as_str()), ("", "No image is like that.\n"));
        assert_eq!(none.ended.unwrap(), 0);
        let empty = printed(plan(List::default()), &account([]));
        assert_eq!(empty.errors, "The account has no images.\n");
        for unreadable in ["before:soon", "signed:perhaps"] {
            let asked = List { filter: Some(unreadable.to_owned()), ..List::default() };
            let refused = Plan::new(asked, || TimeZone::UTC).err().unwrap();
            assert_eq!(refused.kind, FailureKind::Usage, "{unreadable}");
        }
        let asked = List { meta: vec![("a".to_owned(), "b".to_owned()); 6], ..List::default() };
        assert_eq!(Plan::new(asked, || TimeZone::UTC).err().unwrap().kind, FailureKind::Usage);
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
            for asked in [
                List { creator: Some(secret.clone()), ..List::default() },
                List { meta: pair("key", &secret), ..List::default() },
                List { meta: pair(&secret, "value"), ..List::default() },
                List { filter: Some(format!("before:{secret}")), ..List::default() },
            ] {
                let failure = Plan::new(asked, || TimeZone::UTC).err().unwrap();
                assert_eq!(failure.kind, FailureKind::Usage, "{secret}");
                let text = failure.to_string();
                assert!(!text.contains(token) && !text.contains(signature), "{text}");
            }
        }
        let honest = List { creator: Some("sig-team@example.com".to_owned()), ..List::default() };
        assert!(Plan::new(honest, || TimeZone::UTC).is_ok());
    }

    #[test]
    fn sort_by_name_reads_all_and_limits_after() {
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
        let by_name = |limit| List {
            ids: true,
            sort: Sort::Name,
            limit: std::num::NonZeroUsize::new(limit),
            ..List::default()
        };
        assert_eq!(printed(plan(by_name(0)), &pages()).out, "d\ne\nb\nc\na\n");
        assert_eq!(printed(plan(by_name(2)), &pages()).out, "d\ne\n");
        assert_eq!(plan(by_name(2)).query.per_page, 1000);
        let broken = failing([Ok(page(&[&raws[0]], false)), Err(cut())]);
        let broken = printed(plan(by_name(0)), &broken);
        assert!(broken.out.is_empty() && broken.ended.is_err(), "a part would not be the first by name");
        let mut sorted = Sorted::new(3);
        (0..5000).rev().try_for_each(|n| sorted.add(&format!("{n:04}"), n.to_string())).unwrap();
        assert!(sorted.lines.len() < 1100);
        assert_eq!(sorted.into_lines(), ["0", "1", "2"]);
        let mut full = Sorted::new(usize::MAX);
        assert!(full.add("a", "x".repeat(MAX_SORTED)).is_err());
    }

    #[test]
    fn a_failed_page_ends_it_and_keeps_what_came() {
        let broken = printed(plan(List::default()), &failing([Ok(page(&[LOGO], false)), Err(cut())]));
        assert!(broken.out.contains("logo"));
        assert_eq!(broken.errors, "cfimg: warning: The list breaks off before image 2.\n");
        assert!(matches!(broken.ended, Err(Stop::Failed(failure)) if failure == cut()));
        let first = printed(plan(List::default()), &failing([Err(cut())]));
        assert_eq!(
            (first.out.as_str(), first.errors.as_str()),
            ("", ""),
            "told once, by who ends the program"
        );
    }

    #[test]
    fn an_answer_given_up_while_the_reader_slept_is_asked_for_again() {
        let pages = || failing([Ok(page(&[LOGO], false)), Err(cut()), Ok(page(&[r#"{"id":"b"}"#], true))]);
        let held = printed(Plan { held: Duration::ZERO, ..plan(List::default()) }, &pages());
        assert_eq!((held.out.lines().count(), held.ended.unwrap()), (2, 0));
        let refused = Failure::new(FailureKind::Credentials, "No", "Ask.");
        let pages = failing([Ok(page(&[LOGO], false)), Err(refused), Ok(page(&[], true))]);
        assert!(printed(Plan { held: Duration::ZERO, ..plan(List::default()) }, &pages).ended.is_err());
    }

    #[test]
    fn entries_that_are_no_image_are_told() {
        let with = Page { skipped: 2, ..page(&[LOGO], true) };
        let all = printed(plan(List::default()), &account([with]));
        assert_eq!(all.errors, "cfimg: warning: Left out, as they are no images: 2 of the list.\n");
        assert_eq!((all.out.lines().count(), all.ended.unwrap()), (1, 0));
    }

    #[test]
    fn progress_is_for_whoever_watches() {
        let heard = Heard::default();
        let errors = Errors::new(Box::new(heard.clone()), Paint::default(), true);
        let mut out = Vec::new();
        let pages = account([page(&[LOGO], false), page(&[r#"{"id":"b"}"#], true)]);
        run(print(plan(List::default()), &pages, &mut heard.console(&mut out, &errors))).unwrap();
        assert_eq!(heard.text(), "1 of 8,113 images…\r\x1b[K");
        let (heard, asked) = (Heard::default(), List { filter: Some("b".to_owned()), ..List::default() });
        let errors = Errors::new(Box::new(heard.clone()), Paint::default(), true);
        let pages = account([page(&[r#"{"id":"b"}"#, r#"{"id":"c"}"#], false), page(&[LOGO], true)]);
        let mut out = Vec::new();
        run(print(plan(asked), &pages, &mut heard.console(&mut out, &errors))).unwrap();
        assert!(heard.text().starts_with("1 found in 2 of 8,113 images…\r"), "{:?}", heard.text());
    }
}
