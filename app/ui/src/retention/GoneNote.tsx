import type { ReactElement } from "react";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { Problem } from "../backend/problem";
import { href } from "../route";

/** Whether something is not here because it was deleted for good: an answer, not a failure. */
export function isGone(error: unknown): error is Problem {
  return error instanceof Problem && error.code === "deleted";
}

/** Tells when and by whom something was deleted, and where the certificate is. */
export function GoneNote({ problem }: { problem: Problem }): ReactElement {
  const { t } = useTranslation("retention");
  return (
    <div className="note" role="status">
      <p>
        <strong>{t("gone")}</strong>{" "}
        {i18next.language === "ja" ? problem.detailJa : problem.message}
      </p>
      <a href={href({ page: "retention" })}>{t("title")}</a>
    </div>
  );
}
