//! Networks as boxes with their interfaces; a cable is a line from one end to the other, and a bridge has a line to each of
//! its ports.

use crate::event::{Observation, Panel, PanelKind, SeenInterface, SeenNetwork};
use crate::paint::picture::canvas::{Canvas, Drawing, LINE, width};
use crate::paint::picture::table::{cell, of, there};
use crate::scene::words;
use std::collections::HashMap;

const PADDING: usize = 10;
const GAP: usize = 12;
/// Between the two columns of networks, for the cables.
const APART: usize = 120;
/// From the ports of a bridge to it.
const PORTS: usize = 70;
const HEAD: usize = 30;
const HIGH: usize = LINE * 2 + 8;

/// The picture of all networks; nothing where there is none but the machine's own.
pub(super) fn networks(now: &Observation, before: Option<&Observation>) -> Option<Drawing> {
    let of_table = |panel: &Panel| vec![from_table(panel)];
    let seen = match now.networks.is_empty() {
        true => of(now, PanelKind::Network).map(of_table).filter(|all| !all[0].interfaces.is_empty())?,
        false => now.networks.clone(),
    };
    let before = before.map_or(&[][..], |before| &before.networks);
    let has_bridge = |network: &SeenNetwork| network.interfaces.iter().any(|one| one.bridge.is_some());
    // What others are plugged into stands right; where nothing is, one half of them does.
    let some_bridge = seen.iter().any(has_bridge);
    let is_right = |at: usize| match some_bridge {
        true => has_bridge(&seen[at]),
        false => at >= seen.len().div_ceil(2),
    };
    let (left, right): (Vec<usize>, Vec<usize>) = (0..seen.len()).partition(|at| !is_right(*at));
    let wide = |all: &[usize]| all.iter().map(|at| size(&seen[*at]).0).max().unwrap_or(0);
    let second = if left.is_empty() { 0 } else { wide(&left) + APART };
    let mut canvas = Canvas::new();
    let mut ends: HashMap<(usize, &str), End> = HashMap::new();
    for (column, all, wide) in [(0, &left, wide(&left)), (second, &right, wide(&right))] {
        let mut y = 0;
        for at in all {
            // In the left column an interface is at the right border of its network, where the cables are.
            network(&seen[*at], &mut canvas, (column, y), wide, column == 0 && !right.is_empty(), &mut |name, end| {
                ends.insert((*at, name), end);
            });
            y += size(&seen[*at]).1 + GAP;
        }
    }
    for (at, network) in seen.iter().enumerate() {
        for one in &network.interfaces {
            let Some(cable) = &one.cable else { continue };
            let other = (cable.network, cable.interface.as_str());
            // Each cable once.
            if (at, one.name.as_str()) > other {
                continue;
            }
            let (Some(from), Some(to)) = (ends.get(&(at, &one.name)), ends.get(&other)) else { continue };
            let far = seen.get(other.0).and_then(|far| far.interfaces.iter().find(|end| end.name == other.1));
            let is_up = |end: &SeenInterface| end.state.starts_with("up") && !end.state.contains("no link");
            let known = before.iter().any(|old| {
                old.file == network.file
                    && old.interfaces.iter().any(|old| {
                        old.name == one.name && old.cable.as_ref().is_some_and(|end| end.interface == other.1)
                    })
            });
            let class = match (known, is_up(one) && far.is_some_and(is_up)) {
                (false, true) => "u",
                (false, false) => "u d",
                (true, true) => "",
                (true, false) => "d",
            };
            canvas.path(class, &from.to(to));
        }
    }
    Some(canvas.drawing())
}

/// Where a cable ends.
#[derive(Clone, Copy)]
struct End {
    x: usize,
    y: usize,
    /// The cable goes away to the right of it.
    rightwards: bool,
}

impl End {
    /// The way to another one.
    fn to(&self, other: &End) -> String {
        let bend = |end: &End| if end.rightwards { end.x + APART / 2 } else { end.x.saturating_sub(APART / 2) };
        format!(
            "M {} {} C {} {} {} {} {} {}",
            self.x,
            self.y,
            bend(self),
            self.y,
            bend(other),
            other.y,
            other.x,
            other.y
        )
    }
}

/// What is in a network beside bridges.
fn plain(network: &SeenNetwork) -> impl Iterator<Item = &SeenInterface> {
    network.interfaces.iter().filter(|one| !is_bridge(network, one))
}

fn is_bridge(network: &SeenNetwork, one: &SeenInterface) -> bool {
    network.interfaces.iter().any(|port| port.bridge.as_ref() == Some(&one.name))
}

fn wide(one: &SeenInterface) -> usize {
    width(&one.name).max(width(&one.state)).max(90) + 2 * PADDING
}

fn title(network: &SeenNetwork) -> String {
    words::network_name(network)
}

/// Width and height.
fn size(network: &SeenNetwork) -> (usize, usize) {
    let column = |of_bridges: bool| {
        network.interfaces.iter().filter(|one| is_bridge(network, one) == of_bridges).map(wide).max().unwrap_or(0)
    };
    let bridges = if column(true) > 0 { PORTS + column(true) } else { 0 };
    let inner = column(false) + bridges;
    let here = if network.here { width(HERE) } else { 0 };
    let wide = inner.max(width(&title(network)) + here).max(150) + 2 * PADDING;
    (wide, HEAD + plain(network).count() * (HIGH + GAP) + 2)
}

const HERE: &str = "   the shell is here";

/// Draws one, and tells of each of its interfaces where a cable ends.
fn network<'n>(
    network: &'n SeenNetwork,
    canvas: &mut Canvas,
    (x, y): (usize, usize),
    whole: usize,
    rightwards: bool,
    tell: &mut dyn FnMut(&'n str, End),
) {
    let high = size(network).1;
    canvas.rect((x, y), (whole, high), if network.here { "in up" } else { "in" });
    let title = title(network);
    canvas.text((x + PADDING, y + 19), "b", &title);
    if network.here {
        canvas.text((x + PADDING + width(&title), y + 19), "q", HERE);
    }
    let has_bridge = network.interfaces.iter().any(|one| is_bridge(network, one));
    let column = plain(network).map(wide).max().unwrap_or(0);
    // Up to the border, where the cables begin.
    let column = if has_bridge { column } else { whole - 2 * PADDING };
    let left = x + PADDING;
    let mut middles: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, one) in plain(network).enumerate() {
        let top = y + HEAD + at * (HIGH + GAP);
        canvas.rect((left, top), (column, HIGH), "");
        canvas.text((left + PADDING, top + 18), "b", &one.name);
        canvas.text((left + PADDING, top + 18 + LINE), "", &one.state);
        let middle = top + HIGH / 2;
        if let Some(bridge) = &one.bridge {
            middles.entry(bridge).or_default().push(middle);
        }
        tell(&one.name, End { x: if rightwards { left + column } else { left }, y: middle, rightwards });
    }
    for bridge in network.interfaces.iter().filter(|one| is_bridge(network, one)) {
        let Some(ports) = middles.get(bridge.name.as_str()) else { continue };
        let (first, last) = (ports.iter().min().unwrap_or(&0), ports.iter().max().unwrap_or(&0));
        let (start, to) = (left + column, left + column + PORTS);
        canvas.rect((to, first - HIGH / 2), (wide(bridge), last - first + HIGH), "up");
        let words = (first + last) / 2 - 4;
        canvas.text((to + PADDING, words), "b", &bridge.name);
        canvas.text((to + PADDING, words + LINE), "", &bridge.state);
        for middle in ports {
            canvas.path("", &format!("M {start} {middle} L {to} {middle}"));
        }
    }
}

/// What an older recording has: the network that the shell is in, without cables.
fn from_table(panel: &Panel) -> SeenNetwork {
    let rows = there(panel).filter(|row| !cell(row, 1).is_empty());
    let interface = |row: &crate::event::PanelRow| SeenInterface {
        name: cell(row, 0).into(),
        state: cell(row, 1).into(),
        bridge: cell(row, 2).strip_prefix("bridge ").map(str::to_string),
        cable: None,
    };
    SeenNetwork { file: None, here: true, interfaces: rows.map(interface).collect() }
}
