import type { PassingTexts } from "./passing.ja";

export const passingEn: PassingTexts = {
  title: "Handing the practice over",
  intro:
    "Every consultation in which you are the requester passes to a new owner, ended ones too. Until she signs, you go on answering for them. Images, retention and audit trail stay on this node.",
  nobody:
    "Nobody else works at this node who may ask for a consultation: enrol the new owner here first.",
  to: "New owner",
  choose: "Choose",
  counted: "{{open}} open, {{ended}} ended",
  offered: "{{offered}} of {{total}} are offered.",
  lacking:
    "An agreement with these readers is needed first; until it is signed their consultations cannot be taken over.",
  lackingOne: "{{name}} ({{cases}})",
  barred: "In {{cases}} the new owner is a reader: they cannot pass to her.",
  frozen: "{{cases}} are frozen: they cannot pass on.",
  offer: "Hand over…",
  takeBack: "Take the offer back",
  offerTitle: "Hand over to {{name}}?",
  offerText:
    "When {{name}} has signed, she is the requester, and you can neither see these consultations nor sign in them any more. If it stops half-way, doing it again goes on with the rest.",
  reason: "Why (name no patient)",
  sign: "Sign",
  takeTitle: "Taking over",
  offeredBy: "{{name}} offers you her consultations.",
  left: {
    suspended: "The certificate of {{name}} is suspended since {{at}}.",
    revoked:
      "The certificate of {{name}} was revoked at {{at}}. You are of the same house and can take over alone.",
    expired:
      "The certificate of {{name}} ended at {{at}}. You are of the same house and can take over alone.",
  },
  take: "Take over…",
  decline: "Decline",
  takeOverFrom: "Take over from {{name}}?",
  takeText:
    "By signing you become the requester in the place of {{name}} and answer for unread reports, urgent findings, the word to the patient and the keeping. Consultations of readers without an agreement stay; doing this again after the agreement takes them over.",
  aloneText:
    "That you took over alone is recorded in the course of the consultation, in reports and in evidence, and told to all sides.",
  caseTitle: "How the requester has changed",
  taken: "{{by}} took over from {{from}} at {{at}}.",
  takenAlone: "{{by}} took over alone at {{at}}, {{from}} having lost her credential.",
  caseOffered: "It is offered to {{name}} since {{at}}.",
  waitsForMe:
    "There is no agreement between {{name}} and you yet: it passes on when that is signed.",
  waitsFor: "It waits for agreements with {{readers}} readers.",
};
