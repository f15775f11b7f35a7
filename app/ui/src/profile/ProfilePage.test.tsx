import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { OwnProfile } from "../backend/types";
import { answer, show } from "../test/node";
import { aboutOf, draftOf, faultsOf, spansOf } from "./draft";
import { faultOfPhoto, MAX_PHOTO } from "./photo";
import { ProfilePage } from "./ProfilePage";

const OWN: OwnProfile = {
  seq: 2,
  about: {
    kana: "すずき いちろう",
    regions: ["13"],
    modalities: ["cone-beam-ct"],
    interests: [],
    other_interests: ["石灰化"],
    languages: ["ja", "eo"],
    hours: [
      { day: "monday", from: 540, until: 720 },
      { day: "monday", from: 780, until: 1020 },
    ],
    turnaround: { usual: 48, urgent: 6 },
    availability: { accepting: false, until: 1_795_500_000 },
    urgent_phone: null,
    introduction: { japanese: "顎骨", english: null },
    roster: [
      {
        who: "e".repeat(64),
        hours: [
          { day: "monday", from: 540, until: 1020 },
          { day: "friday", from: 540, until: 1020 },
        ],
        special: [{ from: 1798416000, until: 1799107200 }],
      },
    ],
    absences: [{ from: 1798416000, until: 1799107200, deputies: ["d".repeat(64)] }],
  },
  photo: { media_type: "image/png", base64: "AAAA" },
};

function open() {
  const calls = answer({
    "GET /api/v1/me/profile": { body: OWN },
    "PUT /api/v1/me/profile": { body: { ...OWN, seq: 3 } },
  });
  show(<ProfilePage />);
  return () => calls.find((call) => call.method === "PUT")?.body;
}

test("a profile survives being edited without a change, words unknown here too", () => {
  const about = { ...OWN.about, availability: { accepting: false, until: 1_795_500_000 - 20 } };
  // A minute is the finest that can be typed.
  about.availability.until -= about.availability.until % 60;
  expect(aboutOf(draftOf(about))).toEqual(about);
});

test("hours are written in order and within a day", () => {
  expect(spansOf("friday", "9:00-12:00、13:00-24:00")).toEqual([
    { day: "friday", from: 540, until: 720 },
    { day: "friday", from: 780, until: 1440 },
  ]);
  for (const text of ["9-12", "12:00-9:00", "9:00-25:00", "9:00-12:00 11:00-13:00"]) {
    expect(spansOf("friday", text), text).toBeNull();
  }
});

test("a turnaround longer for urgent cases than for others is refused", () => {
  const draft = draftOf(OWN.about);
  expect([...faultsOf({ ...draft, usual: "6", urgent: "48" })]).toEqual(["turnaround"]);
  expect([...faultsOf({ ...draft, usual: "", urgent: "4" })]).toEqual(["turnaround"]);
  expect([...faultsOf({ ...draft, usual: "", urgent: "" })]).toEqual([]);
});

test("a photo too large or of another kind is told before anything is sent", async () => {
  const put = open();
  const large = new File([new Uint8Array(MAX_PHOTO + 1)], "a.png", { type: "image/png" });
  expect(faultOfPhoto(new File(["GIF"], "a.gif", { type: "image/gif" }))).toBe("photoKind");
  await userEvent.upload(await screen.findByLabelText("写真"), large);
  expect(screen.getByText(/128 KiB を超えています/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "署名して公開する" }));
  expect(put()).toBeUndefined();
});

test("what is signed is what was entered; a photo that did not change is not sent again", async () => {
  const put = open();
  await userEvent.selectOptions(await screen.findByLabelText("受付"), "true");
  await userEvent.clear(screen.getByLabelText(/^この状態の終わり/));
  await userEvent.click(screen.getByRole("button", { name: "署名して公開する" }));
  expect(await screen.findByText("署名して公開しました。")).toBeTruthy();
  expect(put()).toEqual({
    about: { ...OWN.about, availability: { accepting: true, until: null } },
  });
});

test("a chosen photo is sent in base64", async () => {
  const put = open();
  const file = new File([new Uint8Array([1, 2, 3])], "a.jpg", { type: "image/jpeg" });
  await userEvent.upload(await screen.findByLabelText("写真"), file);
  expect(await screen.findByText("image/jpeg")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "署名して公開する" }));
  await waitFor(() => expect(put()).toMatchObject({ photo: "AQID" }));
});
