import type { AbsenceTexts } from "./absence.ja";

export const absenceEn: AbsenceTexts = {
  now: "{{name}} is away until {{until}}.",
  soon: "{{name}} will be away from {{from}} until {{until}}.",
  nobody: "Nobody is named to stand in.",
  standsIn: "Stands in: {{name}}",
  ask: "Ask {{name}}",
  badge: "away",
  title: "When you are away, and who stands in",
  explain:
    "Everybody is told under your signature, and it is shown before a request is sent. Ask whoever stands in for her consent first.",
  add: "Add an absence",
  remove: "Remove this absence",
  from: "From",
  until: "Until",
  wrong: "It begins before it ends, lasts at most 400 days, and overlaps no other.",
  deputies: "Who stands in (the first is suggested first)",
  look: "Look for who stands in",
  pick: "Please choose",
  drop: "Remove {{name}}",
  roster: {
    title: "Duty roster of a group",
    explain:
      "When you are asked for a group: who is on duty on which days and hours, and on holidays. Whoever is about to ask sees whose turn it is.",
    onDuty: "On duty now: {{name}}",
    look: "Look for somebody",
    who: "Who",
    holiday: "Holidays and the like (they prevail over the usual week)",
    add: "Add to the week",
    addHoliday: "Add a holiday",
    remove: "Remove this",
    wrong:
      "Choose who and on which days; each begins before it ends, and nobody is on duty twice at once.",
  },
  successors: {
    title: "Who is asked by itself when nobody accepts",
    none: "Nobody is named. When the request is declined or not answered, you ask the next reader by hand.",
    choose: "Choose",
    keep: "Ask in this order",
    text: "When the request is declined, or not answered in time, they are asked in the order in which you choose them: under your signature, while you are signed in.",
    order: "In the order in which you choose them, at most five",
  },
  next: {
    declined: "The request was declined",
    late: "Nobody has answered in time",
    text: "Another reader with whom you have an agreement can be asked in the same case. Make sure of the patient's consent.",
    none: "You have no agreement with another reader. Find one in the directory and propose an agreement.",
  },
};
