import { Enums, type Types } from "@cornerstonejs/core";
import type { Level } from "../pure/effort";
import type { Recipe } from "../pure/rendering";

/** What of vtk.js' volumes is used; Cornerstone's types leave it out. */
interface Body {
  getProperty: () => {
    getRGBTransferFunction: (component: number) => Points & { addRGBPoint: Add<4> };
    getScalarOpacity: (component: number) => Points & { addPoint: Add<2> };
    setScalarOpacityUnitDistance: (component: number, mm: number) => void;
    setInterpolationTypeToLinear: () => void;
    setShade: (on: boolean) => void;
    setAmbient: (share: number) => void;
    setDiffuse: (share: number) => void;
    setSpecular: (share: number) => void;
    setSpecularPower: (power: number) => void;
  };
  getMapper: () => {
    setBlendMode: (mode: Enums.BlendModes) => void;
    setSampleDistance: (mm: number) => void;
    setMaximumSamplesPerRay: (count: number) => void;
    getInputData: () => { getSpacing: () => number[] };
  };
}

interface Points {
  removeAllPoints: () => void;
  modified: () => void;
}
type Add<N extends 2 | 4> = N extends 2
  ? (at: number, value: number) => void
  : (at: number, red: number, green: number, blue: number) => void;

/** Draws a volume by a recipe. */
export function cook(viewport: Types.IVolumeViewport, { nodes, projected }: Recipe): void {
  const body = bodyOf(viewport);
  if (!body) return;
  const property = body.getProperty();
  const [colours, opacity] = [property.getRGBTransferFunction(0), property.getScalarOpacity(0)];
  colours.removeAllPoints();
  opacity.removeAllPoints();
  for (const { at, opacity: share, colour } of nodes) {
    colours.addRGBPoint(at, ...colour);
    opacity.addPoint(at, share);
  }
  // Opacities are those of 1 mm, however finely the ray is sampled.
  property.setScalarOpacityUnitDistance(0, 1);
  property.setInterpolationTypeToLinear();
  property.setAmbient(0.45);
  property.setDiffuse(0.6);
  property.setSpecular(0.1);
  property.setSpecularPower(12);
  const { MAXIMUM_INTENSITY_BLEND, COMPOSITE } = Enums.BlendModes;
  body.getMapper().setBlendMode(projected ? MAXIMUM_INTENSITY_BLEND : COMPOSITE);
}

/** Draws at a level; `lit` says whether light is wanted at all. */
export function drawAt(viewport: Types.IVolumeViewport, level: Level, lit: boolean): void {
  const body = bodyOf(viewport);
  if (!body) return;
  const mapper = body.getMapper();
  const spacing = mapper.getInputData().getSpacing();
  mapper.setSampleDistance((level.steps * spacing.reduce((sum, one) => sum + one, 0)) / 6);
  mapper.setMaximumSamplesPerRay(4_000);
  const property = body.getProperty();
  property.setShade(lit && level.shaded);
  // Opacities were tabled for the old distance.
  property.getScalarOpacity(0).modified();
}

function bodyOf(viewport: Types.IVolumeViewport): Body | null {
  const [entry] = viewport.getActors();
  return entry ? (entry.actor as unknown as Body) : null;
}
