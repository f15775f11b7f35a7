import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { placeOnArch } from "../pure/curved/curtain";
import { onArch } from "../pure/curved/distances";
import type { Path, Point } from "../pure/curved/spline";
import { Field } from "./Field";
import { Lines } from "./Lines";
import { WHOLE } from "./look";
import { lineWords, measureFrom } from "./measuring";
import { PlannedOnArch } from "./Planned";
import { Probe, probeFrom } from "./Probe";
import { drawAt, pointAt, type Scene } from "./scene";
import { useUnrolled } from "./useUnrolled";

/** The panoramic picture: the volume over the arch, unrolled, from the patient's right to the left. */
export function Unrolled({ scene, path }: { scene: Scene; path: Path }): ReactElement {
  const { t } = useTranslation("curved");
  const [look, setLook] = useState(WHOLE);
  const { series, stack, plan, heights, marker } = scene;
  const picture = useUnrolled(stack, path, heights, plan.slab);
  const placeOf = (at: Point) => placeOnArch(path, heights, at);
  const press = (at: Point) => {
    if (drawAt(scene, placeOf(at))) return null;
    if (scene.shared.tool === "probe") return probeFrom(series, at, placeOf);
    if (scene.shared.tool === "length") return measureFrom(series, "arch", 0, at, placeOf);
    if (scene.shared.tool !== "crosshairs") return null;
    const move = ([x, y]: Point) => pointAt(scene, { along: x, height: heights.high - y });
    move(at);
    return { move };
  };
  const probed = plan.probe && onArch(path, plan.probe);
  const { count, distance } = plan.sections;
  const tall = heights.high - heights.low;
  const y = heights.high - marker.height;
  return (
    <Field
      name="arch"
      label={t("view.arch")}
      picture={picture}
      shared={scene.shared}
      look={look}
      onLook={setLook}
      onScroll={(by) => pointAt(scene, { along: marker.along + by * distance })}
      press={press}
      edges={{ left: "R", right: "L", top: "H", bottom: "F" }}
    >
      {(view) => (
        <>
          {Array.from({ length: count }, (_, at) => {
            const off = at - (count - 1) / 2;
            const x = marker.along + off * distance;
            return (
              <line
                key={at}
                className={off === 0 ? "marker" : "marker-beside"}
                x1={x}
                x2={x}
                y1={0}
                y2={tall}
              />
            );
          })}
          <line className="marker-height" x1={0} x2={path.length} y1={y} y2={y} />
          <PlannedOnArch scene={scene} path={path} view={view} />
          {probed && (
            <Probe scene={scene} at={[probed.along, heights.high - probed.height]} view={view} />
          )}
          <Lines
            view={view}
            words={(line) => lineWords(t, line)}
            lines={plan.lines.filter((line) => line.view === "arch")}
          />
        </>
      )}
    </Field>
  );
}
