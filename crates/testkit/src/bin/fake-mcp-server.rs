//! An MCP server of one revision over its standard input and output, or a hostile one, for tests of
//! gateways.

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if !doorward_testkit::hostile::run_program(&arguments) {
        doorward_testkit::peers::run_program(&arguments);
    }
}
