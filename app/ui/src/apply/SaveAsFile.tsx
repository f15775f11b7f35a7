import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../backend/problem";
import { keys } from "../backend/queries";
import { sealedApplication } from "../backend/setup";
import type { ApplicationView } from "../backend/setupTypes";
import { FileButton } from "../parts/FileButton";
import { ProblemNote } from "../parts/ProblemNote";
import { Words } from "../parts/Words";
import { textOf } from "./evidence";
import { saveBlob } from "./save";

/** A key in hexadecimal is a few kilobytes. */
const MAX_KEY = 64 * 1024;

/** The sealed application as a file, to be brought to the registry; without a network by the key that it gave out. */
export function SaveAsFile({ application }: { application: ApplicationView }): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async (key: File | null) => {
      const text = key ? await textOf(key, MAX_KEY) : null;
      saveBlob(
        await sealedApplication(application.id, text?.trim() ?? null),
        `dokuei-${application.kind}-${application.id.slice(0, 12)}.sealed`,
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.applications }),
  });
  const keyWanted = save.error instanceof Problem && save.error.code === "no_application_key";
  return (
    <div className="saving">
      <button
        type="button"
        className="button"
        disabled={save.isPending}
        onClick={() => save.mutate(null)}
      >
        {t(application.written_at ? "status.saveAgain" : "status.save")}
      </button>
      {save.isSuccess && <span role="status">{t("status.saved")}</span>}
      {keyWanted && (
        <div className="note">
          <p>
            <Words>{t("status.keyHint")}</Words>
          </p>
          <FileButton
            label={t("status.key")}
            name="registry-key"
            accept=""
            busy={save.isPending}
            onFile={(file) => save.mutate(file)}
          />
        </div>
      )}
      {save.isError && !keyWanted && <ProblemNote error={save.error} />}
    </div>
  );
}
