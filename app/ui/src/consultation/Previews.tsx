import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { previewFile } from "../backend/client";
import { usePreviews } from "../backend/queries";
import type { CaseDetail, Preview } from "../backend/types";

/** The case at a glance while its images are on their way. Once they are here, they are what is looked at. */
export function Previews({ detail }: { detail: CaseDetail }): ReactElement | null {
  const { t } = useTranslation();
  const previews = usePreviews(detail.case_id).data ?? [];
  const arriving = detail.role === "consulting" && detail.transfer.state !== "opened";
  if (!arriving || previews.length === 0) return null;
  const named = (kind: Preview["kind"]) => previews.filter((one) => one.kind === kind);
  return (
    <section className="card previews">
      <h2>{t("preview.title")}</h2>
      <p className="preview-warning" role="note">
        {t("preview.warning")}
      </p>
      {[...named("panoramic"), ...named("axial_mip")].map((one) => (
        <Picture key={one.index} caseId={detail.case_id} preview={one} />
      ))}
      <div className="preview-sections">
        {named("cross_section").map((one) => (
          <Picture key={one.index} caseId={detail.case_id} preview={one} />
        ))}
      </div>
    </section>
  );
}

/** The warning stands in the picture, so that no part of the screen shows one without the other. */
function Picture({ caseId, preview }: { caseId: string; preview: Preview }): ReactElement {
  const { t } = useTranslation();
  return (
    <figure className="preview">
      <img src={previewFile(caseId, preview.index)} alt={t(`preview.${preview.kind}`)} />
      <figcaption>{t("preview.short")}</figcaption>
    </figure>
  );
}
