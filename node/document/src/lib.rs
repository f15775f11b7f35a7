//! A report for people: PDF in Japanese and English.
