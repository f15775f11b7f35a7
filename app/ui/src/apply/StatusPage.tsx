import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { keys, useStatus } from "../backend/queries";
import { setup } from "../backend/setup";
import type { ApplicationView, SetupNode } from "../backend/setupTypes";
import { useFormat } from "../i18n/format";
import { FileButton } from "../parts/FileButton";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { ApplicationCard } from "./ApplicationCard";
import { base64Of } from "./evidence";

/** An answer is far smaller. */
const MAX_ANSWER = 64 * 1024;

/** How the applications of this node stand, and what can be done next about each. */
export function StatusPage({
  node,
  applications,
  jobs,
  onJob,
}: {
  node: SetupNode;
  applications: ApplicationView[];
  jobs: Record<string, string>;
  onJob: (application: string, job: string) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const status = useStatus();
  const issued = applications.filter((one) => one.state === "issued");
  const ready = node.certified && issued.some((one) => one.kind === "practitioner");
  const waits = applications.some((one) => one.state === "deposited");
  return (
    <>
      <h2 className="step-title">{t("status.title")}</h2>
      {ready && (
        <div className="note note-ok" role="status">
          <p>
            <strong>{t("status.ready")}</strong> {t("status.readyText")}
          </p>
          <a className="button button-primary" href={href({ page: "work" })}>
            {t("toSignIn")}
          </a>
        </div>
      )}
      {waits && <Waiting />}
      {applications.map((one) => (
        <ApplicationCard
          key={one.id}
          application={one}
          superseded={applications.some((other) => follows(other, one))}
          job={jobs[one.id] ?? null}
          bootstraps={status.data?.bootstraps ?? []}
          onJob={(job) => onJob(one.id, job)}
        />
      ))}
      <div className="buttons">
        <a className="button" href={href({ page: "apply", step: "clinic" })}>
          {t(node.certified ? "status.applyOther" : "status.apply")}
        </a>
        <Answer />
      </div>
    </>
  );
}

/** The node asks now and then; whoever waits before the page need not. */
function Waiting(): ReactElement {
  const { t } = useTranslation("apply");
  const format = useFormat();
  const client = useQueryClient();
  const look = useMutation({
    mutationFn: setup.look,
    onSuccess: ({ applications }) => {
      client.setQueryData([...keys.applications, "all"], applications);
      return client.invalidateQueries({ queryKey: keys.setup });
    },
  });
  const at = format.time(new Date(look.submittedAt).toISOString());
  return (
    <div className="note" role="status">
      <p>{t("status.waiting")}</p>
      <div className="buttons">
        <button
          type="button"
          className="button"
          name="look"
          disabled={look.isPending}
          onClick={() => look.mutate()}
        >
          {t(look.isPending ? "status.looking" : "status.look")}
        </button>
        {look.data && (
          <span className="quiet">
            {look.data.hosts === 0 ? t("status.nobodyAsked") : t("status.looked", { at })}
          </span>
        )}
      </div>
      {look.isError && <ProblemNote error={look.error} />}
    </div>
  );
}

/** Whether it was made anew for the same certificate. */
function follows(later: ApplicationView, earlier: ApplicationView): boolean {
  return (
    later.kind === earlier.kind &&
    later.practitioner === earlier.practitioner &&
    Date.parse(later.made_at) > Date.parse(earlier.made_at)
  );
}

/** A refusal that came as a file. */
function Answer(): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: async (file: File) => setup.answer(await base64Of(file.slice(0, MAX_ANSWER))),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.applications }),
  });
  return (
    <>
      <FileButton
        label={t("status.answer")}
        name="answer"
        accept=""
        busy={take.isPending}
        onFile={(file) => take.mutate(file)}
      />
      <span className="quiet">{t("status.answerHint")}</span>
      {take.isError && <ProblemNote error={take.error} />}
    </>
  );
}
