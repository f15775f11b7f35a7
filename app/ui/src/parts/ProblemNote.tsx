import i18next, { type TFunction } from "i18next";
import { createContext, useContext, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../backend/problem";
import { problemJa } from "../i18n/problem.ja";
import { registryProblemJa } from "../i18n/registryProblem.ja";
import { Words } from "./Words";

type KnownCode = Exclude<keyof typeof problemJa, "title">;
type RegistryCode = keyof typeof registryProblemJa;

/** Whose refusals are told: the same code of node and registry may want other words. */
export type Speaker = "node" | "registry";
export const ProblemSpeaker = createContext<Speaker>("node");

/** One sentence of what happened and one of what to do next. */
export function ProblemNote({
  error,
  onRetry,
}: {
  error: unknown;
  onRetry?: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { detail, next, code } = describe(error, t, useContext(ProblemSpeaker));
  return (
    <div className="note note-problem" role="alert" data-code={code}>
      <p>
        <strong>
          <Words>{detail}</Words>
        </strong>{" "}
        <Words>{next}</Words>
      </p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {t("common.retry")}
        </button>
      )}
    </div>
  );
}

/** Our own words for a code that we know, else the program's, which are written for people too. */
export function describe(error: unknown, t: TFunction, speaker: Speaker = "node") {
  const code = error instanceof Problem ? error.code : "unknown";
  const said = error instanceof Problem ? error.message : "";
  if (speaker === "registry" && isOfRegistry(code)) {
    const words = { ns: "registryProblem", code, said } as const;
    return { code, detail: t(`${code}.detail`, words), next: t(`${code}.next`, words) };
  }
  // A rule's own words, where the node has them in both languages: which of many it was, or all that there is to say.
  if (
    error instanceof Problem &&
    error.detailJa !== "" &&
    (code === "not_permitted" || !isKnown(code))
  ) {
    const japanese = i18next.language === "ja";
    const own = japanese ? error.nextJa : sentence(error.next);
    return {
      code,
      detail: japanese ? error.detailJa : sentence(error.message),
      next: code === "not_permitted" ? t("problem.not_permitted.next") : own,
    };
  }
  if (isKnown(code)) {
    return { code, detail: t(`problem.${code}.detail`, { code }), next: t(`problem.${code}.next`) };
  }
  if (error instanceof Problem && said !== "") {
    return { code, detail: sentence(said), next: sentence(error.next) };
  }
  return { code, detail: t("problem.unknown.detail", { code }), next: t("problem.unknown.next") };
}

/** Whether there are words of our own for it, in both languages. */
export function isKnown(code: string): code is KnownCode {
  return code !== "title" && Object.hasOwn(problemJa, code);
}

function isOfRegistry(code: string): code is RegistryCode {
  return Object.hasOwn(registryProblemJa, code);
}

function sentence(text: string): string {
  if (text === "") return "";
  const started = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.。!?]$/.test(started) ? started : `${started}.`;
}
