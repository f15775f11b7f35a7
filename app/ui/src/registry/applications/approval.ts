import { isDoubted, isVerdict } from "./verdict";
import type {
  Application,
  Approval,
  Finding,
  NodeClaims,
  PractitionerClaims,
  QualificationCode,
} from "./types";

/** How long a certificate holds when nothing else is said, days: full, and provisional. */
export const LONGEST = ["365", "120"] as const;
/** What the registry refuses to go beyond, days. */
const MOST = { full: 366, provisional: 120 };

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
    days: LONGEST[0],
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
  const days = Number(draft.days);
  const most = draft.provisional ? MOST.provisional : MOST.full;
  if (!Number.isInteger(days) || days < 1 || days > most) return "days";
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
