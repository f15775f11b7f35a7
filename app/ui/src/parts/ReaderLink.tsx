import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { href } from "../route";

/** Opens a study in the reader, which is fetched as soon as somebody is about to. */
export function ReaderLink({
  study,
  caseId,
  className,
}: {
  study: string;
  caseId: string | null;
  className: string;
}): ReactElement {
  const { t } = useTranslation("reader");
  return (
    <a
      className={className}
      href={href({ page: "reader", study, caseId })}
      onPointerEnter={fetchReader}
      onFocus={fetchReader}
    >
      {t("open")}
    </a>
  );
}

function fetchReader(): void {
  import("../reader/ReaderPage").catch(() => {
    // Whoever opens it is told.
  });
}
