//! Memory that a load took goes back to the system when the load is over (GW-28).
//!
//! The allocator keeps what is freed for a second, because it is often wanted again, and looks for
//! what is older whenever it frees a long piece. When everybody has left nothing more is freed, and
//! what they took would stay. So a long piece is taken and freed now and then; nothing is written
//! into it, so that it takes no memory itself.

use std::{hint::black_box, time::Duration};

use tokio::time::sleep;

const EVERY: Duration = Duration::from_secs(5);
/// Longer than what the allocator keeps for pieces of its size.
const LONG: usize = 2 * 1024 * 1024;

/// Sees to it for as long as it is polled.
pub(super) async fn give_back() {
    loop {
        sleep(EVERY).await;
        drop(black_box(Vec::<u8>::with_capacity(LONG)));
    }
}
