//! What is stored, for how long, and what damage does.

use jiff::SignedDuration;
use tempfile::TempDir;

use super::*;

const CAPACITY_OF_TESTS: u64 = 16 * BLOCK;

fn cache_of(folder: &TempDir, owner: &str) -> ThumbnailCache {
    ThumbnailCache {
        capacity: CAPACITY_OF_TESTS,
        ..ThumbnailCache::new(&folder.path().join("cache"), owner.to_owned())
    }
}

fn cache() -> (TempDir, ThumbnailCache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache_of(&folder, "owner");
    (folder, cache)
}

fn id(image: &str) -> ThumbnailId {
    let url = format!("https://imagedelivery.net/H/{image}/thumb");
    let image = ImageId::parse(image).unwrap();
    ThumbnailId { image, url, uploaded: Timestamp::UNIX_EPOCH, access: Access::Public }
}

/// A time, in seconds.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

/// The names of the files, in order.
fn names(cache: &ThumbnailCache) -> Vec<String> {
    let mut names: Vec<String> = files(&cache.folder).unwrap().into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

/// The space that all files take.
fn space(cache: &ThumbnailCache) -> u64 {
    files(&cache.folder).unwrap().iter().map(|(_, metadata)| blocks(metadata.len())).sum()
}

#[test]
fn thumbnail_is_of_account_image_variant_and_upload() {
    let (folder, mut cache) = cache();
    assert_eq!(cache.read(&id("a"), at(0)), None);
    assert!(!cache.folder().exists(), "a look creates nothing");
    cache.store(&id("a"), b"picture", at(0)).unwrap();
    assert_eq!(cache.read(&id("a"), at(0)).as_deref(), Some(&b"picture"[..]));
    let mut again = cache_of(&folder, "owner");
    assert_eq!(again.read(&id("a"), at(0)).as_deref(), Some(&b"picture"[..]), "the next start");
    let later = id("a").uploaded + SignedDuration::from_millis(1);
    for other in [
        id("b"),
        ThumbnailId { url: id("a").url.replace("thumb", "hero"), ..id("a") },
        ThumbnailId { uploaded: later, ..id("a") },
    ] {
        assert_eq!(cache.read(&other, at(0)), None, "{other:?}");
    }
    assert_eq!(cache_of(&folder, "other").read(&id("a"), at(0)), None);
}

#[test]
fn least_recently_used_thumbnails_are_removed() {
    let (_folder, mut cache) = cache();
    for number in 0..16 {
        cache.store(&id(&format!("img{number}")), &[7; 2000], at(number)).unwrap();
    }
    assert_eq!(space(&cache), CAPACITY_OF_TESTS, "it is full");
    assert!(cache.read(&id("img0"), at(20)).is_some());
    cache.store(&id("more"), &[7; 2000], at(21)).unwrap();
    let stays = |cache: &mut ThumbnailCache, image: &str| cache.read(&id(image), at(22)).is_some();
    assert!(stays(&mut cache, "img0") && stays(&mut cache, "img15") && stays(&mut cache, "more"));
    assert!(!stays(&mut cache, "img1"));
    for number in 0..100 {
        cache.store(&id(&format!("new{number}")), &[7; 2000], at(30 + number)).unwrap();
        assert!(space(&cache) <= CAPACITY_OF_TESTS, "{number}");
    }
    assert!(stays(&mut cache, "new99") && !stays(&mut cache, "img0"));
}

#[test]
fn too_large_thumbnail_is_not_stored() {
    let (_folder, mut cache) = cache();
    cache.store(&id("a"), &[7; 4096], at(0)).unwrap();
    assert!(!cache.folder().exists());
}

#[test]
fn unfinished_files_of_a_crash_are_removed_in_time() {
    let (_folder, mut cache) = cache();
    cache.store(&id("a"), b"picture", at(0)).unwrap();
    let part = cache.folder().join(".Xy12.part");
    fs::write(&part, "half").unwrap();
    fs::File::open(&part).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    for number in 0..16 {
        cache.store(&id(&format!("img{number}")), &[7; 2000], at(number)).unwrap();
    }
    assert!(!part.exists());
}

#[test]
fn damaged_thumbnail_is_removed() {
    let (_folder, mut cache) = cache();
    let path = cache.path(&id("a"));
    cache.store(&id("b"), b"another", at(0)).unwrap();
    let of_another = fs::read(cache.path(&id("b"))).unwrap();
    cache.store(&id("a"), b"picture", at(0)).unwrap();
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut version = whole.clone();
    version[6] += 1;
    let longer = [&whole[..], b"."].concat();
    let cut = whole[..whole.len() - 1].to_vec();
    for damaged in [flipped, version, longer, cut, whole[..9].to_vec(), Vec::new(), of_another] {
        fs::write(&path, &damaged).unwrap();
        assert_eq!(cache.read(&id("a"), at(0)), None, "{damaged:?}");
        assert!(!path.exists(), "{damaged:?}");
        cache.store(&id("a"), b"picture", at(0)).unwrap();
        assert!(cache.read(&id("a"), at(0)).is_some());
    }
}

#[test]
fn only_public_images_are_stored_by_default() {
    for access in [Access::Signed, Access::Unknown] {
        let (folder, mut cache) = cache();
        let private = ThumbnailId { access, ..id("a") };
        cache.store(&private, b"picture", at(0)).unwrap();
        assert!(!cache.folder().exists());
        let mut cache = cache_of(&folder, "owner").with_private(true);
        cache.store(&private, b"picture", at(0)).unwrap();
        assert_eq!(cache.read(&private, at(0)).as_deref(), Some(&b"picture"[..]));
    }
}

#[test]
fn image_that_became_private_leaves_the_disk() {
    let (folder, mut cache) = cache();
    cache.store(&id("a"), b"picture", at(0)).unwrap();
    cache
        .store(&ThumbnailId { url: id("a").url.replace("thumb", "hero"), ..id("a") }, b"hero", at(0))
        .unwrap();
    cache.store(&id("b"), b"another", at(0)).unwrap();
    let mut next = cache_of(&folder, "owner");
    let private = |image| ThumbnailId { access: Access::Signed, ..id(image) };
    assert_eq!(next.read(&private("c"), at(0)), None);
    assert_eq!(names(&next).len(), 3);
    assert_eq!(next.read(&private("a"), at(0)), None);
    assert_eq!(names(&next).len(), 1);
    assert!(next.read(&id("b"), at(0)).is_some());
    next.store(&id("d"), b"picture", at(0)).unwrap();
    assert_eq!(next.read(&private("d"), at(0)), None);
    assert_eq!(names(&next).len(), 1, "also one that this run has stored");
}

#[test]
fn names_reveal_neither_url_nor_image() {
    let (_folder, mut cache) = cache();
    let url = format!("{}?exp=1&sig=abcdef", id("some-image").url);
    cache.store(&ThumbnailId { url, ..id("some-image") }, b"picture", at(0)).unwrap();
    let name = names(&cache).remove(0);
    let (stem, extension) = name.split_once('.').unwrap();
    assert_eq!(extension, EXTENSION);
    let parts: Vec<&str> = stem.split('-').collect();
    assert_eq!(parts[0], "owner");
    assert!(parts[1..].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit())), "{name}");
    assert_eq!(parts[1..].iter().map(|part| part.len()).collect::<Vec<_>>(), [16, 32]);
    let file = fs::read(cache.folder().join(&name)).unwrap();
    assert_eq!((file.len(), &file[HEAD..]), (HEAD + 7, &b"picture"[..]));
}

#[test]
fn clear_removes_files_of_one_account_or_all() {
    let (folder, mut cache) = cache();
    let mut other = cache_of(&folder, "other");
    let root = folder.path().join("cache");
    assert_eq!(ThumbnailCache::clear(&root, None).unwrap(), 0);
    cache.store(&id("a"), b"picture", at(0)).unwrap();
    other.store(&id("a"), b"picture", at(0)).unwrap();
    let notes = cache.folder().join("notes.txt");
    fs::write(&notes, "not ours").unwrap();
    let size = cache.size();
    assert_eq!(size, (HEAD + 7) as u64);
    assert_eq!(ThumbnailCache::clear(&root, Some("owner")).unwrap(), size);
    assert_eq!((cache.size(), other.size()), (0, size));
    assert!(other.read(&id("a"), at(0)).is_some());
    assert_eq!(ThumbnailCache::clear(&root, None).unwrap(), size);
    assert_eq!(names(&cache), ["notes.txt"]);
}

#[test]
fn two_caches_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let picture = |number: usize| vec![u8::try_from(number).unwrap(); 1000 + number];
    std::thread::scope(|scope| {
        for start in [0, 7] {
            let mut cache = cache_of(&folder, "owner");
            scope.spawn(move || {
                for step in 0..200 {
                    let number = (start + step) % 40;
                    let id = id(&format!("img{number}"));
                    match cache.read(&id, at(i64::try_from(step).unwrap())) {
                        Some(bytes) => assert_eq!(bytes, picture(number)),
                        None => cache.store(&id, &picture(number), at(i64::try_from(step).unwrap())).unwrap(),
                    }
                }
            });
        }
    });
    let cache = cache_of(&folder, "owner");
    assert!(names(&cache).iter().all(|name| name.ends_with(EXTENSION)), "{:?}", names(&cache));
    let at_most = CAPACITY_OF_TESTS + 2 * CAPACITY_OF_TESTS / SHARE;
    assert!((BLOCK..=at_most).contains(&space(&cache)), "{}", space(&cache));
}

#[test]
fn file_in_place_of_the_folder_is_an_error() {
    let (folder, mut cache) = cache();
    fs::write(folder.path().join("cache"), "a file").unwrap();
    assert_eq!(cache.read(&id("a"), at(0)), None);
    assert!(cache.store(&id("a"), b"picture", at(0)).is_err());
    assert_eq!(cache.size(), 0);
    cache.forget(&id("a").image);
    assert_eq!(fs::read(folder.path().join("cache")).unwrap(), b"a file");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_has_access() {
        let (_folder, mut cache) = cache();
        cache.store(&id("a"), b"picture", at(0)).unwrap();
        let path = cache.path(&id("a"));
        assert_eq!((mode(cache.folder()), mode(&path)), (0o700, 0o600));
        fs::set_permissions(cache.folder(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(cache.read(&id("a"), at(0)).is_some());
        assert_eq!((mode(cache.folder()), mode(&path)), (0o700, 0o600), "of copied files they are fixed");
    }

    #[test]
    fn links_are_not_followed() {
        let (folder, mut cache) = cache();
        cache.store(&id("a"), b"picture", at(0)).unwrap();
        let (path, theirs) = (cache.path(&id("a")), folder.path().join("theirs"));
        fs::rename(&path, &theirs).unwrap();
        symlink(&theirs, &path).unwrap();
        assert_eq!(cache.read(&id("a"), at(0)), None);
        assert!(fs::symlink_metadata(&path).is_err() && theirs.exists(), "the link is removed");
        symlink(&theirs, &path).unwrap();
        let before = fs::read(&theirs).unwrap();
        cache.store(&id("a"), b"new", at(0)).unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), before, "the link is replaced");
        assert_eq!(cache.read(&id("a"), at(0)).as_deref(), Some(&b"new"[..]));

        let real = folder.path().join("real");
        fs::rename(cache.folder(), &real).unwrap();
        symlink(&real, cache.folder()).unwrap();
        assert_eq!(cache.read(&id("a"), at(0)), None);
        assert!(cache.store(&id("b"), b"picture", at(0)).is_err());
        cache.forget(&id("a").image);
        assert!(ThumbnailCache::clear(&folder.path().join("cache"), None).is_err());
        assert_eq!(fs::read_dir(&real).unwrap().count(), 1);
    }

    #[test]
    fn folder_in_place_of_a_thumbnail_is_no_thumbnail() {
        let (_folder, mut cache) = cache();
        cache.store(&id("b"), b"picture", at(0)).unwrap();
        fs::create_dir(cache.path(&id("a"))).unwrap();
        assert_eq!(cache.read(&id("a"), at(0)), None);
        assert!(cache.store(&id("a"), b"picture", at(0)).is_err());
        assert!(cache.read(&id("b"), at(0)).is_some());
    }
}
