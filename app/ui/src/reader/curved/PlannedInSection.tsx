import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Place } from "../pure/curved/grid";
import { apexOf, type Implant } from "../pure/curved/planning";
import { atLength, type Path, type Point } from "../pure/curved/spline";
import { Handle } from "./Handle";
import type { View } from "./look";
import { inSection, type Scene } from "./scene";
import { cuts, Rod } from "./Shapes";
import { changePlan } from "./usePlan";

/** Canals where the section cuts them, and the implants that it meets, to be moved and turned. */
export function PlannedInSection({
  scene,
  path,
  along,
  view,
}: {
  scene: Scene;
  path: Path;
  along: number;
  view: View;
}): ReactElement {
  const { t } = useTranslation("curved");
  const { width } = scene.plan.sections;
  const { high } = scene.heights;
  const seen = (place: Place): Point => {
    const { off, height } = inSection(path, along, place);
    return [off + width / 2, high - height];
  };
  const behind = (place: Place) => inSection(path, along, place).behind;
  const change = (implant: Implant, change: Partial<Implant>) =>
    changePlan(scene.series, ({ implants }) => ({
      implants: implants.map((one) => (one.id === implant.id ? { ...one, ...change } : one)),
    }));
  return (
    <g>
      {scene.plan.canals.map((canal) => (
        <g key={canal.id} className="canal">
          {cuts(canal.points, behind).map((place, at) => {
            const [x, y] = seen(place);
            return <circle key={at} className="canal-cut" cx={x} cy={y} r={canal.diameter / 2} />;
          })}
        </g>
      ))}
      {scene.plan.implants.map((implant, number) => {
        const apex = apexOf(implant);
        const nearest = Math.min(Math.abs(behind(implant.head)), Math.abs(behind(apex)));
        const crosses = behind(implant.head) * behind(apex) < 0;
        if (!crosses && nearest > implant.diameter / 2) return null;
        const [head, end] = [seen(implant.head), seen(apex)];
        const name = { number: number + 1 };
        return (
          <g key={implant.id} className="implant">
            <Rod from={head} to={end} implant={implant} />
            <Handle
              at={head}
              view={view}
              label={t("implant.head", name)}
              onMove={(to) =>
                change(implant, { head: moved(implant.head, scene, path, along, head, to) })
              }
            />
            <Handle
              at={end}
              view={view}
              label={t("implant.apex", name)}
              onMove={(to) => {
                const towards = moved(apex, scene, path, along, end, to);
                const axis = minus(towards, implant.head);
                const size = Math.hypot(...axis);
                if (size > 0.1) change(implant, { axis: axis.map((one) => one / size) as Place });
              }}
            />
          </g>
        );
      })}
    </g>
  );
}

/** A place moved within a section's plane as its image was moved in the section. */
function moved(
  place: Place,
  scene: Scene,
  path: Path,
  along: number,
  from: Point,
  to: Point,
): Place {
  const { across } = atLength(path, along);
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  const { low, high } = scene.heights;
  const height = Math.min(Math.max(place[2] - y, low - 30), high + 30);
  return [place[0] + x * across[0], place[1] + x * across[1], height];
}

function minus(one: Place, other: Place): Place {
  return [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
}
