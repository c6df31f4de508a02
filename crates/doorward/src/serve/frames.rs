//! Frames of HTTP/2 that cost a server more than their sender (DS-04).
//!
//! ```text
//! PING, SETTINGS, PRIORITY, RST_STREAM, WINDOW_UPDATE, CONTINUATION, unknown    one each
//! DATA of a few bytes or none that does not end its stream                     one
//! HEADERS, other DATA                                                          nothing: there are
//!                                                                              limits of their own
//! ```
//!
//! A peer has a purse for them, which fills with time and with what it is sent: who reads much
//! updates windows often. One that has emptied it is not served any more.

use std::time::{Duration, Instant};

/// Looks through what arrives on a connection.
#[derive(Debug)]
pub(super) struct Frames {
    state: State,
    purse: Purse,
}

/// A peer sent more than it may of what does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flood;

#[derive(Debug)]
enum State {
    /// So much of the preface has come, and nothing else.
    Preface(usize),
    /// Not HTTP/2.
    Other,
    /// So much of the next frame's head has come.
    Head([u8; HEAD], usize),
    /// So much of a frame is still to come.
    Payload(usize),
}

#[derive(Debug)]
struct Purse {
    left: u32,
    since: Instant,
    sent: usize,
}

impl Frames {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            state: State::Preface(0),
            purse: Purse {
                left: MOST,
                since: now,
                sent: 0,
            },
        }
    }

    /// How many bytes may still be of the preface, as long as all that came is.
    pub(super) fn missing(&self) -> Option<usize> {
        match self.state {
            State::Preface(seen) => Some(PREFACE.len().saturating_sub(seen)),
            State::Other | State::Head(..) | State::Payload(_) => None,
        }
    }

    /// Looks at what came next. `true` when it is of HTTP/2.
    pub(super) fn see(
        &mut self,
        mut bytes: &[u8],
        now: impl Fn() -> Instant,
    ) -> Result<bool, Flood> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Other => return Ok(false),
                State::Preface(seen) => {
                    let expected = PREFACE.get(*seen..).unwrap_or_default();
                    let length = expected.len().min(bytes.len());
                    let (come, rest) = bytes.split_at(length);
                    if !expected.starts_with(come) {
                        self.state = State::Other;
                        return Ok(false);
                    }
                    *seen += length;
                    if *seen == PREFACE.len() {
                        self.state = State::Head([0; HEAD], 0);
                    }
                    bytes = rest;
                }
                State::Head(head, seen) => {
                    let length = (HEAD - *seen).min(bytes.len());
                    let (come, rest) = bytes.split_at(length);
                    let place = head.iter_mut().skip(*seen);
                    place.zip(come).for_each(|(place, byte)| *place = *byte);
                    *seen += length;
                    bytes = rest;
                    if *seen == HEAD {
                        let frame = Frame::of(*head);
                        self.state = State::Payload(frame.length);
                        if frame.costs() {
                            self.purse.spend(&now)?;
                        }
                    }
                }
                State::Payload(left) => {
                    let length = (*left).min(bytes.len());
                    *left -= length;
                    bytes = bytes.get(length..).unwrap_or_default();
                }
            }
            if matches!(self.state, State::Payload(0)) {
                self.state = State::Head([0; HEAD], 0);
            }
        }
        Ok(!matches!(self.state, State::Preface(_) | State::Other))
    }

    /// So much was sent.
    pub(super) fn sent(&mut self, bytes: usize) {
        if !matches!(self.state, State::Other) {
            self.purse.earn(bytes);
        }
    }
}

/// What the head of a frame says (RFC 9113 section 4.1).
struct Frame {
    length: usize,
    kind: u8,
    flags: u8,
}

impl Frame {
    fn of([high, middle, low, kind, flags, ..]: [u8; HEAD]) -> Self {
        let length = u32::from_be_bytes([0, high, middle, low]);
        Self {
            length: usize::try_from(length).unwrap_or(usize::MAX),
            kind,
            flags,
        }
    }

    fn costs(&self) -> bool {
        match self.kind {
            DATA => self.length < FEW && self.flags & END_STREAM == 0,
            HEADERS => false,
            _ => true,
        }
    }
}

impl Purse {
    fn spend(&mut self, now: impl Fn() -> Instant) -> Result<(), Flood> {
        if self.left == 0 {
            let now = now();
            let passed = now.saturating_duration_since(self.since);
            let earned = passed.as_millis() / EARNED_IN.as_millis();
            self.left = u32::try_from(earned).unwrap_or(MOST).min(MOST);
            self.since = now;
        }
        self.left = self.left.checked_sub(1).ok_or(Flood)?;
        Ok(())
    }

    fn earn(&mut self, bytes: usize) {
        self.sent += bytes;
        let earned = u32::try_from(self.sent / EARNED_BY).unwrap_or(MOST);
        self.sent %= EARNED_BY;
        self.left = self.left.saturating_add(earned).min(MOST);
    }
}

/// What a peer says first that speaks HTTP/2 (RFC 9113 section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The length of a frame's head.
const HEAD: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
/// Fewer bytes of data than this are hardly worth their frame.
const FEW: usize = 16;
/// What a purse holds, and what is in it at first.
const MOST: u32 = 2_000;
/// One more in this time,
const EARNED_IN: Duration = Duration::from_millis(10);
/// and one more for so many bytes that the peer is sent: clients that update their windows most
/// often do so twice for every four thousand.
const EARNED_BY: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let [_, high, middle, low] = u32::try_from(payload).expect("short").to_be_bytes();
        let mut frame = vec![high, middle, low, kind, flags, 0, 0, 0, 1];
        frame.resize(HEAD + payload, 0);
        frame
    }

    /// How many of such frames are taken at once.
    fn taken(kind: u8, flags: u8, payload: usize) -> u32 {
        let now = Instant::now();
        let mut frames = Frames::new(now);
        frames.see(PREFACE, || now).expect("HTTP/2");
        let frame = frame(kind, flags, payload);
        (0..10_000)
            .take_while(|_| frames.see(&frame, || now).is_ok())
            .count()
            .try_into()
            .expect("few")
    }

    #[test]
    fn what_costs_more_than_it_does_is_taken_up_to_a_number() {
        // DS-04
        for (name, kind, flags, payload, expected) in [
            ("empty data", 0, 0, 0, MOST),
            ("tiny data", 0, 0, 1, MOST),
            ("the last data", 0, 1, 0, 10_000),
            ("data", 0, 0, 16, 10_000),
            ("requests", 1, 5, 30, 10_000),
            ("priorities", 2, 0, 5, MOST),
            ("resets", 3, 0, 4, MOST),
            ("settings", 4, 0, 0, MOST),
            ("pings", 6, 0, 8, MOST),
            ("windows", 8, 0, 4, MOST),
            ("continuations", 9, 0, 1, MOST),
            ("unknown", 77, 0, 3, MOST),
        ] {
            assert_eq!(taken(kind, flags, payload), expected, "{name}");
        }
    }

    #[test]
    fn time_and_what_is_sent_fill_the_purse_again() {
        // DS-04
        let start = Instant::now();
        let mut purse = Purse {
            left: MOST,
            since: start,
            sent: 0,
        };
        let taken = |purse: &mut Purse, now: Instant| {
            (0..10_000)
                .take_while(|_| purse.spend(|| now).is_ok())
                .count()
        };
        assert_eq!(taken(&mut purse, start), 2_000);
        assert_eq!(taken(&mut purse, start), 0);
        let later = start + Duration::from_secs(1);
        assert_eq!(taken(&mut purse, later), 100);
        for _ in 0..100 {
            purse.earn(512);
        }
        assert_eq!(taken(&mut purse, later), 50);
        assert_eq!(taken(&mut purse, later + Duration::from_secs(3600)), 2_000);
    }

    #[test]
    fn frames_are_seen_however_they_arrive_and_only_those_of_http_2() {
        let now = Instant::now();
        let all = [PREFACE, &frame(4, 0, 6), &frame(1, 5, 30), &frame(6, 0, 8)].concat();
        let mut frames = Frames::new(now);
        for byte in &all {
            frames.see(&[*byte], || now).expect("few");
        }
        assert_eq!(frames.purse.left, MOST - 2);
        let mut frames = Frames::new(now);
        assert_eq!(frames.see(&all, || now), Ok(true));
        assert_eq!(frames.purse.left, MOST - 2);
        for other in ["POST / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\nHost: x\r\n"] {
            let mut frames = Frames::new(now);
            assert_eq!(frames.see(other.as_bytes(), || now), Ok(false));
            assert_eq!(frames.see(&all, || now), Ok(false));
        }
    }
}
