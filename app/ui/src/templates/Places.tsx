import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Moves one of several up or down, or takes it out; each button says of what. */
export function Places({
  of,
  at,
  count,
  onMove,
  onRemove,
}: {
  /** What it is, for people. */
  of: string;
  at: number;
  count: number;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}): ReactElement {
  const { t } = useTranslation("report");
  return (
    <span className="places">
      <button
        type="button"
        className="button button-quiet"
        aria-label={t("forms.upOf", { of })}
        disabled={at === 0}
        onClick={() => onMove(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        className="button button-quiet"
        aria-label={t("forms.downOf", { of })}
        disabled={at === count - 1}
        onClick={() => onMove(1)}
      >
        ↓
      </button>
      <button
        type="button"
        className="button button-quiet"
        aria-label={t("forms.takeOutOf", { of })}
        onClick={onRemove}
      >
        {t("forms.takeOut")}
      </button>
    </span>
  );
}
