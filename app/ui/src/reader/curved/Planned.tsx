import type { ReactElement } from "react";
import { onArch } from "../pure/curved/distances";
import type { Place } from "../pure/curved/grid";
import { apexOf } from "../pure/curved/planning";
import type { Path, Point } from "../pure/curved/spline";
import type { View } from "./look";
import type { Scene } from "./scene";
import { cuts, Rod, Tube } from "./Shapes";

/** Canals and implants seen from above: whole, and where the slice cuts them. */
export function PlannedFromAbove({ scene, view }: { scene: Scene; view: View }): ReactElement {
  const { height } = scene.marker;
  return (
    <g>
      {scene.plan.canals.map((canal) => (
        <g key={canal.id} className="canal">
          <Tube points={canal.points.map(([u, v]): Point => [u, v])} canal={canal} view={view} />
          {cuts(canal.points, ([, , w]) => w - height).map(([u, v], at) => (
            <circle key={at} className="canal-cut" cx={u} cy={v} r={canal.diameter / 2} />
          ))}
        </g>
      ))}
      {scene.plan.implants.map((implant) => {
        const [head, apex] = [implant.head, apexOf(implant)];
        return (
          <g key={implant.id} className="implant">
            <Rod from={[head[0], head[1]]} to={[apex[0], apex[1]]} implant={implant} />
            {cuts([head, apex], ([, , w]) => w - height).map(([u, v], at) => (
              <circle key={at} className="implant-cut" cx={u} cy={v} r={implant.diameter / 2} />
            ))}
          </g>
        );
      })}
    </g>
  );
}

/** Canals and implants in the unrolled arch. */
export function PlannedOnArch({
  scene,
  path,
  view,
}: {
  scene: Scene;
  path: Path;
  view: View;
}): ReactElement {
  const seen = (place: Place): Point => {
    const { along, height } = onArch(path, place);
    return [along, scene.heights.high - height];
  };
  return (
    <g>
      {scene.plan.canals.map((canal) => (
        <g key={canal.id} className="canal">
          <Tube points={canal.points.map(seen)} canal={canal} view={view} />
        </g>
      ))}
      {scene.plan.implants.map((implant) => (
        <g key={implant.id} className="implant">
          <Rod from={seen(implant.head)} to={seen(apexOf(implant))} implant={implant} />
        </g>
      ))}
    </g>
  );
}
