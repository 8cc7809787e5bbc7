//! Pseudorandom numbers that depend only on a seed.

/// The output function of `SplitMix64`: maps any number to one that looks random.
pub(super) fn splitmix64(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A sequence of them.
pub(super) struct Rng(pub(super) u64);

impl Rng {
    /// From 0 up to 1, exclusive.
    pub(super) fn next(&mut self) -> f32 {
        self.0 = splitmix64(self.0);
        f32::from(u16::try_from(self.0 >> 48).unwrap_or_default()) / 65_536.0
    }

    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + self.next() * (high - low)
    }
}
