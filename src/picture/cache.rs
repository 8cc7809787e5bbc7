//! A least-recently-used cache with a limit in bytes.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A cache. The caller of `insert` says how many bytes a value takes.
#[derive(Debug)]
pub struct Cache<K, V> {
    room: usize,
    taken: usize,
    entries: HashMap<K, Entry<V>>,
    /// The keys by the time of their last use, counted in uses.
    by_use: BTreeMap<u64, K>,
    uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Hash + Eq + Clone, V> Cache<K, V> {
    /// An empty cache for up to `room` bytes.
    pub fn new(room: usize) -> Self {
        Self { room, taken: 0, entries: HashMap::new(), by_use: BTreeMap::new(), uses: 0 }
    }

    /// Returns the value, and marks it as used.
    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        let key = self.by_use.remove(&entry.used)?;
        entry.used = self.uses;
        self.by_use.insert(entry.used, key);
        Some(&mut entry.value)
    }

    /// Returns the value, without marking it as used.
    pub fn peek(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Inserts or replaces a value. Evicts the least recently used values to make space. A value that is larger than the
    /// whole cache is returned; an old value of its key is removed anyway.
    pub fn insert(&mut self, key: K, value: V, bytes: usize) -> Result<(), V> {
        self.remove(&key);
        if bytes > self.room {
            return Err(value);
        }
        while self.taken > self.room - bytes {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            if let Some(entry) = self.entries.remove(&oldest) {
                self.taken -= entry.bytes;
            }
        }
        self.uses += 1;
        self.taken += bytes;
        self.by_use.insert(self.uses, key.clone());
        self.entries.insert(key, Entry { value, bytes, used: self.uses });
        Ok(())
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.by_use.remove(&entry.used);
        self.taken -= entry.bytes;
        Some(entry.value)
    }

    /// Removes the values whose keys match.
    pub fn forget(&mut self, which: impl Fn(&K) -> bool) {
        let forgotten: Vec<K> = self.entries.keys().filter(|key| which(key)).cloned().collect();
        for key in &forgotten {
            self.remove(key);
        }
    }

    /// The bytes that all values take.
    pub fn bytes(&self) -> usize {
        self.taken
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Cache<&'static str, u8> {
        let mut cache = Cache::new(100);
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
            cache.insert(key, value, 30).expect("there is room");
        }
        cache
    }

    #[test]
    fn least_recently_used_value_is_evicted() {
        let mut cache = filled();
        assert_eq!(cache.get(&"a"), Some(&mut 1));
        assert_eq!(cache.peek(&"b"), Some(&2), "a look is no use");
        cache.insert("d", 4, 30).expect("there is room");
        assert_eq!(["a", "b", "c", "d"].map(|key| cache.peek(&key).is_some()), [true, false, true, true]);
        assert_eq!((cache.bytes(), cache.len()), (90, 3));
        cache.insert("e", 5, 100).expect("it takes all the room");
        assert_eq!((cache.bytes(), cache.len()), (100, 1));
    }

    #[test]
    fn value_above_capacity_is_returned() {
        let mut cache = filled();
        assert_eq!(cache.insert("a", 9, 101), Err(9));
        assert_eq!(cache.peek(&"a"), None, "what it was to replace is stale");
        assert_eq!((cache.bytes(), cache.len()), (60, 2), "others stay");
    }

    #[test]
    fn insert_replaces_value_of_key() {
        let mut cache = filled();
        cache.insert("b", 7, 40).expect("there is room");
        assert_eq!((cache.peek(&"b"), cache.bytes(), cache.len()), (Some(&7), 100, 3));
        assert_eq!(cache.remove(&"b"), Some(7));
        assert_eq!(cache.remove(&"b"), None);
        assert_eq!(cache.bytes(), 60);
        cache.forget(|key| *key == "c");
        assert_eq!((cache.bytes(), cache.len(), cache.peek(&"a")), (30, 1, Some(&1)));
        for at in 0..1000_u32 {
            let mut cache = Cache::new(10);
            cache.insert(at, (), 3).expect("there is room");
            assert!(cache.get(&at).is_some());
        }
    }
}
