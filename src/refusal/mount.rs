//! Why mount(8) failed where the mount itself can be had: from util-linux 2.39 on it gives fsconfig(2) each option as a whole,
//! and that takes 255 characters (Linux: fs/fsopen.c). Our own verb gives it one layer after the other.

use crate::ground::{Errno, Failure};
use crate::kernel::try_option;

/// The variable by which mount(8) makes the old call.
const OLD_CALL: &str = "LIBMOUNT_FORCE_MOUNT2";

/// An option that is too long for one call.
pub(super) fn explain(words: &[String]) -> Option<Failure> {
    if std::env::var_os(OLD_CALL).is_some_and(|value| value == "always") {
        return None;
    }
    let options = words.iter().flat_map(|word| word.trim_start_matches("-o").split(','));
    let (key, value) = options.filter_map(|option| option.split_once('=')).max_by_key(|(_, value)| value.len())?;
    let error = try_option("overlay", key, value).err().filter(|error| error.errno == Errno::EINVAL)?;
    // An option that is refused for another reason is refused when it is short, too.
    if value.len() <= 255 {
        return None;
    }
    let why = format!(
        "{key} has {} characters, and one call takes 255; mount of util-linux 2.39 and newer makes one call for each option",
        value.len()
    );
    let fix = format!("let it make the old call, which takes a page: {OLD_CALL}=always mount …");
    Some(Failure::kernel("cannot mount the overlay", error.call, why, fix))
}
