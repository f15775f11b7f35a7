/** What one chooses by, as the node names them. */
export const NOTICE_GROUPS = [
  "urgent",
  "overdue",
  "request",
  "report",
  "query",
  "transfer",
  "progress",
  "credential",
] as const;
export type NoticeGroup = (typeof NOTICE_GROUPS)[number];

export type NoticeChannel = "desktop" | "email" | "webhook";

export interface QuietHours {
  /** "21:00". */
  from: string;
  /** "07:00"; earlier than `from`: on the next day. */
  until: string;
  /** Quiet altogether, 0 is Monday. */
  days: number[];
}

export interface NoticeChoice {
  version: number;
  language: "ja" | "en";
  quiet: QuietHours | null;
  desktop: NoticeGroup[];
  email: { address: string; groups: NoticeGroup[] } | null;
  webhook: { url: string; groups: NoticeGroup[] } | null;
  /** Whether an urgent finding is heard; left out: it is. */
  alarm_sound?: boolean;
}

/** A notice: nothing of a patient is in it. */
export interface NoticeView {
  id: number;
  channel: NoticeChannel;
  matter: string;
  group: NoticeGroup | null;
  urgent: boolean;
  text: string | null;
  case_id: string | null;
  state: "waiting" | "sent" | "failed";
  attempts: number;
  why: string | null;
  queued: string;
  changed: string;
  next_try: string;
}

export interface NoticeSettings {
  settings: NoticeChoice;
  groups: NoticeGroup[];
  has_secret: boolean;
  can_mail: boolean;
  recent: NoticeView[];
  /** Made just now, and shown this once. */
  secret: string | null;
}
