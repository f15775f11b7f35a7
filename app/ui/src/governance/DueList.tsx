import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Due } from "../backend/governance";
import { useDueWords } from "./words";

/** What is due: what stands against the house first. */
export function DueList({ due }: { due: readonly Due[] }): ReactElement {
  const { t } = useTranslation("governance");
  const words = useDueWords();
  if (due.length === 0) return <p className="quiet">{t("nothingDue")}</p>;
  const ordered = [...due].sort((a, b) => Number(b.wrong) - Number(a.wrong));
  return (
    <ul className="due-list" aria-label={t("dueTitle")}>
      {ordered.map((one) => (
        <li key={`${one.what} ${one.about} ${one.state}`} data-wrong={one.wrong}>
          <span className={one.wrong ? "badge badge-warn" : "badge"}>
            {t(one.wrong ? "wrong" : "soonBadge")}
          </span>{" "}
          {words(one)}
        </li>
      ))}
    </ul>
  );
}
