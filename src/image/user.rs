//! Who the `User` of an image is: numbers are taken as they are, names are looked up in the image's own passwd(5) and group(5).

use crate::image::ImageError;
use crate::image::layer::marks_of;
use crate::image::layer::stack::is_whiteout;
use crate::kernel::Within;
use std::io::Read;
use std::path::PathBuf;

/// The largest number of a user or group.
const MOST: u32 = i32::MAX as u32;
/// Files of users are no larger, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The numbers of `USER[:GROUP]` in an image whose layers are in these directories, the topmost first.
///
/// # Errors
/// When the image has no such user or group.
pub fn user(directories: &[PathBuf], text: &str) -> Result<(u32, u32), ImageError> {
    let (user, group) = text.split_once(':').unwrap_or((text, ""));
    let refused = |why: String| {
        let fix = "give a user that the image has: --user UID, or layerlab image commit --change 'USER …'";
        ImageError::refused(format!("cannot be the user {text:?} of the image"), why, fix)
    };
    let passwd = file(directories, "passwd");
    let number = |text: &str| match text.parse::<u64>() {
        Ok(number) => Some(u32::try_from(number).ok().filter(|number| *number <= MOST).ok_or_else(|| {
            refused(format!("{number} is larger than {MOST}, and some programs take such a number for a negative one"))
        })),
        Err(_) => None,
    };
    let column = |line: &[String], at: usize| line.get(at).and_then(|text| text.parse().ok()).filter(|id| *id <= MOST);
    let by_name = passwd.iter().find(|line| line[0] == user);
    let (user, own_group) = match number(user).transpose()? {
        Some(id) => (id, passwd.iter().find(|line| column(line, 2) == Some(id)).and_then(|line| column(line, 3))),
        None if user.is_empty() => (0, Some(0)),
        None => {
            let line = by_name.ok_or_else(|| refused(format!("its /etc/passwd has no {user:?}")))?;
            let id = column(line, 2).ok_or_else(|| refused(format!("its /etc/passwd has no number for {user:?}")))?;
            (id, column(line, 3))
        }
    };
    let group = match number(group).transpose()? {
        Some(id) => id,
        None if group.is_empty() => own_group.unwrap_or(0),
        None => {
            let groups = file(directories, "group");
            let line = groups.iter().find(|line| line[0] == group);
            let id = line.and_then(|line| column(line, 2));
            id.ok_or_else(|| refused(format!("its /etc/group has no {group:?}")))?
        }
    };
    Ok((user, group))
}

/// The lines of a file in /etc of an image, each split at its colons; none where it has no such file.
fn file(directories: &[PathBuf], name: &str) -> Vec<Vec<String>> {
    for directory in directories {
        let Ok(etc) = Within::open(directory).and_then(|root| root.directory("etc".as_ref())) else { continue };
        let marks = marks_of(&etc);
        if let Ok(found) = etc.look(name.as_ref()) {
            if is_whiteout(&etc, name.as_ref(), &found, &marks) {
                return Vec::new();
            }
            let mut text = String::new();
            let read = etc.file(name.as_ref()).ok().map(|file| file.take(MOST_BYTES).read_to_string(&mut text));
            let lines = if read.is_some_and(|read| read.is_ok()) { text.as_str() } else { "" };
            return lines.lines().map(|line| line.split(':').map(str::to_string).collect()).collect();
        }
        if marks.opaque {
            break;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::user;

    #[test]
    fn names_are_those_of_the_image() {
        let place = tempfile::tempdir().unwrap();
        let [top, below] = ["top", "below"].map(|name| place.path().join(name));
        for (layer, passwd) in [(&top, "root:x:0:0::/:/bin/sh\napp:x:101:102::/:\n"), (&below, "old:x:5:5::/:\n")] {
            std::fs::create_dir_all(layer.join("etc")).unwrap();
            std::fs::write(layer.join("etc/passwd"), passwd).unwrap();
        }
        std::fs::write(below.join("etc/group"), "team:x:200:\n").unwrap();
        let layers = [top, below];
        for (text, expected) in [
            ("", (0, 0)),
            ("root", (0, 0)),
            ("app", (101, 102)),
            ("app:team", (101, 200)),
            ("app:7", (101, 7)),
            ("101", (101, 102)),
            ("9", (9, 0)),
            ("9:9", (9, 9)),
            ("2147483647", (2_147_483_647, 0)),
        ] {
            assert_eq!(user(&layers, text), Ok(expected), "{text}");
        }
        for (text, why) in [
            ("old", "no \"old\""),
            ("app:none", "/etc/group"),
            ("2147483648", "larger"),
            ("-1", "no \"-1\""),
            ("0:4294967296", "larger"),
        ] {
            assert!(user(&layers, text).unwrap_err().to_string().contains(why), "{text}");
        }
    }
}
