//! The program `dokuei`: what it teaches, how it fails, how it runs and stops.

mod deleting;
mod running;
mod setting_up;
mod unlocking;
mod usage;
