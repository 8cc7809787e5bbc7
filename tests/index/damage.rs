//! Damaged index files are reported, set aside and replaced.

use std::fs;
use std::path::{Path, PathBuf};

use cfimg::storage::Index;
use cfimg::storage::index::IndexError;

use super::{index, list, page, read, stored_images, with};

fn file(folder: &Path) -> PathBuf {
    folder.join("index/owner.redb")
}

/// Reads an index that may be damaged. `None` if the damage was detected and the file set aside; the index
/// must be usable then.
fn read_or_set_aside(index: &Index, folder: &Path) -> Option<Vec<(u32, String)>> {
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

/// The bytes of a valid index, with two syncs.
fn valid_file() -> Vec<u8> {
    let (folder, index) = index();
    list(&index, (0..700).rev(), "old");
    let mut sync = super::start_sync(&index);
    sync.page(&page((690..720).rev(), "new")).expect("a page is written");
    drop(sync);
    fs::read(file(folder.path())).expect("it is there")
}

#[test]
fn damage_is_detected_or_harmless() {
    let valid_file = valid_file();
    let whole = [with("new", (690..720).rev()), with("old", (0..690).rev())].concat();
    let (folder, index) = index();
    fs::create_dir(folder.path().join("index")).expect("it can be made");
    let check = |bytes: &[u8], what: &str| {
        fs::write(file(folder.path()), bytes).expect("it can be written");
        let result = read_or_set_aside(&index, folder.path());
        assert!(result.as_ref().is_none_or(|result| *result == whole), "{what} is read as something else");
        result.is_none()
    };
    assert!(!check(&valid_file, "nothing"));
    let mut state = 1;
    let mut detected = 0;
    for round in 0..300 {
        let mut bytes = valid_file.clone();
        // The first pages are those through which all others are reached.
        let place = if round % 2 == 0 { 20_000.min(bytes.len()) } else { bytes.len() };
        let at = random(&mut state) % place;
        let end = bytes.len().min(at + [1, 64, 4096][round % 3]);
        for byte in &mut bytes[at..end] {
            *byte ^= 1 << (random(&mut state) % 8);
        }
        detected += usize::from(check(&bytes, &format!("damage of {} at {at}", end - at)));
    }
    assert!(detected > 50, "{detected} of 300");
    for length in (0..valid_file.len()).step_by(valid_file.len() / 60) {
        assert!(check(&valid_file[..length], &format!("the first {length}")), "{length} bytes are not all");
    }
}

/// A sync rewrites the stored images, with valid checksums, so it must check them first.
#[test]
fn damage_is_detected_before_a_sync() {
    let (folder, index) = index();
    list(&index, [3, 2, 1], "marker");
    let mut bytes = fs::read(file(folder.path())).expect("it is there");
    let places: Vec<_> = (0..bytes.len() - 6).filter(|at| &bytes[*at..at + 6] == b"marker").collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] = b'b';
    }
    fs::write(file(folder.path()), bytes).expect("it can be written");
    let started = index.start_sync(super::at(1)).map(drop);
    assert!(matches!(started, Err(IndexError::SetAside { .. })), "{started:?}");
}

#[test]
fn invalid_file_is_set_aside_and_replaced() {
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
        let aside = fs::read(folder.path().join("index/owner.redb.bad")).expect("the last one is there");
        assert!(aside == bytes, "unchanged");
    }
    let names = fs::read_dir(folder.path().join("index")).expect("it is there").count();
    assert_eq!(names, 3, "the index, the lock, and one that was set aside");
}

/// A file of another version, or of another program.
#[test]
fn foreign_database_is_set_aside() {
    let (folder, index) = index();
    for key in ["cfimg index 0", "theirs"] {
        fs::create_dir_all(folder.path().join("index")).expect("it can be made");
        let store = redb::Database::create(file(folder.path())).expect("it can be made");
        let write = store.begin_write().expect("it writes");
        drop(write.open_table(redb::TableDefinition::<&str, i64>::new(key)).expect("it has tables"));
        write.commit().expect("it writes");
        drop(store);
        assert_eq!(read_or_set_aside(&index, folder.path()), None);
    }
}

/// A sync starts with a check. Damage that occurs later must not crash it.
#[test]
fn damage_during_a_sync_is_detected_or_harmless() {
    let valid_file = valid_file();
    let mut state = 3;
    let mut detected = 0;
    for _ in 0..20 {
        let (folder, index) = index();
        list(&index, (0..700).rev(), "old");
        let mut sync = super::start_sync(&index);
        let mut bytes = fs::read(file(folder.path())).expect("it is there");
        let at = random(&mut state) % 20_000.min(valid_file.len()) / 4096 * 4096;
        bytes[at..at + 4096].fill_with(|| random(&mut state).to_le_bytes()[0]);
        fs::write(file(folder.path()), &bytes).expect("it can be written");
        match sync.page(&page([800], "new")) {
            Ok(_) => {}
            Err(IndexError::SetAside { .. }) => detected += 1,
            Err(error) => panic!("{error}"),
        }
        _ = read_or_set_aside(&index, folder.path());
        list(&index, [1], "new");
        assert_eq!(stored_images(&index), with("new", [1]));
    }
    assert!(detected > 0);
}
