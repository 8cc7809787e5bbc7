//! A least-recently-used cache with a limit in bytes.

use std::hash::Hash;

use lru::LruCache;

/// A cache. The caller of `insert` says how many bytes a value takes.
#[derive(Debug)]
pub struct Cache<K: Hash + Eq, V> {
    capacity: usize,
    bytes: usize,
    entries: LruCache<K, (V, usize)>,
}

impl<K: Hash + Eq, V> Cache<K, V> {
    /// An empty cache for up to `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, bytes: 0, entries: LruCache::unbounded() }
    }

    /// Returns the value, and marks it as used.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(value, _)| value)
    }

    /// Whether there is a value, without marking it as used.
    pub fn contains(&self, key: &K) -> bool {
        self.entries.contains(key)
    }

    /// Inserts or replaces a value. Evicts the least recently used values to make space. A value that is larger than the
    /// whole cache is not stored; an old value of its key is removed anyway.
    pub fn insert(&mut self, key: K, value: V, bytes: usize) {
        if let Some((_, old)) = self.entries.pop(&key) {
            self.bytes -= old;
        }
        if bytes > self.capacity {
            return;
        }
        while self.bytes > self.capacity - bytes
            && let Some((_, (_, evicted))) = self.entries.pop_lru()
        {
            self.bytes -= evicted;
        }
        self.bytes += bytes;
        self.entries.put(key, (value, bytes));
    }

    /// Removes the values whose keys match.
    pub fn forget(&mut self, which: impl Fn(&K) -> bool) {
        let bytes = &mut self.bytes;
        self.entries.retain(|key, (_, size)| {
            let forgotten = which(key);
            *bytes -= if forgotten { *size } else { 0 };
            !forgotten
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Cache<&'static str, u8> {
        let mut cache = Cache::new(100);
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
            cache.insert(key, value, 30);
        }
        cache
    }

    fn keys(cache: &Cache<&'static str, u8>) -> String {
        ["a", "b", "c", "d", "e"].into_iter().filter(|key| cache.contains(key)).collect()
    }

    #[test]
    fn least_recently_used_value_is_evicted() {
        let mut cache = filled();
        assert_eq!(cache.get(&"a"), Some(&1));
        assert!(cache.contains(&"b"), "a look is no use");
        cache.insert("d", 4, 30);
        assert_eq!((keys(&cache).as_str(), cache.bytes), ("acd", 90));
        cache.insert("e", 5, 100);
        assert_eq!((keys(&cache).as_str(), cache.bytes), ("e", 100));
    }

    #[test]
    fn value_above_capacity_is_not_stored() {
        let mut cache = filled();
        cache.insert("a", 9, 101);
        assert_eq!((keys(&cache).as_str(), cache.bytes), ("bc", 60), "what it was to replace is stale");
    }

    #[test]
    fn insert_replaces_value_of_key() {
        let mut cache = filled();
        cache.insert("b", 7, 40);
        assert_eq!((keys(&cache).as_str(), cache.bytes, cache.get(&"b")), ("abc", 100, Some(&7)));
        cache.forget(|key| *key == "c");
        assert_eq!((keys(&cache).as_str(), cache.bytes, cache.get(&"a")), ("ab", 70, Some(&1)));
    }
}
