//! Killing a program while it writes the index. The test starts itself again as that program.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use cfimg::storage::Index;
use cfimg::storage::index::Reached;

use super::{at, image, stored_images};

const FOLDER: &str = "CFIMG_TEST_INDEX_FOLDER";
const ROUND: &str = "CFIMG_TEST_INDEX_ROUND";

/// The account's number of images in a round: always more than before.
fn images(round: u32) -> u32 {
    100 + 5 * round
}

const PER_PAGE: u32 = 20;

#[test]
fn killed_writer_loses_and_corrupts_nothing() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write_until_killed(Path::new(&folder));
    }
    let (folder, index) = super::index();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut known: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    let mut committed = 0;
    for round in 0..100 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        for line in run_and_kill(folder.path(), round, random) {
            committed += 1;
            let mut numbers = line.split(' ').map(|number| number.parse().expect("a number"));
            let mut number = || numbers.next().expect("it has three");
            let (pass, from, to) = (number(), number(), number());
            known.extend((to..from).map(|second| (second, (round, pass))));
        }
        let on_disk = stored_images(&index);
        assert!(on_disk.is_sorted_by(|one, other| one.0 > other.0), "in order, each once");
        let on_disk: BTreeMap<u32, (u32, u32)> = on_disk
            .into_iter()
            .map(|(second, words)| {
                let (round, pass) = words.split_once('.').expect("words of ours");
                (second, (round.parse().expect("a round"), pass.parse().expect("a pass")))
            })
            .collect();
        for (second, words) in &known {
            // Pages that were written but not yet reported may be there, too.
            assert!(
                on_disk.get(second) >= Some(words),
                "round {round}: {second} {words:?} {:?}",
                on_disk.get(second)
            );
        }
        known = on_disk;
    }
    assert!(committed > 200, "{committed} pages");
    let aside = folder.path().join("index/owner.redb.bad");
    assert!(!aside.exists());
}

/// The pages that the program reported as written before it was killed.
fn run_and_kill(folder: &Path, round: u32, random: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("it runs"))
        .args([
            "crash::killed_writer_loses_and_corrupts_nothing",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut lines = output
        .lines()
        .map(|line| line.expect("it is text"))
        .filter_map(|line| line.strip_prefix("page ").map(str::to_owned));
    let mut lines_seen: Vec<String> =
        lines.by_ref().take(usize::try_from(random % 8).expect("small")).collect();
    spin((random >> 8) % 4_000_000);
    child.kill().expect("it lives until then");
    lines_seen.extend(lines);
    child.wait().expect("it ends");
    lines_seen
}

/// Waits up to a few milliseconds.
#[expect(
    clippy::disallowed_methods,
    reason = "how long it is decides nothing but where the other program is killed"
)]
fn spin(nanoseconds: u64) {
    let start = Instant::now();
    while start.elapsed().as_nanos() < nanoseconds.into() {
        std::hint::spin_loop();
    }
}

/// Syncs an account again and again, alternately to the end and to the known images.
#[expect(clippy::disallowed_methods, reason = "the test's own output goes to the test that started it")]
fn write_until_killed(folder: &Path) {
    let index = Index::new(folder, "owner".to_owned());
    let round: u32 = std::env::var(ROUND).ok().and_then(|round| round.parse().ok()).expect("a round");
    // This process is killed long before the loop ends.
    for pass in 0..1_000 {
        let words = format!("{round}.{pass}");
        let mut writing = index.start_sync(at(pass.into())).expect("a pass begins");
        let mut from = images(round);
        let mut reached = Reached::End;
        while from > 0 {
            let to = from.saturating_sub(PER_PAGE);
            let page: Vec<_> = (to..from).rev().map(|second| image(second, &words)).collect();
            let new = writing.page(&page).expect("a page is written");
            writeln!(std::io::stdout(), "\npage {pass} {from} {to}").expect("somebody reads");
            from = to;
            if new == 0 && pass % 2 == 1 {
                reached = Reached::Known;
                break;
            }
        }
        writing.finish(reached).expect("it ends");
    }
}
