import type { ExportTexts } from "./export.ja";

export const exportEn: ExportTexts = {
  title: "Write out a study",
  button: "Write out",
  buttonOf: "Write out the images of {{patient}}",
  intro:
    "What is written out is not encrypted, and whoever has it can read it. Delete it once it is handed over, or keep it locked away. That it was written out is in the audit log. Paths are those of the computer on which the node runs.",
  form: "How",
  kind: {
    legend: "As",
    medium: "A medium for another institution or the patient (with a DICOMDIR, which viewers read)",
    files: "DICOM files as they are (not one bit is changed)",
  },
  path: "Where to",
  pathOfMedium:
    "The path of a new or empty folder (such as /media/usb/ct), or of a file that ends in .iso",
  pathOfFiles: "The path of a new or empty folder (such as /media/usb/ct)",
  capacity: "What one medium holds",
  whole: "Everything on one",
  start: "Write out",
  done: "{{count}} files were written.",
  discs: "They lie on {{count}} discs: hand out all of them. Each has a README.",
  profiles: "The profiles that it meets (DICOM PS3.11): {{profiles}}",
  compressed:
    "{{count}} stay compressed, because something would be lost otherwise. Not every viewer reads these.",
  completed:
    "{{count}} radiographs got empty attributes that the dental profile (STD-DEN-CD) asks for. Nothing else in them was changed.",
  unconverted:
    "{{count}} could not be decompressed and are as they were imported. See whether they open before you hand them out.",
  unlisted:
    "{{count}} are on the medium, and its table of contents (DICOMDIR) could not list them.",
};
