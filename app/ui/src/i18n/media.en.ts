import type { MediaTexts } from "./media.ja";

export const mediaEn: MediaTexts = {
  title: "By USB stick or disc",
  short: "Media",
  intro:
    "When no network joins you, a case goes by USB stick or disc. Only the node of whoever it is for opens it. Paths are those of the computer on which the node runs.",
  required: "Please choose.",
  running: "Working…",
  amount: "{{done}} of {{total}}",
  write: {
    title: "Write a medium",
    case: "Case",
    path: "Where to",
    pathHint: "The path of a folder (such as /media/usb), or of a file that ends in .iso",
    capacity: "What one medium holds",
    whole: "Everything on one",
    start: "Write and verify",
    done: "The case was written for {{name}}, {{institution}}, and read back.",
    doneWithStudy:
      "The case with its images was written for {{name}}, {{institution}}, and read back.",
  },
  read: {
    title: "Read a medium",
    paths: "Where it is",
    pathsHint: "A line each: the path of a folder, an ISO image or a drive",
    start: "Take it in",
    open: "Open the case",
    entries: "{{count}} new records.",
    study: {
      none: "There are no images to be taken.",
      accept_first: "Accept the request, then read the medium again for the images.",
      complete: "The images are here, verified and signed for.",
      here: "The images were here already.",
      on_its_way: "The images come over the network at this moment.",
      incomplete: "{{percent}} % of the images are here; still to be read: disc {{discs}}",
    },
  },
};
