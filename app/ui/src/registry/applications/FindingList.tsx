import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Finding, Weight } from "./types";

const MARK: Record<Weight, string> = { good: "✓", unknown: "?", warning: "!", bad: "✗" };
/** What forbids comes first. */
const ORDER: Weight[] = ["bad", "warning", "unknown", "good"];

/** What the registry found out by itself; what is about one qualification stands with that qualification too. */
export function FindingList({ findings }: { findings: Finding[] }): ReactElement {
  const { t, i18n } = useTranslation("applications");
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.weight) - ORDER.indexOf(b.weight));
  return (
    <div className="card stack">
      <h2>{t("findings.title")}</h2>
      <ul className="findings">
        {sorted.map((finding) => (
          <li
            key={finding.code + finding.english}
            className={`finding finding-${finding.weight}`}
            data-finding={finding.code}
          >
            <span className="finding-mark" aria-hidden="true">
              {MARK[finding.weight]}
            </span>
            <span>
              <strong>{t(`weight.${finding.weight}`)}</strong>{" "}
              {i18n.language === "en" ? finding.english : finding.japanese}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
