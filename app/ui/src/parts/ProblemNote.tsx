import type { TFunction } from "i18next";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../backend/problem";
import { ja } from "../i18n/ja";

type KnownCode = Exclude<keyof typeof ja.problem, "title">;

/** One sentence of what happened and one of what to do next. */
export function ProblemNote({
  error,
  onRetry,
}: {
  error: unknown;
  onRetry?: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { detail, next, code } = describe(error, t);
  return (
    <div className="note note-problem" role="alert" data-code={code}>
      <p>
        <strong>{detail}</strong> {next}
      </p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {t("common.retry")}
        </button>
      )}
    </div>
  );
}

/** Our own words for a code that we know, else the node's, which are written for people too. */
export function describe(error: unknown, t: TFunction) {
  const code = error instanceof Problem ? error.code : "unknown";
  if (isKnown(code)) {
    return { code, detail: t(`problem.${code}.detail`, { code }), next: t(`problem.${code}.next`) };
  }
  if (error instanceof Problem && error.message !== "") {
    return { code, detail: sentence(error.message), next: sentence(error.next) };
  }
  return { code, detail: t("problem.unknown.detail", { code }), next: t("problem.unknown.next") };
}

function isKnown(code: string): code is KnownCode {
  return code !== "title" && Object.hasOwn(ja.problem, code);
}

function sentence(text: string): string {
  if (text === "") return "";
  const started = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.。!?]$/.test(started) ? started : `${started}.`;
}
