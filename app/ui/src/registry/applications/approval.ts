import { areDays, MOST_DAYS, YEAR } from "../days";
import { isDoubted, isVerdict } from "./verdict";
import type {
  Application,
  Approval,
  Finding,
  NodeClaims,
  PractitionerClaims,
  QualificationCode,
} from "./types";

/** What the registry refuses to go beyond with a narrower scope, days. */
const MOST_PROVISIONAL = 120;

/** How long a certificate holds when nothing else is said, days. */
export const usualDays = (provisional: boolean): string =>
  provisional ? String(MOST_PROVISIONAL) : YEAR;

/** How long it may hold, days. */
export const mostOf = ({ provisional }: ApprovalDraft): number =>
  provisional ? MOST_PROVISIONAL : MOST_DAYS;

/** An approval as it is being written. */
export interface ApprovalDraft {
  days: string;
  qualifications: QualificationCode[];
  provisional: boolean;
  /** The doubts were read. */
  seen: boolean;
}

/** What is claimed and not contradicted by the list is proposed; the operator chooses. */
export function firstDraft({ application, findings }: Application): ApprovalDraft {
  const { claims } = application;
  const claimed = claims.kind === "practitioner" ? claims.qualifications : [];
  return {
    days: YEAR,
    qualifications: claimed
      .map((one) => one.code)
      .filter(
        (code) => !findings.some((found) => found.qualification === code && speaksAgainst(found)),
      ),
    provisional: false,
    seen: false,
  };
}

function speaksAgainst({ code }: Finding): boolean {
  return isVerdict(code) && isDoubted(code);
}

/** What is still wrong with it. */
export function problemOf(draft: ApprovalDraft, doubted: boolean): "days" | "seen" | null {
  if (!areDays(draft.days, mostOf(draft))) return "days";
  return doubted && !draft.seen ? "seen" : null;
}

/** In the registry's words: a claim of equivalence keeps the ground that the applicant gave. */
export function approvalOf(
  draft: ApprovalDraft,
  claims: PractitionerClaims | NodeClaims,
): Approval {
  const days = Number(draft.days);
  if (claims.kind === "node") return { days, provisional: false };
  const qualifications = claims.qualifications
    .filter((one) => draft.qualifications.includes(one.code))
    .map((one) =>
      one.code === "equivalent" && one.ground ? `${one.code}=${one.ground}` : one.code,
    );
  return { days, qualifications, provisional: draft.provisional };
}
