import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { APPLY_STEPS, href, type ApplyStep } from "../route";

const ALL = ["root", ...APPLY_STEPS] as const;

/** Where one is in the form. Steps that were reached can be gone back to. */
export function StepList({
  at,
  leftOut = [],
}: {
  at: "root" | ApplyStep;
  /** Steps that this application does not have. */
  leftOut?: readonly ApplyStep[];
}): ReactElement {
  const { t } = useTranslation("apply");
  const steps = ALL.filter((step) => step === "root" || !leftOut.includes(step));
  const reached = steps.indexOf(at);
  return (
    <nav aria-label={t("steps.label")}>
      <ol className="steps">
        {steps.map((step, index) => (
          <li
            key={step}
            className={index < reached ? "step-done" : index === reached ? "step-now" : ""}
            aria-current={index === reached ? "step" : undefined}
          >
            <span className="step-mark" aria-hidden="true">
              {index < reached ? "✓" : index + 1}
            </span>
            {step !== "root" && index < reached ? (
              <a href={href({ page: "apply", step })}>{t(`steps.${step}`)}</a>
            ) : (
              <span>{t(`steps.${step}`)}</span>
            )}
            {index < reached && (
              <span className="unseen">{t("aside", { text: t("steps.done") })}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
