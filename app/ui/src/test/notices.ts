import type { NoticeSettings } from "../backend/noticeTypes";

/** What holds until somebody chooses. */
export const noticeSettings: NoticeSettings = {
  settings: {
    version: 1,
    language: "ja",
    quiet: null,
    desktop: ["urgent", "report"],
    email: null,
    webhook: null,
  },
  groups: ["urgent", "report"],
  has_secret: false,
  can_mail: true,
  recent: [],
  secret: null,
};
