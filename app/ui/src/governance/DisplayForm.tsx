import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Display, Grade } from "../backend/governance";
import { OneOf } from "../parts/OneOf";
import { allSaid, Prose } from "../parts/Prose";
import { SignForm } from "./SignForm";
import { yearAfter } from "./words";

const GRADES: readonly Grade[] = ["1A", "1B", "2"];
const NUMBERS = ["width", "height", "maximum", "minimum", "ambient"] as const;
type Numbers = Record<(typeof NUMBERS)[number], string>;

/** Registers a display, or what was measured of it again. */
export function DisplayForm({
  before,
  today,
  onClose,
}: {
  before: Display | null;
  today: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation("governance");
  const [name, setName] = useState(before?.name ?? "");
  const [model, setModel] = useState(before?.model ?? "");
  const [meter, setMeter] = useState(before?.measured_with ?? "");
  const [grade, setGrade] = useState<Grade>(before?.grade ?? "2");
  const [next, setNext] = useState(yearAfter(today));
  const [retired, setRetired] = useState(false);
  const [numbers, setNumbers] = useState<Numbers>({
    width: String(before?.width ?? Math.round(screen.width * devicePixelRatio)),
    height: String(before?.height ?? Math.round(screen.height * devicePixelRatio)),
    maximum: before ? String(before.maximum / 10) : "",
    minimum: before ? String(before.minimum / 10) : "",
    ambient: before?.ambient ? String(before.ambient) : "",
  });
  const number = (one: keyof Numbers) => Number(numbers[one]);
  const sound = (["width", "height", "maximum", "minimum"] as const).every(
    (one) => number(one) > 0,
  );
  return (
    <SignForm
      title={before ? t("displays.measure", { name: before.name }) : t("displays.add")}
      complete={allSaid(name, model, meter, next) && sound}
      statement={() => ({
        record: "display",
        name: name.trim(),
        model: model.trim(),
        width: Math.round(number("width")),
        height: Math.round(number("height")),
        maximum: Math.round(10 * number("maximum")),
        minimum: Math.round(10 * number("minimum")),
        ambient: numbers.ambient.trim() === "" ? null : Math.round(number("ambient")),
        grade,
        measured_with: meter.trim(),
        next,
        retired,
      })}
      onClose={onClose}
    >
      {(tried) => (
        <>
          {before === null && (
            <Prose
              label={t("displays.name")}
              hint={t("displays.nameHint")}
              rows={1}
              value={name}
              onChange={setName}
              required
              tried={tried}
            />
          )}
          <Prose
            label={t("displays.model")}
            rows={1}
            value={model}
            onChange={setModel}
            required
            tried={tried}
          />
          {NUMBERS.map((one) => (
            <Prose
              key={one}
              label={t(`displays.${one}`)}
              rows={1}
              value={numbers[one]}
              onChange={(value) => setNumbers({ ...numbers, [one]: value })}
              required={one !== "ambient"}
              tried={tried}
            />
          ))}
          <OneOf
            legend={t("displays.grade")}
            options={GRADES}
            chosen={grade}
            onChoose={setGrade}
            words={(one) => t(`grade.${one}`)}
          />
          <Prose
            label={t("displays.meter")}
            hint={t("displays.meterHint")}
            rows={1}
            value={meter}
            onChange={setMeter}
            required
            tried={tried}
          />
          <Prose
            label={t("displays.next")}
            type="date"
            rows={1}
            value={next}
            onChange={setNext}
            required
            tried={tried}
          />
          {before && (
            <label>
              <input
                type="checkbox"
                checked={retired}
                onChange={(event) => setRetired(event.target.checked)}
              />
              {t("displays.retire")}
            </label>
          )}
        </>
      )}
    </SignForm>
  );
}
