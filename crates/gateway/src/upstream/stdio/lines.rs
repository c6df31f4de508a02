//! Lines of a program's output, up to a length.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Cuts a byte stream into lines.
pub(super) struct Lines<R> {
    source: R,
    buffer: BytesMut,
    /// Up to here the buffer holds no line end.
    searched: usize,
    longest: usize,
}

/// Why there is no next line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoLine {
    /// The output has ended.
    End,
    /// A line is longer than allowed.
    TooLong,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(source: R, longest: usize) -> Self {
        Self {
            source,
            buffer: BytesMut::new(),
            searched: 0,
            longest,
        }
    }

    /// The next line without its end. What comes after the last line end is no line.
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Bytes, NoLine> {
        loop {
            if let Some(line) = self.take() {
                return Ok(line);
            }
            if self.buffer.len() > self.longest {
                return Err(NoLine::TooLong);
            }
            self.buffer.reserve(CHUNK);
            match self.source.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return Err(NoLine::End),
                Ok(_) => {}
            }
        }
    }

    fn take(&mut self) -> Option<Bytes> {
        let unseen = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(at) = memchr::memchr(b'\n', unseen) else {
            self.searched = self.buffer.len();
            return None;
        };
        let mut line = self.buffer.split_to(self.searched + at + 1);
        self.searched = 0;
        let end = line.trim_ascii_end().len();
        line.truncate(end);
        Some(line.freeze())
    }
}

const CHUNK: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(text: &[u8], longest: usize) -> (Vec<Vec<u8>>, NoLine) {
        let mut lines = Lines::new(text, longest);
        let mut read = Vec::new();
        loop {
            match lines.next().await {
                Ok(line) => read.push(line.to_vec()),
                Err(end) => return (read, end),
            }
        }
    }

    #[tokio::test]
    async fn lines_come_without_their_ends_and_a_rest_is_no_line() {
        let (read, end) = all(b"one\ntwo\r\n\nhalf", 100).await;
        assert_eq!(read, [b"one".to_vec(), b"two".to_vec(), Vec::new()]);
        assert_eq!(end, NoLine::End);
    }

    #[tokio::test]
    async fn a_line_without_end_is_too_long_at_some_point() {
        // ST-05
        let (read, end) = all(&[b'a'; 100_000], 10_000).await;
        assert!(read.is_empty());
        assert_eq!(end, NoLine::TooLong);
    }
}
