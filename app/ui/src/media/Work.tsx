import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import { ProblemNote } from "../parts/ProblemNote";

/** How far the writing or reading is, or why it ended. */
export function Work({
  running,
  done,
  total,
  error,
}: {
  running: boolean;
  done: number;
  total: number;
  error: Error | null;
}): ReactElement | null {
  const { t } = useTranslation("media");
  const format = useFormat();
  if (error) return <ProblemNote error={error} />;
  if (!running) return null;
  return (
    <p role="status">
      <progress aria-label={t("running")} {...(total > 0 ? { value: done, max: total } : {})} />{" "}
      {total > 0
        ? t("amount", { done: format.bytes(done), total: format.bytes(total) })
        : t("running")}
    </p>
  );
}
