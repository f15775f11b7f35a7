import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { rendered } from "../backend/dicomweb";
import { useStudy } from "../backend/queries";
import type { ImageReference, KeyImage, Measurement, Quantity } from "../backend/illustrationTypes";
import type { Study } from "../backend/types";

const SIZE = 320;

/** What a signed report shows and measures. */
export function Illustrated({
  study,
  keyImages,
  measurements,
}: {
  /** Study Instance UID; its pictures are shown when it is here. */
  study: string;
  keyImages: readonly KeyImage[];
  measurements: readonly Measurement[];
}): ReactElement | null {
  const { t } = useTranslation("reader");
  const held = useStudy(study);
  if (keyImages.length === 0 && measurements.length === 0) return null;
  return (
    <>
      {keyImages.length > 0 && <h3>{t("report.keyImages")}</h3>}
      <ul className="key-images">
        {keyImages.map((one, at) => (
          <li key={at}>
            <figure>
              <KeyPicture study={held.data} one={one} />
              <figcaption>
                {one.title !== "of_interest" && (
                  <span className="quiet">{t(`report.titles.${one.title}`)}</span>
                )}
                {one.words}
              </figcaption>
            </figure>
          </li>
        ))}
      </ul>
      {measurements.length > 0 && <h3>{t("report.measurements")}</h3>}
      <ol className="measurements">
        {measurements.map((one, at) => (
          <li key={at}>
            <MeasurementLine study={held.data} one={one} />
            {one.words && `：${one.words}`}
          </li>
        ))}
      </ol>
    </>
  );
}

/** A key image as it was seen, reduced: it is not for diagnosis. */
export function KeyPicture({
  study,
  one,
}: {
  study: Study | undefined;
  one: KeyImage;
}): ReactElement {
  const { t } = useTranslation("reader");
  const place = placeOf(study, one.image);
  const name = nameOf(t, place, one.image);
  if (!study || !place) return <span className="key-image-missing">{name}</span>;
  const address = {
    study: study.study_instance_uid,
    series: place.series,
    instance: one.image.sop_instance_uid,
    frame: one.image.frame,
  };
  return (
    <>
      <img src={rendered(address, one.window, SIZE)} alt={name} loading="lazy" />
      <span className="quiet">{name}</span>
    </>
  );
}

/** A measurement in a line: what, how much, where, and what a distance means there. */
export function MeasurementLine({
  study,
  one,
}: {
  study: Study | undefined;
  one: Measurement;
}): ReactElement {
  const { t } = useTranslation("reader");
  const numbers = one.quantities.map((quantity) => quantityText(t, quantity)).join(t("report.and"));
  const tooth = one.tooth === null ? "" : t("report.ofTooth", { tooth: one.tooth });
  return (
    <span data-calibration={one.calibration}>
      {tooth}
      {numbers}
      <span className="quiet">
        {" "}
        {nameOf(t, placeOf(study, one.image), one.image)} ·{" "}
        {t(`report.calibration.${one.calibration}`)}
      </span>
    </span>
  );
}

type Translate = ReturnType<typeof useTranslation<"reader">>["t"];

function quantityText(t: Translate, { kind, value, unit }: Quantity): string {
  const units = { mm: " mm", mm2: " mm²", deg: "°", HU: " HU", px: " px", px2: " px²", "1": "" };
  const digits = kind === "length" || kind === "area" ? 2 : 1;
  return `${t(`report.kind.${kind}`)} ${value.toFixed(digits)}${units[unit]}`;
}

interface Place {
  series: string;
  number: number | null;
  frames: number;
}

function placeOf(study: Study | undefined, image: ImageReference): Place | null {
  for (const series of study?.series ?? [])
    for (const one of series.instances)
      if (one.sop_instance_uid === image.sop_instance_uid)
        return { series: series.series_instance_uid, number: one.number, frames: one.frames };
  return null;
}

function nameOf(t: Translate, place: Place | null, image: ImageReference): string {
  if (!place) return t("report.imageElsewhere");
  const number = place.number ?? "—";
  return place.frames > 1
    ? t("report.frame", { number, frame: image.frame })
    : t("report.image", { number });
}
