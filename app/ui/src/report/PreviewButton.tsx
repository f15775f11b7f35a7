import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { reports } from "../backend/reports";
import type { ReportDraft } from "../backend/reportTypes";
import { ProblemNote } from "../parts/ProblemNote";

/** How the report will look on paper: made by the node, with "draft" on every page. */
export function PreviewButton({
  caseId,
  report,
}: {
  caseId: string;
  report: ReportDraft;
}): ReactElement {
  const { t } = useTranslation("report");
  const [file, setFile] = useState<string | null>(null);
  const preview = useMutation({
    mutationFn: () => reports.preview(caseId, report),
    onSuccess: (pdf) => {
      const made = URL.createObjectURL(pdf);
      setFile(made);
      open(made, "_blank", "noopener");
    },
  });
  // Nothing of the patient stays behind when the form is left.
  useEffect(
    () => () => {
      if (file !== null) URL.revokeObjectURL(file);
    },
    [file],
  );
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={preview.isPending}
        onClick={() => preview.mutate()}
      >
        {t(preview.isPending ? "preview.making" : "preview.make")}
      </button>
      {file !== null && (
        <a href={file} target="_blank" rel="noopener">
          {t("preview.open")}
        </a>
      )}
      {preview.error && <ProblemNote error={preview.error} />}
    </>
  );
}
