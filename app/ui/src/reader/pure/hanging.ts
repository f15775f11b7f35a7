import type { Series } from "../../backend/types";

export const LAYOUTS = ["1x1", "1x2", "2x2"] as const;
export type Layout = (typeof LAYOUTS)[number];

export const PANES: Record<Layout, number> = { "1x1": 1, "1x2": 2, "2x2": 4 };

/** How a series is shown: image by image, cut anew in three directions, along the dental arch, or as a body. */
export const MODES = ["stack", "mpr", "curved", "volume"] as const;
export type Mode = (typeof MODES)[number];

/** What a pane shows: a series, as a stack from one of its images on. */
export interface Hung {
  series: string;
  mode: Mode;
  /** The image shown first, counted from 0; null for the one in the middle. */
  start: number | null;
}

export interface Hanging {
  layout: Layout;
  panes: Hung[];
}

/** Images that make it likely that a series is a volume. */
const VOLUME = 16;

/** Overviews before details: how much a modality shows at once. */
const RANK: Record<string, number> = { PX: 0, CT: 1, DX: 2, CR: 2, MR: 2, IO: 3 };

const images = (series: Series) => series.instances.reduce((sum, one) => sum + one.frames, 0);

/**
 * How a study is hung at first. A panoramic image fills the screen; intra-oral images hang together; a cone-beam CT
 * hangs alone, or beside the panoramic image of the same study.
 */
export function hang(all: readonly Series[]): Hanging {
  const shown = all
    .filter((series) => images(series) > 0)
    .sort(
      (a, b) =>
        (RANK[a.modality] ?? 4) - (RANK[b.modality] ?? 4) ||
        images(b) - images(a) ||
        (a.number ?? 0) - (b.number ?? 0),
    );
  const stack = (series: Series, start: number | null = null): Hung => ({
    series: series.series_instance_uid,
    mode: "stack",
    start,
  });
  const [first, second] = shown;
  if (!first) return { layout: "1x1", panes: [] };
  if (shown.every((series) => series.modality === "IO")) {
    const each = shown.flatMap((series) =>
      Array.from({ length: images(series) }, (_, at) => stack(series, at)),
    );
    return { layout: layoutFor(each.length), panes: each.slice(0, 4) };
  }
  if (first.modality === "PX" && second) {
    return { layout: "1x2", panes: [stack(first, 0), stack(second)] };
  }
  const volumes = shown.filter((series) => images(series) >= VOLUME);
  if (volumes.length > 0)
    return { layout: "1x1", panes: volumes.slice(0, 1).map((one) => stack(one)) };
  return { layout: layoutFor(shown.length), panes: shown.slice(0, 4).map((one) => stack(one, 0)) };
}

function layoutFor(count: number): Layout {
  return count <= 1 ? "1x1" : count === 2 ? "1x2" : "2x2";
}
