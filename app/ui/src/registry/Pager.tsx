import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { PAGE_SIZE } from "./client";
import type { Page } from "./types";

/** Which part of a long list is shown, and the way to its neighbours. */
export function Pager({
  page,
  onMove,
}: {
  page: Page<unknown>;
  onMove: (offset: number) => void;
}): ReactElement | null {
  const { t } = useTranslation("registry");
  const { offset, total, items } = page;
  if (total === 0) return null;
  const shown = t("pager.shown", {
    from: (offset + 1).toLocaleString(),
    to: (offset + items.length).toLocaleString(),
    total: total.toLocaleString(),
  });
  if (items.length === total) return <p className="quiet">{shown}</p>;
  return (
    <nav className="buttons" aria-label={t("pager.label")}>
      <button
        type="button"
        className="button button-quiet"
        disabled={offset === 0}
        onClick={() => onMove(Math.max(0, offset - PAGE_SIZE))}
      >
        {t("pager.earlier")}
      </button>
      <span className="quiet">{shown}</span>
      <button
        type="button"
        className="button button-quiet"
        disabled={offset + items.length >= total}
        onClick={() => onMove(offset + PAGE_SIZE)}
      >
        {t("pager.later")}
      </button>
    </nav>
  );
}
