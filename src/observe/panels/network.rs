//! The network of the innermost shell: /proc/PID/net, which shows the network namespace of that process.

use super::{Shells, read};
use std::net::Ipv4Addr;

/// Interface, addresses, where it leads.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<String>> {
    let process = shells.innermost();
    let routes = routes(&read(process, "net/route"));
    let addresses = local_addresses(&read(process, "net/fib_trie"));
    let six = read(process, "net/if_inet6");
    let names = read(process, "net/dev");
    // Two lines of headings; then `  lo:  0 0 …`.
    let names = names.lines().skip(2).filter_map(|line| Some(line.split_once(':')?.0.trim().to_string()));
    names
        .map(|name| {
            let own: Vec<&Route> = routes.iter().filter(|route| route.interface == name).collect();
            let mut found: Vec<String> = addresses
                .iter()
                .filter(|address| match name.as_str() {
                    "lo" => address.is_loopback(),
                    _ => own.iter().any(|route| route.prefix > 0 && route.holds(**address)),
                })
                .map(Ipv4Addr::to_string)
                .collect();
            // An IPv6 address shows that the interface is up, even where it has no other.
            let has_six = six.lines().any(|line| line.split_whitespace().last() == Some(name.as_str()));
            if has_six {
                found.push(if name == "lo" { "::1".into() } else { "an IPv6 address".into() });
            }
            let state = if found.is_empty() { "down, or without an address".to_string() } else { found.join(", ") };
            let leads: Vec<String> = own.iter().map(|route| route.words()).collect();
            vec![name, state, leads.join(", ")]
        })
        .collect()
}

/// A line of the routing table, proc_pid_net(5).
struct Route {
    interface: String,
    destination: u32,
    gateway: u32,
    mask: u32,
    prefix: u32,
}

impl Route {
    fn holds(&self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask == self.destination
    }

    fn words(&self) -> String {
        let gateway = Ipv4Addr::from(self.gateway);
        match (self.prefix, self.gateway) {
            (0, 0) => "everywhere".to_string(),
            (0, _) => format!("everywhere, by {gateway}"),
            (prefix, 0) => format!("{}/{prefix}", Ipv4Addr::from(self.destination)),
            (prefix, _) => format!("{}/{prefix} by {gateway}", Ipv4Addr::from(self.destination)),
        }
    }
}

/// Numbers stand there in hexadecimal, in the order of the machine's bytes.
fn routes(table: &str) -> Vec<Route> {
    let number = |word: &str| u32::from_str_radix(word, 16).ok().map(|bits| u32::from_be_bytes(bits.to_ne_bytes()));
    let route = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mask = number(words.get(7)?)?;
        Some(Route {
            interface: words[0].to_string(),
            destination: number(words[1])?,
            gateway: number(words[2])?,
            mask,
            prefix: mask.count_ones(),
        })
    };
    table.lines().skip(1).filter_map(route).collect()
}

/// The addresses of this machine in the trie: each stands in the line before `/32 host LOCAL`.
fn local_addresses(trie: &str) -> Vec<Ipv4Addr> {
    let mut found = Vec::new();
    let mut last = None;
    for line in trie.lines() {
        if let Some(address) = line.trim().strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line.contains("/32 host LOCAL")
            && let Some(address) = last.filter(|address| !found.contains(address))
        {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{local_addresses, routes};

    #[test]
    fn addresses_and_routes_are_read_as_proc_has_them() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.0\n        /24 link UNICAST\n     |-- 10.0.0.2\n        /32 host LOCAL\nLocal:\n     |-- 10.0.0.2\n        /32 host LOCAL\n";
        assert_eq!(local_addresses(trie), ["10.0.0.2".parse::<std::net::Ipv4Addr>().unwrap()]);
        let hex = |address: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(address));
        let table = format!(
            "Iface\nveth0\t{}\t{}\t0001\t0\t0\t0\t{}\t0\t0\t0\nveth0\t{}\t{}\t0003\t0\t0\t0\t{}\t0\t0\t0\n",
            hex([10, 0, 0, 0]),
            hex([0; 4]),
            hex([255, 255, 255, 0]),
            hex([0; 4]),
            hex([10, 0, 0, 1]),
            hex([0; 4])
        );
        let words: Vec<String> = routes(&table).iter().map(super::Route::words).collect();
        assert_eq!(words, ["10.0.0.0/24", "everywhere, by 10.0.0.1"]);
    }
}
