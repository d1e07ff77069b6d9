//! Every painter, on recordings made by hand: the whole output, as it stands in `snapshots/`.
//!
//! After a change that is meant, `SNAPSHOTS=overwrite cargo test paint` writes the files anew. Then look at them.

use crate::event::{Broken, Change, Event, Mark, Next, Observation, RecordingReader, Verdict, Verified};
use crate::ground::{Name, Shown, escaped};
use crate::lesson::Catalogue;
use crate::paint::{PAINTERS, Palette, fixture};
use crate::scene::{Look, Picture, words};
use unicode_width::UnicodeWidthStr;

fn paint(painter: &str, look: Look, events: &[Event]) -> String {
    let (_, painter) = PAINTERS.iter().find(|(name, _)| *name == painter).unwrap();
    let mut painter = painter(look);
    let painted = events.iter().map(|event| painter.paint(&event.clone().into()).unwrap());
    painted.collect::<Shown>().as_str().to_string()
}

fn terminal(events: &[Event], width: usize, styled: bool) -> String {
    paint("terminal", Look { width, styled, notes: true, ..Look::default() }, events)
}

fn recordings() -> Vec<(&'static str, Vec<Event>)> {
    let changes = Observation { changes: fixture::changes(), ..Observation::default() };
    vec![
        ("experiment", fixture::experiment()),
        ("states", vec![Event::Observation(fixture::states())]),
        ("changes", vec![Event::Observation(changes)]),
        ("five-hundred", fixture::five_hundred()),
        ("names", vec![Event::Observation(fixture::names())]),
    ]
}

fn check(name: &str, actual: &str) {
    let path = format!("{}/src/paint/snapshots/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(actual.to_string(), snapbox::Data::read_from(path.as_ref(), Some(snapbox::data::DataFormat::Text)).raw());
}

#[test]
fn the_terminal_at_four_widths() {
    for (name, events) in recordings() {
        for width in [140, 100, 80, 20] {
            check(&format!("{name}-{width}"), &terminal(&events, width, false));
        }
    }
}

#[test]
fn the_terminal_with_colours() {
    check("experiment-140-colour", &terminal(&fixture::experiment(), 140, true));
}

#[test]
fn sentences_alone() {
    for (name, events) in recordings() {
        check(&format!("{name}-plain"), &paint("plain", Look { notes: true, ..Look::default() }, &events));
    }
}

#[test]
fn every_change_has_its_sentence() {
    let mut changes = fixture::states().changes;
    changes.extend(fixture::changes());
    let told = changes.iter().map(|change| words::sentence(change, &changes));
    let lines: Vec<String> = told.map(|told| format!("{} {}\n", told.sign.mark(), told.text)).collect();
    check("sentences", &lines.concat());
}

#[test]
fn no_letter_of_a_command_or_its_output_is_lost_on_a_narrow_terminal() {
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    for width in 4..60 {
        for event in fixture::experiment() {
            let (Event::Command { line: text, .. } | Event::Output { text }) = &event else { continue };
            let shown = terminal(std::slice::from_ref(&event), width, false);
            assert!(solid(&shown).contains(&solid(text)), "{text} at {width}:\n{shown}");
        }
    }
}

#[test]
fn an_observation_alone_names_the_work_directory() {
    let events = [Event::Observation(fixture::states())];
    let look = Look { width: 100, work: true, ..Look::default() };
    assert!(paint("terminal", look, &events).contains("work  c1/work\n"));
    assert!(paint("plain", look, &events).contains("Its work directory is c1/work.\n"));
}

#[test]
fn a_failure_alone_is_an_error_in_three_lines() {
    let Some(Event::Explained(failure)) =
        fixture::experiment().into_iter().find(|event| matches!(event, Event::Explained(_)))
    else {
        panic!("the fixture has a failure");
    };
    check("failure-80", Palette::new(false).lines(&crate::scene::failure(&failure, 80)).as_str());
}

#[test]
fn one_event_is_one_line_of_json_and_can_be_read_back() {
    for (name, events) in recordings() {
        let text = paint("json", Look::default(), &events);
        let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, events, "{name}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, events) in recordings() {
        for width in (1..=40).chain([60, 79, 80, 81, 99, 100, 101, 119, 120, 139, 140, 200, 400]) {
            for line in terminal(&events, width, false).lines() {
                assert!(line.width() <= width, "{name} at {width}: {} columns: {line}", line.width());
                assert!(!line.ends_with(' '), "{name} at {width} ends with a blank: {line}");
            }
        }
    }
}

#[test]
fn without_colour_there_is_no_escape_and_colour_adds_nothing_else() {
    for (name, events) in recordings() {
        let (plain, coloured) = (terminal(&events, 100, false), terminal(&events, 100, true));
        assert!(!plain.contains('\x1b'), "{name}");
        // Code in prose keeps its backticks only where no colour shows it.
        if name != "experiment" {
            assert_eq!(without_escapes(&coloured), plain, "{name}");
        }
    }
}

fn without_escapes(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut plain = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        plain.push_str(piece.split_once('m').expect("only styles").1);
    }
    plain
}

#[test]
fn many_changes_are_summed_up_with_their_number() {
    let one = fixture::changes()[3].clone();
    let many: Vec<Change> = std::iter::repeat_n(one, 30).collect();
    let told = words::tell(&many);
    assert_eq!(told.len(), 8);
    assert_eq!(told[7].text, "23 more changes, marked in the trees: 23 whited out.");
}

#[test]
fn what_is_only_counted_counts() {
    let new =
        |at: u8| Change::Workspace { path: Name::from(format!("d{at}").as_str()), directory: true, mark: Mark::New };
    let mut many: Vec<Change> = (0..10).map(new).collect();
    many.push(Change::Untold { layer: None, mark: Mark::New, entries: 495 });
    many.push(Change::Untold { layer: None, mark: Mark::Gone, entries: 3 });
    let told: Vec<String> = words::tell(&many).into_iter().map(|told| told.text).collect();
    assert_eq!(
        told,
        ["505 new entries: d0/, d1/, d2/, d3/, d4/, d5/, d6/, d7/ and 497 more.", "3 more entries are gone."]
    );
}

fn picture(observation: Observation) -> Picture {
    let broken = |follows| Broken {
        expected: "nothing".into(),
        found: "a regular file".into(),
        means: "It comes from image.".into(),
        next: "look at it: ls -ld mnt/report.txt".into(),
        follows,
    };
    let verdict =
        |check: &str, sentence: &str, broken| Verdict { check: check.into(), sentence: sentence.into(), broken };
    let verdicts = vec![
        verdict("untouched image", "image is as it was", None),
        verdict("absent mnt/report.txt", "mnt/report.txt is there, but should not be", Some(broken(None))),
        verdict("whiteout container/report.txt", "container/report.txt does not exist", Some(broken(Some(1)))),
    ];
    let next = Next { command: "hint".into(), why: "shows a hint".into() };
    let (exercise, title) = ("3.hide".to_string(), "Hide a file".to_string());
    let verified = Verified { exercise, title, solved: false, verdicts, afterwards: None, next };
    Picture { text: "Make `report.txt` vanish from `mnt`. The image stays as it is.".into(), verified, observation }
}

#[test]
fn a_picture_is_as_wide_and_high_as_the_terminal() {
    for observation in [fixture::states(), fixture::names(), Observation::default()] {
        let picture = picture(observation);
        for (width, height) in [(80, 24), (140, 40), (161, 60), (60, 16), (20, 10), (1, 1), (300, 3)] {
            let (lines, furthest) = picture.lines(width, height, 0, false);
            assert_eq!(lines.len(), height, "{width} x {height}");
            assert!(lines.iter().all(|line| line.width() <= width), "{width} x {height}: {lines:#?}");
            let (end, _) = picture.lines(width, height, usize::MAX, false);
            // Only where nothing but the heading has room is there nothing to be moved.
            assert!(
                furthest == 0 || end != lines || height < 5,
                "{width} x {height}: the end looks like the beginning"
            );
        }
    }
}

#[test]
fn a_picture_on_a_small_terminal() {
    let (lines, _) = picture(fixture::states()).lines(80, 24, 0, false);
    check("picture-80x24", Palette::new(false).lines(&lines).as_str());
}

/// Puts something behind each text in an event, but for the words of its form.
fn spoil(value: &mut serde_json::Value, evil: &str) {
    const WORDS: &[&str] =
        &["event", "role", "kind", "mark", "change", "content", "form", "cgroups", "found", "states", "errno"];
    match value {
        serde_json::Value::String(text) => text.push_str(evil),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, evil)),
        serde_json::Value::Object(fields) => {
            let is_word = |name: &str, value: &serde_json::Value| WORDS.contains(&name) && !value.is_object();
            let texts = fields.iter_mut().filter(|(name, value)| !is_word(name, value));
            texts.for_each(|(_, value)| spoil(value, evil));
        }
        _ => {}
    }
}

#[test]
fn no_painter_lets_an_escape_or_a_turned_line_out() {
    let evil = "a\x1b[2Jb\u{9b}31m\u{202e}c\u{2028}d\x07";
    let events = fixture::experiment().into_iter().chain([Event::Observation(fixture::states())]).map(|event| {
        let mut value = serde_json::to_value(&event).unwrap();
        spoil(&mut value, evil);
        serde_json::from_value(value).unwrap_or(event)
    });
    let events: Vec<Event> = events.collect();
    let spoiled = events.iter().filter(|event| serde_json::to_string(event).unwrap().contains("\\u001b")).count();
    // Nothing but the last event is without any text.
    assert_eq!(spoiled, events.len() - 1);
    let safe = |who: &str, text: &str| {
        for line in text.lines() {
            assert_eq!(escaped(line), line, "{who}");
        }
    };
    for (name, _) in PAINTERS {
        safe(name, &paint(name, Look { notes: true, work: true, ..Look::default() }, &events));
    }
    let recording: Vec<_> = events.into_iter().map(Into::into).collect();
    safe("page", &crate::paint::page(&recording, Box::new(move |_| vec![evil.to_string()])));
}

#[test]
fn a_terminal_may_say_that_it_is_as_wide_as_it_likes() {
    for width in [99_999_999_999, usize::MAX] {
        let shown = terminal(&fixture::experiment(), width, false);
        assert!(shown.len() < 1_000_000, "{} bytes", shown.len());
    }
}

/// Every page and picture of our lessons, and of a recording whose texts are hostile.
fn pages_and_pictures() -> Vec<(String, String)> {
    let mut recordings: Vec<(String, Vec<Event>)> = Catalogue::embedded()
        .entries()
        .iter()
        .map(|entry| {
            let events = RecordingReader::new(&*entry.recording().unwrap()).map(|told| told.unwrap().event).collect();
            (entry.name(), events)
        })
        .collect();
    let evil = "\"'/><script>alert(1)</script><img src=\"https://e.example/\" onerror=alert(1)>]]>&amp;";
    let before_its_end = fixture::experiment().into_iter().filter(|event| !matches!(event, Event::End { .. }));
    let hostile = before_its_end.chain([Event::Observation(fixture::states())]).map(|event| {
        let mut value = serde_json::to_value(&event).unwrap();
        spoil(&mut value, evil);
        serde_json::from_value(value).unwrap_or(event)
    });
    recordings.push(("hostile".into(), hostile.chain([Event::End { held: true }]).collect()));
    let painted = |(name, events): &(String, Vec<Event>)| {
        ["html", "svg"].map(|painter| (format!("{painter} of {name}"), paint(painter, Look::default(), events)))
    };
    recordings.iter().flat_map(painted).collect()
}

#[test]
fn pages_and_pictures_are_well_formed_and_reach_no_network() {
    use quick_xml::events::Event as Xml;
    for (name, text) in pages_and_pictures() {
        // A script is no XML; it is ours, and looked at elsewhere.
        let (before, after) = text.split_once("<script>").unwrap_or((&text, ""));
        let after = after.split_once("</script>").map_or("", |(_, after)| after);
        let text = format!("{}{after}", before.trim_start_matches("<!doctype html>\n"));
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut ids = std::collections::BTreeSet::new();
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                Xml::Start(tag) | Xml::Empty(tag) => {
                    let tag_name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                    let known = "html head meta title style body main section h1 h2 p strong em code pre a ul ol li div kbd samp \
                                 span details summary table caption thead tbody tr th td dl dt dd blockquote del br svg g rect \
                                 path text desc hr";
                    assert!(known.split_whitespace().any(|one| one == tag_name), "<{tag_name}> in {name}");
                    for attribute in tag.attributes() {
                        let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
                        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                        let value = String::from_utf8(attribute.value.to_vec()).unwrap();
                        assert!(!key.starts_with("on") && key != "src" && key != "style", "{key} in {name}");
                        assert!(key != "href" || !value.starts_with("javascript"), "{value} in {name}");
                        assert!(key != "id" || ids.insert(value.clone()), "{value} twice in {name}");
                    }
                }
                Xml::Eof => break,
                _ => {}
            }
        }
        assert!(name.starts_with("svg") || ids.len() > 2, "{name}");
    }
}

#[test]
fn a_page_with_everything_is_small() {
    for (name, text) in pages_and_pictures() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        let size = packed.finish().unwrap().len();
        assert!(size < 60_000, "{name}: {size} bytes, compressed");
    }
}

#[test]
fn a_picture_has_a_line_from_each_entry_to_its_layer_and_an_arrow_for_a_copy() {
    let lessons = Catalogue::embedded();
    let recording = lessons.find("1").unwrap().recording().unwrap();
    let events: Vec<Event> = RecordingReader::new(&*recording).map(|told| told.unwrap().event).collect();
    let step = |wanted: u32| {
        let begins = |event: &Event| matches!(event, Event::Step { number, .. } if *number == wanted);
        let at = events.iter().position(begins).unwrap();
        let end = events[at + 1..].iter().position(|event| matches!(event, Event::Step { .. })).unwrap() + at + 1;
        [&events[..1], &events[at..end], &[Event::End { held: true }]].concat()
    };
    let (mounted, written) = (paint("svg", Look::default(), &step(2)), paint("svg", Look::default(), &step(3)));
    let lines = |picture: &str| picture.matches("<path d=").count();
    assert_eq!((lines(&mounted), lines(&written)), (5, 5));
    assert!(!mounted.contains("<path class=\"u\""), "nothing was copied by mount: {mounted}");
    assert_eq!(written.matches("<path class=\"u\"").count(), 1);
    assert!(written.contains("image-layer1.txt  hidden"), "{written}");
    assert!(written.contains("<desc>The overlay on mnt has the upper layer container-layer"), "{written}");
}

/// The picture of what a step of a lesson led to.
fn picture_of(lesson: &str, wanted: u32) -> String {
    let lessons = Catalogue::embedded();
    let recording = lessons.find(lesson).unwrap().recording().unwrap();
    let events = RecordingReader::new(&*recording).map(|told| told.unwrap().event);
    let behind = |event: &Event| matches!(event, Event::Step { number, .. } if *number == wanted + 1);
    let until: Vec<Event> = events.take_while(|event| !behind(event)).chain([Event::End { held: true }]).collect();
    paint("svg", Look::default(), &until)
}

#[test]
fn a_root_is_drawn_before_and_after_it_was_exchanged() {
    let exchanged = picture_of("10", 3);
    let text = |words: &str| exchanged.matches(&format!(">{words}</text>")).count();
    assert_eq!((text("before"), text("after")), (1, 1), "{exchanged}");
    assert_eq!((text("/tmp/pivot/box"), text("+ /old")), (1, 1), "one before, one after");
    assert_eq!(exchanged.matches("<path class=\"u\"").count(), 2, "both file systems are somewhere else now");
    assert!(exchanged.contains("Before: Table, root directory"), "{exchanged}");
    let refused = picture_of("10", 2);
    assert!(!refused.contains(">before</text>"), "nothing was exchanged: {refused}");
}

#[test]
fn networks_processes_ids_and_cgroups_are_boxes_with_what_is_between_them() {
    let (cable, bridge) = (picture_of("15", 5), picture_of("15", 10));
    let lines = |picture: &str| picture.matches("<path ").count();
    assert_eq!(lines(&cable), 1, "one cable: {cable}");
    assert_eq!(lines(&bridge), 4, "two cables, two ports: {bridge}");
    assert!(bridge.contains("a port of the bridge br0, and a cable leads from it to eth0 in network left"), "{bridge}");
    let numbers = picture_of("13", 2);
    assert!(
        numbers.contains(">PID namespace inside</text>") && numbers.contains("  1  bash   outside it is "),
        "{numbers}"
    );
    let ids = picture_of("14", 4);
    assert_eq!(lines(&ids), 2, "user and group are mapped: {ids}");
    let tree = picture_of("16", 7);
    assert_eq!(lines(&tree), 2, "box hangs below the shell's, inner below box: {tree}");
    let whole = picture_of("17", 2);
    assert!(
        whole.contains(">processes</text>") && whole.contains(">  1  bash  (4 outside)</text>")
            || whole.contains("+   1  bash  (4 outside)"),
        "{whole}"
    );
}
