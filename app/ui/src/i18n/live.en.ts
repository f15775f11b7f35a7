import type { LiveTexts } from "./live.ja";

export const liveEn: LiveTexts = {
  title: "Live consult",
  help: "Look at the same slice and talk. No image is sent: each sees her own copy.",
  explain:
    "Whoever takes part shares the slice, window and zoom that are shown, a pointer and lines. The images themselves are not sent. Only who took part and when is recorded.",
  locked: "The live consult ended because the screen was locked.",
  join: "Join",
  leave: "Leave",
  looking: "{{names}} is looking at the images now",
  noImages: "You can join once the images are on this node.",
  and: ", ",
  me: "Me",
  you: "{{name}} (you)",
  people: "Who takes part",
  lost: "connection lost",
  shares: "shares the view",
  sharesNot: "does not share the view",
  share: "Share my view and pointer",
  follow: "Follow {{name}}",
  follows: "You follow {{name}}. Moving the images yourself stops it.",
  paused: "You moved the images yourself, so you do not follow {{name}} now.",
  alone: "You look for yourself.",
  again: "Follow again",
  reachable: {
    named: "{{name}}'s node is connected. Its page of this case says that you are looking.",
    some: "Another participant's node is connected. Its page of this case says that you are looking.",
    none: "Nobody else is connected now. Whoever connects is told that you are looking.",
  },
  lines: {
    label: "Lines over the image (temporary)",
    draw: "Draw",
    clear: "Clear",
  },
  chat: {
    title: "Messages",
    notKept: "Nothing said here is kept. Write what should stay as a query or in the report.",
    text: "Write a message",
    send: "Send",
    gone: "somebody who left",
  },
};
