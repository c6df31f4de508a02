//! JSON-RPC batches, which revision 2025-03-26 alone has (R-067, R-068, GW-10).

use super::{EnvelopeError, Message, Refusal, read};
use crate::{json::Scanner, method::Method};

/// How many messages a batch may hold.
pub const MAX_BATCH: usize = 256;

/// Whether a body is an array, which only a batch may be.
pub fn is_batch(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'[')
}

/// Reads a body that must be an array of messages, each of them well formed.
///
/// One bad message refuses the whole array: nothing of it was done yet.
/// `initialize` is refused wherever it stands in it.
pub fn parse_batch(body: &[u8]) -> Result<Vec<Message<'_>>, EnvelopeError> {
    read_batch(body).map_err(|refusal| EnvelopeError { refusal, id: None })
}

fn read_batch(body: &[u8]) -> Result<Vec<Message<'_>>, Refusal> {
    let mut scanner = Scanner::new(body)?;
    if scanner.peek() != Some(b'[') {
        return Err(Refusal::NotBatch);
    }
    let mut messages = Vec::new();
    scanner.array(|scanner| -> Result<(), Refusal> {
        if messages.len() == MAX_BATCH {
            return Err(Refusal::LongBatch);
        }
        let message = read::element(scanner)?;
        if message.method() == Some(Method::Initialize.as_str()) {
            return Err(Refusal::BatchedInitialize);
        }
        messages.push(message);
        Ok(())
    })?;
    scanner.finish()?;
    if messages.is_empty() {
        return Err(Refusal::EmptyBatch);
    }
    Ok(messages)
}
