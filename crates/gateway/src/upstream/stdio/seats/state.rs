//! Who sits at a process, who asked it what, and who follows which resource.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Weak},
};

use bytes::Bytes;
use doorward_mcp::envelope::IdValue;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::{
    process::{Process, Receiver},
    slots::Tenant,
};

/// A session at a shared process.
pub(super) struct Seat {
    pub(super) receiver: Arc<dyn Receiver>,
    pub(super) tenant: Weak<dyn Tenant>,
    pub(super) over: CancellationToken,
    /// The process that it sits at.
    pub(super) generation: u64,
}

/// A request that has not been answered: who asked, and what they called it.
pub(super) struct Asked {
    pub(super) seat: u64,
    pub(super) id: String,
    pub(super) value: IdValue,
    pub(super) progress: Option<String>,
}

/// What became of the opening of the process.
pub(super) enum Opened {
    /// These wait for the answer, each with the id of its own opening.
    Waiting(Vec<(u64, String)>),
    /// This is the answer.
    Answered(Bytes),
}

pub(super) struct State {
    pub(super) process: Option<Arc<Process>>,
    pub(super) opened: Opened,
    generation: u64,
    seats: HashMap<u64, Seat>,
    asked: HashMap<u64, Asked>,
    followed: HashMap<String, HashSet<u64>>,
    next: u64,
    last_used: Instant,
}

impl State {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            process: None,
            opened: Opened::Waiting(Vec::new()),
            generation: 0,
            seats: HashMap::new(),
            asked: HashMap::new(),
            followed: HashMap::new(),
            next: 0,
            last_used: now,
        }
    }

    pub(super) fn running(&self) -> Option<Arc<Process>> {
        let process = self.process.as_ref().filter(|process| !process.is_over());
        process.cloned()
    }

    /// Forgets the process before, and says which one the next is.
    pub(super) fn begin(&mut self) -> u64 {
        self.process = None;
        self.opened = Opened::Waiting(Vec::new());
        self.generation += 1;
        self.generation
    }

    pub(super) fn is_current(&self, generation: u64) -> bool {
        self.generation == generation
    }

    /// Whether the process has answered its opening; of one that is gone nobody waits for it.
    pub(super) fn is_open(&self, generation: u64) -> bool {
        !self.is_current(generation) || matches!(self.opened, Opened::Answered(_))
    }

    pub(super) fn sit_down(&mut self, seat: Seat) -> u64 {
        self.next += 1;
        self.last_used = Instant::now();
        self.seats.insert(self.next, seat);
        self.next
    }

    /// The session at this seat.
    pub(super) fn at(&self, seat: u64) -> Option<Arc<dyn Receiver>> {
        self.seats.get(&seat).map(|seat| Arc::clone(&seat.receiver))
    }

    /// Everybody.
    pub(super) fn all(&self) -> Vec<Arc<dyn Receiver>> {
        let seats = self.seats.values();
        seats.map(|seat| Arc::clone(&seat.receiver)).collect()
    }

    pub(super) fn tenants(&self) -> Vec<Arc<dyn Tenant>> {
        let seats = self.seats.values();
        seats.filter_map(|seat| seat.tenant.upgrade()).collect()
    }

    /// Since when nobody has asked or been answered anything; `None` while somebody waits.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        self.asked.is_empty().then_some(self.last_used)
    }

    /// Notes a request, and says what it is called on the inside.
    pub(super) fn ask(&mut self, asked: Asked) -> Option<u64> {
        if self.asked.len() >= MOST_ASKED || !self.seats.contains_key(&asked.seat) {
            return None;
        }
        self.last_used = Instant::now();
        self.next += 1;
        self.asked.insert(self.next, asked);
        Some(self.next)
    }

    /// Takes the request that has this number on the inside.
    pub(super) fn answered(&mut self, number: u64) -> Option<Asked> {
        self.last_used = Instant::now();
        self.asked.remove(&number)
    }

    /// The request that has this number on the inside.
    pub(super) fn named(&self, number: u64) -> Option<&Asked> {
        self.asked.get(&number)
    }

    /// The only seat that waits for anything.
    pub(super) fn only(&self) -> Option<u64> {
        let mut asked = self.asked.values().map(|asked| asked.seat);
        let first = asked.next()?;
        asked.all(|seat| seat == first).then_some(first)
    }

    /// What the request of a seat with this id is called on the inside, and forgets it.
    pub(super) fn cancel(&mut self, seat: u64, id: &IdValue) -> Option<u64> {
        let theirs = |(_, asked): &(&u64, &Asked)| asked.seat == seat && asked.value == *id;
        let number = *self.asked.iter().find(theirs)?.0;
        self.asked.remove(&number);
        Some(number)
    }

    pub(super) fn follow(&mut self, seat: u64, uri: String) {
        let all: usize = self.followed.values().map(HashSet::len).sum();
        if all < MOST_FOLLOWED {
            self.followed.entry(uri).or_default().insert(seat);
        }
    }

    /// Whether nobody follows the resource any more.
    pub(super) fn unfollow(&mut self, seat: u64, uri: &str) -> bool {
        let Some(seats) = self.followed.get_mut(uri) else {
            return true;
        };
        seats.remove(&seat);
        let nobody = seats.is_empty();
        if nobody {
            self.followed.remove(uri);
        }
        nobody
    }

    /// Who follows a resource.
    pub(super) fn followers(&self, uri: &str) -> Vec<Arc<dyn Receiver>> {
        let seats = self.followed.get(uri).into_iter().flatten();
        seats.filter_map(|seat| self.at(*seat)).collect()
    }

    /// Takes a seat away; what it asked, and what nobody follows without it, is left over.
    pub(super) fn stand_up(&mut self, seat: u64) -> (Vec<u64>, Vec<String>) {
        self.last_used = Instant::now();
        self.seats.remove(&seat);
        let theirs = |_: &u64, asked: &mut Asked| asked.seat == seat;
        let asked = self.asked.extract_if(theirs).map(|(number, _)| number);
        let asked = asked.collect();
        let alone = |_: &String, seats: &mut HashSet<u64>| seats.remove(&seat) && seats.is_empty();
        let followed = self.followed.extract_if(alone).map(|(uri, _)| uri);
        (asked, followed.collect())
    }

    /// Takes away everybody who sat at this process or an earlier one.
    pub(super) fn lose(&mut self, generation: u64) -> Vec<Seat> {
        if self.is_current(generation) {
            self.process = None;
        }
        let lost = |_: &u64, seat: &mut Seat| seat.generation <= generation;
        let lost: Vec<_> = self.seats.extract_if(lost).map(|(_, seat)| seat).collect();
        let seats = &self.seats;
        self.asked
            .retain(|_, asked| seats.contains_key(&asked.seat));
        for followers in self.followed.values_mut() {
            followers.retain(|seat| seats.contains_key(seat));
        }
        self.followed.retain(|_, followers| !followers.is_empty());
        lost
    }
}

const MOST_ASKED: usize = 1024;
const MOST_FOLLOWED: usize = 4096;
