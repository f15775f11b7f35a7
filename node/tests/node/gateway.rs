//! The loopback API: who is let in, and what each may do.
