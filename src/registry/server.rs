//! A registry on the net: connections are taken by a few threads, and each asks and is answered as often as it wants (RFC 9112).
//!
//! A thread that waits for somebody takes the next connection. There are never more than [`MOST_THREADS`]; the connections beyond
//! wait in the kernel. When all threads have somebody, they part from each one after its answer, so that nobody waits for those
//! who only stay. A real registry would let few threads wait for many connections; here each request can be followed in one
//! thread, from its first byte to its last.

use crate::ground::{Failure, Name};
use crate::kernel::{CallError, let_wait, raise_descriptor_limit};
use crate::registry::answer::{Answer, Code, Content, Refusal, reason};
use crate::registry::body::Body;
use crate::registry::headers::{Framing, RequestHead, read_request};
use crate::registry::request::Request;
use crate::registry::route::split_target;
use crate::registry::service::Registry;
use std::io::{BufReader, Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// So many threads answer at the most.
const MOST_THREADS: usize = 64;
/// A thread needs no more for its variables, in bytes.
const STACK: usize = 256 * 1024;
/// So many connections may wait until a thread has time; the kernel may permit less.
const WAITING: i32 = 4096;
/// A connection that asks nothing is closed after so long, …
const IDLE: Duration = Duration::from_secs(5);
/// … and it is looked at so often whether others wait for its thread.
const LOOK: Duration = Duration::from_millis(100);
/// A request, or an answer, that does not move is given up after so long.
const STUCK: Duration = Duration::from_secs(30);
/// So many bytes that nobody wants are read, so that the connection can stay.
const READ_OVER: u64 = 256 * 1024;

/// What is told of each request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// `GET`
    pub method: String,
    /// What was asked for.
    pub target: String,
    /// `200`
    pub status: u16,
    /// What the status is called.
    pub reason: &'static str,
}

/// A registry that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    registry: Registry,
    /// Threads that there are, …
    threads: AtomicUsize,
    /// … and those of them that wait for a connection.
    waiting: AtomicUsize,
}

impl Server {
    /// Begins to listen. Port 0 is any that is free.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn listen(address: SocketAddr, registry: Registry) -> std::result::Result<Server, Failure> {
        let listener = TcpListener::bind(address).and_then(|listener| {
            let_wait(&listener, WAITING)?;
            Ok(listener)
        });
        let listener = listener.map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::AddrInUse => "somebody else listens there",
                std::io::ErrorKind::AddrNotAvailable => "this machine has no such address, or `lo` is not up",
                std::io::ErrorKind::PermissionDenied => "ports below 1024 are root's",
                _ => "the kernel refused it",
            };
            let call = CallError::of("bind", format!("3, {address}"), &error);
            let fix = "name another address: --addr 127.0.0.1:0 takes any port that is free";
            Failure::kernel(format!("cannot listen on {}", Name::from(address.to_string().as_str())), call, why, fix)
        })?;
        raise_descriptor_limit();
        Ok(Server { listener, registry, threads: AtomicUsize::new(0), waiting: AtomicUsize::new(0) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn address(&self) -> Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers for as long as this process lives, and tells of each answer.
    pub fn run(self, tell: impl Fn(&Answered) + Send + Sync + 'static) {
        self.threads.store(1, SeqCst);
        self.waiting.store(1, SeqCst);
        take_connections(&Arc::new(self), &Arc::new(tell));
    }

    /// Whether every thread has somebody, and no further one may come.
    fn is_full(&self) -> bool {
        self.waiting.load(SeqCst) == 0 && self.threads.load(SeqCst) >= MOST_THREADS
    }
}

type Tell = dyn Fn(&Answered) + Send + Sync;

/// What one thread does: it takes a connection and answers it, again and again.
fn take_connections(server: &Arc<Server>, tell: &Arc<impl Fn(&Answered) + Send + Sync + 'static>) {
    loop {
        let taken = server.listener.accept();
        if server.waiting.fetch_sub(1, SeqCst) == 1 {
            one_more_thread(server, tell);
        }
        match taken {
            // Whoever breaks off has been told all that there is to tell.
            Ok((stream, _)) => drop(converse(server, &stream, &**tell)),
            // No descriptor is left, for example: others have to end first.
            Err(_) => std::thread::sleep(LOOK),
        }
        server.waiting.fetch_add(1, SeqCst);
    }
}

/// Somebody has to wait for the next connection, as long as there may be one more thread.
fn one_more_thread(server: &Arc<Server>, tell: &Arc<impl Fn(&Answered) + Send + Sync + 'static>) {
    let more = |threads| (threads < MOST_THREADS).then_some(threads + 1);
    if server.threads.fetch_update(SeqCst, SeqCst, more).is_err() {
        return;
    }
    server.waiting.fetch_add(1, SeqCst);
    let (of_thread, tell) = (server.clone(), tell.clone());
    let begun = std::thread::Builder::new().stack_size(STACK).spawn(move || take_connections(&of_thread, &tell));
    if begun.is_err() {
        server.waiting.fetch_sub(1, SeqCst);
        server.threads.fetch_sub(1, SeqCst);
    }
}

/// One connection: requests, each with its answer, until one side has enough.
fn converse(server: &Server, stream: &TcpStream, tell: &Tell) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(STUCK))?;
    let mut reader = BufReader::with_capacity(16 * 1024, stream);
    while somebody_asks(server, stream, &reader)? {
        stream.set_read_timeout(Some(IDLE))?;
        let head = match read_request(&mut reader, IDLE) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(()),
            Err(error) => {
                let refusal = Refusal::new(Code::Unsupported, format!("this is no request: {error}"));
                let answer = Answer { status: 400, ..Answer::from(refusal) };
                send(stream, answer, false, true)?;
                return part(stream, &mut reader);
            }
        };
        stream.set_read_timeout(Some(STUCK))?;
        if !answer(server, stream, &mut reader, &head, tell)? {
            return part(stream, &mut reader);
        }
    }
    Ok(())
}

/// Waits for the next request. `false` where none comes in time, or others wait for this thread.
fn somebody_asks(server: &Server, stream: &TcpStream, reader: &BufReader<&TcpStream>) -> Result<bool> {
    if !reader.buffer().is_empty() {
        return Ok(true);
    }
    let until = Instant::now() + IDLE;
    stream.set_read_timeout(Some(LOOK))?;
    let mut first = true;
    while Instant::now() < until {
        match stream.peek(&mut [0]) {
            Ok(got) => return Ok(got > 0),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        // Whoever has just come is given some time to ask.
        if server.is_full() && !first {
            return Ok(false);
        }
        first = false;
    }
    Ok(false)
}

/// Answers one request. `false` where the connection cannot stay.
fn answer<'s>(
    server: &Server,
    stream: &'s TcpStream,
    reader: &mut BufReader<&'s TcpStream>,
    head: &RequestHead,
    tell: &Tell,
) -> Result<bool> {
    let framing = head.headers.framing();
    let expects = head.is_newest && head.headers.has_word("expect", "100-continue");
    let mut body = Awaited {
        body: Body::new(&mut *reader, framing.ok().flatten().unwrap_or(Framing::Length(0))),
        is_awaited: !expects,
        stream,
    };
    let is_head = head.method == "HEAD";
    let answer = match (framing, split_target(&head.target)) {
        (Ok(framing), Ok((path, query))) => {
            let length = match framing {
                Some(Framing::Length(length)) => Some(length),
                Some(_) => None,
                None => Some(0),
            };
            let method = if is_head { "GET" } else { head.method.as_str() };
            let headers = &head.headers;
            server.registry.answer(&mut Request { method, path, query, headers, length, body: &mut body })
        }
        (Err(why), _) => Answer { status: 400, ..Answer::from(Refusal::new(Code::SizeInvalid, why)) },
        (_, Err(refusal)) => Answer::from(refusal),
    };
    let (status, method, target) = (answer.status, head.method.clone(), head.target.clone());
    tell(&Answered { method, target, status, reason: reason(status) });
    // What was not read stands before the next request. Whoever waits for leave to send it never sends it.
    let is_read = body.body.is_at_end() || body.is_awaited && is_read_over(&mut body);
    let wants = head.is_newest && !head.headers.has_word("connection", "close")
        || head.headers.has_word("connection", "keep-alive");
    let stays = is_read && wants && !server.is_full();
    send(stream, answer, is_head, !stays)?;
    Ok(stays)
}

fn is_read_over(body: &mut Awaited<'_, '_>) -> bool {
    let over = std::io::copy(&mut body.take(READ_OVER), &mut std::io::sink());
    over.is_ok() && body.body.is_at_end()
}

fn send(mut stream: &TcpStream, answer: Answer, is_head: bool, closes: bool) -> Result<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    for (name, value) in &answer.headers {
        // Somebody else's words stand in some of them.
        let value: String = value.chars().filter(|letter| !letter.is_control()).collect();
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if ![204, 304].contains(&answer.status) {
        head.push_str(&format!("Content-Length: {}\r\n", answer.length()));
    }
    head.push_str(if closes { "Connection: close\r\n\r\n" } else { "\r\n" });
    match answer.content {
        Content::Bytes(bytes) if !is_head => stream.write_all(&[head.as_bytes(), &bytes].concat()),
        Content::File(file, length) if !is_head => {
            stream.write_all(head.as_bytes())?;
            // By sendfile(2): the bytes never come here.
            let sent = std::io::copy(&mut file.take(length), &mut stream)?;
            // The file became shorter; only a closed connection says so.
            if sent == length { Ok(()) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
        }
        _ => stream.write_all(head.as_bytes()),
    }
}

/// Says that nothing more comes, and reads what is still on its way: a connection that is closed with bytes unread takes the
/// answer along before it was read (RFC 9112, "Tear-down").
fn part(stream: &TcpStream, reader: &mut BufReader<&TcpStream>) -> Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(LOOK))?;
    let (until, mut read, mut buffer) = (Instant::now() + Duration::from_secs(1), 0, [0; 4096]);
    while read < READ_OVER && Instant::now() < until {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(got) => read += got as u64,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A body that somebody may only send when told to: `Expect: 100-continue`.
struct Awaited<'a, 'b> {
    body: Body<&'a mut BufReader<&'b TcpStream>>,
    stream: &'b TcpStream,
    /// It was asked for, or need not be.
    is_awaited: bool,
}

impl Read for Awaited<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if !self.is_awaited {
            self.is_awaited = true;
            let mut stream = self.stream;
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        self.body.read(buffer)
    }
}
