import { useEffect, type ReactElement, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useCase } from "../backend/queries";
import type { KeyImage } from "../backend/illustrationTypes";
import { isSame, takeMeasurements, toggleKeyImage, useDrafted } from "../consultation/drafted";
import type { Drawn } from "./engine/illustrate";
import { ICONS } from "./icons";
import { ToolButton } from "./toolbar/ToolButton";

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
    <div className="tool-group tool-report" role="group" aria-label={t("report.label")}>
      <ToolButton
        icon={ICONS.keyImage}
        name={t("report.keyImage")}
        letter="K"
        pressed={taken}
        disabled={shown === null}
        count={keyImages.length}
        onPress={choose}
      />
      <ToolButton
        icon={ICONS.take}
        name={t("report.take")}
        help={t("report.takeHelp")}
        count={measurements.length}
        onPress={() => takeMeasurements(caseId, measured())}
      />
      <p className="taken" role="status">
        {t("report.taken", { images: keyImages.length, measurements: measurements.length })}
      </p>
    </div>
  );
}
