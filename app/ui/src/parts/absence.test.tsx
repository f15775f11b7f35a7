import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { absencesAreSound, absencesOf } from "../profile/absences";
import { Absent } from "../request/Absent";
import { specialist } from "../test/fixtures";
import { answer, show } from "../test/node";

const deputy = {
  fingerprint: "d".repeat(64),
  name_ja: "高橋 三郎",
  name_latin: "Saburo Takahashi",
  institution: "北病院",
  may_read: true,
};

test("r2 before sending one sees that the reader is away, and asks who stands in with a click", async () => {
  const away = {
    from: "2026-12-28T00:00:00Z",
    until: "2027-01-05T00:00:00Z",
    away_now: true,
    deputies: [deputy, { ...deputy, fingerprint: "e".repeat(64), may_read: false }],
  };
  const profile = specialist.profile;
  if (!profile) throw new Error("no profile");
  const reader = { ...specialist, profile: { ...profile, absence: away } };
  const stands = { ...specialist, ...deputy };
  const path = `/api/v1/directory/${deputy.fingerprint}`;
  answer({ [`GET ${path}`]: { body: stands } });
  const chosen: string[] = [];
  show(<Absent reader={reader} onInstead={(person) => chosen.push(person.fingerprint)} />);
  expect(screen.getByRole("note").textContent).toContain("まで不在です");
  const ask = screen.getByRole("button", { name: "高橋 三郎に依頼する" });
  await userEvent.click(ask);
  expect(chosen).toEqual([deputy.fingerprint]);
});

test("r2 a duty roster says whose turn it is, and whoever it is can be asked", async () => {
  const profile = specialist.profile;
  if (!profile) throw new Error("no profile");
  const reader = { ...specialist, profile: { ...profile, on_duty: [deputy] } };
  answer({
    [`GET /api/v1/directory/${deputy.fingerprint}`]: { body: { ...specialist, ...deputy } },
  });
  const chosen: string[] = [];
  show(<Absent reader={reader} onInstead={(person) => chosen.push(person.fingerprint)} />);
  expect(screen.getByRole("note").textContent).toContain("ただいまの当番: 高橋 三郎");
  await userEvent.click(screen.getByRole("button", { name: "高橋 三郎に依頼する" }));
  expect(chosen).toEqual([deputy.fingerprint]);
});

test("absences are sent in their order, and none that overlaps another is sound", () => {
  const one = { from: "2026-12-28T09:00", until: "2027-01-05T09:00", deputies: [] };
  const earlier = { from: "2026-12-01T09:00", until: "2026-12-02T09:00", deputies: [] };
  expect(absencesOf([])).toBeNull();
  const sent = absencesOf([one, earlier]) ?? [];
  expect(sent.map((absence) => absence.from)).toEqual(
    [...sent.map((absence) => absence.from)].sort(),
  );
  expect(absencesAreSound([one, earlier])).toBe(true);
  expect(
    absencesAreSound([one, { ...one, from: "2027-01-04T09:00", until: "2027-01-08T09:00" }]),
  ).toBe(false);
  expect(absencesAreSound([{ ...one, until: "" }])).toBe(false);
});
