//! The loopback API: who is let in and what each may do.

mod access;
mod browser;
mod clock;
mod consultation;
mod described;
mod directory;
mod dropping;
mod duties;
mod forwarding;
mod handing_over;
mod heads;
mod images;
mod live;
mod protection;
mod register;
mod renewing;
mod repeats;
mod rotation;
mod second_factor;
mod setup;
mod signing;
mod telling;
mod together;
mod work_list;
