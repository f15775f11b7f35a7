import { useMemo, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { acrossArch, placeInSection } from "../pure/curved/curtain";
import { tongueSide } from "../pure/curved/distances";
import type { Path, Point } from "../pure/curved/spline";
import { Field } from "./Field";
import { Lines } from "./Lines";
import { WHOLE, type Look } from "./look";
import { lineWords, measureFrom } from "./measuring";
import { sampled } from "./picture";
import { PlannedInSection } from "./PlannedInSection";
import { Probe, probeFrom } from "./Probe";
import { drawAt, inSection, pointAt, type Scene } from "./scene";

/** Sections across the arch around the marker, zoomed together. */
export function Sections({ scene, path }: { scene: Scene; path: Path }): ReactElement {
  const [look, setLook] = useState(WHOLE);
  const { count, distance } = scene.plan.sections;
  return (
    <div className="sections">
      {Array.from({ length: count }, (_, at) => {
        const off = at - (count - 1) / 2;
        return (
          <Section
            key={off}
            scene={scene}
            path={path}
            along={scene.marker.along + off * distance}
            middle={off === 0}
            look={look}
            onLook={setLook}
          />
        );
      })}
    </div>
  );
}

function Section({
  scene,
  path,
  along,
  middle,
  look,
  onLook,
}: {
  scene: Scene;
  path: Path;
  along: number;
  middle: boolean;
  look: Look;
  onLook: (look: Look) => void;
}): ReactElement {
  const { t } = useTranslation("curved");
  const { series, stack, plan, heights, marker } = scene;
  const { width, distance } = plan.sections;
  const { low, high } = heights;
  const outside = along < 0 || along > path.length;
  const picture = useMemo(
    () =>
      outside ? null : sampled(stack, acrossArch(stack.grid, path, { low, high }, along, width)),
    [outside, stack, path, low, high, along, width],
  );
  const placeOf = (at: Point) => placeInSection(path, heights, along, width, at);
  const press = (at: Point) => {
    if (drawAt(scene, placeOf(at))) return null;
    if (scene.shared.tool === "probe") return probeFrom(series, at, placeOf);
    if (scene.shared.tool === "length") return measureFrom(series, "section", along, at, placeOf);
    if (scene.shared.tool !== "crosshairs") return null;
    pointAt(scene, { along, height: high - at[1] });
    return middle ? { move: ([, y]: Point) => pointAt(scene, { height: high - y }) } : null;
  };
  const probed = plan.probe && inSection(path, along, plan.probe);
  const [cheek, tongue] = [t("cheek"), t("tongue")];
  const inwards = tongueSide(path) > 0;
  const y = high - marker.height;
  return (
    <Field
      name={middle ? "section" : "section-beside"}
      label={t("view.section", { along: along.toFixed(1) })}
      picture={picture}
      shared={scene.shared}
      look={look}
      onLook={onLook}
      onScroll={(by) => pointAt(scene, { along: marker.along + by * distance })}
      press={press}
      edges={{
        left: inwards ? cheek : tongue,
        right: inwards ? tongue : cheek,
        top: "",
        bottom: t("along", { along: along.toFixed(1) }),
      }}
    >
      {(view) => (
        <>
          <line className="marker-height" x1={0} x2={width} y1={y} y2={y} />
          <line
            className={middle ? "marker" : "marker-beside"}
            x1={width / 2}
            x2={width / 2}
            y1={0}
            y2={high - low}
          />
          <PlannedInSection scene={scene} path={path} along={along} view={view} />
          {probed && Math.abs(probed.behind) < distance / 2 && (
            <Probe scene={scene} at={[probed.off + width / 2, high - probed.height]} view={view} />
          )}
          <Lines
            view={view}
            words={(line) => lineWords(t, line)}
            lines={plan.lines.filter(
              (line) => line.view === "section" && Math.abs(line.along - along) < 0.05,
            )}
          />
        </>
      )}
    </Field>
  );
}
