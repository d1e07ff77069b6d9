//! Tells cargo that the program holds the lessons: a new file among them is a reason to build again.

fn main() {
    println!("cargo:rerun-if-changed=lessons");
}
