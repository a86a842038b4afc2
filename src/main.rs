//! The `rccsim` binary: hands the command line to [`rccsim::cli`].

fn main() -> std::process::ExitCode {
    rccsim::cli::main()
}
