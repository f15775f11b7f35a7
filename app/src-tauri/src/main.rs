//! The desktop window: attaches to the node of this machine or starts one, and shows the node's own page.
//!
//! It links no crate of ours. All it knows of a node is `api.json` and the loopback address in it; whatever the user
//! does goes from the page to the node's API, exactly as in a browser.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod address;
mod error;
mod link;
mod node;
mod options;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use tauri::{RunEvent, WebviewWindow};

use crate::address::NodeAddress;
use crate::error::StartError;
use crate::node::OwnNode;
use crate::options::{HELP, Options, Wish};
use crate::window::Destination;

fn main() -> ExitCode {
    match Wish::read(std::env::args_os().skip(1), std::env::var_os("DOKUEI_DATA_DIR")) {
        Ok(Wish::Open(options)) => run(options),
        Ok(Wish::Help) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("dokuei-app: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: Options) -> ExitCode {
    let own = OwnNode::default();
    let (for_setup, at_exit) = (Arc::clone(&own), own);
    let app = tauri::Builder::default()
        .setup(move |app| {
            let destination = Destination::default();
            let window = window::open(app, &destination, options.may_be_captured)?;
            // Ended by a signal, the window still stops its node.
            let handle = app.handle().clone();
            ctrlc::set_handler(move || handle.exit(0))?;
            // Starting takes seconds: the window must be alive meanwhile.
            thread::spawn(move || bring_up(&window, &destination, &options, &for_setup));
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(move |_, event| {
                if matches!(event, RunEvent::Exit) {
                    node::stop(&at_exit);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("dokuei-app: the window could not be opened: {error}");
            node::stop(&at_exit);
            ExitCode::FAILURE
        }
    }
}

fn bring_up(window: &WebviewWindow, destination: &Destination, options: &Options, own: &OwnNode) {
    let shown = match reach(options, own) {
        Ok(node) => window::show_node(window, destination, node, options.link.as_ref()),
        Err(error) => {
            eprintln!("dokuei-app: {error}");
            window::show_error(window, &error)
        }
    };
    if let Err(error) = shown {
        eprintln!("dokuei-app: the window cannot show the page: {error}");
    }
}

fn reach(options: &Options, own: &OwnNode) -> Result<NodeAddress, StartError> {
    if let Some(node) = node::running(&options.data_dir)? {
        return Ok(node);
    }
    let this = std::env::current_exe().map_err(StartError::NodeRefused)?;
    let program = node::program(std::env::var_os("DOKUEI_BIN").map(PathBuf::from), &this);
    node::start_and_wait(own, &program, options)
}
