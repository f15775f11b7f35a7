import { useMemo, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { wordDiff } from "./wordDiff";

/** What a version says otherwise than the one before it. Told apart by strokes and for screen readers, not by colour alone. */
export function WordDiff({ before, after }: { before: string; after: string }): ReactElement {
  const { t } = useTranslation("report");
  const pieces = useMemo(() => wordDiff(before, after), [before, after]);
  return (
    <p className="prose word-diff">
      {pieces.map(({ kind, text }, at) => {
        if (kind === "same") return <span key={at}>{text}</span>;
        const Mark = kind === "out" ? "del" : "ins";
        return (
          <Mark key={at}>
            <span className="unseen">{t(`diff.${kind}`)}</span>
            {text}
          </Mark>
        );
      })}
    </p>
  );
}
