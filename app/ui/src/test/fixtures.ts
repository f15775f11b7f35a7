import type {
  Agreement,
  DirectoryEntry,
  NodeStatus,
  Practitioner,
  Study,
  StudySummary,
} from "../backend/types";

/** Answers in the node's shapes, for the tests of components. */
export const dentist: Practitioner = {
  id: "tanaka",
  fingerprint: "aa".repeat(32),
  name_ja: "田中 花子",
  name_latin: "Hanako Tanaka",
  licence: { kind: "dentist", jurisdiction: "JP", number: "123456" },
  institution: "田中歯科医院",
  qualifications: [],
  may_read: false,
  may_request: true,
  valid_until: "2027-11-24T00:00:00Z",
};

export const specialist: DirectoryEntry = {
  fingerprint: "bb".repeat(32),
  name_ja: "鈴木 一郎",
  name_latin: "Ichiro Suzuki",
  institution: "東都大学歯学部附属病院",
  licence: { kind: "dentist", jurisdiction: "JP", number: "98765" },
  qualifications: [
    {
      code: "oral-radiology",
      label_ja: "歯科放射線専門医",
      label_en: "Specialist in oral radiology",
      ground: null,
    },
  ],
  may_read: true,
  may_request: true,
  peer_id: "12D3KooWSpecialist",
  reachable: true,
  online: true,
  profile: {
    seq: 3,
    kana: "すずき いちろう",
    regions: [{ code: "13", ja: "東京都", en: "Tokyo" }],
    modalities: [{ code: "cone-beam-ct", ja: "歯科用コーンビームCT", en: "Cone beam CT" }],
    interests: [],
    other_interests: [],
    languages: [{ code: "ja", ja: "日本語", en: "Japanese" }],
    hours: [{ day: "monday", from: 540, until: 1020 }],
    open_now: false,
    turnaround: { usual: 48, urgent: 6 },
    accepting: true,
    accepting_until: null,
    urgent_phone: "03-1234-5678",
    introduction: { japanese: "顎骨の読影を専門としています。", english: null },
    photo: "/api/v1/directory/photo",
    absence: null,
    on_duty: [],
  },
};

export const studySummary: StudySummary = {
  study_instance_uid: "1.2.3",
  patient: {
    name: { alphabetic: "Yamada^Tarou", ideographic: "山田^太郎", phonetic: "やまだ^たろう" },
    id: "P-001",
    birth_date: "19800401",
    sex: "M",
  },
  study_date: "20261120",
  description: "CBCT 下顎",
  accession_number: "A1",
  modalities: ["CT"],
  series_count: 1,
  instances: 3,
  bytes: 1_572_864,
  origin: "imported",
  case_id: null,
  pseudonym: null,
  damaged: 0,
  notes: [],
};

export const study: Study = {
  ...studySummary,
  series: [
    {
      series_instance_uid: "1.2.3.1",
      number: 1,
      modality: "CT",
      description: "Axial",
      instances: [3, 1, 2].map((number) => ({
        sop_instance_uid: `1.2.3.1.${number}`,
        number,
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid: "1.2.840.10008.1.2.1",
        rows: 512,
        columns: 512,
        frames: 1,
        bytes: 524_288,
        sha256: "00".repeat(32),
      })),
    },
  ],
};

export const agreement: Agreement = {
  id: "ag1",
  state: "in_force",
  with: specialist,
  proposed_by_me: true,
  terms: "責任分担",
  valid_from: "2026-11-24T00:00:00Z",
  valid_until: "2027-11-24T00:00:00Z",
};

export const nodeStatus: NodeStatus = {
  version: "0.1.0",
  peer_id: "12D3KooWNode",
  institution: "田中歯科医院",
  node_fingerprint: "ee".repeat(32),
  refused: null,
  crl_number: null,
  listening: [],
  external: [],
  bootstraps: [],
  peers: [],
  banned: 0,
  signed_in: null,
  studies: 0,
  cases: 0,
  watch: [],
  dicom: null,
  scan: {
    every_days: 30,
    running: null,
    last: { ended: "2026-11-24T06:00:00Z", images: 3, bytes: 1_572_864, damaged: 0 },
    next: "2026-12-24T06:00:00Z",
    damaged: 0,
    trouble: null,
  },
  network: "0123456789abcdef",
  register: {
    entries: 4,
    seen: "2026-11-24T06:00:00Z",
    freshness: "current",
    split_views: 0,
  },
};
