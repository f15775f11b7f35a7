import type { Pending, RegistryStatus } from "../types";
import type { Application, ApplicationPage } from "./types";

/** Answers in the registry's shapes, for the tests of the console. */
export const ID = "0f".repeat(16);

export const LIST = "GET /api/v1/applications/search?state=received&offset=0&limit=50";

export const NOTHING: ApplicationPage = {
  total: 0,
  offset: 0,
  received: 0,
  approved: 0,
  items: [],
};

export const STATUS: RegistryStatus = {
  version: "0.1.0",
  network: "0123456789abcdef",
  root_fingerprint: "ab".repeat(32),
  roots: ["ab".repeat(32)],
  issued: 3,
  in_force: 2,
  suspended: 1,
  revoked: 0,
  crl_number: 7,
  crl_age: 60,
  register: { size: 9, root: "cd".repeat(32), signed_at: 1_795_000_000 },
  four_eyes: true,
  operators: 2,
  pending: 0,
  findings: [{ code: "root_key_here", detail: "root.key still lies in the data directory" }],
};

export const SIGNED_IN = {
  "GET /api/v1/session": { body: { operator: "kobayashi", named: true } },
  "GET /api/v1/pending": { body: [] as Pending[] },
  "GET /api/v1/status": { body: STATUS },
  "GET /api/v1/bootstraps": { body: [] },
  [LIST]: { body: NOTHING },
};

export const APPLICATION: Application = {
  id: ID,
  kind: "practitioner",
  subject: "鈴木 一郎 (Ichiro Suzuki)",
  state: "received",
  made_at: 1_794_000_000,
  received_at: 1_795_000_000,
  evidence: 2,
  countersigned: false,
  credential: null,
  application: {
    root: "ab".repeat(32),
    request: "-----BEGIN CERTIFICATE REQUEST-----",
    claims: {
      kind: "practitioner",
      name: { japanese: "鈴木 一郎", latin: "Ichiro Suzuki" },
      licence: {
        jurisdiction: "JP",
        kind: "dentist",
        number: "234567",
        registered_on: -149_904_000,
      },
      qualifications: [
        { code: "oral-radiology", number: "第77号", valid_to: 1_820_000_000, ground: null },
      ],
      institution: "みなと大学病院",
    },
    contact: { email: "suzuki@example.jp", telephone: null, note: null },
    evidence: [
      {
        kind: "licence",
        name: "免許証.png",
        media_type: "image/png",
        length: 120_000,
        sha256: "01".repeat(32),
      },
      {
        kind: "qualification",
        name: "認定証.pdf",
        media_type: "application/pdf",
        length: 80_000,
        sha256: "02".repeat(32),
      },
    ],
  },
  key: "aa".repeat(32),
  findings: [
    {
      code: "not-listed",
      weight: "warning",
      japanese: "歯科放射線専門医の一覧にありません",
      english: "not listed: Specialist in oral and maxillofacial radiology",
      qualification: "oral-radiology",
    },
  ],
  hpki: null,
  decision: null,
};

export const WAITING: Pending = {
  id: "p1",
  at: 1_795_000_000,
  proposed_by: "mori",
  about: "鈴木 一郎 (Ichiro Suzuki)",
  what: {
    act: "issue",
    application: ID,
    order: {
      kind: "practitioner",
      name_ja: "鈴木 一郎",
      name_latin: "Ichiro Suzuki",
      licence_type: "dentist",
      licence_number: "234567",
      jurisdiction: "JP",
      qualifications: ["oral-radiology"],
      institution: null,
      days: 365,
    },
  },
};
