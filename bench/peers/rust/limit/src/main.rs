//! The least that fan-out can cost, for others to be compared with. It is no
//! chat server: no limits, no history, no presence, and it believes its clients.
//!
//! `limit ADDRESS` is one node without a bus: each frame is encoded once and
//! sent to each member by a system call. `limit ADDRESS redis://REDIS` is one of
//! several nodes: what one turn of its loop brought goes out in one call. With
//! `log` after it, Hubbub's own script keeps a log of what is said.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::net::TcpListener;

use anyhow::{Context, Result};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, Event, EventData, EventFlags};
use rustix::fd::OwnedFd;
use slab::Slab;

mod bus;
mod frames;
mod log;
mod person;

use bus::Bus;
use frames::Frame;
use person::Person;

const LISTENER: u64 = u64::MAX;
const ANSWERS: u64 = u64::MAX - 1;
const MESSAGES: u64 = u64::MAX - 2;
const EVENTS: usize = 256;
const READ_BYTES: usize = 128 * 1024;
const ACCEPTED_AT_ONCE: usize = 256;

struct Room {
    name: Vec<u8>,
    members: Vec<usize>,
    /// Frames of this turn, where there is a bus.
    pending: Vec<u8>,
}

struct Server {
    epoll: OwnedFd,
    listener: TcpListener,
    people: Slab<Person>,
    rooms: Vec<Room>,
    by_name: HashMap<Vec<u8>, usize>,
    bus: Option<Bus>,
    /// Rooms with something pending.
    dirty: Vec<usize>,
    buffer: Vec<u8>,
}

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let listener = TcpListener::bind(words.next().context("where to listen?")?)?;
    let redis = words.next();
    let keeps_log = words.next().is_some_and(|word| word == "log");
    listener.set_nonblocking(true)?;
    // std listens with a backlog of 128: thousands come at once here.
    rustix::net::listen(&listener, 4096)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    let bus = redis.as_deref().map(|url| Bus::connect(url, keeps_log)).transpose()?;
    if let Some(bus) = &bus {
        epoll::add(&epoll, &bus.commands, EventData::new_u64(ANSWERS), EventFlags::IN)?;
        epoll::add(&epoll, &bus.messages, EventData::new_u64(MESSAGES), EventFlags::IN)?;
    }
    let server = Server {
        epoll,
        listener,
        people: Slab::new(),
        rooms: Vec::new(),
        by_name: HashMap::new(),
        bus,
        dirty: Vec::new(),
        buffer: vec![0; READ_BYTES],
    };
    server.serve()
}

impl Server {
    fn serve(mut self) -> Result<()> {
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
        loop {
            events.clear();
            epoll::wait(&self.epoll, spare_capacity(&mut events), None)?;
            for event in &events {
                match event.data.u64() {
                    LISTENER => self.accept()?,
                    ANSWERS => self.forget_answers()?,
                    MESSAGES => self.take_messages()?,
                    who => self.serve_person(who as usize, event.flags)?,
                }
            }
            if let Some(bus) = &mut self.bus {
                bus.send()?;
            }
            for room in std::mem::take(&mut self.dirty) {
                let pending = std::mem::take(&mut self.rooms[room].pending);
                self.send_to_all(room, &pending)?;
            }
        }
    }

    fn accept(&mut self) -> Result<()> {
        for _ in 0..ACCEPTED_AT_ONCE {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            };
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let seat = self.people.vacant_entry();
            epoll::add(&self.epoll, &stream, EventData::new_u64(seat.key() as u64), EventFlags::IN)?;
            seat.insert(Person::new(stream));
        }
        Ok(())
    }

    fn serve_person(&mut self, who: usize, flags: EventFlags) -> Result<()> {
        if flags.contains(EventFlags::OUT)
            && let Some(person) = self.people.get_mut(who)
            && person.flush()
        {
            epoll::modify(&self.epoll, &person.stream, EventData::new_u64(who as u64), EventFlags::IN)?;
        }
        if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
            self.read(who)?;
        }
        Ok(())
    }

    fn read(&mut self, who: usize) -> Result<()> {
        let Some(person) = self.people.get_mut(who) else { return Ok(()) };
        let mut buffer = std::mem::take(&mut self.buffer);
        match person.stream.read(&mut buffer) {
            Ok(size) if size > 0 => {
                let mut unread = std::mem::take(&mut person.unread);
                unread.extend_from_slice(&buffer[..size]);
                self.buffer = buffer;
                let used = self.hear(who, &mut unread)?;
                unread.drain(..used);
                if let Some(person) = self.people.get_mut(who)
                    && !unread.is_empty()
                {
                    person.unread = unread;
                }
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(_) | Err(_) => self.part(who),
        }
        self.buffer = buffer;
        Ok(())
    }

    /// Handles the bytes of a person; returns how many of them it has used.
    fn hear(&mut self, who: usize, bytes: &mut [u8]) -> Result<usize> {
        let mut used = 0;
        if !self.people[who].is_open {
            let Some((answer, size)) = frames::upgrade(bytes) else { return Ok(0) };
            self.people[who].is_open = true;
            used = size;
            self.send(who, &answer)?;
        }
        while self.people.contains(who)
            && let Some((heard, size)) = frames::next(&mut bytes[used..])
        {
            used += size;
            match heard {
                Frame::Join(room) => self.join(who, room)?,
                Frame::Text(text) => self.say(who, text)?,
                Frame::Ping => self.send(who, &frames::PONG)?,
                Frame::Close => self.part(who),
                Frame::Other => {}
            }
        }
        Ok(used)
    }

    fn join(&mut self, who: usize, name: &[u8]) -> Result<()> {
        let room = *self.by_name.entry(name.to_vec()).or_insert_with(|| {
            if let Some(bus) = &mut self.bus {
                bus.subscribe(name);
            }
            self.rooms.push(Room { name: name.to_vec(), members: Vec::new(), pending: Vec::new() });
            self.rooms.len() - 1
        });
        if self.people[who].room.is_none() {
            self.people[who].room = Some(room);
            self.rooms[room].members.push(who);
        }
        let mut answer = Vec::new();
        frames::write(&mut answer, br#"{"type":"joined"}"#);
        self.send(who, &answer)
    }

    fn say(&mut self, who: usize, text: &[u8]) -> Result<()> {
        let Some(room) = self.people[who].room else { return Ok(()) };
        if let Some(bus) = &mut self.bus {
            bus.publish(&self.rooms[room].name, text);
            return Ok(());
        }
        let mut frame = Vec::with_capacity(text.len() + 10);
        frames::write(&mut frame, text);
        self.send_to_all(room, &frame)
    }

    fn forget_answers(&mut self) -> Result<()> {
        if let Some(bus) = &mut self.bus {
            bus.forget_answers(&mut self.buffer)?;
        }
        Ok(())
    }

    fn take_messages(&mut self) -> Result<()> {
        let Some(bus) = &mut self.bus else { return Ok(()) };
        bus.take_messages(&mut self.buffer, |name, text| {
            let Some(room) = self.by_name.get(name) else { return };
            let pending = &mut self.rooms[*room].pending;
            if pending.is_empty() {
                self.dirty.push(*room);
            }
            frames::write(pending, text);
        })
    }

    fn send_to_all(&mut self, room: usize, bytes: &[u8]) -> Result<()> {
        let members = std::mem::take(&mut self.rooms[room].members);
        let mut lost = Vec::new();
        for who in &members {
            let person = &mut self.people[*who];
            match person.send(bytes) {
                person::Sent::All => {}
                person::Sent::Part => {
                    let events = EventFlags::IN | EventFlags::OUT;
                    epoll::modify(&self.epoll, &person.stream, EventData::new_u64(*who as u64), events)?;
                }
                person::Sent::Lost => lost.push(*who),
            }
        }
        self.rooms[room].members = members;
        lost.into_iter().for_each(|who| self.part(who));
        Ok(())
    }

    fn send(&mut self, who: usize, bytes: &[u8]) -> Result<()> {
        let Some(person) = self.people.get_mut(who) else { return Ok(()) };
        match person.send(bytes) {
            person::Sent::All => {}
            person::Sent::Part => {
                let events = EventFlags::IN | EventFlags::OUT;
                epoll::modify(&self.epoll, &person.stream, EventData::new_u64(who as u64), events)?;
            }
            person::Sent::Lost => self.part(who),
        }
        Ok(())
    }

    fn part(&mut self, who: usize) {
        let Some(person) = self.people.try_remove(who) else { return };
        if let Some(room) = person.room {
            self.rooms[room].members.retain(|member| *member != who);
        }
    }
}
