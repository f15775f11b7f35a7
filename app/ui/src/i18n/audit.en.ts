import type { AuditTexts } from "./audit.ja";

export const auditEn: AuditTexts = {
  title: "Audit trail",
  short: "Audit",
  explain:
    "What was done at this node, by whom and with whose data. You see your own cases, and what is about no patient.",
  nothing: "Nothing fits.",
  older: "Show older rows",
  at: "When",
  who: "Who",
  what: "What",
  whose: "Patient",
  outcome: "Outcome",
  good: "Success",
  filter: {
    since: "From",
    until: "To",
    actor: "Who (sign-in name)",
    patient: "Patient ID",
    event: "What (for example view, 110103)",
    failures: "Only what failed or was refused",
    look: "Show",
  },
  export: {
    csv: "Export as CSV",
    fhir: "Export as FHIR",
    atna: "Export as DICOM audit messages",
  },
  disclosed: {
    title: "Disclosures to a patient",
    explain: "When a patient asks: who saw what of hers, and to whom it was given.",
    look: "Make the list",
    made: "Made by {{by}}, {{at}}",
    none: "Nothing was disclosed.",
    print: "Print",
    pdf: "Save the PDF for the patient",
  },
};
