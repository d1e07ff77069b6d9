//! The program: see `layerlab::cli`.

fn main() -> std::process::ExitCode {
    layerlab::cli::run()
}
