//! One running process: three pipes, a task that watches over it, an orderly end.
//!
//! ```text
//! start -> lines in, lines out -> asked to end | crashed | flooded | deaf
//!       -> input closed -> TERM to the group -> KILL to the group -> reaped
//! ```

use std::{
    io,
    pin::pin,
    process::ExitStatus,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use doorward_core::server::ServerName;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout},
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    diagnostics::Diagnostics,
    journal::Journal,
    lines::{Lines, NoLine},
    outbox::Outbox,
    program::{Prepared, Program},
    scratch::Scratch,
    slots::Slot,
    strays::{self, Mark},
};

/// Who gets what a process writes.
pub(super) trait Receiver: Send + Sync + 'static {
    /// Which process of its tenant it hears, counted from 1.
    fn generation(&self) -> u64;
    /// One line of its standard output, not empty. Where that makes more than enough of what
    /// its one owner has not read, whose reader is to be waited for.
    fn line(&self, line: Bytes) -> Option<Arc<Outbox>>;
    /// It has ended, or is about to; no line follows.
    fn ended(&self, end: End, ran: Duration);
}

/// How a process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum End {
    #[error("it was asked to end")]
    Asked,
    #[error("it exited")]
    Exited,
    #[error("it wrote a line that is too long")]
    Flooded,
    #[error("it does not read its input")]
    Deaf,
}

/// A handle on a running process, or on a seat at one (see [`super::seats`]).
pub(super) struct Process {
    input: mpsc::Sender<Text>,
    stop: CancellationToken,
    over: CancellationToken,
    generation: AtomicU64,
}

/// What is at the other end of a handle.
pub(super) struct Ends {
    /// What is said to it.
    pub(super) queued: mpsc::Receiver<Text>,
    /// Cancelled when it is asked to end.
    pub(super) stop: CancellationToken,
    /// To be cancelled before its end is told.
    pub(super) over: CancellationToken,
}

/// The process takes no more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

impl Process {
    /// Starts `program`. `slot` is held until nothing of it is left.
    pub(super) fn start(
        program: &Program,
        (server, journal): (&ServerName, &Arc<Journal>),
        longest_line: usize,
        slot: Slot,
        receiver: Arc<dyn Receiver>,
    ) -> io::Result<Arc<Self>> {
        let mark = slot.mark();
        let Prepared { command, scratch } = program.prepare(&mark)?;
        let mut child = slot.spawn(command)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::Error::other("the pipes are missing"));
        };
        let group = child.id().unwrap_or_default();
        slot.undertaker().watch(group, mark.tree);
        let (whose, journal) = (server.clone(), Arc::clone(journal));
        let diagnostics = Diagnostics::new(whose, slot.number(), journal, program.secrets());
        let diagnostics = Arc::new(diagnostics);
        let draining = Arc::clone(&diagnostics);
        tokio::spawn(async move { draining.drain(stderr).await });
        let (handle, ends) = Self::handle(receiver.generation());
        let watcher = Watcher {
            child,
            group,
            mark,
            scratch,
            server: server.clone(),
            diagnostics,
            receiver,
            stop: ends.stop,
            over: ends.over,
            slot,
        };
        tokio::spawn(watcher.run(stdin, Lines::new(stdout, longest_line), ends.queued));
        Ok(handle)
    }

    /// A handle on whatever is at its other end.
    pub(super) fn handle(generation: u64) -> (Arc<Self>, Ends) {
        let (input, queued) = mpsc::channel(QUEUED_LINES);
        let (stop, over) = (CancellationToken::new(), CancellationToken::new());
        let ends = Ends {
            queued,
            stop: stop.clone(),
            over: over.clone(),
        };
        let handle = Arc::new(Self {
            input,
            stop,
            over,
            generation: generation.into(),
        });
        (handle, ends)
    }

    /// From now on it is this one of its tenant.
    pub(super) fn call_it(&self, generation: u64) {
        self.generation.store(generation, Ordering::Relaxed);
    }

    /// Waits until a message can be queued.
    pub(super) async fn room(&self) -> Result<Room<'_>, Gone> {
        self.input.reserve().await.map(Room).map_err(|_| Gone)
    }

    /// Queues one message if there is room at once.
    pub(super) fn try_write(&self, message: Bytes) -> Result<(), Gone> {
        self.input.try_send(Text::one(message)).map_err(|_| Gone)
    }

    /// Which process of its tenant it is: what is asked of it is answered by it, or by its end.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Whether it has ended, or is about to. Who noted a request while it was not will see the
    /// request fail with its end.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Asks the process to end.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Room for one entry of the queue.
pub(super) struct Room<'a>(mpsc::Permit<'a, Text>);

impl Room<'_> {
    pub(super) fn send(self, text: Text) {
        self.0.send(text);
    }
}

/// One message per line, without the last line's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text(Bytes);

impl Text {
    /// One message. Between the tokens of a JSON text a line end means as much as a space, and
    /// within a string it cannot stand.
    pub(super) fn one(message: Bytes) -> Self {
        if memchr::memchr2(b'\n', b'\r', &message).is_none() {
            return Self(message);
        }
        let mut bytes = Vec::from(message);
        for byte in &mut bytes {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        Self(bytes.into())
    }

    /// The messages again, each by itself.
    pub(super) fn lines(&self) -> impl Iterator<Item = Bytes> + '_ {
        let lines = self.0.split(|byte| *byte == b'\n');
        lines.map(|line| self.0.slice_ref(line))
    }

    /// Several messages, in order.
    pub(super) fn many<'m>(messages: impl Iterator<Item = &'m str>) -> Self {
        let lines: Vec<_> = messages
            .map(|text| text.replace(['\n', '\r'], " "))
            .collect();
        Self(lines.join("\n").into())
    }
}

/// The task that owns the process.
struct Watcher {
    child: Child,
    group: u32,
    mark: Mark,
    scratch: Option<Scratch>,
    server: ServerName,
    diagnostics: Arc<Diagnostics>,
    receiver: Arc<dyn Receiver>,
    stop: CancellationToken,
    over: CancellationToken,
    slot: Slot,
}

impl Watcher {
    async fn run(
        mut self,
        stdin: ChildStdin,
        mut stdout: Lines<ChildStdout>,
        queued: mpsc::Receiver<Text>,
    ) {
        let started = Instant::now();
        let receiver = Arc::clone(&self.receiver);
        let held = Arc::<HeldBack>::default();
        let writing = tokio::spawn(write_lines(stdin, queued, Arc::clone(&held)));
        let abort = writing.abort_handle();
        let end = tokio::select! {
            biased;
            () = self.stop.cancelled() => End::Asked,
            end = read_lines(&mut stdout, &*receiver, Pace::OfReaders(&held)) => end,
            _ = writing => End::Deaf,
            _ = self.child.wait() => {
                // What it wrote before it exited may still be in the pipe; a grandchild may hold
                // the pipe open for ever.
                let rest = read_lines(&mut stdout, &*receiver, Pace::OfWriter);
                timeout(LAST_WORDS, rest).await.unwrap_or(End::Exited)
            }
        };
        self.slot.leaves();
        // INVARIANT: over comes first, so that no request is noted unseen after the end was told.
        self.over.cancel();
        receiver.ended(end, started.elapsed());
        abort.abort(); // closes its standard input
        let status = self.terminate(end).await;
        self.slot.reaped(self.group);
        self.clear_up().await;
        self.slot.undertaker().forget(self.group);
        self.tell(end, status);
    }

    /// Closes, asks, kills; returns when the process has been reaped.
    async fn terminate(&mut self, end: End) -> Option<ExitStatus> {
        let mut status = None;
        if end == End::Asked {
            status = timeout(AFTER_CLOSE, self.child.wait()).await.ok();
        }
        if status.is_none() {
            self.signal(Signal::TERM);
            status = timeout(AFTER_TERM, self.child.wait()).await.ok();
        }
        // Whatever is left of the group, its leader included.
        self.signal(Signal::KILL);
        match status {
            Some(status) => status.ok(),
            None => self.child.wait().await.ok(),
        }
    }

    /// Ends what left the group, and removes what it wrote for the time being.
    async fn clear_up(&mut self) {
        let (mark, scratch) = (self.mark.clone(), self.scratch.take());
        let cleared = tokio::task::spawn_blocking(move || {
            let strays = strays::kill(&mark);
            drop(scratch);
            strays
        });
        let strays = cleared.await.unwrap_or_default() + self.slot.end_orphans();
        if strays > 0 {
            tracing::info!(server = %self.server, strays, "ended what had left its process group");
        }
    }

    fn signal(&self, signal: Signal) {
        let group = i32::try_from(self.group).ok().and_then(Pid::from_raw);
        if let Some(group) = group
            && let Err(error) = kill_process_group(group, signal)
            && error != rustix::io::Errno::SRCH
        {
            tracing::warn!(server = %self.server, %error, "a server process cannot be signalled");
        }
    }

    fn tell(&self, end: End, status: Option<ExitStatus>) {
        let (server, process) = (&self.server, self.slot.number());
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        match end {
            End::Asked => tracing::debug!(%server, status, "server process ended"),
            End::Exited | End::Flooded | End::Deaf => {
                let stderr = self.diagnostics.summary();
                tracing::warn!(%server, process, reason = %end, status, stderr, "server process failed");
            }
        }
    }
}

/// How fast lines are read.
#[derive(Clone, Copy)]
enum Pace<'a> {
    /// No faster than they are taken: a program that says more than is read waits in its pipe.
    OfReaders(&'a HeldBack),
    /// As they come, because soon nothing is left of the program.
    OfWriter,
}

/// Whether a program waits to be read: meanwhile it need not read itself.
#[derive(Default)]
struct HeldBack {
    now: AtomicBool,
    /// Since somebody last asked.
    lately: AtomicBool,
}

impl HeldBack {
    async fn until(&self, read: impl Future<Output = ()>) {
        self.now.store(true, Ordering::Release);
        read.await;
        self.lately.store(true, Ordering::Release);
        self.now.store(false, Ordering::Release);
    }

    fn was_lately(&self) -> bool {
        let lately = self.lately.swap(false, Ordering::AcqRel);
        lately || self.now.load(Ordering::Acquire)
    }
}

async fn read_lines(
    stdout: &mut Lines<ChildStdout>,
    receiver: &dyn Receiver,
    pace: Pace<'_>,
) -> End {
    loop {
        match stdout.next().await {
            Ok(line) if line.is_empty() => {}
            Ok(line) => {
                if let (Some(full), Pace::OfReaders(held)) = (receiver.line(line), pace) {
                    held.until(full.room()).await;
                }
            }
            Err(NoLine::End) => return End::Exited,
            Err(NoLine::TooLong) => return End::Flooded,
        }
    }
}

/// Writes until the queue closes; returns early when the process does not read.
async fn write_lines(
    mut stdin: impl AsyncWrite + Unpin,
    mut queued: mpsc::Receiver<Text>,
    held: Arc<HeldBack>,
) {
    let mut batch = Vec::new();
    while let Some(line) = queued.recv().await {
        batch.clear();
        batch.extend_from_slice(&line.0);
        batch.push(b'\n');
        while batch.len() < BATCH
            && let Ok(line) = queued.try_recv()
        {
            batch.extend_from_slice(&line.0);
            batch.push(b'\n');
        }
        let mut writing = pin!(stdin.write_all(&batch));
        let written = loop {
            match timeout(DEAF_AFTER, writing.as_mut()).await {
                Ok(written) => break written,
                Err(_) if held.was_lately() => {}
                Err(_) => return,
            }
        };
        if written.is_err() {
            return;
        }
        if batch.capacity() > 4 * BATCH {
            batch = Vec::new();
        }
    }
}

const QUEUED_LINES: usize = 64;
const BATCH: usize = 16 * 1024;
/// How long a process may leave its input unread.
const DEAF_AFTER: Duration = Duration::from_secs(10);
/// How long the output of an exited process is still read.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How long a process has after its input closed, and after TERM.
const AFTER_CLOSE: Duration = Duration::from_secs(1);
const AFTER_TERM: Duration = Duration::from_secs(4);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line() {
        assert_eq!(Text::one("{\"a\":1}".into()).0, "{\"a\":1}");
        assert_eq!(Text::one("{\r\n\"a\":\n1}".into()).0, "{  \"a\": 1}");
        let batch = ["{\n}", "{}"];
        let text = Text::many(batch.into_iter());
        assert_eq!(text.0, "{ }\n{}");
        assert_eq!(text.lines().collect::<Vec<_>>(), ["{ }", "{}"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_waits_to_be_read_is_not_deaf() {
        // GW-25
        let (ours, _theirs) = tokio::io::duplex(8);
        let (input, queued) = mpsc::channel(1);
        let held = Arc::<HeldBack>::default();
        let writing = tokio::spawn(write_lines(ours, queued, Arc::clone(&held)));
        let line = Text::one("more than fits".into());
        assert!(input.send(line).await.is_ok());
        held.until(tokio::time::sleep(3 * DEAF_AFTER)).await;
        assert!(!writing.is_finished());
        tokio::time::sleep(3 * DEAF_AFTER).await;
        assert!(writing.is_finished(), "now nothing keeps it from reading");
    }
}
