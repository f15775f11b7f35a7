import { useDeferredValue, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../backend/queries";
import type { DirectoryQuestion, Practitioner } from "../backend/types";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { Filters } from "./Filters";
import { PersonCard } from "./PersonCard";

const EVERYBODY: DirectoryQuestion = {
  q: "",
  readers: "true",
  qualification: "",
  region: "",
  modality: "",
  language: "",
  accepting: "",
  turnaround: "",
};

/** Whom one may ask for a reading. */
export function DirectoryPage({ me }: { me: Practitioner }): ReactElement {
  const { t } = useTranslation("directory");
  const [question, setQuestion] = useState(EVERYBODY);
  const found = useDirectory(useDeferredValue(question));
  return (
    <div className="page">
      <a href={href({ page: "work" })}>← {t("common.workList", { ns: "translation" })}</a>
      <div className="title-row">
        <h1>{t("title")}</h1>
        <span className="spacer" />
        <a className="button" href={href({ page: "profile" })}>
          {t("profile.title")}
        </a>
      </div>
      <Filters
        question={question}
        onNarrow={(change) => setQuestion((now) => ({ ...now, ...change }))}
      />
      {found.isError && <ProblemNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {found.data?.length === 0 && <p className="empty">{t("nobody")}</p>}
      <ul className="people" aria-label={t("found")}>
        {found.data?.map((person) => (
          <li key={person.fingerprint}>
            <PersonCard person={person} own={person.fingerprint === me.fingerprint} />
          </li>
        ))}
      </ul>
    </div>
  );
}
