import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Outcome } from "./client";
import { placeHref } from "./route";

/** What came of an act: it waits for a second operator, gave a certificate, or is done. */
export function OutcomeNote({ outcome }: { outcome: Outcome }): ReactElement {
  const { t } = useTranslation("registry");
  return (
    <p className={outcome.pending ? "note" : "note note-ok"} role="status">
      {outcome.pending ? (
        <span>
          {t("outcome.waits")} <a href={placeHref({ page: "pending" })}>{t("menu.pending")}</a>
        </span>
      ) : outcome.fingerprint ? (
        <span>
          {t("outcome.issued")}{" "}
          <a href={placeHref({ page: "credential", fingerprint: outcome.fingerprint })}>
            {t("outcome.look")}
          </a>
        </span>
      ) : (
        t("outcome.done")
      )}
    </p>
  );
}
