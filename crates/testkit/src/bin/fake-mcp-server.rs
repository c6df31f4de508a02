//! An MCP server of one revision over its standard input and output, for tests of gateways.

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    doorward_testkit::peers::run_program(&arguments);
}
