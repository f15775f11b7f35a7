import type { SetupNode } from "../backend/setupTypes";
import { emptyDraft, type Draft } from "../apply/draft";

/** A node without any certificate. */
export const setupNode: SetupNode = {
  institution: { name: "さくら歯科クリニック", code: "1312345", device_class: "portable" },
  root: null,
  certified: false,
  bootstraps: 1,
};

/** A draft without a fault. */
export const complete: Draft = {
  ...emptyDraft(setupNode),
  nameJa: "田中 花子",
  kana: "たなか はなこ",
  nameLatin: "Tanaka Hanako",
  id: "tanaka",
  licenceNumber: "123456",
  email: "tanaka@sakura.example",
};
