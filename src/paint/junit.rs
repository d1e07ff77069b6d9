//! Verdicts as JUnit XML, the form that graders read: a suite a lesson, a case an exercise.

use crate::event::{Verdict, Verified};
use crate::ground::acts;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::writer::Writer;
use std::io::Result;

/// The whole document. Exercises that nobody has begun are skipped cases.
pub fn junit(verified: &[Verified], not_begun: &[(String, String)]) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory does not fail.
    let _ = document(&mut writer, verified, not_begun);
    let mut document = writer.into_inner();
    document.push(b'\n');
    document
}

fn document(out: &mut Writer<Vec<u8>>, verified: &[Verified], not_begun: &[(String, String)]) -> Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.write_event(Event::Start(BytesStart::new("testsuites").with_attributes([("name", "layerlab")])))?;
    let lesson = |exercise: &str| exercise.split('.').next().unwrap_or_default().to_string();
    let mut lessons: Vec<String> = Vec::new();
    for name in verified.iter().map(|verified| &verified.exercise).chain(not_begun.iter().map(|(name, _)| name)) {
        if !lessons.contains(&lesson(name)) {
            lessons.push(lesson(name));
        }
    }
    for number in lessons {
        let done: Vec<&Verified> = verified.iter().filter(|verified| lesson(&verified.exercise) == number).collect();
        let skipped: Vec<_> = not_begun.iter().filter(|(name, _)| lesson(name) == number).collect();
        let failures = done.iter().filter(|verified| !verified.solved).count();
        out.write_event(Event::Start(BytesStart::new("testsuite").with_attributes([
            ("name", format!("lesson {number}").as_str()),
            ("tests", (done.len() + skipped.len()).to_string().as_str()),
            ("failures", failures.to_string().as_str()),
            ("errors", "0"),
            ("skipped", skipped.len().to_string().as_str()),
        ])))?;
        for verified in done {
            case(out, &verified.exercise, &verified.title, |out| {
                if verified.solved {
                    return Ok(());
                }
                let first = verified.causes().next().map_or("", |verdict| verdict.sentence.as_str());
                out.write_event(Event::Start(
                    BytesStart::new("failure").with_attributes([("message", clean(first).as_str())]),
                ))?;
                let all: Vec<String> = (0..verified.verdicts.len()).filter_map(|at| told(verified, at)).collect();
                out.write_event(Event::Text(BytesText::new(&clean(&all.join("\n")))))?;
                out.write_event(Event::End(BytesEnd::new("failure")))
            })?;
        }
        for (name, title) in skipped {
            case(out, name, title, |out| {
                out.write_event(Event::Empty(BytesStart::new("skipped").with_attributes([("message", "not begun")])))
            })?;
        }
        out.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    out.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn case(
    out: &mut Writer<Vec<u8>>,
    name: &str,
    title: &str,
    inside: impl FnOnce(&mut Writer<Vec<u8>>) -> Result<()>,
) -> Result<()> {
    let name = format!("{name} {title}");
    let name = clean(&name);
    out.write_event(Event::Start(
        BytesStart::new("testcase").with_attributes([("classname", "layerlab"), ("name", name.as_str())]),
    ))?;
    inside(out)?;
    out.write_event(Event::End(BytesEnd::new("testcase")))
}

fn told(verified: &Verified, at: usize) -> Option<String> {
    let Verdict { sentence: words, broken, .. } = &verified.verdicts[at];
    let broken = broken.as_ref().filter(|_| !verified.repeats(at))?;
    Some(match broken.follows {
        Some(_) => format!("{words} (follows)"),
        None => format!("{words}: expected {}, found {}. {}", broken.expected, broken.found, broken.means),
    })
}

/// XML knows no way to write most control characters; and whatever else acts on a reader's screen goes, too.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if acts(letter) && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::junit;
    use crate::event::{Broken, Next, Verdict, Verified};

    #[test]
    fn each_exercise_is_a_case() {
        let next = Next { command: String::new(), why: String::new() };
        let broken = Broken {
            expected: "nothing".into(),
            found: "a <file>".into(),
            means: "It & more.".into(),
            next: String::new(),
            follows: None,
        };
        let verdicts =
            vec![Verdict { check: "absent a".into(), sentence: "a reads \"x\u{7}\"".into(), broken: Some(broken) }];
        let wrong = Verified {
            exercise: "3.hide".into(),
            title: "Hide it".into(),
            solved: false,
            verdicts,
            afterwards: None,
            next: next.clone(),
        };
        let right = Verified {
            exercise: "3.show".into(),
            title: "Show it".into(),
            solved: true,
            verdicts: vec![],
            afterwards: None,
            next,
        };
        let text = String::from_utf8(junit(&[wrong, right], &[("4.x".into(), "X".into())])).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"layerlab\">\n  \
             <testsuite name=\"lesson 3\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\">\n    \
             <testcase classname=\"layerlab\" name=\"3.hide Hide it\">\n      \
             <failure message=\"a reads &quot;x\u{fffd}&quot;\">a reads &quot;x\u{fffd}&quot;: expected nothing, found a &lt;file&gt;. It &amp; more.</failure>\n    \
             </testcase>\n    <testcase classname=\"layerlab\" name=\"3.show Show it\">\n    </testcase>\n  </testsuite>\n  \
             <testsuite name=\"lesson 4\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\">\n    \
             <testcase classname=\"layerlab\" name=\"4.x X\">\n      <skipped message=\"not begun\"/>\n    </testcase>\n  </testsuite>\n</testsuites>\n"
        );
    }
}
