import type { Archive, Dispatch, FoundStudy } from "../backend/archives";

export const pacs: Archive = {
  aet: "PACS",
  address: "192.168.1.30:104",
  tls: true,
  send: true,
  fetch: true,
  reports: true,
  commitment: true,
  waiting: 1,
  why: null,
  next_try: null,
};

export const waiting: Dispatch = {
  id: "aa",
  archive: "PACS",
  what: "report",
  study_instance_uid: "1.2.3",
  case_id: "c1",
  state: "queued",
  instances: 2,
  sent: 1,
  refused: 0,
  reasons: [],
  why: "192.168.1.30:104 does not answer",
  attempts: 3,
  next_try: "2026-11-24T10:00:00Z",
  commitment: null,
  queued: "2026-11-24T09:00:00Z",
  changed: "2026-11-24T09:30:00Z",
};

export const found: FoundStudy = {
  study_instance_uid: "1.2.3",
  patient: {
    id: "P-001",
    name: { alphabetic: "YAMADA^TARO", ideographic: "山田^太郎", phonetic: "" },
    birth_date: "19800401",
    sex: "M",
  },
  study_date: "20261120",
  study_time: "",
  accession_number: "A1",
  description: "CBCT",
  modalities: ["CT"],
  instances: 60,
  here: 0,
};
