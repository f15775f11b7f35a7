import type { Span } from "./types";

/** Who stands in for somebody who is away. */
export interface Deputy {
  fingerprint: string;
  name_ja: string;
  name_latin: string;
  institution: string | null;
  may_read: boolean;
}

/** When somebody is away, now or within two weeks. */
export interface AbsenceView {
  from: string;
  until: string;
  away_now: boolean;
  deputies: Deputy[];
}

/** As its owner writes it; times in seconds since 1970. */
export interface Absence {
  from: number;
  until: number;
  deputies: string[];
}

/** When somebody of a group is on duty; periods in seconds since 1970, in which the usual week does not count. */
export interface Turn {
  who: string;
  hours: Span[];
  special: { from: number; until: number }[];
}
