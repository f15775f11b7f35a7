//! Reads `tauri.conf.json`, the capabilities and the icon into the program.

fn main() {
    tauri_build::build();
}
