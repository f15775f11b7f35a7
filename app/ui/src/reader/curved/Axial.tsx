import { useMemo, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { between } from "../pure/curved/grid";
import { axialMip } from "../pure/curved/mip";
import { withArch, withControl } from "../pure/curved/plan";
import { atLength, nearestOn, type Path, type Point } from "../pure/curved/spline";
import { edgesOf } from "../pure/marks";
import { Field } from "./Field";
import { Handle } from "./Handle";
import { Lines } from "./Lines";
import { WHOLE, type View } from "./look";
import { lineWords, measureFrom } from "./measuring";
import type { Picture } from "./picture";
import { PlannedFromAbove } from "./Planned";
import { Probe, probeFrom } from "./Probe";
import { drawAt, pointAt, type Scene } from "./scene";
import { changePlan } from "./usePlan";

/** The slice at the marker, or the projection of all of them, with the arch to be drawn and drawn along. */
export function Axial({ scene, projected }: { scene: Scene; projected: boolean }): ReactElement {
  const { t } = useTranslation("curved");
  const [look, setLook] = useState(WHOLE);
  const { series, stack, plan, path, marker, heights, facts } = scene;
  const { grid } = stack;
  const { low, high } = heights;
  const mip = useMemo(
    () => (projected ? axialMip(stack, { low, high }) : null),
    [projected, stack, low, high],
  );
  const slice = useMemo((): Picture | null => {
    const here = between(stack, marker.height);
    if (!here) return null;
    const [across, down] = grid.spacing;
    const values = here.share < 0.5 ? here.lower : here.upper;
    return { columns: grid.columns, rows: grid.rows, pixel: [across, down], values };
  }, [stack, grid, marker.height]);
  const picture = mip ?? slice;
  // Places count from the middle of the first pixel, the picture from its corner.
  const [x0, y0] = picture ? [picture.pixel[0] / 2, picture.pixel[1] / 2] : [0, 0];
  const placeOf = ([x, y]: Point): [number, number, number] => [x - x0, y - y0, marker.height];
  const setControl = (control: Point[]) =>
    changePlan(series, (old) => withArch(old, control, "drawn"));

  const press = (at: Point) => {
    const [u, v] = placeOf(at);
    if (scene.drawing === "arch") setControl(withControl(plan.control, [u, v]));
    else if (drawAt(scene, placeOf(at))) return null;
    else if (scene.shared.tool === "probe") return probeFrom(series, at, placeOf);
    else if (scene.shared.tool === "length") return measureFrom(series, "axial", 0, at, placeOf);
    else if (scene.shared.tool === "crosshairs" && path) {
      const move = (to: Point) => {
        const [a, b] = placeOf(to);
        pointAt(scene, { along: nearestOn(path, [a, b]).along });
      };
      move(at);
      return { move };
    }
    return null;
  };
  const near = (line: { places: readonly [readonly number[], ...unknown[]] }) =>
    Math.abs((line.places[0][2] ?? 0) - marker.height) <= grid.spacing[2] / 2;
  return (
    <Field
      name="axial"
      label={t("view.axial")}
      picture={picture}
      shared={scene.shared}
      look={look}
      onLook={setLook}
      onScroll={(by) => pointAt(scene, { height: marker.height - by * grid.spacing[2] })}
      press={press}
      edges={edgesOf(facts, grid.across, grid.down)}
    >
      {(view) => (
        <>
          <g transform={`translate(${x0} ${y0})`}>
            {path && <Arch path={path} scene={scene} />}
            <PlannedFromAbove scene={scene} view={view} />
            {plan.control.map((point, at) => (
              <Handle
                key={at}
                at={point}
                view={shifted(view, x0, y0)}
                label={t("control", { number: at + 1, count: plan.control.length })}
                onMove={(to) => setControl(plan.control.with(at, to))}
                onRemove={() => setControl(plan.control.toSpliced(at, 1))}
              />
            ))}
          </g>
          {plan.probe && Math.abs(plan.probe[2] - marker.height) <= grid.spacing[2] && (
            <Probe scene={scene} at={[plan.probe[0] + x0, plan.probe[1] + y0]} view={view} />
          )}
          <Lines
            view={view}
            words={(line) => lineWords(t, line)}
            lines={plan.lines.filter((line) => line.view === "axial" && near(line))}
          />
        </>
      )}
    </Field>
  );
}

/** The same view as seen from within a group that was moved. */
function shifted(view: View, x: number, y: number): View {
  return { ...view, left: view.left - x, top: view.top - y };
}

/** The arch, its slab, and where the sections are. */
function Arch({ path, scene }: { path: Path; scene: Scene }): ReactElement {
  const { plan, marker } = scene;
  const line = (off: number) =>
    path.points
      .map(([x, y], at) => {
        const [a, b] = path.across[at] ?? [0, 0];
        return `${(x + off * a).toFixed(2)},${(y + off * b).toFixed(2)}`;
      })
      .join(" ");
  const half = plan.slab.thickness / 2;
  const { count, distance, width } = plan.sections;
  return (
    <g>
      <polyline className="arch" points={line(0)} />
      {half > 0 && <polyline className="arch-slab" points={line(-half)} />}
      {half > 0 && <polyline className="arch-slab" points={line(half)} />}
      {Array.from({ length: count }, (_, at) => {
        const off = at - (count - 1) / 2;
        const { point, across } = atLength(path, marker.along + off * distance);
        const end = (side: number): Point => [
          point[0] + (side * width * across[0]) / 2,
          point[1] + (side * width * across[1]) / 2,
        ];
        const [[x1, y1], [x2, y2]] = [end(-1), end(1)];
        return (
          <line
            key={at}
            className={off === 0 ? "marker" : "marker-beside"}
            {...{ x1, y1, x2, y2 }}
          />
        );
      })}
    </g>
  );
}
