//! The limits of a cgroup, and what its processes have used: the files of the controllers pids, memory and cpu; cgroups(7).

use crate::ground::CgroupVersion;

/// The file into which a limit is written.
pub fn limit_file(version: CgroupVersion, controller: &str) -> &'static str {
    match (controller, version) {
        ("pids", _) => "pids.max",
        ("memory", CgroupVersion::One) => "memory.limit_in_bytes",
        ("memory", CgroupVersion::Two) => "memory.max",
        (_, CgroupVersion::One) => "cpu.cfs_quota_us",
        (_, CgroupVersion::Two) => "cpu.max",
    }
}

/// The file that says how much is used now; a processor is used and gone.
pub fn use_file(version: CgroupVersion, controller: &str) -> Option<&'static str> {
    match (controller, version) {
        ("pids", _) => Some("pids.current"),
        ("memory", CgroupVersion::One) => Some("memory.usage_in_bytes"),
        ("memory", CgroupVersion::Two) => Some("memory.current"),
        _ => None,
    }
}

/// The file that counts, as `oom_kill`, the processes that the kernel has ended because the memory was used up.
pub fn oom_file(version: CgroupVersion) -> &'static str {
    match version {
        CgroupVersion::One => "memory.oom_control",
        CgroupVersion::Two => "memory.events",
    }
}

/// The number behind a word, in a file that has one of each a line: `nr_throttled 3`.
pub fn counted(text: &str, word: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' ')?.trim().parse().ok())
}

/// A limit, whatever way it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many processes.
    Processes(u64),
    /// So many bytes of memory.
    Bytes(u64),
    /// So many thousandths of one processor.
    Cpu(u64),
}

impl Limit {
    /// Reads what stands in [`limit_file`]; in version 1, that of a processor and, behind it, `cpu.cfs_period_us`. None where
    /// nothing is limited.
    pub fn parse(controller: &str, text: &str) -> Option<Limit> {
        let mut words = text.split_whitespace();
        let first = words.next()?.parse::<u64>().ok()?;
        match controller {
            "pids" => Some(Limit::Processes(first)),
            // Version 1 says "no limit" by the largest number of whole pages.
            "memory" => (first < 1 << 60).then_some(Limit::Bytes(first)),
            _ => {
                let period = words.next().and_then(|word| word.parse::<u64>().ok()).filter(|period| *period > 0);
                let period = period.unwrap_or(100_000);
                Some(Limit::Cpu(first.saturating_mul(1000).saturating_add(period / 2) / period))
            }
        }
    }
}

/// Thousandths as per cent: `50%`, `33.3%`.
pub fn per_cent(thousandths: u64) -> String {
    match (thousandths / 10, thousandths % 10) {
        (whole, 0) => format!("{whole}%"),
        (whole, part) => format!("{whole}.{part}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, counted, per_cent};

    #[test]
    fn what_the_kernel_tells_is_a_limit_or_none() {
        for (controller, told, limit) in [
            ("pids", "4\n", Some(Limit::Processes(4))),
            ("memory", "8388608\n", Some(Limit::Bytes(8 << 20))),
            ("cpu", "50000 100000\n", Some(Limit::Cpu(500))),
            ("cpu", "1000\n 20000\n", Some(Limit::Cpu(50))),
            ("cpu", "20000 30000", Some(Limit::Cpu(667))),
            ("pids", "max\n", None),
            ("memory", "max\n", None),
            ("memory", "9223372036854771712\n", None),
            ("cpu", "max 100000\n", None),
            ("cpu", "-1\n 100000\n", None),
            ("cpu", "", None),
        ] {
            assert_eq!(Limit::parse(controller, told), limit, "{controller} {told}");
        }
        assert_eq!([500, 333, 5].map(per_cent), ["50%", "33.3%", "0.5%"]);
        let text = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
        assert_eq!((counted(text, "oom_kill"), counted(text, "oom")), (Some(3), None));
    }
}
