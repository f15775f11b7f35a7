import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { CaseDetail } from "../backend/types";
import { reportedCase } from "../test/cases";
import { dentist, studySummary } from "../test/fixtures";
import { answer, show } from "../test/node";
import { CasePage } from "./CasePage";
import { drafted, forgetDrafted, takeMeasurements, toggleKeyImage } from "./drafted";

function open(detail: CaseDetail, more: Parameters<typeof answer>[0] = {}) {
  const calls = answer({
    "GET /api/v1/cases/c1": { body: detail },
    "GET /api/v1/studies": { body: [studySummary] },
    ...more,
  });
  show(<CasePage id="c1" me={dentist} />);
  return calls;
}

const delivered: CaseDetail = {
  ...reportedCase,
  role: "consulting",
  state: "delivered",
  report: null,
  reports: [],
};

const seen = {
  image: { sop_instance_uid: "1.2.3.4", frame: 1 },
  title: "of_interest" as const,
  words: "",
  window: { center: 400, width: 2000 },
};
const measured = {
  image: { sop_instance_uid: "1.2.3.4", frame: 1 },
  shape: "line" as const,
  points: { image: [[1, 2] as [number, number], [3, 4] as [number, number]] },
  quantities: [{ kind: "length" as const, value: 2.104, unit: "mm" as const }],
  calibration: "detector" as const,
  tooth: null,
  words: "",
};

test("what was taken in the reader is put into words, and signed with the report", async () => {
  const calls = open(delivered, { "POST /api/v1/cases/c1/report": { body: {} } });
  toggleKeyImage("c1", seen);
  takeMeasurements("c1", [
    { id: "m1", ...measured },
    { id: "m2", ...measured },
  ]);
  await userEvent.click(await screen.findByRole("button", { name: "報告書を書く" }));
  expect(screen.getAllByText(/長さ 2.10 mm/)).toHaveLength(2);
  expect(screen.getAllByText(/拡大率未補正/)).toHaveLength(2);
  await userEvent.type(screen.getByLabelText(/所見/), "接する");
  await userEvent.type(screen.getByLabelText(/診断/), "注意");
  const [ofImage, ofFirst] = screen.getAllByLabelText("説明");
  if (!ofImage || !ofFirst) throw new Error("there is no room for words");
  await userEvent.type(ofImage, "近心根");
  await userEvent.type(ofFirst, "下顎管まで");
  await userEvent.selectOptions(screen.getByLabelText("目的"), "患者への説明のため");
  const [tooth] = screen.getAllByLabelText("歯（FDI）");
  if (tooth) await userEvent.selectOptions(tooth, "48");
  // Taken once more, words and tooth stay.
  act(() => takeMeasurements("c1", [{ id: "m1", ...measured }]));
  const leaveOut = screen.getAllByRole("button", { name: "外す" });
  if (leaveOut[2]) await userEvent.click(leaveOut[2]);
  await userEvent.click(screen.getByRole("button", { name: "署名して送る" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/パスフレーズ/), "secret words");
  await userEvent.click(within(dialog).getByRole("button", { name: "署名して送る" }));
  expect(calls.find((call) => call.method === "POST")?.body).toMatchObject({
    findings: "接する",
    key_images: [{ ...seen, words: "近心根", title: "for_patient" }],
    measurements: [{ ...measured, words: "下顎管まで", tooth: 48 }],
  });
  await waitFor(() => expect(drafted("c1").findings).toBe(""));
  expect(drafted("c1").measurements).toEqual([]);
});

test("an image is taken out by the same button, and nothing is left when the user leaves", () => {
  toggleKeyImage("c1", seen);
  toggleKeyImage("c1", { ...seen, image: { ...seen.image, frame: 2 } });
  toggleKeyImage("c1", { ...seen, window: null });
  expect(drafted("c1").keyImages.map((one) => one.image.frame)).toEqual([2]);
  forgetDrafted();
  expect(drafted("c1").keyImages).toEqual([]);
});

test("a signed report shows its images as copies, and says what its distances mean", async () => {
  open({
    ...reportedCase,
    reports: reportedCase.reports.map((one) => ({
      ...one,
      illustrations: {
        key_images: [{ ...seen, words: "近心根" }],
        measurements: [{ ...measured, tooth: 48, words: "下顎管まで" }],
      },
    })),
  });
  const report = await screen.findByRole("article");
  within(report).getByText(/診断には使えません/);
  within(report).getByText(/近心根/);
  within(report).getByText(/歯 48/);
  within(report).getByText(/拡大率未補正/);
});
