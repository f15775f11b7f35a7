import { screen, within } from "@testing-library/react";
import { CasePage } from "../consultation/CasePage";
import type { CaseDetail } from "../backend/types";
import { reportedCase } from "./cases";
import { dentist, specialist, studySummary } from "./fixtures";
import { answer, show } from "./node";

/** A case that two have read, for the tests of what they do together. */
export const draftPath = "/api/v1/cases/c1/reconciliation-draft";
const party = (name_ja: string, name_latin: string, fingerprint: string) => ({
  fingerprint,
  name_ja,
  name_latin,
  institution: "画像診断研究所",
  licence_number: "1",
});
export const suzuki = party("鈴木 一郎", "Ichiro Suzuki", specialist.fingerprint);
const kato = party("加藤 みどり", "Midori Kato", "cc".repeat(32));

const [report] = reportedCase.reports;
const [reader] = reportedCase.readers;
if (!report || !reader) throw new Error("the fixture has a report and a reader");

/** Two have read it, the one who is signed in and another. */
export const twice: CaseDetail = {
  ...reportedCase,
  role: "consulting",
  reports: [
    { ...report, mine: true },
    { ...report, entry_id: "e2", author: "加藤 みどり", version: 2, impression: "歯根嚢胞" },
  ],
  readers: [{ ...reader, mine: true }],
  comparisons: [
    {
      first: { entry_id: "e1", by: suzuki, mine: true, signed_at: "2026-11-24T06:00:00Z" },
      second: { entry_id: "e2", by: kato, mine: false, signed_at: "2026-11-24T07:00:00Z" },
      lines: [
        {
          part: "findings",
          tooth: null,
          supernumerary: false,
          first: "接する。",
          second: "接する",
          agreement: "agree",
        },
        {
          part: "impression",
          tooth: null,
          supernumerary: false,
          first: "注意を要する。",
          second: "歯根嚢胞",
          agreement: "differ",
        },
        {
          part: null,
          tooth: 46,
          supernumerary: false,
          first: "",
          second: "根尖に透過像",
          agreement: "only_second",
        },
      ],
      may_reconcile: true,
    },
  ],
};

export const proposed: CaseDetail["reconciliations"][number] = {
  entry_id: "o1",
  own: "e2",
  other: "e1",
  by: kato,
  with: suzuki,
  opinion: "両者とも歯根嚢胞と判断する。",
  recommendations: "摘出を勧める。",
  signed_at: "2026-11-24T08:00:00Z",
  standing: "proposed",
  mine: false,
  for_me: true,
};

/** Shows the page of such a case. */
export function openTwice(detail: CaseDetail, more: Parameters<typeof answer>[0] = {}) {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: detail },
    "GET /api/v1/studies": { body: [studySummary] },
    [`GET ${draftPath}`]: { body: { draft: null } },
    [`PUT ${draftPath}`]: { body: { revision: 1, saved_at: "2026-11-30T01:00:00Z" } },
    ...more,
  });
  show(<CasePage id="c1" me={dentist} />);
  return calls;
}

export const section = async () =>
  within(await screen.findByRole("region", { name: "二人の読影" }));
