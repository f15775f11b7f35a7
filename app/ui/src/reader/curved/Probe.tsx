import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { valueUnit } from "../pure/calibration";
import { valueAt, type Place } from "../pure/curved/grid";
import { fromCanal } from "../pure/curved/planning";
import type { Point } from "../pure/curved/spline";
import { lengthText, valueText } from "../pure/measures";
import { Text } from "./Lines";
import type { View } from "./look";
import type { Scene } from "./scene";
import type { Press } from "./useGestures";
import { changePlan } from "./usePlan";

/** Puts the probe where somebody presses, and takes it along. */
export function probeFrom(series: string, from: Point, placeOf: (at: Point) => Place): Press {
  const move = (to: Point) => changePlan(series, () => ({ probe: placeOf(to) }));
  move(from);
  return { move };
}

/** Where the probe is in a view, its value, and how far it is from each canal. */
export function Probe({
  scene,
  at,
  view,
}: {
  scene: Scene;
  at: Point;
  view: View;
}): ReactElement | null {
  const { t } = useTranslation("curved");
  const { t: reader } = useTranslation("reader");
  const { probe, canals } = scene.plan;
  if (!probe) return null;
  const value = valueAt(scene.stack, probe);
  const unit = valueUnit(scene.facts) === "HU" ? reader("unit.HU") : reader("unit.stored");
  const [x, y] = at;
  const arm = 7 * view.px;
  return (
    <g className="probe">
      <line x1={x - arm} x2={x + arm} y1={y} y2={y} />
      <line x1={x} x2={x} y1={y - arm} y2={y + arm} />
      {value !== null && (
        <Text x={x} y={y} view={view}>
          {`${valueText(Math.round(value))} ${unit}`}
        </Text>
      )}
      {canals.map((canal, number) => {
        const distance = fromCanal(canal, probe);
        if (distance === null) return null;
        return (
          <Text key={canal.id} x={x} y={y + 18 * (number + 1) * view.px} view={view}>
            {t("canal.from", { number: number + 1, distance: lengthText(distance, "object") })}
          </Text>
        );
      })}
    </g>
  );
}
