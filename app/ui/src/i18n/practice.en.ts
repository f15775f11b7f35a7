import type { PracticeTexts } from "./practice.ja";

/** Texts for whoever begins, and to practise. */
export const practiceEn: PracticeTexts = {
  mark: "Practice",
  nobody: "Images of nobody. They are sent nowhere and count as no patient.",
  title: "The practice study",
  request: "Practise a request",
  requestAgain: "Practise a request again",
  delete: "Delete the practice study",
  deleteText:
    "The practice study goes, with the request that was written about it. It can be made again.",
  written: "{{by}} wrote a practice request on {{at}}. It was not sent.",
  make: "Practise with a sample case",
  making: "Making the practice study…",
  welcome: "To begin with",
  apply: "You have no credential yet: apply for one first.",
  applied: "The registry is deciding on the application. What it issues is installed by itself.",
  beginApply: "Begin to apply",
  lookApplied: "See how it stands",
  firstRequest: "All is ready: you can ask for a first reading.",
  firstStudy:
    "All is ready: look for a colleague in the directory, or practise with a sample case.",
  writeRequest: "New request",
  lookAround: "Open the directory",
  partner: "Nobody is chosen to practise. The request stays on this node and is sent to nobody.",
  keep: "Finish the practice request",
};
