import type { NoticesTexts } from "./notices.ja";

export const noticesEn: NoticesTexts = {
  title: "Notices",
  short: "Notices",
  explain:
    "Choose how you are told when you do not look at the screen. A notice holds nothing of a patient: open Dokuei to see what it is about.",
  which: "Of what",
  group: {
    urgent: "Urgent findings",
    overdue: "What is due (unread, unanswered …)",
    request: "New requests, and consent that is asked for",
    report: "Reports and incidental findings",
    query: "Queries and their answers",
    transfer: "Images that arrived, or were cancelled",
    progress: "How else it goes on (accepted, declined, closed …)",
    credential: "Certificates that end",
  },
  desktop: {
    title: "Desktop",
    granted: "Shown on this computer's screen while Dokuei is open.",
    denied: "Your browser forbids notices. Allow them by the lock in the address bar.",
    default:
      "They can be shown on this computer's screen while Dokuei is open. You have to allow it first.",
    unsupported: "This window can show no notices. Open Dokuei in a browser, or use e-mail.",
    allow: "Allow notices",
  },
  email: {
    title: "E-mail",
    explain: "Sent by your practice's mail server, over an encrypted connection.",
    noServer:
      "This node has no mail server yet. Whoever runs it sets one with `dokuei notices server set`.",
    use: "Tell me by e-mail",
    address: "E-mail address",
  },
  webhook: {
    title: "Webhook",
    explain: "Other systems of your practice are told by HTTPS, with a signature.",
    use: "Tell a webhook",
    address: "Its URL (https://)",
    newSecret: "Make a new signing secret and save",
    secret:
      "The secret by which signatures are verified. It is shown this once: give it to the receiving system:",
  },
  quiet: {
    title: "Quiet hours",
    explain: "Only urgent findings are told then; the rest is told together afterwards.",
    use: "Keep quiet hours",
    from: "From",
    until: "Until",
    days: "Days that are quiet altogether",
  },
  day: { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" },
  save: "Save",
  saved: "Saved.",
  test: "Send a test",
  saveFirst: "Save first, then test.",
  tested: "Sent. Please see whether it arrived.",
  many: "{{count}} new notices.",
  recent: {
    title: "Latest notices",
    none: "None yet.",
    when: "When",
    way: "By",
    what: "What",
    state: "State",
  },
  state: { waiting: "waiting", sent: "sent", failed: "not sent" },
};
