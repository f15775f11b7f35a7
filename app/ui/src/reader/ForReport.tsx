import { useEffect, type ReactElement, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useCase } from "../backend/queries";
import type { KeyImage } from "../backend/illustrationTypes";
import { isSame, takeMeasurements, toggleKeyImage, useDrafted } from "../consultation/drafted";
import type { Drawn } from "./engine/illustrate";

/** What is taken from the reader into the report of a case, offered to the one who reads. */
export function ForReport({
  caseId,
  shown,
  measured,
  choosingRef,
}: {
  caseId: string;
  /** The image of the pane that is worked in; null where none is shown by itself. */
  shown: KeyImage | null;
  /** Everything that is measured now. */
  measured: () => Drawn[];
  /** What the key for it does. */
  choosingRef: RefObject<() => void>;
}): ReactElement | null {
  const { t } = useTranslation("reader");
  const detail = useCase(caseId);
  const { keyImages, measurements } = useDrafted(caseId);
  const reads = detail.data?.role === "consulting";
  const choose = () => {
    if (reads && shown) toggleKeyImage(caseId, shown);
  };
  useEffect(() => {
    choosingRef.current = choose;
    return () => {
      choosingRef.current = () => undefined;
    };
  });
  if (!reads) return null;
  const taken = shown !== null && keyImages.some((one) => isSame(one, shown));
  return (
    <div className="tool-group" role="group" aria-label={t("report.label")}>
      <button
        type="button"
        aria-pressed={taken}
        disabled={shown === null}
        title={t("key", { name: t("report.keyImage"), key: "K" })}
        onClick={choose}
      >
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M12 3l2.700 5.800l6.300.800l-4.600 4.400l1.200 6.300l-5.600-3.100l-5.600 3.100l1.200-6.300l-4.600-4.400l6.300-.800z" />
        </svg>
        <span>{t("report.keyImage")}</span>
      </button>
      <button
        type="button"
        title={t("report.takeHelp")}
        onClick={() => takeMeasurements(caseId, measured())}
      >
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M6 3h9l4 4v14h-13zM15 3v4h4M9 17l6-6M9 17v-2.500M9 17h2.500" />
        </svg>
        <span>{t("report.take")}</span>
      </button>
      <p className="taken" role="status">
        {t("report.taken", { images: keyImages.length, measurements: measurements.length })}
      </p>
    </div>
  );
}
