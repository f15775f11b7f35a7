import type { Deletion, Keeping, KeptCase, KeptStudy } from "../backend/retention";

const law = { years: 5, because: "law" };

/** A case that is past its time. */
export const dueCase: KeptCase = {
  case_id: "00112233445566778899aabbccddeeff",
  completed: "2020-04-01",
  records: { ...law, day: "2025-04-01" },
  images: { ...law, years: 3, day: "2023-04-01" },
  records_due: true,
  images_due: true,
  hold: null,
};

/** A study that must be kept still. */
export const youngStudy: KeptStudy = {
  study_instance_uid: "1.2.392.200036.9116.2.5.1.48.1221",
  origin: "imported",
  added: "2026-11-01",
  images: { ...law, years: 3, day: "2029-11-01" },
  open: false,
  held: false,
  due: false,
  cases: [],
};

export const deletion: Deletion = {
  number: 1,
  kind: "study",
  case_id: null,
  study_sha256: "ab".repeat(32),
  reason: "duplicate",
  why: "二重に取り込み",
  early: true,
  ordered_at: "2026-11-24T05:00:00Z",
  ordered_by: { id: "tanaka", name: "田中 花子" },
  second: null,
  images: 3,
  entries: 0,
  completed_at: "2026-11-24T05:00:01Z",
  state: "certified",
};

export const keeping: Keeping = {
  today: "2026-11-30",
  cases: [dueCase],
  unreadable: 0,
  studies: [youngStudy],
  studies_total: 1,
  two_persons: false,
  may_delete: true,
  deletions: [deletion],
};
