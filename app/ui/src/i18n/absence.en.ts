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
  fork: {
    who: "The key of {{name}} (at {{institution}}) has signed two different entries as her entry {{number}}.",
    here: "the one in the log here",
    other: "the other one",
    evidence: "Both are kept as evidence, and are in the evidence (ZIP).",
  },
  erasure: {
    title: "Erasing the copies at the other side",
    ask: "Ask the others to erase their copies",
    askNow: "Sign and ask",
    askText:
      "The others are asked to erase their copies of the images of this case, which has ended. Each answers with the certificate of a deletion, or says why it is kept.",
    why: "Why",
    asked: "{{name}} asked for it on {{at}}:",
    erased: "{{name}} erased it on {{at}}.",
    kept: "{{name}} keeps it ({{ground}}): {{reason}}",
    certificate: "Certificate no. {{number}}",
    waits: "Waiting for the answer of {{name}}.",
    deleteFirst:
      "Delete this study first, on the page of the house under keeping and deleting, for the reason “the sender asks for it”; then send the certificate.",
    deleted: "This study was deleted: certificate no. {{number}}.",
    toRetention: "Open keeping and deleting",
    send: "Send the certificate",
    sendText: "Certificate no. {{number}} is sent to the clinic with your signature.",
    keep: "Say why it is kept",
    keepNow: "Sign and say so",
    groundLegend: "What kind of reason",
    chooseGround: "Choose what kind of reason.",
    ground: {
      legal_hold: "legal hold",
      retention_duty: "it must be kept",
      other: "another reason",
    },
  },
  renewal: {
    title: "Renewed certificates",
    line: "{{name}} has renewed her certificate (until {{until}}; entry {{entry}} of the public register).",
    proof:
      "That it is the same person is shown by the public register. What was signed before stays valid.",
  },
  lost: {
    title: "Who has lost her credential",
    state: {
      suspended: "The certificate of {{name}} is suspended since {{at}}.",
      revoked: "The certificate of {{name}} was revoked at {{at}}.",
      expired: "The certificate of {{name}} ended at {{at}}.",
    },
    next: {
      reader: {
        mine: "Choose the next reader; or wait until a suspension is lifted.",
        others: "The requester chooses the next reader.",
      },
      further_reader: {
        mine: "Nobody has to wait for this reading: she can be let go.",
        others: "The requester can let her go.",
      },
      requester: {
        mine: "Tell the registry, and telephone the readers who takes over: a colleague of the house can, in her work list.",
        others:
          "Telephone the clinic and ask who takes over. Tell urgent findings by telephone in any case.",
      },
      reported: {
        mine: "Her final report is signed: nobody has to take over.",
        others: "Her final report is signed: nobody has to take over.",
      },
    },
    stays:
      "What was signed before stays valid and is marked so; what is signed afterwards is not taken.",
    release: "Let her go",
    releaseTitle: "Let {{name}} go?",
    releaseText: "What she has signed stays in the record. Images do not go to her any more.",
    mark: {
      suspended: "the signer's certificate is suspended since {{at}}",
      revoked: "the signer's certificate was revoked at {{at}}",
      expired: "the signer's certificate ended at {{at}}",
    },
    before: "signed before that, and valid",
    after: "dated after that: ask the signer's side",
  },
  next: {
    declined: "The request was declined",
    late: "Nobody has answered in time",
    lost: "The reader has lost her credential: choose the next",
    text: "Another reader with whom you have an agreement can be asked in the same case. Make sure of the patient's consent.",
    none: "You have no agreement with another reader. Find one in the directory and propose an agreement.",
  },
};
