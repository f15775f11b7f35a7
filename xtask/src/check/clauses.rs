//! The clauses of the guideline, numbered as tests name them, and what Dokuei does about each.
//!
//! The numbers are stable: tests, documents and messages cite them.

/// One numbered demand of the guideline.
pub(super) struct Clause {
    /// R1, R2 …, without the letter.
    pub(super) number: u8,
    /// Where the guideline says it.
    pub(super) place: &'static str,
    /// What it demands, and of whom.
    pub(super) demand: &'static str,
}

const fn clause(number: u8, place: &'static str, demand: &'static str) -> Clause {
    Clause {
        number,
        place,
        demand,
    }
}

/// All of them, in the guideline's order.
pub(super) const CLAUSES: [Clause; 25] = [
    clause(
        1,
        "2",
        "CT (dental cone-beam CT too), MRI, panoramic and other images, and what belongs to them, pass between attending dentist and specialist and between specialists, unchanged",
    ),
    clause(
        2,
        "3",
        "the few specialists can serve many clinics: they are found, and one node serves hundreds",
    ),
    clause(
        3,
        "4",
        "the reader is a specialist of oral radiology, a dentist of equal ability, or a specialist of diagnostic radiology",
    ),
    clause(
        4,
        "5-1(1), note 2",
        "only dentists and physicians licensed in Japan diagnose",
    ),
    clause(
        5,
        "5-1(2)",
        "reading is a medical act: a responsible practitioner stands behind every step",
    ),
    clause(
        6,
        "5-1(3)",
        "a report is guarded against impersonation and alteration; identity and password are managed; corrections keep their history",
    ),
    clause(
        7,
        "5-2(1)",
        "the requester justifies the examination, explains it, reads report and images, asks where in doubt, and tells the patient",
    ),
    clause(
        8,
        "5-2(2)",
        "responsibilities are agreed between the parties beforehand",
    ),
    clause(9, "5-3(1)", "an urgent finding reaches the referrer at once"),
    clause(
        10,
        "5-3(1)",
        "incidental findings are dealt with, and something confirms that they were",
    ),
    clause(
        11,
        "5-3(2), 6(1)",
        "informed people build and run it by written policy, reckon with malice, and are ready to respond",
    ),
    clause(
        12,
        "5-3(3), 7, note 3",
        "personal information: the least that is needed, for whom it concerns, with consent and record",
    ),
    clause(
        13,
        "6(1)",
        "images come from the archive and go to the reader's terminal by network",
    ),
    clause(14, "6(1)", "or by a medium, without a network"),
    clause(15, "6(1)", "the report is written and returned to the requester"),
    clause(16, "6(1)", "what passes is encrypted as by a VPN or equally well"),
    clause(
        17,
        "6(2)",
        "it reaches the right party with the right content, read by nobody else: against impersonation, eavesdropping, tampering, intrusion, obstruction",
    ),
    clause(
        18,
        "6(3)",
        "the display suits the task and its quality is controlled",
    ),
    clause(
        19,
        "6(4)",
        "encryption is strong enough, tampering is found, devices are authenticated",
    ),
    clause(
        20,
        "6(4)",
        "portable devices have rules, start-up passwords and few applications; private ones stay out unless as virtual desktops",
    ),
    clause(21, "7", "safety is reviewed regularly"),
    clause(
        22,
        "note 3, organisation",
        "responsibilities, rules, self-inspection",
    ),
    clause(23, "note 3, physical", "areas, terminals and media are managed"),
    clause(
        24,
        "note 3, technical",
        "access by class of information, identification, records of access, measures against malware and intrusion",
    ),
    clause(25, "note 3, people", "confidentiality and training"),
];
