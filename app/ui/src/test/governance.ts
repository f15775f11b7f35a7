import type { Display, Governance, GovernanceRecord, Mine, Roles } from "../backend/governance";

/** A house with a display, of which the day's look is missing, and nothing signed besides. */
export const house: Governance = {
  today: "2026-11-30",
  due: [
    {
      what: "policy",
      state: "missing",
      about: "management",
      name: "運用管理規程",
      day: null,
      wrong: true,
    },
    {
      what: "display_check",
      state: "missing",
      about: "読影室 左",
      name: "読影室 左",
      day: null,
      wrong: true,
    },
    { what: "review", state: "soon", about: "", name: "", day: "2026-12-10", wrong: false },
  ],
  incident: null,
  practice: false,
  policies_required: false,
  people_required: false,
};

export const me: Mine = {
  id: "sato",
  name: "佐藤 一郎",
  due: [
    { what: "pledge", state: "missing", about: "sato", name: "佐藤 一郎", day: null, wrong: true },
  ],
  duties: [
    "roles",
    "policies",
    "operation",
    "trail",
    "evidence",
    "privacy",
    "training",
    "inspection",
    "displays",
    "incidents",
  ],
  may_work: true,
};

export const roles: Roles = {
  people: [
    { id: "sato", name: "佐藤 一郎", role: null, duties: me.duties, given: [], until: null },
  ],
  administered: false,
};

export const display: Display = {
  record: "display",
  name: "読影室 左",
  model: "RX370",
  width: 1536,
  height: 2048,
  maximum: 2500,
  minimum: 8,
  grade: "2",
  measured_with: "内蔵センサー",
  next: "2027-05-31",
};

export const records: GovernanceRecord[] = [
  {
    id: "d1",
    number: 1,
    at: "2026-11-29T00:00:00Z",
    by: "sato",
    name: "佐藤 一郎",
    statement: display,
  },
];

/** What the node answers for the page. */
export const answers = {
  "GET /api/v1/governance": { body: house },
  "GET /api/v1/governance/me": { body: me },
  "GET /api/v1/governance/roles": { body: roles },
  "GET /api/v1/governance/records": { body: records },
  "GET /api/v1/governance/checklist": {
    body: {
      edition: 1,
      items: [
        { word: "roles", area: "organisational", ja: "役割が実際と一致している", en: "Roles fit" },
        { word: "room", area: "physical", ja: "無人のとき施錠している", en: "Rooms are locked" },
      ],
    },
  },
};
