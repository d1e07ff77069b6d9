//! Sizes, as people write and read them.

/// `14.2 MiB`
pub fn bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}

/// `512M`, `4G`: a number, in bytes or in powers of 1024.
pub fn size(text: &str) -> Result<u64, String> {
    const UNKNOWN: &str = "a size is a number with K, M, G or T behind it: 512M";
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match text[digits.len()..].to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1_u64 << 40,
        _ => return Err(UNKNOWN.to_string()),
    };
    let number: u64 = digits.parse().map_err(|_| UNKNOWN.to_string())?;
    number.checked_mul(unit).filter(|size| *size > 0).ok_or_else(|| "that is no size to work with".to_string())
}
