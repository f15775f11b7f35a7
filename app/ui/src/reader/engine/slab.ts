import { Enums, type Types } from "@cornerstonejs/core";

const { BlendModes } = Enums;

/** How the depth of a slab becomes one value. */
export type Blend = "max" | "mean";

/** Thinner than any slice: Cornerstone's way to say "no slab". */
const THIN = 0.05;

/** Cuts slabs of so many mm; zero for one slice. */
export function cutThick(
  viewports: readonly Types.IVolumeViewport[],
  thickness: number,
  blend: Blend,
): void {
  const thick =
    blend === "max" ? BlendModes.MAXIMUM_INTENSITY_BLEND : BlendModes.AVERAGE_INTENSITY_BLEND;
  for (const viewport of viewports) {
    viewport.setBlendMode(thickness > 0 ? thick : BlendModes.COMPOSITE);
    viewport.setSlabThickness(thickness > 0 ? thickness : THIN);
    viewport.render();
  }
}
