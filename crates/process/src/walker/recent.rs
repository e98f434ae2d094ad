//! What was looked up: by key, those asked for of late without a hash table.

use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::{BuildHasher, Hash};

/// Places for those of late.
const BITS: u32 = 10;

/// Values by key.
pub struct Recent<K, V> {
    all: FxHashMap<K, V>,
    late: Box<[Option<(K, V)>]>,
}

impl<K: Copy + Eq + Hash, V: Copy> Default for Recent<K, V> {
    fn default() -> Self {
        Self { all: FxHashMap::default(), late: vec![None; 1 << BITS].into_boxed_slice() }
    }
}

impl<K: Copy + Eq + Hash, V: Copy> Recent<K, V> {
    #[inline]
    fn place(key: K) -> usize {
        (FxBuildHasher.hash_one(key) >> (64 - BITS)) as usize
    }

    /// The value of this key.
    #[inline]
    pub fn get(&mut self, key: K) -> Option<V> {
        let late = &mut self.late[Self::place(key)];
        match *late {
            Some((known, value)) if known == key => Some(value),
            _ => {
                let value = *self.all.get(&key)?;
                *late = Some((key, value));
                Some(value)
            }
        }
    }

    /// Keeps a value.
    pub fn put(&mut self, key: K, value: V) {
        self.all.insert(key, value);
        self.late[Self::place(key)] = Some((key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn says_what_was_put_last() {
        let mut recent = Recent::default();
        for key in 0..5000u64 {
            assert_eq!(recent.get(key), None);
            recent.put(key, key * 3);
        }
        recent.put(7, 1);
        for key in (0..5000u64).rev() {
            assert_eq!(recent.get(key), Some(if key == 7 { 1 } else { key * 3 }));
        }
    }
}
