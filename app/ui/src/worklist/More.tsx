import { useEffect, useRef, type ReactElement } from "react";
import { useTranslation } from "react-i18next";

/** Gets the next page as its button comes near the screen, or when it is pressed. */
export function More({ busy, onMore }: { busy: boolean; onMore: () => void }): ReactElement {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current || busy || typeof IntersectionObserver === "undefined") return;
    const near = new IntersectionObserver(
      (seen) => {
        if (seen.some((one) => one.isIntersecting)) onMore();
      },
      { rootMargin: "600px" },
    );
    near.observe(button.current);
    return () => near.disconnect();
  }, [busy, onMore]);
  return (
    <button
      ref={button}
      type="button"
      className="button"
      aria-disabled={busy}
      onClick={() => !busy && onMore()}
    >
      {busy ? t("common.loading") : t("workList.more")}
    </button>
  );
}
