//! Files that are no good: told, set aside and begun anew, whatever is wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

use cfimg::storage::Index;
use cfimg::storage::index::IndexError;

use super::{index, list, page, read, stored_images, with};

fn file(folder: &Path) -> PathBuf {
    folder.join("index/owner.redb")
}

/// Reads and writes an index that may be no good. `None` where that was found out; it must work anew then.
fn tried(index: &Index, folder: &Path) -> Option<Vec<(u32, String)>> {
    match index.read() {
        Ok(_) => Some(stored_images(index)),
        Err(IndexError::SetAside { to, why }) => {
            assert!(to.is_file() && !file(folder).exists(), "it is set aside");
            assert!(!why.is_empty());
            assert_eq!(read(index), None);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 16).expect("48 bits")
}

/// What a pass with these words writes, as bytes.
fn good() -> Vec<u8> {
    let (folder, index) = index();
    list(&index, (0..700).rev(), "old");
    let mut pass = super::start_sync(&index);
    pass.page(&page((690..720).rev(), "new")).expect("a page is written");
    drop(pass);
    fs::read(file(folder.path())).expect("it is there")
}

#[test]
fn damage_anywhere_is_told_or_harmless_and_never_read_as_something_else() {
    let good = good();
    let whole = [with("new", (690..720).rev()), with("old", (0..690).rev())].concat();
    let (folder, index) = index();
    fs::create_dir(folder.path().join("index")).expect("it can be made");
    let check = |bytes: &[u8], what: &str| {
        fs::write(file(folder.path()), bytes).expect("it can be written");
        let result = tried(&index, folder.path());
        assert!(result.as_ref().is_none_or(|result| *result == whole), "{what} is read as something else");
        result.is_none()
    };
    assert!(!check(&good, "nothing"));
    let mut state = 1;
    let mut detected = 0;
    for round in 0..300 {
        let mut bytes = good.clone();
        // The first pages are those by which all others are found.
        let place = if round % 2 == 0 { 20_000.min(bytes.len()) } else { bytes.len() };
        let at = random(&mut state) % place;
        let end = bytes.len().min(at + [1, 64, 4096][round % 3]);
        for byte in &mut bytes[at..end] {
            *byte ^= 1 << (random(&mut state) % 8);
        }
        detected += usize::from(check(&bytes, &format!("damage of {} at {at}", end - at)));
    }
    assert!(detected > 50, "{detected} of 300");
    for length in (0..good.len()).step_by(good.len() / 60) {
        assert!(check(&good[..length], &format!("the first {length}")), "{length} bytes are not all");
    }
}

/// A pass writes anew what is kept, with checksums that are good.
#[test]
fn damage_is_told_before_a_pass_takes_it_for_good() {
    let (folder, index) = index();
    list(&index, [3, 2, 1], "marker");
    let mut bytes = fs::read(file(folder.path())).expect("it is there");
    let places: Vec<_> = (0..bytes.len() - 6).filter(|at| &bytes[*at..at + 6] == b"marker").collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] = b'b';
    }
    fs::write(file(folder.path()), bytes).expect("it can be written");
    let begun = index.start_sync(super::at(1)).map(drop);
    assert!(matches!(begun, Err(IndexError::SetAside { .. })), "{begun:?}");
}

#[test]
fn what_is_no_index_is_set_aside_and_a_new_one_made() {
    let (folder, index) = index();
    fs::create_dir(folder.path().join("index")).expect("it can be made");
    let mut state = 7;
    let noise: Vec<u8> = (0..100_000).map(|_| random(&mut state).to_le_bytes()[0]).collect();
    for bytes in [&b""[..], b"\0", b"SQLite format 3\0", b"redb\x1a\x0a\xa9\x0d\x0a", &noise, &[0; 8192]] {
        fs::write(file(folder.path()), bytes).expect("it can be written");
        let first = index.start_sync(super::at(1)).map(drop);
        assert!(matches!(first, Err(IndexError::SetAside { .. })), "{first:?}");
        list(&index, [2, 1], "new");
        assert_eq!(stored_images(&index), with("new", [2, 1]));
        let aside = fs::read(folder.path().join("index/owner.redb.bad")).expect("the last one is kept");
        assert!(aside == bytes, "as it was");
    }
    let names = fs::read_dir(folder.path().join("index")).expect("it is there").count();
    assert_eq!(names, 3, "the index, the lock, and one that was set aside");
}

/// Another version's file, or another program's.
#[test]
fn a_store_that_is_not_ours_is_set_aside() {
    let (folder, index) = index();
    for key in ["cfimg index 0", "theirs"] {
        fs::create_dir_all(folder.path().join("index")).expect("it can be made");
        let store = redb::Database::create(file(folder.path())).expect("it can be made");
        let write = store.begin_write().expect("it writes");
        drop(write.open_table(redb::TableDefinition::<&str, i64>::new(key)).expect("it has tables"));
        write.commit().expect("it writes");
        drop(store);
        assert_eq!(tried(&index, folder.path()), None);
    }
}

/// A pass begins with a check; what is damaged while it runs must not bring it down.
#[test]
fn damage_during_a_pass_is_told_or_harmless() {
    let good = good();
    let mut state = 3;
    let mut detected = 0;
    for _ in 0..20 {
        let (folder, index) = index();
        list(&index, (0..700).rev(), "old");
        let mut pass = super::start_sync(&index);
        let mut bytes = fs::read(file(folder.path())).expect("it is there");
        let at = random(&mut state) % 20_000.min(good.len()) / 4096 * 4096;
        bytes[at..at + 4096].fill_with(|| random(&mut state).to_le_bytes()[0]);
        fs::write(file(folder.path()), &bytes).expect("it can be written");
        match pass.page(&page([800], "new")) {
            Ok(_) => {}
            Err(IndexError::SetAside { .. }) => detected += 1,
            Err(error) => panic!("{error}"),
        }
        _ = tried(&index, folder.path());
        list(&index, [1], "new");
        assert_eq!(stored_images(&index), with("new", [1]));
    }
    assert!(detected > 0);
}
