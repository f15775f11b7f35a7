import { useEffect, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useRecords, useSign } from "../backend/governance";
import { Field } from "../parts/Field";
import { ProblemNote } from "../parts/ProblemNote";
import { Prose } from "../parts/Prose";
import { goTo, href } from "../route";
import { chooseDisplay, useChosenDisplay } from "./chosen";
import { inUse } from "./displays";
import { pattern } from "./pure/pattern";

const QUESTIONS = ["ends", "greys", "lines", "ramp", "clean"] as const;

/** The day's look at a display: the test pattern, what is to be seen in it, and the record of it. */
export function PatternPage(): ReactElement {
  const { t } = useTranslation("governance");
  const records = useRecords();
  const chosen = useChosenDisplay();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [note, setNote] = useState("");
  const sign = useSign();
  const displays = inUse(records.data ?? []);
  const known = displays.some((one) => one.name === chosen);
  const passed = QUESTIONS.every((one) => seen.has(one));
  return (
    <div className="page">
      <a href={href({ page: "governance" })}>← {t("title")}</a>
      <h1>{t("pattern.title")}</h1>
      <Field label={t("pattern.display")}>
        {(control) => (
          <select
            {...control}
            value={known ? (chosen ?? "") : ""}
            onChange={(event) => chooseDisplay(event.target.value || null)}
          >
            <option value="">—</option>
            {displays.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Pattern />
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (known && chosen)
            sign.mutate(
              { record: "display_check", name: chosen, passed, note: note.trim() || null },
              { onSuccess: () => goTo({ page: "governance" }) },
            );
        }}
      >
        <h2>{t("pattern.look")}</h2>
        {QUESTIONS.map((one) => (
          <label key={one} className="check-line">
            <input
              type="checkbox"
              checked={seen.has(one)}
              onChange={(event) => {
                const next = new Set(seen);
                if (event.target.checked) next.add(one);
                else next.delete(one);
                setSeen(next);
              }}
            />
            {t(`pattern.${one}`)}
          </label>
        ))}
        <Prose
          label={t("pattern.note")}
          hint={t("pattern.noteHint")}
          rows={1}
          value={note}
          onChange={setNote}
        />
        {sign.isError && <ProblemNote error={sign.error} />}
        <button
          type="submit"
          className={passed ? "button button-primary" : "button button-danger"}
          disabled={!known || sign.isPending}
        >
          {t(passed ? "pattern.passed" : "pattern.failed")}
        </button>
        <p className="quiet">{t("declares")}</p>
      </form>
    </div>
  );
}

/** Drawn at the display's own resolution, so that a line of one pixel is one pixel. */
function Pattern(): ReactElement {
  const { t } = useTranslation("governance");
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const draw = () => {
      const ratio = devicePixelRatio;
      element.width = Math.max(Math.round(element.clientWidth * ratio), 320);
      element.height = Math.max(Math.round(element.clientHeight * ratio), 240);
      for (const { x, y, width, height, level } of pattern(element.width, element.height)) {
        context.fillStyle = `rgb(${String(level)} ${String(level)} ${String(level)})`;
        context.fillRect(x, y, width, height);
      }
    };
    draw();
    addEventListener("resize", draw);
    return () => removeEventListener("resize", draw);
  }, []);
  return (
    <>
      <canvas ref={canvas} className="test-pattern" role="img" aria-label={t("pattern.alt")} />
      <button
        type="button"
        className="button"
        onClick={() => void canvas.current?.requestFullscreen()}
      >
        {t("pattern.full")}
      </button>
    </>
  );
}
