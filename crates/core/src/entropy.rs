//! Where randomness comes from: an edge holds an [`Entropy`], rules take secrets as arguments.

/// Fills buffers with unpredictable bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `buffer`. Must be cryptographically secure outside tests.
    fn fill(&self, buffer: &mut [u8]);
}

/// Draws a fixed number of bytes.
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
