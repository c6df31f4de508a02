//! Duplicate keys, compared as decoded text (GW-09, S-016).

use std::borrow::Cow;

/// Objects up to this size are compared pairwise, without sorting.
const FEW: usize = 8;

/// Whether two of `keys` are equal. Sorts them when there are many, so that an
/// object with a hundred thousand members costs no more than n log n.
pub(super) fn within(keys: &mut [Cow<'_, str>]) -> bool {
    if keys.len() > FEW {
        keys.sort_unstable();
        let followers = keys.iter().skip(1);
        return keys
            .iter()
            .zip(followers)
            .any(|(left, right)| left == right);
    }
    let mut rest = &*keys;
    while let Some((first, others)) = rest.split_first() {
        if others.contains(first) {
            return true;
        }
        rest = others;
    }
    false
}
