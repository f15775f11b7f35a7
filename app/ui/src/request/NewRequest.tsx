import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useAgreements, useDirectory, useStudies } from "../backend/queries";
import type { Practitioner } from "../backend/types";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { RequestForm } from "./RequestForm";

export function NewRequest({
  study,
  me,
}: {
  study: string | null;
  me: Practitioner;
}): ReactElement {
  const { t } = useTranslation();
  const studies = useStudies();
  const directory = useDirectory();
  const agreements = useAgreements();
  const error = studies.error ?? directory.error ?? agreements.error;
  return (
    <div className="page page-narrow">
      <a href={href({ page: "work" })}>← {t("common.workList")}</a>
      <h1>{t("request.title")}</h1>
      {error && <ProblemNote error={error} onRetry={() => void directory.refetch()} />}
      {studies.data && directory.data && agreements.data ? (
        <RequestForm
          me={me}
          studyChosen={study ?? ""}
          studies={studies.data.filter((one) => one.origin === "imported")}
          readers={directory.data.filter(
            (one) => one.may_read && one.fingerprint !== me.fingerprint,
          )}
          agreements={agreements.data}
        />
      ) : (
        !error && <p className="quiet">{t("common.loading")}</p>
      )}
    </div>
  );
}
